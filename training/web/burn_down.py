"""The burn-down chart in the reader's language and direction."""

from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from training.kit.money import format_pounds
from training.queries.burn_down import Series
from training.web.charts import BurnDown, burn_down
from training.web.filters import month
from training.web.language import language


@dataclass(frozen=True)
class Picture:
    """The chart as a picture, and the same figures for its table."""

    chart: Markup
    series: BurnDown


def picture(series: Series, *, ceiling: int) -> Picture:
    """Return the chart of ``series`` under ``ceiling`` (pence)."""
    said = BurnDown(
        title=_("Burn-down"),
        description=_description(series, ceiling),
        months=[month(day) for day in series.months],
        ceiling=ceiling,
        planned=series.planned,
        committed=series.committed,
        spent=series.spent,
        forecast=series.forecast,
        labels={
            "ceiling": _("Ceiling"),
            "planned": _("Planned"),
            "committed": _("Committed and spent"),
            "spent": _("Spent"),
            "forecast": _("Forecast"),
            "month": _("Month"),
        },
    )
    return Picture(burn_down(said, right_to_left=language().direction == "rtl"), said)


def _description(series: Series, ceiling: int) -> str:
    spent = [value for value in series.spent if value is not None]
    forecast = [value for value in series.forecast if value is not None]
    said: str = _(
        "Of %(ceiling)s, %(spent)s is spent; the forecast for %(month)s is %(forecast)s.",
        ceiling=format_pounds(ceiling),
        spent=format_pounds(spent[-1] if spent else 0),
        month=month(series.months[-1]),
        forecast=format_pounds(forecast[-1] if forecast else 0),
    )
    return said
