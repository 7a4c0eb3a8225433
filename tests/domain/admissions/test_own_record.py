"""Nobody acts on their own record, by any use case; the databases refuse it too, and decisions stay as they are."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.support.world import EVE, TODAY, World
from training.domain.admissions import bulk_actions, deactivation, late_entries, nominations, vetting, vetting_uploads
from training.domain.admissions.nomination_path import SelectionStep
from training.domain.identity.refusals import OwnRecord
from training.domain.outcomes import completions
from training.domain.outcomes.refusals import OwnCompletion
from training.domain.people import duplicates, people
from training.forms.admissions.vetting_uploads import OUTCOMES
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.kit.tables import Row, Table
from training.models.admissions.nominations import Hindrance, LateEntry, Nomination, NominationState
from training.models.admissions.vetting import ClearanceFault, VettingDecision, VettingOutcome
from training.models.finance.spend_uploads import RowOutcome
from training.models.identity.accounts import Role
from training.models.identity.actor import Actor
from training.models.identity.audit import AuditEntry
from training.models.people.people import InactiveReason, Person
from training.policy.scopes import unscoped
from training.queries.admissions import nominations as rows
from training.queries.admissions import vetting_uploads as upload_rows
from training.queries.courses import cohorts
from training.queries.people import people as people_rows

S = NominationState
CLEARED = vetting.ClearanceDecision(
    VettingOutcome.CLEARED, "An authority", "", dt.date(2026, 10, 1), dt.date(2028, 1, 1)
)


@dataclass
class Stage:
    """A cohort ahead, and somebody who has every role that acts on people, linked to their own record."""

    world: World
    me: Person
    other: Person
    actor: Actor
    cohort_id: int

    def nominated(self, person: Person | None = None) -> Nomination:
        return self.world.nominated(cohorts.cohort_by_key(self.cohort_id), person or self.me, by="uk")

    def at(self, state: NominationState, person: Person | None = None) -> Nomination:
        """Return a nomination that others have taken to ``state``."""
        nomination, by = self.nominated(person), self.world.actor("uk")
        if state in (S.SHORTLISTED, S.IN_VETTING, S.CLEARED, S.WAITING, S.CONFIRMED):
            with transaction():
                nominations.shortlist(nomination, by)
        if state in (S.IN_VETTING, S.CLEARED, S.WAITING, S.CONFIRMED):
            with transaction():
                nominations.send_to_vetting(nomination, by)
        if state in (S.CLEARED, S.WAITING, S.CONFIRMED):
            self.world.cleared(person or self.me)
        if state in (S.WAITING, S.CONFIRMED):
            step = nominations.confirm if state is S.CONFIRMED else nominations.put_on_waiting_list
            with transaction():
                step(nomination, by)
        return nomination

    def late(self, nomination: Nomination) -> LateEntry:
        """Return a late entry that somebody else proposed."""
        with pretend(FIRST), transaction():
            return late_entries.propose(nomination, "a reason", self.world.actor("uk.2"))


FIRST = dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)


@pytest.fixture
def stage(app: Flask) -> Iterator[Stage]:
    with app.app_context(), pretend(EVE):
        world = World(app)
        cohort = world.open_cohort(first=dt.date(2026, 12, 7), last=dt.date(2026, 12, 11), invited=("uk", "iraq"))
        me, other = world.person("Myself", "uk"), world.person("Another", "uk")
        world.account("me", Role.UK_COORDINATOR, "uk", person=me)
        for role in (Role.VETTING_OFFICER, Role.TRAINER, Role.TRAINEE):
            world.grant("me", role)
        yield Stage(world, me, other, world.actor("me"), cohort.id)


def _late(decide: Callable[[LateEntry, Actor], None]) -> Callable[[Stage], Callable[[], object]]:
    def prepare(stage: Stage) -> Callable[[], object]:
        entry = stage.late(stage.at(S.CLEARED))

        def act() -> None:
            with pretend(FIRST):
                decide(entry, stage.actor)

        return act

    return prepare


def _propose(stage: Stage) -> Callable[[], object]:
    nomination = stage.at(S.CLEARED)

    def act() -> None:
        with pretend(FIRST):
            late_entries.propose(nomination, "a reason", stage.actor)

    return act


def _step(
    state: NominationState, rule: Callable[[Nomination, Actor], object]
) -> Callable[[Stage], Callable[[], object]]:
    def prepare(stage: Stage) -> Callable[[], object]:
        nomination = stage.at(state)
        return lambda: rule(nomination, stage.actor)

    return prepare


def _undone(stage: Stage) -> Callable[[], object]:
    with transaction():
        joined = duplicates.merge(stage.me, stage.other, stage.world.actor("uk"))
    return lambda: duplicates.undo(joined, stage.actor)


def _reactivated(stage: Stage) -> Callable[[], object]:
    with transaction():
        deactivation.deactivate(stage.me, InactiveReason.OTHER, stage.world.actor("uk"))
    return lambda: people.reactivate(stage.me, stage.actor)


ACTS: dict[str, Callable[[Stage], Callable[[], object]]] = {
    "record a clearance": lambda stage: lambda: vetting.record(stage.me, CLEARED, stage.actor, TODAY),
    "nominate": lambda stage: (
        lambda: nominations.nominate_all(cohorts.cohort_by_key(stage.cohort_id), [stage.other, stage.me], stage.actor)
    ),
    "shortlist": _step(S.NOMINATED, nominations.shortlist),
    "send to vetting": _step(S.SHORTLISTED, nominations.send_to_vetting),
    "confirm": _step(S.CLEARED, nominations.confirm),
    "confirm from the waiting list": _step(S.WAITING, nominations.confirm),
    "put on the waiting list": _step(S.CLEARED, nominations.put_on_waiting_list),
    "turn down": _step(S.NOMINATED, lambda nomination, by: nominations.turn_down(nomination, "a reason", by)),
    "propose a late entry": _propose,
    "approve a late entry": _late(late_entries.approve),
    "refuse a late entry": _late(lambda entry, by: late_entries.refuse(entry, "a reason", by)),
    "correct": lambda stage: lambda: people.correct(stage.me, people.Particulars("Renamed", ""), stage.actor),
    "transfer": lambda stage: (
        lambda: people.transfer(stage.me, stage.world.organisations["iraq"], TODAY, stage.actor, TODAY)
    ),
    "deactivate": lambda stage: lambda: deactivation.deactivate(stage.me, InactiveReason.OTHER, stage.actor),
    "reactivate": _reactivated,
    "merge another into it": lambda stage: lambda: duplicates.merge(stage.me, stage.other, stage.actor),
    "merge it into another": lambda stage: lambda: duplicates.merge(stage.other, stage.me, stage.actor),
    "undo a merge": _undone,
    "tell apart": lambda stage: lambda: duplicates.keep_apart(stage.other, stage.me, stage.actor),
    "doubt": lambda stage: lambda: duplicates.doubt(stage.me, stage.other, stage.actor),
}


@pytest.mark.parametrize("name", ACTS)
def test_nobody_acts_on_their_own_record(stage: Stage, name: str) -> None:
    act = ACTS[name](stage)
    before = _audited(stage)
    with pytest.raises(OwnRecord), transaction():
        act()
    assert _audited(stage) == before, "nothing is done, so nothing is recorded"


def _audited(stage: Stage) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.user_id == stage.actor.user_id)))


def test_one_may_withdraw_and_claim_but_not_confirm_completion(stage: Stage) -> None:
    seat = stage.at(S.CONFIRMED)
    after = dt.datetime(2026, 12, 12, 9, tzinfo=dt.UTC)
    with pretend(after):
        with transaction():
            claimed = completions.claim(seat, dt.date(2026, 12, 11), "", stage.actor, after.date())
        for act in (completions.confirm, lambda one, by: completions.refuse(one, "a reason", by)):
            with pytest.raises(OwnCompletion), transaction():
                act(claimed, stage.actor)  # type: ignore[operator]
    other = stage.nominated(stage.other)
    with transaction():
        nominations.withdraw(other, stage.actor)
    mine = stage.world.nominated(
        stage.world.open_cohort(first=dt.date(2026, 12, 14), last=dt.date(2026, 12, 15), invited=("uk",)),
        stage.me,
        by="uk",
    )
    with transaction():
        nominations.withdraw(mine, stage.actor)
    assert rows.state_of(mine.id) is S.WITHDRAWN


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (SelectionStep.SHORTLIST, S.NOMINATED),
        (SelectionStep.SEND, S.SHORTLISTED),
        (SelectionStep.CONFIRM, S.CLEARED),
        (SelectionStep.WAIT, S.CLEARED),
        (SelectionStep.TURN_DOWN, S.NOMINATED),
    ],
)
def test_bulk_step_leaves_oneself_out(stage: Stage, step: SelectionStep, state: NominationState) -> None:
    mine, theirs = stage.at(state), stage.at(state, stage.other)
    action = bulk_actions.BulkAction(step, "a reason", "key")
    with transaction():
        answers = bulk_actions.take(cohorts.cohort_by_key(stage.cohort_id), [mine, theirs], action, stage.actor)
    assert isinstance(answers[0], OwnRecord)
    assert answers[1] is None
    assert rows.state_of(mine.id) is state


def test_returned_spreadsheet_marks_the_row_about_oneself(stage: Stage) -> None:
    mine, theirs = stage.at(S.IN_VETTING), stage.at(S.IN_VETTING, stage.other)
    cells = [[one.public_id, "cleared", "An authority", "2026-10-01", "2028-01-01", ""] for one in (mine, theirs)]
    table = Table("0" * 64, [], [Row(number, row) for number, row in enumerate(cells, 2)])
    columns = vetting_uploads.ClearanceColumns(*range(6))
    with transaction():
        batch = vetting_uploads.preview(table, columns, OUTCOMES, stage.actor, TODAY)
    own, other = upload_rows.BATCHES.rows(batch.id)
    assert (own.result, own.fault, other.result) == (RowOutcome.FAULTY, ClearanceFault.OWN_RECORD, RowOutcome.NEW)
    with transaction():
        assert vetting_uploads.record(batch, stage.actor) == 1
    assert (rows.state_of(mine.id), rows.state_of(theirs.id)) == (S.IN_VETTING, S.CLEARED)


def test_record_linked_after_the_preview_is_refused_at_the_recording(stage: Stage) -> None:
    theirs = stage.at(S.IN_VETTING, stage.other)
    cells = [theirs.public_id, "cleared", "An authority", "2026-10-01", "2028-01-01", ""]
    with transaction():
        batch = vetting_uploads.preview(
            Table("0" * 64, [], [Row(2, cells)]), vetting_uploads.ClearanceColumns(*range(6)), OUTCOMES,
            stage.world.actor("vetting"), TODAY,
        )  # fmt: skip
        db.session.execute(
            text("UPDATE users SET person_id = :person WHERE username = 'vetting'"), {"person": stage.other.id}
        )
    with pytest.raises(OwnRecord), transaction():
        vetting_uploads.record(batch, stage.world.actor("vetting"))
    assert rows.state_of(theirs.id) is S.IN_VETTING


def test_freed_seat_does_not_go_to_who_freed_it(stage: Stage) -> None:
    world = stage.world
    seat = stage.at(S.CONFIRMED, stage.other)
    third = world.person("Third", "uk")
    mine, next_in_line = stage.at(S.WAITING), stage.at(S.WAITING, third)
    with transaction():
        nominations.withdraw(seat, stage.actor)
    assert (rows.state_of(mine.id), rows.state_of(next_in_line.id)) == (S.WAITING, S.CONFIRMED)
    assert rows.nomination_by_key(mine.id).hindrance is Hindrance.OWN_RECORD


def test_merge_leaves_out_a_clearance_that_its_person_recorded(stage: Stage) -> None:
    """An officer clears a second record of themselves, and somebody else merges the two: it clears nobody."""
    with transaction():
        vetting.record(stage.other, CLEARED, stage.actor, TODAY)
    with transaction():
        joined = duplicates.merge(stage.me, stage.other, stage.world.actor("uk"))
    assert rows.vetting.current_decision(stage.me.id) is None
    with transaction():
        duplicates.undo(joined, stage.world.actor("uk"))
    decision = rows.vetting.current_decision(stage.other.id)
    assert decision is not None
    assert decision.recorded_by_id == stage.actor.user_id


def test_own_record_is_neither_found_nor_offered(stage: Stage) -> None:
    found = rows.eligible(stage.cohort_id, "Myself Another", stage.actor).people
    assert [person.id for person in found] == []
    assert [one.id for one in rows.eligible(stage.cohort_id, "Another", stage.actor).people] == [stage.other.id]
    assert [one.id for one in rows.eligible(stage.cohort_id, "Myself", stage.actor).people] == []
    stage.at(S.IN_VETTING), stage.at(S.IN_VETTING, stage.other)
    mine, theirs = (people_rows.person_page(one, stage.actor) for one in (stage.me, stage.other))
    assert (mine.may_edit, mine.may_vet, mine.is_own) == (False, False, True)
    assert (theirs.may_edit, theirs.may_vet, theirs.is_own) == (True, True, False)


# The databases.


OWN_ROWS = {
    "a clearance": (
        "INSERT INTO vetting_decisions (public_id, person_id, outcome, authority, unit, decided_on, recorded_by_id, "
        "recorded_at, reference) VALUES ('abc', :me, 'not_cleared', 'x', '', '2026-10-01', :by, :now, '')"
    ),
    "a nomination": (
        "INSERT INTO nominations (public_id, cohort_id, person_id, organisation_id, state, reason, nominated_by_id, "
        "nominated_at, moved_at) VALUES ('abc', :cohort, :me, :organisation, 'nominated', '', :by, :now, :now)"
    ),
    "a transfer": (
        "INSERT INTO transfers (person_id, from_id, to_id, since, recorded_by_id, recorded_at) "
        "VALUES (:me, :organisation, :elsewhere, '2026-10-01', :by, :now)"
    ),
    "a merge": (
        "INSERT INTO merges (public_id, kept_id, merged_id, moved, merged_by_id, merged_at) "
        "VALUES ('abc', :other, :me, '{}', :by, :now)"
    ),
    "a late entry": (
        "INSERT INTO late_entries (public_id, nomination_id, state, reason, refusal, proposed_by_id, proposed_at) "
        "VALUES ('abc', :nomination, 'proposed', 'x', '', :by, :now)"
    ),
    "a decided completion": (
        "INSERT INTO completions (public_id, nomination_id, state, completed_on, note, reason, claimed_by_id, "
        "claimed_at, decided_by_id, decided_at) "
        "VALUES ('abc', :nomination, 'confirmed', '2026-12-11', '', '', :uk, :now, :by, :now)"
    ),
}


@pytest.mark.parametrize("name", OWN_ROWS)
def test_database_refuses_a_row_about_oneself(stage: Stage, name: str) -> None:
    nomination = stage.at(S.CLEARED)
    organisations = stage.world.organisations
    values: dict[str, object] = {
        "me": stage.me.id, "other": stage.other.id, "by": stage.actor.user_id, "uk": stage.world.actor("uk").user_id,
        "cohort": stage.world.open_cohort(first=dt.date(2027, 1, 1), last=dt.date(2027, 1, 2)).id,
        "nomination": nomination.id, "organisation": organisations["uk"].id, "elsewhere": organisations["iraq"].id,
        "now": "2026-11-01 12:00:00.000000+00:00",
    }  # fmt: skip
    used = {key: value for key, value in values.items() if f":{key}" in OWN_ROWS[name]}
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(OWN_ROWS[name]), used)
    db.session.rollback()
    with transaction() as session:  # the same row by somebody else is accepted
        session.execute(text(OWN_ROWS[name]), used | {"by": stage.world.actor("uk.2").user_id})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE vetting_decisions SET outcome = 'not_cleared', expires_on = NULL",
        "UPDATE vetting_decisions SET person_id = person_id",
        "DELETE FROM vetting_decisions",
        "TRUNCATE vetting_decisions CASCADE",
        "REPLACE INTO vetting_decisions SELECT * FROM vetting_decisions",
        "INSERT OR REPLACE INTO vetting_decisions SELECT * FROM vetting_decisions",
    ],
)
def test_decisions_about_clearances_are_append_only(stage: Stage, change: str) -> None:
    stage.world.cleared(stage.other)
    before = _decisions()
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(text(change))
    db.session.rollback()
    assert _decisions() == before


def test_correction_is_a_new_decision(stage: Stage) -> None:
    for until in (dt.date(2027, 1, 1), dt.date(2028, 1, 1)):
        stage.world.cleared(stage.other, until)
    assert [one[-1] for one in _decisions()] == [dt.date(2027, 1, 1), dt.date(2028, 1, 1)]
    current = rows.vetting.current_decision(stage.other.id)
    assert current is not None
    assert current.expires_on == dt.date(2028, 1, 1)


def _decisions() -> list[tuple[object, ...]]:
    kept = (VettingDecision.id, VettingDecision.person_id, VettingDecision.outcome, VettingDecision.expires_on)
    statement = unscoped(select(*kept).order_by(VettingDecision.id), because="a test")
    return [tuple(row) for row in db.session.execute(statement)]
