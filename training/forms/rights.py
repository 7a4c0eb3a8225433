"""Writing a rights assessment."""

from flask_babel import lazy_gettext as _l

from training.domain.rights import Assessment
from training.forms import BaseForm
from training.forms.checks import choose_one, longest, required
from training.forms.fields import DateField, RadioField, TextAreaField
from training.models.rights import RiskLevel


class AssessmentForm(BaseForm):
    """Risk, mitigation, level, and how long the assessment holds."""

    summary = TextAreaField(_l("Summary of the risk"), [required(), longest(4000)])
    mitigation = TextAreaField(_l("What is done about it"), [required(), longest(4000)])
    level = RadioField(_l("Level of risk after mitigation"), [choose_one()])
    valid_until = DateField(_l("Valid until"), [required()])

    def assessment(self) -> Assessment:
        """Return what was written."""
        if self.valid_until.data is None:
            raise ValueError("the form was not checked")
        return Assessment(
            summary=self.summary.data or "",
            mitigation=self.mitigation.data or "",
            level=RiskLevel(self.level.data or ""),
            valid_until=self.valid_until.data,
        )
