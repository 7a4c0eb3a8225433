"""Each page in each language: declared language and direction, one heading, unique ids, nothing untranslated."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.support.application import shared_application
from tests.support.crawl import crawl
from tests.support.databases import fresh_sqlite
from tests.support.world import post
from training.cli import demo
from training.cli.published import load_pact
from training.domain.courses import kit
from training.domain.identity import account_recovery, invitations
from training.domain.identity.roles import RoleTerms
from training.kit.clock import now
from training.kit.db import db, transaction
from training.models.courses.venues import Venue
from training.models.identity.accounts import Role
from training.models.identity.organisations import Organisation
from training.queries.identity import accounts

USERS = ("uk.coordinator", "iraq.coordinator", "kri.coordinator", "trainer", "trainee", "trainee.2", "funder",
         "approver", "vetting", "rights.approver", "auditor", "admin", "admin.2")  # fmt: skip

NOT_REACHED = {
    # Without a session, at a one-time address, or while mail is off.
    "identity.accounts.sign_in", "identity.accounts.invitation", "identity.own_account.email",
    "identity.account_recovery.confirm", "identity.account_recovery.forgotten", "identity.account_recovery.reset",
    "people.cards.enter", "people.cards.password",
    # What the demonstration has none of.
    "admissions.late_entries.propose", "admissions.late_entries.show", "admissions.nomination_uploads.organisations",
    "admissions.nomination_uploads.undo", "admissions.vetting_uploads.show", "assurance.rights_assessments.note",
    "finance.ledger.refund", "finance.ledger.reverse", "finance.spend_choices.money_back",
    "finance.spend_uploads.columns", "finance.spend_uploads.show", "finance.spend_uploads.withdraw",
    # No pages.
    "assurance.attachments.show", "finance.claims.evidence", "identity.health.show",
}  # fmt: skip
"""What no link leads to in the demonstration; whatever else has a page is read in each language."""

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


class Demonstration(NamedTuple):
    """The application with the demonstration, and one-time addresses that work in it."""

    app: Flask
    invitation: str
    new_password: str


@pytest.fixture(scope="module")
def demonstration(sqlite_folder: Path) -> Iterator[Demonstration]:
    """Return the demonstration, for tests that only read; with kit, invitations and a way back, which it has not."""
    with fresh_sqlite(sqlite_folder, "demonstration") as url, shared_application(url) as app:
        with app.app_context():
            with transaction():
                load_pact()
            demo.load(app.config["SETTINGS"])
            with transaction():
                invitation, new_password = _one_time_addresses()
                for venue in db.session.scalars(select(Venue)).all():
                    kit.create(venue, kit.KitDetails("Projector", 2, "جهاز عرض", "پڕۆژێکتەر"), by=None)
        yield Demonstration(app, invitation, new_password)


def _one_time_addresses() -> tuple[str, str]:
    """Return the addresses of an invitation and of a new password; another invitation waits for an administrator."""
    admin, trainer = accounts.user_named("admin"), accounts.user_named("trainer.2")
    assert admin
    assert trainer
    by = accounts.actor_of(accounts.active_user(admin.id) or admin)
    body = db.session.get_one(Organisation, trainer.organisation_id)
    for email, role in (("a@example.org", Role.AUDITOR), ("b@example.org", Role.TRAINEE)):
        asked = invitations.ask(invitations.Invitee("", email), RoleTerms(role, reason="…"), body, by, now())
    sent = invitations.send(asked, by, now(), str)
    return f"/invitation/{sent.token}", f"/password/{account_recovery.make_reset(trainer, by, now())}"


LATIN = re.compile(r"[A-Za-z]{2,}")
# Latin letters that are not English words: a language's own name, record codes, file types, currencies, instruments.
ALLOWED = re.compile(
    r"^(English|[0-9a-z]{12}|20\d\d-\d{3}|CSV|XLSX|Excel|OpenDocument|PDF|JPEG|PNG|GBP|USD|EUR|IQD|GC|MS|TruNarc)$"
)
# A name in the midst of a sentence stands between these two.
ISOLATED = re.compile("\u2068[^\u2069]*\u2069")


def _faults(where: str, answer: TestResponse, language: str, status: int = 200) -> list[str]:
    """Return what is wrong with a page in a language."""
    page = Page(answer.text)
    wrong = [f"{where}: id {key} twice" for key, number in page.ids.items() if number > 1]
    if answer.status_code != status:
        wrong.append(f"{where}: {answer.status_code}")
    if (page.language, page.direction) != (language, "ltr" if language == "en" else "rtl"):
        wrong.append(f"{where}: lang {page.language} dir {page.direction}")
    if page.headings != 1:
        wrong.append(f"{where}: {page.headings} h1")
    if language != "en":
        wrong += [f"{where}: English {text!r}" for text in page.words if _is_english(text)]
    return wrong


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_every_page_is_complete_in_its_language(demonstration: Demonstration, language: str) -> None:
    wrong: list[str] = []
    reached = set[str]()
    app = demonstration.app
    addresses = app.url_map.bind("localhost")
    for user in USERS:
        client = _sign_in(app, user, language)
        for address, answer in crawl(client):
            reached.add(addresses.match(address.partition("?")[0], "GET")[0])
            if answer.status_code == 302 and answer.headers["Location"].startswith("/batches/"):
                continue  # to the next row that needs a decision, which the crawl reaches by itself
            wrong += _faults(f"{user} {address}", answer, language)
    assert sorted(set(wrong))[:40] == []
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and _is_page(rule)}
    assert pages - reached == NOT_REACHED


def _is_page(rule: Rule) -> bool:
    """Return whether an address has a page, and not a table to save or a static file."""
    return rule.endpoint != "static" and "<kind>" not in rule.rule


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_pages_without_a_session_are_complete_in_their_language(demonstration: Demonstration, language: str) -> None:
    found = ("/sign-in", "/password/forgotten", "/card", demonstration.invitation, demonstration.new_password)
    spent = ("/invitation/unknown", "/password/unknown", "/email/unknown", "/nowhere")
    client = demonstration.app.test_client()
    with client.session_transaction() as session:
        session["language"] = language
    wrong = [fault for address in found for fault in _faults(address, client.get(address), language)]
    wrong += [fault for address in spent for fault in _faults(address, client.get(address), language, 404)]
    reader = _sign_in(demonstration.app, "trainer", language)
    wrong += _faults("/account/email", reader.get("/account/email"), language)
    assert wrong == []


def _is_english(text: str) -> bool:
    words = LATIN.findall(ISOLATED.sub("", text))
    return any(not ALLOWED.match(word) for word in words) and not ALLOWED.match(text)
