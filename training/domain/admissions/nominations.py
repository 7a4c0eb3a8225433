"""Nominations: nominate, shortlist, vet, confirm. Vetting comes late, so that nobody is checked needlessly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from training.domain.admissions import notifications, seats
from training.domain.admissions.refusals import (
    AlreadyClaimed,
    AlreadyNominated,
    NominationsClosed,
    NotInvited,
    WrongStep,
)
from training.domain.courses import cohorts
from training.domain.identity import audit
from training.domain.people import people
from training.kit.clock import now, today
from training.kit.db import changed, changed_rows, db
from training.kit.ids import new_public_id
from training.models.admissions.nominations import LEFT_STATES, Nomination, NominationState
from training.models.admissions.notifications import NoticeKind
from training.models.admissions.vetting import VettingDecision, VettingOutcome
from training.models.courses.cohorts import Cohort, CohortState
from training.models.identity.actor import Actor
from training.models.identity.audit import AuditEvent
from training.models.people.people import Person
from training.queries.admissions import nominations, vetting
from training.queries.admissions import seats as seat_rows
from training.queries.identity import organisation_trees

S = NominationState


class Act(AuditEvent):
    """What moves a nomination, as the audit trail says it."""

    NOMINATE = "nominated"
    SHORTLIST = "shortlisted"
    SEND = "in vetting"
    CLEAR = "cleared"
    NOT_CLEAR = "not cleared"
    CONFIRM = "confirmed"
    WAIT = "waiting"
    PROMOTE = "promoted"
    TURN_DOWN = "turned down"
    WITHDRAW = "withdrawn"
    SET_ASIDE = "withdrawn, record set aside"


@dataclass(frozen=True)
class Step:
    """From which states an act leads to which."""

    before: frozenset[NominationState]
    after: NominationState
    needs_reason: bool = False


_UNSEATED = frozenset({S.NOMINATED, S.SHORTLISTED, S.IN_VETTING, S.CLEARED, S.NOT_CLEARED, S.WAITING})
PATH: dict[Act, Step] = {
    Act.NOMINATE: Step(frozenset(), S.NOMINATED),
    Act.SHORTLIST: Step(frozenset({S.NOMINATED}), S.SHORTLISTED),
    Act.SEND: Step(frozenset({S.SHORTLISTED}), S.IN_VETTING),
    Act.CLEAR: Step(frozenset({S.IN_VETTING, S.NOT_CLEARED, S.CONFIRMED}), S.CLEARED),
    Act.NOT_CLEAR: Step(frozenset({S.IN_VETTING, S.CLEARED, S.WAITING, S.CONFIRMED}), S.NOT_CLEARED),
    Act.CONFIRM: Step(frozenset({S.CLEARED, S.WAITING}), S.CONFIRMED),
    Act.WAIT: Step(frozenset({S.CLEARED}), S.WAITING),
    Act.PROMOTE: Step(frozenset({S.WAITING}), S.CONFIRMED),
    Act.TURN_DOWN: Step(_UNSEATED, S.TURNED_DOWN, needs_reason=True),
    Act.WITHDRAW: Step(_UNSEATED | {S.CONFIRMED}, S.WITHDRAWN),
    Act.SET_ASIDE: Step(_UNSEATED | {S.CONFIRMED}, S.WITHDRAWN),
}
"""The whole path. What leads from *confirmed* to *cleared* is a new clearance that ends before the last day."""


def nominate(cohort: Cohort, person: Person, by: Actor) -> Nomination:
    """Put a person forward in the name of their organisation. Raises what ``nominate_all`` raises."""
    return nominate_all(cohort, [person], by)[0]


def nominate_all(cohort: Cohort, persons: Sequence[Person], by: Actor) -> list[Nomination]:
    """Put people forward, each in the name of their organisation; all or none, in the order given.

    Raises CohortNotOpen, NominationsClosed, PersonInactive, NotInvited, AlreadyNominated. Rule: only national
    nominations, no direct applications.
    """
    check_takes_nominations(cohort)
    people.check_all_active([person.id for person in persons])
    bodies = {person.organisation_id for person in persons}
    if bodies - organisation_trees.keys_invited_to(cohort.id):
        raise NotInvited
    rows = [_row(cohort, person, by) for person in persons]
    if not rows:
        return []
    try:
        with db.session.begin_nested():
            db.session.execute(insert(Nomination), rows)
    except IntegrityError as error:
        raise AlreadyNominated from error
    made = nominations.with_public_ids([row["public_id"] for row in rows])
    audit.record_each(Act.NOMINATE, {nomination: {} for nomination in made.values()}, by=by.user_id)
    return [made[row["public_id"]] for row in rows]


def check_takes_nominations(cohort: Cohort) -> None:
    """Raise CohortNotOpen, or NominationsClosed after the last day for nominations."""
    cohorts.check_open(cohort)
    until = cohort.nominations_until
    if until is not None and today() > until:
        raise NominationsClosed(until)


def _row(cohort: Cohort, person: Person, by: Actor) -> dict[str, Any]:
    at = now()
    return {
        "public_id": new_public_id(),
        "cohort_id": cohort.id,
        "person_id": person.id,
        "organisation_id": person.organisation_id,
        "nominated_by_id": by.user_id,
        "nominated_at": at,
        "moved_at": at,
    }


def withdraw_all(nominated: Sequence[Nomination], by: Actor) -> None:
    """Take back nominations on which nobody acted. Raises WrongStep when one of them moved on."""
    if not nominated:
        return
    statement = (
        update(Nomination)
        .where(Nomination.id.in_([one.id for one in nominated]), Nomination.state == S.NOMINATED)
        .values(state=S.WITHDRAWN, moved_at=now())
    )
    if changed_rows(statement) != len(nominated):
        raise WrongStep
    audit.record_each(Act.WITHDRAW, {nomination: {} for nomination in nominated}, by=by.user_id)


def shortlist(nomination: Nomination, by: Actor) -> None:
    """Put a nominee on the shortlist. Raises WrongStep."""
    _move(nomination, Act.SHORTLIST, by)


def send_to_vetting(nomination: Nomination, by: Actor) -> None:
    """Ask the vetting officers about a shortlisted nominee. Raises WrongStep.

    Whoever holds a clearance to the last day is cleared at once: nobody is checked needlessly.
    """
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    _move(nomination, Act.SEND, by)
    if vetting.is_cleared(nomination.person_id, cohort.ends_on):
        _move(nomination, Act.CLEAR, by)


def confirm(nomination: Nomination, by: Actor) -> None:
    """Give a cleared nominee a seat. Raises WrongStep, and what ``seats.take`` raises."""
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    state = nominations.state_of(nomination.id)
    if state not in PATH[Act.CONFIRM].before:
        raise WrongStep(state)
    seats.take(nomination, cohort)
    _move(nomination, Act.CONFIRM, by)


def put_on_waiting_list(nomination: Nomination, by: Actor) -> None:
    """Let a cleared nominee wait for a seat, after all who wait already.

    Raises WrongStep, CohortNotOpen, PersonInactive.
    """
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    cohorts.check_open(cohort)
    people.check_all_active([nomination.person_id])
    _move(nomination, Act.WAIT, by, place=seat_rows.last_place(cohort.id) + 1)


def turn_down(nomination: Nomination, reason: str, by: Actor) -> None:
    """Decline a nominee who has no seat; the nominating organisation reads the reason. Raises WrongStep."""
    _move(nomination, Act.TURN_DOWN, by, reason)


def withdraw(nomination: Nomination, by: Actor) -> None:
    """Take a nomination back; a confirmed seat becomes free and falls to the first who waits and may have it.

    Raises WrongStep, and AlreadyClaimed once a completion was claimed: what happened cannot be withdrawn.
    """
    cohort = seat_rows.lock([nomination.cohort_id], [nomination.person_id])[nomination.cohort_id]
    if nominations.has_claim(nomination.id):
        raise AlreadyClaimed
    had_seat = nominations.state_of(nomination.id) is S.CONFIRMED
    _move(nomination, Act.WITHDRAW, by)
    if had_seat:
        _free_seat(cohort, by)


def follow(decision: VettingDecision, by: Actor) -> None:
    """Move the nominations of a person as a new decision about them says. The person and their cohorts are locked.

    A seat that the decision no longer covers to the last day becomes free, unless the course is over or completed:
    no seat is filled without clearance (domain §2, Vetting).
    """
    act = Act.CLEAR if decision.outcome is VettingOutcome.CLEARED else Act.NOT_CLEAR
    for nomination in nominations.vetted_of(decision.person_id):
        if nomination.state is S.CONFIRMED:
            _follow_with_seat(nomination, act, decision, by)
        elif nomination.state in PATH[act].before:
            _move(nomination, act, by)


def _follow_with_seat(nomination: Nomination, act: Act, decision: VettingDecision, by: Actor) -> None:
    lasts = decision.expires_on is not None and decision.expires_on >= nomination.cohort.ends_on
    if lasts or _is_past(nomination):
        return
    _move(nomination, act, by)
    notifications.tell(NoticeKind.UNSEATED, nomination)
    _free_seat(nomination.cohort, by)


def _is_past(seated: Nomination) -> bool:
    """Say whether a seat is one of a course that is over or completed: nothing takes it away any more."""
    return not _goes_on(seated.cohort) or nominations.has_claim(seated.id)


def _goes_on(cohort: Cohort) -> bool:
    return cohort.state is CohortState.OPEN and today() <= cohort.ends_on


def end_all(person_id: int, by: Actor) -> None:
    """Withdraw what stands of somebody whose record is set aside, and tell both sides.

    The person and their cohorts are locked. A seat becomes free, unless the course is over or completed.
    """
    for nomination in filter(ends_with_record, nominations.lock_standing(person_id)):
        had_seat = nomination.state is S.CONFIRMED
        _move(nomination, Act.SET_ASIDE, by)
        notifications.tell(NoticeKind.SET_ASIDE, nomination)
        if had_seat:
            _free_seat(nomination.cohort, by)


def ends_with_record(nomination: Nomination) -> bool:
    """Say whether a nomination is withdrawn when the record of its person is set aside."""
    return nomination.state not in LEFT_STATES and not (nomination.state is S.CONFIRMED and _is_past(nomination))


def _free_seat(cohort: Cohort, by: Actor) -> None:
    """Give a seat back, and let the first on the waiting list have it who can.

    Whoever is passed over stays where they are, with the reason. Raising the capacity frees no seat: it promotes
    nobody (acceptance test b).
    """
    cohorts.give_seat_back(cohort)
    if not _goes_on(cohort):
        return
    for nomination in seat_rows.waiting(cohort.id):
        hindrance = seats.try_to_take(nomination, cohort)
        if hindrance is None:
            _move(nomination, Act.PROMOTE, by)
            notifications.tell(NoticeKind.SEATED, nomination)
            return
        nomination.hindrance = hindrance


def _move(nomination: Nomination, act: Act, by: Actor, reason: str = "", place: int | None = None) -> None:
    """Take a step if the nomination still stands where the step begins. Raises WrongStep.

    ``reason`` is that of turning down, ``place`` that on the waiting list.
    """
    step = PATH[act]
    statement = (
        update(Nomination)
        .where(Nomination.id == nomination.id, Nomination.state.in_(step.before))
        .values(state=step.after, reason=reason, place=place, hindrance=None, moved_at=now())
    )
    if not changed(statement):
        raise WrongStep(nominations.state_of(nomination.id))
    audit.record(act, nomination, by=by.user_id)
