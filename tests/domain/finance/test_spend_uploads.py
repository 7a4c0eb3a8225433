"""Spend files: rows become claims once, to the last penny, however often the file is repeated."""

import datetime as dt
import io
import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.world import World
from training.domain.common.refusals import TableGone, TableUnreadable
from training.domain.finance import claims, ledger, programmes, proposals, spend_uploads
from training.domain.finance.refusals import (
    AlreadyDecided,
    BatchDecided,
    NotOwnProposal,
    OverCommitmentInSum,
    OwnProposal,
)
from training.domain.finance.spend_uploads import SpendColumns
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.models.finance.claims import Claim
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import LineCategory, ProjectKind
from training.models.finance.spend_uploads import RowOutcome, SpendBatch, SpendBatchState, SpendFault, SpendRow
from training.models.identity.audit import AuditEntry
from training.policy.scopes import unscoped
from training.queries.common.paging import Cursor
from training.queries.finance import entries
from training.queries.finance import programmes as programme_rows
from training.queries.finance import spend_uploads as rows

PUBLISHED = (Path(__file__).parents[2] / "data" / "home-office-card-spend-2020.csv").read_bytes()
PUBLISHED_PENCE = 503_918_63
TODAY = dt.date(2026, 11, 24)
COLUMNS = SpendColumns(0, 1, 2)
WITH_COMMITMENT = SpendColumns(0, 1, 2, commitment=3)


@dataclass
class Office:
    """A programme of 2020 whose whole ceiling is one commitment, with a user who uploads spend files."""

    world: World
    pence: int
    folder: Path

    def __post_init__(self) -> None:
        with transaction():
            programmes.load(
                programmes.Published(
                    "SPEND",
                    programmes.Title("Spend of 2020"),
                    self.pence,
                    dt.date(2020, 1, 1),
                    dt.date(2020, 12, 31),
                    (),
                )
            )
        self.commitment = self.committed(self.pence)
        self.key = self.commitment.id

    def committed(self, pence: int) -> Commitment:
        uk = self.world.actor("uk")
        year = (dt.date(2020, 1, 1), dt.date(2020, 12, 31))
        with transaction():
            project = programmes.add_project(
                self.world.programme("SPEND"),
                ProjectKind.TRAINING,
                programmes.Title("Training"),
                self.world.organisations["iraq"],
                uk,
            )
            new = programmes.NewLine(programmes.Title("Courses"), LineCategory.OTHER, *year)
            line = programmes.propose_line(project, new, self.world.proposal(pence), uk)
        self.world.approve(line)
        budget_line = programme_rows.line_by_key(line.line_id)
        return self.world.commitment(budget_line, pence)

    def read(self, content: bytes, by: str = "uk") -> SpendBatch:
        with transaction():
            return spend_uploads.read(
                io.BytesIO(content), self.folder, self.world.programme("SPEND"), self.world.actor(by), "Cards.csv"
            )

    def previewed(
        self, content: bytes, columns: SpendColumns = COLUMNS, by: str = "uk", *, bare: bool = False
    ) -> SpendBatch:
        batch = self.read(content, by)
        with transaction():
            spend_uploads.preview(
                batch, spend_uploads.table_of(batch, self.folder), columns, None if bare else self.commitment, TODAY
            )
        return batch

    def propose(self, batch: SpendBatch, by: str = "uk") -> int:
        with transaction():
            return spend_uploads.propose(batch, self.world.actor(by), TODAY, payees_are_people=False)

    def withdraw(self, batch: SpendBatch, by: str = "uk") -> spend_uploads.Withdrawn:
        with transaction():
            return spend_uploads.withdraw(batch, "read too early", self.world.actor(by))

    def counts(self, batch: SpendBatch) -> list[int]:
        """Return the numbers of new, known and faulty rows."""
        return [count.rows for count in rows.batch_page(batch, self.world.actor("uk")).counts]


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> Iterator[Office]:
    with app.app_context():
        yield Office(World(app), PUBLISHED_PENCE, tmp_path)


def csv(*lines: str) -> bytes:
    return "\n".join(("Date,Amount,Supplier,Commitment", *lines)).encode()


def kept(batch: SpendBatch) -> Sequence[SpendRow]:
    statement = select(SpendRow).where(SpendRow.batch_id == batch.id).order_by(SpendRow.number)
    return db.session.scalars(unscoped(statement, because="test")).all()


def claimed() -> tuple[int, int]:
    """Return the number of claims and their pence."""
    statement = select(func.count(), func.coalesce(func.sum(Claim.amount), 0))
    count, pence = db.session.execute(unscoped(statement, because="test")).one()
    return count, int(pence)


def entries_of(batch: SpendBatch) -> Sequence[LedgerEntry]:
    return rows.entries_of(batch.id, are_decided=False)


def test_published_file_is_claimed_to_the_last_penny(office: Office) -> None:
    batch = office.previewed(PUBLISHED)
    assert office.counts(batch) == [400, 0, 0]
    assert office.propose(batch) == 400
    assert claimed() == (400, PUBLISHED_PENCE)
    assert rows.BATCHES.current(batch.id).state is SpendBatchState.PROPOSED
    for entry in entries_of(batch):
        with transaction():
            approvals.approve(entry, office.world.actor("approver"), TODAY)
    commitment = entries.commitment_by_key(office.commitment.id)
    assert (commitment.committed, commitment.spent) == (0, PUBLISHED_PENCE)


def test_file_a_penny_above_the_commitment_proposes_nothing(office: Office) -> None:
    batch = office.previewed(PUBLISHED + b"2020-12-28,0.01,One penny\n")
    with pytest.raises(OverCommitmentInSum) as refused:
        office.propose(batch)
    assert (refused.value.pence, refused.value.available) == (PUBLISHED_PENCE + 1, PUBLISHED_PENCE)
    assert claimed() == (0, 0)
    assert office.counts(batch) == [401, 0, 0]


def test_repeated_file_changes_nothing(office: Office) -> None:
    office.propose(office.previewed(PUBLISHED))
    again = office.previewed(PUBLISHED)
    assert office.counts(again) == [0, 400, 0]
    assert office.propose(again) == 0
    assert claimed() == (400, PUBLISHED_PENCE)


def test_reversed_payment_can_be_claimed_again(office: Office) -> None:
    """Once the reversal is approved, the row is new and becomes a valid claim."""
    rows_ = csv("2020-10-05,5,A,", "2020-10-06,7,B,")
    first = office.previewed(rows_)
    office.propose(first)
    mistaken, other = entries_of(first)
    for entry in (mistaken, other):
        office.world.approve(entry)
    with transaction():
        undoing = proposals.propose_reversal(mistaken, "paid twice", office.world.key(), office.world.actor("uk"))
    assert office.counts(office.previewed(rows_)) == [0, 2, 0]
    office.world.approve(undoing)
    again = office.previewed(rows_)
    assert office.counts(again) == [1, 1, 0]
    assert office.propose(again) == 1
    (entry,) = entries_of(again)
    office.world.approve(entry)
    assert entries.commitment_by_key(office.commitment.id).spent == 12_00
    assert office.counts(office.previewed(rows_)) == [0, 2, 0], "and then it is there"
    page = rows.rows_of(first, None, Cursor(), office.world.actor("uk"))
    assert [one.undone_by for one in page.rows] == [undoing.public_id, None]


def test_equal_rows_are_separate_payments(office: Office) -> None:
    same = "2020-10-05,4312.80,Thomaskneale,"
    office.propose(office.previewed(csv(same, same)))
    more = office.previewed(csv(same, same, same))
    assert [row.outcome for row in kept(more)] == [RowOutcome.KNOWN, RowOutcome.KNOWN, RowOutcome.NEW]
    assert office.propose(more) == 1
    assert claimed() == (3, 3 * 4312_80)


def test_corrected_row_is_not_confused_with_its_duplicate(office: Office) -> None:
    named = office.commitment.public_id
    first = office.previewed(csv("2020-10-05,5,A,unknown", f"2020-10-05,5,A,{named}"), WITH_COMMITMENT)
    assert [row.outcome for row in kept(first)] == [RowOutcome.FAULTY, RowOutcome.NEW]
    office.propose(first)
    corrected = office.previewed(csv(f"2020-10-05,5,A,{named}", f"2020-10-05,5,A,{named}"), WITH_COMMITMENT)
    assert [row.outcome for row in kept(corrected)] == [RowOutcome.NEW, RowOutcome.KNOWN]


def test_refused_row_may_be_proposed_again(office: Office) -> None:
    first = office.previewed(csv("2020-10-05,5,A,", "2020-10-06,6,B,"))
    office.propose(first)
    refused, approved = entries_of(first)
    with transaction():
        ledger.refuse(refused, "no receipt", office.world.actor("approver"))
        approvals.approve(approved, office.world.actor("approver"), TODAY)
    again = office.previewed(csv("2020-10-05,5,A,", "2020-10-06,6,B,"))
    assert [row.outcome for row in kept(again)] == [RowOutcome.NEW, RowOutcome.KNOWN]


@pytest.mark.parametrize(
    ("line", "fault", "cell"),
    [
        ("5th of October,5,A,", SpendFault.DATE_UNREADABLE, "5th of October"),
        (",5,A,", SpendFault.DATE_UNREADABLE, ""),
        ("12/31/2020,5,A,", SpendFault.DATE_UNREADABLE, "12/31/2020"),
        ("2020-10-05,five,A,", SpendFault.AMOUNT_UNREADABLE, "five"),
        ("2020-10-05,=1+1,A,", SpendFault.AMOUNT_UNREADABLE, "=1+1"),
        ("2020-10-05,1.234,A,", SpendFault.AMOUNT_UNREADABLE, "1.234"),
        ("2020-10-05,,A,", SpendFault.AMOUNT_UNREADABLE, ""),
        ("2020-10-05,0.00,A,", SpendFault.NOT_POSITIVE, "0.00"),
        ("2020-10-05,-5,A,", SpendFault.NOT_POSITIVE, "-5"),
        ("2020-10-05,(5.00),A,", SpendFault.NOT_POSITIVE, "(5.00)"),
        ("2020-10-05,5,,", SpendFault.PAYEE_MISSING, ""),
        (f"2020-10-05,5,{'A' * 201},", SpendFault.TOO_LONG, "A" * 200),
        ("2027-10-05,5,A,", SpendFault.IN_FUTURE, "2027-10-05"),
        ("2019-12-31,5,A,", SpendFault.OUTSIDE_PROGRAMME, "2019-12-31"),
        ("2020-10-05,5,A,", SpendFault.NO_COMMITMENT, ""),
        ("2020-10-05,5,A,nosuch", SpendFault.COMMITMENT_UNKNOWN, "nosuch"),
    ],
)
def test_faulty_row_has_fault_and_cell(
    sqlite_app: Flask, tmp_path: Path, line: str, fault: SpendFault, cell: str
) -> None:
    with sqlite_app.app_context():
        office = Office(World(sqlite_app), 1_000_00, tmp_path)
        batch = office.previewed(csv(line), WITH_COMMITMENT, bare=True)
        row = kept(batch)[0]
        assert (row.number, row.outcome, row.fault, row.cell) == (2, RowOutcome.FAULTY, fault, cell)
        assert office.propose(batch) == 0


def test_row_names_its_commitment_by_id_or_cohort_code(sqlite_app: Flask, tmp_path: Path) -> None:
    with sqlite_app.app_context():
        world = World(sqlite_app)
        cohort = world.open_cohort()
        programme = world.programme()
        [(commitment, code)] = rows.payable(programme.id)
        assert code == cohort.code
        with transaction():
            content = f"Date,Amount,Supplier,Cohort\n2026-11-01,5,A,{code}\n2026-11-01,6,B,{commitment.public_id}\n"
            batch = spend_uploads.read(
                io.BytesIO(content.encode()),
                tmp_path,
                programme,
                world.actor("uk"),
            )
        with transaction():
            table = spend_uploads.table_of(batch, tmp_path)
            spend_uploads.preview(batch, table, WITH_COMMITMENT, None, TODAY)
        assert [row.commitment_id for row in kept(batch)] == [commitment.id] * 2


def test_row_without_purpose_takes_that_of_its_commitment(office: Office) -> None:
    content = b"Date,Amount,Supplier,Description\n2020-10-05,5,A,\n2020-10-05,6,B,Chairs\n"
    office.propose(office.previewed(content, SpendColumns(0, 1, 2, purpose=3)))
    found = db.session.scalars(unscoped(select(Claim).order_by(Claim.id), because="test")).all()
    assert [claim.purpose for claim in found] == [office.commitment.purpose, "Chairs"]


def test_columns_can_be_changed_until_the_rows_are_proposed(office: Office) -> None:
    batch = office.previewed(csv("2020-10-05,5,A,"), SpendColumns(1, 0, 2))
    assert office.counts(batch) == [0, 0, 1]
    with transaction():
        spend_uploads.preview(batch, spend_uploads.table_of(batch, office.folder), COLUMNS, office.commitment, TODAY)
    assert office.counts(batch) == [1, 0, 0]
    office.propose(batch)
    with pytest.raises(BatchDecided):
        spend_uploads.table_of(batch, office.folder)
    with pytest.raises(BatchDecided), transaction():
        spend_uploads.preview(batch, spend_uploads.tables.read(io.BytesIO(csv("x"))), COLUMNS, office.commitment, TODAY)
    with pytest.raises(BatchDecided):
        office.propose(batch)


def test_stored_table_is_private_and_can_be_deleted(office: Office) -> None:
    batch = office.previewed(csv("2020-10-05,5,A,"))
    path = office.folder / "spend" / f"{batch.public_id}.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    spend_uploads.delete_table(batch, office.folder)
    assert list(path.parent.iterdir()) == []
    with pytest.raises(TableGone):
        spend_uploads.table_of(batch, office.folder)


def test_unused_table_is_deleted_after_a_day(office: Office) -> None:
    first = office.read(csv("2020-10-05,5,A,"))
    path = office.folder / "spend" / f"{first.public_id}.json"
    a_day_ago = time.time() - 24 * 60 * 60 - 1
    os.utime(path, (a_day_ago, a_day_ago))
    second = office.read(csv("2020-10-05,6,A,"))
    spend_uploads.delete_old_tables(office.folder)
    assert [left.stem for left in path.parent.iterdir()] == [second.public_id]


def test_web_page_is_refused_as_a_spend_file(office: Office) -> None:
    with pytest.raises(TableUnreadable):
        office.read(b"<html>")
    assert db.session.scalar(unscoped(select(func.count()).select_from(SpendBatch), because="test")) == 0


def test_withdrawn_batch_can_be_read_again(office: Office) -> None:
    batch = office.previewed(PUBLISHED)
    office.propose(batch)
    decided = entries_of(batch)[0]
    with transaction():
        approvals.approve(decided, office.world.actor("approver"), TODAY)
    with pytest.raises(NotOwnProposal):
        office.withdraw(batch, "uk.2")
    assert office.withdraw(batch) == (399, 1)
    with pytest.raises(AlreadyDecided):
        office.withdraw(batch)
    again = office.previewed(PUBLISHED)
    assert office.counts(again) == [399, 1, 0]
    assert office.propose(again) == 399


def test_proposer_of_a_file_cannot_approve_it(office: Office) -> None:
    batch = office.previewed(csv("2020-10-05,5,A,"))
    office.propose(batch)
    with pytest.raises(OwnProposal), transaction():
        approvals.approve(entries_of(batch)[0], office.world.actor("uk"), TODAY)


def test_upload_steps_are_audited(office: Office) -> None:
    batch = office.previewed(csv("2020-10-05,5,A,", "2020-10-05,6,A,"))
    office.propose(batch)
    office.withdraw(batch)
    statement = select(AuditEntry).where(AuditEntry.subject_id == batch.public_id).order_by(AuditEntry.id)
    acts = [(one.action, one.details) for one in db.session.scalars(statement)]
    assert acts == [
        ("spend file read", {"rows": 2}),
        ("spend file proposed", {"rows": 2, "pence": 1100, "alike": 0, "are_others": False}),
        ("spend file taken back", {"rows": 2, "decided": 0}),
    ]


def test_concurrent_proposals_of_a_file_make_one_claim_per_row(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        office = Office(World(app), PUBLISHED_PENCE, tmp_path)
        batches = [(office.previewed(PUBLISHED, by=by).id, by) for by in ("uk", "uk.2")]
        db.session.rollback()
    barrier, made = threading.Barrier(2), []

    def propose(batch_id: int, by: str) -> None:
        with app.app_context():
            batch, actor = rows.BATCHES.current(batch_id), office.world.actor(by)
            barrier.wait()
            with transaction():
                made.append(spend_uploads.propose(batch, actor, TODAY, payees_are_people=False))

    threads = [threading.Thread(target=propose, args=one) for one in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert sorted(made) == [0, 400]
        assert claimed() == (400, PUBLISHED_PENCE)


def test_thirty_seven_faulty_rows_among_thousands_are_reported(app: Flask, database_url: str, tmp_path: Path) -> None:
    """Ten thousand rows on PostgreSQL; SQLite is for small registers."""
    number_of_rows = 10_000 if database_url.startswith("postgresql") else 1_000
    numbers = range(2, number_of_rows + 2)
    wrong = set(random.Random(1).sample(numbers, 37))
    lines = [
        f"2020-{number % 12 + 1:02d}-05,{'much' if number in wrong else '12.50'},Supplier {number % 500},"
        for number in numbers
    ]
    right = number_of_rows - 37
    with app.app_context():
        office = Office(World(app), right * 12_50, tmp_path)
        batch = office.previewed(csv(*lines))
        faulty = {row.number for row in kept(batch) if row.outcome is RowOutcome.FAULTY}
        assert faulty == wrong
        assert office.propose(batch) == right
        assert claimed() == (right, right * 12_50)
        assert office.withdraw(batch) == (right, 0)


def test_rules_of_a_claim_apply_to_each_row(office: Office) -> None:
    """Rows accepted by the preview are checked again when proposed, on that day."""
    batch = office.previewed(csv("2020-10-05,5,A,"))
    with pytest.raises(claims.PaidInFuture), transaction():
        spend_uploads.propose(batch, office.world.actor("uk"), dt.date(2020, 10, 4), payees_are_people=False)
    assert claimed() == (0, 0)
