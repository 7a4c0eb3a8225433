"""Uploaded tables: mapping their columns, filtering the list of their rows."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import longest, may_be_empty
from training.forms.common.fields import SelectField, TextField
from training.forms.common.widgets import Choice


class TableColumnsForm(BaseForm):
    """The column of each part of a row; each field has the name of its part."""

    def offer_columns(self, headings: Sequence[str], parts: Sequence[str], places: Mapping[str, int]) -> None:
        """Fill the lists of ``parts``, and preselect the columns at ``places`` until the form is submitted."""
        columns = [
            Choice(str(place), heading or _("Column %(number)s", number=place + 1))
            for place, heading in enumerate(headings)
        ]
        for part in parts:
            self[part].choices = columns
            if not self.is_submitted() and part in places:
                self[part].data = str(places[part])

    def chosen(self, parts: Sequence[str]) -> dict[str, int]:
        """Return the selected columns by part."""
        return {part: int(self[part].data) for part in parts if self[part].data}


LONGEST_NAME = 100


def called_field() -> TextField:
    """Return the field with what a user calls a file."""
    return TextField(
        _l("What you call this file"),
        [may_be_empty(), longest(LONGEST_NAME)],
        description=_l("To find it again. Where you leave this empty, the file keeps its own name"),
    )


class RowFilter(FilterForm):
    """Filters the list of rows by outcome."""

    outcome = SelectField(_l("Rows"), [may_be_empty()], blank=_l("All rows"))
