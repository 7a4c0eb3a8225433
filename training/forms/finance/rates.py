"""Exchange rates: enter one, or load a list."""

from flask_babel import lazy_gettext as _l
from wtforms import Field

from training.domain.finance.rates import LONGEST_SOURCE, MonthlyRate
from training.forms.common.base import BaseForm
from training.forms.common.checks import choose_one, longest, required
from training.forms.common.fields import (
    FileField,
    HiddenField,
    MonthField,
    RateField,
    SelectField,
    TextField,
    TickField,
)
from training.forms.common.widgets import Choice
from training.kit.money import Currency


class _ConfirmedForm(BaseForm):
    """A form that asks for confirmation of doubtful input; a confirmation is valid for the question shown only."""

    told = HiddenField()

    @property
    def confirmed(self) -> str:
        """The question that was confirmed; empty if none was."""
        return str(self.told.data or "") if self["is_right"].data else ""

    def ask(self, question: str) -> None:
        """Ask for confirmation, unticked."""
        self.told.data = question
        self["is_right"].data = False

    @property
    def shown_fields(self) -> list[Field]:
        """The visible fields: the tick only if something was asked."""
        return [field for field in super().shown_fields if field.name != "is_right" or self.told.data]


class RateForm(_ConfirmedForm):
    """The rate of a currency in a month; an existing rate is corrected."""

    currency = SelectField(
        _l("Currency"),
        [choose_one()],
        choices=[Choice(currency, currency) for currency in Currency if currency is not Currency.GBP],
    )
    month = MonthField(_l("Month"), [required()])
    rate = RateField(_l("Rate"), [required()], description=_l("Units of the currency to the pound"))
    source = TextField(
        _l("Source of the rate"), [required(), longest(LONGEST_SOURCE)], description=_l("Where it was published")
    )
    is_right = TickField(_l("I have checked that the rate is right"))

    def monthly_rate(self) -> MonthlyRate:
        """Return the rate."""
        if self.month.data is None:
            raise ValueError("the form was not checked")
        return MonthlyRate(
            Currency(self.currency.data), self.month.data, int(self.rate.data or 0), self.source.data or ""
        )


class RateListForm(_ConfirmedForm):
    """A list of rates as a file."""

    file = FileField(_l("List of rates"), [required()])
    is_right = TickField(_l("I have checked that the rates marked above are right"))
