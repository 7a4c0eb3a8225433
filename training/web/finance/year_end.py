"""The end of the financial year: what a programme will leave unspent on 31 March."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.domain.finance import year_end
from training.kit.clock import today
from training.models.finance.programmes import Programme
from training.policy.matrix import Permission
from training.web.common.guard import actor, needs

bp = Blueprint("year_end", __name__)


@bp.get("/programmes/<public_id>/year-end")
@needs(Permission.SEE_MONEY, on=Programme)
def show(programme: Programme) -> ResponseReturnValue:
    """Show what is due by 31 March, due later, and lapsing on each line."""
    return render_template("finance/year_end/show.html", page=year_end.year_end_page(programme, actor(), today()))
