"""Whoever has a confirmed e-mail is told once a day that something waits, and about nobody by name."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support.mail_server import Mailbox, mail_server
from tests.support.world import World
from training.kit.clock import now, pretend
from training.kit.db import db, transaction
from training.kit.mail import MailServer, Security
from training.models.identity.accounts import User
from training.models.identity.mail import OutgoingLetter
from training.work.digests import post_all
from training.work.postman import send_due

FIRST_PAGE = "https://register.example.org/"


@pytest.fixture
def mailbox(sqlite_app: Flask) -> Iterator[Mailbox]:
    with mail_server() as mailbox, sqlite_app.app_context():
        sqlite_app.extensions["mail_server"] = MailServer(
            "127.0.0.1", mailbox.port, Security.NONE, "register@example.org"
        )
        World(sqlite_app).proposed_line(100_00)
        give_email("approver", language="ar")
        yield mailbox


def give_email(username: str, *, is_confirmed: bool = True, language: str = "en") -> None:
    with transaction():
        at = now() if is_confirmed else None
        values = {"email": f"{username}@example.org", "email_confirmed_at": at, "language": language}
        db.session.execute(update(User).where(User.username == username).values(values))


def recipients() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(OutgoingLetter.to_address)))


def test_whoever_has_something_waiting_is_told_in_their_language_without_names(mailbox: Mailbox) -> None:
    give_email("auditor")
    assert post_all(FIRST_PAGE) == 1
    send_due("worker")
    [letter] = mailbox.letters
    plain, html = (part.get_content() for part in letter.iter_parts())
    assert letter["To"] == "approver@example.org"
    assert "مقترحات تنتظر قراركم" in plain
    assert FIRST_PAGE in plain.splitlines()
    assert 'dir="rtl"' in html
    for name in ("a purpose", "uk", "Programme"):
        assert name not in plain.replace(FIRST_PAGE, "")


def test_nobody_is_told_twice_on_a_day(mailbox: Mailbox) -> None:
    morning = dt.datetime(2026, 11, 24, 4, 11, tzinfo=dt.UTC)
    with pretend(morning):
        assert post_all(FIRST_PAGE) == 1
    with pretend(morning + dt.timedelta(hours=1)):
        assert post_all(FIRST_PAGE) == 0
    with pretend(morning + dt.timedelta(days=1)):
        assert post_all(FIRST_PAGE) == 1
    assert recipients() == ["approver@example.org"] * 2


def test_an_email_that_is_not_confirmed_and_a_disabled_account_get_nothing(mailbox: Mailbox) -> None:
    give_email("approver", is_confirmed=False)
    assert post_all(FIRST_PAGE) == 0
    give_email("approver")
    with transaction():
        db.session.execute(update(User).where(User.username == "approver").values(is_active=False))
    assert post_all(FIRST_PAGE) == 0


def test_nothing_is_posted_while_mail_is_off(mailbox: Mailbox, sqlite_app: Flask) -> None:
    sqlite_app.extensions["mail_server"] = None
    assert post_all(FIRST_PAGE) == 0
    assert recipients() == []
