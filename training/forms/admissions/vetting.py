"""Record a vetting decision. There must be no field for reasons."""

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.admissions.vetting import ClearanceDecision
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import choose_one, longest, may_be_empty, required
from training.forms.common.fields import DateField, RadioField, ReferenceField, SelectField, TextField
from training.models.admissions.vetting import VettingDecision, VettingOutcome


class QueueFilter(FilterForm):
    """A filter of the vetting queue."""

    queue = SelectField(_l("Show"), [may_be_empty()])


class ClearanceForm(BaseForm):
    """A decision of the vetting authority."""

    outcome = RadioField(_l("Outcome"), [choose_one()])
    authority = TextField(_l("Authority"), [required(), longest(200)], description=_l("Who decided"))
    unit = TextField(_l("Unit that was vetted"), [may_be_empty(), longest(200)])
    reference = ReferenceField(
        _l("Reference"), [may_be_empty(), longest(100)], description=_l("The authority's number of the decision")
    )
    decided_on = DateField(_l("Decided on"), [required()])
    expires_on = DateField(_l("Valid until"), [may_be_empty()], description=_l("For a clearance only"))

    def validate(self, extra_validators: object = None) -> bool:
        """Require the expiry of a clearance; a refusal has none."""
        is_valid: bool = super().validate(extra_validators)
        if is_valid and self.outcome.data == VettingOutcome.CLEARED and self.expires_on.data is None:
            self.refuse(_("Enter the day until which the clearance is valid"), "expires_on")
            return False
        return is_valid

    def decision(self) -> ClearanceDecision:
        """Return the decision as entered."""
        if self.decided_on.data is None:
            raise ValueError("the form was not checked")
        outcome = VettingOutcome(self.outcome.data or "")
        return ClearanceDecision(
            outcome=outcome,
            authority=self.authority.data or "",
            unit=self.unit.data or "",
            decided_on=self.decided_on.data,
            expires_on=self.expires_on.data if outcome is VettingOutcome.CLEARED else None,
            reference=self.reference.data or "",
        )


def kept_from(last: VettingDecision | None, on: dt.date) -> dict[str, Any]:
    """Return what a new form keeps of the decision recorded last: the authority, and the day if recorded on ``on``."""
    if last is None:
        return {}
    return {"authority": last.authority, "decided_on": last.decided_on if last.recorded_at.date() == on else None}
