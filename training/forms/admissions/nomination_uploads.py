"""Nomination uploads: upload a file, map its columns, correct a row, choose its person, commit."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from training.forms.common.base import BaseForm
from training.forms.common.checks import choose_one, longest, may_be_empty, required
from training.forms.common.fields import (
    FileField,
    HiddenField,
    RadioField,
    ReferenceField,
    SelectField,
    TextField,
    TickField,
)
from training.forms.common.table_import import TableColumnsForm, called_field
from training.forms.common.widgets import Choice
from training.forms.people.people import PersonForm
from training.models.admissions.nomination_uploads import NomineePart

NOBODY = "nobody"
"""The choice of none of the candidates."""
_ROW = "row-"
"""The prefix of the choices of another row with the same person."""


PIECES = 5
"""Columns that may together hold a name: given name, father's, grandfather's, great-grandfather's, family."""


class NomineeFileForm(BaseForm):
    """The file, what it is called, and the organisation of rows that name none."""

    file = FileField(
        _l("File of names"),
        [required()],
        description=_l(
            "CSV, Excel or OpenDocument, at most 10 megabytes and 20,000 rows. "
            "The headings may be English, Arabic or Kurdish"
        ),
    )
    called = called_field()
    organisation = SelectField(_l("Organisation of rows that name none"), [may_be_empty()])
    sheet = TextField(
        _l("Sheet of the workbook"),
        [may_be_empty(), longest(200)],
        description=_l("Where it has several and you leave this empty, the first with a heading of names is read"),
    )


def _column(label: str) -> SelectField:
    return SelectField(label, [may_be_empty()])


NAMES = (NomineePart.NAME_LATIN.value, NomineePart.NAME_NATIVE.value)


def _piece(part: str, number: int) -> str:
    """Return the name of the field of a column that is joined to the first of a part."""
    return f"{part}_{number + 1}" if number else part


class NomineeColumnsForm(TableColumnsForm):
    """The column of each part, and the organisation of rows that name none."""

    name_latin = _column(_l("Name in Latin letters"))
    name_latin_2 = _column(_l("joined with"))
    name_latin_3 = _column(_l("joined with"))
    name_latin_4 = _column(_l("joined with"))
    name_latin_5 = _column(_l("joined with"))
    name_native = _column(_l("Name in Arabic or Kurdish letters"))
    name_native_2 = _column(_l("joined with"))
    name_native_3 = _column(_l("joined with"))
    name_native_4 = _column(_l("joined with"))
    name_native_5 = _column(_l("joined with"))
    organisation = _column(_l("Organisation"))
    default = _column(_l("Organisation of rows that name none"))
    rank = _column(_l("Rank"))
    unit = _column(_l("Unit"))
    sex = _column(_l("Sex"))
    service_number = _column(_l("Service number"))
    phone = _column(_l("Telephone"))
    email = _column(_l("E-mail"))
    languages = _column(_l("Languages"))
    reference = _column(_l("Reference"))
    is_first_person = TickField(_l("The first row is a person: the file has no headings"))

    def offer(
        self, headings: Sequence[str], columns: Mapping[str, list[int]], organisations: list[Choice], default: str
    ) -> None:
        """Fill the lists, and preselect the current values until the form is submitted."""
        places = {
            _piece(part, number): place for part, some in columns.items() for number, place in enumerate(some[:PIECES])
        }
        pieces = [_piece(part, number) for part in NAMES for number in range(1, PIECES)]
        self.offer_columns(headings, [*NomineePart, *pieces], places)
        self.default.choices = organisations
        if not self.is_submitted():
            self.default.data = default

    def columns(self) -> dict[str, list[int]]:
        """Return the selected columns by part, in the order in which they are joined."""
        chosen = {part.value: list(self.chosen([part.value]).values()) for part in NomineePart}
        for part in NAMES:
            pieces = [_piece(part, number) for number in range(1, PIECES)]
            chosen[part] = list(dict.fromkeys([*chosen[part], *self.chosen(pieces).values()]))
        return {part: places for part, places in chosen.items() if places}

    def pieces(self, part: str) -> list[SelectField]:
        """Return the fields of the columns that are joined to the first of a name."""
        return [self[_piece(part, number)] for number in range(1, PIECES)]


class NomineeRowForm(PersonForm):
    """The texts of a row; the organisation by its name, as in the file."""

    organisation = TextField(_l("Organisation"), [may_be_empty(), longest(200)])
    reference = ReferenceField(
        _l("Reference"), [may_be_empty(), longest(20)], description=_l("That of a person in the register")
    )

    def field_of(self, part: NomineePart | None) -> str | None:
        """Return the name of the field of a part."""
        return "speaks" if part is NomineePart.LANGUAGES else part.value if part else None

    def texts(self) -> dict[str, str]:
        """Return the entered texts by part."""
        written = {part.value: self[part.value].data or "" for part in NomineePart if part is not NomineePart.LANGUAGES}
        return written | {NomineePart.LANGUAGES.value: " ".join(self.speaks.data or ())}


class MeaningsForm(BaseForm):
    """The organisations meant by unknown names of the file; built by ``meanings_form``."""

    def meanings(self, names: Iterable[str]) -> dict[str, str]:
        """Return the public ids of the selected organisations by name."""
        fields = {name: _field_of(name) for name in names}
        return {name: self[field].data for name, field in fields.items() if field in self and self[field].data}


def meanings_form(names: Mapping[str, int], organisations: list[Choice]) -> MeaningsForm:
    """Return a form with a list for each name; ``names`` maps it to its number of rows."""
    blank = _l("None of yours, or decide later")
    fields = {}
    for name, rows in names.items():
        label = ngettext("%(name)s (%(num)s row)", "%(name)s (%(num)s rows)", rows, name=name)
        fields[_field_of(name)] = SelectField(label, [may_be_empty()], organisations, blank)
    form: MeaningsForm = type("NamedMeaningsForm", (MeaningsForm,), fields)()
    return form


def _field_of(name: str) -> str:
    """Return the field name for ``name``: a hash, since positions shift if others answer while a form is open."""
    return "name_" + hashlib.sha256(name.encode()).hexdigest()[:16]


class WhomForm(BaseForm):
    """The choice of the person a row means."""

    whom = RadioField(_l("Who is meant in this row?"), [choose_one()])
    corrects = TickField(
        _l("Also update the register from this row"), description=_l("An empty cell never changes anything")
    )

    def offer(self, people: Sequence[Choice], rows: Sequence[int]) -> None:
        """Fill the list of candidates: registered people, and earlier rows of the file."""
        repeated = [
            Choice(f"{_ROW}{number}", _("The same person as row %(number)s: leave this row out", number=number))
            for number in rows
        ]
        self.whom.choices = [*people, *repeated, Choice(NOBODY, _("Someone else"))]

    def row(self) -> int | None:
        """Return the number of the selected row, or None."""
        chosen = self.whom.data or ""
        return int(chosen.removeprefix(_ROW)) if chosen.startswith(_ROW) else None


class CommitForm(BaseForm):
    """The commit of a preview."""

    version = HiddenField()
    mode = RadioField(_l("Which rows should be nominated?"), [choose_one()])
    are_many = TickField(_l("So many people for these seats are meant"))
    corrects = TickField(
        _l("Also update the register for known people"),
        description=_l("Otherwise a file changes nothing that is recorded. An empty cell never changes anything"),
    )

    def offer(self) -> None:
        """Fill the list of ways to treat rows that are not good."""
        self.mode.choices = [
            Choice("good", _("Only the valid rows; the others can be corrected and uploaded again")),
            Choice("whole", _("All rows or nothing")),
        ]
