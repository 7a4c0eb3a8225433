"""Pages of uploaded tables of any kind: the filter of their rows, work in progress."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from training.domain.identity.jobs import SILENT
from training.forms.common.table_import import RowFilter
from training.forms.common.widgets import Choice
from training.queries.identity import health
from training.web.common.labels import word

Outcome = TypeVar("Outcome", bound=StrEnum)

SAMPLE = 3
"""Rows shown while the columns are mapped."""
_LOOK_SECONDS = 5


def row_filter(outcomes: type[StrEnum], text_of: Callable[[Any], str] = word) -> RowFilter:
    """Return the form that filters rows by one of ``outcomes``, as given in the address."""
    form = RowFilter(request.args)
    form.outcome.choices = [Choice(one.value, text_of(one)) for one in outcomes]
    return form


def selected_outcome(form: RowFilter, outcomes: type[Outcome]) -> Outcome | None:
    """Return the outcome by which the rows are filtered; None for all rows."""
    return outcomes(form.outcome.data) if form.validate() and form.outcome.data else None


def previous_outcome(outcomes: type[Outcome]) -> Outcome | None:
    """Return the outcome by which the reader's list was filtered, from the address or the form."""
    return next((one for one in outcomes if one == request.values.get("outcome")), None)


def in_progress(template: str, **context: Any) -> ResponseReturnValue:
    """Show the progress of the work on rows, on a page that refreshes itself."""
    shown = render_template(template, is_anybody_there=health.is_worker_alive(SILENT), **context)
    return shown, {"Refresh": str(_LOOK_SECONDS)}
