"""Administrators see what became of letters, not what they say, and have one sent again where nobody else can know."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.support.mail_server import Mailbox, mail_server
from tests.support.world import World, post
from training.domain.identity import mail
from training.domain.identity.mail import Letter
from training.kit.clock import now
from training.kit.db import db, transaction
from training.kit.mail import MailServer, Security
from training.models.identity.audit import AuditEntry
from training.models.identity.mail import LetterState, OutgoingLetter
from training.work.mail_delivery import send_due

ADDRESS = "https://register.example.org/invitation/one-time-token"


@pytest.fixture
def mailbox(sqlite_app: Flask) -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        sqlite_app.extensions["mail_server"] = MailServer(
            "127.0.0.1", mailbox.port, Security.NONE, "register@example.org", patience=2, patience_at_end=0.5
        )
        yield mailbox


@pytest.fixture
def administrator(sqlite_app: Flask, mailbox: Mailbox) -> FlaskClient:
    with sqlite_app.app_context():
        world = World(sqlite_app)
    return world.sign_in(sqlite_app.test_client(), "admin")


def press_again(client: FlaskClient, public_id: str) -> str:
    """Press the button for a letter and return the page that follows."""
    answer = post(client, f"/mail/{public_id}/again", page="/mail")
    return client.get(answer.location).text


def invite(app: Flask, **changes: object) -> str:
    """Post an invitation, change its row, and return its public id."""
    with app.app_context():
        with transaction():
            mail.post(Letter.INVITATION, "reader@example.org", "ckb", {"address": ADDRESS})
            db.session.flush()
            if changes:
                db.session.execute(update(OutgoingLetter).values(changes))
        return db.session.scalars(select(OutgoingLetter.public_id)).one()


def send(app: Flask) -> None:
    with app.app_context():
        send_due("worker")


def test_page_shows_states_and_answers_and_no_text(administrator: FlaskClient, mailbox: Mailbox) -> None:
    mailbox.recipient_answer = "550 5.1.1 Somebody Else is unknown"
    invite(administrator.application)
    send(administrator.application)
    page = administrator.get("/mail").text
    for shown in ("reader@example.org", "Not sent", "The mail server refused the recipient", "550 5.1.1", "Send again"):
        assert shown in page
    for hidden in ("one-time-token", "Somebody Else"):
        assert hidden not in page


def test_uncertain_letter_is_sent_again_once_under_the_same_id_by_a_person(
    administrator: FlaskClient, mailbox: Mailbox
) -> None:
    mailbox.ponders = 1
    public_id = invite(administrator.application)
    send(administrator.application)
    assert "it could arrive twice" in administrator.get("/mail?state=uncertain").text
    mailbox.ponders = 0
    assert "will be sent again" in press_again(administrator, public_id)
    assert "waits to be sent" in press_again(administrator, public_id), "two people press at once"
    send(administrator.application)
    assert len(mailbox.letters) == 2
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == 1, "a receiver can tell that they are the same"
    with administrator.application.app_context():
        again = select(AuditEntry).where(AuditEntry.action == "letter sent again")
        assert len(db.session.scalars(again).all()) == 1


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.WAITING, LetterState.HANDED_OVER])
def test_only_what_failed_or_may_have_is_sent_again(
    administrator: FlaskClient, mailbox: Mailbox, state: LetterState
) -> None:
    public_id = invite(administrator.application, state=state, sealed=None)
    assert "Send again" not in administrator.get("/mail").text
    assert "of no use any more" in press_again(administrator, public_id)


def test_letter_that_is_of_no_use_any_more_is_not_sent_again(administrator: FlaskClient, mailbox: Mailbox) -> None:
    past = now() - dt.timedelta(minutes=1)
    public_id = invite(administrator.application, state=LetterState.FAILED, useful_until=past)
    assert "Send again" not in administrator.get("/mail").text
    assert "of no use any more" in press_again(administrator, public_id)


def test_page_says_that_mail_is_off(sqlite_app: Flask, administrator: FlaskClient) -> None:
    sqlite_app.extensions["mail_server"] = None
    assert "Mail is not set up" in administrator.get("/mail").text
