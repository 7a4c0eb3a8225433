"""Opaque identifiers and one-time tokens."""

import hashlib
import re
import secrets

# Crockford's alphabet: no i, l, o, u, so that an id can be read out over a telephone.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 12
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,43}")


def new_public_id() -> str:
    """Return a random 60-bit id for URLs; it reveals neither order nor number."""
    bits = secrets.randbits(PUBLIC_ID_LENGTH * 5)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, PUBLIC_ID_LENGTH * 5, 5))


def is_public_id(text: str) -> bool:
    """Return whether ``text`` has the form of a public id."""
    return len(text) == PUBLIC_ID_LENGTH and all(letter in _ALPHABET for letter in text)


def new_token() -> str:
    """Return 256 random bits, URL-safe, for sign-ins and invitations."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Return whether ``text`` has the alphabet of a token and at most its length."""
    return bool(_TOKEN.fullmatch(text))


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal, which is all the database stores.

    A token has 256 random bits, so a fast hash without salt is enough (ASVS 6.4.1).
    """
    return hashlib.sha256(token.encode()).hexdigest()
