"""The mail server of a deployment, and what counts as an address."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from flask import Flask, current_app

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
LONGEST_ADDRESS = 254


class Security(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """Only to a server on the same machine."""


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed over, and from which address they come."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


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
