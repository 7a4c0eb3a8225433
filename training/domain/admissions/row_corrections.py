"""Correct a row of a batch or choose its person; only the rows this may affect are matched again, at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from training.domain.admissions.nomination_uploads import KIND, check_open, judged, row_numbered, texts_of
from training.domain.admissions.person_matching import Recogniser
from training.domain.common.table_import import RowStorage
from training.domain.people import people
from training.kit.db import db
from training.kit.matching import Heard, Names, heard
from training.kit.names import fold
from training.kit.titles import read_name
from training.models.admissions.nomination_uploads import NominationBatch, NominationRow, NomineePart
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.queries.admissions import nomination_uploads
from training.queries.admissions.nomination_uploads import BATCHES

P = NomineePart
_IDENTIFYING = (P.NAME_LATIN, P.NAME_NATIVE, P.SERVICE_NUMBER, P.REFERENCE)
"""The parts by which two rows may match the same person."""


def correct(batch: NominationBatch, number: int, texts: Mapping[str, str], by: Actor) -> None:
    """Correct the texts of a row, by part, and clear the choice made for it. Raises BatchClosed, JobStanding."""
    _decide(batch, number, by, mended=dict(texts), chosen_id=None, chosen_row=None, is_nobody_known=False)


def choose(batch: NominationBatch, number: int, person: Person | None, by: Actor, *, corrects: bool) -> None:
    """Choose the person of a row, reactivating them if deactivated; None for a person not in the register.

    Raises BatchClosed, JobStanding, MergedAway.
    """
    if person is not None and not person.is_active:
        people.reactivate(person, by)
    key = person.id if person else None
    _decide(batch, number, by, chosen_id=key, chosen_row=None, is_nobody_known=person is None, corrects=corrects)


def agree(batch: NominationBatch, number: int, by: Actor) -> None:
    """Answer every question about a row with yes. Raises BatchClosed, JobStanding."""
    asked = {question[0] for question in row_numbered(batch, number).questions}
    _decide(batch, number, by, answers=sorted({*row_numbered(batch, number).answers, *asked}))


def choose_row(batch: NominationBatch, number: int, same_as: int, by: Actor) -> None:
    """Mark a row as a repeat of row ``same_as``, so that it is left out. Raises BatchClosed, JobStanding."""
    _decide(batch, number, by, chosen_id=None, chosen_row=same_as, is_nobody_known=False)


def _decide(batch: NominationBatch, number: int, by: Actor, **decided: Any) -> None:
    """Store the decision about a row, and match the affected rows again."""
    batch = check_open(batch)
    rows = Rows(batch, number)
    row = row_numbered(batch, number)
    for name, value in decided.items():
        setattr(row, name, value)
    db.session.flush()
    rows.note_corrected()
    _judge_again(batch, rows, by)


class Rows:
    """The rows of a batch, to find those affected by a correction: that mean, or may mean, the same person.

    After ``note_corrected`` it knows both the old and the new texts of the row.
    """

    def __init__(self, batch: NominationBatch, corrected: int) -> None:
        self._batch, self._corrected = batch, corrected
        self._names = Names()
        self._heard: dict[int, list[Heard]] = defaultdict(list)
        self._marks: dict[int, set[Any]] = defaultdict(set)
        self._marked: dict[Any, list[int]] = defaultdict(list)
        for row in nomination_uploads.row_outlines(batch.id):
            self._note(row)

    def affected(self, persons: Collection[int] = ()) -> list[int]:
        """Return the numbers of the rows whose verdict the corrected row, or a row of ``persons``, may change."""
        found: set[int] = set()
        waiting = [self._corrected, *(number for key in persons for number in self._marked.get(("person", key), ()))]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._neighbours(number)
        return sorted(found)

    def note_corrected(self) -> None:
        """Record the new texts of the corrected row."""
        self._note(row_numbered(self._batch, self._corrected))

    def _neighbours(self, number: int) -> Iterator[int]:
        for mark in self._marks[number]:
            yield from self._marked[mark]
        for one in self._heard[number]:
            yield from self._names.like(one)

    def _note(self, row: Any) -> None:
        texts = texts_of(row, {part: place for part, place in self._batch.columns.items() if part in _IDENTIFYING})
        latin, native = (read_name(texts.get(part, "")).name for part in (P.NAME_LATIN, P.NAME_NATIVE))
        self._heard[row.number].append(heard(latin, native))
        self._names.add(row.number, heard(latin, native))
        for mark in _marks(row, texts):
            self._marks[row.number].add(mark)
            self._marked[mark].append(row.number)


def _marks(row: Any, texts: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield the marks that a row shares with every row that certainly means the same person."""
    names = fold(texts.get(P.NAME_LATIN, "")), fold(texts.get(P.NAME_NATIVE, ""))
    if any(names):
        yield "names", names
    for part in (P.SERVICE_NUMBER, P.REFERENCE):
        if texts.get(part):
            yield part.value, texts[part]
    for key in {row.person_id, row.chosen_id} - {None}:
        yield "person", key
    for number in {row.number, row.same_as, *row.alike} - {None}:
        yield "row", number


def _judge_again(batch: NominationBatch, rows: Rows, by: Actor) -> None:
    """Match the rows affected by a correction again, including those of newly matched people."""
    persons: set[int] = set()
    while True:
        affected = _judge(batch, rows.affected(persons), by)
        meant = {row.person_id for row in affected if row.person_id}
        if meant <= persons:
            break
        persons |= meant
    batch.version += 1


def _judge(batch: NominationBatch, numbers: Collection[int], by: Actor) -> Sequence[NominationRow]:
    are_affected = NominationRow.number.in_(numbers)
    rows = BATCHES.rows(batch.id, are_affected)
    RowStorage(KIND, batch.id).write(judged(Recogniser(batch, by), rows, batch))
    return BATCHES.rows(batch.id, are_affected)
