"""Filter a roster, and take a step for several nominees."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.admissions.bulk_actions import BulkAction
from training.domain.admissions.nomination_path import SelectionStep
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import choose_one, longest, may_be_empty, required
from training.forms.common.fields import RowsField, SelectField, TextField


class RosterFilter(FilterForm):
    """A filter of nominees."""

    state = SelectField(_l("State"), [may_be_empty()])
    organisation = SelectField(_l("Organisation"), [may_be_empty()])


class SelectionForm(BaseForm):
    """A step for the selected nominees."""

    step = SelectField(_l("Action for selected nominees"), [choose_one()])
    reason = TextField(
        _l("Reason, to turn down"),
        [may_be_empty(), longest(300)],
        description=_l("The nominating organisations read it"),
    )
    chosen = RowsField(_l("Nominees"), [required(_l("Choose at least one nominee"))])

    def validate(self, extra_validators: object = None) -> bool:
        """Require a selected nominee, and a reason if the step needs one."""
        super().validate(extra_validators)
        if self.step.data == SelectionStep.TURN_DOWN and not self.reason.data:
            self.refuse(_("Give the reason: the nominating organisations read it"), "reason")
        return not self.field_errors

    @property
    def ids(self) -> list[str]:
        """The public ids of the selected nominees, each once."""
        return list(dict.fromkeys(self.chosen.data or ()))

    def action(self, past: Iterable[str]) -> BulkAction:
        """Return the bulk action; ``past`` are the public ids of those whom seats may pass."""
        return BulkAction(
            SelectionStep(self.step.data or ""), self.reason.data or "", self.key.data or "", frozenset(past)
        )
