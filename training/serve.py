"""``border-training run``: the web server and the work process side by side; see docs/adr/0016.

A signal ends both. When the server ends, so does the work process; one that dies is started again. A service manager
runs ``border-training serve`` and ``border-training worker`` as two services instead (``deploy/systemd``).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

import click

from training.kit.resources import ROOT

_PREPARE = [sys.executable, "-m", "training", "prepare"]
_SERVER = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "training.app:create_app()"]
_WORKER = [sys.executable, "-m", "training", "worker", "--stops-with-parent"]
_LOOK_SECONDS, _LONGEST_PAUSE = 0.5, 30.0
_STOP_SECONDS = 25
_DIE_WITH_PARENT = 1


def _die_with_parent() -> None:
    """Ask Linux to end this child when its parent is killed; on other systems only the worker notices."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, preexec_fn=_die_with_parent)


class _Ended(Exception):  # noqa: N818 - a request, not an error
    """A signal asked for the end."""


def _end(_number: int, _frame: object) -> None:
    raise _Ended


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _watch(running: dict[str, subprocess.Popen[bytes]]) -> int:
    """Start the worker again whenever it dies; return the server's status when that ends."""
    pause = 1.0
    while running["server"].poll() is None:
        time.sleep(_LOOK_SECONDS)
        if running["worker"].poll() is not None:
            click.echo(f"The work process ended with {running['worker'].returncode}: starting it again.", err=True)
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            running["worker"] = _start(_WORKER)
    return running["server"].returncode


@click.command()
def run() -> None:
    """Prepare the database, print the sign-ins, and serve until a signal or the end of the server."""
    # In a process of its own, so that its memory is released.
    sys.exit(_start(_PREPARE).wait() or _serve())


@click.command()
def serve() -> None:
    """Serve pages without the work process, as a service of its own, until a signal ends it."""
    os.execv(sys.executable, _SERVER)


def _serve() -> int:
    """Run server and worker; return the status of the server."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        running["server"] = _start(_SERVER)
        running["worker"] = _start(_WORKER)
        return _watch(running)
    except _Ended:
        return 0
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _stop(list(running.values()))
