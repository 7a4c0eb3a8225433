"""A table is declared once: its page and its file share the columns, each with its own format."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask, render_template_string
from flask_babel import lazy_gettext as _l
from python_calamine import CalamineWorkbook

from training.web.common.downloads import file_of
from training.web.common.tables import (
    COUNT,
    DAY,
    ID,
    MONEY,
    MONEY_IF_ANY,
    MONTH,
    PERCENT,
    TYPED,
    CellLink,
    ColumnSpec,
    TableSpec,
    page_only,
)

_DAY = dt.date(2026, 11, 3)


@dataclass(frozen=True)
class Payment:
    """A row to write."""

    public_id: str = "abc"
    payee: str = "=HYPERLINK(1)"
    pence: int | None = 150_25
    share: int | None = -125
    is_sum: bool = False


WHOLE = TableSpec[Payment](
    _l("Claims"),
    {
        "payee": ColumnSpec(_l("Paid to"), lambda one: one.payee, TYPED),
        "amount": ColumnSpec(_l("Amount"), lambda one: one.pence, MONEY),
        "share": ColumnSpec(_l("Share of the plan"), lambda one: one.share, PERCENT),
        "paid": ColumnSpec(_l("Paid on"), lambda _one: _DAY, DAY),
    },
)
NARROW = TableSpec[Payment](
    _l("Claims"),
    {
        "id": ColumnSpec(_l("Claim"), lambda one: one.public_id, ID),
        "payee": ColumnSpec(
            _l("Paid to"), lambda one: one.payee, TYPED, CellLink("finance.claims.show", lambda one: one.public_id)
        ),
        "amount": ColumnSpec(_l("Amount"), lambda one: one.pence, MONEY, file_label=_l("Pounds, rounded half-even")),
        "action": page_only(_l("Action"), is_action=True),
    },
    page=("payee", "action", "amount"),
    is_total=lambda one: one.is_sum,
)


@pytest.fixture(autouse=True)
def request_in_english(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.fixture
def arabic(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "ar"}):
        yield


def page(spec: TableSpec[Payment], *rows: Payment, options: str = "") -> str:
    """Return the table of a page."""
    return render_template_string(
        '{% import "common/components/ui.html" as ui %}{% macro press(row) %}<b>{{ row.public_id }}</b>{% endmacro %}'
        f'{{{{ ui.table_of(spec, "Claims", rows{options}) }}}}',
        spec=spec,
        rows=rows,
    )


def cells(html: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html.partition("<tbody>")[2])


def headings(html: str) -> list[str]:
    return [re.sub("<[^>]*>", "", text) for text in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)]


def lines(spec: TableSpec[Payment], *rows: Payment) -> list[list[str]]:
    """Return the table as read from its CSV."""
    return list(csv.reader(io.StringIO(file_of(spec.file(rows), "claims", "csv").data.decode("utf-8-sig"))))


def test_page_and_file_share_column_order() -> None:
    assert headings(page(WHOLE)) == lines(WHOLE)[0] == ["Paid to", "Amount", "Share of the plan", "Paid on"]


def test_page_may_show_fewer_columns_in_its_own_order() -> None:
    assert headings(page(NARROW, options=', {"action": press}')) == ["Paid to", "Action", "Amount"]
    assert headings(page(NARROW, options=', only=("amount", "id")')) == ["Amount", "Claim"]


def test_page_only_and_file_only_columns_are_separate() -> None:
    assert lines(NARROW, Payment()) == [
        ["Claim", "Paid to", "Pounds, rounded half-even"],
        ["abc", "'=HYPERLINK(1)", "150.25"],
    ]
    html = page(NARROW, Payment(), options=', {"action": press}')
    assert '<bdi dir="ltr">abc</bdi>' not in html
    assert '<td class="app-actions"><b>abc</b></td>' in html
    assert '<span class="govuk-visually-hidden">Action</span>' in html


def test_values_are_formatted_for_page_and_file() -> None:
    html = page(WHOLE, Payment(payee="<b>"))
    assert cells(html, "th") == ["<bdi>&lt;b&gt;</bdi>"]
    assert cells(html, "td") == [
        '<bdi dir="ltr">£150.25</bdi>',
        '<bdi dir="ltr">−12.5 %</bdi>',
        '<bdi dir="ltr">3 Nov 2026</bdi>',
    ]
    assert html.count('<td class="number">') == 2
    assert lines(WHOLE, Payment(payee="<b>"))[1] == ["<b>", "150.25", "-12.5", "2026-11-03"]


def test_formulas_are_neutralised() -> None:
    assert lines(WHOLE, Payment())[1][0] == "'=HYPERLINK(1)"
    assert cells(page(WHOLE, Payment()), "th") == ["<bdi>=HYPERLINK(1)</bdi>"]


def test_none_is_a_dash_on_the_page_and_empty_in_the_file() -> None:
    row = Payment(pence=None, share=None)
    assert cells(page(WHOLE, row), "td")[:2] == ["–", "–"]
    assert lines(WHOLE, row)[1][1:3] == ["", ""]
    assert MONEY_IF_ANY.page(None) == ""


def test_first_cell_is_row_header_and_links_to_the_record() -> None:
    html = page(NARROW, Payment(payee="A supplier"), options=', {"action": press}')
    assert '<th scope="row"><a class="govuk-link" href="/claims/abc"><bdi>A supplier</bdi></a></th>' in html
    assert 'role="region" aria-label="Claims" tabindex="0"' in html
    assert "<caption>Claims</caption>" in html


def test_total_row_is_marked() -> None:
    html = page(NARROW, Payment(), Payment(is_sum=True), options=', {"action": press}')
    assert re.findall(r'<th scope="row"[^>]*>', html) == ['<th scope="row">', '<th scope="row" class="app-total">']


def test_cards_say_their_roles_and_the_headings_that_a_value_needs() -> None:
    """On a phone style takes the table away, so that the parts have to say what they are."""
    columns = {**WHOLE.columns, "place": ColumnSpec(_l("Place"), lambda _one: "A place", is_wide=True)}
    html = page(replace(WHOLE, columns=columns, is_cards=True), Payment())
    for role in ("table", "rowgroup", "row", "columnheader", "rowheader", "cell"):
        assert f'role="{role}"' in html, role
    assert len(re.findall(r"<tr[^>]*>", html)) == html.count('role="row"') == 2
    assert re.findall(r'data-label="([^"]+)"', html) == ["Share of the plan", "Paid on"]
    assert re.findall(r'class="app-wide">([^<]+)', html) == ["A place"]
    assert "role=" not in page(WHOLE, Payment()).partition("<table")[2]


def test_card_says_the_heading_of_its_row_where_that_is_a_number() -> None:
    columns = {"row": ColumnSpec(_l("Row"), lambda _one: 7, COUNT), **WHOLE.columns}
    html = page(TableSpec(_l("Rows"), columns, page=("row", "payee"), is_cards=True), Payment())
    assert '<th scope="row" role="rowheader" data-label="Row">7</th>' in html
    assert "data-label" not in page(TableSpec(_l("Rows"), columns, page=("row", "payee")), Payment())


def workbook(spec: TableSpec[Payment], *rows: Payment) -> list[list[object]]:
    """Return the table as read from its workbook."""
    sent = file_of(spec.file(rows), "claims", "xlsx").data
    return CalamineWorkbook.from_filelike(io.BytesIO(sent)).get_sheet_by_index(0).to_python()


def test_workbook_has_totals_of_amounts_and_not_of_shares() -> None:
    assert workbook(WHOLE, Payment(), Payment(pence=49_75))[-1] == ["Total of these rows", 200.0, "", ""]
    unlike = {**WHOLE.columns, "amount": replace(WHOLE.columns["amount"], is_summed=False)}
    assert workbook(TableSpec(_l("Claims"), unlike), Payment())[-1][0] == "=HYPERLINK(1)"


def test_workbook_of_a_table_with_a_total_row_has_one_total() -> None:
    rows = (Payment(), Payment(pence=49_75), Payment(payee="Total", pence=200_00, is_sum=True))
    assert workbook(NARROW, *rows)[1:] == [
        ["abc", "=HYPERLINK(1)", 150.25],
        ["abc", "=HYPERLINK(1)", 49.75],
        ["Total of these rows", "", 200.0],
    ]
    assert [row[2] for row in lines(NARROW, *rows)[1:]] == ["150.25", "49.75", "200.00"]


@pytest.mark.usefixtures("arabic")
def test_file_is_right_to_left_in_the_readers_language() -> None:
    assert headings(page(WHOLE)) == lines(WHOLE)[0]
    assert lines(WHOLE)[0][1] == "المبلغ"
    assert cells(page(WHOLE, Payment(payee="A")), "td")[0] == '<bdi dir="ltr">£150.25</bdi>'
    with zipfile.ZipFile(io.BytesIO(file_of(WHOLE.file([Payment()]), "claims", "xlsx").data)) as book:
        assert b'rightToLeft="1"' in book.read("xl/worksheets/sheet1.xml")


def test_unknown_page_column_is_rejected() -> None:
    with pytest.raises(ValueError, match="payer"):
        TableSpec(_l("Claims"), WHOLE.columns, page=("payer",))
    with pytest.raises(KeyError, match="payer"):
        WHOLE.on_page({"payer": str})
    with pytest.raises(KeyError, match="payer"):
        WHOLE.on_page(only=("payer",))


def test_counts_and_months_keep_their_type_in_the_file() -> None:
    assert (COUNT.file(3), MONTH.file(_DAY), MONTH.page(_DAY).striptags()) == (3, _DAY, "Nov 2026")
