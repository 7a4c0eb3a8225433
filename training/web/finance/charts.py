"""The budget burn-down as inline SVG: no script, no library.

Lines differ by dash, marker and colour, and are named beside their ends. Classes only: the stylesheet dresses the
picture for the screen, for paper and for forced colours. On a right-to-left page time runs leftwards. The SVG itself
stays left-to-right and mirrors its coordinates, with each label isolated (U+2067 … U+2069), because programs differ
in what a right-to-left direction does to ``text-anchor``.
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
"""How wide a character of a month's name is, about."""
_MARKERS = {
    "committed": Markup('<path d="M{0:.1f} {1:.1f}h8v8h-8z" transform="translate(-4 -4)"/>'),
    "spent": Markup('<circle cx="{0:.1f}" cy="{1:.1f}" r="4"/>'),
}


@dataclass(frozen=True)
class BurnDown:
    """What the picture shows: cumulative sums in pence at the end of each month, None where there is nothing to say.

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
        """Return the four lines with their names, in the order in which they are drawn."""
        return [
            ("planned", self.planned),
            ("forecast", self.forecast),
            ("committed", self.committed),
            ("spent", self.spent),
        ]

    def ends(self) -> dict[str, int]:
        """Return where the ceiling and each line that has anything to say end, in pence."""
        last = {name: [value for value in values if value is not None][-1:] for name, values in self.lines()}
        return {"ceiling": self.ceiling} | {name: values[0] for name, values in last.items() if values}


@dataclass(frozen=True)
class NamedSeries:
    """A line of the legend: a piece of it as it is drawn, its name, where it ends in pence."""

    sample: Markup
    label: str
    pence: int


def legend(series: BurnDown) -> list[NamedSeries]:
    """Return the lines with their names, to stand as text beside a picture whose own may be out of sight."""
    return [NamedSeries(_swatch(name), series.labels[name], pence) for name, pence in series.ends().items()]


def _swatch(name: str) -> Markup:
    return Markup(
        '<svg class="burn-swatch" viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">{}</svg>'
    ).format(_sample(name, 3, 31, 6))


def burn_down(series: BurnDown, *, right_to_left: bool, name: str = "burn-down") -> Markup:
    """Return the picture; ``name`` begins its ids and must be the only one of its kind on a page."""
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
    """Where things stand: months across, pence upwards."""

    count: int
    step: int  # pence between two grid lines
    steps: int
    right_to_left: bool

    @classmethod
    def around(cls, series: BurnDown, *, right_to_left: bool) -> "_Frame":
        """Return a frame that holds every value of the series."""
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
        """The side of the amounts."""
        return self.across(_AXIS_SIDE)

    @property
    def far(self) -> int:
        """The side of the last month."""
        return self.across(_WIDTH - _LABEL_SIDE)

    @property
    def slot(self) -> float:
        """The distance between two months."""
        return (_WIDTH - _AXIS_SIDE - _LABEL_SIDE - 2 * _INSET) / max(1, self.count - 1)

    def across(self, distance: int) -> int:
        """Return where a point so far from the side on which reading starts stands."""
        return _WIDTH - distance if self.right_to_left else distance

    def x(self, month: int) -> float:
        """Return where a month stands."""
        return self.axis + self.forward(_INSET + month * self.slot)

    def y(self, pence: int) -> float:
        """Return how far down an amount stands."""
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * pence / (self.step * max(1, self.steps))

    def forward(self, distance: float) -> float:
        """Return a distance in the direction of reading."""
        return -distance if self.right_to_left else distance

    def anchor(self, side: Side) -> Side:
        """Return the anchor by which text stands on this side of its point, as readers see it."""
        mirrored: dict[Side, Side] = {"start": "end", "end": "start"}
        return mirrored[side] if self.right_to_left else side

    def points(self, values: Series) -> list[Point | None]:
        """Return where the values stand."""
        return [None if value is None else (self.x(month), self.y(value)) for month, value in enumerate(values)]

    def isolated(self, text: str) -> str:
        """Return text that keeps its own direction inside the left-to-right picture."""
        return f"\u2067{text}\u2069" if self.right_to_left else text


def _round_step(highest: int) -> int:
    """Return the distance of two grid lines in pence: 1, 2 or 5 times a power of ten, at most six to the highest."""
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
    """Return the months' names: on two rows where one is too short for them, and not all where two are."""
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
    """Yield a path that breaks where there is no value; a lone point becomes a dot."""
    for before, point in pairwise([None, *points]):
        if point:
            yield f"{'L' if before else 'M'}{point[0]:.1f} {point[1]:.1f}" + ("" if before else "h0")


def _labels(frame: _Frame, series: BurnDown) -> Iterator[Markup]:
    """Yield the lines' names and last amounts, beside the last month, each near its line and none over another."""
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
    """Return a short piece of the line, with its marker, to stand beside its name."""
    line = Markup('<path class="burn-line burn-{}" d="M{:.1f} {:.1f}H{:.1f}"/>').format(name, start, y, end)
    if name not in _MARKERS:
        return line
    return line + Markup('<g class="burn-mark burn-{}">{}</g>').format(
        name, _MARKERS[name].format((start + end) / 2, y)
    )


def _spread(places: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return the places, from the top down, moved apart so that a label fits at each and all stay in sight."""
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
