"""Two processes that prepare one database at once: the second waits, and finds it done."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.databases import fresh_postgresql
from tests.support.server import environment_for
from training.kit.db import engine_options, one_process
from training.kit.resources import ROOT

WAITS = "Waiting for another process that prepares this database."
_SECONDS = 120


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'bare.sqlite'}"
        return
    with fresh_postgresql("template0") as url:
        yield url


@contextmanager
def preparing(url: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-u", "-m", "training", "prepare"],
        cwd=ROOT,
        env=environment_for(url, TRAINING_INSTANCE=str(folder / "instance"), DEMO="0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def test_two_that_prepare_at_once_both_succeed(bare_url: str, tmp_path: Path) -> None:
    with preparing(bare_url, tmp_path) as one, preparing(bare_url, tmp_path) as other:
        said = [each.communicate(timeout=_SECONDS)[0] for each in (one, other)]
        assert [one.returncode, other.returncode] == [0, 0], said
    assert sum(WAITS in each for each in said) == 1, said
    engine = create_engine(**engine_options(bare_url))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM programmes")) == 3
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite_url", "postgresql_url"])
def test_second_waits_until_the_first_is_done(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> None:
    url = request.getfixturevalue(kind)
    engine = create_engine(**engine_options(url))
    waited: list[str] = []
    with one_process(engine, lambda: waited.append(WAITS)), preparing(url, tmp_path) as second:
        assert second.stdout
        assert second.stdout.readline().strip() == WAITS
        time.sleep(1)
        assert second.poll() is None
        assert waited == []
    engine.dispose()
