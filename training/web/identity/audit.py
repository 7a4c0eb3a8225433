"""The audit trail, for auditors."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from training.forms.common.widgets import Choice
from training.forms.identity.audit import AuditFilter
from training.policy.matrix import Permission
from training.queries.identity import audit
from training.web.common.guard import needs
from training.web.common.labels import event_word
from training.web.common.lists import cut, pager

bp = Blueprint("audit", __name__)


@bp.get("/audit")
@needs(Permission.READ_AUDIT)
def index() -> ResponseReturnValue:
    """List the audit events, newest first."""
    form = AuditFilter(request.args)
    form.action.choices = [Choice(action, event_word(action)) for action in audit.actions()]
    search = audit.AuditSearch()
    if form.validate():
        search = audit.AuditSearch(
            action=form.action.data or "",
            username=form.username.data or "",
            subject=form.subject.data or "",
            since=form.since.data,
            until=form.until.data,
        )
    page = audit.page_of(search, cut())
    return render_template("identity/audit/index.html", form=form, page=page, pager=pager(page))
