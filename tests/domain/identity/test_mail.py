"""A letter is posted with the act that it tells of, sealed, and to one address alone."""

import dataclasses
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from training.domain.identity import mail
from training.domain.identity.mail import Letter
from training.domain.identity.refusals import AddressRefused
from training.kit.db import db, transaction
from training.kit.mail import MailServer, Security
from training.kit.sealing import SealError, seal, unseal
from training.models.identity.mail import LetterState, OutgoingLetter

SERVER = MailServer("127.0.0.1", 25, Security.NONE, "register@example.org")
SECRET_ADDRESS = "https://register.example.org/invitation/one-time"


@pytest.fixture
def mailing(app: Flask) -> Iterator[Flask]:
    app.extensions["mail_server"] = SERVER
    with app.app_context():
        yield app


def invite(to: str = "someone@example.org", language: str = "ar", once: str | None = None) -> bool:
    return mail.post(Letter.INVITATION, to, language, {"address": SECRET_ADDRESS}, once=once)


def test_a_letter_is_posted_with_the_act_and_not_without_it(mailing: Flask) -> None:
    with suppress(KeyError), transaction():
        invite()
        raise KeyError
    assert db.session.scalars(select(OutgoingLetter)).all() == []
    with transaction():
        assert invite()
    row = db.session.scalars(select(OutgoingLetter)).one()
    assert (row.to_address, row.language, row.state) == ("someone@example.org", "ar", LetterState.WAITING)
    assert row.message_id.endswith("@example.org>")


def test_no_one_time_address_stands_in_the_database(mailing: Flask) -> None:
    with transaction():
        invite()
    row = db.session.execute(text("SELECT * FROM outbox")).one()
    assert not any("one-time" in str(value) or "invitation/" in str(value) for value in row)


def test_a_text_is_unsealed_with_the_secret_key_and_for_its_purpose_alone(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        sealed = seal("words", "outbox")
        assert unseal(sealed, "outbox") == "words"
        with pytest.raises(SealError):
            unseal(sealed, "something else")
        sqlite_app.config["SECRET_KEY"] = "another secret key, of many letters"
        with pytest.raises(SealError):
            unseal(sealed, "outbox")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b@example.org",
        "a@example.org\n",
        "a@example.org\r\nBcc: b@example.org",
        "a\r\nb@example.org",
        "a@example.org\x0b",
        "a@example.org\u2028",
        "a@example.org,b@example.org",
        "A <a@example.org>",
        "a b@example.org",
        "a@exam\x00ple.org",
        "a..b@example.org",
        f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.org",
        "سارة@example.org",
    ],
)
def test_an_address_that_is_more_or_less_than_one_is_refused(sqlite_app: Flask, address: str) -> None:
    sqlite_app.extensions["mail_server"] = SERVER
    with sqlite_app.app_context(), pytest.raises(AddressRefused), transaction():
        invite(address)


def test_what_may_be_posted_once_is_posted_once(mailing: Flask) -> None:
    with transaction():
        invite(once="today")
    with pytest.raises(IntegrityError), transaction():
        invite(once="today")


def test_an_unknown_language_is_english_and_missing_values_are_a_mistake(sqlite_app: Flask) -> None:
    sqlite_app.extensions["mail_server"] = SERVER
    with sqlite_app.app_context():
        with transaction():
            invite(language="xx")
        assert db.session.scalars(select(OutgoingLetter.language)).one() == "en"
        with pytest.raises(ValueError, match="needs the values"), transaction():
            mail.post(Letter.INVITATION, "a@example.org", "en", {})


def test_nothing_is_posted_while_mail_is_off(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        assert not mail.is_set_up()
        with transaction():
            assert not invite()
        assert db.session.scalars(select(OutgoingLetter)).all() == []


def test_the_password_of_the_mail_server_is_in_no_printed_setting() -> None:
    assert "secret words" not in repr(dataclasses.replace(SERVER, user="u", password="secret words"))
