"""The budget burn-down as inline SVG: no script, no library.

Lines differ by dash, marker and colour; the legend beside the picture names them. Classes only: the stylesheet has the
styles for screen, print and forced colours. On a right-to-left page time runs leftwards. The SVG itself stays
left-to-right and mirrors its coordinates, with each label isolated (U+2067 … U+2069), because renderers differ in how
a right-to-left direction affects ``text-anchor``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Literal

from markupsafe import Markup

Series = Sequence[int | None]
Side = Literal["start", "end"]
Point = tuple[float, float]

_CHARACTER = 7.5
"""Approximate width of a character of a month label."""
_MARKERS = {
    "committed": Markup('<path d="M{0:.1f} {1:.1f}h8v8h-8z" transform="translate(-4 -4)"/>'),
    "spent": Markup('<circle cx="{0:.1f}" cy="{1:.1f}" r="4"/>'),
}


@dataclass(frozen=True)
class Size:
    """The size of a picture: ``axis`` and ``far`` are the margins beside the months, ``inset`` that of the first."""

    kind: str
    width: int
    height: int
    axis: int
    far: int
    inset: int
    top: int = 34
    bottom: int = 62


WIDE = Size("wide", 860, 400, 84, 24, 22)
NARROW = Size("narrow", 340, 290, 76, 10, 10)
"""For a telephone and for a card: as large as it is shown, so that its letters keep their size."""


@dataclass(frozen=True)
class BurnDown:
    """The data of the chart: pence at the end of each month, None where there is no value.

    ``months`` are labels in the reader's language; ``now`` is the place of the current one, ``today`` the day.
    ``ceilings`` are those at the end of each month, empty if the ceiling never changed.
    """

    title: str
    description: str
    months: Sequence[str]
    ceiling: int
    planned: Series
    committed: Series
    spent: Series
    forecast: Series
    now: int | None = None
    today: str = ""
    ceilings: Sequence[int] = ()

    def lines(self) -> list[tuple[str, Series]]:
        """Return the four lines with their names, in drawing order."""
        return [
            ("planned", self.planned),
            ("forecast", self.forecast),
            ("committed", self.committed),
            ("spent", self.spent),
        ]

    def values(self) -> list[int]:
        """Return every value that has to fit into the picture."""
        drawn = (value for _, values in self.lines() for value in values if value is not None)
        return [0, self.ceiling, *self.ceilings, *drawn]


@dataclass(frozen=True)
class LegendItem:
    """An item of the legend: a sample of the line, its name, and its value in pence with the day of it."""

    sample: Markup
    label: str
    pence: int
    when: str = ""


def swatch(name: str) -> Markup:
    """Return a sample of a line, for the legend."""
    return Markup(
        '<svg class="burn-swatch" viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">{}</svg>'
    ).format(_sample(name, 3, 31, 6))


def burn_down(series: BurnDown, *, right_to_left: bool, size: Size = WIDE, name: str = "burn-down") -> Markup:
    """Return the SVG; ``name`` prefixes its ids and must be unique on a page."""
    frame = _Frame.around(series, size, right_to_left=right_to_left)
    parts = [
        Markup('<title id="{0}-title">{1}</title><desc id="{0}-description">{2}</desc>').format(
            name, series.title, series.description
        ),
        _grid(frame),
        _months(frame, series.months),
        _today(frame, series),
        _ceiling(frame, series),
        *(_line(frame, line, values) for line, values in series.lines()),
    ]
    return Markup(
        '<svg class="burn burn--{0}" viewBox="0 0 {1} {2}" role="img"'
        ' aria-labelledby="{3}-title {3}-description">{4}</svg>'
    ).format(size.kind, size.width, size.height, name, Markup("").join(parts))


_BAR_WIDTH, _BAR_HEIGHT = 1000, 40
_LEAST = 4
"""The least width of a part that is not nothing."""


def bar(parts: Sequence[tuple[str, int]], *, title: str, description: str, right_to_left: bool, name: str) -> Markup:
    """Return an amount as a bar of its ``parts``, each a kind with its pence; ``name`` is unique on the page."""
    whole = max(1, sum(pence for _, pence in parts))
    drawn, before = [], 0.0
    for kind, pence in parts:
        width = max(_LEAST, _BAR_WIDTH * pence / whole) if pence else 0
        width = min(width, _BAR_WIDTH - before)
        x = _BAR_WIDTH - before - width if right_to_left else before
        if width:
            drawn.append(
                Markup('<rect class="bar-{}" x="{:.1f}" y="0" width="{:.1f}" height="{}"/>').format(
                    kind, x, width, _BAR_HEIGHT
                )
            )
        before += width
    return Markup(
        '<svg class="bar" viewBox="0 0 {0} {1}" preserveAspectRatio="none" role="img"'
        ' aria-labelledby="{2}-title {2}-description"><title id="{2}-title">{3}</title>'
        '<desc id="{2}-description">{4}</desc>{5}</svg>'
    ).format(_BAR_WIDTH, _BAR_HEIGHT, name, title, description, Markup("").join(drawn))


def bar_swatch(kind: str) -> Markup:
    """Return a sample of a part of a bar, for the legend."""
    return Markup(
        '<svg class="burn-swatch" viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">'
        '<rect class="bar-{}" x="1" y="1" width="16" height="16"/></svg>'
    ).format(kind)


@dataclass(frozen=True)
class _Frame:
    """The coordinate system: months across, pence upwards."""

    size: Size
    count: int
    step: int  # pence between two grid lines
    above: int  # grid lines above zero
    below: int  # and below it
    right_to_left: bool

    @classmethod
    def around(cls, series: BurnDown, size: Size, *, right_to_left: bool) -> "_Frame":
        """Return a frame that fits every value of the series."""
        values = series.values()
        step = _round_step(max(values) - min(values))
        return cls(size, len(series.months), step, ceil(max(values) / step), ceil(-min(values) / step), right_to_left)

    @property
    def axis(self) -> int:
        """The x of the axis of amounts."""
        return self.across(self.size.axis)

    @property
    def far(self) -> int:
        """The x of the end of the last month."""
        return self.across(self.size.width - self.size.far)

    @property
    def floor(self) -> int:
        """The y of the lowest grid line."""
        return self.size.height - self.size.bottom

    @property
    def slot(self) -> float:
        """The distance between two months."""
        return (self.size.width - self.size.axis - self.size.far - 2 * self.size.inset) / max(1, self.count - 1)

    def across(self, distance: int) -> int:
        """Return the x at ``distance`` from the side on which reading starts."""
        return self.size.width - distance if self.right_to_left else distance

    def x(self, month: int) -> float:
        """Return the x of a month."""
        return self.axis + self.forward(self.size.inset + month * self.slot)

    def y(self, pence: int) -> float:
        """Return the y of an amount."""
        height = self.floor - self.size.top
        return self.floor - height * (pence + self.below * self.step) / (self.step * max(1, self.above + self.below))

    def inside(self, x: float, width: float) -> float:
        """Return the x nearest to ``x`` at which the middle of something so wide does not leave the picture."""
        return min(max(x, width / 2), self.size.width - width / 2)

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


def _round_step(span: int) -> int:
    """Return the grid spacing in pence: 1, 2 or 5 times a power of ten, at most six lines across ``span``."""
    step = 100
    while step * 6 < span:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


_MILLION = 1_000_000_00


def _pounds(pence: int, step: int) -> str:
    """Return a multiple of ``step`` in whole pounds, or in millions where the steps are: ``£250,000``, ``£2m``."""
    sign = "−" if pence < 0 else ""
    return f"{sign}£{abs(pence) // _MILLION:,}m" if step >= _MILLION else f"{sign}£{abs(pence) // 100:,}"


def _grid(frame: _Frame) -> Markup:
    parts = []
    for amount in range(-frame.step * frame.below, frame.step * (frame.above + 1), frame.step):
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
                _pounds(amount, frame.step),
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
            frame.inside(frame.x(month), len(months[month]) * _CHARACTER),
            frame.floor + 22 + 20 * (place % rows),
            "middle",
            frame.isolated(months[month]),
        )
        for place, month in enumerate(shown)
    )
    return Markup("").join(texts)


def _ceiling(frame: _Frame, series: BurnDown) -> Markup:
    """Return the line of the ceiling, with a step in each month in which it changed."""
    levels = [*series.ceilings] or [series.ceiling]
    steps = "".join(
        f"H{frame.x(month):.1f}V{frame.y(after):.1f}"
        for month, (before, after) in enumerate(pairwise(levels), start=1)
        if before != after
    )
    return Markup('<path class="burn-ceiling" d="M{} {:.1f}{}H{}"/>').format(
        frame.axis, frame.y(levels[0]), steps, frame.far
    )


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


def _today(frame: _Frame, series: BurnDown) -> Markup:
    """Return the line of the current month, with the day; nothing if the months end before it."""
    if series.now is None:
        return Markup("")
    x, is_late = frame.x(series.now), series.now * 2 >= frame.count
    rule = Markup('<path class="burn-today" d="M{:.1f} {}V{}"/>').format(x, frame.size.top - 10, frame.floor)
    beside = x + frame.forward(-6 if is_late else 6)
    anchor = frame.anchor("end" if is_late else "start")
    return rule + _text("burn-tick", beside, frame.size.top - 14, anchor, frame.isolated(series.today))


def _sample(name: str, start: float, end: float, y: float) -> Markup:
    """Return a sample of the line with its marker, for its label."""
    line = Markup('<path class="burn-line burn-{}" d="M{:.1f} {:.1f}H{:.1f}"/>').format(name, start, y, end)
    if name not in _MARKERS:
        return line
    return line + Markup('<g class="burn-mark burn-{}">{}</g>').format(
        name, _MARKERS[name].format((start + end) / 2, y)
    )


def _text(classes: str, x: float, y: float, anchor: str, text: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        classes, x, y, anchor, text
    )
