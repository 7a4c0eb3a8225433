"""Letters reach a real mail server once, and wait where it refuses, ponders or is away."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from tests.support.mail_server import PASSWORD, USER, Mailbox, mail_server, self_signed
from tests.support.ports import free_port
from training.domain.identity import mail, outbox
from training.domain.identity.mail import Letter
from training.kit.clock import now, pretend
from training.kit.db import db, transaction
from training.kit.mail import MailServer, Security
from training.models.identity.mail import LetterProblem, LetterState, OutgoingLetter
from training.web.identity.letters import TEMPLATES
from training.work.mail_delivery import send_due

ADDRESS = "https://register.example.org/invitation/one-time-token"
VALUES = {"address": ADDRESS, "about": "proposals nominations"}


def server_at(port: int, **changes: object) -> MailServer:
    plain = MailServer("127.0.0.1", port, Security.NONE, "register@example.org", patience=2, patience_at_end=2)
    return replace(plain, **changes)  # type: ignore[arg-type]


@contextmanager
def sending_to(app: Flask, server: MailServer) -> Iterator[None]:
    app.extensions["mail_server"] = server
    with app.app_context():
        yield


def post(letter: Letter = Letter.INVITATION, language: str = "ar", to: str = "reader@example.org") -> None:
    values = {name: VALUES[name] for name in mail.TERMS[letter].values}
    with transaction():
        assert mail.post(letter, to, language, values)


def the_letter() -> OutgoingLetter:
    db.session.rollback()
    return db.session.scalars(select(OutgoingLetter)).one()


def state() -> tuple[LetterState, LetterProblem | None, str]:
    row = the_letter()
    return row.state, row.problem, row.reply


@pytest.fixture
def mailbox(sqlite_app: Flask) -> Iterator[Mailbox]:
    with mail_server() as mailbox, sending_to(sqlite_app, server_at(mailbox.port)):
        yield mailbox


def test_a_letter_arrives_in_the_language_of_its_reader(app: Flask) -> None:
    with mail_server() as mailbox, sending_to(app, server_at(mailbox.port)):
        post()
        send_due("worker")
        [letter] = mailbox.letters
        assert letter["To"] == "reader@example.org"
        assert letter["From"] == "register@example.org"
        assert letter["Message-ID"] == the_letter().message_id
        assert letter["Subject"] == "حسابكم في سجل التدريب الحدودي"
        assert letter["Auto-Submitted"] == "auto-generated"
        plain, html = (part.get_content() for part in letter.iter_parts())
        assert "سجل التدريب الحدودي" in plain
        assert ADDRESS in plain.splitlines()
        assert '<html lang="ar" dir="rtl">' in html
        assert f'<a href="{ADDRESS}" dir="ltr">' in html
        assert state() == (LetterState.SENT, None, "")


@pytest.mark.parametrize("letter", Letter)
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("ckb", "rtl")])
def test_every_letter_is_written_in_every_language(
    mailbox: Mailbox, letter: Letter, language: str, direction: str
) -> None:
    post(letter, language)
    send_due("worker")
    plain, html = (part.get_content() for part in mailbox.letters[0].iter_parts())
    assert f'dir="{direction}"' in html
    assert "&" not in plain
    assert (ADDRESS in plain) == ("address" in mail.TERMS[letter].values)
    assert letter in TEMPLATES


def test_a_letter_that_was_sent_is_emptied_and_not_sent_again(mailbox: Mailbox) -> None:
    post()
    send_due("worker")
    with pretend(now() + dt.timedelta(hours=1)):
        send_due("worker")
        send_due("another worker")
    assert len(mailbox.letters) == 1
    assert the_letter().sealed is None
    assert not any("one-time" in str(value) for value in db.session.execute(text("SELECT * FROM outbox")).one())


def test_a_letter_that_is_refused_for_now_is_tried_again_after_growing_pauses(mailbox: Mailbox) -> None:
    at = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    mailbox.recipient_answer = "450 4.2.1 try later, someone"
    pauses = []
    with pretend(at):
        post()
    for _ in range(4):
        with pretend(at):
            send_due("worker")
            due_at = the_letter().due_at
            pauses.append(due_at - at)
        with pretend(due_at - dt.timedelta(seconds=1)):
            send_due("worker")
            assert the_letter().due_at == due_at, "not before it is due"
        at = due_at
    assert pauses == [dt.timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert state() == (LetterState.WAITING, LetterProblem.ADDRESS_REFUSED, "450 4.2.1")
    mailbox.recipient_answer = ""
    with pretend(at):
        send_due("worker")
    assert state() == (LetterState.SENT, None, "")
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("recipient_answer", LetterProblem.ADDRESS_REFUSED),
        ("letter_answer", LetterProblem.TEXT_REFUSED),
    ],
)
def test_a_letter_that_is_refused_for_good_has_failed_and_the_next_is_sent(
    mailbox: Mailbox, answer: str, problem: LetterProblem
) -> None:
    setattr(mailbox, answer, "550 5.1.1 <reader@example.org> unknown")
    post()
    send_due("worker")
    assert state() == (LetterState.FAILED, problem, "550 5.1.1")
    setattr(mailbox, answer, "")
    post(to="second@example.org")
    with pretend(now() + dt.timedelta(hours=5)):
        send_due("worker")
    assert [letter["To"] for letter in mailbox.letters] == ["second@example.org"]


def test_after_a_refusal_the_next_letter_is_offered_on_the_same_line(mailbox: Mailbox) -> None:
    mailbox.sender_answer = "451 4.3.0 not now"
    post()
    post(to="second@example.org")
    send_due("worker")
    assert set(db.session.scalars(select(OutgoingLetter.reply))) == {"451 4.3.0"}, "both were offered"


def test_while_no_server_answers_letters_wait(sqlite_app: Flask) -> None:
    with sending_to(sqlite_app, server_at(free_port())):
        post()
        send_due("worker")
        assert state() == (LetterState.WAITING, LetterProblem.UNREACHABLE, "")
        assert the_letter().due_at > now()


def test_a_letter_fails_when_it_is_no_longer_of_use(sqlite_app: Flask) -> None:
    at = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    with sending_to(sqlite_app, server_at(free_port())):
        with pretend(at):
            post(Letter.PASSWORD_RESET)
        with pretend(at + dt.timedelta(minutes=30)):
            send_due("worker")
        assert state() == (LetterState.FAILED, LetterProblem.TOO_LATE, "")
        assert the_letter().sealed is None


# The answer is lost: nobody can know whether the letter was taken.


def test_a_letter_whose_answer_is_lost_is_uncertain_and_not_sent_again_by_itself(mailbox: Mailbox) -> None:
    mailbox.ponders = 4
    post()
    send_due("worker")
    assert the_letter().state is LetterState.UNCERTAIN
    mailbox.ponders = 0
    with pretend(now() + dt.timedelta(hours=5)):
        send_due("worker")
    assert len(mailbox.letters) == 1


def test_a_letter_left_by_a_worker_that_died_is_uncertain(app: Flask) -> None:
    with mail_server() as mailbox, sending_to(app, server_at(mailbox.port)):
        post()
        opened = outbox.opened(the_letter().id)
        assert opened is not None
        with transaction():
            assert outbox.hand_over(opened, "dead worker")
            assert not outbox.hand_over(opened, "worker"), "one takes it"
        send_due("worker")
        assert the_letter().state is LetterState.HANDED_OVER, "it may be alive"
        with pretend(now() + dt.timedelta(seconds=61)):
            send_due("worker")
        assert the_letter().state is LetterState.UNCERTAIN
        assert mailbox.letters == []


def test_a_worker_that_was_only_slow_says_that_the_letter_was_sent(mailbox: Mailbox) -> None:
    post()
    opened = outbox.opened(the_letter().id)
    assert opened is not None
    with transaction():
        outbox.hand_over(opened, "slow worker")
    with pretend(now() + dt.timedelta(seconds=61)):
        send_due("worker")
    assert the_letter().state is LetterState.UNCERTAIN
    db.session.rollback()
    with transaction():
        outbox.sent(opened.key, "slow worker")
    assert (the_letter().state, the_letter().sealed) == (LetterState.SENT, None)


def test_a_letter_that_this_worker_could_not_note_is_uncertain_at_once(mailbox: Mailbox) -> None:
    post()
    opened = outbox.opened(the_letter().id)
    assert opened is not None
    with transaction():
        outbox.hand_over(opened, "worker")
    send_due("worker")
    assert the_letter().state is LetterState.UNCERTAIN


# Encryption and sign-in.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_letters_travel_encrypted_and_after_a_sign_in(sqlite_app: Flask, trusted: Path, security: Security) -> None:
    with mail_server(trusted, is_tls=security is Security.TLS, signs_in=True) as mailbox:
        server = server_at(mailbox.port, host="localhost", security=security, user=USER, password=PASSWORD)
        with sending_to(sqlite_app, server):
            post()
            send_due("worker")
            assert state() == (LetterState.SENT, None, "")


def test_a_wrong_password_lets_letters_wait_and_is_named(sqlite_app: Flask, trusted: Path) -> None:
    with mail_server(trusted, signs_in=True) as mailbox:
        server = server_at(mailbox.port, host="localhost", security=Security.STARTTLS, user=USER, password="wrong")
        with sending_to(sqlite_app, server):
            post()
            send_due("worker")
            assert state() == (LetterState.WAITING, LetterProblem.SIGN_IN_REFUSED, "535 5.7.8")
            assert mailbox.letters == []


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_certificate_that_is_not_trusted_gets_no_letter(
    sqlite_app: Flask, certificate: Path, security: Security
) -> None:
    with mail_server(certificate, is_tls=security is Security.TLS) as mailbox:
        with sending_to(sqlite_app, server_at(mailbox.port, host="localhost", security=security)):
            post()
            send_due("worker")
            assert state() == (LetterState.WAITING, LetterProblem.NOT_SECURE, "")
        assert mailbox.letters == []


def test_a_server_that_offers_no_encryption_gets_no_letter(sqlite_app: Flask) -> None:
    with mail_server() as mailbox:
        with sending_to(sqlite_app, server_at(mailbox.port, security=Security.STARTTLS)):
            post()
            send_due("worker")
            assert state() == (LetterState.WAITING, LetterProblem.NOT_SECURE, "")
        assert mailbox.letters == []


def test_a_letter_sealed_with_another_key_has_failed_and_holds_up_no_other(mailbox: Mailbox) -> None:
    post()
    with transaction():
        db.session.execute(update(OutgoingLetter).values(sealed="gAAAAA"))
    post(to="second@example.org")
    send_due("worker")
    assert [letter["To"] for letter in mailbox.letters] == ["second@example.org"]
    assert set(db.session.scalars(select(OutgoingLetter.problem))) == {LetterProblem.UNREADABLE, None}


def test_letters_of_a_month_ago_are_deleted(mailbox: Mailbox) -> None:
    post()
    with transaction():
        outbox.delete_expired(now() + dt.timedelta(days=31))
    assert db.session.scalars(select(OutgoingLetter)).all() == []


def test_two_workers_at_once_send_each_letter_once(app: Flask) -> None:
    def send(name: str) -> None:
        with app.app_context():
            for _ in range(3):
                send_due(name)

    with mail_server() as mailbox, sending_to(app, server_at(mailbox.port)):
        for number in range(12):
            post(to=f"reader{number}@example.org")
        workers = [threading.Thread(target=send, args=(f"worker {number}",)) for number in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        send_due("worker")
        assert sorted(letter["To"] for letter in mailbox.letters) == sorted(f"reader{n}@example.org" for n in range(12))
