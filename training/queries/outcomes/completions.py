"""Read completions."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from training.kit.db import AnySelect, db
from training.models.admissions.nominations import Nomination
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.models.outcomes.completions import Completion, CompletionState
from training.policy.matrix import Permission
from training.policy.scopes import seen
from training.queries.admissions import nominations
from training.queries.common.paging import Cursor, Page, read_page


def whole() -> AnySelect:
    """Return a SELECT of completions, each with its nominee, organisation, cohort and course."""
    nomination = contains_eager(Completion.nomination)
    return (
        select(Completion)
        .join(Nomination, Nomination.id == Completion.nomination_id)
        .options(
            nomination.joinedload(Nomination.person),
            nomination.joinedload(Nomination.organisation),
            nomination.joinedload(Nomination.cohort).joinedload(Cohort.course),
        )
    )


def waiting(cut: Cursor, actor: Actor) -> Page[Any]:
    """Return a page of (Completion, ``is_own``): the open claims that ``actor`` may confirm, oldest first."""
    standing = Completion.state == CompletionState.CLAIMED
    statement = whole().add_columns(nominations.is_own_claim(actor).label("is_own")).where(standing)
    return read_page(seen(statement, actor, Permission.CONFIRM_COMPLETION, Completion), Completion, Completion.id, cut)


def completion_page(completion: Completion, actor: Actor) -> Completion:
    """Return a completion with nominee, cohort and course, fresh."""
    statement = whole().where(Completion.id == completion.id).execution_options(populate_existing=True)
    found: Completion = db.session.scalars(seen(statement, actor, Permission.SEE_NOMINATION, Completion)).one()
    return found


def latest_of(nomination_id: int, actor: Actor) -> Completion | None:
    """Return the newest claim of a nomination, refused or not."""
    statement = (
        select(Completion).where(Completion.nomination_id == nomination_id).order_by(Completion.id.desc()).limit(1)
    )
    return db.session.scalar(seen(statement, actor, Permission.SEE_NOMINATION, Completion))
