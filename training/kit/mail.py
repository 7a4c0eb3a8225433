"""The mail server of a deployment, what counts as an address, and a letter as bytes."""

import datetime as dt
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import Enum

from flask import Flask, current_app

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
LONGEST_ADDRESS = 254
_POLICY = SMTP.clone(cte_type="7bit")


class Security(Enum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """Only to a server on the same machine."""


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed over, and from which address they come.

    ``patience`` is how many seconds the server has for an answer, and ``patience_at_end`` for the one that says that it
    has the letter: whoever gives up there does not know.
    """

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    patience: float = 30
    patience_at_end: float = 300


def is_address(text: str) -> bool:
    """Return whether ``text`` is one e-mail address and nothing else: no name, no line break, ASCII letters only."""
    return len(text) <= LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(text)) and ".." not in text


def server() -> MailServer | None:
    """Return the mail server of this application; None while mail is off."""
    found: MailServer | None = current_app.extensions.get("mail_server")
    return found


def init_app(app: Flask, found: MailServer | None) -> None:
    """Keep the mail server for ``server``."""
    app.extensions["mail_server"] = found


@dataclass(frozen=True)
class Envelope:
    """What identifies a letter: from and to which address, under which id, of when and in which language."""

    sender: str
    to: str
    message_id: str
    at: dt.datetime
    language: str


def message(envelope: Envelope, subject: str, plain: str, html: str) -> bytes:
    """Return a letter as it is handed to a mail server: ASCII alone, plain text first, HTML beside it.

    Raises ValueError for a line break in a header.
    """
    letter = EmailMessage(policy=_POLICY)
    letter["From"], letter["To"], letter["Subject"] = envelope.sender, envelope.to, subject
    letter["Date"], letter["Message-ID"] = format_datetime(envelope.at), envelope.message_id
    letter["Content-Language"], letter["Auto-Submitted"] = envelope.language, "auto-generated"
    letter.set_content(plain)
    letter.add_alternative(html, subtype="html")
    return letter.as_bytes()
