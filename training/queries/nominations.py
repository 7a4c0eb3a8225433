"""Reading nominations."""

from sqlalchemy import exists, select

from training.kit.db import db
from training.models.cohorts import CohortInvitation
from training.models.completions import Completion, CompletionState
from training.models.nominations import Nomination, NominationState
from training.models.people import Organisation
from training.policy.scopes import unscoped

_RULE = "a use case applies its rule to a record that the web room already admitted"


def is_invited(cohort_id: int, organisation_id: int) -> bool:
    """Say whether an organisation, or one above it, was invited to a cohort."""
    above = (
        select(Organisation.id, Organisation.parent_id).where(Organisation.id == organisation_id).cte(recursive=True)
    )
    above = above.union(
        select(Organisation.id, Organisation.parent_id).join(above, Organisation.id == above.c.parent_id)
    )
    invited = exists().where(
        CohortInvitation.cohort_id == cohort_id, CohortInvitation.organisation_id.in_(select(above.c.id))
    )
    return bool(db.session.scalar(select(invited)))


def state_of(nomination_id: int) -> NominationState:
    """Return the state of a nomination as the database has it now."""
    statement = select(Nomination.state).where(Nomination.id == nomination_id)
    return db.session.scalars(unscoped(statement, because=_RULE)).one()


def has_claim(nomination_id: int) -> bool:
    """Say whether a completion was claimed that stands or was confirmed."""
    claimed = exists().where(Completion.nomination_id == nomination_id, Completion.state != CompletionState.REFUSED)
    return bool(db.session.scalar(unscoped(select(claimed), because=_RULE)))


def nomination_by_key(nomination_id: int) -> Nomination:
    """Return a nomination as the database has it now."""
    statement = select(Nomination).where(Nomination.id == nomination_id).execution_options(populate_existing=True)
    return db.session.scalars(unscoped(statement, because=_RULE)).one()
