"""The state machine of a nomination: the transition of each event, and the possible next steps. Pure."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from training.models.admissions.nominations import NominationState
from training.models.identity.audit import AuditEvent

S = NominationState


class NominationEvent(AuditEvent):
    """An event that changes the state of a nomination; the value is stored in the audit trail."""

    NOMINATE = "nominated"
    SHORTLIST = "shortlisted"
    SEND = "in vetting"
    CLEAR = "cleared"
    REUSE = "cleared before"
    NOT_CLEAR = "not cleared"
    CONFIRM = "confirmed"
    WAIT = "waiting"
    PROMOTE = "promoted"
    TURN_DOWN = "turned down"
    WITHDRAW = "withdrawn"
    SET_ASIDE = "withdrawn, record set aside"


@dataclass(frozen=True)
class Transition:
    """The states from which an event is possible, and the state to which it leads."""

    before: frozenset[NominationState]
    after: NominationState
    needs_reason: bool = False


_UNSEATED = frozenset({S.NOMINATED, S.SHORTLISTED, S.IN_VETTING, S.CLEARED, S.NOT_CLEARED, S.WAITING})
PATH: Mapping[NominationEvent, Transition] = {
    NominationEvent.NOMINATE: Transition(frozenset(), S.NOMINATED),
    NominationEvent.SHORTLIST: Transition(frozenset({S.NOMINATED}), S.SHORTLISTED),
    NominationEvent.SEND: Transition(frozenset({S.SHORTLISTED}), S.IN_VETTING),
    NominationEvent.CLEAR: Transition(frozenset({S.IN_VETTING, S.NOT_CLEARED, S.CONFIRMED}), S.CLEARED),
    NominationEvent.REUSE: Transition(frozenset({S.IN_VETTING}), S.CLEARED),
    NominationEvent.NOT_CLEAR: Transition(frozenset({S.IN_VETTING, S.CLEARED, S.WAITING, S.CONFIRMED}), S.NOT_CLEARED),
    NominationEvent.CONFIRM: Transition(frozenset({S.CLEARED, S.WAITING}), S.CONFIRMED),
    NominationEvent.WAIT: Transition(frozenset({S.CLEARED}), S.WAITING),
    NominationEvent.PROMOTE: Transition(frozenset({S.WAITING}), S.CONFIRMED),
    NominationEvent.TURN_DOWN: Transition(_UNSEATED, S.TURNED_DOWN, needs_reason=True),
    NominationEvent.WITHDRAW: Transition(_UNSEATED | {S.CONFIRMED}, S.WITHDRAWN),
    NominationEvent.SET_ASIDE: Transition(_UNSEATED | {S.CONFIRMED}, S.WITHDRAWN),
}
"""All transitions. *Confirmed* goes back to *cleared* on a new clearance that ends before the last day."""


_ORDER = (S.NOMINATED, S.SHORTLISTED, S.IN_VETTING, S.CLEARED, S.WAITING, S.CONFIRMED)


def is_early(event: NominationEvent, state: NominationState) -> bool:
    """Return whether a nomination in ``state`` has yet to reach the states from which an event is possible."""
    before = [_ORDER.index(one) for one in PATH[event].before if one in _ORDER]
    return state in _ORDER and bool(before) and _ORDER.index(state) < min(before)


class SelectionStep(enum.StrEnum):
    """A step that a user takes for one nominee or several."""

    SHORTLIST = "shortlist"
    SEND = "send"
    CONFIRM = "confirm"
    WAIT = "wait"
    TURN_DOWN = "turn_down"
    WITHDRAW = "withdraw"

    @property
    def transition(self) -> Transition:
        """The transition of the step."""
        return PATH[NominationEvent[self.name]]


class CoursePhase(enum.Enum):
    """Where a course stands on a day: before its first, from the first to the last, or after the last."""

    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"

    @property
    def shuts(self) -> tuple[SelectionStep, ...]:
        """The steps that are no longer possible: a seat in a running course is a late entry."""
        shut = {self.AHEAD: (), self.RUNNING: (SelectionStep.CONFIRM,)}
        return shut.get(self, (SelectionStep.CONFIRM, SelectionStep.WAIT))


def phase_of(first: dt.date, last: dt.date, on: dt.date) -> CoursePhase:
    """Return the phase of a course with these days."""
    if on < first:
        return CoursePhase.AHEAD
    return CoursePhase.RUNNING if on <= last else CoursePhase.OVER


def steps_of(*, may_select: bool, may_withdraw: bool) -> tuple[SelectionStep, ...]:
    """Return the steps allowed to a user who may select nominees, withdraw nominations, both or neither."""
    return tuple(step for step in SelectionStep if (may_withdraw if step is SelectionStep.WITHDRAW else may_select))


@cache
def next_steps(
    state: NominationState,
    *,
    may_select: bool,
    may_withdraw: bool,
    is_claimed: bool,
    phase: CoursePhase = CoursePhase.AHEAD,
) -> tuple[SelectionStep, ...]:
    """Return the steps possible from ``state`` for a user with these permissions.

    A nomination whose completion was claimed can no longer be withdrawn.
    """
    steps = steps_of(may_select=may_select, may_withdraw=may_withdraw and not is_claimed)
    return tuple(step for step in steps if state in step.transition.before and step not in phase.shuts)
