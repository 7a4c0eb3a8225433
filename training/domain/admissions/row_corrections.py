"""Mending a row of a batch, and saying whom it means: only the rows that this may concern are judged again, at once."""

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
from training.models.admissions.nomination_uploads import NominationBatch, NominationRow, NomineePart
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.queries.admissions import nomination_uploads
from training.queries.admissions.nomination_uploads import BATCHES

P = NomineePart
_TELLING = (P.NAME_LATIN, P.NAME_NATIVE, P.SERVICE_NUMBER, P.REFERENCE)
"""The parts by which two rows may mean one person."""


def mend(batch: NominationBatch, number: int, texts: Mapping[str, str], by: Actor) -> None:
    """Write what a row should say, by part; the choice that was made for it falls. Raises BatchClosed, JobStanding."""
    _decide(batch, number, by, mended=dict(texts), chosen_id=None, chosen_row=None, is_nobody_known=False)


def choose(batch: NominationBatch, number: int, person: Person | None, by: Actor, *, corrects: bool) -> None:
    """Say whom a row means: a person, whose record is taken up again where it was set aside, or nobody who is known.

    Raises BatchClosed, JobStanding, MergedAway.
    """
    if person is not None and not person.is_active:
        people.reactivate(person, by)
    key = person.id if person else None
    _decide(batch, number, by, chosen_id=key, chosen_row=None, is_nobody_known=person is None, corrects=corrects)


def choose_row(batch: NominationBatch, number: int, same_as: int, by: Actor) -> None:
    """Say that a row means the person whom an earlier one means, so it is left out. Raises BatchClosed, JobStanding."""
    _decide(batch, number, by, chosen_id=None, chosen_row=same_as, is_nobody_known=False)


def _decide(batch: NominationBatch, number: int, by: Actor, **decided: Any) -> None:
    """Write what was decided about a row, and judge the rows that it concerns."""
    batch = check_open(batch)
    rows = Rows(batch, number)
    row = row_numbered(batch, number)
    for name, value in decided.items():
        setattr(row, name, value)
    db.session.flush()
    rows.note_mended()
    _judge_again(batch, rows, by)


class Rows:
    """The rows of a batch, to find those that one of them concerns: that mean, or may mean, the same person.

    Asked again after that row was mended, it knows both what the row said and what it says.
    """

    def __init__(self, batch: NominationBatch, mended: int) -> None:
        self._batch, self._mended = batch, mended
        self._names = Names()
        self._heard: dict[int, list[Heard]] = defaultdict(list)
        self._marks: dict[int, set[Any]] = defaultdict(set)
        self._marked: dict[Any, list[int]] = defaultdict(list)
        for row in nomination_uploads.outline(batch.id):
            self._note(row)

    def concerned(self, persons: Collection[int] = ()) -> list[int]:
        """Return the numbers of the rows whose verdict the mended row, or a row that means one of these, may change."""
        found: set[int] = set()
        waiting = [self._mended, *(number for key in persons for number in self._marked.get(("person", key), ()))]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._beside(number)
        return sorted(found)

    def note_mended(self) -> None:
        """Note what the mended row says now."""
        self._note(row_numbered(self._batch, self._mended))

    def _beside(self, number: int) -> Iterator[int]:
        for mark in self._marks[number]:
            yield from self._marked[mark]
        for one in self._heard[number]:
            yield from self._names.like(one)

    def _note(self, row: Any) -> None:
        said = texts_of(row, {part: place for part, place in self._batch.columns.items() if part in _TELLING})
        latin, native = said.get(P.NAME_LATIN, ""), said.get(P.NAME_NATIVE, "")
        self._heard[row.number].append(heard(latin, native))
        self._names.add(row.number, heard(latin, native))
        for mark in _marks(row, said):
            self._marks[row.number].add(mark)
            self._marked[mark].append(row.number)


def _marks(row: Any, said: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield what a row has in common with every other one that surely means the same person."""
    names = fold(said.get(P.NAME_LATIN, "")), fold(said.get(P.NAME_NATIVE, ""))
    if any(names):
        yield "names", names
    for part in (P.SERVICE_NUMBER, P.REFERENCE):
        if said.get(part):
            yield part.value, said[part]
    for key in {row.person_id, row.chosen_id} - {None}:
        yield "person", key
    for number in {row.number, row.same_as, *row.alike} - {None}:
        yield "row", number


def _judge_again(batch: NominationBatch, rows: Rows, by: Actor) -> None:
    """Judge the rows that a mended one concerns; rows of whoever it turns out to mean are among them."""
    persons: set[int] = set()
    while True:
        concerned = _judge(batch, rows.concerned(persons), by)
        meant = {row.person_id for row in concerned if row.person_id}
        if meant <= persons:
            break
        persons |= meant
    batch.version += 1


def _judge(batch: NominationBatch, numbers: Collection[int], by: Actor) -> Sequence[NominationRow]:
    are_concerned = NominationRow.number.in_(numbers)
    rows = BATCHES.rows(batch.id, are_concerned)
    RowStorage(KIND, batch.id).write(judged(Recogniser(batch, by), rows, batch))
    return BATCHES.rows(batch.id, are_concerned)
