"""The real web server, started as by ``make run``."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.ports import free_port
from tests.support.secrets import DEMO_PASSWORD, SECRET

_ROOT = Path(__file__).parents[2]
_OF_THE_MACHINE = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
"""The environment variables a server inherits; the application's own are set explicitly."""

_NOTES = "TESTS_SERVERS"
_START_SECONDS, _STOP_SECONDS = 30, 25


@contextmanager
def serving(database_url: str, log: Path, served: str = "wsgi:app", **environment: str) -> Iterator[str]:
    """Serve the database with gunicorn during the block; yield the base URL.

    ``environment`` adds to or replaces variables of a demonstration. The server's output is appended to ``log``.
    ``served`` names the application. Raises RuntimeError with the log if it does not start.
    """
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", served]
    with running(gunicorn, log, environment_for(database_url, PORT=str(port)) | environment) as server:
        wait(server, lambda: _is_well(port), log)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(arguments: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server during the block; its output is appended to ``log``, and nothing of it is left behind."""
    with log.open("ab") as output:
        # Its own process group, so that its workers can be ended with it.
        server = subprocess.Popen(
            arguments, cwd=_ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    note = Path(os.environ[_NOTES], str(server.pid))
    note.touch()
    try:
        yield server
    finally:
        _stop(server)
        note.unlink()


def command(database_url: str, *arguments: str, **environment: str) -> str:
    """Run a command of the product (``flask --app wsgi …``) on the database; return its output."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=_ROOT,
        env=environment_for(database_url) | environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout


def environment_for(database_url: str, **more: str) -> dict[str, str]:
    machine = {name: os.environ[name] for name in _OF_THE_MACHINE if name in os.environ}
    ours = {
        "DATABASE_URL": database_url,
        "TRAINING_MODE": "demo",
        "SECRET_KEY": SECRET,
        "DEMO_PASSWORD": DEMO_PASSWORD,
        "DEMO": "0",
    }
    return machine | ours | more


@contextmanager
def none_left(folder: Path) -> Iterator[None]:
    """After the block, end the servers left behind by interrupted test processes."""
    notes = folder / "servers"
    notes.mkdir()
    os.environ[_NOTES] = str(notes)
    try:
        yield
    finally:
        for note in notes.iterdir():
            with suppress(ProcessLookupError):
                os.killpg(int(note.name), signal.SIGKILL)


def wait(server: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    """Wait until the server is ready. Raises RuntimeError with its output in ``log`` if it ends or takes too long."""
    deadline = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if is_ready():
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")


def _is_well(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Stop gracefully, then kill the rest of the group."""
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(timeout=_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()
