"""Keep a text in the database so that only this deployment can read it."""

import base64
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SealError(Exception):
    """A text was sealed with another secret key, or altered."""


def seal(text: str, purpose: str) -> str:
    """Return ``text`` encrypted with a key that is derived from the secret key and ``purpose``."""
    return _cipher(purpose).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, purpose: str) -> str:
    """Return the text that ``seal`` encrypted for the same purpose. Raises SealError."""
    from cryptography.fernet import InvalidToken

    try:
        return _cipher(purpose).decrypt(sealed.encode("ascii")).decode()
    except InvalidToken as error:
        raise SealError from error


def _cipher(purpose: str) -> "Fernet":
    """Load the library when it is first needed: most processes never seal anything."""
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    secret: str = current_app.config["SECRET_KEY"]
    key = HKDF(SHA256(), length=32, salt=None, info=f"training {purpose}".encode()).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
