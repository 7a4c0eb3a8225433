"""Signing in and out, invitations and accounts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from training.domain.identity import audit, passwords, sign_in_limits
from training.domain.identity.events import IdentityEvent
from training.domain.identity.hashing import NOBODY, hash_password, is_password
from training.domain.identity.refusals import (
    InvitationSpent,
    LinkFault,
    SignInFailed,
    UsernameNotAllowed,
    UsernameTaken,
)
from training.domain.identity.sign_in_limits import Attempt, Counter
from training.kit import usernames
from training.kit.clock import BOOKS_ZONE, now
from training.kit.db import changed, db
from training.kit.ids import new_token, token_hash
from training.models.identity.accounts import (
    ApprovalGrade,
    Invitation,
    Role,
    RoleAssignment,
    SignIn,
    User,
)
from training.models.identity.organisations import Organisation
from training.queries.identity import accounts, invitations, organisations, standing

IDLE_LIMIT = dt.timedelta(minutes=30)
ABSOLUTE_LIMIT = dt.timedelta(hours=12)
SEEN_EVERY = dt.timedelta(minutes=1)
"""How stale ``last_seen_at`` may become before a request refreshes it."""

INVITATION_LIFE = dt.timedelta(days=7)
LONGEST_USERNAME = 60


def verify(attempt: Attempt) -> User | None:
    """Return the account if the credentials are right, else None. Unknown usernames cost the same hashing time."""
    user = accounts.user_named(attempt.username)
    is_match = is_password(user.password_hash if user else NOBODY, attempt.password)
    return user if user and is_match and user.is_active else None


def check_unchanged(user: User, password_hash: str) -> None:
    """Lock an account whose password was verified against ``password_hash`` before this transaction.

    Raises SignInFailed if the password was replaced or the account disabled in the meantime: what ends all sessions
    must not miss one that is about to begin.
    """
    if accounts.lock_password(user.id) != password_hash:
        raise SignInFailed


@dataclass(frozen=True)
class Tokens:
    """The tokens of a new session and of its device; only their hashes are stored."""

    session: str
    device: str


def start_sign_in(user: User, attempt: Attempt, counters: tuple[Counter, ...], at: dt.datetime) -> Tokens:
    """Open a server-side session for ``user`` after an ``attempt`` counted under ``counters``.

    Each sign-in has a new token (no fixation).
    """
    sign_in_limits.forgive(counters)
    token = new_token()
    db.session.add(
        SignIn(
            token_hash=token_hash(token),
            user_id=user.id,
            started_at=at,
            last_seen_at=at,
            device=attempt.browser,
            network=sign_in_limits.wide_network(attempt.address),
        )
    )
    audit.record(IdentityEvent.SIGNED_IN, user, by=user.id)
    return Tokens(token, sign_in_limits.remember_device(user, attempt.device, at))


def is_alive(sign_in: SignIn, at: dt.datetime) -> bool:
    """Return whether a session is within its idle and absolute limits."""
    return at < sign_in.last_seen_at + IDLE_LIMIT and at < sign_in.started_at + ABSOLUTE_LIMIT


def needs_refresh(sign_in: SignIn, at: dt.datetime) -> bool:
    """Return whether ``last_seen_at`` is due to be updated."""
    return at >= sign_in.last_seen_at + SEEN_EVERY


def end_sign_in(sign_in: SignIn, user: User, at: dt.datetime) -> None:
    """End a session."""
    sign_in.ended_at = at
    audit.record(IdentityEvent.SIGNED_OUT, user, by=user.id)


FIRST_ADMINISTRATORS = 2
"""So many are made by the command line; what one of them asks for, another gives."""


def invite(role: Role, organisation: Organisation, at: dt.datetime) -> str:
    """Create an invitation of the command line for an account with ``role``; return its token.

    It is valid once within seven days, and nobody else has agreed to it: the exception of ADR 35.
    """
    token = new_token()
    db.session.add(
        Invitation(
            token_hash=token_hash(token),
            role=role,
            organisation_id=organisation.id,
            asked_at=at,
            agreed_at=at,
            expires_at=at + INVITATION_LIFE,
        )
    )
    return token


def open_invitation(token: str, at: dt.datetime) -> Invitation:
    """Return the invitation for ``token``.

    Raises InvitationSpent, which says why, if it is unknown, used, withdrawn or expired, or invites one of the first
    administrators though there are enough.
    """
    invitation = invitations.invitation_of(token_hash(token))
    if invitation is None:
        raise InvitationSpent
    for is_so, why in (
        (invitation.used_at is not None, LinkFault.USED),
        (invitation.ended_at is not None, LinkFault.WITHDRAWN),
        (_is_over(invitation, at), LinkFault.EXPIRED),
    ):
        if is_so:
            raise InvitationSpent(why)
    _check_needed(invitation)
    return invitation


def _is_over(invitation: Invitation, at: dt.datetime) -> bool:
    """Return whether the seven days, or the role that is offered, are over."""
    has_ended = invitation.until is not None and invitation.until < at.astimezone(BOOKS_ZONE).date()
    return has_ended or invitation.expires_at is None or invitation.expires_at <= at


def _check_needed(invitation: Invitation) -> None:
    """Raise InvitationSpent if one of the first administrators is invited though there are enough.

    All invitations to that role which nobody asked for are of this kind: the command line prints them.
    """
    is_first = invitation.role is Role.ADMINISTRATOR and invitation.asked_by_id is None
    if is_first and standing.administrators() >= FIRST_ADMINISTRATORS:
        raise InvitationSpent(LinkFault.NOT_NEEDED)


@dataclass(frozen=True)
class NewAccount:
    """The details chosen for a new account."""

    username: str
    display_name: str
    password: str
    language: str


def create_account(
    details: NewAccount,
    organisation_id: int,
    *,
    person_id: int | None = None,
    is_demonstration: bool = False,
) -> User:
    """Create an account without roles. Raises UsernameNotAllowed, UsernameTaken, WeakPassword."""
    username = checked_username(details.username)
    if not is_demonstration:
        names = organisations.names_of(organisation_id)
        passwords.check(details.password, passwords.Holder(details.username, details.display_name, names))
    user = User(
        username=username,
        display_name=details.display_name,
        password_hash=hash_password(details.password),
        organisation_id=organisation_id,
        person_id=person_id,
        language=details.language,
        is_demonstration=is_demonstration,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError as error:
        raise UsernameTaken from error
    audit.record(IdentityEvent.ACCOUNT_CREATED, user, by=None)
    return user


def checked_username(typed: str) -> str:
    """Return a username as it is stored. Raises UsernameNotAllowed, UsernameTaken."""
    username = usernames.plain(typed)
    if accounts.is_username_taken(username):
        raise UsernameTaken
    if not usernames.is_allowed(username) or len(username) > LONGEST_USERNAME:
        raise UsernameNotAllowed
    return username


def reset_demonstration_password(password: str) -> None:
    """Set this password for all demonstration accounts, and no others."""
    for user in accounts.demonstration_accounts():
        if not is_password(user.password_hash, password):
            user.password_hash = hash_password(password)


def grant(
    user: User,
    role: Role,
    *,
    programme_id: int | None = None,
    grade: ApprovalGrade | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    reason: str = "",
    asked_by: int | None = None,
    by: int | None,
) -> None:
    """Grant ``user`` a role; a funder's is for one programme, a rights approver's has a grade, the lowest by default.

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
            since=since,
            until=until,
            reason=reason,
            asked_by_id=asked_by,
            granted_by_id=by,
            granted_at=now(),
        )
    )
    after = {"role": role, "grade": grade, "since": since, "until": until}
    audit.record_edit(IdentityEvent.ROLE_GRANTED, user, {}, after, by=by)


def enrol(users: Sequence[User], *, by: int) -> None:
    """Give each of these accounts the role of a trainee, which asks for no second person; one that is over is ended."""
    if not users:
        return
    role, at = Role.TRAINEE, now()
    over = (RoleAssignment.user_id.in_([user.id for user in users]), RoleAssignment.role == role, standing.is_over())
    db.session.execute(update(RoleAssignment).where(*over).values(revoked_at=at))
    rows = [{"user_id": user.id, "role": role, "granted_by_id": by, "granted_at": at} for user in users]
    db.session.execute(insert(RoleAssignment), rows)
    audit.record_each(IdentityEvent.ROLE_GRANTED, {user: {"role": role.value} for user in users}, by=by)


def accept_invitation(invitation: Invitation, details: NewAccount, at: dt.datetime) -> User:
    """Accept an invitation and create its account.

    Raises InvitationSpent if it was accepted or withdrawn in the meantime, and what ``create_account`` raises.
    """
    invitations.lock_of_command_line(invitation.role)
    _check_needed(invitation)
    unused = (Invitation.id == invitation.id, Invitation.used_at.is_(None), Invitation.ended_at.is_(None))
    here = (Invitation.token_hash == invitation.token_hash, Invitation.expires_at > at)
    if not changed(update(Invitation).where(*unused, *here).values(used_at=at)):
        raise InvitationSpent(LinkFault.USED)
    user = create_account(details, invitation.organisation_id)
    if invitation.email and not accounts.is_email_taken(invitation.email):
        user.email = invitation.email
        user.email_confirmed_at = at if invitation.mailed_at else None
    grant(
        user,
        invitation.role,
        programme_id=invitation.programme_id,
        grade=invitation.grade,
        since=invitation.since,
        until=invitation.until,
        reason=invitation.reason,
        asked_by=invitation.asked_by_id,
        by=invitation.agreed_by_id,
    )
    return user


def choose_language(user: User, language: str) -> None:
    """Set the interface language of ``user``."""
    user.language = language
