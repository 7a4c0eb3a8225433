"""Slow down whoever guesses passwords, and not the owner of the account (ADR 26).

An attempt is counted before its password is checked, under every key that it falls under. From a device on which the
account has signed in before, that is the device alone: nobody else can use up its attempts.
"""

import datetime as dt
import hashlib
import ipaddress
import math
from dataclasses import dataclass

from sqlalchemy import delete, update

from training.domain.identity.refusals import SignInDelayed
from training.kit.db import add_missing_rows, db
from training.kit.ids import new_token, token_hash
from training.kit.usernames import username_key
from training.models.identity.accounts import KnownDevice, SignInFailure, User
from training.queries.identity import accounts

ACCOUNT_ATTEMPTS = 10
ADDRESS_ATTEMPTS = 100
"""Higher than for an account: many users share one address behind a ministry's gateway."""
FORGOTTEN_AFTER = dt.timedelta(hours=1)
"""A counter starts again when its last attempt is as long ago as this."""
DEVICE_LIFE = dt.timedelta(days=365)
"""A device stays known for this long after the last sign-in on it."""
_MOST_DOUBLINGS = 20
_NO_TIME = dt.timedelta(0)


@dataclass(frozen=True)
class Pace:
    """Attempts that need no wait; before each one after them a wait that doubles from ``first`` to ``longest``."""

    free: int
    first: dt.timedelta
    longest: dt.timedelta

    def wait_after(self, attempts: int) -> dt.timedelta:
        """Return how long to wait after the last of ``attempts``."""
        if attempts < self.free:
            return _NO_TIME
        return min(self.first * (1 << min(attempts - self.free, _MOST_DOUBLINGS)), self.longest)


_ONE_SOURCE = Pace(ACCOUNT_ATTEMPTS, dt.timedelta(seconds=30), dt.timedelta(minutes=15))
"""Of one account from one address, or on one known device."""
_ACCOUNT = Pace(ACCOUNT_ATTEMPTS, dt.timedelta(seconds=30), dt.timedelta(minutes=1))
"""Of one account from anywhere: shorter, so that its owner gets in from another address between two guesses."""
_ADDRESS = Pace(ADDRESS_ATTEMPTS, dt.timedelta(seconds=1), dt.timedelta(seconds=30))
"""Of all accounts from one address: short, as many users may be behind it."""


@dataclass(frozen=True)
class Attempt:
    """A sign-in attempt: the credentials entered, the client's network address, and the token of its device."""

    username: str
    password: str
    address: str
    device: str = ""

    @property
    def account(self) -> str:
        """The username as it is stored."""
        return username_key(self.username)


@dataclass(frozen=True)
class Counter:
    """The hashed key of a counter, its pace, and whether a successful sign-in resets it.

    The counter of an address is not reset: whoever has one account could go on guessing at the others.
    """

    key: str
    pace: Pace
    is_reset: bool = True


def counters_of(attempt: Attempt, *, is_known_device: bool) -> tuple[Counter, ...]:
    """Return the counters under which ``attempt`` falls, in the order of their keys, in which they are locked."""
    if is_known_device:
        return (Counter(_key("device", token_hash(attempt.device), attempt.account), _ONE_SOURCE),)
    network = _network(attempt.address)
    found = (
        Counter(_key("account", attempt.account), _ACCOUNT),
        Counter(_key("pair", network, attempt.account), _ONE_SOURCE),
        Counter(_key("address", network), _ADDRESS, is_reset=False),
    )
    return tuple(sorted(found, key=lambda counter: counter.key))


def _key(kind: str, *values: str) -> str:
    return hashlib.sha256(":".join((kind, *values)).encode("utf-8", "surrogatepass")).hexdigest()


def _network(address: str) -> str:
    """Return the IPv4 address, or the /64 network of an IPv6 address: one client has all addresses of it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def count(attempt: Attempt, at: dt.datetime) -> tuple[Counter, ...]:
    """Count ``attempt`` in a transaction of its own, before its password is checked; return its counters.

    Raises SignInDelayed if one of them asks to wait; nothing is counted then. Known and unknown usernames have the
    same statements.
    """
    is_known = accounts.is_known_device(attempt.account, token_hash(attempt.device), at - DEVICE_LIFE)
    counters = counters_of(attempt, is_known_device=is_known)
    rows = [{"key": counter.key, "attempts": 0, "last_at": at} for counter in counters]
    add_missing_rows(SignInFailure.__table__, rows)
    paces = {counter.key: counter.pace for counter in counters}
    stored = accounts.lock_failures(list(paces))
    wait = max(_wait(row, paces[row.key], at) for row in stored)
    if wait > _NO_TIME:
        raise SignInDelayed(math.ceil(wait.total_seconds()))
    for row in stored:
        row.attempts, row.last_at = _remembered(row, at) + 1, at
    return counters


def _remembered(row: SignInFailure, at: dt.datetime) -> int:
    return row.attempts if row.last_at > at - FORGOTTEN_AFTER else 0


def _wait(row: SignInFailure, pace: Pace, at: dt.datetime) -> dt.timedelta:
    """Return how long is left to wait; no longer than the pace says, whatever the clock of another server said."""
    wait = pace.wait_after(_remembered(row, at))
    return min(max(row.last_at + wait - at, _NO_TIME), wait)


def forgive(counters: tuple[Counter, ...]) -> None:
    """Reset the counters of a successful attempt; of the address, take back this attempt alone."""
    for counter in counters:
        left = 0 if counter.is_reset else SignInFailure.attempts - 1
        here = (SignInFailure.key == counter.key, SignInFailure.attempts > 0)
        db.session.execute(update(SignInFailure).where(*here).values(attempts=left))


def remember_device(user: User, device: str, at: dt.datetime) -> str:
    """Remember that ``user`` has signed in on a device; return its token, a new one if ``device`` is not known at all.

    Several accounts may share a device. Only the hash of the token is stored.
    """
    token = device if accounts.has_device(token_hash(device), at - DEVICE_LIFE) else new_token()
    known = accounts.known_device(user.id, token_hash(token))
    if known is None:
        db.session.add(KnownDevice(user_id=user.id, token_hash=token_hash(token), last_used_at=at))
    else:
        known.last_used_at = at
    return token


def delete_expired(at: dt.datetime) -> None:
    """Delete forgotten counters, and devices that nobody has signed in on for long."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.last_at <= at - FORGOTTEN_AFTER))
    db.session.execute(delete(KnownDevice).where(KnownDevice.last_used_at <= at - DEVICE_LIFE))
