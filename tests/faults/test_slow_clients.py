"""Clients that send slowly, in part or nothing at all, and without a proxy in between: everybody else is served."""

import http.client
import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.databases import fresh_sqlite
from tests.support.server import serving

FORM = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SENT = {
    "half a body": FORM + b"Content-Length: 1000\r\n\r\nusername=",
    "half a body in chunks": FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\nusern\r\n",
    "a body that was asked for": FORM + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n",
    "half a head": b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ",
    "nothing": b"",
    "a request that was answered": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}
CLIENTS = 500
SECONDS = 1.0


@pytest.fixture(scope="module", autouse=True)
def many_files() -> Iterator[None]:
    """Let this process hold a few thousand connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("slow")
    with fresh_sqlite(folder) as url, serving(url, folder / "log") as base:
        yield base


def address_of(base: str) -> tuple[str, int]:
    host, port = base.removeprefix("http://").split(":")
    return host, int(port)


@contextmanager
def held(base: str, sent: bytes, clients: int = CLIENTS) -> Iterator[list[socket.socket]]:
    """Hold the connections of many clients that have sent so much and no more."""
    with ExitStack() as opened:
        sockets = []
        for _ in range(clients):
            client = opened.enter_context(socket.create_connection(address_of(base), timeout=10))
            client.sendall(sent)
            sockets.append(client)
        yield sockets


def longest_answer(base: str) -> float:
    """Return the longest of ten answers about health, each on a connection of its own, in seconds."""
    took = []
    for _ in range(10):
        began = time.monotonic()
        connection = http.client.HTTPConnection(*address_of(base), timeout=10)
        connection.request("GET", "/healthz")
        with connection.getresponse() as answer:
            assert json.load(answer)["database"] == "well"
        connection.close()
        took.append(time.monotonic() - began)
    return max(took)


@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
def test_health_answers_while_clients_hold_their_connections(base: str, sent: bytes) -> None:
    with held(base, sent) as clients:
        if sent == SENT["a request that was answered"]:
            for client in clients:
                assert client.recv(12) == b"HTTP/1.1 200"
        assert longest_answer(base) < SECONDS


def test_more_clients_than_a_server_holds_do_not_keep_others_out(base: str) -> None:
    with ExitStack() as opened:
        for _ in range(5):
            opened.enter_context(held(base, SENT["half a body"]))
        assert longest_answer(base) < SECONDS


def test_slow_request_is_answered_when_it_arrives_whole(base: str) -> None:
    with held(base, SENT["half a body"], clients=1) as (client,):
        client.sendall(b"x" * 500)
        time.sleep(1)
        client.sendall(b"x" * 491)
        assert client.recv(12) == b"HTTP/1.1 400", "the form has no token"


@pytest.mark.parametrize(("said", "sent"), [(999_999_999, 0), (45_000_000, 45_000_000), (120_000_000, 120_000_000)])
def test_request_that_says_it_is_too_large_is_answered_in_the_language_of_the_reader(
    base: str, said: int, sent: int
) -> None:
    """Whether its body would never end, or is on its way: who sends hears nothing of an answer before its end."""
    head = FORM + b"Accept-Language: ar\r\nContent-Length: %d\r\n\r\n" % said
    with held(base, head, clients=1) as (client,):
        if said == sent:
            client.sendall(b"x" * sent)
        answer = b"".join(iter(lambda: client.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 413")
    assert 'lang="ar" dir="rtl"' in answer


def test_client_that_asks_first_is_told_at_once_that_it_is_too_large(base: str) -> None:
    head = FORM + b"Expect: 100-continue\r\nContent-Length: 45000000\r\n\r\n"
    with held(base, head, clients=1) as (client,):
        assert client.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize(
    "lengths", [b"Content-Length: 6\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 6"]
)
def test_body_of_two_lengths_is_refused_and_nothing_after_it_is_read(base: str, lengths: bytes) -> None:
    with held(
        base, FORM + lengths + b"\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", clients=1
    ) as (client,):
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


def test_server_stops_while_clients_hold_their_connections(sqlite_url: str, tmp_path: Path) -> None:
    with ExitStack() as opened:
        with serving(sqlite_url, tmp_path / "log") as base:
            opened.enter_context(held(base, SENT["half a body"]))
            began = time.monotonic()
        assert time.monotonic() - began < 15
