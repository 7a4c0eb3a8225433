"""Each page in each language: declared language and direction, one heading, unique ids, nothing untranslated."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.application import shared_application
from tests.support.crawl import crawl
from tests.support.databases import fresh_sqlite
from tests.support.world import post
from training.cli import demo
from training.cli.published import load_pact
from training.kit.db import transaction

USERS = ("uk.coordinator", "iraq.coordinator", "kri.coordinator", "trainer", "trainee", "trainee.2", "funder",
         "approver", "vetting", "rights.approver", "auditor", "admin")  # fmt: skip


EMPTY = ("meta", "link", "img", "input", "br", "hr", "path", "circle", "line")


class Page(HTMLParser):
    """What a page declares, and its text.

    Without parts marked as English, as names or as user input, and without the window title, which cannot be marked
    and repeats the heading.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings = 0
        self.ids: Counter[str] = Counter()
        self.words: list[str] = []
        self.language = self.direction = ""
        self._silent: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "html":
            self.language, self.direction = attributes.get("lang") or "", attributes.get("dir") or ""
        self.headings += tag == "h1"
        if attributes.get("id"):
            self.ids[attributes["id"] or ""] += 1
        is_marked = attributes.get("lang") == "en" or attributes.get("dir") == "auto"
        is_silent = is_marked or tag in ("bdi", "title", "textarea")
        if tag not in EMPTY and (self._silent or (is_silent and tag != "html")):
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.words.append(unescape(data.strip()))


def _sign_in(app: Flask, user: str, language: str) -> FlaskClient:
    client = app.test_client()
    answer = post(client, "/sign-in", {"username": user, "password": app.config["SETTINGS"].demo_password})
    assert answer.status_code == 302
    with client.session_transaction() as session:
        session["language"] = language
    return client


@pytest.fixture(scope="module")
def demonstration(sqlite_folder: Path) -> Iterator[Flask]:
    """Return the application with the demonstration, for tests that only read."""
    with fresh_sqlite(sqlite_folder, "demonstration") as url, shared_application(url) as app:
        with app.app_context():
            with transaction():
                load_pact()
            demo.load(app.config["SETTINGS"])
        yield app


LATIN = re.compile(r"[A-Za-z]{2,}")
# Latin letters that are not English words: a language's own name, record codes, file types, currencies, instruments.
ALLOWED = re.compile(
    r"^(English|[0-9a-z]{12}|20\d\d-\d{3}|CSV|XLSX|Excel|OpenDocument|PDF|JPEG|PNG|GBP|USD|EUR|IQD|GC|MS|TruNarc)$"
)
# A name in the midst of a sentence stands between these two.
ISOLATED = re.compile("\u2068[^\u2069]*\u2069")


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_every_page_is_complete_in_its_language(demonstration: Flask, language: str) -> None:
    wrong: list[str] = []
    for user in USERS:
        client = _sign_in(demonstration, user, language)
        for address, answer in crawl(client):
            if answer.status_code == 302 and answer.headers["Location"].startswith("/batches/"):
                continue  # to the next row that needs a decision, which the crawl reaches by itself
            page = Page(answer.text)
            where = f"{user} {address}"
            if answer.status_code != 200:
                wrong.append(f"{where}: {answer.status_code}")
            if (page.language, page.direction) != (language, "ltr" if language == "en" else "rtl"):
                wrong.append(f"{where}: lang {page.language} dir {page.direction}")
            if page.headings != 1:
                wrong.append(f"{where}: {page.headings} h1")
            wrong += [f"{where}: id {key} twice" for key, number in page.ids.items() if number > 1]
            if language != "en":
                wrong += [f"{where}: English {text!r}" for text in page.words if _is_english(text)]
    assert sorted(set(wrong))[:40] == []


def _is_english(text: str) -> bool:
    words = LATIN.findall(ISOLATED.sub("", text))
    return any(not ALLOWED.match(word) for word in words) and not ALLOWED.match(text)
