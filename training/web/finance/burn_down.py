"""The burn-down chart in the reader's language and direction, for the chosen months and view."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from training.domain.finance import burn_down as rules
from training.domain.finance.burn_down import Period, Series
from training.forms.common.widgets import Choice
from training.forms.finance.burn_down import PeriodForm
from training.kit.clock import financial_year_end
from training.kit.money import format_pounds
from training.web.common.filters import long_date, month, short_date
from training.web.common.language import language
from training.web.finance import charts
from training.web.finance.charts import NARROW, WIDE, BurnDown, LegendItem, Size
from training.web.finance.tables import LEFT, USED, WITH_WHOLE, BurnDownMonth, burn_down_months

View = Literal["left", "used"]
"""What the chart shows of the whole: what is left of it, or what was used."""


@dataclass(frozen=True)
class Picture:
    """The chart, wide and for a telephone, with its legend, its figures as a table, and the choice of months.

    ``columns`` are those of the table; ``other_url`` leads to the other view, which ``other`` names.
    """

    title: str
    description: str
    wide: Markup
    narrow: Markup
    legend: list[LegendItem]
    months: list[BurnDownMonth]
    columns: Sequence[str]
    periods: PeriodForm
    other: str
    other_url: str


def chosen_period() -> Period | None:
    """Return the period in the URL; None if it is missing or unknown."""
    period = request.args.get("period")
    return Period(period) if period in set(Period) else None


def chosen_view() -> View:
    """Return the view in the URL; what is left if it is missing or unknown."""
    return "used" if request.args.get("view") == "used" else "left"


def picture(series: Series, *, whole: int, whole_label: str) -> Picture:
    """Return the chart of ``series`` below a line at ``whole`` (pence), labelled ``whole_label``."""
    view, period = chosen_view(), chosen_period()
    shown = rules.left(series, whole) if view == "left" else series
    title = _("Burn-down: what is left") if view == "left" else _("What was used")
    description = _description(shown, whole, view)
    narrow = shown if period else rules.shortened(shown)
    other: View = "used" if view == "left" else "left"
    kept: dict[str, Any] = {"period": period, "view": other if other == "used" else None}
    return Picture(
        title=title,
        description=description,
        wide=drawn(shown, whole, title, description, WIDE),
        narrow=drawn(narrow, whole, title, description, NARROW),
        legend=legend(shown, whole, whole_label, view),
        months=list(burn_down_months(series, whole)),
        columns=columns_of(series, LEFT if view == "left" else USED),
        periods=_periods(view),
        other=_("Show what was used, month by month") if other == "used" else _("Show what is left, month by month"),
        other_url=url_for(request.endpoint or "", **(request.view_args or {}), **kept, _anchor="burn-down"),
    )


def columns_of(series: Series, columns: Sequence[str]) -> Sequence[str]:
    """Return the columns of a table of figures, and that of the whole if it changed."""
    return (*columns, WITH_WHOLE) if any(series.grown) else columns


def small(series: Series, whole: int, name: str) -> tuple[Markup, str, list[LegendItem]]:
    """Return what is left of ``whole`` (pence) this financial year as a small chart, in a sentence, and its legend.

    ``name`` is unique on the page.
    """
    shown = rules.left(series, whole)
    description = _description(shown, whole, "left")
    chart = drawn(rules.shortened(shown), whole, _("Burn-down: what is left"), description, NARROW, name)
    return chart, description, legend(shown, whole, _("Ceiling"), "left")


def drawn(series: Series, whole: int, title: str, description: str, size: Size, name: str = "") -> Markup:
    """Return the picture of ``series`` in one size; ``name`` is unique on the page."""
    figures = BurnDown(
        title=title,
        description=description,
        months=[month(day) for day in series.months],
        ceiling=whole,
        planned=series.planned,
        committed=series.committed,
        spent=series.spent,
        forecast=series.forecast,
        now=series.now,
        today=short_date(series.on),
        ceilings=series.wholes(whole) if series.grown else (),
    )
    return charts.burn_down(
        figures, right_to_left=language().direction == "rtl", size=size, name=name or f"burn-down-{size.kind}"
    )


def legend(series: Series, whole: int, whole_label: str, view: View) -> list[LegendItem]:
    """Return the legend: each line at its day, what is forecast and planned at the end of the year."""
    is_left = view == "left"
    last = len(series.months) - 1
    now = last if series.now is None else series.now
    end = last if series.year_end is None else series.year_end
    values = (
        ("spent", series.spent, now, _("Left after payments") if is_left else _("Spent")),
        ("committed", series.committed, now, _("Left after commitments") if is_left else _("Committed and spent")),
        ("forecast", series.forecast, end, _("Left by the forecast") if is_left else _("Forecast")),
        ("planned", series.planned, end, _("Left as planned") if is_left else _("Planned")),
    )
    items = [LegendItem(charts.swatch("ceiling"), whole_label, whole)]
    for name, line, place, label in values:
        value = line[place]
        if value is not None:
            items.append(LegendItem(charts.swatch(name), label, value, _when(series, place)))
    return items


def _when(series: Series, place: int) -> str:
    """Return the day of a value: today within this month, else the month."""
    return short_date(series.on) if place == series.now else month(series.months[place])


def _periods(view: View) -> PeriodForm:
    form = PeriodForm(data={"period": chosen_period(), "view": view if view == "used" else ""})
    form.period.choices = [
        Choice(Period.FINANCIAL_YEAR, _("This financial year")),
        Choice(Period.TWELVE_MONTHS, _("The last twelve months")),
        Choice(Period.ALL, _("All months")),
    ]
    return form


def _description(shown: Series, whole: int, view: View) -> str:
    """Return the chart in sentences, which name its day and each month in which the whole changed."""
    now = _past(shown, whole, view) if shown.now is None else _present(shown, shown.now, whole, view)
    return " ".join([now, *_changes(shown, whole)])


def _changes(shown: Series, whole: int) -> Iterator[str]:
    """Yield a sentence for each month in which the whole changed."""
    for day, (before, after) in zip(shown.months[1:], pairwise(shown.wholes(whole)), strict=True):
        if before != after:
            yield _(
                "From %(month)s the ceiling is %(after)s; before, it was %(before)s.",
                month=month(day),
                before=_pounds(before),
                after=_pounds(after),
            )


def _present(shown: Series, now: int, whole: int, view: View) -> str:
    end = financial_year_end(shown.on)
    forecast = shown.forecast[-1 if shown.year_end is None else shown.year_end] or 0
    values = {
        "day": long_date(shown.on),
        "whole": _pounds(whole),
        "spent": _pounds(shown.spent[now] or 0),
        "committed": _pounds(shown.committed[now] or 0),
        "forecast": _pounds(forecast),
        "end": long_date(end),
    }
    sentence: str = (
        _(
            "On %(day)s, %(spent)s of %(whole)s is left after payments and %(committed)s after commitments. "
            "The forecast leaves %(forecast)s on %(end)s.",
            **values,
        )
        if view == "left"
        else _(
            "On %(day)s, %(spent)s of %(whole)s is spent, and %(committed)s spent or committed. "
            "The forecast for %(end)s is %(forecast)s.",
            **values,
        )
    )
    return sentence


def _past(shown: Series, whole: int, view: View) -> str:
    values = {
        "whole": _pounds(shown.wholes(whole)[-1]),
        "spent": _pounds(shown.spent[-1] or 0),
        "month": month(shown.months[-1]),
    }
    sentence: str = (
        _("Of %(whole)s, %(spent)s was left by the end of %(month)s.", **values)
        if view == "left"
        else _("Of %(whole)s, %(spent)s was spent by the end of %(month)s.", **values)
    )
    return sentence


def _pounds(pence: int) -> str:
    """Return an amount for a sentence that holds no markup, isolated by characters."""
    return f"\u2066{format_pounds(pence)}\u2069"
