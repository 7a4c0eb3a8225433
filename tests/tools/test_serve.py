"""Server and work process: both start, a dead worker is restarted, a signal ends both."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.support.ports import free_port
from tests.support.server import environment_for
from training.kit.resources import ROOT

_SECONDS = 40


def _children(parent: int) -> dict[str, int]:
    """Return the processes started by ``border-training run``, by kind."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    return {"worker" if " worker" in what else "server": int(pid) for pid, what in lines}


def _wait(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.3)


def _health(port: int) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            found: dict[str, str] = json.load(answer)
            return found
    except OSError:
        return {}


def test_server_and_worker_start_restart_and_end_together(sqlite_url: str, tmp_path: Path) -> None:
    port = free_port()
    environment = environment_for(sqlite_url, PORT=str(port), QUEUE_FILE=str(tmp_path / "queue.sqlite"))
    with (tmp_path / "log").open("wb") as log:
        both = subprocess.Popen(
            [sys.executable, "-m", "training", "run"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(lambda: _health(port).get("worker") == "well")
        first = _children(both.pid)
        os.kill(first["worker"], signal.SIGKILL)
        _wait(lambda: _children(both.pid).get("worker") not in (None, first["worker"]))
        assert _children(both.pid)["server"] == first["server"]
        both.terminate()
        assert both.wait(_SECONDS) == 0
        assert _health(port) == {}
    finally:
        if both.poll() is None:
            os.killpg(both.pid, signal.SIGKILL)
            both.wait(_SECONDS)
