"""Match the rows of a file to people: a known person, possibly a known person, or a new one.

Rule (design, bulk nomination): a row matches a known person if the reference, or the service number within the same
organisation, is equal; or if every name it gives is, within the same organisation, that of exactly one person whom
nothing contradicts. People who are merely similar, or deactivated, are shown to a user, who decides; so are earlier
rows of the same file with a similar name.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from training.domain.admissions.row_parsing import COLUMNS, Nominee, Reader, RowRead, Verdict, stamp_of
from training.domain.common.table_columns import Faulty, cleaned
from training.domain.people.people import Particulars
from training.kit.matching import ENOUGH, Names, heard, score
from training.kit.names import fold, name_key
from training.kit.tables import RowMark
from training.models.admissions.nomination_uploads import (
    NominationBatch,
    NomineeFault,
    NomineeOutcome,
    NomineePart,
    NomineeQuestion,
)
from training.models.identity.actor import Actor
from training.queries.admissions import person_matching
from training.queries.people import matching
from training.queries.people.matching import MOST_CANDIDATES

P, O, F, Q = NomineePart, NomineeOutcome, NomineeFault, NomineeQuestion  # noqa: E741
NO_PERSON = (RowMark.HEADING, RowMark.TOTAL, RowMark.SIGNATURE, RowMark.SECTION)


class Known:
    """Registered people who may match some rows, indexed by reference, service number and names."""

    def __init__(self, rows: dict[int, Any]) -> None:
        self.by_id = rows
        self.by_reference = {row.public_id: row for row in rows.values()}
        self._by_service_number = defaultdict[tuple[int, str], list[Any]](list)
        self._by_name = defaultdict[tuple[int, str], list[Any]](list)
        for row in rows.values():
            self._by_service_number[row.organisation_id, row.service_number].append(row)
            for name in {cleaned(row.name_latin), cleaned(row.name_native)} - {""}:
                self._by_name[row.organisation_id, name].append(row)

    def by_service_number(self, organisation_id: int | None, number: str) -> list[Any]:
        """Return the people with a service number in an organisation; none if ``number`` is empty."""
        return _active_or_all(self._by_service_number[organisation_id or 0, number]) if number else []

    def by_names(self, nominee: Nominee) -> list[Any]:
        """Return the people of the same organisation with every given name."""
        given = nominee.particulars
        name = given.name_latin or given.name_native
        return _active_or_all(
            [
                row
                for row in self._by_name[nominee.organisation_id or 0, name]
                if given.name_latin in ("", cleaned(row.name_latin))
                and given.name_native in ("", cleaned(row.name_native))
            ]
        )


def _active_or_all(rows: list[Any]) -> list[Any]:
    """Return the active people of ``rows``, or all if none is active."""
    return [row for row in rows if row.inactive_because is None] or rows


def _contradicts(given: Particulars, row: Any) -> bool:
    """Return whether sex or service number is given on both sides and differs."""
    return bool(
        (given.sex and row.sex and given.sex is not row.sex)
        or (given.service_number and row.service_number and given.service_number != row.service_number)
    )


@dataclass
class Seen:
    """The rows of a file so far, to find earlier rows that mean, or may mean, the same person.

    ``unknown`` and ``sounds`` have the rows of people who are not in the register, for ``alike``; ``rows`` all texts.
    """

    people: dict[int, int] = field(default_factory=dict)
    numbers: dict[tuple[int, str], int] = field(default_factory=dict)
    names: dict[tuple[int, str, str], list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    unknown: dict[int, Particulars] = field(default_factory=dict)
    sounds: Names = field(default_factory=Names)
    rows: dict[str, int] = field(default_factory=dict)

    def check(self, number: int, nominee: Nominee, person: Any | None) -> None:
        """Record a row. Raises Faulty with the number of an earlier row that means the same person."""
        if person is not None:
            self._refuse(self.people.setdefault(person.id, number), number, None)
            return
        organisation_id, given = nominee.organisation_id or 0, nominee.particulars
        if given.service_number:
            first = self.numbers.setdefault((organisation_id, given.service_number), number)
            if first == number or not self.is_other_name(given, first):
                self._refuse(first, number, P.SERVICE_NUMBER)
        alike = self.names[organisation_id, fold(given.name_latin), fold(given.name_native)]
        for earlier, service_number in alike:
            if not (nominee.is_name_read or (service_number and given.service_number)):
                self._refuse(earlier, number, P.NAME_LATIN if given.name_latin else P.NAME_NATIVE)
        alike.append((number, given.service_number))

    def alike(self, organisation_id: int | None, given: Particulars) -> list[int]:
        """Return the earlier rows of unknown people that may mean the same person, best first.

        So does one of another name with the same service number.
        """
        found = self.sounds.like(heard(given.name_latin, given.name_native))
        found = [number for number in found if not _contradicts(given, self.unknown[number])][:MOST_CANDIDATES]
        numbered = self.numbers.get((organisation_id or 0, given.service_number)) if given.service_number else None
        is_more = numbered in self.unknown and numbered not in found
        return [numbered, *found] if is_more and numbered else found

    def is_other_name(self, given: Particulars, earlier: int) -> bool:
        """Return whether the person of an earlier row has another name."""
        return earlier in self.unknown and _is_other_name(given, self.unknown[earlier])

    def _refuse(self, first: int, number: int, part: NomineePart | None) -> None:
        if first != number:
            raise Faulty(F.SAME_PERSON, part=part, same_as=first)


class Judged(NamedTuple):
    """The nominee a row describes, None if it cannot be read, and its verdict."""

    nominee: Nominee | None
    verdict: Verdict


class Recogniser:
    """Matches the rows of a file to people, piece by piece, remembering earlier rows."""

    def __init__(self, batch: NominationBatch, by: Actor, *, looks_for_similar: bool = True) -> None:
        self._reader = Reader(batch, by)
        self._cohort_id, self._by, self._looks_for_similar = batch.cohort_id, by, looks_for_similar
        self._seen = Seen()

    def judge(self, rows: Sequence[RowRead]) -> list[Judged]:
        """Return the nominee and the verdict of each row."""
        rows = self._with_earlier_decisions(rows)
        read = [self._read_or_fault(row) for row in rows]
        asked = [_open_questions(row, one) for row, one in zip(rows, read, strict=True)]
        known = self._known(rows, [one for one in read if isinstance(one, Nominee)])
        verdicts = [
            self._verdict(row, one, known) if isinstance(one, Nominee) else one
            for row, one in zip(rows, read, strict=True)
        ]
        if self._looks_for_similar:
            verdicts = self._with_similar(rows, read, verdicts)
        matched = {one.person_id for one in verdicts if one.outcome is O.MATCHED and one.person_id}
        nominated = person_matching.nominated_among(self._cohort_id, matched) if matched else set()
        return [
            Judged(
                one if isinstance(one, Nominee) else None,
                replace(verdict, outcome=O.NOMINATED) if verdict.person_id in nominated else _asking(verdict, open_),
            )
            for one, verdict, open_ in zip(read, verdicts, asked, strict=True)
        ]

    def _with_earlier_decisions(self, rows: Sequence[RowRead]) -> list[RowRead]:
        """Return the rows, with decisions that were made about equal rows of earlier files."""
        open_rows = {row.fingerprint for row in rows if row.chosen_id is None and not row.is_nobody_known}
        nominated = person_matching.nominated_before(open_rows, self._by)
        return [
            replace(row, chosen_id=nominated.get(row.fingerprint)) if row.fingerprint in open_rows else row
            for row in rows
        ]

    def _with_similar(
        self, rows: Sequence[RowRead], read: Sequence[Nominee | Verdict], verdicts: Sequence[Verdict]
    ) -> list[Verdict]:
        """Return the verdicts, with people of similar names added as candidates to those of unknown people."""
        asked = [
            (place, matching.NameQuery(*names))
            for place, (one, verdict) in enumerate(zip(read, verdicts, strict=True))
            if isinstance(one, Nominee) and _may_be_new(verdict)
            for names in one.spellings
        ]
        alike = matching.candidates([query for _place, query in asked], self._by, is_aside_too=True)
        changed = list(verdicts)
        for (place, _query), found in zip(asked, alike, strict=True):
            is_open = found and changed[place].outcome is O.NEW and not rows[place].is_nobody_known
            outcome = O.POSSIBLE if is_open else changed[place].outcome
            similar = [one.person.id for one in found if one.person.id not in changed[place].candidates]
            candidates = changed[place].candidates + similar
            changed[place] = replace(changed[place], outcome=outcome, candidates=candidates)
        return changed

    def _read_or_fault(self, row: RowRead) -> Nominee | Verdict:
        if row.mark in NO_PERSON and Q.NOT_A_PERSON not in row.answers:
            return Verdict(O.LEFT_OUT, questions=[[Q.NOT_A_PERSON.value, "", row.mark]])
        if self._is_shown(row) and any(row.texts.values()):
            first = self._seen.rows.setdefault(row.fingerprint, row.number)
            if first != row.number and not row.is_nobody_known:
                return Verdict(O.REPEATED, same_as=first)
        try:
            return self._reader.read(row)
        except Faulty as faulty:
            return Verdict(O.FAULTY, faulty.fault, faulty.part)

    def _known(self, rows: Sequence[RowRead], read: Sequence[Nominee]) -> Known:
        wanted = person_matching.RowIdentity(ids={row.chosen_id for row in rows if row.chosen_id})
        for one in read:
            given = one.particulars
            wanted.references |= {one.reference} - {""}
            wanted.organisations |= {one.organisation_id} - {None}  # type: ignore[arg-type]
            wanted.numbers |= {given.service_number} - {""}
            wanted.name_keys |= {name_key(given.name_latin) or name_key(given.name_native)} - {""}
            wanted.natives |= {given.name_native} - {""}
        return Known(person_matching.people_like(wanted, COLUMNS, self._by))

    def _verdict(self, row: RowRead, nominee: Nominee, known: Known) -> Verdict:
        try:
            found = self._find(row, nominee, known)
            person = found[0] if len(found) == 1 and not self._is_doubtful(row, nominee, found[0]) else None
            if person is not None and person.organisation_id not in self._reader.invited:
                raise Faulty(F.ORGANISATION_NOT_INVITED, part=P.ORGANISATION)
            if not self._is_shown(row):
                return self._unseen(nominee, person)
            self._seen.check(row.number, nominee, person)
        except Faulty as faulty:
            return Verdict(O.FAULTY, faulty.fault, faulty.part, faulty.same_as)
        if person is not None:
            return _matched(nominee, person)
        return self._unknown(row, nominee, [one.id for one in found])

    def _is_shown(self, row: RowRead) -> bool:
        """Return whether a row counts: one that the workbook hides, and nobody asked for, says nothing of others."""
        return row.mark != RowMark.HIDDEN or Q.HIDDEN in row.answers

    def _unseen(self, nominee: Nominee, person: Any | None) -> Verdict:
        return _matched(nominee, person) if person else Verdict(O.NEW, organisation_id=nominee.organisation_id)

    def _unknown(self, row: RowRead, nominee: Nominee, candidates: list[int]) -> Verdict:
        """Return the verdict of a row that is not clearly a known person."""
        organisation_id, given = nominee.organisation_id, nominee.particulars
        alike = self._seen.alike(organisation_id, given) if self._looks_for_similar else []
        if row.chosen_row in alike:
            return Verdict(
                O.REPEATED, same_as=row.chosen_row, alike=alike, organisation_id=organisation_id, candidates=candidates
            )
        self._seen.unknown[row.number] = given
        if self._looks_for_similar:
            self._seen.sounds.add(row.number, heard(given.name_latin, given.name_native))
        # A reference identifies a person, so "none of these" is no answer.
        is_open = nominee.reference or ((candidates or alike) and not row.is_nobody_known)
        outcome = O.POSSIBLE if is_open else O.NEW
        return Verdict(outcome, alike=alike, organisation_id=organisation_id, candidates=candidates)

    def _find(self, row: RowRead, nominee: Nominee, known: Known) -> list[Any]:
        """Return the people the row may mean: none, one or several. Raises Faulty."""
        if nominee.reference:
            return [self._person_by_reference(nominee, known)]
        if row.chosen_id in known.by_id:
            return [known.by_id[row.chosen_id]]
        number = nominee.particulars.service_number
        return known.by_service_number(nominee.organisation_id, number) or known.by_names(nominee)

    def _person_by_reference(self, nominee: Nominee, known: Known) -> Any:
        person = known.by_reference.get(nominee.reference)
        if person is None:
            raise Faulty(F.REFERENCE_UNKNOWN, part=P.REFERENCE)
        others = known.by_service_number(person.organisation_id, nominee.particulars.service_number)
        if others and person not in others:
            raise Faulty(F.REFERENCE_CONTRADICTED, part=P.SERVICE_NUMBER)
        return person

    def _is_doubtful(self, row: RowRead, nominee: Nominee, person: Any) -> bool:
        """Return whether the person is deactivated, or was matched by name alone and something contradicts it."""
        if person.inactive_because is not None:
            return True
        if nominee.reference or row.chosen_id == person.id:
            return False
        given = nominee.particulars
        if given.service_number and person.service_number == given.service_number:
            return _is_other_name(given, person)
        return row.is_nobody_known or nominee.is_name_read or _contradicts(given, person)


def _is_other_name(given: Any, other: Any) -> bool:
    """Return whether two people with one number have names that are not alike, so that one of the numbers is wrong."""
    ours, theirs = (heard(one.name_latin, one.name_native) for one in (given, other))
    is_comparable = any(ours) and any(theirs)
    return is_comparable and score(ours, theirs) < ENOUGH


def _open_questions(row: RowRead, read: Nominee | Verdict) -> list[list[str]]:
    """Return the questions about a row that nobody answered."""
    asked = read.questions if isinstance(read, Nominee) else ()
    return [[one.code.value, str(one.part), one.text] for one in asked if one.code not in row.answers]


def _asking(verdict: Verdict, questions: list[list[str]]) -> Verdict:
    """Return the verdict with the open questions; what would be done waits for their answers."""
    if verdict.outcome is O.MATCHED:
        # Who is meant is known, so that no word of the name is in doubt.
        questions = [one for one in questions if one[0] not in (Q.RANK_OR_NAME, Q.NAME_UNUSUAL)]
    if not questions or verdict.outcome in (O.FAULTY, O.LEFT_OUT, O.REPEATED):
        return verdict
    is_good = verdict.outcome in (O.NEW, O.MATCHED)
    return replace(verdict, outcome=O.ASKED if is_good else verdict.outcome, questions=questions)


def _may_be_new(verdict: Verdict) -> bool:
    """Return whether a row may be of a new person, as far as the file shows."""
    return verdict.outcome in (O.NEW, O.REPEATED) or (verdict.outcome is O.POSSIBLE and not verdict.candidates)


def _matched(nominee: Nominee, person: Any) -> Verdict:
    given = asdict(nominee.particulars)
    differs = [name for name, value in given.items() if value and value != getattr(person, name)]
    if nominee.names_organisation and nominee.organisation_id != person.organisation_id:
        differs.append(P.ORGANISATION.value)
    return Verdict(
        O.MATCHED,
        organisation_id=person.organisation_id,
        person_id=person.id,
        stamp=stamp_of(person),
        differs=differs,
    )
