"""Passwords that are set, and sessions that end with them."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.world import PASSWORD, World
from training.domain.identity import account_recovery, accounts, credentials, sign_in_limits
from training.domain.identity.refusals import PasswordFault, ResetSpent, SignInFailed, WeakPassword
from training.domain.identity.sign_in_limits import Attempt
from training.kit.clock import now
from training.kit.db import db, transaction
from training.kit.ids import token_hash
from training.models.identity.accounts import SignIn, User
from training.models.identity.audit import AuditEntry
from training.queries.identity import accounts as account_rows

pytestmark = pytest.mark.usefixtures("world")
NEW = "copper window ladder fog"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def user_of(username: str) -> User:
    user = account_rows.user_named(username)
    assert user is not None
    return user


def opened(username: str) -> accounts.Tokens:
    """Open a session of an account; return its tokens."""
    with transaction():
        return accounts.start_sign_in(user_of(username), Attempt(username, PASSWORD, "192.0.2.1"), (), now())


def is_open(token: str) -> bool:
    return account_rows.signed_in(token_hash(token)) is not None


def set_password(username: str, password: str) -> dt.datetime:
    at = now()
    user = user_of(username)
    with transaction():
        credentials.set_password(user, password, at, user.id)
    return at


def test_new_password_ends_the_addresses_for_another() -> None:
    """Whichever way it was set: by a card as well."""
    administrator = account_rows.active_user(user_of("admin").id)
    assert administrator is not None
    with transaction():
        token = account_recovery.make_reset(user_of("iraq"), account_rows.actor_of(administrator), now())
    assert account_recovery.open_reset(token, now())
    set_password("iraq", NEW)
    with pytest.raises(ResetSpent):
        account_recovery.open_reset(token, now())


def test_new_password_replaces_the_old_one() -> None:
    set_password("iraq", NEW)
    assert accounts.verify(Attempt("iraq", NEW, "192.0.2.1")) is not None
    assert accounts.verify(Attempt("iraq", PASSWORD, "192.0.2.1")) is None


def test_new_password_ends_every_session_of_the_account_alone() -> None:
    phone, desk, other = opened("iraq"), opened("iraq"), opened("kri")
    at = set_password("iraq", NEW)
    assert [is_open(one.session) for one in (phone, desk, other)] == [False, False, True]
    ended = select(SignIn.ended_at).where(SignIn.user_id == user_of("iraq").id)
    assert set(db.session.scalars(ended)) == {at}


def test_session_that_had_ended_keeps_its_end() -> None:
    token = opened("iraq").session
    before = now() - dt.timedelta(hours=1)
    found = account_rows.signed_in(token_hash(token))
    assert found is not None
    with transaction():
        accounts.end_sign_in(found[0], user_of("iraq"), before)
    with transaction():
        assert credentials.end_sessions(user_of("iraq"), now()) == 0
    assert db.session.scalars(select(SignIn.ended_at)).one() == before


def test_new_password_forgets_the_devices() -> None:
    device, other = opened("iraq").device, opened("kri").device
    set_password("iraq", NEW)
    since = now() - sign_in_limits.DEVICE_LIFE
    assert not account_rows.is_known_device("iraq", token_hash(device), since)
    assert account_rows.is_known_device("kri", token_hash(other), since)


@pytest.mark.parametrize("change", ["password", "disabled", "nothing"])
def test_sign_in_under_way_does_not_outlive_the_old_password(change: str) -> None:
    user = accounts.verify(Attempt("iraq", PASSWORD, "192.0.2.1"))
    assert user is not None
    verified = user.password_hash
    if change == "password":
        set_password("iraq", NEW)
    with transaction():
        user_of("iraq").is_active = change != "disabled"
    if change == "nothing":
        with transaction():
            accounts.check_unchanged(user, verified)
    else:
        with pytest.raises(SignInFailed), transaction():
            accounts.check_unchanged(user, verified)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short words", PasswordFault.SHORT),
        ("border forces command iraq", PasswordFault.OWN_WORDS),
    ],
)
def test_weak_password_changes_nothing(password: str, fault: PasswordFault) -> None:
    token = opened("iraq").session
    with pytest.raises(WeakPassword) as refused:
        set_password("iraq", password)
    assert refused.value.fault is fault
    assert is_open(token)
    assert accounts.verify(Attempt("iraq", PASSWORD, "192.0.2.1")) is not None


def test_audit_says_who_set_a_password_and_not_which() -> None:
    set_password("iraq", NEW)
    user = user_of("iraq")
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "password set")).one()
    assert (row.subject_kind, row.subject_id, row.user_id, row.details) == ("User", user.public_id, user.id, {})
