"""Read nominations."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, or_, select
from sqlalchemy.orm import Bundle, contains_eager, joinedload

from training.kit.db import AnySelect, db
from training.models.admissions.nominations import LEFT_STATES, LateEntry, LateEntryState, Nomination, NominationState
from training.models.admissions.vetting import VettingDecision
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import User
from training.models.identity.actor import Actor
from training.models.identity.audit import AuditEntry
from training.models.identity.organisations import Organisation
from training.models.identity.reading import NOTED
from training.models.outcomes.completions import Completion, CompletionState
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.policy.scopes import ROSTER_STATES, VETTED_STATES, domain_read, seen, unscoped, where
from training.queries.admissions import vetting
from training.queries.common.paging import Cursor, Page, read_page
from training.queries.identity import organisation_trees
from training.queries.people import people


def vetted_of(person_id: int) -> Sequence[Nomination]:
    """Return the nominations of a person that a vetting decision may affect."""
    statement = (
        select(Nomination)
        .where(Nomination.person_id == person_id, Nomination.state.in_(VETTED_STATES))
        .options(joinedload(Nomination.cohort))
        .order_by(Nomination.id)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(domain_read(statement)).all()


def lock_open_nominations(person_id: int) -> Sequence[Nomination]:
    """Lock the open nominations of a person until the transaction ends; return them, fresh."""
    statement = (
        select(Nomination)
        .where(Nomination.person_id == person_id, Nomination.state.not_in(LEFT_STATES))
        .options(joinedload(Nomination.cohort))
        .order_by(Nomination.id)
        .with_for_update(of=Nomination)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(domain_read(statement)).all()


def state_of(nomination_id: int) -> NominationState:
    """Return the current state of a nomination."""
    statement = select(Nomination.state).where(Nomination.id == nomination_id)
    return db.session.scalars(domain_read(statement)).one()


def has_claim(nomination_id: int) -> bool:
    """Return whether a completion was claimed and not refused."""
    claimed = exists().where(Completion.nomination_id == nomination_id, Completion.state != CompletionState.REFUSED)
    return bool(db.session.scalar(domain_read(select(claimed))))


def with_public_ids(public_ids: Collection[str]) -> dict[str, Nomination]:
    """Return the nominations with these public ids, by id."""
    statement = select(Nomination).where(Nomination.public_id.in_(public_ids))
    found = db.session.scalars(unscoped(statement, because="a use case reads what it has just written"))
    return {nomination.public_id: nomination for nomination in found}


def nomination_by_key(nomination_id: int) -> Nomination:
    """Return a nomination by its key, fresh."""
    statement = select(Nomination).where(Nomination.id == nomination_id).execution_options(populate_existing=True)
    return db.session.scalars(domain_read(statement)).one()


class RosterRow(NamedTuple):
    """A nominee on a roster, as the displayed columns of each record.

    The columns of clearance and completion are None if there is none; clearance and place also if the reader may not
    see the person.
    """

    nomination: Any
    """``public_id``, ``state``, ``reason``, ``hindrance``, ``place`` on the waiting list, counted from 1"""

    person: Any
    """``public_id``, ``name_latin``, ``name_native``"""

    organisation: Any
    """``name_en``, ``name_ar``, ``name_ckb``"""

    completion: Any
    """``public_id``, ``state``"""

    clearance: Any
    """``outcome``, ``expires_on``"""

    late_entry: Any
    """``public_id``, ``proposed_by_id`` of one that awaits its decision; for those who may select"""

    may_see_person: bool
    may_select: bool
    may_withdraw: bool
    may_confirm_completion: bool
    is_own_claim: bool

    @property
    def shows_state(self) -> bool:
        """Whether the reader may see the state of the nomination."""
        return self.may_see_person or self.nomination.state in ROSTER_STATES


ROSTER_SIZE = 200
"""Nominees on a page of a roster: most rosters fit whole, and a page loads on a slow connection."""


@dataclass(frozen=True)
class RosterSelection:
    """A filter of a roster by state, organisation (by its public id) and words of the name; empty fields match all."""

    state: NominationState | None = None
    organisation: str = ""
    words: str = ""

    def filter(self, statement: AnySelect, actor: Actor) -> AnySelect:
        """Filter a statement that reads nominations with their people and organisations."""
        if self.state:
            statement = statement.where(Nomination.state == self.state, _has_shown_state(actor))
        if self.organisation:
            statement = statement.where(Organisation.public_id == self.organisation)
        return people.named(statement, self.words) if self.words else statement


def roster(cohort_id: int, selection: RosterSelection, cut: Cursor, actor: Actor) -> Page[RosterRow]:
    """Return a page of the nominees of a cohort whom ``actor`` may see, by name; a waiting list in its order.

    A host reads the name and organisation of every nominee of its cohort (the one stated exception to isolation), a
    trainer the names; state and clearance are for readers who may see the person.
    """
    may_see_person, line = _is_seen_as_person(actor), _waiting_places(cohort_id)
    may_select = _may_select(actor)
    place = case((may_see_person, line.c.place)).label("place")
    statement: AnySelect = (
        select(
            Bundle(
                "nomination", Nomination.public_id, Nomination.state, Nomination.reason, Nomination.hindrance, place
            ),
            Bundle("person", Person.public_id, Person.name_latin, Person.name_native),
            Bundle("organisation", Organisation.name_en, Organisation.name_ar, Organisation.name_ckb),
            Bundle("completion", Completion.public_id, Completion.state),
            Bundle("clearance", VettingDecision.outcome, VettingDecision.expires_on),
            Bundle("late_entry", LateEntry.public_id, LateEntry.proposed_by_id),
            may_see_person.label("may_see_person"),
            may_select.label("may_select"),
            where(actor, Permission.WITHDRAW_NOMINATION, Nomination).label("may_withdraw"),
            where(actor, Permission.CONFIRM_COMPLETION, Nomination).label("may_confirm_completion"),
            is_own_claim(actor).label("is_own_claim"),
        )
        .join(Person, Person.id == Nomination.person_id)
        .join(Organisation, Organisation.id == Nomination.organisation_id)
        .outerjoin(line, line.c.id == Nomination.id)
        .outerjoin(
            Completion,
            and_(Completion.nomination_id == Nomination.id, Completion.state != CompletionState.REFUSED),
        )
        .outerjoin(LateEntry, and_(LateEntry.nomination_id == Nomination.id, _is_proposed(), may_select))
        .where(Nomination.cohort_id == cohort_id)
    )
    statement = vetting.with_current(statement, may_see_person)
    statement = seen(selection.filter(statement, actor), actor, Permission.SEE_NOMINATION, Nomination)
    if selection.state is NominationState.WAITING:
        page = read_page(statement, Nomination, Nomination.place, cut, size=ROSTER_SIZE)
    else:
        page = read_page(statement, Nomination, Person.name_key, cut, through=Nomination.person, size=ROSTER_SIZE)
    return replace(page, rows=[RosterRow(*row) for row in page.rows])


def _may_select(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for ``actor`` to select a nominee: they may, and it is not themselves."""
    return and_(
        where(actor, Permission.SELECT_NOMINEES, Nomination), Nomination.person_id.is_distinct_from(actor.person_id)
    )


def _is_proposed() -> ColumnElement[bool]:
    return LateEntry.state == LateEntryState.PROPOSED


def is_own_claim(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for a claim to be the actor's own, which they may not decide."""
    return or_(Completion.claimed_by_id == actor.user_id, Nomination.person_id == actor.person_id)


def _waiting_places(cohort_id: int) -> Subquery:
    """Return the keys of a cohort's waiting list, each with its place, counted from 1."""
    place = func.row_number().over(order_by=Nomination.place).label("place")
    waits = (Nomination.cohort_id == cohort_id, Nomination.state == NominationState.WAITING)
    return select(Nomination.id, place).where(*waits).subquery()


def roster_counts(cohort_id: int, organisation: str, actor: Actor) -> dict[NominationState | None, int]:
    """Count the nominees of a cohort whom ``actor`` sees by state; under None those whose state is hidden.

    Of one organisation (by its public id), or of all.
    """
    shown = case((_has_shown_state(actor), Nomination.state))
    statement: AnySelect = (
        select(shown, func.count())
        .join(Organisation, Organisation.id == Nomination.organisation_id)
        .where(Nomination.cohort_id == cohort_id)
        .group_by(shown)
    )
    filtered = RosterSelection(organisation=organisation).filter(statement, actor)
    return dict(db.session.execute(seen(filtered, actor, Permission.SEE_NOMINATION, Nomination)).all())


def roster_organisations(cohort_id: int, actor: Actor) -> list[tuple[Organisation, int]]:
    """Return the organisations whose nominees for a cohort ``actor`` sees, each with their number."""
    statement: AnySelect = (
        select(Organisation, func.count())
        .join(Nomination, Nomination.organisation_id == Organisation.id)
        .where(Nomination.cohort_id == cohort_id)
        .group_by(Organisation.id)
        .order_by(Organisation.name_en)
    )
    rows = db.session.execute(seen(statement, actor, Permission.SEE_NOMINATION, Nomination))
    return [(organisation, number) for organisation, number in rows]


def _is_seen_as_person(actor: Actor) -> ColumnElement[bool]:
    return Nomination.person_id.in_(select(Person.id).where(where(actor, Permission.SEE_PERSON, Person)))


def _has_shown_state(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for a state to be shown; filters and counts by state use it, so that none is revealed."""
    return or_(_is_seen_as_person(actor), Nomination.state.in_(ROSTER_STATES))


def nomination_page(nomination: Nomination, actor: Actor) -> Nomination:
    """Return a nomination with person, cohort and course, fresh, as ``actor`` may see it."""
    statement = _whole().where(Nomination.id == nomination.id).execution_options(populate_existing=True)
    found: Nomination = db.session.scalars(seen(statement, actor, Permission.SEE_NOMINATION, Nomination)).one()
    return found


def nominations_of(person_id: int, actor: Actor) -> Sequence[Nomination]:
    """Return the nominations of a person that ``actor`` may see, newest first."""
    statement = (
        select(Nomination)
        .where(Nomination.person_id == person_id)
        .options(joinedload(Nomination.cohort).joinedload(Cohort.course), joinedload(Nomination.organisation))
        .order_by(Nomination.id.desc())
    )
    return db.session.scalars(seen(statement, actor, Permission.SEE_NOMINATION, Nomination)).all()


def selected(cohort_id: int, public_ids: Collection[str], actor: Actor, permission: Permission) -> Sequence[Nomination]:
    """Return the nominations of a cohort with these public ids for which ``actor`` has ``permission``, by name."""
    statement = (
        select(Nomination)
        .join(Person, Person.id == Nomination.person_id)
        .where(Nomination.cohort_id == cohort_id, Nomination.public_id.in_(public_ids))
        .options(contains_eager(Nomination.person))
        .order_by(Person.name_key, Nomination.id)
    )
    return db.session.scalars(seen(statement, actor, permission, Nomination)).all()


def people_of(cohort_id: int, public_ids: Collection[str], actor: Actor) -> Sequence[Person]:
    """Return the people of nominations to a cohort, by public ids, for whom ``actor`` may make cards, by key."""
    chosen = select(Nomination.person_id).where(Nomination.cohort_id == cohort_id, Nomination.public_id.in_(public_ids))
    statement = select(Person).where(Person.id.in_(chosen)).order_by(Person.id)
    return db.session.scalars(seen(statement, actor, Permission.PRINT_CARDS, Person)).all()


def eligible(cohort_id: int, words: str, actor: Actor) -> people.SearchResult:
    """Return up to fifty people whom ``actor`` may nominate: of invited organisations, not nominated yet."""
    invited = select(organisation_trees.invited_to(cohort_id).c.id)
    may_be_nominated = Person.id.is_distinct_from(actor.person_id)
    is_nominated = exists().where(
        Nomination.cohort_id == cohort_id,
        Nomination.person_id == Person.id,
        Nomination.state.not_in(LEFT_STATES),
    )
    statement = people.named(people.listed(), words).where(
        Person.organisation_id.in_(invited), ~is_nominated, may_be_nominated
    )
    return people.first_of(seen(statement, actor, Permission.EDIT_PERSON, Person))


def overtaken(public_ids: Collection[str], actor: Actor) -> Sequence[Nomination]:
    """Return the nominations with these public ids whose people ``actor`` may see, in the order of the waiting list."""
    statement = (
        select(Nomination)
        .join(Person, Person.id == Nomination.person_id)
        .where(Nomination.public_id.in_(public_ids))
        .options(contains_eager(Nomination.person))
        .order_by(Nomination.place)
    )
    return db.session.scalars(seen(statement, actor, Permission.SEE_PERSON, Person)).all()


def late_entry_page(entry: LateEntry, actor: Actor) -> LateEntry:
    """Return a late entry with its proposer, nominee, cohort and course, fresh."""
    statement = _late_entries().where(LateEntry.id == entry.id).execution_options(populate_existing=True)
    found: LateEntry = db.session.scalars(seen(statement, actor, Permission.SELECT_NOMINEES, LateEntry)).one()
    return found


def _late_entries() -> AnySelect:
    nomination = joinedload(LateEntry.nomination)
    return select(LateEntry).options(
        joinedload(LateEntry.proposed_by),
        nomination.joinedload(Nomination.person),
        nomination.joinedload(Nomination.organisation),
        nomination.joinedload(Nomination.cohort).joinedload(Cohort.course),
    )


class Move(NamedTuple):
    """A step of a nomination: its time, its audit event, and the user who took it, if shown.

    ``reused`` is the decision that stood already, if the step followed from one: then nobody took it.
    """

    at: dt.datetime
    action: str
    by: str | None
    reused: VettingDecision | None = None


@dataclass(frozen=True)
class NominationSteps:
    """A nomination with its steps and its place on the waiting list, counted from 1 (None: not waiting).

    All but the nomination are for readers who may see the person.
    """

    nomination: Nomination
    place: int | None
    clearance: VettingDecision | None
    moves: Sequence[Move]
    late_entries: Sequence[LateEntry]
    may_see_person: bool
    may_select: bool

    @property
    def shows_state(self) -> bool:
        """Whether the reader may see the state of the nomination."""
        return self.may_see_person or self.nomination.state in ROSTER_STATES


def nomination_steps(nomination: Nomination, actor: Actor) -> NominationSteps:
    """Return a nomination with its steps as ``actor`` may see them; who took a step only if they select or audit."""
    may_see_person = _is_seen_as_person(actor)
    may_select = _may_select(actor)
    may_audit = where(actor, Permission.READ_AUDIT, Nomination)
    line = _waiting_places(nomination.cohort_id)
    statement = (
        _whole()
        .add_columns(may_see_person, may_select.label("may_select"), may_audit, line.c.place)
        .outerjoin(line, line.c.id == Nomination.id)
        .where(Nomination.id == nomination.id)
        .execution_options(populate_existing=True)
    )
    found, is_reader, is_selector, is_auditor, place = db.session.execute(
        seen(statement, actor, Permission.SEE_NOMINATION, Nomination)
    ).one()
    shows_user = bool(is_selector or is_auditor)
    return NominationSteps(
        nomination=found,
        place=place if is_reader else None,
        clearance=vetting.current_decision(found.person_id) if is_reader else None,
        moves=_moves(found.public_id, shows_user=shows_user) if is_reader else (),
        late_entries=_late_entries_of(found.id, actor) if is_selector else (),
        may_see_person=bool(is_reader),
        may_select=bool(is_selector),
    )


def _moves(public_id: str, *, shows_user: bool) -> list[Move]:
    statement = (
        select(AuditEntry.at, AuditEntry.action, AuditEntry.details, User.display_name)
        .outerjoin(User, User.id == AuditEntry.user_id)
        .where(AuditEntry.subject_kind == Nomination.__name__, AuditEntry.subject_id == public_id)
        .where(AuditEntry.action.not_in(NOTED))
        .order_by(AuditEntry.id)
    )
    rows = db.session.execute(statement).all()
    decisions = vetting.with_public_ids({key for _at, _action, details, _name in rows if (key := _reused(details))})
    moves = []
    for at, action, details, name in rows:
        reused = decisions.get(_reused(details))
        moves.append(Move(at, action, name if shows_user and reused is None else None, reused))
    return moves


def _reused(details: dict[str, Any]) -> str:
    """Return the public id of the decision that a step reused, or an empty string."""
    return details.get("reused") or ""


def _late_entries_of(nomination_id: int, actor: Actor) -> Sequence[LateEntry]:
    statement = (
        select(LateEntry)
        .where(LateEntry.nomination_id == nomination_id)
        .options(joinedload(LateEntry.proposed_by))
        .order_by(LateEntry.id)
    )
    return db.session.scalars(seen(statement, actor, Permission.SELECT_NOMINEES, LateEntry)).all()


def _whole() -> AnySelect:
    return select(Nomination).options(
        joinedload(Nomination.person),
        joinedload(Nomination.organisation),
        joinedload(Nomination.cohort).joinedload(Cohort.course),
    )
