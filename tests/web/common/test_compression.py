"""Pages travel compressed; what is in them cannot be told from how long they are."""

import gzip
import re

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.world import World
from training.kit.sheets import Column, to_xlsx

GZIP = {"Accept-Encoding": "gzip, deflate, br, zstd"}
FULL = "A page. " * 1000


@pytest.fixture
def client(sqlite_app: Flask) -> FlaskClient:
    with sqlite_app.app_context():
        world = World(sqlite_app)
    return world.sign_in(sqlite_app.test_client(), "uk")


_VALUE = re.compile(rb'value="[^"]*"')
"""The tokens and keys of forms, which are others at each request."""


def given(app: Flask, answer: Response | str, **headers: str) -> TestResponse:
    """Return what a client gets when the page of health answers with ``answer``."""
    app.view_functions["identity.health.show"] = lambda: answer
    return app.test_client().get("/healthz", headers=GZIP | headers)


def test_page_is_compressed_for_a_browser_that_reads_gzip(client: FlaskClient) -> None:
    plain, small = client.get("/account"), client.get("/account", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert _VALUE.sub(b"", gzip.decompress(small.data)) == _VALUE.sub(b"", plain.data)
    assert small.headers["Content-Length"] == str(len(small.data))
    assert len(small.data) < len(plain.data) / 2
    assert small.headers["Cache-Control"] == "no-store"
    assert small.headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"]
    for answer in (plain, small):
        assert {"Accept-Encoding", "Cookie"} <= set(answer.vary)


@pytest.mark.parametrize("address", ["/none/such", "/cohorts?state=nonsense", "/sign-in"])
def test_every_page_is_compressed_errors_too(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers=GZIP)
    assert "</html>" in gzip.decompress(answer.data).decode()


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip;q=0, *"])
def test_page_is_left_as_it_is_for_who_cannot_read_gzip(client: FlaskClient, accepted: str) -> None:
    answer = client.get("/account", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert "</html>" in answer.text


def test_table_as_csv_is_compressed_and_as_workbook_is_not(sqlite_app: Flask) -> None:
    rows = [[f"Line {n}"] for n in range(2000)]
    workbook = to_xlsx("Lines", [Column("Line")], rows, total="Total", right_to_left=False)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = given(sqlite_app, Response(workbook, content_type=kind))
    assert "Content-Encoding" not in answer.headers
    assert answer.data == workbook
    for kind in ("text/csv; charset=utf-8", "application/json", "image/svg+xml"):
        answer = given(sqlite_app, Response(FULL, content_type=kind))
        assert answer.headers["Content-Encoding"] == "gzip", kind
        assert answer.headers["Content-Type"].startswith(kind.split(";")[0])
        assert gzip.decompress(answer.data).decode() == FULL


def test_small_answers_and_those_compressed_already_are_left(sqlite_app: Flask) -> None:
    assert "Content-Encoding" not in given(sqlite_app, "short").headers
    packed = gzip.compress(FULL.encode())
    for encoding in ("gzip", "br"):
        answer = given(sqlite_app, Response(packed * 20, headers={"Content-Encoding": encoding}))
        assert answer.headers["Content-Encoding"] == encoding
        assert answer.data == packed * 20


def test_answer_that_is_sent_piece_by_piece_is_left(sqlite_app: Flask) -> None:
    pieces = (piece for piece in (FULL, FULL))
    answer = given(sqlite_app, Response(pieces, mimetype="text/plain"))
    assert "Content-Encoding" not in answer.headers
    assert answer.text == FULL + FULL


def test_question_for_the_head_alone_tells_what_the_page_would_be(client: FlaskClient) -> None:
    answer = client.head("/account", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.data == b""


# How long an answer is tells nothing about it.


def test_same_page_is_of_another_length_each_time(sqlite_app: Flask) -> None:
    lengths = {len(given(sqlite_app, FULL).data) for _ in range(60)}
    assert len(lengths) > 20
    assert max(lengths) - min(lengths) <= 100


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_page_that_another_site_asked_for_is_not_compressed(client: FlaskClient, site: str) -> None:
    answer = client.get("/account", headers=GZIP | {"Sec-Fetch-Site": site})
    assert "Content-Encoding" not in answer.headers
    assert "Sec-Fetch-Site" in answer.vary
    for own in ("same-origin", "none"):
        answer = client.get("/account", headers=GZIP | {"Sec-Fetch-Site": own})
        assert answer.headers["Content-Encoding"] == "gzip"
