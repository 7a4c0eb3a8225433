"""Create, edit and filter courses."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.courses.courses import CoursePlan, TemplateCost
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import between, choose_one, longest, may_be_empty, required
from training.forms.common.fields import (
    HiddenField,
    IntegerField,
    MoneyField,
    SearchField,
    SelectField,
    TextAreaField,
    TextField,
    TickField,
)
from training.forms.courses.categories import CategoriesForm
from training.models.courses.courses import CostBasis, Course, CourseCost, Theme
from training.models.finance.programmes import LineCategory


class CourseForm(BaseForm):
    """The fields of a course; ``version`` is the one that the form showed."""

    title_en = TextField(_l("Title in English"), [required(), longest(300)])
    title_ar = TextField(_l("Title in Arabic"), [may_be_empty(), longest(300)])
    title_ckb = TextField(_l("Title in Kurdish (Sorani)"), [may_be_empty(), longest(300)])
    provider = TextField(_l("Provider"), [required(), longest(300)])
    theme = SelectField(_l("Theme"), [choose_one()])
    days = IntegerField(_l("Days"), [may_be_empty(), between(1, 730)])
    contact_hours = IntegerField(_l("Contact hours"), [may_be_empty(), between(1, 5000)])
    audience = TextAreaField(_l("Who it is for"), [may_be_empty(), longest(1000)])
    teaching_language = TextField(_l("Language of teaching"), [may_be_empty(), longest(200)])
    attendance_percent = IntegerField(
        _l("Attendance needed, per cent"),
        [required(), between(0, 100)],
        description=_l("Share of the contact hours that a trainee must attend to complete the course"),
    )
    pass_mark_percent = IntegerField(_l("Pass mark, per cent"), [may_be_empty(), between(1, 100)])
    has_practical = TickField(_l("A practical exercise must be passed"))
    source = TextField(_l("Source"), [may_be_empty(), longest(1000)], description=_l("Where the course was published"))
    source_date = TextField(_l("Date of the source"), [may_be_empty(), longest(200)])
    version = HiddenField()

    @classmethod
    def showing(cls, course: Course) -> "CourseForm":
        """Return the form filled with a course."""
        return cls(obj=course)

    def plan(self) -> CoursePlan:
        """Return the course as entered."""
        return CoursePlan(
            title_en=self.title_en.data or "",
            title_ar=self.title_ar.data or "",
            title_ckb=self.title_ckb.data or "",
            provider=self.provider.data or "",
            theme=Theme(self.theme.data or ""),
            days=self.days.data,
            contact_hours=self.contact_hours.data,
            audience=self.audience.data or "",
            source=self.source.data or "",
            source_date=self.source_date.data or "",
            teaching_language=self.teaching_language.data or "",
            attendance_percent=self.attendance_percent.data or 0,
            pass_mark_percent=self.pass_mark_percent.data,
            has_practical=bool(self.has_practical.data),
        )


class TemplateCostFields(NamedTuple):
    """The inputs of one category of cost."""

    category: LineCategory
    amount: MoneyField
    basis: SelectField


def _with_categories(form: Any) -> Any:
    """Give a form an amount and a basis for each category of cost."""
    for category in LineCategory:
        setattr(form, f"amount_{category}", MoneyField(_l("Amount"), [may_be_empty()]))
        setattr(form, f"basis_{category}", SelectField(_l("How often"), [may_be_empty()]))
    return form


@_with_categories
class CourseCostsForm(CategoriesForm):
    """The cost template of a course by category. Without any amount it is empty."""

    def categories(self) -> list[TemplateCostFields]:
        """Return the inputs of each category."""
        return [
            TemplateCostFields(category, self[f"amount_{category}"], self[f"basis_{category}"])
            for category in LineCategory
        ]

    def show(self, template: Sequence[CourseCost]) -> None:
        """Fill the form with a cost template."""
        for cost in template:
            self[f"amount_{cost.category}"].data = cost.amount
            self[f"basis_{cost.category}"].data = cost.basis

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each field, then that each amount has a basis."""
        super().validate(*args, **kwargs)
        for category in self.categories():
            if category.amount.data and not category.basis.data and not category.basis.errors:
                label = category.basis.label.text
                self.refuse(_("Choose an answer: %(label)s", label=label), category.basis.name)
            self.name_errors(category.category, category.amount, category.basis)
        return not self.field_errors

    def costs(self) -> list[TemplateCost]:
        """Return the template as entered."""
        return [
            TemplateCost(category.category, CostBasis(category.basis.data), category.amount.data)
            for category in self.categories()
            if category.amount.data
        ]


class CourseFilter(FilterForm):
    """Filters the list of courses."""

    words = SearchField(_l("Words of the title or provider"), [may_be_empty(), longest(100)])
    theme = SelectField(_l("Theme"), [may_be_empty()])
