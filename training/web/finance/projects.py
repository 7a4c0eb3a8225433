"""Projects: lines, burn-down, newest entries."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.finance import burn_down
from training.kit.clock import today
from training.models.finance.programmes import Project
from training.policy.matrix import Permission
from training.queries.finance import entries, programmes
from training.web.common.guard import actor, may, needs
from training.web.finance.burn_down import chosen_period, picture

bp = Blueprint("projects", __name__)


@bp.get("/projects/<public_id>")
@needs(
    Permission.SEE_PROGRAMME,
    on=Project,
    offers=(Permission.PROPOSE_MONEY, Permission.SEE_MONEY, Permission.WRITE_RIGHTS),
)
def show(project: Project) -> ResponseReturnValue:
    """Show a project; its money only to those who may see that of its lines."""
    page = programmes.project_page(project, actor())
    series = burn_down.of_project(project.id, actor(), today(), chosen_period())
    return render_template(
        "finance/projects/show.html",
        page=page,
        chart=picture(series, whole=page.balances.allocated, whole_label=_("Allocated")) if series else None,
        entries=entries.newest(entries.of_project(project.id), actor()),
        may_propose=may(Permission.PROPOSE_MONEY),
        may_see_money=may(Permission.SEE_MONEY),
        may_write_rights=may(Permission.WRITE_RIGHTS),
    )
