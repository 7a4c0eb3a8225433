"""Propose and decide movements of money."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.finance.proposals import CameBack, Proposal
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import choose_one, longest, may_be_empty, more_than_nothing, required
from training.forms.common.fields import (
    AmountField,
    DateField,
    HiddenField,
    MoneyField,
    SelectField,
    TextAreaField,
    TextField,
)
from training.kit.money import Currency

FUNDERS_READ_IT = _l("Funders read this: name nobody who takes part")


class ProposalForm(BaseForm):
    """An amount and its purpose. The key makes a form that was sent twice one proposal."""

    amount = MoneyField(
        _l("Amount"), [required(), more_than_nothing()], description=_l("In pounds, for example 1,250.00")
    )
    purpose = TextField(_l("Purpose"), [required(), longest(300)], description=FUNDERS_READ_IT)

    def proposal(self) -> Proposal:
        """Return the proposal."""
        return Proposal(self.amount.data or 0, self.purpose.data or "", self.key.data or "")


class ExpectationForm(BaseForm):
    """The day on which a payment is expected."""

    expected_on = DateField(_l("Payment expected on"), [required()])

    def expected(self) -> dt.date:
        """Return the expected day."""
        if self.expected_on.data is None:
            raise ValueError("the form was not checked")
        day: dt.date = self.expected_on.data
        return day


class CommitmentForm(ProposalForm, ExpectationForm):
    """A reservation for a purchase."""


class RescheduleForm(ExpectationForm):
    """A new expected day; ``shown`` is the one when the form was opened."""

    shown = HiddenField()


class ReturnForm(ProposalForm):
    """Money returned from a line to its programme, with the reason."""

    purpose = TextField(_l("Reason"), [required(), longest(300)])


class FundsTransferForm(ProposalForm):
    """Money transferred from a line to another, with the reason."""

    target = SelectField(_l("To the budget line"), [choose_one()])
    purpose = TextField(_l("Reason"), [required(), longest(300)])


class ReasonForm(BaseForm):
    """The reason of a refusal, withdrawal or reversal. The key makes a form that was sent twice one request."""

    reason = TextAreaField(_l("Reason"), [required(), longest(300)])


class RefundForm(BaseForm):
    """Part of a payment that came back, in the currency of the payment. The key makes a form sent twice one request."""

    amount = AmountField(
        _l("Amount that came back"), [required(), more_than_nothing()], description=_l("Less than the payment")
    )
    came_back_on = DateField(_l("It came back on"), [required()])
    reason = TextField(
        _l("Reason"), [required(), longest(300)], description=_l("Such as the number of the credit note")
    )

    def validate(self, *args: Any, currency: Currency = Currency.GBP, **kwargs: Any) -> bool:
        """Check the fields; an amount in dinars is whole."""
        is_valid = super().validate(*args, **kwargs)
        self.amount.name_currency(currency)
        if currency is Currency.IQD and (self.amount.data or 0) % 100:
            self.refuse(_("Dinars are whole: enter the amount without decimals"), "amount")
        return bool(is_valid) and not self.field_errors

    def came_back(self, currency: Currency) -> CameBack:
        """Return what came back, in minor units of ``currency``."""
        if self.came_back_on.data is None:
            raise ValueError("the form was not checked")
        return CameBack((self.amount.data or 0) // (100 // 10**currency.digits), self.came_back_on.data)


class EntryFilter(FilterForm):
    """A filter of entries."""

    kind = SelectField(_l("Kind"), [may_be_empty()])
