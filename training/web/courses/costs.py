"""Plan the costs of a cohort and the lines that pay for them."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.domain.courses import cohorts as rules
from training.forms.common.widgets import Choice
from training.forms.courses.cohorts import CohortCostsForm
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import CourseCost
from training.models.finance.programmes import BudgetLine, LineCategory
from training.policy.matrix import Permission
from training.queries.courses import cohorts
from training.web.common.filters import money_text, title_text
from training.web.common.guard import actor, needs
from training.web.common.labels import word
from training.web.common.use_case import attempt

bp = Blueprint("costs", __name__)


@bp.route("/cohorts/<public_id>/costs", methods=["GET", "POST"])
@needs(Permission.DRAFT_COHORT, on=Cohort)
def edit(cohort: Cohort) -> ResponseReturnValue:
    """Plan the costs of a draft, starting from the course's cost template."""
    form = CohortCostsForm()
    form.name_categories({category: word(category) for category in LineCategory})
    lines = cohorts.payers(cohort, actor())
    kept = [
        rules.PlannedCost(cost.category, cost.line, cost.amount) for cost in cohorts.hidden_costs(cohort.id, actor())
    ]
    form.leave_out(cost.category for cost in kept)
    template = cohorts.template_of(cohort.course_id)
    form.explain(_suggestions(cohort, template))
    for category in form.categories():
        category.line.choices = [Choice(key, _line_label(line)) for key, line in lines.items()]
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.plan_costs(cohort, [*form.planned(lines), *kept], actor())
        if done:
            flash(_("Costs planned. Total: %(total)s", total=money_text(form.total)))
            return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
    elif not form.is_submitted():
        form.show(_current_costs(cohort, template, list(lines.values())))
    return render_template(
        "courses/costs/edit.html", form=form, page=cohorts.cohort_page(cohort, actor()), is_part=bool(kept)
    )


def _line_label(line: BudgetLine) -> str:
    available = money_text(line.available)
    label: str = _("%(line)s: %(available)s available", line=title_text(line), available=available)
    return label


def _suggestions(cohort: Cohort, template: Sequence[CourseCost]) -> dict[LineCategory, str]:
    """Return in words what the course suggests for each category, and how it is made."""
    parts = rules.suggested_parts(template, rules.days_of(cohort), cohort.capacity)
    return {
        category: _(
            "The course suggests %(total)s: %(how)s",
            total=money_text(sum(part.total for part in of_category)),
            how=" + ".join(map(_part, of_category)),
        )
        for category, of_category in parts.items()
    }


def _part(part: rules.SuggestedPart) -> str:
    """Return how a part of a suggestion is made: ``£20.00 × 12 trainees × 5 days``."""
    factors = [money_text(part.amount)]
    if part.trainees is not None:
        factors.append(ngettext("%(num)s trainee", "%(num)s trainees", part.trainees))
    if part.days is not None:
        factors.append(ngettext("%(num)s day", "%(num)s days", part.days))
    if len(factors) == 1:
        return str(_("%(amount)s once", amount=factors[0]))
    return " × ".join(factors)


def _current_costs(
    cohort: Cohort, template: Sequence[CourseCost], lines: Sequence[BudgetLine]
) -> list[rules.SuggestedCost]:
    """Return the planned costs, or if there are none the costs of the course's template."""
    planned = [
        rules.SuggestedCost(cost.category, cost.amount, cost.line) for cost in cohorts.visible_costs(cohort.id, actor())
    ]
    return planned or rules.suggested_plan(cohort, template, lines)
