"""A real TLS proxy: Caddy as deployed, with a certificate of its own internal authority; and a client of it."""

import gzip
import http.client
import os
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from tests.support.ports import free_port
from tests.support.server import running, wait
from tools.prepare_tests import find_caddy

ADVICE = "The tests need Caddy and it could not be started. Run: apt-get install -y caddy"
HOST = "register.localhost"
DEPLOYED = Path(__file__).parents[2] / "deploy/Caddyfile"


class Proxy(NamedTuple):
    """A running proxy: its base URL, its ports with TLS and without, and its log."""

    base: str
    port: int
    plain_port: int
    log: Path


class Answer(NamedTuple):
    """An answer of the proxy; ``page`` is unpacked."""

    status: int
    headers: http.client.HTTPMessage
    page: str


@dataclass
class Client:
    """A client with cookies, at a loopback address of its own."""

    proxy: Proxy
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Return the answer; names of headers are written with underscores."""
        connection = http.client.HTTPSConnection(
            HOST, self.proxy.port, timeout=60, context=unverified(), source_address=(self.address, 0)
        )
        connection._create_connection = _to_loopback  # type: ignore[attr-defined]
        given = {
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{name}={kept}" for name, kept in self.cookies.items()),
        }
        given |= {name.replace("_", "-"): text for name, text in headers.items()}
        try:
            connection.request("GET" if body is None else "POST", path, body, given)
            return self._read(connection.getresponse())
        finally:
            connection.close()

    def send(self, path: str, form: dict[str, str], page: str = "", **headers: str) -> Answer:
        """Send a form with the token of ``page``, by default its own."""
        sent = urlencode({"csrf_token": self.token(page or path), **form}).encode()
        kind = {"Content_Type": "application/x-www-form-urlencoded", "Referer": self.proxy.base + (page or path)}
        return self.ask(path, sent, **kind, **headers)

    def upload(self, path: str, content: bytes, name: str = "list.csv") -> Answer:
        """Send a file with the form at ``path``."""
        head = f'--cut\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token(path)}\r\n--cut\r\n'
        head += f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + b"\r\n--cut--\r\n"
        return self.ask(path, body, Content_Type="multipart/form-data; boundary=cut", Referer=self.proxy.base + path)

    def token(self, page: str) -> str:
        """Return the token of the forms on a page."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.ask(page).page)
        assert found, page
        return found[1]

    def _read(self, answer: http.client.HTTPResponse) -> Answer:
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
        body = answer.read()
        is_packed = answer.headers["Content-Encoding"] == "gzip"
        return Answer(answer.status, answer.headers, (gzip.decompress(body) if is_packed else body).decode())


def unverified() -> ssl.SSLContext:
    """Return a TLS context that trusts the authority of the test."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _to_loopback(
    address: tuple[str, int], timeout: float | None = None, source_address: tuple[str, int] | None = None
) -> socket.socket:
    return socket.create_connection(("127.0.0.1", address[1]), timeout, source_address)


@contextmanager
def behind_tls(base: str, folder: Path, configuration: Path = DEPLOYED) -> Iterator[Proxy]:
    """Put the server at ``base`` behind the TLS proxy of a deployment during the block; its name is ``HOST``.

    For a name below ``localhost`` Caddy is its own authority. Keys and log are in ``folder``. Raises RuntimeError with
    what to install.
    """
    program = find_caddy()
    if program is None:
        raise RuntimeError(ADVICE)
    port, plain_port, log = free_port(), free_port(), folder / "caddy.log"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "REGISTER_HOST": HOST,
        "REGISTER_PORT": base.rpartition(":")[2],
        "REGISTER_BIND": "127.0.0.1",
        "REGISTER_HTTPS_PORT": str(port),
        "REGISTER_HTTP_PORT": str(plain_port),
        "REGISTER_ADMIN": "off",
    }
    arguments = [program, "run", "--config", str(configuration), "--adapter", "caddyfile"]
    with running(arguments, log, environment) as proxy:
        wait(proxy, lambda: _is_encrypted(port), log)
        yield Proxy(f"https://{HOST}:{port}", port, plain_port, log)


def _is_encrypted(port: int) -> bool:
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            unverified().wrap_socket(plain, server_hostname=HOST),
        ):
            return True
    except OSError:
        return False
