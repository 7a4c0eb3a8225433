"""Headers that claim another client, scheme or path: as many proxies as configured are believed, and nobody else."""

import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.databases import fresh_sqlite
from tests.support.server import serving

Ask = Callable[..., dict[str, str | None]]
"""Ask the server with headers; return what the application saw."""

FORGED = {
    "X-Forwarded-For": "203.0.113.66",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "X-Forwarded-Scheme": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Server": "evil.example",
    "X_Forwarded_For": "203.0.113.66",
    "X_FORWARDED_PROTO": "https",
    "X-Real-Ip": "203.0.113.66",
    "Client-Ip": "203.0.113.66",
    "True-Client-Ip": "203.0.113.66",
    "Forwarded": "for=203.0.113.66;proto=https;host=evil.example",
    "Front-End-Https": "on",
    "X-Url-Scheme": "https",
    "X-Original-Url": "/account",
    "X-Rewrite-Url": "/account",
    "SCRIPT_NAME": "/evil",
    "Script-Name": "/evil",
    "X-Script-Name": "/evil",
    "PATH_INFO": "/account",
    "Path-Info": "/account",
    "REMOTE_ADDR": "203.0.113.66",
    "Remote-Addr": "203.0.113.66",
    "REMOTE_USER": "admin",
    "Remote-User": "admin",
    "HTTP_X_FORWARDED_FOR": "203.0.113.66",
    "wsgi.url_scheme": "https",
}
BELIEVED = ("X-Forwarded-For", "X-Forwarded-Proto")


@pytest.fixture(scope="module", params=[0, 1])
def hops(request: pytest.FixtureRequest) -> int:
    """Return for how many proxies the server is configured."""
    number: int = request.param
    return number


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def ask(hops: int, home: Path) -> Iterator[Ask]:
    with (
        fresh_sqlite(home) as url,
        serving(url, home / "log", "tests.support.mirror:app", PROXY_HOPS=str(hops), HOME=str(home)) as base,
    ):
        yield lambda **headers: _asked(base, headers)


def _asked(base: str, headers: dict[str, str]) -> dict[str, str | None]:
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=10)
    connection.request("GET", "/healthz", headers=headers)
    with connection.getresponse() as answer:
        assert answer.status == http.client.OK
        seen: dict[str, str | None] = json.load(answer)
    connection.close()
    return seen


def test_forged_headers_change_nothing(ask: Ask, hops: int) -> None:
    truth = ask()
    assert truth["address"] == "127.0.0.1"
    assert (truth["scheme"], truth["script"], truth["path"], truth["user"]) == ("http", "", "/healthz", None)
    forged = {name: text for name, text in FORGED.items() if not hops or name not in BELIEVED}
    assert ask(**forged) == truth
    assert {name: seen for name, text in forged.items() if (seen := ask(**{name: text})) != truth} == {}


def test_one_proxy_is_believed_about_its_client_alone(ask: Ask, hops: int) -> None:
    said = {"X-Forwarded-For": "203.0.113.66, 192.0.2.9", "X-Forwarded-Proto": "http, https"}
    forged = {name: text for name, text in FORGED.items() if name not in BELIEVED}
    seen = ask(**forged, **said)
    assert (seen["address"], seen["scheme"]) == (("192.0.2.9", "https") if hops else ("127.0.0.1", "http"))
    assert seen["script"] == ""
    assert seen == {**ask(), "address": seen["address"], "scheme": seen["scheme"]}


def test_servers_of_one_user_share_no_control_socket(ask: Ask, home: Path) -> None:
    ask()
    assert [path for path in home.rglob("*") if path.is_socket()] == []
