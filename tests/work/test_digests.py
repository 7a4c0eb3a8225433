"""Whoever has a confirmed e-mail is told once a day that something waits, and about nobody by name."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support.mail_server import Mailbox, mail_server
from tests.support.world import CEILING, TODAY, World
from training.domain.finance import ceilings
from training.domain.identity import roles
from training.domain.identity.roles import RoleTerms
from training.kit.clock import now, pretend, today
from training.kit.db import db, transaction
from training.kit.mail import MailServer, Security
from training.models.identity.accounts import Role, User
from training.models.identity.mail import OutgoingLetter
from training.queries.identity import accounts
from training.work.digests import post_all
from training.work.mail_delivery import send_due

FIRST_PAGE = "https://register.example.org/"


@pytest.fixture
def quiet(sqlite_app: Flask) -> Iterator[tuple[Mailbox, World]]:
    """Return a mailbox, and a world in which nothing waits for anybody."""
    with mail_server() as mailbox, sqlite_app.app_context():
        sqlite_app.extensions["mail_server"] = MailServer(
            "127.0.0.1", mailbox.port, Security.NONE, "register@example.org"
        )
        yield mailbox, World(sqlite_app)


@pytest.fixture
def mailbox(quiet: tuple[Mailbox, World]) -> Mailbox:
    """Return a mailbox, and let a proposal wait for the approver, who reads Arabic."""
    mailbox, world = quiet
    world.proposed_line(100_00)
    give_email("approver", language="ar")
    return mailbox


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


def test_an_approver_is_told_of_a_ceiling_that_waits(quiet: tuple[Mailbox, World]) -> None:
    mailbox, world = quiet
    give_email("approver")
    assert post_all(FIRST_PAGE) == 0
    with transaction():
        source = ceilings.Source("A release", TODAY)
        ceilings.propose(world.programme(), CEILING + 1_00, source, world.actor("uk"), TODAY)
    assert post_all(FIRST_PAGE) == 1
    send_due("worker")
    [letter] = mailbox.letters
    assert "Proposals wait for your decision." in str(letter)


def test_the_other_administrator_is_told_of_a_role_that_waits(quiet: tuple[Mailbox, World]) -> None:
    mailbox, world = quiet
    world.account("admin.2", Role.ADMINISTRATOR, "uk")
    for username in ("admin", "admin.2"):
        give_email(username)
    assert post_all(FIRST_PAGE) == 0
    auditor = accounts.user_named("auditor")
    assert auditor
    with transaction():
        roles.ask(auditor, RoleTerms(Role.TRAINER, reason="a reason"), world.actor("admin"), today())
    assert post_all(FIRST_PAGE) == 1
    send_due("worker")
    [letter] = mailbox.letters
    assert letter["To"] == "admin.2@example.org"
    assert "Roles, invitations or links of accounts wait for your decision." in str(letter)
    assert "auditor" not in str(letter)


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
