"""Tables that come in: saying what their columns are, narrowing the list of their rows."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import may_be_empty
from training.forms.common.fields import SelectField
from training.forms.common.widgets import Choice


class TableColumnsForm(BaseForm):
    """Which column has what: a list of columns for each part of a row, whose field has the name of the part."""

    def offer_columns(self, headings: Sequence[str], parts: Sequence[str], places: Mapping[str, int]) -> None:
        """Fill the lists of ``parts``, and before anything was chosen choose the columns at ``places``."""
        columns = [
            Choice(str(place), heading or _("Column %(number)s", number=place + 1))
            for place, heading in enumerate(headings)
        ]
        for part in parts:
            self[part].choices = columns
            if not self.is_submitted() and part in places:
                self[part].data = str(places[part])

    def chosen(self, parts: Sequence[str]) -> dict[str, int]:
        """Return the columns that were chosen, by part."""
        return {part: int(self[part].data) for part in parts if self[part].data}


class RowFilter(FilterForm):
    """Narrows the list of rows."""

    outcome = SelectField(_l("Rows"), [may_be_empty()], blank=_l("All rows"))
