"""Clearances from a returned spreadsheet: read, previewed row by row, recorded together.

Uploading a file again changes nothing. Rows are kept only until they are recorded, a day at most, and without names.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, update

from training.domain.admissions import vetting
from training.domain.admissions.events import AdmissionEvent
from training.domain.admissions.refusals import (
    ClearanceChanged,
    ClearancesRecorded,
    DecidedInFuture,
    ExpiryBeforeDecision,
)
from training.domain.admissions.vetting import ClearanceDecision
from training.domain.common import table_import
from training.domain.common.refusals import TableGone
from training.domain.common.table_columns import Cells, Faulty, TableColumn, TableFormat, text
from training.domain.common.table_import import TableKind, TableStorage, judge_rows, run_all
from training.domain.identity import audit, own_record
from training.kit import tables
from training.kit.clock import now
from training.kit.dates import OtherCalendarError, parse_day
from training.kit.db import db
from training.kit.ids import is_public_id
from training.kit.names import fold
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import (
    ClearanceBatch,
    ClearanceFault,
    ClearanceRow,
    VettingDecision,
    VettingOutcome,
)
from training.models.finance.spend_uploads import RowOutcome
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.queries.admissions import vetting_uploads

_KEPT = dt.timedelta(days=1)
_LONGEST_AUTHORITY, _LONGEST_REFERENCE = 200, 100


def _headings(en: str, ar: str, ckb: str) -> dict[str, tuple[str, ...]]:
    return {"en": (en,), "ar": (ar,), "ckb": (ckb,)}


def _day(written: str) -> dt.date:
    """Parse a day. Raises ValueError, and Faulty for one of another calendar."""
    try:
        return parse_day(written)
    except OtherCalendarError as error:
        raise Faulty(ClearanceFault.OTHER_CALENDAR) from error


class ClearanceColumns(NamedTuple):
    """The index of each column, counted from 0; the name columns are optional."""

    nomination: int
    outcome: int
    authority: int
    decided_on: int
    expires_on: int
    reference: int
    name: int | None = None
    other_name: int | None = None


NOMINATION = TableColumn("nomination", _headings("Nomination", "رقم الترشيح", "ژمارەی کاندیدکردن"), str.lower)
NAME = TableColumn("name", _headings("Name", "الاسم", "ناو"), fold, is_required=False)
OTHER_NAME = TableColumn(
    "other_name",
    _headings("Name in the other script", "الاسم بالأحرف الأخرى", "ناو بە پیتی تر"),
    fold,
    is_required=False,
)
OUTCOME = TableColumn("outcome", _headings("Outcome", "النتيجة", "ئەنجام"), fold)
AUTHORITY = TableColumn(
    "authority",
    _headings("Authority", "السلطة المختصة", "لایەنی بڕیاردەر"),
    text(_LONGEST_AUTHORITY, ClearanceFault.TEXT_TOO_LONG, ClearanceFault.AUTHORITY_MISSING),
)
DECIDED_ON = TableColumn(
    "decided_on",
    _headings("Decided on", "تاريخ القرار", "ڕۆژی بڕیاردان"),
    _day,
    ClearanceFault.DECIDED_UNREADABLE,
)
EXPIRES_ON = TableColumn(
    "expires_on",
    _headings("Valid until", "تاريخ انتهاء النفاذ", "کارپێکراوە تا"),
    _day,
    ClearanceFault.END_UNREADABLE,
)
REFERENCE = TableColumn(
    "reference",
    _headings("Reference", "المرجع", "ژمارەی نووسراو"),
    text(_LONGEST_REFERENCE, ClearanceFault.TEXT_TOO_LONG),
)
FORMAT = TableFormat(
    NOMINATION, NAME, OTHER_NAME, OUTCOME, AUTHORITY, DECIDED_ON, EXPIRES_ON, REFERENCE, has_notes=True
)
"""The headings of the saved table in English, Arabic and Sorani: a file format, independent of the interface."""
KIND = TableKind(
    FORMAT,
    vetting_uploads.BATCHES,
    good=(RowOutcome.NEW,),
    needing=(RowOutcome.FAULTY,),
    is_open=lambda batch: batch.recorded_at is None,
    is_committed=lambda _batch: False,  # a decision is corrected by the next one, never undone
    closed=ClearancesRecorded,
    not_committed=ClearancesRecorded,
)
_FILLED_IN = (OUTCOME, AUTHORITY, DECIDED_ON, EXPIRES_ON, REFERENCE)
"""The columns that the authority fills in."""


def not_read(table: tables.Table) -> list[int]:
    """Return the columns that the sheet hides, but that of our own numbers, which people hide as they find it ugly."""
    own = FORMAT.guess(table.headings).get(NOMINATION.part)
    return [place for place in table.hidden if place != own]


def preview(
    table: tables.Table, columns: ClearanceColumns, outcomes: Mapping[str, VettingOutcome], by: Actor, on: dt.date
) -> ClearanceBatch:
    """Store the outcome of each row; rows in which nothing was filled in are left out.

    ``outcomes`` maps the folded words for an outcome.
    """
    left = table_import.left_out(table, not_read(table))
    batch = ClearanceBatch(
        sha256=table.sha256,
        sheet=left.sheet,
        unread=left.unread,
        hidden=left.hidden,
        uploaded_by_id=by.user_id,
        uploaded_at=now(),
    )
    db.session.add(batch)
    db.session.flush()
    clearances = _Clearances(outcomes, by, on)
    storage = TableStorage(KIND, batch.id, table, columns._asdict())
    run_all(table_import.preview(KIND, batch.id, storage, clearances.judge))
    audit.record(AdmissionEvent.CLEARANCES_READ, batch, by=by.user_id, rows=clearances.filled_in)
    return batch


def delete_expired() -> None:
    """Delete the rows of spreadsheets read more than a day ago, and what else was known of these workbooks."""
    old = vetting_uploads.batches_before(now() - _KEPT)
    db.session.execute(delete(ClearanceRow).where(ClearanceRow.batch_id.in_(old)))
    db.session.execute(update(ClearanceBatch).where(ClearanceBatch.id.in_(old)).values(sheet="", unread=[], hidden=[]))


class _Clearances:
    """Validates the rows of one file; two rows about one person must agree."""

    def __init__(self, outcomes: Mapping[str, VettingOutcome], by: Actor, on: dt.date) -> None:
        self._outcomes, self._by, self._today = outcomes, by, on
        self._known: Mapping[str, tuple[Nomination, VettingDecision | None]] = {}
        self._decided: dict[int, ClearanceDecision] = {}
        self.filled_in = 0

    def judge(self, batch: ClearanceBatch, rows: Sequence[Cells]) -> list[ClearanceRow]:
        """Return the rows to store, without those that the authority left empty."""
        data = [cells for cells in rows if cells.mark in ("", tables.RowMark.HIDDEN)]
        filled = [cells for cells in data if any(cells.written(column) for column in _FILLED_IN)]
        self._known = vetting_uploads.named({cells[NOMINATION] for cells in filled}, self._by)
        self.filled_in += len(filled)
        return judge_rows(KIND, self._fill, batch, filled)

    def _fill(self, row: ClearanceRow, cells: Cells) -> None:
        if cells.mark:
            raise Faulty(ClearanceFault.HIDDEN_ROW)
        nomination, current = self._nomination(cells)
        row.nomination_id, row.known_id = nomination.id, current.id if current else None
        if own_record.is_own(nomination.person_id, self._by):
            raise Faulty(ClearanceFault.OWN_RECORD)
        decision = self._decision(cells)
        for name in _COMPARED:
            setattr(row, name, getattr(decision, name))
        before = self._decided.setdefault(nomination.person_id, decision)
        if before != decision:
            raise cells.fault(NOMINATION, ClearanceFault.DECIDED_TWICE)
        if before is not decision or _is_same(current, decision):
            row.result = RowOutcome.KNOWN

    def _nomination(self, cells: Cells) -> tuple[Nomination, VettingDecision | None]:
        named = cells[NOMINATION]
        if not is_public_id(named) or named not in self._known:
            raise Faulty(ClearanceFault.NOMINATION_UNKNOWN, named)
        nomination, current = self._known[named]
        _check_names(cells, nomination.person)
        return nomination, current

    def _decision(self, cells: Cells) -> ClearanceDecision:
        outcome = self._outcomes.get(cells[OUTCOME])
        if outcome is None:
            raise cells.fault(OUTCOME, ClearanceFault.OUTCOME_UNREADABLE)
        decision = ClearanceDecision(
            outcome=outcome,
            authority=cells[AUTHORITY],
            unit="",
            decided_on=cells[DECIDED_ON],
            expires_on=cells[EXPIRES_ON] if outcome is VettingOutcome.CLEARED else None,
            reference=cells[REFERENCE],
        )
        try:
            vetting.check(decision, self._today)
        except DecidedInFuture as refusal:
            raise cells.fault(DECIDED_ON, ClearanceFault.DECIDED_IN_FUTURE) from refusal
        except ExpiryBeforeDecision as refusal:
            raise cells.fault(EXPIRES_ON, ClearanceFault.END_BEFORE_DECISION) from refusal
        return decision


def _check_names(cells: Cells, person: Person) -> None:
    """Reject a row that names another person: sorting part of a sheet separates numbers from names.

    The name itself is not stored with the fault.
    """
    given = {cells[NAME], cells[OTHER_NAME]} - {""}
    if not given <= {fold(person.name_latin), fold(person.name_native)}:
        raise Faulty(ClearanceFault.NAME_DIFFERS)


_COMPARED = ("outcome", "authority", "decided_on", "expires_on", "reference")


def _is_same(known: VettingDecision | None, decision: ClearanceDecision) -> bool:
    return known is not None and all(getattr(known, name) == getattr(decision, name) for name in _COMPARED)


def record(batch: ClearanceBatch, by: Actor) -> int:
    """Record the good rows and delete all rows; return the number of decisions recorded.

    Raises ClearancesRecorded, TableGone after a day, and ClearanceChanged if a decision about one of these people was
    recorded since the preview; nothing is recorded then.
    """

    def write(batch: ClearanceBatch) -> int:
        if batch.uploaded_at < now() - _KEPT:
            raise TableGone
        vetting.hold([person_id for _row, person_id, _decision_id in vetting_uploads.new_rows(batch.id)])
        rows = vetting_uploads.new_rows(batch.id)
        for row, _person_id, decision_id in rows:
            if decision_id != row.known_id:
                raise ClearanceChanged(row.number)
        for row, person_id, _decision_id in rows:
            vetting.record_held(person_id, _decision_of(row), by)
        db.session.execute(delete(ClearanceRow).where(ClearanceRow.batch_id == batch.id))
        batch.recorded_at = now()
        audit.record(AdmissionEvent.CLEARANCES_RECORDED, batch, by=by.user_id, rows=len(rows))
        return len(rows)

    return table_import.commit(KIND, batch.id, write)


def _decision_of(row: ClearanceRow) -> ClearanceDecision:
    if row.outcome is None or row.decided_on is None:
        raise ValueError("the row is faulty")
    return ClearanceDecision(row.outcome, row.authority, "", row.decided_on, row.expires_on, row.reference)
