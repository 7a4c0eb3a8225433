"""Letters: posted in the transaction of the act that they tell of, handed to the mail server by the work process."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import NamedTuple

from training.domain.identity.refusals import AddressRefused
from training.kit import mail
from training.kit.clock import now
from training.kit.db import db
from training.kit.ids import new_token
from training.kit.locale import DEFAULT_LANGUAGE, LANGUAGES
from training.kit.sealing import seal
from training.models.identity.mail import Letter, OutgoingLetter

__all__ = ["PURPOSE", "TERMS", "Letter", "Terms", "Written", "is_set_up", "post"]

PURPOSE = "outbox"
"""What the texts of letters are sealed for."""


class Written(NamedTuple):
    """A letter in the language of its reader."""

    subject: str
    plain: str
    html: str


class Terms(NamedTuple):
    """For how long a kind of letter is of use after it was posted, and which values its text needs."""

    useful: dt.timedelta
    values: frozenset[str] = frozenset()


_ADDRESS = frozenset({"address"})
TERMS: Mapping[Letter, Terms] = {
    Letter.INVITATION: Terms(dt.timedelta(days=7), _ADDRESS),
    Letter.PASSWORD_RESET: Terms(dt.timedelta(minutes=30), _ADDRESS),
    Letter.PASSWORD_CHANGED: Terms(dt.timedelta(days=7)),
    Letter.EMAIL_CONFIRMATION: Terms(dt.timedelta(minutes=30), _ADDRESS),
    Letter.EMAIL_CHANGED: Terms(dt.timedelta(days=7)),
    Letter.DIGEST: Terms(dt.timedelta(hours=20), frozenset({"about", "address"})),
}
"""``address`` is a whole address of the register, with a one-time token where the letter is the proof."""


def is_set_up() -> bool:
    """Return whether this deployment sends mail."""
    return mail.server() is not None


def post(letter: Letter, to: str, language: str, values: Mapping[str, str], *, once: str | None = None) -> bool:
    """Add a letter to the outbox in the current transaction; return False, and add nothing, while mail is off.

    ``values`` are what ``TERMS`` names for this letter: no name of anybody. A letter with the same ``once`` as another
    is refused by the database. Raises AddressRefused unless ``to`` is one e-mail address and nothing else.
    """
    server, terms = mail.server(), TERMS[letter]
    if server is None:
        return False
    if not mail.is_address(to):
        raise AddressRefused
    if set(values) != terms.values:
        raise ValueError(f"{letter} needs the values {sorted(terms.values)}")
    at = now()
    db.session.add(
        OutgoingLetter(
            letter=letter,
            to_address=to,
            language=language if language in LANGUAGES else DEFAULT_LANGUAGE,
            sealed=seal(json.dumps(dict(values)), PURPOSE),
            message_id=f"<{new_token()}@{server.sender.rpartition('@')[2]}>",
            once=once,
            posted_at=at,
            due_at=at,
            useful_until=at + terms.useful,
        )
    )
    return True
