"""The burn-down chart in the reader's language and direction, for the chosen months."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from training.domain.finance.burn_down import Period, Series
from training.forms.common.widgets import Choice
from training.forms.finance.burn_down import PeriodForm
from training.kit.money import format_pounds
from training.web.common.filters import month
from training.web.common.language import language
from training.web.finance.charts import BurnDown, NamedSeries, burn_down, legend
from training.web.finance.tables import BurnDownMonth, burn_down_months


@dataclass(frozen=True)
class Picture:
    """The chart with its legend, its figures as a table, and the form to choose its months."""

    chart: Markup
    legend: list[NamedSeries]
    series: BurnDown
    months: list[BurnDownMonth]
    periods: PeriodForm


def chosen_period() -> Period | None:
    """Return the period in the URL; None if it is missing or unknown."""
    period = request.args.get("period")
    return Period(period) if period in set(Period) else None


def picture(series: Series, *, whole: int, whole_label: str) -> Picture:
    """Return the chart of ``series`` below a line at ``whole`` (pence), labelled ``whole_label``."""
    figures = BurnDown(
        title=_("Burn-down"),
        description=_description(series, whole),
        months=[month(day) for day in series.months],
        ceiling=whole,
        planned=series.planned,
        committed=series.committed,
        spent=series.spent,
        forecast=series.forecast,
        labels={
            "ceiling": whole_label,
            "planned": _("Planned"),
            "committed": _("Committed and spent"),
            "spent": _("Spent"),
            "forecast": _("Forecast"),
        },
    )
    chart = burn_down(figures, right_to_left=language().direction == "rtl")
    return Picture(chart, legend(figures), figures, list(burn_down_months(series)), _periods())


def _periods() -> PeriodForm:
    form = PeriodForm(data={"period": chosen_period()})
    form.period.choices = [
        Choice(Period.FINANCIAL_YEAR, _("This financial year")),
        Choice(Period.TWELVE_MONTHS, _("The last twelve months")),
        Choice(Period.ALL, _("All months")),
    ]
    return form


def _description(series: Series, whole: int) -> str:
    spent = [value for value in series.spent if value is not None]
    forecast = [value for value in series.forecast if value is not None]
    if not forecast:
        past: str = _(
            "Of %(ceiling)s, %(spent)s was spent by the end of %(month)s.",
            ceiling=format_pounds(whole),
            spent=format_pounds(spent[-1]),
            month=month(series.months[-1]),
        )
        return past
    future: str = _(
        "Of %(ceiling)s, %(spent)s is spent; the forecast for %(month)s is %(forecast)s.",
        ceiling=format_pounds(whole),
        spent=format_pounds(spent[-1]),
        month=month(series.months[-1]),
        forecast=format_pounds(forecast[-1]),
    )
    return future
