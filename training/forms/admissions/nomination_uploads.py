"""Files of names: sending one, saying what its columns are, mending a row, saying whom it means, nominating."""

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
from training.forms.common.table_import import TableColumnsForm
from training.forms.common.widgets import Choice
from training.forms.people.people import PersonForm
from training.models.admissions.nomination_uploads import NomineePart

NOBODY = "nobody"
"""The answer that a row means none of those who were shown."""
_ROW = "row-"
"""What stands before the number in the answer that a row means the same person as another one."""


class NomineeFileForm(BaseForm):
    """The file, whose name is not read, and the organisation of rows that name none."""

    file = FileField(
        _l("File of names"),
        [required()],
        description=_l(
            "CSV, Excel or OpenDocument, at most 10 megabytes and 20,000 rows. "
            "The headings may be English, Arabic or Kurdish"
        ),
    )
    organisation = SelectField(_l("Organisation of rows that name none"), [may_be_empty()])
    sheet = TextField(
        _l("Sheet of the workbook"),
        [may_be_empty(), longest(200)],
        description=_l("Where it has several and you leave this empty, the first with a heading of names is read"),
    )


def _column(label: str) -> SelectField:
    return SelectField(label, [may_be_empty()])


class NomineeColumnsForm(TableColumnsForm):
    """Which column has what, and the organisation of rows that name none."""

    name_latin = _column(_l("Name in Latin letters"))
    name_native = _column(_l("Name in Arabic or Kurdish letters"))
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
        self, headings: Sequence[str], columns: Mapping[str, int], organisations: list[Choice], default: str
    ) -> None:
        """Fill the lists, and before anything was chosen choose what stands now."""
        self.offer_columns(headings, list(NomineePart), columns)
        self.default.choices = organisations
        if not self.is_submitted():
            self.default.data = default

    def columns(self) -> dict[str, int]:
        """Return which column has what, by part."""
        return self.chosen([part.value for part in NomineePart])


class NomineeRowForm(PersonForm):
    """What a row should say; the organisation by its name, as the file has it."""

    organisation = TextField(_l("Organisation"), [may_be_empty(), longest(200)])
    reference = ReferenceField(
        _l("Reference"), [may_be_empty(), longest(20)], description=_l("That of a person in the register")
    )

    def field_of(self, part: NomineePart | None) -> str | None:
        """Return the name of the field in which a part is written."""
        return "speaks" if part is NomineePart.LANGUAGES else part.value if part else None

    def texts(self) -> dict[str, str]:
        """Return what was written, by part."""
        written = {part.value: self[part.value].data or "" for part in NomineePart if part is not NomineePart.LANGUAGES}
        return written | {NomineePart.LANGUAGES.value: " ".join(self.speaks.data or ())}


class MeaningsForm(BaseForm):
    """Which organisation each name of the file means that the register does not have; see ``meanings_form``."""

    def meanings(self, names: Iterable[str]) -> dict[str, str]:
        """Return the ids of the organisations that were chosen, by name."""
        fields = {name: _field_of(name) for name in names}
        return {name: self[field].data for name, field in fields.items() if field in self and self[field].data}


def meanings_form(names: Mapping[str, int], organisations: list[Choice]) -> MeaningsForm:
    """Return the form with a list for each name, which stands in so many rows."""
    blank = _l("None of yours, or decide later")
    fields = {}
    for name, rows in names.items():
        label = ngettext("%(name)s (%(num)s row)", "%(name)s (%(num)s rows)", rows, name=name)
        fields[_field_of(name)] = SelectField(label, [may_be_empty()], organisations, blank)
    form: MeaningsForm = type("NamedMeaningsForm", (MeaningsForm,), fields)()
    return form


def _field_of(name: str) -> str:
    """Return the name of a name's field: while a form is open, others may answer, and places would move."""
    return "name_" + hashlib.sha256(name.encode()).hexdigest()[:16]


class WhomForm(BaseForm):
    """Whom a row means."""

    whom = RadioField(_l("Who is meant in this row?"), [choose_one()])
    corrects = TickField(
        _l("Also update the register from this row"), description=_l("An empty cell never changes anything")
    )

    def offer(self, people: Sequence[Choice], rows: Sequence[int]) -> None:
        """Fill the list of those who may be meant: people of the register, and earlier rows of the file."""
        repeated = [
            Choice(f"{_ROW}{number}", _("The same person as row %(number)s: leave this row out", number=number))
            for number in rows
        ]
        self.whom.choices = [*people, *repeated, Choice(NOBODY, _("Someone else"))]

    def row(self) -> int | None:
        """Return the number of the row that was chosen, if one was."""
        chosen = self.whom.data or ""
        return int(chosen.removeprefix(_ROW)) if chosen.startswith(_ROW) else None


class CommitForm(BaseForm):
    """The step from a preview to nominations."""

    version = HiddenField()
    mode = RadioField(_l("Which rows should be nominated?"), [choose_one()])
    corrects = TickField(
        _l("Also update the register for known people"),
        description=_l("Otherwise a file changes nothing that is recorded. An empty cell never changes anything"),
    )

    def offer(self) -> None:
        """Fill the list of what can be done with rows that are not good."""
        self.mode.choices = [
            Choice("good", _("Only the valid rows; the others can be corrected and uploaded again")),
            Choice("whole", _("All rows or nothing")),
        ]
