"""Parse the rows of a file into nominees, and describe their verdicts. Writes nothing."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from training.domain.admissions.column_mapping import (
    EMAIL,
    LANGUAGES,
    NAME_LATIN,
    NAME_NATIVE,
    ORGANISATION,
    PHONE,
    RANK,
    REFERENCE,
    SERVICE_NUMBER,
    SEX,
    UNIT,
    nothing,
)
from training.domain.common.table_columns import Cells, Faulty, TableColumn
from training.domain.people.people import LONGEST, Particulars
from training.kit.names import fold
from training.kit.tables import RowMark
from training.kit.titles import NameRead, read_name, without_doubt
from training.models.admissions.nomination_uploads import (
    NominationBatch,
    NomineeFault,
    NomineeOutcome,
    NomineePart,
    NomineeQuestion,
)
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.queries.identity import organisation_trees
from training.queries.people import people

P, O, F, Q = NomineePart, NomineeOutcome, NomineeFault, NomineeQuestion  # noqa: E741
_PARTICULARS = [one.name for one in fields(Particulars)]
COLUMNS = [getattr(Person, name) for name in ("id", "public_id", "organisation_id", "inactive_because", *_PARTICULARS)]
_ARABIC = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")


@dataclass(frozen=True)
class RowRead(Cells):
    """The input of person matching: a row with the user's decision about it.

    ``answers`` are the questions answered with yes, ``mended`` the parts that a user wrote.
    """

    chosen_id: int | None = None
    is_nobody_known: bool = False
    chosen_row: int | None = None
    answers: Collection[str] = ()
    mended: Collection[str] = ()

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the texts of the row."""
        texts = sorted((part, text) for part, text in self.texts.items() if text)
        return hashlib.sha256(repr(texts).encode()).hexdigest()


class Question(NamedTuple):
    """A question about a row: what is asked, about which part, and the text in question."""

    code: NomineeQuestion
    part: str = ""
    text: str = ""


@dataclass(frozen=True)
class Nominee:
    """A person as a row describes them; ``organisation_id`` is None only if ``reference`` identifies them.

    ``questions`` are asked before the row counts; ``is_name_read`` if numbering or a rank was taken off the name,
    ``bare_names`` are the names without a word that may be a rank.
    """

    particulars: Particulars
    organisation_id: int | None
    names_organisation: bool
    reference: str
    questions: Sequence[Question] = ()
    is_name_read: bool = False
    bare_names: tuple[str, str] | None = None

    @property
    def spellings(self) -> list[tuple[str, str]]:
        """The names in both scripts by which people like this one are looked for."""
        names = (self.particulars.name_latin, self.particulars.name_native)
        return [names, self.bare_names] if self.bare_names else [names]


@dataclass(frozen=True)
class Verdict:
    """The match and the outcome of a row; the fields are named as the columns of ``NominationRow``."""

    outcome: NomineeOutcome
    fault: NomineeFault | None = None
    part: NomineePart | None = None
    same_as: int | None = None
    alike: list[int] = field(default_factory=list)
    organisation_id: int | None = None
    person_id: int | None = None
    stamp: str = ""
    differs: list[str] = field(default_factory=list)
    candidates: list[int] = field(default_factory=list)
    questions: list[list[str]] = field(default_factory=list)


def stamp_of(person: Any) -> str:
    """Return a hash of a person's record, to detect changes."""
    recorded = [str(getattr(person, name) or "") for name in ("organisation_id", *_PARTICULARS)]
    return hashlib.sha256(repr(recorded).encode()).hexdigest()


def particulars_of(person: Any) -> Particulars:
    """Return the recorded particulars of a person."""
    return Particulars(**{name: getattr(person, name) for name in _PARTICULARS})


def merged(recorded: Particulars, given: Particulars) -> Particulars:
    """Return ``recorded``, overwritten by ``given``; a blank cell never overwrites."""
    return replace(recorded, **{name: value for name, value in asdict(given).items() if value})


class Reader:
    """Parses the rows of a batch on behalf of an actor, with the organisations chosen for the batch."""

    def __init__(self, batch: NominationBatch, by: Actor) -> None:
        self.invited = organisation_trees.keys_invited_to(batch.cohort_id)
        self._default = batch.default_organisation_id
        self._organisations: dict[str, int | None] = {}
        own = people.own_organisations(by)
        for organisation in own:
            for name in {
                fold(name) for name in (organisation.name_en, organisation.name_ar, organisation.name_ckb) if name
            }:
                self._organisations[name] = None if name in self._organisations else organisation.id
        keys = {organisation.id for organisation in own}
        self._organisations |= {name: key for name, key in batch.meanings.items() if key in keys}

    def read(self, row: RowRead) -> Nominee:
        """Return the nominee that a row describes. Raises Faulty."""
        row = _with_names_in_place(replace(row, texts={part: nothing(text) for part, text in row.texts.items()}))
        row, names = _with_names_read(row)
        row, unreadable = _without_unreadable(row)
        _check_texts(row)
        particulars = Particulars(
            name_latin=row[NAME_LATIN],
            name_native=row[NAME_NATIVE],
            rank=row[RANK] or next((one.rank for one in names.values() if one.rank), ""),
            unit=row[UNIT],
            sex=row[SEX],
            service_number=row[SERVICE_NUMBER],
            languages=row[LANGUAGES],
            phone=row[PHONE],
            email=row[EMAIL],
        )
        named, reference = row[ORGANISATION], row[REFERENCE]
        organisation_id = self._organisation(named, must_be=not reference)
        asked = [*_about_row(row), *unreadable, *_about_names(names)]
        is_read = any(one.is_changed for one in names.values())
        return Nominee(particulars, organisation_id, bool(named), reference, asked, is_read, _bare_names(names))

    def _organisation(self, name: str, *, must_be: bool) -> int | None:
        """Return the key of the named organisation; one outside the actor's own counts as unknown. Raises Faulty."""
        found = self._organisations.get(fold(name)) if name else self._default
        if name and found is None:
            raise Faulty(F.ORGANISATION_UNKNOWN, part=P.ORGANISATION)
        if found is None and must_be:
            raise Faulty(F.ORGANISATION_MISSING, part=P.ORGANISATION)
        if found is not None and found not in self.invited:
            raise Faulty(F.ORGANISATION_NOT_INVITED, part=P.ORGANISATION)
        return found


def _with_names_in_place(row: RowRead) -> RowRead:
    """Return the row, with its only name moved to the native column if it is in Arabic letters."""
    latin = row.written(NAME_LATIN)
    if not _ARABIC.search(latin) or row.written(NAME_NATIVE):
        return row
    return replace(row, texts={**row.texts, P.NAME_LATIN.value: "", P.NAME_NATIVE.value: latin})


_Row = TypeVar("_Row", bound=Cells)
_OPTIONAL: tuple[TableColumn[Any], ...] = (SEX, PHONE, EMAIL, LANGUAGES)
"""A cell of these that cannot be read is asked about and does not spoil its row."""
_UNUSUAL = re.compile(r"\d{5}|[/\\|:;@#*=+<>{}\[\]()_,،؛]")


def _with_names_read(row: RowRead) -> tuple[RowRead, dict[NomineePart, NameRead]]:
    """Return the row with its names free of numbering and ranks, and what stood in their cells.

    What a user wrote stays. A word that may be a rank is one if the user said so.
    """
    read = {P(column.part): read_name(row.written(column)) for column in (NAME_LATIN, NAME_NATIVE)}
    read = {part: one for part, one in read.items() if one.name and part not in row.mended}
    if Q.RANK_OR_NAME in row.answers:
        read = {part: without_doubt(one) for part, one in read.items()}
    return replace(row, texts={**row.texts, **{part.value: one.name for part, one in read.items()}}), read


def _bare_names(names: Mapping[NomineePart, NameRead]) -> tuple[str, str] | None:
    """Return the names without a word that may be a rank, if there is one."""
    if not any(one.doubt for one in names.values()):
        return None
    latin, native = (without_doubt(names[part]).name if part in names else "" for part in (P.NAME_LATIN, P.NAME_NATIVE))
    return latin, native


def _about_names(names: Mapping[NomineePart, NameRead]) -> Iterator[Question]:
    for part, one in names.items():
        if one.doubt:
            yield Question(Q.RANK_OR_NAME, part, one.doubt)
        elif _UNUSUAL.search(one.name):
            yield Question(Q.NAME_UNUSUAL, part, one.name)


def _without_unreadable(row: _Row) -> tuple[_Row, list[Question]]:
    """Return the row with its optional cells that cannot be read left empty, and the questions about these."""
    asked = [
        Question(Q.CELL_UNREADABLE, column.part, row.written(column)) for column in _OPTIONAL if not row.is_read(column)
    ]
    return replace(row, texts={**row.texts, **{one.part: "" for one in asked}}), asked


def _about_row(row: Cells) -> Iterator[Question]:
    if row.mark:
        yield Question(Q.HIDDEN if row.mark == RowMark.HIDDEN else Q.NOT_A_PERSON, text=row.mark)


def _check_texts(row: Cells) -> None:
    """Raise Faulty if a text is too long, or the row has neither a valid name nor a reference."""
    for name, most in LONGEST.items():
        if len(row.texts.get(name, "")) > most:
            raise Faulty(F.TEXT_TOO_LONG, part=P(name))
    names = [column for column in (NAME_LATIN, NAME_NATIVE) if row[column]]
    if not names and not row[REFERENCE]:
        raise Faulty(F.NAME_MISSING, part=P.NAME_NATIVE)
    for column in names:
        if not any(letter.isalpha() for letter in row[column]):
            raise row.fault(column, F.NAME_UNREADABLE)
