"""Opaque identifiers and one-time tokens."""

import hashlib
import re
import secrets

# Crockford's alphabet: no i, l, o, u, so that an id can be read out over a telephone.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 12
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,43}")


def new_public_id() -> str:
    """Return a random 60-bit id for addresses; it tells nothing about order or number."""
    bits = secrets.randbits(PUBLIC_ID_LENGTH * 5)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, PUBLIC_ID_LENGTH * 5, 5))


def is_public_id(text: str) -> bool:
    """Say whether ``text`` is written as a public id is; addresses are shortened, mistyped and made up."""
    return len(text) == PUBLIC_ID_LENGTH and all(letter in _ALPHABET for letter in text)


def new_token() -> str:
    """Return 256 random bits, safe in an address, for sign-ins and invitations."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Say whether ``text`` is written in the letters of a token and is no longer than one."""
    return bool(_TOKEN.fullmatch(text))


def token_hash(token: str) -> str:
    """Return what the database keeps of a token: its SHA-256 in hexadecimal.

    A token has 256 random bits, so a fast hash without salt is enough (ASVS 6.4.1).
    """
    return hashlib.sha256(token.encode()).hexdigest()
