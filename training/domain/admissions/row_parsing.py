"""Rows of a file as people: what their cells say, and whom they mean. Nothing is changed here."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from training.domain.people.people import EMAIL, LONGEST, PHONE, Particulars
from training.kit.money import western_digits
from training.kit.names import fold
from training.models.admissions.nomination_uploads import NominationBatch, NomineeFault, NomineeOutcome, NomineePart
from training.models.identity.actor import Actor
from training.models.people.people import Person, Sex, Spoken
from training.queries.identity import organisation_trees
from training.queries.people import people

P, O, F = NomineePart, NomineeOutcome, NomineeFault  # noqa: E741
_PARTICULARS = [one.name for one in fields(Particulars)]
COLUMNS = [getattr(Person, name) for name in ("id", "public_id", "organisation_id", "inactive_because", *_PARTICULARS)]
_SEXES = {
    fold(word): sex
    for sex, words in {
        Sex.FEMALE: ("female", "f", "woman", "أنثى", "انثى", "امرأة", "إناث", "مێ", "مێینە", "ئافرەت", "ژن"),
        Sex.MALE: ("male", "m", "man", "ذكر", "رجل", "ذكور", "نێر", "نێرینە", "پیاو"),
    }.items()
    for word in words
}
_SPOKEN = {
    fold(word): language
    for language, words in {
        Spoken.ARABIC: ("ar", "Arabic", "العربية", "عربي", "عربية", "عەرەبی"),
        Spoken.SORANI: (
            "ckb", "Sorani", "Sorani Kurdish", "Central Kurdish", "Kurdish Sorani", "سورانی", "السورانية",
            "الكردية السورانية", "كوردی سۆرانی", "کوردیی سۆرانی", "سۆرانی", "کوردیی ناوەندی",
        ),
        Spoken.KURMANJI: (
            "kmr", "Kurmanji", "Kurmanji Kurdish", "Northern Kurdish", "Kurdish Kurmanji", "الكرمانجية",
            "الكردية الكرمانجية", "کرمانجی", "کوردیی کرمانجی", "کورمانجی", "کوردی کورمانجی", "بادینی",
        ),
        Spoken.ENGLISH: ("en", "English", "الإنجليزية", "انكليزي", "إنجليزي", "الإنكليزية", "ئینگلیزی"),
        Spoken.TURKMEN: ("tk", "Turkmen", "التركمانية", "تركماني", "تورکمانی"),
        Spoken.SYRIAC: ("syr", "Syriac", "السريانية", "سرياني", "سریانی"),
    }.items()
    for word in words
}  # fmt: skip
"""Plain *Kurdish* is not among them: it says which of two too little."""
_BETWEEN = re.compile(r"[,،;؛/+&|]|\band\b|\sو\s?|\n")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ARABIC = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufeff]")
_GUARDED = re.compile(r"'[=+\-@]")
"""How our own files write text that a spreadsheet would take for a formula."""


class Faulty(Exception):  # noqa: N818 - an answer, not an error
    """A row cannot become a nomination, because of what one of its cells says."""

    def __init__(self, fault: NomineeFault, part: NomineePart | None = None, same_as: int | None = None) -> None:
        super().__init__(fault)
        self.fault, self.part, self.same_as = fault, part, same_as


@dataclass(frozen=True)
class RowRead:
    """What goes into the matching: the number of a row, its text by part, and what somebody decided about it."""

    number: int
    texts: Mapping[str, str]
    chosen_id: int | None = None
    is_nobody_known: bool = False
    chosen_row: int | None = None

    @cached_property
    def fingerprint(self) -> str:
        """A hash of what the row says."""
        said = sorted((part, text) for part, text in self.texts.items() if text)
        return hashlib.sha256(repr(said).encode()).hexdigest()


@dataclass(frozen=True)
class Nominee:
    """Somebody as a row describes them; no organisation only where a reference says who it is."""

    particulars: Particulars
    organisation_id: int | None
    names_organisation: bool
    reference: str


@dataclass(frozen=True)
class Verdict:
    """Whom a row means and what will become of it; the names are those of the columns of ``NominationRow``."""

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


def cleaned(text: str) -> str:
    """Return a cell without marks that nobody sees, without the guard of our own files, its spaces folded."""
    text = " ".join(_INVISIBLE.sub("", text).replace("\x00", "").split())
    return text[1:] if _GUARDED.match(text) else text


def stamp_of(person: Any) -> str:
    """Return a hash of what is recorded of a person, by which a change shows."""
    recorded = [str(getattr(person, name) or "") for name in ("organisation_id", *_PARTICULARS)]
    return hashlib.sha256(repr(recorded).encode()).hexdigest()


def particulars_of(person: Any) -> Particulars:
    """Return what is recorded of a person."""
    return Particulars(**{name: getattr(person, name) for name in _PARTICULARS})


def merged(recorded: Particulars, given: Particulars) -> Particulars:
    """Return what is recorded with what a row says instead; a blank cell never overwrites."""
    return replace(recorded, **{name: value for name, value in asdict(given).items() if value})


class Reader:
    """Reads the cells of a batch in the name of somebody, with what the batch says of organisations."""

    def __init__(self, batch: NominationBatch, by: Actor) -> None:
        self.invited = organisation_trees.keys_invited_to(batch.cohort_id)
        self._default = batch.default_organisation_id
        self._bodies: dict[str, int | None] = {}
        own = people.own_organisations(by)
        for body in own:
            for name in {fold(name) for name in (body.name_en, body.name_ar, body.name_ckb) if name}:
                self._bodies[name] = None if name in self._bodies else body.id
        keys = {body.id for body in own}
        self._bodies |= {name: key for name, key in batch.meanings.items() if key in keys}

    def read(self, texts: Mapping[str, str]) -> Nominee:
        """Return whom the texts describe. Raises Faulty."""
        given = {part: texts.get(part.value, "") for part in P}
        if _ARABIC.search(given[P.NAME_LATIN]) and not given[P.NAME_NATIVE]:
            given[P.NAME_LATIN], given[P.NAME_NATIVE] = "", given[P.NAME_LATIN]
        _check_texts(given)
        reference = western_digits(given[P.REFERENCE]).lower()
        particulars = Particulars(
            name_latin=given[P.NAME_LATIN],
            name_native=given[P.NAME_NATIVE],
            rank=given[P.RANK],
            unit=given[P.UNIT],
            sex=sex_said(given[P.SEX]),
            service_number=western_digits(given[P.SERVICE_NUMBER]),
            phone=western_digits(given[P.PHONE]),
            email=given[P.EMAIL],
            languages=" ".join(languages_said(given[P.LANGUAGES]) or ()),
        )
        body = self._organisation(given[P.ORGANISATION], must_be=not reference)
        return Nominee(particulars, body, bool(given[P.ORGANISATION]), reference)

    def _organisation(self, name: str, *, must_be: bool) -> int | None:
        """Return the key of the organisation; one that is not the actor's own is as unknown as one that is none."""
        found = self._bodies.get(fold(name)) if name else self._default
        if name and found is None:
            raise Faulty(F.ORGANISATION_UNKNOWN, P.ORGANISATION)
        if found is None and must_be:
            raise Faulty(F.ORGANISATION_MISSING, P.ORGANISATION)
        if found is not None and found not in self.invited:
            raise Faulty(F.ORGANISATION_NOT_INVITED, P.ORGANISATION)
        return found


def _check_texts(given: Mapping[NomineePart, str]) -> None:
    """Raise Faulty where a text is too long, is no name, or says nothing that is known."""
    for name, most in LONGEST.items():
        if len(given[P(name)]) > most:
            raise Faulty(F.TEXT_TOO_LONG, P(name))
    names = {part: given[part] for part in (P.NAME_LATIN, P.NAME_NATIVE) if given[part]}
    if not names and not given[P.REFERENCE]:
        raise Faulty(F.NAME_MISSING, P.NAME_NATIVE)
    for part, name in names.items():
        if not any(letter.isalpha() for letter in name):
            raise Faulty(F.NAME_UNREADABLE, part)
    for part, (fault, is_readable) in _READABLE.items():
        if given[part] and not is_readable(given[part]):
            raise Faulty(fault, part)


def sex_said(text: str) -> Sex | None:
    """Return what a word in one of the three languages says; None for one that says nothing."""
    return _SEXES.get(fold(text))


def languages_said(text: str) -> list[str] | None:
    """Return the codes of the languages that a cell lists, in the order of ``Spoken``; None where one is unknown."""
    said = {_SPOKEN.get(fold(word)) for word in _BETWEEN.split(text) if word.strip()}
    if None in said:
        said = {_SPOKEN.get(fold(word)) for word in _BETWEEN.sub(" ", text).split()}
    return None if None in said else [language.value for language in Spoken if language in said]


_READABLE: Mapping[NomineePart, tuple[NomineeFault, Callable[[str], bool]]] = {
    P.SEX: (F.SEX_UNKNOWN, lambda text: sex_said(text) is not None),
    P.LANGUAGES: (F.LANGUAGE_UNKNOWN, lambda text: languages_said(text) is not None),
    P.PHONE: (F.PHONE_UNREADABLE, lambda text: PHONE.fullmatch(text) is not None),
    P.EMAIL: (F.EMAIL_UNREADABLE, lambda text: EMAIL.fullmatch(text) is not None),
}
"""The parts of which not every text says something, with the fault of one that does not."""
