"""Spend files: upload one, choose its columns, propose its rows."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.form import BaseForm as AnyForm
from wtforms.validators import StopValidation

from training.domain.finance.spend_choices import Chosen
from training.domain.finance.spend_columns import FORMAT, NTH, SpendColumns, Writing
from training.forms.common.base import BaseForm
from training.forms.common.checks import choose_one, longest, may_be_empty, required
from training.forms.common.fields import (
    FileField,
    HiddenField,
    KeyField,
    RadioField,
    RowsField,
    SelectField,
    TextField,
    TickField,
)
from training.forms.common.table_import import TableColumnsForm, called_field
from training.forms.common.widgets import Choice
from training.kit.dates import DayOrder
from training.models.finance.spend_uploads import GROUPS


class SpendFileForm(BaseForm):
    """The file, and what it is called."""

    file = FileField(
        _l("Spend file"),
        [required()],
        description=_l(
            "CSV, Excel or OpenDocument, at most 10 megabytes and 20,000 rows. Titles may stand above the headings"
        ),
    )
    called = called_field()


class ColumnsForm(TableColumnsForm):
    """The meaning of the columns, and the commitment of rows that name none."""

    date = SelectField(
        _l("Date of payment"), [choose_one()], description=_l("Such as 2020-12-01, 1/12/2020 or 1 Dec 2020")
    )
    day_order = SelectField(
        _l("In a date such as 3/10/2026"),
        [may_be_empty()],
        blank=_l("As the other dates of the column show"),
    )
    amount = SelectField(
        _l("Amount"),
        [choose_one()],
        description=_l("In pounds, for example 1,250.00. Of two columns that of payments (debit)"),
    )
    sign = SelectField(
        _l("Payments are written"),
        [may_be_empty()],
        blank=_l("as amounts without a sign"),
        choices=[Choice("minus", _l("with a minus, as what left the account"))],
    )
    credit = SelectField(
        _l("Money back"), [may_be_empty()], description=_l("The second of two columns: credit, paid in")
    )
    direction = SelectField(
        _l("Payment or money back"), [may_be_empty()], description=_l("A column that says DR or CR of each amount")
    )
    payee = SelectField(_l("Paid to"), [choose_one()])
    purpose = SelectField(
        _l("Purpose"), [may_be_empty()], description=_l("Where it is empty, that of the commitment is taken")
    )
    commitment = SelectField(
        _l("Commitment"), [may_be_empty()], description=_l("A column with a commitment's id or its cohort's code")
    )
    otherwise = SelectField(_l("Commitment of rows that name none"), [may_be_empty()])

    nth = SelectField(_l("Number among equal payments"), [may_be_empty()])

    def offer(
        self,
        headings: Sequence[str],
        places: Mapping[str, int],
        commitments: Sequence[Choice],
        orders: Sequence[Choice],
        order: DayOrder | None,
    ) -> None:
        """Fill the lists; preselect the columns at ``places``, and the order of day and month by the dates."""
        self.offer_columns(headings, list(FORMAT.columns), places)
        self.otherwise.choices, self.day_order.choices = list(commitments), list(orders)
        if not self.is_submitted():
            self.day_order.data = (order or DayOrder.DAY_FIRST).value
        if NTH.part not in places:
            del self.nth  # only faulty rows that were given back have it

    def reading(self, of_column: DayOrder) -> Writing:
        """Return how the file is read; ``of_column`` is the order of day and month unless one was chosen."""
        return Writing(DayOrder(self.day_order.data) if self.day_order.data else of_column, self.sign.data == "minus")

    def columns(self) -> SpendColumns:
        """Return the chosen columns."""
        return SpendColumns(**self.chosen([part for part in FORMAT.columns if part in self]))


class RowChoice(enum.StrEnum):
    """What a user chooses about rows."""

    COMMIT = "commit"
    NOT_OURS = "not_ours"
    MOVE = "move"
    ACCEPT = "accept"
    TAKE_IN = "take_in"


class RowNumbersField(RowsField):
    """The ticked rows of a file; the data are their numbers, of which the use case checks whether they can change."""

    def pre_validate(self, form: AnyForm) -> None:
        """Reject more rows than a page shows, and what is no number."""
        super().pre_validate(form)
        if not all(one.isascii() and one.isdecimal() and len(one) < 10 for one in self.data or []):
            self.data = []
            raise StopValidation(_("Choose from the answers in the list"))


class RowChoicesForm(BaseForm):
    """A choice about all rows of a group, or about the ticked rows; ``choice`` is the button that was pressed."""

    group = HiddenField()
    row = RowNumbersField(_l("Rows"))
    choice = SelectField(_l("Choice"), [required()], choices=[Choice(one.value, one.value) for one in RowChoice])
    commitment = SelectField(_l("Commitment"), [may_be_empty()])
    programme = SelectField(_l("Programme"), [may_be_empty()])

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each field, that rows were chosen, and what they are to be given to."""
        is_valid = super().validate(*args, **kwargs)
        if not self.row.data and self.group.data not in GROUPS:
            self.refuse(_("Choose at least one row"), "row")
        if self.choice.data == RowChoice.COMMIT and not self.commitment.data:
            self.refuse(_("Choose a commitment"), "commitment")
        if self.choice.data == RowChoice.MOVE and not self.programme.data:
            self.refuse(_("Choose a programme"), "programme")
        return bool(is_valid) and not self.field_errors

    @property
    def chosen(self) -> Chosen:
        """The chosen rows: those ticked, else all of the group."""
        if self.row.data:
            return Chosen(numbers=[int(one) for one in self.row.data])
        return Chosen(GROUPS[self.group.data or ""])


class MoneyBackForm(BaseForm):
    """The payment from which the money of a row came back. The key makes a form sent twice one request."""

    payment = RadioField(_l("Payment"), [choose_one()])
    reason = TextField(
        _l("Reason"), [required(), longest(300)], description=_l("Such as the number of the credit note")
    )
    key = KeyField()


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
