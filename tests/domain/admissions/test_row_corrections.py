"""Correcting a row of a file: the affected rows are matched again, with the same result as a full preview."""

import io
import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.world import EVE, World
from training.domain.admissions import deactivation, nomination_uploads, row_corrections
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.admissions.nomination_uploads import NominationBatch, NominationRow, NomineeFault, NomineeOutcome
from training.models.people.people import InactiveReason, Person
from training.policy.scopes import unscoped
from training.work import runner

O = NomineeOutcome  # noqa: E741
_FIRST = ("Kadhim", "كاظم", "Kazim", "Ali", "علي", "Mohammed", "محمد")
_LAST = ("Jasim Al-Saadi", "جاسم الساعدي", "Jassem Saadi", "Hassan Karim", "حسن كريم")


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context(), pretend(EVE):
        yield World(app)


def read(world: World, content: str) -> NominationBatch:
    by, cohort = world.actor("iraq"), world.open_cohort()
    with transaction():
        batch = nomination_uploads.read(io.BytesIO(content.encode()), cohort, world.organisations["iraq"].id, by)
        job = nomination_uploads.ask_preview(batch, by)
    runner.do_here(job.id)
    return batch


def verdicts(batch: NominationBatch) -> dict[int, tuple[Any, ...]]:
    db.session.expire_all()
    statement = select(NominationRow).where(NominationRow.batch_id == batch.id).order_by(NominationRow.number)
    rows = db.session.scalars(unscoped(statement, because="test"))
    return {
        row.number: (row.outcome, row.fault, row.same_as, row.person_id, tuple(row.alike), tuple(row.candidates))
        for row in rows
    }


def outcomes(batch: NominationBatch) -> list[NomineeOutcome]:
    return [verdict[0] for verdict in verdicts(batch).values()]


def test_same_person_in_two_scripts_needs_a_decision(world: World) -> None:
    batch = read(world, "Name,Sex\nKadhim Jasim Al-Saadi,\nكاظم جاسم الساعدي,\nAhmed Ali,\nKadhim Jasim Al-Saadi,f\n")
    assert outcomes(batch) == [O.NEW, O.POSSIBLE, O.NEW, O.FAULTY]
    assert verdicts(batch)[3][4] == (2,)
    with transaction():
        row_corrections.choose_row(batch, 3, 2, world.actor("iraq"))
    assert outcomes(batch) == [O.NEW, O.REPEATED, O.NEW, O.FAULTY]


def test_rows_with_different_number_or_sex_are_different_people(world: World) -> None:
    batch = read(
        world,
        "Name,Sex,Service number\nKadhim Jasim,m,1\nكاظم جاسم,m,2\nNour Hassan,f,\nنور حسن,m,\n",
    )
    assert outcomes(batch) == [O.NEW] * 4


def test_repeated_row_is_restored_when_the_other_row_is_corrected(world: World) -> None:
    by = world.actor("iraq")
    batch = read(world, "Name\nKadhim Jasim Al-Saadi\nكاظم جاسم الساعدي\n")
    with transaction():
        row_corrections.choose_row(batch, 3, 2, by)
    with transaction():
        row_corrections.correct(batch, 2, {"name_latin": "Somebody Else"}, by)
    assert outcomes(batch) == [O.NEW, O.NEW], "no name is lost with a choice that no longer holds"


def test_deactivated_person_is_offered_and_reactivated_when_chosen(world: World) -> None:
    by = world.actor("iraq")
    person = world.person("Kadhim Jasim")
    with transaction():
        deactivation.deactivate(person, InactiveReason.DIED, by)
    batch = read(world, "Name\nKadhim Jasim\nكاظم جاسم\nAhmed Ali\n")
    assert outcomes(batch) == [O.POSSIBLE, O.POSSIBLE, O.NEW]
    assert verdicts(batch)[2][5] == verdicts(batch)[3][5] == (person.id,)
    with transaction():
        row_corrections.choose(batch, 2, db.session.get(Person, person.id), by, corrects=False)
    assert outcomes(batch)[0] is O.MATCHED
    db.session.refresh(person)
    assert person.is_active


def test_active_record_is_preferred_to_deactivated_one(world: World) -> None:
    twice = world.person("Kadhim Jasim")
    with transaction():
        deactivation.deactivate(twice, InactiveReason.REGISTERED_IN_ERROR, world.actor("iraq"))
    kept = world.person("Kadhim Jasim")
    assert verdicts(read(world, "Name\nKadhim Jasim\n"))[2][:4] == (O.MATCHED, None, None, kept.id)


def test_row_corrected_to_the_same_person_as_another_is_reported(world: World) -> None:
    """The two rows have no text in common: only the register shows that they mean one person."""
    person = world.person("Kadhim Jasim")
    batch = read(world, "Name,Reference\nKadhim Jasim,\nSomebody Else,\n")
    with transaction():
        row_corrections.correct(batch, 3, {"name_latin": "Abu Ali", "reference": person.public_id}, world.actor("iraq"))
    assert verdicts(batch)[3][:3] == (O.FAULTY, NomineeFault.SAME_PERSON, 2)


def test_correction_gives_the_same_result_as_a_full_preview(world: World) -> None:
    """Random rows and corrections from few names, so that most rows affect each other."""
    chance, by = random.Random(4), world.actor("iraq")
    for name in ("Kadhim Jasim Al-Saadi", "Ali Hassan Karim"):
        world.person(name)

    def texts() -> dict[str, str]:
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        return {
            "name_latin": chance.choice((name, name, name, "")),
            "service_number": chance.choice(("", "", "7", "8")),
        }

    lines = "".join(f"{one['name_latin']},{one['service_number']}\n" for one in (texts() for _ in range(14)))
    batch = read(world, f"Name,Service number\n{lines}")
    numbers = list(verdicts(batch))
    for _step in range(40):
        number = chance.choice(numbers)
        alike = verdicts(batch)[number][4]
        with transaction():
            if alike and chance.random() < 0.5:
                row_corrections.choose_row(batch, number, chance.choice(alike), by)
            elif chance.random() < 0.3:
                row_corrections.choose(batch, number, None, by, corrects=False)
            else:
                row_corrections.correct(batch, number, texts(), by)
        at_once = verdicts(batch)
        with transaction():
            job = nomination_uploads.ask_preview(batch, by)
        runner.do_here(job.id)
        assert at_once == verdicts(batch)
