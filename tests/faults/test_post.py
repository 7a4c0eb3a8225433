"""A work process that is killed after the mail server took a letter sends it no second time."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from tests.support.mail_server import mail_server
from tests.support.secrets import SECRET
from tests.support.server import environment_for
from training.domain.identity import mail
from training.domain.identity.mail import Letter
from training.kit.clock import now
from training.kit.db import db, transaction
from training.kit.mail import MailServer, Security
from training.kit.resources import ROOT
from training.models.identity.jobs import Worker
from training.models.identity.mail import LetterState, OutgoingLetter

_SECONDS = 40


def _wait_for(state: LetterState) -> None:
    until = time.monotonic() + _SECONDS
    while db.session.scalar(select(OutgoingLetter.state).order_by(OutgoingLetter.id).limit(1)) is not state:
        assert time.monotonic() < until, "waited too long"
        db.session.rollback()
        time.sleep(0.1)


def test_a_letter_that_was_taken_when_the_worker_was_killed_is_not_sent_twice(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    app.config["SECRET_KEY"] = SECRET
    with mail_server() as mailbox, app.app_context():
        app.extensions["mail_server"] = MailServer("127.0.0.1", mailbox.port, Security.NONE, "register@example.org")
        environment = environment_for(
            database_url,
            QUEUE_FILE=str(tmp_path / "queue.sqlite"),
            SMTP_HOST="127.0.0.1",
            SMTP_PORT=str(mailbox.port),
            SMTP_SECURITY="none",
            MAIL_FROM="register@example.org",
        )
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        with transaction():
            mail.post(Letter.PASSWORD_CHANGED, "reader@example.org", "en", {})
        killed = subprocess.Popen(command, cwd=ROOT, env=environment)
        mailbox.on_letter = lambda: os.kill(killed.pid, signal.SIGKILL)
        try:
            killed.wait(_SECONDS)
        finally:
            killed.kill()
        assert killed.returncode == -signal.SIGKILL, "it was killed before the answer"
        assert len(mailbox.letters) == 1
        mailbox.on_letter = lambda: None
        with transaction():  # the minute after which it counts as dead
            past = now() - dt.timedelta(minutes=2)
            db.session.execute(update(Worker).values(seen_at=past))
            db.session.execute(update(OutgoingLetter).values(handed_at=past))
            mail.post(Letter.PASSWORD_CHANGED, "second@example.org", "en", {}, once="second")
        other = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            _wait_for(LetterState.UNCERTAIN)
            until = time.monotonic() + _SECONDS
            while len(mailbox.letters) == 1 and time.monotonic() < until:
                time.sleep(0.1)
        finally:
            other.terminate()
            other.wait(_SECONDS)
        assert [letter["To"] for letter in mailbox.letters] == ["reader@example.org", "second@example.org"]
