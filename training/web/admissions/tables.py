"""Tables of admissions: nomination uploads, the vetting queue."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from training.domain.admissions.column_mapping import FORMAT
from training.domain.admissions.nomination_uploads import texts_of
from training.domain.admissions.vetting_uploads import FORMAT as CLEARANCES
from training.domain.people.people import LONGEST
from training.forms.admissions.vetting_uploads import WORDS
from training.kit.sheets import Column as FileColumn
from training.kit.tables import RowMark
from training.models.admissions.nomination_uploads import (
    NominationRow,
    NomineeFault,
    NomineeOutcome,
    NomineePart,
    NomineeQuestion,
)
from training.web.common.downloads import SavedTable
from training.web.common.labels import word
from training.web.common.language import language
from training.web.common.tables import (
    CODE,
    DAY,
    ID,
    NAME,
    OTHER_NAME,
    PERSON,
    CellLink,
    ColumnSpec,
    TableSpec,
    files_read,
    page_only,
)
from training.web.people.tables import heading


def nominee_template(language: str) -> SavedTable:
    """Return an empty table with accepted headings in ``language``."""
    parts = [part for part in NomineePart if part is not NomineePart.REFERENCE]
    columns = [FileColumn(FORMAT.heading(part, language)) for part in parts]
    return SavedTable(columns[0].heading, columns, ())


class NomineeRow(NamedTuple):
    """A row of a file with its texts by part."""

    row: NominationRow
    texts: Mapping[str, str]


def nominees(rows: Iterable[NominationRow], places: Mapping[str, list[int]]) -> SavedTable:
    """Return rows of a file whose columns are at ``places``, each with its outcome."""
    return NOMINEES.file(NomineeRow(row, _texts(row, places)) for row in rows)


def _texts(row: NominationRow, places: Mapping[str, list[int]]) -> Mapping[str, str]:
    texts = texts_of(row, places)
    if row.person:
        texts[NomineePart.REFERENCE.value] = row.person.public_id
    return texts


def _part_column(part: NomineePart) -> ColumnSpec[NomineeRow]:
    return ColumnSpec(heading(part), lambda nominee: nominee.texts.get(part.value, ""))


def reason_of(row: NominationRow) -> str:
    """Return why a row is faulty, or repeats or may repeat another one; empty for other rows."""
    if row.same_as is not None:
        return str(_("Row %(number)s means the same person", number=row.same_as))
    if row.fault is NomineeFault.TEXT_TOO_LONG and row.part:
        return str(_("The text is too long: use %(most)s characters or fewer", most=LONGEST[row.part]))
    if row.fault is not None:
        return word(row.fault)
    asked = [_asked(*question) for question in row.questions]
    if row.outcome is NomineeOutcome.POSSIBLE and row.alike:
        asked.insert(0, str(_("Perhaps the same person as row %(rows)s", rows=", ".join(map(str, row.alike)))))
    return ". ".join(asked)


_UNREADABLE = {
    NomineePart.SEX: NomineeFault.SEX_UNKNOWN,
    NomineePart.PHONE: NomineeFault.PHONE_UNREADABLE,
    NomineePart.EMAIL: NomineeFault.EMAIL_UNREADABLE,
    NomineePart.LANGUAGES: NomineeFault.LANGUAGE_UNKNOWN,
}


def _asked(code: str, part: str, text: str) -> str:
    """Return what is asked about a row: a question with the part of the row and the text in question."""
    match NomineeQuestion(code):
        case NomineeQuestion.NOT_A_PERSON:
            return word(RowMark(text))
        case NomineeQuestion.CELL_UNREADABLE:
            reason = word(_UNREADABLE[NomineePart(part)])
            return str(_("%(part)s: %(text)s. %(reason)s", part=word(NomineePart(part)), text=text, reason=reason))
        case NomineeQuestion.RANK_OR_NAME:
            return str(_("%(word)s may be the rank or part of the name", word=text))
        case question:
            return word(question)


NOMINEES = TableSpec[NomineeRow](
    _l("Rows"),
    {
        "number": page_only(_l("Row"), needs_label=True),
        **{part.value: _part_column(part) for part in NomineePart},
        "outcome": ColumnSpec(_l("Outcome"), lambda nominee: nominee.row.outcome, CODE),
        "reason": ColumnSpec(_l("Reason"), lambda nominee: reason_of(nominee.row)),
        "name": page_only(_l("Name")),
        "organisation_meant": page_only(_l("Organisation")),
        "action": page_only(_l("Action"), is_action=True),
    },
    page=("number", "outcome", "name", "organisation_meant", "action"),
    is_cards=True,
)
"""The headings of the file are accepted when it is uploaded again."""


def _vetting_heading(part: str) -> LazyString:
    return LazyString(lambda: CLEARANCES.heading(part, language().code))


def _outcome_heading() -> str:
    """Return the heading of the outcome with the accepted words."""
    taken = " / ".join(words[language().code][0] for words in WORDS.values())
    return f"{_vetting_heading('outcome')} ({taken})"


def _to_fill(heading: LazyString) -> ColumnSpec[Any]:
    """Return an empty column, for the authority to fill in."""
    return ColumnSpec(heading, lambda _row: "")


VETTING_QUEUE = TableSpec[Any](
    _l("Vetting"),
    {
        "nomination": ColumnSpec(_vetting_heading("nomination"), lambda row: row[0].public_id, ID),
        "name": ColumnSpec(
            _l("Name"),
            lambda row: row[0].person,
            PERSON,
            CellLink("oversight.person_page.show", lambda row: str(row[0].person.public_id)),
            file_label=_vetting_heading("name"),
        ),
        "other_name": ColumnSpec(_vetting_heading("other_name"), lambda row: row[0].person, OTHER_NAME),
        "organisation": ColumnSpec(_l("Organisation"), lambda row: row[0].organisation, NAME),
        "course": page_only(_l("Course")),
        "cohort": ColumnSpec(_l("Cohort"), lambda row: row[0].cohort.code, ID),
        "last_day": ColumnSpec(_l("Last day"), lambda row: row[0].cohort.ends_on, DAY),
        "vetting_by": page_only(_l("Vetting needed by"), needs_label=True),
        "clearance": page_only(_l("Clearance"), needs_label=True),
        "action": page_only(_l("Action"), is_action=True),
        "outcome": _to_fill(LazyString(_outcome_heading)),
        **{part: _to_fill(_vetting_heading(part)) for part in ("authority", "decided_on", "expires_on", "reference")},
    },
    page=("name", "organisation", "course", "last_day", "vetting_by", "clearance", "action"),
    is_cards=True,
)
"""Nominees in vetting with empty columns for the authority's decision; rows: nomination, current decision."""

NOMINATION_FILES = files_read("admissions.nomination_uploads.show")

TABLES: Mapping[str, TableSpec[Any]] = {
    "nomination_files": NOMINATION_FILES,
    "nominees": NOMINEES,
    "vetting_queue": VETTING_QUEUE,
}
