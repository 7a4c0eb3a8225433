"""Reading nominations."""

from typing import Any, NamedTuple

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Bundle, joinedload

from training.kit.db import AnySelect, db
from training.models.actor import Actor
from training.models.cohorts import Cohort, CohortInvitation
from training.models.completions import Completion, CompletionState
from training.models.nominations import Nomination, NominationState
from training.models.people import Organisation, Person
from training.models.vetting import VettingDecision
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped, where
from training.queries import completions

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


class RosterRow(NamedTuple):
    """A nominee on a roster: of each record the columns that are shown, not the record.

    Those of clearance and completion are None where there is none; clearance also for who may not see the person.
    """

    nomination: Any
    """``public_id``, ``state``, ``reason``"""

    person: Any
    """``public_id``, ``name_latin``, ``name_native``"""

    organisation: Any
    """``name_en``, ``name_ar``, ``name_ckb``"""

    completion: Any
    """``public_id``, ``state``"""

    clearance: Any
    """``outcome``, ``expires_on``"""

    may_see_person: bool
    may_select: bool
    may_withdraw: bool
    may_confirm_completion: bool
    is_own_claim: bool


def roster(cohort_id: int, state: NominationState | None, actor: Actor) -> list[RosterRow]:
    """Return the nominees of a cohort whom ``actor`` may see, by name: all of them, in one statement.

    A host reads the name and organisation of everybody on its cohort (the one stated exception to isolation), a
    trainer the names; state and clearance are for those who may see the person.
    """
    may_see_person = Nomination.person_id.in_(select(Person.id).where(where(actor, Permission.SEE_PERSON, Person)))
    statement: AnySelect = (
        select(
            Bundle("nomination", Nomination.public_id, Nomination.state, Nomination.reason),
            Bundle("person", Person.public_id, Person.name_latin, Person.name_native),
            Bundle("organisation", Organisation.name_en, Organisation.name_ar, Organisation.name_ckb),
            Bundle("completion", Completion.public_id, Completion.state),
            Bundle("clearance", VettingDecision.outcome, VettingDecision.expires_on),
            may_see_person.label("may_see_person"),
            where(actor, Permission.SELECT_NOMINEES, Nomination).label("may_select"),
            where(actor, Permission.WITHDRAW_NOMINATION, Nomination).label("may_withdraw"),
            where(actor, Permission.CONFIRM_COMPLETION, Nomination).label("may_confirm_completion"),
            completions.is_own(actor).label("is_own_claim"),
        )
        .join(Person, Person.id == Nomination.person_id)
        .join(Organisation, Organisation.id == Nomination.organisation_id)
        .outerjoin(
            Completion,
            and_(Completion.nomination_id == Nomination.id, Completion.state != CompletionState.REFUSED),
        )
        .outerjoin(
            VettingDecision,
            and_(
                VettingDecision.person_id == Nomination.person_id,
                VettingDecision.superseded_at.is_(None),
                may_see_person,
            ),
        )
        .where(Nomination.cohort_id == cohort_id)
        .order_by(Person.name_key, Nomination.id)
    )
    if state:
        statement = statement.where(Nomination.state == state)
    rows = db.session.execute(seen(statement, actor, Permission.SEE_NOMINATION, Nomination))
    return [RosterRow(*row) for row in rows]


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
