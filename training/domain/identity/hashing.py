"""Hash passwords, and compare them with what is stored."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from training.kit.ids import new_token

# OWASP's argon2id minimum: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = _hasher.hash(new_token())
"""The hash of a password that nobody has: comparing with it takes the time that any other takes."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Passwords hashed at once in a process: each takes 19 MiB while it is."""


def hash_password(password: str) -> str:
    """Return the argon2id hash that is stored for ``password``."""
    with _AT_ONCE:
        return _hasher.hash(password)


def is_password(stored: str, password: str) -> bool:
    """Return whether ``stored`` is a hash of ``password``."""
    try:
        with _AT_ONCE:
            return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
