"""The audit trail, for auditors."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.identity.audit import Subject
from training.forms.common.widgets import Choice
from training.forms.identity.audit import AuditFilter
from training.kit.clock import BOOKS_ZONE
from training.policy.matrix import Permission
from training.queries.identity import audit
from training.web.common.downloads import file_of
from training.web.common.guard import needs
from training.web.common.labels import event_word
from training.web.common.labels import record_word as kind_word
from training.web.common.lists import cut, pager
from training.web.common.record_pages import addresses_of
from training.web.common.tables import ID, ColumnSpec, TableSpec
from training.web.common.trail import said, said_in_file

bp = Blueprint("audit", __name__)

MOST_ROWS = 20_000
"""So many events a file has at most; the filter chooses which."""


@bp.get("/audit")
@needs(Permission.READ_AUDIT)
def index() -> ResponseReturnValue:
    """List the audit events, newest first."""
    form, search = _asked()
    page = audit.page_of(search, cut())
    subjects = [_subject(row) for row in page.rows]
    return render_template(
        "identity/audit/index.html",
        form=form,
        page=page,
        pager=pager(page),
        said=said,
        addresses=addresses_of(subjects),
        subject_of=_subject,
        kept=_kept(),
    )


@bp.get("/audit/table.<kind>")
@needs(Permission.READ_AUDIT)
def save(kind: str) -> ResponseReturnValue:
    """Send the events as filtered, the newest first, up to a number of rows."""
    _form, search = _asked()
    rows = audit.all_of(search, MOST_ROWS)
    found = addresses_of([_subject(row) for row in rows])
    return file_of(_table(found).file(rows), "audit", kind)


def _subject(row: Any) -> Subject:
    return Subject(row.AuditEntry.subject_kind, row.AuditEntry.subject_id)


def _moment(row: Any) -> str:
    """Return when an event was, to the second, in the time zone of the register."""
    return str(row.AuditEntry.at.astimezone(BOOKS_ZONE).strftime("%Y-%m-%d %H:%M:%S"))


def _kept() -> dict[str, str]:
    """Return the filter of the request, for the address of the file."""
    names = ("action", "username", "subject", "since", "until")
    return {name: value for name, value in request.args.items() if name.partition("-")[0] in names}


def _table(found: Mapping[Subject, str]) -> TableSpec[Any]:
    """Return the table of events; ``found`` has the pages of the records that the reader may open."""
    columns: dict[str, ColumnSpec[Any]] = {
        "when": ColumnSpec(_l("When"), _moment),
        "event": ColumnSpec(_l("Event"), lambda row: event_word(row.AuditEntry.action)),
        "username": ColumnSpec(_l("Username"), lambda row: row.username or _("the system")),
        "kind": ColumnSpec(_l("Kind of record"), lambda row: kind_word(row.AuditEntry.subject_kind)),
        "record": ColumnSpec(_l("Record"), lambda row: row.AuditEntry.subject_id, ID),
        "page": ColumnSpec(_l("Page"), lambda row: found.get(_subject(row), "")),
        "details": ColumnSpec(_l("Details"), lambda row: said_in_file(row.AuditEntry)),
    }
    return TableSpec(_l("Audit"), columns)


def _asked() -> tuple[AuditFilter, audit.AuditSearch]:
    """Return the filter of the request, and what it asks for."""
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
    return form, search
