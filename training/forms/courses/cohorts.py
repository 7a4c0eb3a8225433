"""Draft and filter cohorts, and plan their costs."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from training.domain.courses.cohorts import CohortPlan, PlannedCost, SuggestedCost
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import between, choose_one, may_be_empty, required
from training.forms.common.fields import (
    CheckboxesField,
    DateField,
    IntegerField,
    MoneyField,
    SelectField,
    TickField,
)
from training.forms.courses.categories import CategoriesForm
from training.models.courses.courses import Course
from training.models.courses.venues import Venue
from training.models.finance.programmes import BudgetLine, LineCategory, Programme
from training.models.identity.organisations import Organisation
from training.models.people.people import Person

Chosen = TypeVar("Chosen", Programme, Venue, Organisation, Person)


def _by_id(records: Sequence[Chosen]) -> dict[str, Chosen]:
    return {record.public_id: record for record in records}


@dataclass(frozen=True)
class Offers:
    """The options for drafting a cohort, by public id."""

    programmes: dict[str, Programme]
    venues: dict[str, Venue]
    hosts: dict[str, Organisation]
    organisations: dict[str, Organisation]
    trainers: dict[str, Person]

    @classmethod
    def of(
        cls,
        programmes: Sequence[Programme],
        venues: Sequence[Venue],
        hosts: Sequence[Organisation],
        organisations: Sequence[Organisation],
        trainers: Sequence[Person],
    ) -> "Offers":
        """Index records by public id."""
        return cls(_by_id(programmes), _by_id(venues), _by_id(hosts), _by_id(organisations), _by_id(trainers))


class CohortForm(BaseForm):
    """The plan of a cohort: venue, dates, participants and programme."""

    venue = SelectField(_l("Venue"), [choose_one()])
    host = SelectField(_l("Host"), [choose_one()], description=_l("The organisation that receives the cohort"))
    starts_on = DateField(_l("First day"), [required()])
    ends_on = DateField(_l("Last day"), [required()])
    past_is_meant = TickField(_l("The first day is in the past, and that is right"))
    capacity = IntegerField(_l("Seats"), [required(), between(1, 1000)])
    invited = CheckboxesField(_l("Who may nominate"), [choose_one()])
    trainers = CheckboxesField(_l("Trainers"), [may_be_empty()])
    programme = SelectField(_l("Programme"), [choose_one()])

    @classmethod
    def showing(cls, plan: CohortPlan) -> "CohortForm":
        """Return the form filled with the plan of a draft."""
        chosen = {
            "programme": plan.programme.public_id,
            "venue": plan.venue.public_id,
            "host": plan.host.public_id,
            "invited": [organisation.public_id for organisation in plan.invited],
            "trainers": [trainer.public_id for trainer in plan.trainers],
        }
        return cls(data={**chosen, "starts_on": plan.starts_on, "ends_on": plan.ends_on, "capacity": plan.capacity})

    def plan(self, course: Course, offers: Offers) -> CohortPlan:
        """Return the plan as entered; every choice is among ``offers``."""
        first, last = self.days()
        return CohortPlan(
            course=course,
            programme=offers.programmes[self.programme.data or ""],
            venue=offers.venues[self.venue.data or ""],
            host=offers.hosts[self.host.data or ""],
            invited=[offers.organisations[key] for key in self.invited.data or ()],
            trainers=[offers.trainers[key] for key in self.trainers.data or ()],
            starts_on=first,
            ends_on=last,
            capacity=self.capacity.data or 0,
        )

    @property
    def asked_fields(self) -> list[Field]:
        """The visible fields; trainers only where there are any, and the past only where the first day lies in it."""
        left_out: list[Field] = []
        if not (self.past_is_meant.errors or self.past_is_meant.data):
            left_out.append(self.past_is_meant)
        if not self.trainers.choices:
            left_out.append(self.trainers)
        return [field for field in self.shown_fields if not any(field is one for one in left_out)]

    def days(self) -> tuple[dt.date, dt.date]:
        """Return the first and the last day."""
        if self.starts_on.data is None or self.ends_on.data is None:
            raise ValueError("the form was not checked")
        return self.starts_on.data, self.ends_on.data


class PlannedCostFields(NamedTuple):
    """The inputs of one category of cost."""

    category: LineCategory
    amount: MoneyField
    line: SelectField


def _with_categories(form: Any) -> Any:
    """Give a form an amount and a line for each category of cost."""
    for category in LineCategory:
        setattr(form, f"amount_{category}", MoneyField(_l("Amount"), [may_be_empty()]))
        setattr(form, f"line_{category}", SelectField(_l("Budget line"), [may_be_empty()]))
    return form


@_with_categories
class CohortCostsForm(CategoriesForm):
    """The planned costs of a cohort by category, with the lines that pay for them."""

    def leave_out(self, categories: Iterable[LineCategory]) -> None:
        """Remove the fields of these categories."""
        for category in categories:
            del self[f"amount_{category}"], self[f"line_{category}"]

    def categories(self) -> list[PlannedCostFields]:
        """Return the inputs of each category in the form."""
        return [
            PlannedCostFields(category, self[f"amount_{category}"], self[f"line_{category}"])
            for category in LineCategory
            if f"amount_{category}" in self
        ]

    def show(self, costs: Iterable[SuggestedCost]) -> None:
        """Fill the form with ``costs``."""
        shown = {cost.category: cost for cost in costs}
        for category in self.categories():
            if cost := shown.get(category.category):
                category.amount.data = cost.amount
                category.line.data = cost.line.public_id if cost.line else None

    def explain(self, suggestions: Mapping[LineCategory, str]) -> None:
        """Say beside each amount what the course suggests, and how that was made."""
        for category in self.categories():
            category.amount.description = suggestions.get(category.category, "")

    @property
    def total(self) -> int:
        """The pence of the amounts that can be read."""
        return sum(category.amount.data or 0 for category in self.categories())

    def planned(self, lines: Mapping[str, BudgetLine]) -> list[PlannedCost]:
        """Return the costs as entered; every line is among ``lines``."""
        return [
            PlannedCost(category.category, lines[category.line.data], category.amount.data)
            for category in self.categories()
            if category.amount.data
        ]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check each field, then that each amount has a line."""
        super().validate(*args, **kwargs)
        for category in self.categories():
            if category.amount.data and not category.line.data:
                self.refuse(_("Choose the line that pays for it"), category.line.name)
            self.name_errors(category.category, category.amount, category.line)
        if not any(category.amount.data for category in self.categories()) and not self.field_errors:
            self.refuse(_("Enter at least one amount"), self.categories()[0].amount.name)
        return not self.field_errors


class StepForm(BaseForm):
    """A step without input. Its key makes a form submitted twice one step."""


class CohortFilter(FilterForm):
    """Filters the list of cohorts."""

    state = SelectField(_l("State"), [may_be_empty()])
    when = SelectField(_l("When"), [may_be_empty()])
