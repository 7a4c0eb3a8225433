"""Decide about several proposals at once."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import longest, required
from training.forms.common.fields import RowsField, SelectField, TextAreaField
from training.forms.common.widgets import Choice
from training.models.finance.ledger import Outcome

_DECISIONS = (Outcome.APPROVED, Outcome.REFUSED)


class ApprovalsForm(BaseForm):
    """Approval or refusal of the chosen proposals; ``decision`` is the button that was pressed."""

    chosen = RowsField(_l("Proposals"), [required(_l("Choose at least one proposal"))])
    decision = SelectField(
        _l("Decision"),
        [required(_l("Say whether you approve or refuse"))],
        choices=[Choice(outcome, outcome) for outcome in _DECISIONS],
    )
    reason = TextAreaField(_l("Reason"), [longest(300)], description=_l("Needed to refuse: each proposer reads it"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each field, and that a refusal has a reason."""
        is_valid = super().validate(*args, **kwargs)
        if self.decision.data == Outcome.REFUSED and not self.reason.data:
            self.refuse(_("Fill in: %(label)s", label=self.reason.label.text), "reason")
        return bool(is_valid) and not self.field_errors

    @property
    def outcome(self) -> Outcome:
        """The decision."""
        return Outcome(self.decision.data)

    @property
    def names(self) -> list[str]:
        """The names of the chosen proposals, without duplicates."""
        return list(dict.fromkeys(self.chosen.data or ()))


class InboxFilter(FilterForm):
    """A filter of the inbox. A value that is not offered any more is ignored."""

    programme = SelectField(_l("Programme"), blank=_l("All"))
    proposer = SelectField(_l("Proposed by"), blank=_l("All"))
    file = SelectField(_l("Spend file"), blank=_l("All"))

    def chosen(self) -> dict[str, str]:
        """Return the chosen values that were offered, by field name."""
        return {field.name: field.data for field in self if field.data in {choice.value for choice in field.choices}}
