"""Plan the costs of a cohort and the lines that pay for them."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.courses import cohorts as rules
from training.forms.common.widgets import Choice
from training.forms.courses.cohorts import CohortCostsForm
from training.kit.money import format_pounds
from training.models.courses.cohorts import Cohort
from training.models.finance.programmes import BudgetLine
from training.policy.matrix import Permission
from training.queries.courses import cohorts
from training.web.common.filters import title_text
from training.web.common.guard import actor, needs
from training.web.common.use_case import attempt

bp = Blueprint("costs", __name__)


@bp.route("/cohorts/<public_id>/costs", methods=["GET", "POST"])
@needs(Permission.DRAFT_COHORT, on=Cohort)
def edit(cohort: Cohort) -> ResponseReturnValue:
    """Plan the costs of a draft, starting from the course's cost template."""
    form = CohortCostsForm()
    lines = cohorts.payers(cohort, actor())
    kept = [
        rules.PlannedCost(cost.category, cost.line, cost.amount) for cost in cohorts.hidden_costs(cohort.id, actor())
    ]
    form.leave_out(cost.category for cost in kept)
    for category in form.categories():
        category.line.choices = [Choice(key, _line_label(line)) for key, line in lines.items()]
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.plan_costs(cohort, [*form.planned(lines), *kept], actor())
        if done:
            flash(_("Costs planned."))
            return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
    elif not form.is_submitted():
        form.show(_current_costs(cohort, list(lines.values())))
    return render_template("courses/costs/edit.html", form=form, page=cohorts.cohort_page(cohort, actor()))


def _line_label(line: BudgetLine) -> str:
    # An option holds no markup: the amount is isolated by characters, so that its sign keeps its place.
    available = f"\u2066{format_pounds(line.available)}\u2069"
    label: str = _("%(line)s: %(available)s available", line=title_text(line), available=available)
    return label


def _current_costs(cohort: Cohort, lines: list[BudgetLine]) -> list[rules.SuggestedCost]:
    """Return the planned costs, or if there are none the costs of the course's template."""
    planned = [
        rules.SuggestedCost(cost.category, cost.amount, cost.line) for cost in cohorts.visible_costs(cohort.id, actor())
    ]
    return planned or rules.suggested_plan(cohort, cohorts.template_of(cohort.course_id), lines)
