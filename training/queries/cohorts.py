"""Reading cohorts."""

from sqlalchemy import func, select

from training.kit.db import db
from training.models.cohorts import Cohort, CohortState
from training.models.ledger import Commitment
from training.policy.scopes import unscoped

_RULE = "a use case applies its rule to a record that the web room already admitted"


def next_code(year: int) -> str:
    """Return the next free code of a year, ``2027-014``. The unique constraint settles a race."""
    taken = db.session.scalar(select(func.max(Cohort.code)).where(Cohort.code.like(f"{year}-%")))
    return f"{year}-{int(taken.rpartition('-')[2]) + 1 if taken else 1:03d}"


def state_of(cohort_id: int) -> CohortState:
    """Return the state of a cohort as the database has it now."""
    return db.session.scalars(select(Cohort.state).where(Cohort.id == cohort_id)).one()


def cohort_by_key(cohort_id: int) -> Cohort:
    """Return a cohort as the database has it now."""
    statement = select(Cohort).where(Cohort.id == cohort_id).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


def standing_commitment(cohort_id: int) -> Commitment | None:
    """Return the commitment of a cohort that still holds money."""
    statement = select(Commitment).where(Commitment.cohort_id == cohort_id, Commitment.committed > 0)
    return db.session.scalar(unscoped(statement, because=_RULE))


def lock_cohort(cohort_id: int) -> Cohort:
    """Return a cohort and let nobody else seat or unseat anybody in it until the transaction ends."""
    statement = select(Cohort).where(Cohort.id == cohort_id).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()
