"""The timed pages: rosters, lists, and the programme page with its burn-down, ours beside the bare ones."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from flask import Flask

from bench.bare import create_bare
from bench.crowd import TRAINEES
from bench.loading import Loaded
from bench.measuring import Answer, answering, p50_of
from bench.report import Row
from tests.support.application import settings_for
from tests.support.world import PASSWORD, post
from training.app import create_app
from training.queries.admissions.nominations import ROSTER_SIZE

_ROSTER_HOLD, _LIST_HOLD, _GROWTH_HOLD = 0.5, 0.4, 1.3
_LIST_ROWS = 50
_LISTS = ("/people", "/courses", "/cohorts")

Ask = Callable[[str], Answer]


class UnequalRowsError(Exception):
    """Our page and the bare page show different numbers of rows: the comparison would be invalid."""


def ours(database_url: str) -> tuple[Flask, str]:
    """Return the product on a database, and the cookie of a UK coordinator who has signed in and opened a page."""
    app = create_app(settings_for(database_url))
    _log_to_memory()
    client = app.test_client()
    post(client, "/sign-in", {"username": "uk", "password": PASSWORD})
    client.get("/")  # from here on the cookie holds the CSRF token and is not sent again
    cookie = client.get_cookie("session")
    return app, f"session={cookie.value}" if cookie else ""


def _log_to_memory() -> None:
    """Write the product's log to memory: its cost is measured, its output hidden."""
    for handler in logging.getLogger("training").handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(io.StringIO())


def bare(database_url: str) -> tuple[Flask, str]:
    """Return the bare application on a database; it needs no cookie."""
    return create_bare(database_url), ""


@contextmanager
def _both(loaded: Loaded) -> Iterator[tuple[Ask, Ask]]:
    with answering(ours, loaded.url) as ask_ours, answering(bare, loaded.url) as ask_bare:
        yield ask_ours, ask_bare


def time_pages(database: str, small: Loaded, large: Loaded) -> Iterator[Row]:
    """Yield the rows of one kind of database; ``large`` differs from ``small`` only in its ledger."""
    with _both(small) as pair:
        work = f"{ROSTER_SIZE} of a roster of {TRAINEES:,}"
        yield _side_by_side(work, database, f"/cohorts/{small.cohort}/roster", ROSTER_SIZE, pair)
        for path in _LISTS:
            yield _side_by_side(f"list of {_LIST_ROWS}: {path}", database, path, _LIST_ROWS, pair)
        with _both(large) as large_pair:
            yield from _burn_down(database, small, large, pair, large_pair)


def _side_by_side(work: str, database: str, path: str, rows: int, pair: tuple[Ask, Ask]) -> Row:
    shown = [ask(path).rows - 1 for ask in pair]  # one is the header row
    if shown != [rows, rows]:
        raise UnequalRowsError(f"{path}: {shown[0]} rows beside {shown[1]}, not {rows}")
    p50 = p50_of({side: partial(ask, path) for side, ask in zip(("ours", "bare"), pair, strict=True)})
    hold = _ROSTER_HOLD if rows == ROSTER_SIZE else _LIST_HOLD
    return Row.compared(work, database, p50["ours"], p50["bare"], at_least=hold)


def _burn_down(
    database: str, small: Loaded, large: Loaded, pair: tuple[Ask, Ask], large_pair: tuple[Ask, Ask]
) -> Iterator[Row]:
    """Compare the programme page with itself at a hundred times the entries, all four pages in turn."""
    at_small, at_large = (f"/programmes/{loaded.programme}" for loaded in (small, large))
    p50 = p50_of(
        {
            "ours": partial(pair[0], at_small),
            "ours, large": partial(large_pair[0], at_large),
            "bare": partial(pair[1], at_small),
            "bare, large": partial(large_pair[1], at_large),
        }
    )
    few, many = f"burn-down, {small.entries:,} entries", f"burn-down, {large.entries:,} entries"
    yield Row.compared(few, database, p50["ours"], p50["bare"])
    yield Row.compared(many, database, p50["ours, large"], p50["bare, large"])
    growth = p50["ours, large"] / p50["ours"]
    yield Row(
        f"burn-down, {large.entries:,} : {small.entries:,}",
        database,
        ratio=growth,
        hold=f"within {_GROWTH_HOLD - 1:.0%}",
        is_kept=1 / _GROWTH_HOLD <= growth <= _GROWTH_HOLD,
    )
