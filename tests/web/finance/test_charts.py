"""The burn-down is mirrored for right-to-left readers, and well drawn with little or no data."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from training.web.finance.charts import NARROW, WIDE, BurnDown, Size, burn_down, swatch

WIDTH = WIDE.width
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
    now=5,
    today="28 Nov 2026",
)


def drawn(series: BurnDown = SERIES, *, right_to_left: bool = False, size: Size = WIDE) -> ET.Element:
    """Return the picture as XML, which also checks that it is well-formed."""
    return ET.fromstring(burn_down(series, right_to_left=right_to_left, size=size))  # our own output


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
    assert "\u2067M1\u2069" in [text.text for text in texts(drawn(right_to_left=True), "burn-tick")]
    assert "M1" in [text.text for text in texts(drawn(), "burn-tick")]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_chart_names_its_day_at_the_current_month(size: Size) -> None:
    picture = drawn(size=size)
    assert "28 Nov 2026" in [text.text for text in texts(picture, "burn-tick")]
    (rule,) = [path.get("d", "") for path in picture.iter("path") if path.get("class") == "burn-today"]
    assert rule.startswith(f"M{across(picture, 'circle', 'cx')[5]:.1f} ")
    past = drawn(replace(SERIES, now=None), size=size)
    assert "burn-today" not in {path.get("class") for path in past.iter("path")}


def test_legend_stands_beside_the_picture_alone() -> None:
    for name in ("ceiling", "planned", "committed", "spent", "forecast"):
        sample = ET.fromstring(swatch(name))  # our own output
        assert (sample.tag, sample.get("aria-hidden")) == ("svg", "true")
    written = {text.text for text in drawn().iter("text")}
    assert not written & {"Ceiling", "Planned", "Committed", "Spent", "Forecast"}


def test_too_little_money_is_drawn_below_zero() -> None:
    picture = drawn(replace(SERIES, forecast=[None] * 5 + [-1_000_000 * month for month in range(6, 13)]))
    ticks = [text.text for text in texts(picture, "burn-tick")]
    assert "−£100,000" in ticks
    floor = {path.get("class"): path.get("d", "") for path in picture.iter("path")}
    zero = float(floor["burn-base"].split()[1].partition("H")[0])
    lowest = float(floor["burn-line burn-forecast"].rpartition(" ")[2])
    assert lowest > zero, "further down"


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
        replace(SERIES, ceiling=0, months=[], planned=[], committed=[], spent=[], forecast=[], now=None),
        replace(SERIES, months=["April"], planned=[1], committed=[2], spent=[3], forecast=[None], now=0),
        replace(SERIES, ceiling=99_999_999_999),
        replace(SERIES, spent=[40_000_000, *NOTHING[1:]]),
        replace(SERIES, spent=[-40_000_000, *NOTHING[1:]]),
        BurnDown(
            "24", "", [f"تشرين الثاني {m}" for m in range(24)], 1, *[[1] * 24] * 4, now=23, today="28 تشرين الثاني"
        ),
    ],
    ids=[
        "no ceiling",
        "no money",
        "no months",
        "one month",
        "very much",
        "over the ceiling",
        "below zero",
        "two years",
    ],
)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_everything_is_drawn_inside_the_picture(series: BurnDown, right_to_left: bool, size: Size) -> None:
    svg = burn_down(series, right_to_left=right_to_left, size=size)
    picture = ET.fromstring(svg)  # our own output
    assert re.search(r"nan|inf|None", svg) is None
    for text in picture.iter("text"):
        x, anchor, width = float(text.get("x", "nan")), text.get("text-anchor", ""), len(text.text or "") * 7
        left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
        assert left >= 0, text.text
        assert left + width <= size.width, text.text
        assert 0 <= float(text.get("y", "nan")) <= size.height
    for path in picture.iter("path"):
        for y in re.findall(r"[ML][\d.]+ ([\d.]+)", path.get("d", "")):
            assert 0 <= float(y) <= size.height


def test_month_labels_do_not_overlap() -> None:
    long_names = replace(SERIES, months=["كانون الثاني 2027"] * 12)
    shown = [text for text in texts(drawn(long_names), "burn-tick") if text.get("text-anchor") == "middle"]
    rows: dict[str, list[float]] = {}
    for text in shown:
        rows.setdefault(text.get("y", ""), []).append(float(text.get("x", "nan")))
    assert len(rows) == 2
    for row in rows.values():
        assert all(later - earlier > 110 for earlier, later in pairwise(row))


def ceiling_of(picture: ET.Element) -> list[tuple[str, float]]:
    """Return the parts of the line of the ceiling: the letter of each and its number."""
    (path,) = [path for path in picture.iter("path") if path.get("class") == "burn-ceiling"]
    return [(kind, float(number)) for kind, number in re.findall(r"([HV])([\d.]+)", path.get("d", ""))]


@pytest.mark.parametrize("right_to_left", [False, True])
@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_ceiling_steps_in_the_month_of_its_change(size: Size, *, right_to_left: bool) -> None:
    raised = replace(SERIES, ceilings=[20_000_000] * 4 + [30_000_000] * 8)
    picture = drawn(raised, right_to_left=right_to_left, size=size)
    across_to, up_to, end = ceiling_of(picture)
    spent = across(picture, "circle", "cx")
    assert (across_to[0], up_to[0], end[0]) == ("H", "V", "H")
    assert across_to[1] == pytest.approx(spent[4], abs=0.11), "in the fifth month"
    assert up_to[1] < float(re.search(r"M\d+ ([\d.]+)", _path(picture))[1])  # type: ignore[index]  # upwards


def _path(picture: ET.Element) -> str:
    return next(path.get("d", "") for path in picture.iter("path") if path.get("class") == "burn-ceiling")


def test_ceiling_that_never_changed_is_one_line() -> None:
    assert [kind for kind, _number in ceiling_of(drawn())] == ["H"]
    same = replace(SERIES, ceilings=[SERIES.ceiling] * 12)
    assert ceiling_of(drawn(same)) == ceiling_of(drawn())


def test_former_higher_ceiling_fits_into_the_picture() -> None:
    lowered = replace(SERIES, ceilings=[90_000_000] * 6 + [30_000_000] * 6)
    highest = float(re.search(r"M\d+ ([\d.]+)", _path(drawn(lowered)))[1])  # type: ignore[index]
    assert highest >= WIDE.top
