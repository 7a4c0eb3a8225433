"""Hand the letters of the outbox to the mail server."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask import current_app

from training.domain.identity import outbox
from training.domain.identity.mail import Letter, Written
from training.domain.identity.outbox import Opened
from training.kit import mail
from training.kit.clock import now
from training.kit.db import read_anew, transaction
from training.kit.mail import Envelope, MailServer
from training.kit.outages import outage_of
from training.kit.sealing import SealError
from training.kit.tracebacks import told
from training.queries.identity import outbox as rows
from training.work.smtp import MailLine, NotSentError, UnansweredError, connected

log = logging.getLogger("training.work")

_MOST = 50
"""Letters over one connection."""
_PAUSES = (0.2, 1, 5, 20)
"""Seconds between tries to record that a letter was sent."""


class Ready(NamedTuple):
    """A letter and its text."""

    letter: Opened
    text: bytes


class _TakenError(Exception):
    """Another worker is handing the letter over."""


def send_due(worker: str) -> None:
    """Send the letters that are due, as ``worker``, over one connection."""
    server = mail.server()
    if server is None:
        return
    if outbox.needs_tidying(worker):
        with transaction():
            outbox.tidy(worker)
    letters = [letter for key in rows.due(now(), _MOST) if (letter := _ready(key, server))]
    read_anew()
    if letters:
        _send(letters, server, worker)


def _ready(key: int, server: MailServer) -> Ready | None:
    """Return a letter with its text; None for one that no longer waits or cannot be written, which then has failed."""
    try:
        letter = outbox.opened(key)
        return Ready(letter, _text(letter, server)) if letter else None
    except Exception as error:
        if outage_of(error) is not None:
            raise
        log.error(
            "a letter cannot be written: %s", "sealed with another key" if isinstance(error, SealError) else told(error)
        )
    with transaction():
        outbox.unreadable(key)
    return None


def _send(letters: Sequence[Ready], server: MailServer, worker: str) -> None:
    """Send letters; without a connection all of them wait, for it is no letter's fault."""
    try:
        with connected(server) as line:
            for ready in letters:
                _deliver(*ready, line, worker)
                if not line.is_open:
                    break
    except NotSentError as failure:
        log.warning("no mail server: %s %s", failure.problem.value, failure.reply)
        with transaction():
            for letter, _bytes in letters:
                outbox.refused(letter, worker, failure.problem, failure.reply, is_final=False)
    except _TakenError:
        log.info("another worker sends the letter")


def _deliver(letter: Opened, text: bytes, line: MailLine, worker: str) -> None:
    """Hand one letter over and record what became of it."""
    try:
        line.offer(letter.to)
        with transaction():
            is_ours = outbox.hand_over(letter, worker)
        if not is_ours:
            raise _TakenError
        line.hand_over(text)
    except NotSentError as failure:
        with transaction():
            outbox.refused(letter, worker, failure.problem, failure.reply, is_final=failure.is_final)
    except UnansweredError:
        _surely(lambda: outbox.uncertain(letter.key, worker))
    else:
        _surely(lambda: outbox.sent(letter.key, worker))


def _text(letter: Opened, server: MailServer) -> bytes:
    write: Callable[[Letter, str, object], Written] = current_app.extensions["letter_writer"]
    envelope = Envelope(server.sender, letter.to, letter.message_id, letter.posted_at, letter.language)
    return mail.message(envelope, *write(letter.letter, letter.language, letter.values))


def _surely(record: Callable[[], None]) -> None:
    """Record what became of a letter, also if the database is away for a moment: else it would be uncertain."""
    for seconds in _PAUSES:
        try:
            with transaction():
                record()
        except Exception as error:
            if outage_of(error) is None:
                raise
            log.warning("not recorded yet: %s", told(error))
            time.sleep(seconds)
        else:
            return
    with transaction():
        record()
