"""Variances of lines from their plans, and the reasons."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.finance import variances as rules
from training.forms.finance.variances import VarianceForm
from training.kit.clock import month_before, today
from training.models.finance.programmes import BudgetLine, Programme
from training.policy.matrix import Permission
from training.queries.finance import programmes, variances
from training.web.common.guard import actor, may, needs
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("variances", __name__)


@bp.get("/programmes/<public_id>/variances")
@needs(Permission.SEE_MONEY, on=Programme, offers=(Permission.PROPOSE_MONEY,))
def index(programme: Programme) -> ResponseReturnValue:
    """List the lines of a programme with plan, spent, variance and reason."""
    rows = rules.of_programme(programme.id, actor(), today())
    return render_template(
        "finance/variances/index.html",
        programme=programmes.programme_by_key(programme.id),
        month=month_before(today()),
        rows=rows,
        due={row.line.id for row in rows if rules.awaits_reason(row)},
        may_explain=may(Permission.PROPOSE_MONEY),
    )


@bp.get("/lines/<public_id>/variance")
@needs(Permission.SEE_MONEY, on=BudgetLine, offers=(Permission.PROPOSE_MONEY,))
def show(line: BudgetLine) -> ResponseReturnValue:
    """Show the variance of a line and the reasons given."""
    variance = rules.of_line(line.id, actor(), today())
    return render_template(
        "finance/variances/show.html",
        variance=variance,
        is_beyond=rules.is_beyond(variance),
        is_reason_due=rules.awaits_reason(variance),
        reasons=variances.reasons_of(line.id, actor()),
        may_explain=may(Permission.PROPOSE_MONEY),
    )


@bp.route("/lines/<public_id>/variance/reason", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=BudgetLine)
@makes
def explain(line: BudgetLine) -> ResponseReturnValue:
    """Give a reason for the variance of a line."""
    form = VarianceForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.give_reason(line, form.reason.data or "", actor(), today())
            made(url_for(".show", public_id=line.public_id))
        if done:
            flash(_("Reason recorded."))
            return redirect(url_for(".show", public_id=line.public_id))
    variance = rules.of_line(line.id, actor(), today())
    return render_template("finance/variances/explain.html", form=form, variance=variance)
