"""Parse the rows of a file into nominees, and describe their verdicts. Writes nothing."""

import hashlib
import re
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

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
)
from training.domain.common.table_columns import Cells, Faulty
from training.domain.people.people import LONGEST, Particulars
from training.kit.names import fold
from training.models.admissions.nomination_uploads import NominationBatch, NomineeFault, NomineeOutcome, NomineePart
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.queries.identity import organisation_trees
from training.queries.people import people

P, O, F = NomineePart, NomineeOutcome, NomineeFault  # noqa: E741
_PARTICULARS = [one.name for one in fields(Particulars)]
COLUMNS = [getattr(Person, name) for name in ("id", "public_id", "organisation_id", "inactive_because", *_PARTICULARS)]
_ARABIC = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")


@dataclass(frozen=True)
class RowRead(Cells):
    """The input of person matching: a row with the user's decision about it."""

    chosen_id: int | None = None
    is_nobody_known: bool = False
    chosen_row: int | None = None

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the texts of the row."""
        texts = sorted((part, text) for part, text in self.texts.items() if text)
        return hashlib.sha256(repr(texts).encode()).hexdigest()


@dataclass(frozen=True)
class Nominee:
    """A person as a row describes them; ``organisation_id`` is None only if ``reference`` identifies them."""

    particulars: Particulars
    organisation_id: int | None
    names_organisation: bool
    reference: str


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

    def read(self, row: Cells) -> Nominee:
        """Return the nominee that a row describes. Raises Faulty."""
        row = _with_names_in_place(row)
        _check_texts(row)
        particulars = Particulars(
            name_latin=row[NAME_LATIN],
            name_native=row[NAME_NATIVE],
            rank=row[RANK],
            unit=row[UNIT],
            sex=row[SEX],
            service_number=row[SERVICE_NUMBER],
            languages=row[LANGUAGES],
            phone=row[PHONE],
            email=row[EMAIL],
        )
        named, reference = row[ORGANISATION], row[REFERENCE]
        return Nominee(particulars, self._organisation(named, must_be=not reference), bool(named), reference)

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


def _with_names_in_place(row: Cells) -> Cells:
    """Return the row, with its only name moved to the native column if it is in Arabic letters."""
    latin = row.written(NAME_LATIN)
    if not _ARABIC.search(latin) or row.written(NAME_NATIVE):
        return row
    return Cells(row.number, {**row.texts, P.NAME_LATIN.value: "", P.NAME_NATIVE.value: latin})


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
