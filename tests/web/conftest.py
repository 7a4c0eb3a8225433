"""What the tests of the web room share: a day to live in, and the log to read."""

import datetime as dt
import io
import logging
from collections.abc import Iterator

import pytest

from tests.support.world import EVE, TODAY
from training.kit.clock import pretend

NOON = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)


@pytest.fixture
def noon() -> Iterator[dt.datetime]:
    """Let it be noon on the day of the test world."""
    with pretend(NOON):
        yield NOON


@pytest.fixture
def eve() -> Iterator[dt.datetime]:
    """Let it be the day before the first of the cohorts that are opened without days of their own."""
    with pretend(EVE):
        yield EVE


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what the product writes into its log, tracebacks included."""
    logger = logging.getLogger("training")
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    try:
        yield written
    finally:
        logger.removeHandler(handler)
