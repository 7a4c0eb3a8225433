"""Where the money of a programme stands today, as a bar of its ceiling."""

import datetime as dt
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from training.kit.money import format_pounds
from training.models.finance.programmes import Programme
from training.web.common.filters import long_date
from training.web.common.language import language
from training.web.finance.charts import LegendItem, bar, bar_swatch


@dataclass(frozen=True)
class CeilingBar:
    """The bar of a ceiling, the sentence that names its day, and its legend: the parts add up to the ceiling."""

    svg: Markup
    title: str
    legend: list[LegendItem]


def ceiling_bar(programme: Programme, on: dt.date) -> CeilingBar:
    """Return the bar of a programme as it stands ``on`` a day."""
    parts = (
        ("spent", programme.spent, _("Spent")),
        ("committed", programme.committed, _("Committed")),
        ("available", programme.available, _("Available on lines")),
        ("unallocated", programme.unallocated, _("Unallocated")),
    )
    ceiling = f"\u2066{format_pounds(programme.ceiling)}\u2069"
    title = _("The ceiling of %(ceiling)s on %(day)s", ceiling=ceiling, day=long_date(on))
    said = "; ".join(f"{label}: \u2066{format_pounds(pence)}\u2069" for _kind, pence, label in parts)
    drawn = bar(
        [(kind, pence) for kind, pence, _label in parts],
        title=title,
        description=said,
        right_to_left=language().direction == "rtl",
        name=f"bar-{programme.public_id}",
    )
    return CeilingBar(drawn, title, [LegendItem(bar_swatch(kind), label, pence) for kind, pence, label in parts])
