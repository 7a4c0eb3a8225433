"""Add programmes; propose projects and budget lines."""

import re

from flask_babel import lazy_gettext as _l

from training.domain.finance.programmes import NewLine, NewProgramme, Title
from training.domain.finance.proposals import Proposal
from training.forms.common.base import BaseForm
from training.forms.common.checks import choose_one, longest, may_be_empty, more_than_nothing, required, written_like
from training.forms.common.fields import DateField, MoneyField, ReferenceField, SelectField, TextAreaField, TextField
from training.forms.finance.ceilings import published, source_date_field, source_field
from training.models.finance.programmes import LineCategory, ProjectKind


class TitledForm(BaseForm):
    """A title in three languages; English is required."""

    title_en = TextField(_l("Title in English"), [required(), longest(300)])
    title_ar = TextField(_l("Title in Arabic"), [may_be_empty(), longest(300)])
    title_ckb = TextField(_l("Title in Kurdish (Sorani)"), [may_be_empty(), longest(300)])

    def title(self) -> Title:
        """Return the title."""
        return Title(self.title_en.data or "", self.title_ar.data or "", self.title_ckb.data or "")


_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,18}[A-Za-z0-9]")


class ProgrammeForm(TitledForm):
    """A new programme with its source."""

    code = ReferenceField(
        _l("Code"),
        [
            required(),
            written_like(_CODE, _l("Use 2 to 20 Latin letters, digits and hyphens, and no hyphen at either end")),
        ],
        description=_l("Short and unique: Latin letters, digits and hyphens"),
    )
    starts_on = DateField(_l("First day"), [required()])
    ends_on = DateField(_l("Last day"), [required()])
    statement_en = TextAreaField(
        _l("What was published, in English"),
        [may_be_empty(), longest(500)],
        description=_l("One sentence, for the page of the programme"),
    )
    statement_ar = TextAreaField(_l("What was published, in Arabic"), [may_be_empty(), longest(500)])
    statement_ckb = TextAreaField(_l("What was published, in Kurdish (Sorani)"), [may_be_empty(), longest(500)])
    source = source_field()
    source_date = source_date_field()

    def programme(self) -> NewProgramme:
        """Return the programme. Call it after validation."""
        first, last = self.starts_on.data, self.ends_on.data
        if first is None or last is None:
            raise ValueError("the form was not checked")
        said = (self.statement_en.data or "", self.statement_ar.data or "", self.statement_ckb.data or "")
        source = published(self.source.data, self.source_date.data)
        return NewProgramme(self.code.data or "", self.title(), first, last, source, Title(*said))


class ProjectForm(TitledForm):
    """A new project."""

    kind = SelectField(_l("Kind of project"), [choose_one()])
    organisation = SelectField(
        _l("Delivered by"),
        [choose_one()],
        description=_l("Its coordinators will see the lines and entries of this project"),
    )

    def project_kind(self) -> ProjectKind:
        """Return the chosen kind."""
        return ProjectKind(self.kind.data or "")


class LineForm(TitledForm):
    """A new budget line with its first allocation."""

    category = SelectField(_l("What it pays for"), [choose_one()])
    starts_on = DateField(_l("First day"), [required()])
    ends_on = DateField(_l("Last day"), [required()])
    amount = MoneyField(
        _l("Amount to allocate"), [required(), more_than_nothing()], description=_l("In pounds, for example 1,250.00")
    )

    def line(self) -> NewLine:
        """Return the proposed line. Call it after validation."""
        first, last = self.starts_on.data, self.ends_on.data
        if first is None or last is None:
            raise ValueError("the form was not checked")
        return NewLine(self.title(), LineCategory(self.category.data or ""), first, last)

    def proposal(self) -> Proposal:
        """Return the proposed first allocation."""
        return Proposal(self.amount.data or 0, self.title_en.data or "", self.key.data or "")
