"""Unit costs per trainee, completion and contact hour: counts only, so that a funder may read them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.domain.oversight import unit_costs
from training.models.finance.programmes import Programme
from training.policy.matrix import Permission
from training.queries.finance import programmes
from training.web.common.guard import actor, needs
from training.web.common.lists import cut, pager

bp = Blueprint("unit_costs", __name__)


@bp.get("/programmes/<public_id>/unit-costs")
@needs(Permission.SEE_BALANCES, on=Programme)
def index(programme: Programme) -> ResponseReturnValue:
    """List the unit costs of cohorts and courses. The counts span organisations, so a single organisation sees none."""
    page = unit_costs.page_of(programme.id, cut(), actor())
    return render_template(
        "oversight/unit_costs/index.html",
        programme=programmes.programme_by_key(programme.id),
        courses=unit_costs.by_course(programme.id, actor()),
        page=page,
        pager=pager(page),
    )
