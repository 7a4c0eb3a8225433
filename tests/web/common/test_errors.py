"""Error pages are in the reader's language, with the reference recorded in the log, and disclose nothing else."""

import io
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.support.world import World, form_token, post
from tests.web.browsing import words
from training.kit.db import db
from training.queries.identity import accounts

pytestmark = pytest.mark.usefixtures("noon")
LANGUAGES = {"en": "ltr", "ar": "rtl", "ckb": "rtl"}
REFERENCE = re.compile(r'class="app-reference__code" dir="ltr">([0-9a-z]{12})<')
HERE = re.escape(str(Path(__file__).parents[2]))
TELLTALE = re.compile(
    rf"Traceback|File &|\.py|{HERE}|SELECT|sqlalchemy|werkzeug|flask|line \d+|Error\b",
    re.IGNORECASE,
)
MEGABYTE = 1024 * 1024


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


@pytest.fixture
def funder(world: World, sqlite_app: Flask) -> FlaskClient:
    """Sign in a user with few permissions; exceptions are handled as in production."""
    sqlite_app.testing = False
    return world.sign_in(sqlite_app.test_client(), "funder")


def read_in(client: FlaskClient, language: str) -> None:
    post(client, "/language", {"language": language, "next": "/"}, page="/account")


def check(answer: TestResponse, status: int, language: str, log: io.StringIO) -> str:
    """Check an error page for what all of them require; return its text."""
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert f'lang="{language}" dir="{LANGUAGES[language]}"' in answer.text[:200]
    assert len(re.findall(r"<h1\b", answer.text)) == 1
    assert not TELLTALE.search(words(answer)), words(answer)
    reference = REFERENCE.search(answer.text)
    assert reference, "no reference to quote"
    assert any(reference[1] in line for line in log.getvalue().splitlines()), "the log does not know it"
    return words(answer)


def without_token(client: FlaskClient) -> TestResponse:
    return client.post("/sign-out")


def with_a_wrong_token(client: FlaskClient) -> TestResponse:
    return client.post("/sign-out", data={"csrf_token": "made up"})


def with_an_unknown_language(client: FlaskClient) -> TestResponse:
    return post(client, "/language", {"language": "fr"}, page="/account")


def forbidden(client: FlaskClient) -> TestResponse:
    return client.get("/approvals")


def no_page(client: FlaskClient) -> TestResponse:
    return client.get("/no/such/page")


def no_record(client: FlaskClient) -> TestResponse:
    return client.get("/lines/0123456789ab")


def wrong_method(client: FlaskClient) -> TestResponse:
    return client.get("/sign-out")


def unknown_method(client: FlaskClient) -> TestResponse:
    return client.open("/", method="BREW")


def too_much(client: FlaskClient) -> TestResponse:
    form = {"csrf_token": form_token(client, "/account"), "language": "x" * 2 * MEGABYTE}
    return client.post("/language", data=form)


def too_large_a_file(client: FlaskClient) -> TestResponse:
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
    body = head + b"x" * 2 * MEGABYTE + b"\r\n--cut--\r\n"
    return client.post("/language", data=body, content_type="multipart/form-data; boundary=cut")


WAYS: tuple[tuple[int, Callable[[FlaskClient], TestResponse]], ...] = (
    (400, without_token),
    (400, with_a_wrong_token),
    (400, with_an_unknown_language),
    (403, forbidden),
    (404, no_page),
    (404, no_record),
    (405, wrong_method),
    (405, unknown_method),
    (413, too_much),
    (413, too_large_a_file),
)


@pytest.mark.parametrize(("status", "way"), WAYS, ids=lambda value: getattr(value, "__name__", value))
def test_rejected_request_has_an_error_page(
    funder: FlaskClient, log: io.StringIO, status: int, way: Callable[[FlaskClient], TestResponse]
) -> None:
    said = set()
    for language in LANGUAGES:
        read_in(funder, language)
        said.add(check(way(funder), status, language, log))
    assert len(said) == len(LANGUAGES), "the words are the same in two languages"


# These statuses are not used by any page yet.
@pytest.mark.parametrize("status", [409, 429, 500, 418])
def test_aborting_view_has_an_error_page(
    sqlite_app: Flask, funder: FlaskClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setitem(sqlite_app.view_functions, "oversight.home.show", lambda: abort(status))
    for language in LANGUAGES:
        read_in(funder, language)
        check(funder.get("/"), status, language, log)


def test_unexpected_error_has_a_page_and_is_logged(
    sqlite_app: Flask, funder: FlaskClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise LookupError("a secret of the engine room")

    monkeypatch.setitem(sqlite_app.view_functions, "oversight.home.show", fail)
    for language in LANGUAGES:
        read_in(funder, language)
        answer = funder.get("/")
        check(answer, 500, language, log)
        assert "secret" not in answer.text
        reference = REFERENCE.search(answer.text)
        assert reference
        assert f"LookupError reference {reference[1]}" in log.getvalue(), "the traceback stands under the reference"
    assert "Traceback" in log.getvalue()


def test_error_page_needs_no_database(funder: FlaskClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object) -> None:
        raise OperationalError("SELECT secret FROM table", {}, Exception("the server is away"))

    monkeypatch.setattr(accounts, "signed_in", away)
    answer = funder.get("/account")
    check(answer, 500, "en", log)
    assert "secret" not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_lock_timeout_asks_to_retry(funder: FlaskClient, sqlite_app: Flask, log: io.StringIO, language: str) -> None:
    with sqlite_app.app_context():
        path = db.engine.url.database or ""
        db.session.execute(text("PRAGMA busy_timeout=50"))  # the pool gives the same connection to the request
        db.session.rollback()
    token = form_token(funder, "/account")
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        form = {"language": language, "next": "/", "csrf_token": token}
        check(funder.post("/language", data=form), 503, language, log)


def test_sign_in_is_requested_and_leads_back(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    for address in ("/cohorts?state=open&when=past", "/people/0123456789ab", "/approvals"):
        answer = client.get(address)
        assert answer.status_code == 302
        where = urlsplit(answer.location)
        assert (where.netloc, where.path) == ("", "/sign-in")
        assert parse_qs(where.query) == {"next": [address]}


def test_form_after_sign_out_is_401(sqlite_app: Flask, log: io.StringIO) -> None:
    client = sqlite_app.test_client()
    said = set()
    for language in LANGUAGES:
        post(client, "/language", {"language": language, "next": "/"}, page="/sign-in")
        said.add(check(post(client, "/sign-out", page="/sign-in"), 401, language, log))
    assert len(said) == len(LANGUAGES)


def test_delay_is_explained_on_the_form(sqlite_app: Flask, world: World) -> None:
    """The only 429 at present is the sign-in page: the form is shown, so no reference is needed."""
    for language, direction in LANGUAGES.items():
        client = sqlite_app.test_client()
        post(client, "/language", {"language": language, "next": "/"}, page="/sign-in")
        answers = [post(client, "/sign-in", {"username": "nobody", "password": "x"}) for _ in range(11)]
        assert answers[-1].status_code == 429
        assert f'lang="{language}" dir="{direction}"' in answers[-1].text[:200]
        assert len(re.findall(r"<h1\b", answers[-1].text)) == 1
        assert answers[-1].headers["Retry-After"] in words(answers[-1])


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "evil.example:80"]
)
def test_unknown_host_is_rejected(sqlite_app: Flask, log: io.StringIO, host: str) -> None:
    sqlite_app.testing = False
    for method in ("GET", "POST"):
        answer = sqlite_app.test_client().open("/sign-in", method=method, headers={"Host": host})
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)
        check(answer, 400, "en", log)


def test_language_switch_of_an_error_page_works(funder: FlaskClient) -> None:
    """Switching the language of an error page must not lead to a second error."""
    refused = post(funder, "/entries/0123456789ab/approve", page="/account")
    assert refused.status_code in (403, 404)
    following = re.search(r'name="next" value="([^"]+)"', refused.text)
    assert following
    answer = post(funder, "/language", {"language": "ar", "next": following[1]}, page="/account")
    assert funder.get(answer.location).status_code != 405
