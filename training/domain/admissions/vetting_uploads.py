"""Clearances from a returned spreadsheet: read once, previewed row by row, recorded together.

Repeating a file changes nothing. What was read is kept only until it is recorded, a day at most, and without names.
"""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import delete

from training.domain.admissions import vetting
from training.domain.admissions.events import AdmissionEvent
from training.domain.admissions.refusals import (
    ClearanceChanged,
    ClearancesRecorded,
    DecidedInFuture,
    ExpiryBeforeDecision,
)
from training.domain.admissions.vetting import Decision
from training.domain.common import cell_parsing
from training.domain.common.cell_parsing import Faulty
from training.domain.common.refusals import TableGone
from training.domain.identity import audit
from training.kit import tables
from training.kit.clock import now
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


class Columns(NamedTuple):
    """Which column has what, counted from 0; a file need not have the names."""

    nomination: int
    outcome: int
    authority: int
    decided_on: int
    expires_on: int
    reference: int
    name: int | None = None
    other_name: int | None = None

    @property
    def filled_in(self) -> tuple[int, ...]:
        """The columns in which the authority writes."""
        return self.outcome, self.authority, self.decided_on, self.expires_on, self.reference


def preview(
    table: tables.Table, columns: Columns, outcomes: Mapping[str, VettingOutcome], by: Actor, on: dt.date
) -> ClearanceBatch:
    """Keep what would become of each row; rows in which nothing was filled in are left out.

    ``outcomes`` are the words for an outcome, folded.
    """
    batch = ClearanceBatch(sha256=table.sha256, uploaded_by_id=by.user_id, uploaded_at=now())
    db.session.add(batch)
    db.session.flush()
    filled = [row for row in table.rows if any(row.cell(place) for place in columns.filled_in)]
    reader = _Reader(columns, outcomes, on)
    reader.known = vetting_uploads.named({row.cell(columns.nomination).lower() for row in filled}, by)
    db.session.add_all([reader.read(batch, row) for row in filled])
    db.session.flush()
    audit.record(AdmissionEvent.CLEARANCES_READ, batch, by=by.user_id, rows=len(filled))
    return batch


def forget_old() -> None:
    """Delete the rows of spreadsheets that were read more than a day ago."""
    old = vetting_uploads.batches_before(now() - _KEPT)
    db.session.execute(delete(ClearanceRow).where(ClearanceRow.batch_id.in_(old)))


class _Reader:
    """Reads the rows of one file; two rows about one person have to agree."""

    known: Mapping[str, tuple[Nomination, VettingDecision | None]]

    def __init__(self, columns: Columns, outcomes: Mapping[str, VettingOutcome], on: dt.date) -> None:
        self._columns, self._outcomes, self._today = columns, outcomes, on
        self._said: dict[int, Decision] = {}

    def read(self, batch: ClearanceBatch, row: tables.Row) -> ClearanceRow:
        """Return the row as it will be kept."""
        kept = ClearanceRow(batch_id=batch.id, number=row.number, result=RowOutcome.NEW)
        try:
            nomination, current = self._nomination(row)
            kept.nomination_id, kept.known_id = nomination.id, current.id if current else None
            decision = self._decision(row)
            for name, value in vars(decision).items():
                if name != "unit":
                    setattr(kept, name, value)
            before = self._said.setdefault(nomination.person_id, decision)
            if before != decision:
                raise Faulty(ClearanceFault.DECIDED_TWICE, row.cell(self._columns.nomination))
            if before is not decision or _says(current, decision):
                kept.result = RowOutcome.KNOWN
        except Faulty as faulty:
            kept.result, kept.fault, kept.cell = RowOutcome.FAULTY, faulty.fault, faulty.cell
        return kept

    def _nomination(self, row: tables.Row) -> tuple[Nomination, VettingDecision | None]:
        written = row.cell(self._columns.nomination).lower()
        if not is_public_id(written) or written not in self.known:
            raise Faulty(ClearanceFault.NOMINATION_UNKNOWN, written)
        nomination, current = self.known[written]
        self._check_names(row, nomination.person)
        return nomination, current

    def _check_names(self, row: tables.Row, person: Person) -> None:
        """Refuse a row that names somebody else: whoever sorts a part of a sheet parts numbers from names.

        The name itself is not kept with the fault.
        """
        places = (self._columns.name, self._columns.other_name)
        said = {fold(row.cell(place)) for place in places if place is not None} - {""}
        if not said <= {fold(person.name_latin), fold(person.name_native)}:
            raise Faulty(ClearanceFault.NAME_DIFFERS, "")

    def _decision(self, row: tables.Row) -> Decision:
        columns, written = self._columns, row.cell(self._columns.outcome)
        outcome = self._outcomes.get(fold(written))
        if outcome is None:
            raise Faulty(ClearanceFault.OUTCOME_UNREADABLE, written)
        authority = cell_parsing.text(row.cell(columns.authority), _LONGEST_AUTHORITY, ClearanceFault.TEXT_TOO_LONG)
        if not authority:
            raise Faulty(ClearanceFault.AUTHORITY_MISSING, "")
        ends = outcome is VettingOutcome.CLEARED
        decision = Decision(
            outcome=outcome,
            authority=authority,
            unit="",
            decided_on=cell_parsing.day(row.cell(columns.decided_on), ClearanceFault.DECIDED_UNREADABLE),
            expires_on=cell_parsing.day(row.cell(columns.expires_on), ClearanceFault.END_UNREADABLE) if ends else None,
            reference=cell_parsing.text(row.cell(columns.reference), _LONGEST_REFERENCE, ClearanceFault.TEXT_TOO_LONG),
        )
        try:
            vetting.check(decision, self._today)
        except DecidedInFuture as refusal:
            raise Faulty(ClearanceFault.DECIDED_IN_FUTURE, row.cell(columns.decided_on)) from refusal
        except ExpiryBeforeDecision as refusal:
            raise Faulty(ClearanceFault.END_BEFORE_DECISION, row.cell(columns.expires_on)) from refusal
        return decision


_COMPARED = ("outcome", "authority", "decided_on", "expires_on", "reference")


def _says(known: VettingDecision | None, decision: Decision) -> bool:
    return known is not None and all(getattr(known, name) == getattr(decision, name) for name in _COMPARED)


def record(batch: ClearanceBatch, by: Actor) -> int:
    """Record the good rows and forget them all; return how many decisions were recorded.

    Raises ClearancesRecorded, TableGone after a day, and ClearanceChanged when somebody decided about one of these
    people since the preview: then nothing is recorded.
    """
    batch = vetting_uploads.lock_batch(batch.id)
    if batch.recorded_at is not None:
        raise ClearancesRecorded
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


def _decision_of(row: ClearanceRow) -> Decision:
    if row.outcome is None or row.decided_on is None:
        raise ValueError("the row is faulty")
    return Decision(row.outcome, row.authority, "", row.decided_on, row.expires_on, row.reference)
