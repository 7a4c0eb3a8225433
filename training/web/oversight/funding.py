"""The programmes on the first page: the bar of each, and for a funder what the money did."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from training.domain.finance import burn_down
from training.domain.oversight import funding
from training.domain.oversight.funding import FundedProgramme
from training.kit.clock import today
from training.kit.money import format_pounds
from training.models.finance.programmes import Programme
from training.queries.oversight.funding import Changes
from training.web.common.guard import actor, visit_before
from training.web.finance.burn_down import columns_of, small
from training.web.finance.ceiling_bars import CeilingBar, ceiling_bar
from training.web.finance.charts import LegendItem
from training.web.finance.tables import LEFT, BurnDownMonth, burn_down_months


@dataclass(frozen=True)
class SmallChart:
    """The burn-down of a programme on the first page, with its figures as a table."""

    svg: Markup
    description: str
    legend: list[LegendItem]
    months: list[BurnDownMonth]
    columns: Sequence[str]


@dataclass(frozen=True)
class ProgrammeCard:
    """A programme on the first page; ``funded`` and ``chart`` only for who funds it. ``moved`` says what changed."""

    programme: Programme
    bar: CeilingBar
    funded: FundedProgramme | None = None
    chart: SmallChart | None = None
    since: dt.datetime | None = None
    moved: Sequence[tuple[str, str]] = ()


def cards(programmes: Sequence[Programme]) -> list[ProgrammeCard]:
    """Return the cards of programmes for the reader."""
    on = today()
    paid_for = [programme for programme in programmes if programme.id in actor().funded]
    since = visit_before() if paid_for else None
    funded = {one.programme.id: one for one in funding.funded(paid_for, actor(), on, since)}
    return [_card(programme, on, funded.get(programme.id), since) for programme in programmes]


def _card(
    programme: Programme, on: dt.date, funded: FundedProgramme | None, since: dt.datetime | None
) -> ProgrammeCard:
    bar = ceiling_bar(programme, on)
    if funded is None:
        return ProgrammeCard(programme, bar)
    moved = _moved(funded.changes) if funded.changes else []
    return ProgrammeCard(programme, bar, funded, _chart(funded), since, moved)


def _chart(funded: FundedProgramme) -> SmallChart | None:
    if funded.series is None:
        return None
    whole = funded.programme.ceiling
    drawn = small(funded.series, whole, f"burn-down-{funded.programme.public_id}")
    shown = burn_down.shortened(funded.series)
    return SmallChart(*drawn, list(burn_down_months(shown, whole)), columns_of(shown, LEFT))


def _moved(changes: Changes) -> list[tuple[str, str]]:
    """Return the balances that changed, each with by how much."""
    balances = ((_("Allocated"), changes.allocated), (_("Committed"), changes.committed), (_("Spent"), changes.spent))
    return [(label, _more_or_less(pence)) for label, pence in balances if pence]


def _more_or_less(pence: int) -> str:
    amount = f"\u2066{format_pounds(abs(pence))}\u2069"
    said: str = _("%(amount)s more", amount=amount) if pence > 0 else _("%(amount)s less", amount=amount)
    return said
