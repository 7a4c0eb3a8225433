"""Take one step for several nominees in one transaction, in the order of the list; refused ones are reported."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from training.domain.admissions import nominations
from training.domain.admissions.nomination_path import SelectionStep
from training.domain.admissions.refusals import SelectionRepeated
from training.domain.common.refusals import Refusal
from training.kit.clock import now
from training.kit.db import db
from training.models.admissions.nominations import Nomination, Selection
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.queries.admissions import seats

_RULES: Mapping[SelectionStep, Callable[[Nomination, Actor], None]] = {
    SelectionStep.SHORTLIST: nominations.shortlist,
    SelectionStep.SEND: nominations.send_to_vetting,
    SelectionStep.CONFIRM: nominations.confirm,
    SelectionStep.WAIT: nominations.put_on_waiting_list,
    SelectionStep.WITHDRAW: nominations.withdraw,
}


@dataclass(frozen=True)
class BulkAction:
    """A step, the reason for turning down, and the key that identifies a form submitted twice."""

    step: SelectionStep
    reason: str
    key: str


def take(cohort: Cohort, chosen: Sequence[Nomination], action: BulkAction, by: Actor) -> list[Refusal | None]:
    """Take a step for each of the selected nominees of a cohort; return for each the refusal, or None.

    Raises SelectionRepeated if the key was used; nothing changes then.
    """
    try:
        with db.session.begin_nested():
            db.session.add(Selection(cohort_id=cohort.id, key=action.key, made_by_id=by.user_id, made_at=now()))
    except IntegrityError as error:
        raise SelectionRepeated from error
    seats.lock([cohort.id], [nomination.person_id for nomination in chosen])
    return [_try(nomination, action, by) for nomination in chosen]


def _try(nomination: Nomination, action: BulkAction, by: Actor) -> Refusal | None:
    try:
        with db.session.begin_nested():
            if action.step is SelectionStep.TURN_DOWN:
                nominations.turn_down(nomination, action.reason, by)
            else:
                _RULES[action.step](nomination, by)
    except Refusal as refusal:
        return refusal
    return None
