"""Tables of admissions to save: files of names, the vetting queue."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _

from training.domain.admissions.column_mapping import FORMAT
from training.domain.admissions.nomination_uploads import texts_of
from training.domain.admissions.vetting_uploads import FORMAT as CLEARANCES
from training.domain.people.people import LONGEST
from training.forms.admissions.vetting_uploads import WORDS
from training.kit.sheets import Column, Value
from training.models.admissions.nomination_uploads import NominationRow, NomineeFault, NomineeOutcome, NomineePart
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import VettingDecision
from training.web.common.downloads import Table
from training.web.common.filters import name_text, other_name, person
from training.web.common.labels import word
from training.web.common.language import language


def nominee_template(language: str) -> Table:
    """Return an empty table whose headings, in that language, are understood when it comes back."""
    parts = [part for part in NomineePart if part is not NomineePart.REFERENCE]
    columns = [Column(FORMAT.heading(part, language)) for part in parts]
    return Table(columns[0].heading, columns, ())


def nominees(rows: Iterable[NominationRow], places: Mapping[str, int]) -> Table:
    """Return rows of a file under headings that are understood when it comes back, each with what became of it."""
    code = language().code
    named = [FORMAT.heading(part, code) for part in NomineePart]
    columns = [Column(heading) for heading in (*named, _("Outcome"), _("Reason"))]
    return Table(_("Rows"), columns, (_nominee(row, places) for row in rows))


def _nominee(row: NominationRow, places: Mapping[str, int]) -> Sequence[Value]:
    texts = texts_of(row, places)
    if row.person:
        texts[NomineePart.REFERENCE.value] = row.person.public_id
    outcome = word(row.outcome) if row.outcome else ""
    return (*(texts.get(part.value, "") for part in NomineePart), outcome, reason_of(row))


def reason_of(row: NominationRow) -> str:
    """Return why a row is faulty, repeats another one or perhaps does; nothing for the others."""
    if row.same_as is not None:
        return str(_("Row %(number)s means the same person", number=row.same_as))
    if row.fault is NomineeFault.TEXT_TOO_LONG and row.part:
        return str(_("The text is too long: use %(most)s characters or fewer", most=LONGEST[row.part]))
    if row.fault is not None:
        return word(row.fault)
    if row.outcome is NomineeOutcome.POSSIBLE and row.alike:
        return str(_("Perhaps the same person as row %(rows)s", rows=", ".join(map(str, row.alike))))
    return ""


def vetting_queue(of: Iterable[tuple[Nomination, VettingDecision | None]]) -> Table:
    """Return nominees in vetting with empty columns for what the authority decides."""
    code = language().code
    heading = {part: Column(CLEARANCES.heading(part, code)) for part in CLEARANCES.columns}
    taken = " / ".join(words[code][0] for words in WORDS.values())
    heading["outcome"] = Column(f"{heading['outcome'].heading} ({taken})")
    columns = [
        *(heading[part] for part in ("nomination", "name", "other_name")),
        Column(_("Organisation")),
        Column(_("Cohort")),
        Column(_("Last day")),
        *(heading[part] for part in ("outcome", "authority", "decided_on", "expires_on", "reference")),
    ]
    rows = (
        (
            nomination.public_id,
            person(nomination.person).striptags(),
            other_name(nomination.person).striptags(),
            name_text(nomination.organisation),
            nomination.cohort.code,
            nomination.cohort.ends_on,
            *("",) * 5,
        )
        for nomination, _decision in of
    )
    return Table(_("Vetting"), columns, rows)
