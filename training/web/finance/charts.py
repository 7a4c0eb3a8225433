"""The budget burn-down as inline SVG: no script, no library.

Lines differ by dash, marker and colour, and are labelled at their ends. Classes only: the stylesheet has the styles
for screen, print and forced colours. On a right-to-left page time runs leftwards. The SVG itself stays left-to-right
and mirrors its coordinates, with each label isolated (U+2067 … U+2069), because renderers differ in how a
right-to-left direction affects ``text-anchor``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Literal

from markupsafe import Markup

Series = Sequence[int | None]
Side = Literal["start", "end"]
Point = tuple[float, float]

_WIDTH, _HEIGHT = 860, 430
_TOP, _BOTTOM = 34, 62
_AXIS_SIDE, _LABEL_SIDE, _INSET = 84, 216, 22
_LABEL_HEIGHT = 42
_CHARACTER = 7.5
"""Approximate width of a character of a month label."""
_MARKERS = {
    "committed": Markup('<path d="M{0:.1f} {1:.1f}h8v8h-8z" transform="translate(-4 -4)"/>'),
    "spent": Markup('<circle cx="{0:.1f}" cy="{1:.1f}" r="4"/>'),
}


@dataclass(frozen=True)
class BurnDown:
    """The data of the chart: cumulative sums in pence at the end of each month, None where there is no value.

    ``months`` are labels in the reader's language; ``labels`` has the words for ``ceiling``, ``planned``,
    ``committed``, ``spent`` and ``forecast``.
    """

    title: str
    description: str
    months: Sequence[str]
    ceiling: int
    planned: Series
    committed: Series
    spent: Series
    forecast: Series
    labels: Mapping[str, str]

    def lines(self) -> list[tuple[str, Series]]:
        """Return the four lines with their names, in drawing order."""
        return [
            ("planned", self.planned),
            ("forecast", self.forecast),
            ("committed", self.committed),
            ("spent", self.spent),
        ]

    def ends(self) -> dict[str, int]:
        """Return the last value in pence of the ceiling and of each line that has one."""
        last = {name: [value for value in values if value is not None][-1:] for name, values in self.lines()}
        return {"ceiling": self.ceiling} | {name: values[0] for name, values in last.items() if values}


@dataclass(frozen=True)
class NamedSeries:
    """An item of the legend: a sample of the line, its name and its last value in pence."""

    sample: Markup
    label: str
    pence: int


def legend(series: BurnDown) -> list[NamedSeries]:
    """Return the legend as text, for when the labels of the picture are out of view."""
    return [NamedSeries(_swatch(name), series.labels[name], pence) for name, pence in series.ends().items()]


def _swatch(name: str) -> Markup:
    return Markup(
        '<svg class="burn-swatch" viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">{}</svg>'
    ).format(_sample(name, 3, 31, 6))


def burn_down(series: BurnDown, *, right_to_left: bool, name: str = "burn-down") -> Markup:
    """Return the SVG; ``name`` prefixes its ids and must be unique on a page."""
    frame = _Frame.around(series, right_to_left=right_to_left)
    parts = [
        Markup('<title id="{0}-title">{1}</title><desc id="{0}-description">{2}</desc>').format(
            name, series.title, series.description
        ),
        _grid(frame),
        _months(frame, series.months),
        *(_line(frame, line, values) for line, values in series.lines()),
        Markup('<path class="burn-ceiling" d="M{} {:.1f}H{}"/>').format(frame.axis, frame.y(series.ceiling), frame.far),
        *_labels(frame, series),
    ]
    return Markup(
        '<svg class="burn" viewBox="0 0 {0} {1}" role="img" aria-labelledby="{2}-title {2}-description">{3}</svg>'
    ).format(_WIDTH, _HEIGHT, name, Markup("").join(parts))


@dataclass(frozen=True)
class _Frame:
    """The coordinate system: months across, pence upwards."""

    count: int
    step: int  # pence between two grid lines
    steps: int
    right_to_left: bool

    @classmethod
    def around(cls, series: BurnDown, *, right_to_left: bool) -> "_Frame":
        """Return a frame that fits every value of the series."""
        highest = max(
            [
                series.ceiling,
                *(value for _, values in series.lines() for value in values if value is not None),
            ]
        )
        step = _round_step(highest)
        return cls(len(series.months), step, ceil(highest / step), right_to_left)

    @property
    def axis(self) -> int:
        """The x of the axis of amounts."""
        return self.across(_AXIS_SIDE)

    @property
    def far(self) -> int:
        """The x of the end of the last month."""
        return self.across(_WIDTH - _LABEL_SIDE)

    @property
    def slot(self) -> float:
        """The distance between two months."""
        return (_WIDTH - _AXIS_SIDE - _LABEL_SIDE - 2 * _INSET) / max(1, self.count - 1)

    def across(self, distance: int) -> int:
        """Return the x at ``distance`` from the side on which reading starts."""
        return _WIDTH - distance if self.right_to_left else distance

    def x(self, month: int) -> float:
        """Return the x of a month."""
        return self.axis + self.forward(_INSET + month * self.slot)

    def y(self, pence: int) -> float:
        """Return the y of an amount."""
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * pence / (self.step * max(1, self.steps))

    def forward(self, distance: float) -> float:
        """Return a signed distance in the direction of reading."""
        return -distance if self.right_to_left else distance

    def anchor(self, side: Side) -> Side:
        """Return the ``text-anchor`` for text on this side of its point, as readers see it."""
        mirrored: dict[Side, Side] = {"start": "end", "end": "start"}
        return mirrored[side] if self.right_to_left else side

    def points(self, values: Series) -> list[Point | None]:
        """Return the points of the values."""
        return [None if value is None else (self.x(month), self.y(value)) for month, value in enumerate(values)]

    def isolated(self, text: str) -> str:
        """Isolate the direction of text inside the left-to-right picture."""
        return f"\u2067{text}\u2069" if self.right_to_left else text


def _round_step(highest: int) -> int:
    """Return the grid spacing in pence: 1, 2 or 5 times a power of ten, at most six lines to ``highest``."""
    step = 100
    while step * 6 < highest:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


def _pounds(pence: int) -> str:
    """Return whole pounds; the table beside the picture has the pence."""
    return f"£{(pence + 50) // 100:,}"


def _grid(frame: _Frame) -> Markup:
    parts = []
    for amount in range(0, frame.step * (frame.steps + 1), frame.step):
        kind = "base" if amount == 0 else "grid"
        parts.append(
            Markup('<path class="burn-{}" d="M{} {:.1f}H{}"/>').format(kind, frame.axis, frame.y(amount), frame.far)
        )
        parts.append(
            _text(
                "burn-tick",
                frame.axis - frame.forward(10),
                frame.y(amount) + 5,
                frame.anchor("end"),
                _pounds(amount),
            )
        )
    return Markup("").join(parts)


def _months(frame: _Frame, months: Sequence[str]) -> Markup:
    """Return the month labels: on two rows if they do not fit on one, and thinned out if they do not fit on two."""
    longest = max(map(len, months), default=1) * _CHARACTER
    rows = 1 if longest < frame.slot else 2
    every = max(1, ceil(longest / (rows * frame.slot)))
    shown = range(0, len(months), every)
    texts = (
        _text(
            "burn-tick",
            frame.x(month),
            _HEIGHT - _BOTTOM + 22 + 20 * (place % rows),
            "middle",
            frame.isolated(months[month]),
        )
        for place, month in enumerate(shown)
    )
    return Markup("").join(texts)


def _line(frame: _Frame, name: str, values: Series) -> Markup:
    points = frame.points(values)
    drawn = Markup('<path class="burn-line burn-{}" d="{}"/>').format(name, "".join(_strokes(points)))
    if name not in _MARKERS:
        return drawn
    marks = Markup("").join(_MARKERS[name].format(*point) for point in points if point)
    return drawn + Markup('<g class="burn-mark burn-{}">{}</g>').format(name, marks)


def _strokes(points: Sequence[Point | None]) -> Iterator[str]:
    """Yield a path that breaks at missing values; a single point becomes a dot."""
    for before, point in pairwise([None, *points]):
        if point:
            yield f"{'L' if before else 'M'}{point[0]:.1f} {point[1]:.1f}" + ("" if before else "h0")


def _labels(frame: _Frame, series: BurnDown) -> Iterator[Markup]:
    """Yield the lines' names and last amounts at the last month, near their lines without overlapping."""
    ends = series.ends()
    names = sorted(ends, key=lambda name: -ends[name])
    places = _spread([frame.y(ends[name]) for name in names], _TOP, _HEIGHT - _BOTTOM)
    start = frame.far + frame.forward(14)
    for name, y in zip(names, places, strict=True):
        yield _sample(name, start, start + frame.forward(26), y)
        beside = start + frame.forward(34)
        yield _text(
            "burn-name",
            beside,
            y + 5,
            frame.anchor("start"),
            frame.isolated(series.labels[name]),
        )
        yield _text("burn-amount", beside, y + 22, frame.anchor("start"), _pounds(ends[name]))


def _sample(name: str, start: float, end: float, y: float) -> Markup:
    """Return a sample of the line with its marker, for its label."""
    line = Markup('<path class="burn-line burn-{}" d="M{:.1f} {:.1f}H{:.1f}"/>').format(name, start, y, end)
    if name not in _MARKERS:
        return line
    return line + Markup('<g class="burn-mark burn-{}">{}</g>').format(
        name, _MARKERS[name].format((start + end) / 2, y)
    )


def _spread(places: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return the places from the top down, moved apart so that labels neither overlap nor leave the picture."""
    spread: list[float] = []
    for place in places:
        spread.append(max(place, spread[-1] + _LABEL_HEIGHT if spread else top))
    floor = bottom
    for index in reversed(range(len(spread))):
        spread[index] = min(spread[index], floor)
        floor = spread[index] - _LABEL_HEIGHT
    return spread


def _text(classes: str, x: float, y: float, anchor: str, text: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        classes, x, y, anchor, text
    )
