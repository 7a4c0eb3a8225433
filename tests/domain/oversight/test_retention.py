"""Expired data is deleted; data used by claims is kept."""

import datetime as dt
import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.ledger import claim_of
from tests.support.world import TODAY, World
from training.domain.finance import evidence, spend_uploads
from training.domain.oversight import retention
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.finance.claims import Evidence
from training.models.finance.spend_uploads import SpendBatch, SpendRow
from training.policy.scopes import unscoped
from training.queries.finance import ledger_check

NOON = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
FILE = b"Date,Amount,Supplier\n2026-11-02,10.00,A supplier\n2026-11-03,20.00,Another\n"


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def upload(world: World, folder: Path, content: bytes) -> Evidence:
    with transaction():
        return evidence.keep(io.BytesIO(content), folder, world.actor("uk"))


def forget(folder: Path, after: dt.timedelta) -> retention.Deleted:
    with pretend(NOON + after), transaction():
        return retention.delete_expired(folder)


def number_of(model: type[SpendBatch | SpendRow | Evidence]) -> int:
    return db.session.scalar(unscoped(select(func.count()).select_from(model), because="a test")) or 0


def test_unused_upload_is_deleted_when_its_form_can_no_longer_be_sent(app: Flask, folder: Path) -> None:
    with app.app_context():
        world = World(app)
        with pretend(NOON):
            idle, claimed = upload(world, folder, b"%PDF-1.7 idle"), upload(world, folder, b"%PDF-1.7 claimed")
            world.payment(world.commitment(world.line(50_00), 20_00), 10_00, evidence=claimed)
        assert forget(folder, dt.timedelta(hours=11)) == (0, 0)
        assert forget(folder, dt.timedelta(hours=13)) == (1, 0)
        assert [file.name for file in folder.iterdir()] == [claimed.stored_as]
        assert number_of(Evidence) == 2, "that it was there, its kind and hash, stays recorded"
        assert ledger_check.discrepancies(folder) == []
        assert forget(folder, dt.timedelta(days=32)) == (0, 0)
        (folder / claimed.stored_as).unlink()
        assert len(ledger_check.discrepancies(folder)) == 1, idle.public_id


def test_unused_preview_is_deleted_after_a_week(app: Flask, folder: Path) -> None:
    with app.app_context(), pretend(NOON):
        world = World(app)
        commitment = world.commitment(world.line(90_00), 90_00)
        by, columns = world.actor("uk"), spend_uploads.SpendColumns(0, 1, 2)
        for proposes in (False, True):
            with transaction():
                batch = spend_uploads.read(io.BytesIO(FILE), folder, world.programme(), by)
            table = spend_uploads.table_of(batch, folder)
            with transaction():
                spend_uploads.preview(batch, table, columns, commitment, TODAY)
            if proposes:
                with transaction():
                    assert spend_uploads.propose(batch, by, TODAY, payees_are_people=False) == 2
        assert (number_of(SpendBatch), number_of(SpendRow)) == (2, 4)
        assert forget(folder, dt.timedelta(days=6)) == (0, 0)
        assert forget(folder, dt.timedelta(days=8)) == (0, 1)
        assert (number_of(SpendBatch), number_of(SpendRow)) == (1, 2)


def test_command_prints_numbers_of_deleted_records(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["forget"])
    assert (done.exit_code, done.output) == (0, "0 uploads and 0 spend files deleted.\n")


def test_attached_upload_is_kept(app: Flask, folder: Path) -> None:
    with app.app_context():
        world = World(app)
        with pretend(NOON):
            attached = upload(world, folder, b"%PDF-1.7 attached")
            entry = world.payment(world.commitment(world.line(50_00), 20_00), 10_00)
            with transaction():
                evidence.attach(claim_of(entry), attached, world.actor("uk"))
        assert forget(folder, dt.timedelta(days=31)) == (0, 0)
        assert ledger_check.discrepancies(folder) == []
