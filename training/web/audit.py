"""The audit trail, for auditors."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from training.forms.audit import AuditFilter
from training.forms.widgets import Choice
from training.policy.matrix import Permission
from training.queries import audit
from training.web.acts import act
from training.web.guard import needs
from training.web.lists import cut, pager

bp = Blueprint("audit", __name__)


@bp.get("/audit")
@needs(Permission.READ_AUDIT)
def index() -> ResponseReturnValue:
    """List who did what, the newest first."""
    form = AuditFilter(request.args)
    form.action.choices = [Choice(action, act(action)) for action in audit.actions()]
    wanted = audit.Wanted()
    if form.validate():
        wanted = audit.Wanted(
            action=form.action.data or "",
            username=form.username.data or "",
            subject=form.subject.data or "",
            since=form.since.data,
            until=form.until.data,
        )
    page = audit.page_of(wanted, cut())
    return render_template("audit/index.html", form=form, page=page, pager=pager(page))
