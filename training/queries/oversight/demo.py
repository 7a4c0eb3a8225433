"""What the demonstration looks up while it is loaded."""

from collections.abc import Sequence

from sqlalchemy import select

from training.kit.db import db
from training.models.admissions.nominations import Nomination
from training.models.courses.cohorts import Venue
from training.models.courses.courses import Course
from training.models.finance.programmes import Project
from training.models.outcomes.completions import Completion
from training.policy.scopes import unscoped


def course_called(beginning: str) -> Course:
    """Return the first course whose English title begins like this."""
    statement = select(Course).where(Course.title_en.startswith(beginning)).order_by(Course.id).limit(1)
    return db.session.scalars(statement).one()


def project_titled(title_en: str) -> Project:
    """Return the project with this English title."""
    statement = select(Project).where(Project.title_en == title_en)
    return db.session.scalars(unscoped(statement, because="the demonstration acts for all its people")).one()


def venue_called(name_en: str) -> Venue:
    """Return the venue with this English name."""
    return db.session.scalars(select(Venue).where(Venue.name_en == name_en)).one()


def claims_of(cohort_id: int) -> Sequence[Completion]:
    """Return the completions claimed in a cohort."""
    statement = (
        select(Completion)
        .join(Nomination, Nomination.id == Completion.nomination_id)
        .where(Nomination.cohort_id == cohort_id)
    )
    return db.session.scalars(unscoped(statement, because="the demonstration acts for all its people")).all()
