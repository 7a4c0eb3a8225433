"""The burn-down is mirrored for right-to-left readers, and well drawn with little or no data."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from training.web.finance.charts import BurnDown, burn_down, legend

LABELS = {word: word.title() for word in ("ceiling", "planned", "committed", "spent", "forecast")}
WIDTH = 860
NOTHING: tuple[None, ...] = (None,) * 12
SERIES = BurnDown(
    title="Burn-down <of> a programme",
    description="Spent & forecast",
    months=[f"M{month}" for month in range(1, 13)],
    ceiling=30_000_000,
    planned=[2_500_000 * month for month in range(1, 13)],
    committed=[2_000_000 * month for month in range(1, 7)] + [None] * 6,
    spent=[1_000_000 * month for month in range(1, 7)] + [None] * 6,
    forecast=[None] * 5 + [1_000_000 * month for month in range(6, 13)],
    labels=LABELS,
)


def drawn(series: BurnDown = SERIES, *, right_to_left: bool = False) -> ET.Element:
    """Return the picture as XML, which also checks that it is well-formed."""
    return ET.fromstring(burn_down(series, right_to_left=right_to_left))  # our own output


def texts(picture: ET.Element, kind: str) -> list[ET.Element]:
    return [text for text in picture.iter("text") if text.get("class") == kind]


def across(picture: ET.Element, tag: str, attribute: str) -> list[float]:
    return [float(element.get(attribute, "nan")) for element in picture.iter(tag)]


def test_chart_has_title_and_description() -> None:
    picture = drawn()
    assert picture.get("role") == "img"
    ids = picture.get("aria-labelledby", "").split()
    assert [element.text for element in picture if element.get("id") in ids] == [SERIES.title, SERIES.description]


def test_right_to_left_chart_is_mirrored() -> None:
    left, right = drawn(), drawn(right_to_left=True)
    for tag, attribute in (("circle", "cx"), ("text", "x")):
        mirrored = [WIDTH - x for x in across(right, tag, attribute)]
        assert across(left, tag, attribute) == pytest.approx(mirrored, abs=0.11)
    assert across(left, "circle", "cy") == across(right, "circle", "cy")


def test_labels_are_isolated_in_a_mirrored_chart() -> None:
    names = texts(drawn(right_to_left=True), "burn-name")
    assert names[0].text == "\u2067Ceiling\u2069"
    assert {text.get("text-anchor") for text in names} == {"end"}
    assert {text.get("text-anchor") for text in texts(drawn(), "burn-name")} == {"start"}


def test_line_labels_have_last_amounts_and_do_not_overlap() -> None:
    picture = drawn()
    named = dict(
        zip(*([text.text for text in texts(picture, kind)] for kind in ("burn-name", "burn-amount")), strict=True)
    )
    assert named == {
        "Ceiling": "£300,000",
        "Planned": "£300,000",
        "Forecast": "£120,000",
        "Committed": "£120,000",
        "Spent": "£60,000",
    }
    places = [float(text.get("y", "nan")) for text in texts(picture, "burn-name")]
    assert all(below - above >= 40 for above, below in pairwise(places))


def test_legend_repeats_the_labels_as_text() -> None:
    named = [(line.label, line.pence) for line in legend(SERIES)]
    assert named == [
        ("Ceiling", 30_000_000),
        ("Planned", 30_000_000),
        ("Forecast", 12_000_000),
        ("Committed", 12_000_000),
        ("Spent", 6_000_000),
    ]
    for line in legend(SERIES):
        picture = ET.fromstring(line.sample)  # our own output
        assert (picture.tag, picture.get("aria-hidden")) == ("svg", "true")
    nothing = replace(SERIES, committed=NOTHING, spent=NOTHING, forecast=NOTHING)
    assert [line.label for line in legend(nothing)] == ["Ceiling", "Planned"]


def test_line_breaks_at_missing_values() -> None:
    picture = drawn(replace(SERIES, planned=[100, None, 300] + [None] * 9))
    path = next(path.get("d", "") for path in picture.iter("path") if path.get("class") == "burn-line burn-planned")
    assert path.count("M") == 2


@pytest.mark.parametrize("right_to_left", [False, True])
@pytest.mark.parametrize(
    "series",
    [
        replace(SERIES, ceiling=0),
        replace(SERIES, ceiling=0, planned=[0] * 12, committed=NOTHING, spent=NOTHING, forecast=NOTHING),
        replace(SERIES, ceiling=0, months=[], planned=[], committed=[], spent=[], forecast=[]),
        replace(SERIES, months=["April"], planned=[1], committed=[2], spent=[3], forecast=[None]),
        replace(SERIES, ceiling=99_999_999_999),
        replace(SERIES, spent=[40_000_000, *NOTHING[1:]]),
        BurnDown("24", "", [f"تشرين الثاني {m}" for m in range(24)], 1, [1] * 24, [1] * 24, [1] * 24, [1] * 24, LABELS),
    ],
    ids=["no ceiling", "no money", "no months", "one month", "very much", "over the ceiling", "two years"],
)
def test_everything_is_drawn_inside_the_picture(series: BurnDown, right_to_left: bool) -> None:
    svg = burn_down(series, right_to_left=right_to_left)
    picture = ET.fromstring(svg)  # our own output
    assert re.search(r"nan|inf|None", svg) is None
    for text in picture.iter("text"):
        assert 0 <= float(text.get("x", "nan")) <= WIDTH
        assert 0 <= float(text.get("y", "nan")) <= 430


def test_month_labels_do_not_overlap() -> None:
    long_names = replace(SERIES, months=["كانون الثاني 2027"] * 12)
    shown = [text for text in texts(drawn(long_names), "burn-tick") if text.get("text-anchor") == "middle"]
    rows: dict[str, list[float]] = {}
    for text in shown:
        rows.setdefault(text.get("y", ""), []).append(float(text.get("x", "nan")))
    assert len(rows) == 2
    for row in rows.values():
        assert all(later - earlier > 110 for earlier, later in pairwise(row))
