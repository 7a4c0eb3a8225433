"""Write a rights assessment: a draft may be incomplete; submission requires all parts."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.assurance.rights_assessments import AssessmentContent, Mitigation
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import longest, may_be_empty, required
from training.forms.common.fields import (
    DateField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
)
from training.models.assurance.rights_assessments import RightsAssessment, RightsMitigation, RiskLevel

MITIGATIONS = range(1, 9)


class MitigationFields(NamedTuple):
    """The inputs of one mitigation."""

    action: TextAreaField
    owner: TextField
    due_on: DateField

    @property
    def is_touched(self) -> bool:
        """Whether any of these inputs is filled."""
        return bool(self.action.data or self.owner.data or any(self.due_on.parts.values()))


def _with_mitigations(form: Any) -> Any:
    """Add the numbered inputs of the mitigations to a form, so that no script is needed."""
    for number in MITIGATIONS:
        action = TextAreaField(_l("Mitigation %(number)s", number=number), [longest(1000)])
        owner = TextField(
            _l("Owner of mitigation %(number)s", number=number),
            [longest(200)],
            description=_l("A post or a body, not a person's name"),
        )
        setattr(form, f"action_{number}", action)
        setattr(form, f"owner_{number}", owner)
        setattr(form, f"due_on_{number}", DateField(_l("Mitigation %(number)s is due on", number=number)))
    return form


@_with_mitigations
class AssessmentForm(BaseForm):
    """Risk, level, validity and mitigations; ``version`` is that which the form showed."""

    summary = TextAreaField(_l("Summary of the risk"), [longest(4000)])
    level = RadioField(_l("Level of risk after mitigation"))
    valid_until = DateField(_l("Valid until"))
    version = HiddenField()

    @classmethod
    def showing(cls, draft: RightsAssessment, mitigations: Sequence[RightsMitigation]) -> "AssessmentForm":
        """Return the form filled from a draft."""
        data = {part: getattr(draft, part) for part in ("summary", "level", "valid_until", "version")}
        for number, one in zip(MITIGATIONS, mitigations, strict=False):
            data |= {f"{part}_{number}": getattr(one, part) for part in MitigationFields._fields}
        return cls(data=data)

    def mitigations(self) -> Iterator[MitigationFields]:
        """Yield the inputs of each mitigation."""
        for number in MITIGATIONS:
            yield MitigationFields(*(self[f"{part}_{number}"] for part in MitigationFields._fields))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each field, then that each owner or date has an action."""
        super().validate(*args, **kwargs)
        for one in self.mitigations():
            if one.is_touched and not one.action.data:
                self.refuse(_("Fill in: %(label)s", label=one.action.label.text), one.action.name)
        return not self.field_errors

    def assessment(self) -> AssessmentContent:
        """Return the submitted content."""
        return AssessmentContent(
            summary=self.summary.data or "",
            level=RiskLevel(self.level.data) if self.level.data else None,
            valid_until=self.valid_until.data,
            mitigations=[
                Mitigation(one.action.data, one.owner.data or "", one.due_on.data)
                for one in self.mitigations()
                if one.action.data
            ],
        )


class SubmissionForm(BaseForm):
    """Submit a draft at the version that was shown."""

    version = HiddenField()


class AttachmentForm(BaseForm):
    """A file and its description; ``attachment`` is the file stored by an earlier attempt."""

    file = FileField(_l("File"), [], description=_l("PDF, JPEG or PNG, at most 10 megabytes"))
    label = TextField(_l("Description of the file"), [required(), longest(200)])
    attachment = HiddenField()


class NoteForm(BaseForm):
    """A monitoring note."""

    note = TextAreaField(_l("Monitoring note"), [required(), longest(2000)])


class RightsFilter(FilterForm):
    """Filter the list of assessments."""

    which = SelectField(_l("Show"), [may_be_empty()])
