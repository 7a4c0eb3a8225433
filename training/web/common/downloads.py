"""Send tables as CSV and XLSX files, in the reader's language and direction."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from flask import Response, abort
from flask_babel import gettext as _

from training.kit.sheets import Column, Value, to_csv, to_xlsx
from training.web.common.language import language

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class SavedTable(NamedTuple):
    """A table to download: its title, columns and rows.

    ``total`` is the row of totals that its page has; a workbook has totals of its own, which follow its filters.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    total: Sequence[Value] | None = None


def file_of(made: SavedTable, name: str, kind: str, *, direction: str | None = None) -> Response:
    """Return a table as a download; ``direction`` is that of its language if it differs from the page's.

    An unknown ``kind`` is 404.
    """
    if kind not in TYPES:
        abort(404)
    if kind == "csv":
        body = to_csv(made.columns, chain(made.rows, [made.total] if made.total else []))
    else:
        is_mirrored = (direction or language().direction) == "rtl"
        body = to_xlsx(
            made.name, made.columns, made.rows, total=str(_("Total of these rows")), right_to_left=is_mirrored
        )
    response = Response(body, content_type=TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
    return response
