"""Duplicates: merged with all their data, restored exactly by an undo, not suggested once marked as different."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.world import TODAY, World
from training.domain.admissions import deactivation, nominations
from training.domain.common.refusals import Refusal
from training.domain.identity import reading
from training.domain.identity.reading import ExportEvent, Reading
from training.domain.identity.refusals import TooManyExports
from training.domain.outcomes import completions
from training.domain.people import duplicates, people
from training.domain.people.refusals import (
    BothHaveAccounts,
    BothNominated,
    MergeActedOn,
    MergedAway,
    MergeUndone,
    PersonActive,
    PersonInactive,
    SameOrganisation,
    SamePerson,
    TransferOutOfOrder,
)
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models import Base
from training.models.identity.accounts import Role
from training.models.people.people import InactiveReason, Merge, Person
from training.queries.admissions import nominations as nomination_rows
from training.queries.oversight.person_page import history_of
from training.queries.people import matching
from training.queries.people import people as people_rows

# The moment of merges; earlier events happen before it.
LATER = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def state() -> dict[str, list[str]]:
    """Return every row that may belong to a person, except those that record merges."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in ("merges", "audit_entries")]
    db.session.rollback()
    return {
        table.name: sorted(map(repr, db.session.execute(select(table), execution_options={"scoped": "a test"})))
        for table in tables
    }


def merge(world: World, kept: Person, merged: Person) -> Merge:
    with pretend(LATER), transaction():
        return duplicates.merge(kept, merged, world.actor("iraq"))


def undo(world: World, joined: Merge) -> None:
    with pretend(LATER + dt.timedelta(hours=1)), transaction():
        duplicates.undo(joined, world.actor("iraq"))


def offered(world: World, person: Person, by: str = "iraq") -> list[int]:
    db.session.refresh(person)
    return [one.person.id for one in matching.duplicates([person], world.actor(by))[0]]


def twins(world: World, one: str = "iraq", other: str = "iraq") -> tuple[Person, Person]:
    return world.person("Ahmed Kadhim", one), world.person("Ahmad Kazem", other)


def test_pair_marked_as_different_is_not_suggested_again(world: World) -> None:
    one, other = twins(world)
    assert (offered(world, one), offered(world, other)) == ([other.id], [one.id])
    for first, second in ((other, one), (one, other)):  # in either order, and twice
        with transaction():
            duplicates.keep_apart(first, second, world.actor("iraq"))
    assert (offered(world, one), offered(world, other)) == ([], [])
    third = world.person("أحمد كاظم")
    assert offered(world, one) == [third.id], "another record is offered still"


def test_equal_service_number_suggests_a_duplicate(world: World) -> None:
    with transaction():
        body = world.organisations["iraq"].id
        newcomers = (
            people.Particulars("Kawa", "", service_number="A-17"),
            people.Particulars("", "سمير", service_number="A-17"),
        )
        one, other = people.register_all([(body, newcomer) for newcomer in newcomers], world.actor("uk"))
        people.register(
            world.organisations["kri"].id, people.Particulars("Soran", "", service_number="A-17"), world.actor("uk")
        )
    assert offered(world, one) == [other.id], "of another organisation it means nothing"


def test_undo_restores_both_records_exactly(world: World) -> None:
    kept, merged = twins(world)
    world.account("trainee", Role.TRAINEE, "iraq", person=merged)
    seat = world.seated(world.open_cohort(trainers=(kept, merged)), merged)
    world.open_cohort(trainers=(merged,))
    world.nominated(world.open_cohort(), kept)
    world.cleared(kept, dt.date(2027, 1, 1))
    with transaction():
        completions.claim(seat, dt.date(2026, 11, 4), "", world.actor("trainee"), TODAY)
    before = state()
    joined = merge(world, kept, merged)
    page = people_rows.person_page(kept, world.actor("uk"))
    history = history_of(kept.id, world.actor("uk"))
    assert (len(history.nominations), len(history.completions), page.is_trainer) == (2, 1, True)
    assert history.clearance is not None
    assert [merge.merged_id for merge in page.merges] == [merged.id]
    assert world.actor("trainee").person_id == kept.id
    left = people_rows.person_page(merged, world.actor("uk"))
    taken = history_of(merged.id, world.actor("uk"))
    assert (taken.nominations, taken.clearance) == ([], None)
    assert left.merged_into is not None
    assert left.merged_into.id == kept.id
    assert offered(world, kept) == []
    assert [found.id for found in people_rows.search("ahmad", world.actor("iraq")).people] == [kept.id]
    undo(world, joined)
    assert state() == before


def test_later_of_two_clearances_stays_current(world: World) -> None:
    kept, merged = twins(world)
    world.cleared(kept, dt.date(2027, 1, 1))
    world.cleared(merged, dt.date(2027, 6, 1))
    merge(world, kept, merged)
    clearance = history_of(kept.id, world.actor("uk")).clearance
    assert clearance is not None
    assert clearance.expires_on == dt.date(2027, 6, 1)


def test_impossible_merges_are_refused(world: World) -> None:
    kept, merged = twins(world)
    cohort = world.open_cohort()
    first = world.nominated(cohort, kept)
    world.nominated(cohort, merged)
    before = state()
    for one, other, refusal in ((kept, kept, SamePerson), (kept, merged, BothNominated)):
        with pytest.raises(refusal):
            merge(world, one, other)
    assert state() == before
    with transaction():
        nominations.withdraw(first, world.actor("iraq"))
    world.account("one", Role.TRAINEE, "iraq", person=kept)
    world.account("other", Role.TRAINEE, "iraq", person=merged)
    with pytest.raises(BothHaveAccounts):
        merge(world, kept, merged)


def test_merge_and_undo_happen_once(world: World) -> None:
    kept, merged = twins(world)
    third = world.person("Ahmed Kadim")
    joined = merge(world, kept, merged)
    for one, other in ((kept, merged), (third, merged), (merged, third)):
        with pytest.raises(PersonInactive):
            merge(world, one, other)
    with transaction(), pytest.raises(MergedAway):
        people.reactivate(merged, world.actor("iraq"))
    outer = merge(world, third, kept)
    with pytest.raises(PersonInactive):
        undo(world, joined)
    undo(world, outer)
    undo(world, joined)
    with pytest.raises(MergeUndone):
        undo(world, joined)


def _move(world: World, seat: object) -> None:
    nominations.withdraw(seat, world.actor("iraq"))  # type: ignore[arg-type]


def _claim(world: World, seat: object) -> None:
    completions.claim(seat, dt.date(2026, 11, 4), "", world.actor("trainee"), TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("act", [_move, _claim])
def test_undo_is_refused_after_a_moved_record_changed(world: World, act: object) -> None:
    kept, merged = twins(world)
    world.account("trainee", Role.TRAINEE, "iraq", person=merged)
    seat = world.seated(world.open_cohort(), merged)
    joined = merge(world, kept, merged)
    with pretend(LATER + dt.timedelta(minutes=1)), transaction():
        act(world, seat)  # type: ignore[operator]
    before = state()
    with pytest.raises(MergeActedOn):
        undo(world, joined)
    assert state() == before


def test_new_clearance_prevents_undo(world: World) -> None:
    kept, merged = twins(world)
    joined = merge(world, kept, merged)
    with pretend(LATER + dt.timedelta(minutes=1)):
        world.cleared(kept)
    with pytest.raises(MergeActedOn):
        undo(world, joined)


def test_clearance_of_the_merged_record_prevents_undo(world: World) -> None:
    kept, merged = twins(world)
    world.cleared(merged)
    joined = merge(world, kept, merged)
    world.cleared(merged)
    with pytest.raises(MergeActedOn):
        undo(world, joined)


def test_merge_covers_every_table_that_refers_to_a_person() -> None:
    """A new table that refers to people needs a decision on what a merge does to it."""
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "people"
    }
    moved = {"nominations", "current_decisions", "cohort_trainers", "users"}
    kept = {
        "vetting_decisions",
        "person_words",
        "person_keys",
        "reviewed_pairs",
        "merges",
        "transfers",
        "nomination_rows",
        "link_requests",  # an open one about the merged record can only be refused: its person is inactive
    }
    assert naming == moved | kept


# Transfer, deactivation, exports.


def test_transfer_changes_visibility_and_keeps_history(world: World) -> None:
    person = world.person("Ahmed Kadhim")
    world.nominated(world.open_cohort(), person)
    with transaction():
        people.transfer(person, world.organisations["kri"], TODAY, world.actor("uk"), TODAY)
    assert people_rows.search("ahmed", world.actor("iraq")).people == []
    assert [found.id for found in people_rows.search("احمد", world.actor("kri")).people] == [person.id]
    assert offered(world, world.person("Ahmad Kazem", "kri"), "kri") == [person.id]
    page = people_rows.person_page(person, world.actor("uk"))
    nominations = history_of(person.id, world.actor("uk")).nominations
    assert [one.organisation_id for one in nominations] == [world.organisations["iraq"].id]
    assert [(one.origin.id, one.destination.id, one.since) for one in page.transfers] == [
        (world.organisations["iraq"].id, world.organisations["kri"].id, TODAY)
    ]


@pytest.mark.parametrize(
    ("to", "since", "refusal"),
    [
        ("kri", TODAY, SameOrganisation),
        ("iraq", TODAY + dt.timedelta(days=1), TransferOutOfOrder),
        ("iraq", TODAY - dt.timedelta(days=11), TransferOutOfOrder),
    ],
)
def test_impossible_transfers_are_refused(world: World, to: str, since: dt.date, refusal: type[Refusal]) -> None:
    person = world.person("Ahmed Kadhim")
    with transaction():
        people.transfer(person, world.organisations["kri"], TODAY - dt.timedelta(days=10), world.actor("uk"), TODAY)
    with transaction(), pytest.raises(refusal):
        people.transfer(person, world.organisations[to], since, world.actor("uk"), TODAY)


def test_inactive_person_is_neither_found_nor_nominated(world: World) -> None:
    person, cohort = world.person("Ahmed Kadhim"), world.open_cohort()
    nomination = world.nominated(world.open_cohort(), person)
    with transaction():
        deactivation.deactivate(person, InactiveReason.LEFT_SERVICE, world.actor("iraq"))
    assert people_rows.search("ahmed", world.actor("iraq")).people == []
    assert nomination_rows.eligible(cohort.id, "ahmed", world.actor("iraq")).people == []
    assert offered(world, world.person("Ahmad Kazem")) == []
    with pytest.raises(PersonInactive):
        world.nominated(cohort, person)
    for act in (
        lambda: deactivation.deactivate(person, InactiveReason.DIED, world.actor("iraq")),
        lambda: people.transfer(person, world.organisations["kri"], TODAY, world.actor("uk"), TODAY),
    ):
        with transaction(), pytest.raises(PersonInactive):
            act()
    assert [one.id for one in history_of(person.id, world.actor("iraq")).nominations] == [nomination.id]
    with transaction():
        people.reactivate(person, world.actor("iraq"))
    with transaction(), pytest.raises(PersonActive):
        people.reactivate(person, world.actor("iraq"))
    assert person.id in [one.id for one in people_rows.search("ahmed kadhim", world.actor("iraq")).people]
    world.nominated(cohort, person)


def test_corrected_name_of_inactive_person_is_not_found(world: World) -> None:
    person = world.person("Ahmed Kadhim")
    with transaction():
        deactivation.deactivate(person, InactiveReason.OTHER, world.actor("iraq"))
    with transaction():
        people.correct(person, people.Particulars("Sherko", ""), world.actor("iraq"))
    assert people_rows.search("sherko", world.actor("iraq")).people == []


def test_exports_are_limited_per_day(world: World) -> None:
    actor, day, people = world.actor("iraq"), LATER.date(), Reading(ExportEvent.PEOPLE, {"one", "two", "three"})
    for _ in range(reading.MOST_FILES):
        with transaction():
            reading.note(people, actor, day)
    with pytest.raises(TooManyExports), transaction():
        reading.note(people, actor, day)
    with transaction():
        reading.note(people, world.actor("uk"), day)
    with transaction():
        reading.note(people, actor, day + dt.timedelta(days=1))
