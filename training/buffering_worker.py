"""The gunicorn worker of the product: a thread sees a request only when all of it has arrived; see docs/adr/0024.

gunicorn starts, watches and replaces the workers; in each of them waitress receives and answers. One loop holds all
connections, so that a client that sends slowly or not at all costs a file descriptor and no thread.
"""

import io
import logging
import os
import re
import resource
import time
from collections.abc import Iterable
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import TYPE_CHECKING, Any, cast

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import RequestEntityTooLarge

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_TURN = 0.5
"""Seconds that the loop waits for an event at most."""
_FIRST, _IDLE = 20, 125
"""Seconds for which a new connection may say nothing, and one that was answered: longer than a proxy keeps it."""
_BASE, _SLOWEST, _LONGEST = 30, 2048, 900
"""A request has 30 seconds, one more for each 2048 bytes that arrived, and 900 at most."""
_STALLED = 60
"""Seconds after which a client that reads nothing of its answer is given up."""
_MOST, _ROOM = 1000, 50
"""Open connections of a worker; beyond, those that wait longest for their client are closed, so many at once."""
_AT_ONCE = 50
"""Connections accepted in one turn of the loop."""
_MOST_BYTES = 256 * 1024 * 1024
"""Bytes of unfinished requests that a worker stores at once; beyond, the largest are given up."""
_LARGEST_BODY = 41 * 1024 * 1024
"""A little more than the pages accept: they answer a larger one in the language of the reader."""
_LARGEST_THROWN_AWAY = 128 * 1024 * 1024
"""Bytes of a larger body that still arrive before it is answered: a client that is sending may not hear."""
_IN_MEMORY = 64 * 1024
"""Bytes of a request or answer that are held in memory before they go into a temporary file."""
_LINGER = 2
"""Seconds for which a stopping worker still takes requests from open connections."""
_FILES = 8192


class _NoRoom(io.RawIOBase):
    """The body of a request that could not be stored: reading it raises why."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def readable(self) -> bool:
        """Return that it may be tried."""
        return True

    def readinto(self, _buffer: object) -> int:
        """Raise the error."""
        raise self._error


class _Request(HTTPRequestParser):
    """A request that arrives. One that is too large or has no room goes to the application, which has the words."""

    _error: OSError | None = None
    _to_throw_away = 0
    thrown_away = 0
    """The bytes that arrived and are not kept."""

    def received(self, data: bytes) -> int:
        """Take ``data``; return how much of it belongs to this request."""
        if self.thrown_away < self._to_throw_away:
            taken = min(len(data), self._to_throw_away - self.thrown_away)
            self.thrown_away += taken
            self.completed = self.thrown_away == self._to_throw_away
            return taken
        return self._taken(data)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers. Raises ParsingError for a body of two lengths: a proxy may have believed the other one."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")

    def _taken(self, data: bytes) -> int:
        try:
            taken = super().received(data)
        except OSError as error:
            taken, self._error, self.completed = len(data), error, True
        is_too_large = isinstance(self.error, RequestEntityTooLarge) and self.body_bytes_received == 0
        if is_too_large or self._error:
            self.error = None
            cast("dict[str, str]", self.headers)["CONNECTION"] = "close"
        if is_too_large and not self.expect_continue and self.content_length <= _LARGEST_THROWN_AWAY:
            self._to_throw_away, self.completed = self.content_length, False
        elif is_too_large:
            self.expect_continue = False
        return taken

    def get_body_stream(self) -> Any:
        """Return the body, or what raises why there is none."""
        return io.BufferedReader(_NoRoom(self._error)) if self._error else super().get_body_stream()


class _Connection(HTTPChannel):
    """A connection that knows since when it receives a request."""

    parser_class = _Request
    began = 0.0

    def received(self, data: bytes) -> bool:
        """Take ``data``; return whether it was taken."""
        before = self.request
        is_taken = super().received(data)
        if self.request is not before:
            self.began = time.time()
        return is_taken

    def handle_close(self) -> None:
        """Close, and let go of what was stored of a request that has not arrived."""
        super().handle_close()
        if self.request:
            self.request.close()

    @property
    def is_waiting(self) -> bool:
        """Whether it is the client's turn to send."""
        return not self.requests and not self.total_outbufs_len

    @property
    def unfinished(self) -> int:
        """The stored bytes of a request that has not arrived yet."""
        return self.request.body_bytes_received if self.request else 0

    def is_overdue(self, now: float) -> bool:
        """Return whether the client has had its time: to send, to say anything, or to read."""
        if not self.is_waiting:
            return bool(self.total_outbufs_len) and self.last_activity < now - _STALLED
        if self.request is None:
            return self.last_activity < now - (_IDLE if self.began else _FIRST)
        arrived = self.unfinished + cast("_Request", self.request).thrown_away
        return self.began + min(_BASE + arrived / _SLOWEST, _LONGEST) < now


class Server(TcpWSGIServer):
    """The listening socket of a worker and its connections."""

    channel_class = _Connection

    @property
    def connections(self) -> list[_Connection]:
        """All open connections."""
        return list(cast("dict[int, _Connection]", self.active_channels).values())

    def handle_accept(self) -> None:
        """Accept who waits; where there are too many, close those that wait longest for their client."""
        for _ in range(_AT_ONCE):
            before = len(self.connections)
            super().handle_accept()
            if len(self.connections) == before:
                break
        if len(self.connections) > _MOST:
            waiting = [each for each in self.connections if each.is_waiting and not each.will_close]
            _close(sorted(waiting, key=lambda each: each.began or each.creation_time)[:_ROOM])

    def maintenance(self, now: float) -> None:
        """Give up clients that are overdue, and the largest unfinished requests when all together are too large."""
        connections = self.connections
        _close(each for each in connections if each.is_overdue(now))
        stored = sum(each.unfinished for each in connections)
        for each in sorted(connections, key=lambda each: -each.unfinished):
            if stored <= _MOST_BYTES:
                return
            stored -= each.unfinished
            _close([each])


def _close(connections: Iterable[_Connection]) -> None:
    """Let the loop close ``connections``; it hears of one whose client reads nothing only when that is shut down."""
    for connection in connections:
        connection.will_close = True
        with suppress(OSError):  # the client was faster
            cast("socket", connection.socket).shutdown(SHUT_RDWR)


class BufferingWorker(Worker):
    """Serve until gunicorn says to stop or its process ends; gunicorn's hooks and access log are not called."""

    def run(self) -> None:
        """Serve, then let what has begun come to its end."""
        _prepare_process()
        self._sockets: wasyncore._SocketMap = {}
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        servers = [self._server(cast("Any", each).sock, dispatcher) for each in self.sockets]
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._finish(servers)

    def _server(self, listener: socket, dispatcher: ThreadedTaskDispatcher) -> Server:
        settings = Adjustments(
            sockets=[listener],
            backlog=self.cfg.backlog,
            ident=None,
            # The application believes as many proxies as it is told (ProxyFix); waitress believes none.
            clear_untrusted_proxy_headers=False,
            # Never reached: _MOST is.
            connection_limit=2 * _FILES,
            cleanup_interval=1,
            inbuf_overflow=_IN_MEMORY,
            outbuf_overflow=_IN_MEMORY,
            max_request_header_size=32 * 1024,
            max_request_body_size=_LARGEST_BODY,
            log_socket_errors=False,
        )
        kind = (listener.family, listener.type, listener.proto, listener.getsockname())
        return Server(
            self._answer, self._sockets, True, listener, dispatcher, settings, sockinfo=kind, bind_socket=False
        )

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Call the application; a worker ends after so many requests."""
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        return self.wsgi(environ, cast("Any", start_response))

    def _turn(self) -> None:
        self.notify()
        wasyncore.loop(timeout=_TURN, use_poll=True, map=self._sockets, count=1)

    def _finish(self, servers: list[Server]) -> None:
        """Accept nothing new; close each connection when it is answered, and one that waits after a moment."""
        for server in servers:
            server.accepting = False
        stopped = time.monotonic()
        while time.monotonic() < stopped + self.cfg.graceful_timeout:
            left = [each for server in servers for each in server.connections]
            if not left:
                return
            if time.monotonic() > stopped + _LINGER:
                _close(each for each in left if each.is_waiting)
            self._turn()


def _prepare_process() -> None:
    """Allow enough open files, and keep paths out of the log."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    logging.getLogger("waitress").addFilter(_leave_path_out)
    logging.getLogger("waitress.queue").setLevel(logging.CRITICAL)


def _leave_path_out(record: logging.LogRecord) -> bool:
    record.msg, record.args = re.sub(r"serving .*", "serving a request", record.getMessage()), ()
    return True
