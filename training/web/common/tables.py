"""Tables declared once: a page and its download share the same columns.

A column has a label, a getter and a kind. The kind decides how a value is written on a page and in a file.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from training.kit import sheets
from training.kit.sheets import Value
from training.web.common import filters
from training.web.common.downloads import SavedTable
from training.web.common.labels import tone, word
from training.web.common.navigation import addresses

Row = TypeVar("Row")


@dataclass(frozen=True)
class Kind:
    """How the values of a column are written: ``page`` returns text or markup, ``file`` a cell of a spreadsheet."""

    page: Callable[[Any], Any]
    file: Callable[[Any], Value]
    is_number: bool = False
    is_money: bool = False
    """Whether the whole numbers of the file are pence."""
    adds_up: bool = False
    """Whether a sum of such values says something, unless their column says otherwise."""
    element: tuple[str, str] = ("", "")
    """The tags around a value on a page."""
    needs_label: bool = False
    """Whether a value says nothing without its heading, on a card."""
    is_beside: bool = False
    """Whether a card shows it beside the row header; what follows begins a line."""


def _as_it_is(value: Any) -> Any:
    return value


def _unless_none(written: Callable[[Any], Any], instead: str | None = "") -> Callable[[Any], Any]:
    """Return a writer that calls ``written`` for values, and returns ``instead`` for None."""
    return lambda value: instead if value is None else written(value)


def _html(value: Any) -> Markup:
    """Return a value as markup; avoids the copy that ``escape`` makes of markup."""
    return value if isinstance(value, Markup) else escape(value)


TEXT = Kind(_unless_none(_as_it_is), _unless_none(_as_it_is))
TYPED = Kind(_as_it_is, _as_it_is, element=("<bdi>", "</bdi>"))
"""Text entered by a user: isolated, so that its direction does not affect the page."""
WORDED = replace(TYPED, page=filters.wording)
"""A rank or purpose: in the reader's language on a page where its wording is known, as typed in a file."""
ID = Kind(_as_it_is, _as_it_is, element=('<bdi dir="ltr">', "</bdi>"))
MONEY = Kind(_unless_none(filters.money, "–"), _as_it_is, is_number=True, is_money=True, adds_up=True)
MONEY_IF_ANY = Kind(_unless_none(filters.money), _as_it_is, is_number=True, is_money=True, adds_up=True)
COUNT = Kind(_as_it_is, _as_it_is, is_number=True, adds_up=True, needs_label=True)
PERCENT = Kind(
    filters.percent,
    _unless_none(lambda per_mille: Decimal(per_mille).scaleb(-1), None),
    is_number=True,
    needs_label=True,
)
"""Thousandths."""
DAY = Kind(filters.isolated_short_date, _as_it_is, needs_label=True)
MONTH = Kind(filters.isolated_month, _as_it_is, needs_label=True)
MOMENT = Kind(filters.isolated_moment, _unless_none(dt.datetime.date, None), needs_label=True)
CODE = Kind(_unless_none(word), _unless_none(word))
TAG = Kind(lambda code: filters.tag(word(code), tone(code)), word)
"""The code of a state."""
TITLE = Kind(filters.title, filters.title_text)
NAME = Kind(filters.name, filters.name_text)
"""The name of an organisation or venue."""
PERSON = Kind(filters.person, lambda one: filters.person(one).striptags())
OTHER_NAME = Kind(filters.other_name, lambda one: filters.entered_other_name(one).striptags(), is_beside=True)
"""The name in the other script; where nobody entered one, a page has a transliteration, a file nothing."""


class CellLink(NamedTuple):
    """The link of the cells of a column: to ``endpoint``, at the public id that ``of`` returns; no link for None."""

    endpoint: str
    of: Callable[[Any], str | None]


@dataclass(frozen=True)
class ColumnSpec(Generic[Row]):
    """A column; ``file_label`` is its heading in a file if it differs from the page's."""

    label: LazyString
    value: Callable[[Row], Any]
    kind: Kind = TEXT
    link: CellLink | None = None
    file_label: LazyString | None = None
    in_file: bool = True
    """False for a column that only a page shows."""
    is_action: bool = False
    """Whether it holds actions on a row: its heading is visible to screen readers only."""
    is_wide: bool = False
    """Whether a card on a phone leaves it out: for text, which the page of the record has too."""
    is_summed: bool = True
    """False for numbers whose sum says nothing: averages, sums up to a day, amounts of unlike things."""

    def heading(self) -> sheets.Column:
        """Return the heading in a file."""
        is_summed = self.is_summed and self.kind.adds_up
        return sheets.Column(str(self.file_label or self.label), self.kind.is_money, is_summed)

    def on_page(self, cell: Callable[[Row], Any] | None, *, is_card: bool) -> "PageColumn":
        """Return the column of a page; ``cell`` replaces the writer of the kind.

        ``is_card`` says whether a row is a card on a phone.
        """
        attributes = ' class="app-actions"' if self.is_action else ' class="number"' if self.kind.is_number else ""
        label = f' data-label="{escape(self.label)}"' if is_card and self.kind.needs_label else ""
        if is_card:
            attributes = f' role="cell"{attributes}{self._on_card() or label}'
        html = self._html() if cell is None else lambda row: _html(cell(row))
        return PageColumn(str(self.label), self.kind.is_number, self.is_action, attributes, html, label)

    def _on_card(self) -> str:
        """Return the class of the cells of a card; empty if they have none."""
        return ' class="app-wide"' if self.is_wide else ' class="app-beside"' if self.kind.is_beside else ""

    def _html(self) -> Callable[[Row], str]:
        """Return the writer of a cell by its kind, as plain strings: lists are long."""
        value, page, (before, after) = self.value, self.kind.page, self.kind.element
        if self.link is None:
            return lambda row: f"{before}{_html(page(value(row)))}{after}"
        address, of = addresses(self.link.endpoint), self.link.of

        def linked(row: Row) -> str:
            text, public_id = f"{before}{_html(page(value(row)))}{after}", of(row)
            return f'<a class="govuk-link" href="{address(public_id)}">{text}</a>' if public_id else text

        return linked


class PageColumn(NamedTuple):
    """A column of a page: the input of ``ui.heading``, the attributes of its cells, their writer, a label on a card."""

    text: str
    number: bool
    hidden: bool
    attributes: str
    html: Callable[[Any], str]
    label: str = ""


@dataclass(frozen=True)
class PageTable(Generic[Row]):
    """The columns of a page; the first is the row header."""

    columns: Sequence[PageColumn]
    is_total: Callable[[Row], bool]
    is_cards: bool = False

    def row(self, row: Row) -> Markup:
        """Return the cells of a row; in Python, as a template takes longer."""
        header, *others = self.columns
        total = ' class="app-total"' if self.is_total(row) else ' role="rowheader"' if self.is_cards else ""
        cells = "".join([f"<td{one.attributes}>{one.html(row)}</td>" for one in others])
        return Markup(f'<th scope="row"{total}{header.label}>{header.html(row)}</th>{cells}')  # noqa: S704  # escaped by the columns


def page_only(label: LazyString, *, is_action: bool = False, needs_label: bool = False) -> ColumnSpec[Any]:
    """Return a column that only a page has; its template writes the cells."""
    kind = replace(TEXT, needs_label=needs_label)
    return ColumnSpec(label, _as_it_is, kind, in_file=False, is_action=is_action)


@dataclass(frozen=True)
class TableSpec(Generic[Row]):
    """A table: its name, and its columns in the order of the file.

    ``page`` has the keys of the columns that a page shows, in its order; if empty, all in the order of the file.
    ``is_total`` marks the row of totals, if there is one among the rows.
    """

    name: LazyString
    columns: Mapping[str, ColumnSpec[Row]]
    page: Sequence[str] = ()
    is_total: Callable[[Row], bool] | None = None
    is_cards: bool = False
    """Whether each row is a card on a phone; only without a row of totals."""

    def __post_init__(self) -> None:
        """Raise ValueError if ``page`` names an unknown column."""
        unknown = set(self.page) - set(self.columns)
        if unknown:
            raise ValueError(f"No such columns: {sorted(unknown)}")

    def file(self, rows: Iterable[Row]) -> SavedTable:
        """Return ``rows`` as the table of a file."""
        columns = [column for column in self.columns.values() if column.in_file]
        cells = [(column.kind.file, column.value) for column in columns]
        headings = [column.heading() for column in columns]

        def written(row: Row) -> Sequence[Value]:
            return tuple(kind(value(row)) for kind, value in cells)

        if self.is_total is None:
            return SavedTable(str(self.name), headings, map(written, rows))
        listed = list(rows)
        total = next((written(row) for row in listed if self.is_total(row)), None)
        return SavedTable(str(self.name), headings, [written(row) for row in listed if not self.is_total(row)], total)

    def on_page(
        self, cells: Mapping[str, Callable[[Row], Any]] | None = None, only: Sequence[str] = ()
    ) -> PageTable[Row]:
        """Return the columns of a page: those of ``only``, else of ``page``, else all.

        ``cells`` has the writers that replace those of the kinds, by key. Raises KeyError for an unknown key.
        """
        shown = {key: self.columns[key] for key in only or self.page or self.columns}
        own = dict(cells or {})
        columns = [column.on_page(own.pop(key, None), is_card=self.is_cards) for key, column in shown.items()]
        if own:
            raise KeyError(f"No such columns on the page: {sorted(own)}")
        return PageTable(columns, self.is_total or (lambda _row: False), self.is_cards)


_COUNT_OR_DASH = replace(COUNT, page=lambda number: number or "–")


def files_read(endpoint: str) -> TableSpec[Any]:
    """Return the table of uploads, each with its name and size; ``endpoint`` shows one."""
    return TableSpec(
        _l("Files read before"),
        {
            "file": ColumnSpec(
                _l("File"), lambda row: row[0].public_id, ID, CellLink(endpoint, lambda row: str(row[0].public_id))
            ),
            "name": ColumnSpec(_l("What you call this file"), lambda row: row[0].name, TYPED),
            "read": ColumnSpec(_l("Read"), lambda row: row[0].uploaded_at, MOMENT),
            "read_by": ColumnSpec(_l("Read by"), lambda row: row[0].uploaded_by.display_name, TYPED),
            "rows": ColumnSpec(_l("Rows"), lambda row: row[1], _COUNT_OR_DASH),
            "state": ColumnSpec(_l("State"), lambda row: row[0].state, TAG),
        },
        page=("file", "name", "read", "rows", "state"),
        is_cards=True,
    )


def init_app(app: Flask, *tables: Mapping[str, TableSpec[Any]]) -> None:
    """Register the tables of the areas with templates: ``tables.entries``."""
    app.jinja_env.globals["tables"] = {key: spec for of_area in tables for key, spec in of_area.items()}
