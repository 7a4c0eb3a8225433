"""What is unsafe or missing in a deployment, one finding for each thing that is looked at; nothing here reads it."""

import datetime as dt
import enum
import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from training.config import DEMO, Settings
from training.domain.identity import passwords
from training.domain.identity.refusals import WeakPassword
from training.kit.mail import MailServer
from training.queries.identity.deployment import DatabaseRole

_ENOUGH_ROOM, _LITTLE_ROOM = 2 * 1024**3, 200 * 1024**2
_FRESH, _STALE = dt.timedelta(hours=26), dt.timedelta(days=3)
"""A backup each night, with two hours for it; and one that was missed twice."""
_DRAW_ONE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


class Level(enum.StrEnum):
    """How grave a finding is."""

    OK = "ok"
    WARNING = "warning"
    UNSAFE = "unsafe"


class Finding(NamedTuple):
    """What was looked at, and what about it."""

    what: str
    level: Level
    text: str


class LastBackup(NamedTuple):
    """When the last good backup was taken, and whether it needs a key to be read."""

    at: dt.datetime
    is_encrypted: bool


def ok(what: str, text: str) -> Finding:
    """Return that all is well."""
    return Finding(what, Level.OK, text)


def warning(what: str, text: str) -> Finding:
    """Return that something should be changed, or seen to be meant."""
    return Finding(what, Level.WARNING, text)


def unsafe(what: str, text: str) -> Finding:
    """Return that something has to be changed."""
    return Finding(what, Level.UNSAFE, text)


def mode(settings: Settings) -> Finding:
    """Judge whether real people and money are protected."""
    if settings.mode == DEMO:
        return unsafe("mode", "this is a demonstration: set TRAINING_MODE=production")
    return ok("mode", "production")


def secret(settings: Settings) -> Finding:
    """Judge the secret that signs cookies and forms: who guesses it signs in as anybody."""
    key = settings.secret_key
    try:
        passwords.check(key[: passwords.LONGEST], passwords.Holder("", "", ()))
    except WeakPassword:
        return unsafe("secret", f"SECRET_KEY can be guessed: {_DRAW_ONE}")
    if len(set(key)) < 10 or " " in key:
        return unsafe("secret", f"SECRET_KEY was thought up, not drawn: {_DRAW_ONE}")
    return ok("secret", f"{len(key)} characters")


def hosts(settings: Settings) -> Finding:
    """Judge the names that are answered to: addresses in letters are made of them."""
    names = settings.trusted_hosts
    if wide := [name for name in names if name.startswith(".") or "*" in name]:
        return unsafe("hosts", f"TRUSTED_HOSTS has {wide[0]}: name each host, or anybody's page below it is trusted")
    if not names or is_of_this_machine(names[0]):
        return warning("hosts", "TRUSTED_HOSTS should begin with the name that readers type: links are made of it")
    return ok("hosts", ", ".join(names))


def hops(settings: Settings) -> Finding:
    """Judge how many proxies are believed about the client."""
    number = settings.proxy_hops
    if number == 0:
        return unsafe("proxy", "PROXY_HOPS is 0: behind a TLS proxy all readers would count as one; set 1 for Caddy")
    if number > 1:
        return warning("proxy", f"PROXY_HOPS is {number}: with fewer proxies than that, clients choose their address")
    return ok("proxy", "1 hop")


def connection(role: DatabaseRole | None) -> Finding:
    """Judge the database and the way to it."""
    if role is None:
        return warning("database", "SQLite: for more than a few people use PostgreSQL")
    if role.is_remote and not role.is_encrypted:
        return unsafe("database", "names and passwords travel to the database unencrypted: add sslmode=verify-full")
    return ok("database", "PostgreSQL, on another machine and encrypted" if role.is_remote else "PostgreSQL, here")


def owner(role: DatabaseRole) -> Finding:
    """Judge what the service may do to its tables: who owns them can drop what keeps the ledger as it was written."""
    if role.is_superuser:
        return unsafe("owner", f"{role.name} is a superuser of PostgreSQL: the service needs a role of its own")
    if role.owns_tables:
        return unsafe("owner", f"{role.name} owns the tables and can drop their triggers: let another role own them")
    if role.has_admin_rights:
        return warning("owner", f"{role.name} may make roles or databases, replicate, or pass by row security")
    return ok("owner", f"{role.name} owns no table")


def migrations(*, is_at_head: bool) -> Finding:
    """Judge whether the tables are those of this version."""
    if not is_at_head:
        return unsafe("migrations", "the tables are of another version: run border-training prepare")
    return ok("migrations", "at head")


def guards(unguarded: Iterable[str]) -> Finding:
    """Judge whether what refuses changes of the ledger is in force."""
    if names := sorted(set(unguarded)):
        return unsafe("ledger", f"triggers are disabled on {', '.join(names)}: run border-training ledger verify")
    return ok("ledger", "no trigger is disabled")


def backup(last: LastBackup | None, now: dt.datetime) -> Finding:
    """Judge the age of the last good backup, and who can read it."""
    if last is None:
        return unsafe("backup", "not set up: no backup was taken yet (docs/deploy.md)")
    age = now - last.at
    if age > _STALE:
        return unsafe("backup", f"the last good one is {age.days} days old")
    text = f"the last good one is {age // dt.timedelta(hours=1)} hours old"
    if not last.is_encrypted:
        return warning("backup", f"{text}, and whoever has the file can read it: give the backup a --key")
    return ok("backup", text) if age <= _FRESH else warning("backup", text)


def disk(free: int) -> Finding:
    """Judge the room where the product writes, in bytes."""
    text = f"{free / 1024**3:.1f} GB free"
    if free < _LITTLE_ROOM:
        return unsafe("disk", f"{text}: soon nothing can be saved")
    return ok("disk", text) if free >= _ENOUGH_ROOM else warning("disk", text)


def folders(open_to_others: Iterable[Path], *, can_change_program: bool) -> Finding:
    """Judge who may read what the product stores, and whether the service may change its own program."""
    if paths := sorted(map(str, open_to_others)):
        return unsafe("folders", f"others on this machine may read {', '.join(paths)}: chmod go= them")
    if can_change_program:
        return warning("folders", "the service may change its own program: let root own it")
    return ok("folders", "for their owner alone")


def worker(*, is_alive: bool) -> Finding:
    """Judge whether long work is done."""
    if not is_alive:
        return warning("worker", "silent: large files wait, and so do letters; start border-training worker")
    return ok("worker", "alive")


def mail(server: MailServer | None) -> Finding:
    """Judge whether letters can be sent."""
    if server is None:
        return warning("mail", "not set up: invitations and resets have to be handed over (SMTP_HOST)")
    return ok("mail", f"{server.host}:{server.port}, {server.security.value}")


def is_of_this_machine(name: str) -> bool:
    """Return whether a host name reaches this machine alone."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
