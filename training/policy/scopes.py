"""What each scope means for each kind of record, as SQL. Nothing here is executed."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from training.kit.db import AnySelect
from training.models.admissions.nomination_uploads import NominationBatch
from training.models.admissions.nominations import LEFT_STATES, LateEntry, Nomination, NominationState
from training.models.admissions.notifications import Notice
from training.models.admissions.vetting import ClearanceBatch
from training.models.assurance.rights_assessments import RightsAssessment, RightsAttachment, RightsMitigation
from training.models.common.base import Base
from training.models.courses.cohorts import Cohort, CohortInvitation, CohortTrainer
from training.models.courses.courses import Course
from training.models.finance.claims import Claim, Evidence
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine, Programme, Project
from training.models.finance.spend_uploads import SpendBatch
from training.models.identity.accounts import Invitation, Role, RoleAssignment, RoleRequest, User
from training.models.identity.actor import Actor
from training.models.identity.mail import OutgoingLetter
from training.models.identity.organisations import Organisation
from training.models.outcomes.completions import Completion
from training.models.people.people import Merge, Person, PersonKey
from training.policy.matrix import MATRIX, Permission, Scope

Clause = Callable[[Actor], ColumnElement[bool]]
Statement = TypeVar("Statement", bound=AnySelect)

VETTED_STATES = (
    NominationState.IN_VETTING,
    NominationState.CLEARED,
    NominationState.NOT_CLEARED,
    NominationState.WAITING,
    NominationState.CONFIRMED,
)
"""A vetting officer sees nominees only from the state *in vetting* onwards."""

ROSTER_STATES = (NominationState.CONFIRMED,)
"""Everyone who sees a roster sees seats; other states are shown to those who may see the person."""


def _invited(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        CohortInvitation.cohort_id == Cohort.id,
        CohortInvitation.organisation_id.in_(actor.organisations),
    )


def _hosted(actor: Actor) -> ColumnElement[bool]:
    return Cohort.host_id.in_(actor.organisations)


def _taught(actor: Actor) -> ColumnElement[bool]:
    return exists().where(CohortTrainer.cohort_id == Cohort.id, CohortTrainer.person_id == actor.person_id)


def _takes_part(actor: Actor) -> ColumnElement[bool]:
    delivers = exists().where(
        Project.programme_id == Programme.id,
        Project.organisation_id.in_(actor.organisations),
    )
    attends = exists().where(Cohort.programme_id == Programme.id, or_(_hosted(actor), _invited(actor)))
    return or_(delivers, attends)


def _delivered_line(line_id: InstrumentedAttribute[int]) -> Clause:
    def clause(actor: Actor) -> ColumnElement[bool]:
        return line_id.in_(
            select(BudgetLine.id)
            .join(Project, Project.id == BudgetLine.project_id)
            .where(Project.organisation_id.in_(actor.organisations))
        )

    return clause


def _cohort_of_nomination(about_cohort: Clause) -> Clause:
    return lambda actor: Nomination.cohort_id.in_(select(Cohort.id).where(about_cohort(actor)))


def _nomination_of_cohort(about_nomination: Clause) -> Clause:
    return lambda actor: exists().where(Nomination.cohort_id == Cohort.id, about_nomination(actor))


def _nomination_of_completion(about_nomination: Clause) -> Clause:
    return lambda actor: Completion.nomination_id.in_(select(Nomination.id).where(about_nomination(actor)))


def _own_nomination(actor: Actor) -> ColumnElement[bool]:
    return Nomination.person_id == actor.person_id


def _open_own_nomination(actor: Actor) -> ColumnElement[bool]:
    return and_(_own_nomination(actor), Nomination.state.not_in(LEFT_STATES))


def _own_organisations_nomination(actor: Actor) -> ColumnElement[bool]:
    return Nomination.organisation_id.in_(actor.organisations)


def _nomination_in_vetting(_actor: Actor) -> ColumnElement[bool]:
    return Nomination.state.in_(VETTED_STATES)


def _person_in_vetting(actor: Actor) -> ColumnElement[bool]:
    return Person.id.in_(select(Nomination.person_id).where(_nomination_in_vetting(actor)))


def _every_course(_actor: Actor) -> ColumnElement[bool]:
    """A course belongs to no organisation or programme: a role that may do something with some may with each."""
    return true()


def _own_peoples_merge(actor: Actor) -> ColumnElement[bool]:
    own = select(Person.id).where(Person.organisation_id.in_(actor.organisations))
    return and_(Merge.kept_id.in_(own), Merge.merged_id.in_(own))


_NOMINATION: Mapping[Scope, Clause] = {
    Scope.ORG: _own_organisations_nomination,
    Scope.HOST: _cohort_of_nomination(_hosted),
    Scope.TAUGHT: _cohort_of_nomination(_taught),
    Scope.SELF: _own_nomination,
    Scope.VETTING: _nomination_in_vetting,
}

CLAUSES: Mapping[type[Base], Mapping[Scope, Clause]] = {
    Programme: {
        Scope.ORG: _takes_part,
        Scope.FUND: lambda actor: Programme.id.in_(actor.funded),
    },
    Project: {
        Scope.ORG: lambda actor: Project.organisation_id.in_(actor.organisations),
        Scope.FUND: lambda actor: Project.programme_id.in_(actor.funded),
    },
    BudgetLine: {
        Scope.ORG: _delivered_line(BudgetLine.id),
        Scope.FUND: lambda actor: BudgetLine.programme_id.in_(actor.funded),
    },
    Commitment: {
        Scope.ORG: _delivered_line(Commitment.line_id),
        Scope.FUND: lambda actor: Commitment.programme_id.in_(actor.funded),
    },
    LedgerEntry: {
        Scope.ORG: _delivered_line(LedgerEntry.line_id),
        Scope.FUND: lambda actor: LedgerEntry.programme_id.in_(actor.funded),
    },
    Claim: {
        Scope.ORG: lambda actor: exists().where(
            LedgerEntry.claim_id == Claim.id, _delivered_line(LedgerEntry.line_id)(actor)
        ),
        Scope.FUND: lambda actor: Claim.programme_id.in_(actor.funded),
    },
    Evidence: {},
    SpendBatch: {},
    Course: dict.fromkeys((Scope.ORG, Scope.HOST, Scope.FUND), _every_course),
    RightsAssessment: {Scope.GRADE: lambda actor: RightsAssessment.needed_grade.in_(actor.grades)},
    RightsAttachment: {},
    RightsMitigation: {},
    OutgoingLetter: {},
    Organisation: {Scope.ORG: lambda actor: Organisation.id.in_(actor.organisations)},
    Cohort: {
        Scope.ORG: lambda actor: or_(_hosted(actor), _invited(actor)),
        Scope.HOST: _hosted,
        Scope.FUND: lambda actor: Cohort.programme_id.in_(actor.funded),
        Scope.TAUGHT: _taught,
        Scope.SELF: _nomination_of_cohort(_open_own_nomination),
        Scope.VETTING: _nomination_of_cohort(_nomination_in_vetting),
    },
    Person: {
        Scope.ORG: lambda actor: Person.organisation_id.in_(actor.organisations),
        Scope.SELF: lambda actor: Person.id == actor.person_id,
        Scope.VETTING: _person_in_vetting,
    },
    Merge: {Scope.ORG: _own_peoples_merge},
    PersonKey: {Scope.ORG: lambda actor: PersonKey.organisation_id.in_(actor.organisations)},
    Nomination: _NOMINATION,
    NominationBatch: {Scope.ORG: lambda actor: NominationBatch.organisation_id.in_(actor.organisations)},
    Notice: {Scope.SELF: lambda actor: Notice.user_id == actor.user_id},
    ClearanceBatch: {Scope.VETTING: lambda actor: ClearanceBatch.uploaded_by_id == actor.user_id},
    LateEntry: {},
    User: {Scope.ORG: lambda actor: User.organisation_id.in_(actor.organisations)},
    RoleAssignment: {},
    RoleRequest: {},
    Invitation: {},
    Completion: {scope: _nomination_of_completion(clause) for scope, clause in _NOMINATION.items()},
}

SEEING: Mapping[type[Base], Permission] = {
    Programme: Permission.SEE_PROGRAMME,
    Project: Permission.SEE_PROGRAMME,
    BudgetLine: Permission.SEE_MONEY,
    Commitment: Permission.SEE_MONEY,
    LedgerEntry: Permission.SEE_MONEY,
    Claim: Permission.SEE_MONEY,
    Evidence: Permission.SEE_EVIDENCE,
    SpendBatch: Permission.PROPOSE_MONEY,
    Course: Permission.SEE_COURSE,
    RightsAssessment: Permission.SEE_RIGHTS,
    RightsAttachment: Permission.SEE_RIGHTS,
    RightsMitigation: Permission.SEE_RIGHTS,
    Cohort: Permission.SEE_COHORT,
    Organisation: Permission.SEE_ORGANISATION,
    OutgoingLetter: Permission.SEE_MAIL,
    Person: Permission.SEE_PERSON,
    Merge: Permission.EDIT_PERSON,
    Nomination: Permission.SEE_NOMINATION,
    LateEntry: Permission.SELECT_NOMINEES,
    NominationBatch: Permission.NOMINATE,
    Notice: Permission.READ_NOTICE,
    ClearanceBatch: Permission.VET,
    Completion: Permission.SEE_NOMINATION,
    User: Permission.MANAGE_ACCOUNTS,
    RoleAssignment: Permission.MANAGE_ACCOUNTS,
    RoleRequest: Permission.MANAGE_ACCOUNTS,
    Invitation: Permission.MANAGE_ACCOUNTS,
}
"""The permission without which a record of this kind is not found (404)."""


def scopes_of(actor: Actor, permission: Permission) -> frozenset[Scope]:
    """Return the union of the scopes that the actor's roles give for ``permission``."""
    granted = MATRIX[permission]
    return frozenset(scope for role in actor.roles for scope in granted.get(role, ()))


def holds(actor: Actor, permission: Permission) -> bool:
    """Return whether ``actor`` has ``permission`` for any record at all."""
    return bool(scopes_of(actor, permission))


def sees_others(actor: Actor, permission: Permission) -> bool:
    """Return whether ``actor`` has ``permission`` for more than their own records."""
    return bool(scopes_of(actor, permission) - {Scope.SELF})


def everything(actor: Actor) -> Mapping[Permission, frozenset[Scope]]:
    """Return what ``actor`` may do and how far each permission reaches, in the order of the table."""
    return {permission: found for permission in MATRIX if (found := scopes_of(actor, permission))}


_EVERYBODYS = frozenset(permission for permission, granted in MATRIX.items() if set(granted) == set(Role))


def concerns_others(actor: Actor) -> bool:
    """Return whether ``actor`` has anything to do with more than their own records, as a trainee has not.

    What every role may read, such as the list of organisations, does not count.
    """
    return any(sees_others(actor, permission) for permission in MATRIX if permission not in _EVERYBODYS)


def roster_states(*, may_see_people: bool) -> tuple[NominationState, ...]:
    """Return the states by which an actor may filter a roster; ``may_see_people`` allows all of them."""
    return tuple(NominationState) if may_see_people else ROSTER_STATES


def where(actor: Actor, permission: Permission, model: type[Base]) -> ColumnElement[bool]:
    """Return the condition under which ``actor`` has ``permission`` for a row of ``model``.

    A scope that has no meaning for the model gives nothing.
    """
    scopes = scopes_of(actor, permission)
    if Scope.ALL in scopes:
        return true()
    clauses = CLAUSES[model]
    granted = [clauses[scope](actor) for scope in sorted(scopes) if scope in clauses]
    return or_(*granted) if granted else false()


SCOPED = "scoped"
"""The execution option that holds the permission of a scoped statement, or the reason for having none."""


def seen(statement: Statement, actor: Actor, permission: Permission, model: type[Base]) -> Statement:
    """Restrict ``statement`` to the rows of ``model`` for which ``actor`` has ``permission``."""
    return statement.where(where(actor, permission, model)).execution_options(**{SCOPED: permission.value})


def unscoped(statement: Statement, *, because: str) -> Statement:
    """Allow ``statement`` to read guarded records without a scope; ``because`` gives the reason."""
    return statement.execution_options(**{SCOPED: because})


def domain_read(statement: Statement) -> Statement:
    """Let a use case read guarded records: it applies its rule to what the outer room already admitted."""
    return unscoped(statement, because="a use case applies its rule to records that the outer room already admitted")
