"""How long a connection may take, on a server that is turned by hand, with the moment pretended."""

import errno
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from training import buffering_worker
from training.buffering_worker import Server

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n"
MINUTE = 60
_LONG = 40_000_000


class Bench:
    """A server without threads, one client, and the loop between them."""

    def __init__(self) -> None:
        self.errors: list[OSError] = []
        self._map: wasyncore._SocketMap = {}
        listener = socket.create_server(("127.0.0.1", 0))
        kind = (listener.family, listener.type, listener.proto, listener.getsockname())
        settings = Adjustments(sockets=[listener], cleanup_interval=3600, connection_limit=5000)
        self.server = Server(
            self._answer,
            self._map,
            True,
            listener,
            ThreadedTaskDispatcher(),
            settings,
            sockinfo=kind,
            bind_socket=False,
        )
        self.address = listener.getsockname()

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        """Read the request; answer with more than a connection holds."""
        try:
            environ["wsgi.input"].read()
        except OSError as error:
            self.errors.append(error)
        start_response("200 OK", [("Content-Length", str(_LONG))])
        return [b"x" * _LONG]

    def connect(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(self.address, timeout=5)
        self.turn()
        self.send(client, sent)
        return client

    def send(self, client: socket.socket, sent: bytes) -> None:
        for begin in range(0, len(sent), 8192):
            client.sendall(sent[begin : begin + 8192])
            self.turn()

    def turn(self) -> None:
        for _ in range(10):
            wasyncore.loop(timeout=0.001, use_poll=True, map=self._map, count=1)

    def recv_line(self, client: socket.socket) -> bytes:
        """Return the first line of an answer."""
        client.setblocking(False)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            self.turn()
            with suppress(BlockingIOError):
                return client.recv(15)
        raise AssertionError("no answer came")

    def are_open_in(self, seconds: float) -> int:
        """Return how many connections are left after the upkeep of a later moment."""
        self.server.maintenance(int(time.time() + seconds))
        self.turn()
        return len(self.server.connections)

    def close(self) -> None:
        wasyncore.close_all(self._map)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with closing(Bench()) as made:
        yield made


@pytest.mark.parametrize(
    ("sent", "stays", "ends"),
    [
        (b"", 15, 25),
        (b"GET / HTTP/1.1\r\nHost: ", 25, 35),
        (HEAD, 25, 35),
        (HEAD + b"x" * 204_800, 2 * MINUTE, 2.5 * MINUTE),
    ],
    ids=["nothing", "half a head", "no body", "the more has come, the longer it may take"],
)
def test_time_to_receive_a_request_is_bounded(bench: Bench, sent: bytes, stays: float, ends: float) -> None:
    with bench.connect(sent):
        assert bench.are_open_in(stays) == 1
        assert bench.are_open_in(ends) == 0


def test_trickle_does_not_prolong_the_time(bench: Bench) -> None:
    with bench.connect(HEAD) as client:
        bench.server.connections[0].began -= 31
        bench.send(client, b"x")
        assert bench.are_open_in(0) == 0


def test_no_request_takes_longer_than_a_quarter_of_an_hour(bench: Bench) -> None:
    head = HEAD.replace(b"500000", b"5000000")
    with bench.connect(head + b"x" * 2_200_000):
        assert bench.are_open_in(14 * MINUTE) == 1
        assert bench.are_open_in(16 * MINUTE) == 0


def test_when_too_much_is_unfinished_the_largest_are_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffering_worker, "_MOST_BYTES", 150_000)
    with bench.connect(HEAD + b"x" * 100_000), bench.connect(HEAD + b"x" * 90_000), bench.connect(HEAD + b"x" * 1000):
        assert bench.are_open_in(0) == 2
        assert sorted(each.unfinished for each in bench.server.connections) == [1000, 90_000]


def test_when_too_many_are_open_those_that_wait_longest_make_room(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buffering_worker, "_MOST", 5)
    monkeypatch.setattr(buffering_worker, "_ROOM", 2)
    clients = [bench.connect(HEAD) for _ in range(6)]
    bench.turn()
    assert len(bench.server.connections) == 4
    assert clients[0].recv(1) == b""
    clients[-1].setblocking(False)
    with pytest.raises(BlockingIOError):
        clients[-1].recv(1)
    for client in clients:
        client.close()


def test_client_that_reads_nothing_of_its_answer_is_given_up(bench: Bench) -> None:
    with bench.connect(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"):
        bench.server.task_dispatcher.set_thread_count(1)
        (answered,) = bench.server.connections
        until = time.monotonic() + 10
        # The head alone may be gone before the body is stored.
        while (answered.requests or not answered.total_outbufs_len) and time.monotonic() < until:
            bench.turn()
        assert bench.are_open_in(55) == 1
        assert bench.are_open_in(70) == 0


def test_request_that_there_is_no_room_for_goes_to_the_application(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.server.adj.inbuf_overflow = 1000
    with Path("/dev/full").open("r+b", buffering=0) as full:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda _mode: full)
        client = bench.connect(HEAD + b"x" * 100_000)
    with client:
        bench.server.task_dispatcher.set_thread_count(1)
        assert bench.recv_line(client) == b"HTTP/1.1 200 OK"
        assert [error.errno for error in bench.errors] == [errno.ENOSPC]
