"""Proposing and deciding movements of money."""

import datetime as dt

from flask_babel import lazy_gettext as _l

from training.domain.ledger import Payment, Proposal
from training.forms import BaseForm, FilterForm
from training.forms.checks import longest, may_be_empty, more_than_nothing, required
from training.forms.fields import DateField, KeyField, MoneyField, SelectField, TextAreaField, TextField, TickField


class ProposalForm(BaseForm):
    """An amount and what it is for. The key makes a form that was sent twice one proposal."""

    amount = MoneyField(
        _l("Amount"), [required(), more_than_nothing()], description=_l("In pounds, for example 1,250.00")
    )
    purpose = TextField(_l("Purpose"), [required(), longest(300)])
    key = KeyField()

    def proposal(self) -> Proposal:
        """Return what is proposed."""
        return Proposal(self.amount.data or 0, self.purpose.data or "", self.key.data or "")


class CommitmentForm(ProposalForm):
    """A reservation for a purchase."""

    expected_on = DateField(_l("Payment expected on"), [required()])

    def expected(self) -> dt.date:
        """Return the day on which the payment is expected."""
        if self.expected_on.data is None:
            raise ValueError("the form was not checked")
        day: dt.date = self.expected_on.data
        return day


class PaymentForm(ProposalForm):
    """A payment from a commitment."""

    payee = TextField(_l("Paid to"), [required(), longest(200)])
    payee_is_person = TickField(
        _l("The payee is a person"),
        description=_l("Funders then read “participant” instead of the name"),
    )
    paid_on = DateField(_l("Paid on"), [required()])
    closes = TickField(
        _l("This is the last payment"),
        description=_l("The commitment closes and what is left of it goes back to the budget line"),
    )

    def payment(self) -> Payment:
        """Return to whom and when it was paid."""
        if self.paid_on.data is None:
            raise ValueError("the form was not checked")
        return Payment(
            payee=self.payee.data or "",
            payee_is_person=bool(self.payee_is_person.data),
            paid_on=self.paid_on.data,
            closes=bool(self.closes.data),
        )


class ReasonForm(BaseForm):
    """Why something is refused, turned down or reversed. The key makes a form that was sent twice one act."""

    reason = TextAreaField(_l("Reason"), [required(), longest(300)])
    key = KeyField()


class EntryFilter(FilterForm):
    """Narrows the list of entries."""

    kind = SelectField(_l("Kind"), [may_be_empty()])
