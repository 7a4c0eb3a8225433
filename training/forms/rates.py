"""Exchange rates: entering one, and sending a list."""

from flask_babel import lazy_gettext as _l

from training.domain.rates import LONGEST_SOURCE, MonthlyRate
from training.forms import BaseForm
from training.forms.checks import choose_one, longest, required
from training.forms.fields import FileField, MonthField, RateField, SelectField, TextField
from training.forms.widgets import Choice
from training.kit.money import Currency


class RateForm(BaseForm):
    """The rate of a currency in a month. A month that has one already is corrected."""

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

    def monthly_rate(self) -> MonthlyRate:
        """Return what is entered."""
        if self.month.data is None:
            raise ValueError("the form was not checked")
        return MonthlyRate(
            Currency(self.currency.data), self.month.data, int(self.rate.data or 0), self.source.data or ""
        )


class RateListForm(BaseForm):
    """A list of rates as a file."""

    file = FileField(_l("List of rates"), [required()])
