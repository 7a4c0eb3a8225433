"""Look-ups for loading the demonstration."""

from collections.abc import Sequence

from sqlalchemy import select

from training.kit.db import db
from training.models.admissions.nominations import Nomination
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import Course
from training.models.courses.venues import Venue
from training.models.outcomes.completions import Completion
from training.models.people.people import Person
from training.policy.scopes import unscoped

_BECAUSE = "the demonstration acts for all its people"


def course_called(beginning: str) -> Course | None:
    """Return the first course whose English title starts with ``beginning``, or None."""
    statement = (
        select(Course).where(Course.title_en.startswith(beginning, autoescape=True)).order_by(Course.id).limit(1)
    )
    return db.session.scalars(statement).one_or_none()


def venue_called(name_en: str) -> Venue | None:
    """Return the venue with this English name, or None."""
    return db.session.scalars(select(Venue).where(Venue.name_en == name_en)).one_or_none()


def nominations_of(cohort: Cohort, people: Sequence[Person]) -> Sequence[Nomination]:
    """Return each person's nomination for a cohort, in the order given. Raises LookupError if one is missing."""
    statement = select(Nomination).where(
        Nomination.cohort_id == cohort.id, Nomination.person_id.in_([person.id for person in people])
    )
    found = db.session.scalars(unscoped(statement, because=_BECAUSE)).all()
    by_person = {nomination.person_id: nomination for nomination in found}
    if missing := [person.name_latin for person in people if person.id not in by_person]:
        raise LookupError(f"not nominated for {cohort.code}: {', '.join(missing)}")
    return [by_person[person.id] for person in people]


def claims_of(cohort_id: int) -> Sequence[Completion]:
    """Return the completions claimed in a cohort."""
    statement = (
        select(Completion)
        .join(Nomination, Nomination.id == Completion.nomination_id)
        .where(Nomination.cohort_id == cohort_id)
    )
    return db.session.scalars(unscoped(statement, because=_BECAUSE)).all()
