"""Pages of tables that come in, whatever their kind: the rows to which a list is narrowed, work that goes on."""

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
"""Rows that are shown where somebody says what the columns are."""
_LOOK_SECONDS = 5


def row_filter(outcomes: type[StrEnum], text_of: Callable[[Any], str] = word) -> RowFilter:
    """Return the form that narrows rows to one of ``outcomes``, as the address says."""
    form = RowFilter(request.args)
    form.outcome.choices = [Choice(one.value, text_of(one)) for one in outcomes]
    return form


def narrowed_to(form: RowFilter, outcomes: type[Outcome]) -> Outcome | None:
    """Return the outcome to which the rows are narrowed; None for all of them."""
    return outcomes(form.outcome.data) if form.validate() and form.outcome.data else None


def came_from(outcomes: type[Outcome]) -> Outcome | None:
    """Return the outcome to which the list was narrowed from which the reader came, wherever the address says it."""
    return next((one for one in outcomes if one == request.values.get("outcome")), None)


def in_progress(template: str, **context: Any) -> ResponseReturnValue:
    """Show how far the work on rows is, on a page that looks again by itself."""
    shown = render_template(template, is_anybody_there=health.is_worker_alive(SILENT), **context)
    return shown, {"Refresh": str(_LOOK_SECONDS)}
