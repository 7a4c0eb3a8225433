"""Take one step for several nominees in one transaction, in the order of the list; refused ones are reported."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from training.domain.admissions import nominations
from training.domain.admissions.nomination_path import SelectionStep
from training.domain.admissions.refusals import SelectionRepeated
from training.domain.admissions.seats import check_order
from training.domain.common.refusals import Refusal
from training.kit.clock import now, today
from training.kit.db import db
from training.models.admissions.nominations import Nomination, Selection
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.queries.admissions import seats

_RULES: Mapping[SelectionStep, Callable[[Nomination, Actor], None]] = {
    SelectionStep.SHORTLIST: nominations.shortlist,
    SelectionStep.SEND: nominations.send_to_vetting,
    SelectionStep.WAIT: nominations.put_on_waiting_list,
    SelectionStep.WITHDRAW: nominations.withdraw,
}


@dataclass(frozen=True)
class BulkAction:
    """A step, the reason for turning down, and the key that identifies a form submitted twice.

    ``past`` are the public ids of nominees on the waiting list whom seats may pass.
    """

    step: SelectionStep
    reason: str
    key: str
    past: frozenset[str] = frozenset()


def take(cohort: Cohort, chosen: Sequence[Nomination], action: BulkAction, by: Actor) -> list[Refusal | None]:
    """Take a step for each of the selected nominees of a cohort; return for each the refusal, or None.

    Raises SelectionRepeated if the key was used, and WaitingOvertaken; nothing changes then.
    """
    try:
        with db.session.begin_nested():
            db.session.add(Selection(cohort_id=cohort.id, key=action.key, made_by_id=by.user_id, made_at=now()))
    except IntegrityError as error:
        raise SelectionRepeated from error
    cohort = seats.lock([cohort.id], [nomination.person_id for nomination in chosen])[cohort.id]
    order = list(range(len(chosen)))
    if action.step is SelectionStep.CONFIRM:
        _check_order(cohort, chosen, action)
        order = _by_place(cohort, chosen)
    refusals = {place: _try(chosen[place], action, by) for place in order}
    return [refusals[place] for place in range(len(chosen))]


def _check_order(cohort: Cohort, chosen: Sequence[Nomination], action: BulkAction) -> None:
    """Raise WaitingOvertaken before any seat is given, so that the user is asked once for all of them."""
    states = seats.states_of([nomination.id for nomination in chosen])
    fitting = [key for key, state in states.items() if state in action.step.transition.before]
    if fitting and cohort.seats_taken < cohort.capacity and not nominations.has_begun(cohort, today()):
        check_order(cohort, fitting, action.past)


def _by_place(cohort: Cohort, chosen: Sequence[Nomination]) -> list[int]:
    """Return the indexes of the chosen: those on the waiting list in its order, then the others as listed."""
    places = {one.id: one.place or 0 for one in seats.waiting(cohort.id)}
    last = max(places.values(), default=0) + 1
    return sorted(range(len(chosen)), key=lambda index: places.get(chosen[index].id, last))


def _try(nomination: Nomination, action: BulkAction, by: Actor) -> Refusal | None:
    try:
        with db.session.begin_nested():
            if action.step is SelectionStep.TURN_DOWN:
                nominations.turn_down(nomination, action.reason, by)
            elif action.step is SelectionStep.CONFIRM:
                nominations.confirm(nomination, by, action.past)
            else:
                _RULES[action.step](nomination, by)
    except Refusal as refusal:
        return refusal
    return None
