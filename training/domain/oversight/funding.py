"""What a funder asks first: where the money stands, what will lapse, what it gave, what changed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from training.domain.finance import burn_down, year_end
from training.domain.finance.burn_down import Series
from training.domain.finance.year_end import Outlook
from training.kit.clock import BOOKS_ZONE
from training.models.finance.programmes import Programme
from training.models.identity.actor import Actor
from training.queries.finance import burn_down as chart_rows
from training.queries.finance import ceilings
from training.queries.finance.burn_down import BurnDownFigures
from training.queries.finance.ceilings import CeilingStep
from training.queries.oversight import funding
from training.queries.oversight.funding import Changes, Results


@dataclass(frozen=True)
class FundedProgramme:
    """A programme as its funder reads it; ``series`` and ``outlook`` are None while nothing is allocated.

    ``changes`` are those since the last visit: None at the first, or if more was decided than is looked at.
    """

    programme: Programme
    series: Series | None
    outlook: Outlook | None
    results: Results
    changes: Changes | None


def funded(
    programmes: Sequence[Programme], actor: Actor, today: dt.date, since: dt.datetime | None
) -> list[FundedProgramme]:
    """Return programmes as their funder reads them on ``today``, whose last visit was at ``since``."""
    if not programmes:
        return []
    keys = [programme.id for programme in programmes]
    figures = chart_rows.figures(chart_rows.of_programmes(keys), actor)
    results = funding.results(keys, since.astimezone(BOOKS_ZONE).date() if since else today, today, actor)
    changes = funding.changes(keys, since, actor) if since else None
    steps = ceilings.steps(keys, actor)
    found = []
    for key, programme in zip(keys, programmes, strict=True):
        own = figures.of(key) if figures else None
        has_lines = own is not None and own.lines
        found.append(
            FundedProgramme(
                programme=programme,
                series=_series(own, steps[key], today) if own and has_lines else None,
                outlook=year_end.outlook(own, today) if own and has_lines else None,
                results=results.get(key, Results()),
                changes=changes.by_programme.get(key, Changes()) if changes and changes.are_all else None,
            )
        )
    return found


def _series(figures: BurnDownFigures, steps: Sequence[CeilingStep], today: dt.date) -> Series:
    return burn_down.with_ceilings(burn_down.of_figures(figures, today), steps)
