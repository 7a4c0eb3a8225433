"""Drafting cohorts, and looking for them."""

import datetime as dt

from flask_babel import lazy_gettext as _l

from training.forms import BaseForm, FilterForm
from training.forms.checks import between, choose_one, may_be_empty, more_than_nothing, required
from training.forms.fields import CheckboxesField, DateField, IntegerField, KeyField, MoneyField, SelectField


class CohortForm(BaseForm):
    """Where, when, for whom, and at what cost a course is to be held."""

    venue = SelectField(_l("Venue"), [choose_one()])
    host = SelectField(_l("Host"), [choose_one()], description=_l("The organisation that receives the cohort"))
    starts_on = DateField(_l("First day"), [required()])
    ends_on = DateField(_l("Last day"), [required()])
    capacity = IntegerField(_l("Seats"), [required(), between(1, 1000)])
    invited = CheckboxesField(_l("Who may nominate"), [choose_one()])
    trainers = CheckboxesField(_l("Trainers"), [may_be_empty()])
    line = SelectField(_l("Budget line"), [choose_one()])
    planned_cost = MoneyField(_l("Planned cost"), [required(), more_than_nothing()])

    def days(self) -> tuple[dt.date, dt.date]:
        """Return the first and the last day."""
        if self.starts_on.data is None or self.ends_on.data is None:
            raise ValueError("the form was not checked")
        return self.starts_on.data, self.ends_on.data


class StepForm(BaseForm):
    """A step without words of its own. The key makes a button that was pressed twice one step."""

    key = KeyField()


class CohortFilter(FilterForm):
    """Narrows the list of cohorts."""

    state = SelectField(_l("State"), [may_be_empty()])
    when = SelectField(_l("When"), [may_be_empty()])
