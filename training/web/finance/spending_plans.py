"""The planned spending of a budget line per month."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.finance import spending_plans as rules
from training.domain.finance.refusals import PlanChanged
from training.domain.finance.spending_plans import Pattern
from training.forms.finance.spending_plans import PatternForm, PlanForm
from training.models.finance.programmes import BudgetLine
from training.policy.matrix import Permission
from training.queries.finance import spending_plans
from training.web.common.filters import month
from training.web.common.guard import actor, may, needs
from training.web.common.labels import choices
from training.web.common.use_case import attempt

bp = Blueprint("spending_plans", __name__)


@bp.get("/lines/<public_id>/plan")
@needs(Permission.SEE_MONEY, on=BudgetLine, offers=(Permission.PROPOSE_MONEY,))
def show(line: BudgetLine) -> ResponseReturnValue:
    """Show the plan of a line and its spending per month."""
    return render_template(
        "finance/spending_plans/show.html",
        page=rules.plan_page(line, actor()),
        may_propose=may(Permission.PROPOSE_MONEY),
    )


@bp.route("/lines/<public_id>/plan/edit", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=BudgetLine)
def edit(line: BudgetLine) -> ResponseReturnValue:
    """Enter the plan of a line; a stale form is refused."""
    form = PlanForm.over({day: month(day) for day in rules.months_of(line)})
    if form.validate_on_submit():
        with attempt(form) as done:
            try:
                rules.enter(line, form.plan(), form.shown.data or "", actor())
            except PlanChanged:
                _show_beside(form, line)
                raise
        if done:
            flash(_("Plan saved."))
            return redirect(url_for(".show", public_id=line.public_id))
    elif not form.is_submitted():
        _show(form, line)
    page = rules.plan_page(line, actor())
    return render_template("finance/spending_plans/edit.html", form=form, patterns=_patterns(), page=page)


def _show(form: PlanForm, line: BudgetLine) -> None:
    """Fill the form by the pattern in the URL, else with the current plan, else evenly."""
    entered, pattern = spending_plans.entered(line.id), _pattern()
    shown = rules.fingerprint(entered)
    if entered and pattern is None:
        form.show(entered, shown)
    else:
        form.show(rules.spread(line.allocated, rules.months_of(line), pattern or Pattern.EVEN), shown)


def _show_beside(form: PlanForm, line: BudgetLine) -> None:
    """Show the input beside the plan saved meanwhile; the user may then save it anyway."""
    saved = spending_plans.entered(line.id)
    form.show_beside(saved, rules.fingerprint(saved))


def _pattern() -> Pattern | None:
    pattern = request.args.get("pattern")
    return Pattern(pattern) if pattern in set(Pattern) else None


def _patterns() -> PatternForm:
    form = PatternForm(data={"pattern": _pattern()})
    form.pattern.choices = choices(Pattern)
    return form
