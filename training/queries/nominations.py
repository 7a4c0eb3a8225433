"""Reading nominations."""

from dataclasses import dataclass

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import contains_eager, joinedload

from training.kit.db import AnySelect, db
from training.models.actor import Actor
from training.models.cohorts import Cohort, CohortInvitation
from training.models.completions import Completion, CompletionState
from training.models.nominations import Nomination, NominationState
from training.models.people import Organisation, Person
from training.models.vetting import VettingDecision
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped, where

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


@dataclass(frozen=True)
class RosterRow:
    """A nominee on a roster. Clearance and completion are None to those who may only read names."""

    nomination: Nomination
    completion: Completion | None
    clearance: VettingDecision | None
    may_see_person: bool
    may_select: bool
    may_withdraw: bool
    may_confirm_completion: bool


def roster(cohort_id: int, state: NominationState | None, actor: Actor) -> list[RosterRow]:
    """Return the nominees of a cohort whom ``actor`` may see, by name: all of them, in one statement.

    A host reads the name and organisation of everybody on its cohort (the one stated exception to isolation), a
    trainer the names; state and clearance are for those who may see the person.
    """
    may_see_person = Nomination.person_id.in_(select(Person.id).where(where(actor, Permission.SEE_PERSON, Person)))
    statement = (
        select(
            Nomination,
            Completion,
            VettingDecision,
            may_see_person,
            where(actor, Permission.SELECT_NOMINEES, Nomination),
            where(actor, Permission.WITHDRAW_NOMINATION, Nomination),
            where(actor, Permission.CONFIRM_COMPLETION, Nomination),
        )
        .join(Person, Person.id == Nomination.person_id)
        .outerjoin(
            Completion,
            and_(Completion.nomination_id == Nomination.id, Completion.state != CompletionState.REFUSED),
        )
        .outerjoin(
            VettingDecision,
            and_(VettingDecision.person_id == Nomination.person_id, VettingDecision.superseded_at.is_(None)),
        )
        .where(Nomination.cohort_id == cohort_id)
        .options(contains_eager(Nomination.person), joinedload(Nomination.organisation))
        .order_by(Person.name_key, Nomination.id)
    )
    if state:
        statement = statement.where(Nomination.state == state)
    rows = db.session.execute(seen(statement, actor, Permission.SEE_NOMINATION, Nomination))
    return [
        RosterRow(nomination, completion, decision if sees else None, *map(bool, (sees, *may)))
        for nomination, completion, decision, sees, *may in rows
    ]


def nomination_page(nomination: Nomination, actor: Actor) -> Nomination:
    """Return a nomination with person, cohort and course, as ``actor`` may see it."""
    statement = _whole().where(Nomination.id == nomination.id).execution_options(populate_existing=True)
    found: Nomination = db.session.scalars(seen(statement, actor, Permission.SEE_NOMINATION, Nomination)).one()
    return found


def _whole() -> AnySelect:
    return select(Nomination).options(
        joinedload(Nomination.person),
        joinedload(Nomination.organisation),
        joinedload(Nomination.cohort).joinedload(Cohort.course),
    )
