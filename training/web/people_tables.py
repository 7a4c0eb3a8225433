"""Tables of people as they are saved: the register, files of names, the vetting queue, rights assessments."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _

from training.domain import headings
from training.domain.batches import texts_of
from training.domain.people import LONGEST
from training.forms.clearances import HEADINGS, LANGUAGES, WORDS
from training.kit.sheets import Column, Value
from training.models.batches import NominationRow, NomineeFault, NomineeOutcome, NomineePart
from training.models.nominations import Nomination
from training.models.people import Person
from training.models.rights import RightsAssessment
from training.models.vetting import VettingDecision
from training.web.filters import name_text, other_name, person, title_text
from training.web.language import language
from training.web.tables import Table
from training.web.wording import word

_LISTED = (
    NomineePart.NAME_LATIN,
    NomineePart.NAME_NATIVE,
    NomineePart.ORGANISATION,
    NomineePart.RANK,
    NomineePart.UNIT,
    NomineePart.SEX,
    NomineePart.LANGUAGES,
    NomineePart.REFERENCE,
)


def people(of: Iterable[Person]) -> Table:
    """Return people as the list shows them, each name in its column; no telephone, no e-mail, no service number.

    Its headings are understood when the file is sent back as a file of names (acceptance test j).
    """
    code = language().code
    rows = [
        (
            one.name_latin,
            one.name_native,
            name_text(one.organisation),
            one.rank,
            one.unit,
            word(one.sex) if one.sex else "",
            ", ".join(word(spoken) for spoken in one.speaks),
            one.public_id,
        )
        for one in of
    ]
    return Table(_("People"), [Column(headings.HEADINGS[part][code][0]) for part in _LISTED], rows)


def nominee_template(language: str) -> Table:
    """Return an empty table whose headings, in that language, are understood when it comes back."""
    parts = [part for part in NomineePart if part is not NomineePart.REFERENCE]
    columns = [Column(headings.HEADINGS[part][language][0]) for part in parts]
    return Table(columns[0].heading, columns, ())


def nominees(rows: Iterable[NominationRow], places: Mapping[str, int]) -> Table:
    """Return rows of a file under headings that are understood when it comes back, each with what became of it."""
    code = language().code
    named = [headings.HEADINGS[part][code][0] for part in NomineePart]
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
    heading = {part: Column(names[LANGUAGES.index(code)]) for part, names in HEADINGS.items()}
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


def rights(of: Iterable[RightsAssessment]) -> Table:
    """Return rights assessments with who wrote and who decided them."""
    columns = [
        Column(_("Rights assessment")),
        Column(_("About")),
        Column(_("Title")),
        Column(_("Level of risk")),
        Column(_("State")),
        Column(_("Valid until")),
        Column(_("Written by")),
        Column(_("Grade of approval")),
        Column(_("Decided by")),
        Column(_("Decided on")),
    ]
    return Table(_("Rights assessments"), columns, map(_assessment, of))


def _assessment(one: RightsAssessment) -> Sequence[Value]:
    return (
        one.public_id,
        word(one.assessed),
        title_text(one.subject),
        word(one.level) if one.level else "",
        word(one.state),
        one.valid_until,
        one.writer.display_name,
        word(one.needed_grade) if one.needed_grade else "",
        one.approver.display_name if one.approver else "",
        one.decided_at.date() if one.decided_at else None,
    )
