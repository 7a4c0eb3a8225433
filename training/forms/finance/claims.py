"""Claims: a payment with its lines and its evidence."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.finance.claims import ClaimLine, Payment, Rate
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import longest, may_be_empty, required
from training.forms.common.fields import (
    AmountField,
    DateField,
    FileField,
    HiddenField,
    RateField,
    SearchField,
    SelectField,
    TextField,
    TickField,
)
from training.forms.finance.ledger import FUNDERS_READ_IT
from training.kit.money import Currency
from training.models.finance.claims import Evidence
from training.models.finance.ledger import Commitment

LINES = range(1, 6)
"""More than five commitments in one payment are two claims, or a spend file."""


class LineFields(NamedTuple):
    """The inputs of one line of a claim."""

    commitment: SelectField
    amount: AmountField
    closes: TickField


def _with_lines(form: Any) -> Any:
    """Add the inputs of the lines to a form class: numbered fields, which work without a script."""
    for number in LINES:
        checks = [may_be_empty()] if number > 1 else []
        setattr(form, f"commitment_{number}", SelectField(_l("Commitment"), checks))
        setattr(form, f"amount_{number}", AmountField(_l("Amount"), checks))
        setattr(form, f"closes_{number}", TickField(_l("Last payment: release what is left")))
    return form


@_with_lines
class ClaimForm(BaseForm):
    """A payment and the commitments it is paid from. ``evidence`` is the file uploaded with an earlier attempt."""

    payee = TextField(_l("Paid to"), [required(), longest(200)])
    payee_is_person = TickField(
        _l("The payee is a person"), description=_l("Funders then read “participant” instead of the name")
    )
    purpose = TextField(_l("Purpose"), [required(), longest(300)], description=FUNDERS_READ_IT)
    paid_on = DateField(_l("Paid on"), [required()])
    currency = SelectField(_l("Currency"), [required()])
    rate = RateField(
        _l("Rate"),
        [may_be_empty()],
        description=_l("Units of the currency to the pound. Left empty, the rate of the month is taken"),
    )
    rate_source = TextField(_l("Source of the rate"), [may_be_empty(), longest(300)])
    file = FileField(
        _l("Receipt or register"), [may_be_empty()], description=_l("PDF, JPEG or PNG, at most 10 megabytes")
    )
    evidence = HiddenField()
    is_another = TickField(_l("This is another payment"))

    def lines(self) -> Iterator[LineFields]:
        """Yield the inputs of each line."""
        for number in LINES:
            yield LineFields(*(self[f"{part}_{number}"] for part in LineFields._fields))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each field, that lines are complete, and that a rate has its source and a currency to convert."""
        is_valid = super().validate(*args, **kwargs)
        for line in self.lines():
            if self.currency.data in set(Currency):
                line.amount.name_currency(Currency(self.currency.data))
        self._check_lines()
        if self.rate.data and self.currency.data == Currency.GBP:
            self.refuse(_("Pounds have no rate: choose the currency that was paid, or leave the rate empty"), "rate")
        if self.rate.data and not self.rate_source.data:
            self.refuse(_("Say where the rate was published"), "rate_source")
        return bool(is_valid) and not self.field_errors

    def filled(self) -> list[LineFields]:
        """Return the inputs of the lines that are not empty."""
        return [line for line in self.lines() if line.commitment.data or line.amount.data is not None]

    def _check_lines(self) -> None:
        filled = self.filled()
        if not filled and not any(line.amount.errors for line in self.lines()):
            self.refuse(_("Enter at least one commitment and its amount"), "commitment_1")
        is_whole = self.currency.data == Currency.IQD
        for line in filled:
            if not line.commitment.data:
                self.refuse(_("Choose the commitment that this amount is paid from"), line.commitment.name)
            if not line.amount.data and not line.amount.errors:
                self.refuse(_("Enter an amount greater than zero"), line.amount.name)
            elif is_whole and (line.amount.data or 0) % 100:
                self.refuse(_("Dinars are whole: enter the amount without decimals"), line.amount.name)

    def claim_lines(self, commitments: Mapping[str, Commitment]) -> list[ClaimLine]:
        """Return the non-empty lines, in minor units of the currency."""
        per_unit = 100 // 10 ** Currency(self.currency.data).digits
        return [
            ClaimLine(commitments[line.commitment.data], line.amount.data // per_unit, bool(line.closes.data))
            for line in self.filled()
        ]

    def payment(self, evidence: Evidence | None) -> Payment:
        """Return the payment."""
        if self.paid_on.data is None:
            raise ValueError("the form was not checked")
        rate = Rate(self.rate.data, self.paid_on.data, self.rate_source.data or "") if self.rate.data else None
        return Payment(
            payee=self.payee.data or "",
            payee_is_person=bool(self.payee_is_person.data),
            paid_on=self.paid_on.data,
            currency=Currency(self.currency.data),
            rate=rate,
            evidence=evidence,
            is_another=bool(self.is_another.data),
        )


class AttachEvidenceForm(BaseForm):
    """A file for an existing claim."""

    file = FileField(_l("Receipt or register"), [required()], description=_l("PDF, JPEG or PNG, at most 10 megabytes"))


class ClaimFilter(FilterForm):
    """A filter of claims. With a payee it is sent in the body: names do not belong in URLs."""

    payee = SearchField(_l("Paid to"), [longest(200)])
    programme = SelectField(_l("Programme"), blank=_l("All programmes"))
    month = SelectField(_l("Month of the payment"), blank=_l("All months"))
    state = SelectField(_l("State"), blank=_l("All states"))

    def kept(self) -> dict[str, Any]:
        """Return the filter without the payee, for links to the list."""
        return {field.name: field.data for field in (self.programme, self.month, self.state) if field.data}
