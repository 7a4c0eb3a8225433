"""Signing in and out, lockout, invitations and accounts."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from training.domain.identity import audit
from training.domain.identity.events import IdentityEvent
from training.domain.identity.refusals import InvitationSpent, SignInLocked, UsernameTaken, WeakPassword
from training.kit.clock import now
from training.kit.db import changed, db
from training.kit.ids import new_token, token_hash
from training.models.identity.accounts import (
    ApprovalGrade,
    Invitation,
    Role,
    RoleAssignment,
    SignIn,
    SignInFailure,
    User,
)
from training.models.identity.organisations import Organisation
from training.queries.identity import accounts

IDLE_LIMIT = dt.timedelta(minutes=30)
ABSOLUTE_LIMIT = dt.timedelta(hours=12)
SEEN_EVERY = dt.timedelta(minutes=1)
"""How stale ``last_seen_at`` may become before a request refreshes it."""

LOCK_WINDOW = dt.timedelta(minutes=15)
ACCOUNT_ATTEMPTS = 10
ADDRESS_ATTEMPTS = 100
"""Many share one address behind a ministry's gateway, so it has room for more mistakes than one account."""

INVITATION_LIFE = dt.timedelta(days=7)
PASSWORD_LENGTH = 15

# OWASP's argon2id minimum: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash(new_token())


def hash_password(password: str) -> str:
    """Return the argon2id hash that is stored for ``password``."""
    return _hasher.hash(password)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@dataclass(frozen=True)
class Attempt:
    """A try to sign in: what was typed, and the network address it came from."""

    username: str
    password: str
    address: str

    def counters(self) -> tuple[tuple[str, int], ...]:
        """Return the hashed keys under which failures count, each with its limit."""
        return (
            (_counter_key("account", self.username.strip().lower()), ACCOUNT_ATTEMPTS),
            (_counter_key("address", self.address), ADDRESS_ATTEMPTS),
        )


def _counter_key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()


def check_not_locked(attempt: Attempt, at: dt.datetime) -> None:
    """Raise SignInLocked when the account name or the address has failed too often within the window.

    A locked attempt is refused before the password is looked at, for names that exist and names that do not.
    """
    for key, limit in attempt.counters():
        counter = accounts.failures(key)
        if counter and counter.attempts >= limit and counter.window_started_at + LOCK_WINDOW > at:
            raise SignInLocked(minutes=int(LOCK_WINDOW.total_seconds() // 60))


def verify(attempt: Attempt) -> User | None:
    """Return the account that the attempt opens, or None. The same hashing work is done for unknown names."""
    user = accounts.user_named(attempt.username)
    is_match = _matches(user.password_hash if user else _NOBODY, attempt.password)
    return user if user and is_match and user.is_active else None


def count_failure(attempt: Attempt, at: dt.datetime) -> None:
    """Add one to the counters of the attempt; a counter whose window is over begins again."""
    for key, _ in attempt.counters():
        if _count_one_more(key, at) or _begin_counting(key, at):
            continue
        _count_one_more(key, at)  # another request began the counter in the same moment


def _count_one_more(key: str, at: dt.datetime) -> bool:
    here = update(SignInFailure).where(SignInFailure.key == key)
    is_over = SignInFailure.window_started_at <= at - LOCK_WINDOW
    return changed(here.where(is_over).values(attempts=1, window_started_at=at)) or changed(
        here.values(attempts=SignInFailure.attempts + 1)
    )


def _begin_counting(key: str, at: dt.datetime) -> bool:
    try:
        with db.session.begin_nested():
            db.session.add(SignInFailure(key=key, attempts=1, window_started_at=at))
    except IntegrityError:
        return False
    return True


def start_sign_in(user: User, attempt: Attempt, at: dt.datetime) -> str:
    """Open a server-side session for ``user`` and return its token, which is kept nowhere else.

    Each sign-in has a new token (no fixation). Success clears the account's counter, not the address's.
    """
    account_key = attempt.counters()[0][0]
    db.session.execute(delete(SignInFailure).where(SignInFailure.key == account_key))
    token = new_token()
    db.session.add(
        SignIn(
            token_hash=token_hash(token),
            user_id=user.id,
            started_at=at,
            last_seen_at=at,
        )
    )
    audit.record(IdentityEvent.SIGNED_IN, user, by=user.id)
    return token


def is_alive(sign_in: SignIn, at: dt.datetime) -> bool:
    """Say whether a session is within its idle and its absolute limit."""
    return at < sign_in.last_seen_at + IDLE_LIMIT and at < sign_in.started_at + ABSOLUTE_LIMIT


def needs_refresh(sign_in: SignIn, at: dt.datetime) -> bool:
    """Say whether ``last_seen_at`` is old enough to be written again."""
    return at >= sign_in.last_seen_at + SEEN_EVERY


def end_sign_in(sign_in: SignIn, user: User, at: dt.datetime) -> None:
    """Close a session."""
    sign_in.ended_at = at
    audit.record(IdentityEvent.SIGNED_OUT, user, by=user.id)


def invite(role: Role, organisation: Organisation, at: dt.datetime) -> str:
    """Make an invitation to an account with ``role`` and return its token, which works once, for seven days."""
    token = new_token()
    db.session.add(
        Invitation(
            token_hash=token_hash(token),
            role=role,
            organisation_id=organisation.id,
            expires_at=at + INVITATION_LIFE,
        )
    )
    return token


def open_invitation(token: str, at: dt.datetime) -> Invitation:
    """Return the invitation for ``token``.

    Raises InvitationSpent when unknown, used or expired, and for one to administer where somebody does already.
    """
    invitation = accounts.invitation_of(token_hash(token))
    if invitation is None or invitation.used_at is not None or invitation.expires_at <= at:
        raise InvitationSpent
    _check_wanted(invitation)
    return invitation


def _check_wanted(invitation: Invitation) -> None:
    """Raise InvitationSpent when the first administrator is invited and there is one.

    All invitations to that role are of this kind: the command line prints them for a deployment without accounts.
    """
    if invitation.role is Role.ADMINISTRATOR and accounts.has_administrator():
        raise InvitationSpent


@dataclass(frozen=True)
class NewAccount:
    """What somebody chose for their account."""

    username: str
    display_name: str
    password: str
    language: str


def create_account(
    wanted: NewAccount,
    organisation_id: int,
    *,
    person_id: int | None = None,
    is_demonstration: bool = False,
) -> User:
    """Add an account without roles. Raises UsernameTaken, WeakPassword."""
    if accounts.is_username_taken(wanted.username):
        raise UsernameTaken
    if len(wanted.password) < PASSWORD_LENGTH and not is_demonstration:
        raise WeakPassword(PASSWORD_LENGTH)
    user = User(
        username=wanted.username.strip().lower(),
        display_name=wanted.display_name,
        password_hash=hash_password(wanted.password),
        organisation_id=organisation_id,
        person_id=person_id,
        language=wanted.language,
        is_demonstration=is_demonstration,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as error:
        raise UsernameTaken from error
    audit.record(IdentityEvent.ACCOUNT_CREATED, user, by=None)
    return user


def reset_demonstration_password(password: str) -> None:
    """Give every demonstration account, and no other, this password."""
    for user in accounts.demonstration_accounts():
        if not _matches(user.password_hash, password):
            user.password_hash = hash_password(password)


def grant(
    user: User, role: Role, *, programme_id: int | None = None, grade: ApprovalGrade | None = None, by: int | None
) -> None:
    """Give ``user`` a role; a funder's is for one programme, a rights approver's of a grade, else the lowest.

    Rule: the level of approval rises with the risk (domain §2, OSJA).
    """
    if role is Role.RIGHTS_APPROVER:
        grade = grade or ApprovalGrade.OFFICIAL
    db.session.add(
        RoleAssignment(
            user_id=user.id,
            role=role,
            programme_id=programme_id,
            grade=grade,
            granted_by_id=by,
            granted_at=now(),
        )
    )
    audit.record(IdentityEvent.ROLE_GRANTED, user, by=by, role=role.value, grade=grade.value if grade else None)


def regrade(user: User, grade: ApprovalGrade, *, by: int | None) -> bool:
    """Give a rights approver another grade; the grant before it stays on record, revoked. False for anybody else."""
    standing = (
        RoleAssignment.user_id == user.id,
        RoleAssignment.role == Role.RIGHTS_APPROVER,
        RoleAssignment.revoked_at.is_(None),
    )
    if not changed(update(RoleAssignment).where(*standing).values(revoked_at=now())):
        return False
    grant(user, Role.RIGHTS_APPROVER, grade=grade, by=by)
    return True


def accept_invitation(invitation: Invitation, wanted: NewAccount, at: dt.datetime) -> User:
    """Spend an invitation and make the account that it offers.

    Raises InvitationSpent when somebody else was faster, and what ``create_account`` raises.
    """
    accounts.lock_invitations_to(invitation.role)
    _check_wanted(invitation)
    unused = (Invitation.id == invitation.id, Invitation.used_at.is_(None))
    if not changed(update(Invitation).where(*unused).values(used_at=at)):
        raise InvitationSpent
    user = create_account(wanted, invitation.organisation_id)
    grant(user, invitation.role, by=None)
    return user


def choose_language(user: User, language: str) -> None:
    """Remember the language in which ``user`` reads."""
    user.language = language
