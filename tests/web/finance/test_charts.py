"""The burn-down is mirrored for right-to-left readers, and stays well where there is little or nothing to draw."""

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
    """Return the picture as XML, which also proves that it is well formed."""
    return ET.fromstring(burn_down(series, right_to_left=right_to_left))  # our own output


def texts(picture: ET.Element, kind: str) -> list[ET.Element]:
    return [text for text in picture.iter("text") if text.get("class") == kind]


def across(picture: ET.Element, tag: str, attribute: str) -> list[float]:
    return [float(element.get(attribute, "nan")) for element in picture.iter(tag)]


def test_it_has_a_title_and_a_description_for_those_who_cannot_see_it() -> None:
    picture = drawn()
    assert picture.get("role") == "img"
    ids = picture.get("aria-labelledby", "").split()
    assert [element.text for element in picture if element.get("id") in ids] == [SERIES.title, SERIES.description]


def test_right_to_left_is_the_mirror_image() -> None:
    left, right = drawn(), drawn(right_to_left=True)
    for tag, attribute in (("circle", "cx"), ("text", "x")):
        mirrored = [WIDTH - x for x in across(right, tag, attribute)]
        assert across(left, tag, attribute) == pytest.approx(mirrored, abs=0.11)
    assert across(left, "circle", "cy") == across(right, "circle", "cy")


def test_labels_keep_their_direction_inside_a_mirrored_picture() -> None:
    names = texts(drawn(right_to_left=True), "burn-name")
    assert names[0].text == "\u2067Ceiling\u2069"
    assert {text.get("text-anchor") for text in names} == {"end"}
    assert {text.get("text-anchor") for text in texts(drawn(), "burn-name")} == {"start"}


def test_each_line_is_named_with_its_last_amount_and_no_label_stands_on_another() -> None:
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


def test_the_legend_says_as_text_what_stands_beside_the_lines() -> None:
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


def test_a_line_breaks_where_there_is_no_figure() -> None:
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
def test_everything_stands_inside_the_picture(series: BurnDown, right_to_left: bool) -> None:
    svg = burn_down(series, right_to_left=right_to_left)
    picture = ET.fromstring(svg)  # our own output
    assert re.search(r"nan|inf|None", svg) is None
    for text in picture.iter("text"):
        assert 0 <= float(text.get("x", "nan")) <= WIDTH
        assert 0 <= float(text.get("y", "nan")) <= 430


def test_month_names_do_not_run_into_each_other() -> None:
    long_names = replace(SERIES, months=["كانون الثاني 2027"] * 12)
    shown = [text for text in texts(drawn(long_names), "burn-tick") if text.get("text-anchor") == "middle"]
    rows: dict[str, list[float]] = {}
    for text in shown:
        rows.setdefault(text.get("y", ""), []).append(float(text.get("x", "nan")))
    assert len(rows) == 2
    for row in rows.values():
        assert all(later - earlier > 110 for earlier, later in pairwise(row))
