"""Spend files: upload one, choose its columns, propose its rows."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from training.domain.finance.spend_uploads import FORMAT, SpendColumns
from training.forms.common.base import BaseForm
from training.forms.common.checks import choose_one, may_be_empty, required
from training.forms.common.fields import FileField, SelectField, TickField
from training.forms.common.table_import import TableColumnsForm
from training.forms.common.widgets import Choice


class SpendFileForm(BaseForm):
    """The file; its name is ignored."""

    file = FileField(
        _l("Spend file"),
        [required()],
        description=_l(
            "CSV, Excel or OpenDocument, at most 10 megabytes and 20,000 rows. The first row has the headings"
        ),
    )


class ColumnsForm(TableColumnsForm):
    """The meaning of the columns, and the commitment of rows that name none."""

    date = SelectField(
        _l("Date of payment"),
        [choose_one()],
        description=_l("Such as 2020-12-01, 1/12/2020 or 1 Dec 2020: the day stands before the month"),
    )
    amount = SelectField(_l("Amount"), [choose_one()], description=_l("In pounds, for example 1,250.00"))
    payee = SelectField(_l("Paid to"), [choose_one()])
    purpose = SelectField(
        _l("Purpose"), [may_be_empty()], description=_l("Where it is empty, that of the commitment is taken")
    )
    commitment = SelectField(
        _l("Commitment"), [may_be_empty()], description=_l("A column with a commitment's id or its cohort's code")
    )
    otherwise = SelectField(_l("Commitment of rows that name none"), [may_be_empty()])

    def offer(self, headings: Sequence[str], commitments: Sequence[Choice]) -> None:
        """Fill the lists; preselect columns by their headings."""
        self.offer_columns(headings, list(FORMAT.columns), FORMAT.guess(headings))
        self.otherwise.choices = list(commitments)

    def columns(self) -> SpendColumns:
        """Return the chosen columns."""
        return SpendColumns(**self.chosen(list(FORMAT.columns)))


class ProposeRowsForm(BaseForm):
    """Proposal of the rows of a preview as claims."""

    payees_are_people = TickField(
        _l("The payees are people"), description=_l("Funders then read “participant” instead of the names")
    )
    are_others = TickField(
        _l("These are other payments"),
        description=_l("Not ticked, the rows that are like a claim count as that payment and are not proposed"),
    )

    def answers(self) -> dict[str, bool]:
        """Return the answers for all rows, as keyword arguments of the use case."""
        return {"payees_are_people": bool(self.payees_are_people.data), "are_others": bool(self.are_others.data)}
