"""Completions: claimed by the trainee, confirmed or refused by a trainer or coordinator."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from training.domain.admissions.refusals import AlreadyClaimed
from training.domain.courses.refusals import CohortRunning
from training.domain.finance.refusals import AlreadyDecided
from training.domain.identity import audit, own_record
from training.domain.outcomes.events import CompletionEvent
from training.domain.outcomes.refusals import CompletedOutsideCohort, NotSeated, OwnCompletion
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.admissions.nominations import Nomination, NominationState
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.models.outcomes.completions import Completion, CompletionState
from training.queries.admissions import nominations
from training.queries.courses import cohorts


def claim(nomination: Nomination, completed_on: dt.date, note: str, by: Actor, on: dt.date) -> Completion:
    """Claim completion of the course.

    Raises NotSeated, CohortRunning before the cohort's last day, CompletedOutsideCohort, AlreadyClaimed.
    """
    cohort = cohorts.lock_cohort(nomination.cohort_id)
    if nominations.state_of(nomination.id) is not NominationState.CONFIRMED:
        raise NotSeated
    if on < cohort.ends_on:
        raise CohortRunning(cohort.ends_on)
    if not cohort.starts_on <= completed_on <= on:
        raise CompletedOutsideCohort(cohort.starts_on, on)
    completion = Completion(
        nomination_id=nomination.id,
        completed_on=completed_on,
        note=note,
        claimed_by_id=by.user_id,
        claimed_at=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(completion)
    except IntegrityError as error:
        raise AlreadyClaimed from error
    audit.record(CompletionEvent.COMPLETION_CLAIMED, completion, by=by.user_id)
    return completion


def confirm(completion: Completion, by: Actor) -> None:
    """Confirm a claim; its cohort counts one more who completed it. Raises OwnCompletion, AlreadyDecided."""
    nomination = nominations.nomination_by_key(completion.nomination_id)
    cohorts.lock_cohort(nomination.cohort_id)  # before the completion, in the order of a claim
    _decide(completion, CompletionState.CONFIRMED, "", by)
    one_more = update(Cohort).where(Cohort.id == nomination.cohort_id).values(trained=Cohort.trained + 1)
    db.session.execute(one_more)


def refuse(completion: Completion, reason: str, by: Actor) -> None:
    """Refuse a claim; the trainee reads the reason and may claim again. Raises OwnCompletion, AlreadyDecided."""
    _decide(completion, CompletionState.REFUSED, reason, by)


def _decide(completion: Completion, state: CompletionState, reason: str, by: Actor) -> None:
    nomination = nominations.nomination_by_key(completion.nomination_id)
    if completion.claimed_by_id == by.user_id or own_record.is_own(nomination.person_id, by):
        raise OwnCompletion
    statement = (
        update(Completion)
        .where(Completion.id == completion.id, Completion.state == CompletionState.CLAIMED)
        .values(state=state, reason=reason, decided_by_id=by.user_id, decided_at=now())
    )
    if not changed(statement):
        raise AlreadyDecided
    audit.record(CompletionEvent(f"completion {state.value}"), completion, by=by.user_id)
