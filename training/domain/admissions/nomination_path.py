"""The state machine of a nomination: the transition of each event, and the possible next steps. Pure."""

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
    NominationEvent.NOT_CLEAR: Transition(frozenset({S.IN_VETTING, S.CLEARED, S.WAITING, S.CONFIRMED}), S.NOT_CLEARED),
    NominationEvent.CONFIRM: Transition(frozenset({S.CLEARED, S.WAITING}), S.CONFIRMED),
    NominationEvent.WAIT: Transition(frozenset({S.CLEARED}), S.WAITING),
    NominationEvent.PROMOTE: Transition(frozenset({S.WAITING}), S.CONFIRMED),
    NominationEvent.TURN_DOWN: Transition(_UNSEATED, S.TURNED_DOWN, needs_reason=True),
    NominationEvent.WITHDRAW: Transition(_UNSEATED | {S.CONFIRMED}, S.WITHDRAWN),
    NominationEvent.SET_ASIDE: Transition(_UNSEATED | {S.CONFIRMED}, S.WITHDRAWN),
}
"""All transitions. *Confirmed* goes back to *cleared* on a new clearance that ends before the last day."""


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


def steps_of(*, may_select: bool, may_withdraw: bool) -> tuple[SelectionStep, ...]:
    """Return the steps allowed to a user who may select nominees, withdraw nominations, both or neither."""
    return tuple(step for step in SelectionStep if (may_withdraw if step is SelectionStep.WITHDRAW else may_select))


@cache
def next_steps(
    state: NominationState, *, may_select: bool, may_withdraw: bool, is_claimed: bool
) -> tuple[SelectionStep, ...]:
    """Return the steps possible from ``state`` for a user with these permissions.

    A nomination whose completion was claimed can no longer be withdrawn.
    """
    steps = steps_of(may_select=may_select, may_withdraw=may_withdraw and not is_claimed)
    return tuple(step for step in steps if state in step.transition.before)
