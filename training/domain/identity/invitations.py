"""Invitations: asked for by one administrator, agreed by another where they carry a role of staff (ADR 35)."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from training.domain.identity import account_recovery, accounts, audit, mail, organisations, roles
from training.domain.identity.events import IdentityEvent
from training.domain.identity.mail import Letter
from training.domain.identity.refusals import DecidedAlready, EmailTaken, InvitedAlready, NobodyInvited, NotByAsker
from training.domain.identity.roles import RoleTerms
from training.kit import usernames
from training.kit.clock import BOOKS_ZONE
from training.kit.db import changed, changed_rows, db
from training.kit.ids import new_token, token_hash
from training.models.identity.accounts import Invitation, Role
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.queries.identity import accounts as account_rows
from training.queries.identity import invitations

_LANGUAGE = {Jurisdiction.UK: "en", Jurisdiction.IRAQ: "ar", Jurisdiction.KURDISTAN: "ckb"}
"""In which language somebody is written to who has not chosen one."""
_OPEN = (Invitation.used_at.is_(None), Invitation.ended_at.is_(None))


@dataclass(frozen=True)
class Invitee:
    """Whom an invitation is for: a username, an e-mail address or both."""

    username: str
    email: str


class Sent(NamedTuple):
    """A token that was made, and whether it was mailed."""

    token: str
    is_mailed: bool


def ask(invitee: Invitee, terms: RoleTerms, organisation: Organisation, by: Actor, at: dt.datetime) -> Invitation:
    """Ask for an invitation. Nothing is sent: another administrator agrees first, but for a trainee's.

    Raises NobodyInvited, UsernameNotAllowed, UsernameTaken, AddressRefused, EmailTaken, InvitedAlready,
    OrganisationInactive, and what ``check_terms`` raises.
    """
    username = accounts.checked_username(invitee.username) if invitee.username.strip() else ""
    email = account_recovery.checked_email(invitee.email) if invitee.email.strip() else ""
    if not username and not email:
        raise NobodyInvited
    if email and account_rows.is_email_taken(email):
        raise EmailTaken
    roles.check_terms(terms, at.astimezone(BOOKS_ZONE).date())
    organisations.check_in_use([organisation.id])
    _make_room(username, email, at)
    asked = Invitation(
        username=username,
        email=email,
        contact=email or usernames.key(username),
        organisation_id=organisation.id,
        asked_by_id=by.user_id,
        asked_at=at,
        agreed_at=at if terms.role is Role.TRAINEE else None,
        **terms.columns,
    )
    try:
        with db.session.begin_nested():
            db.session.add(asked)
    except IntegrityError as error:
        raise InvitedAlready from error
    _record(IdentityEvent.INVITATION_ASKED, asked, by)
    return asked


def _make_room(username: str, email: str, at: dt.datetime) -> None:
    """End the invitations of the same person that have expired. Raises InvitedAlready if one is open."""
    for other in invitations.open_for(usernames.key(username) if username else "", email):
        if other.expires_at is None or other.expires_at > at:
            raise InvitedAlready
        changed_rows(update(Invitation).where(Invitation.id == other.id).values(ended_at=other.expires_at))


def agree(asked: Invitation, by: Actor, at: dt.datetime) -> None:
    """Agree that an invitation is sent. Raises NotByAsker, DecidedAlready, PeriodOver."""
    if by.user_id == asked.asked_by_id:
        raise NotByAsker
    roles.check_not_over(asked.until, at.astimezone(BOOKS_ZONE).date())
    waiting = (Invitation.id == asked.id, Invitation.agreed_at.is_(None), *_OPEN)
    if not changed(update(Invitation).where(*waiting).values(agreed_at=at, agreed_by_id=by.user_id)):
        raise DecidedAlready


def send(agreed: Invitation, by: Actor, at: dt.datetime, address: Callable[[str], str]) -> Sent:
    """Make the token of an invitation that was agreed to, or a new one in its place, and mail it where mail is set up.

    ``address`` returns the whole address at which a token is taken. Raises DecidedAlready, PeriodOver.
    """
    roles.check_not_over(agreed.until, at.astimezone(BOOKS_ZONE).date())
    token = new_token()
    is_mailed = bool(agreed.email) and mail.is_set_up()
    values = {
        "token_hash": token_hash(token),
        "expires_at": at + accounts.INVITATION_LIFE,
        "mailed_at": at if is_mailed else None,
    }
    ready = (Invitation.id == agreed.id, Invitation.agreed_at.is_not(None), *_OPEN)
    if not changed(update(Invitation).where(*ready).values(**values)):
        raise DecidedAlready
    if is_mailed:
        language = _LANGUAGE[invitations.jurisdiction_of(agreed)]
        mail.post(Letter.INVITATION, agreed.email, language, {"address": address(token)})
    _record(IdentityEvent.INVITATION_SENT, agreed, by)
    return Sent(token, is_mailed)


def end(asked: Invitation, by: Actor, at: dt.datetime) -> None:
    """Withdraw an invitation, or refuse one that another administrator asked for. Raises DecidedAlready."""
    is_refused = asked.agreed_at is None and by.user_id != asked.asked_by_id
    if not changed(
        update(Invitation).where(Invitation.id == asked.id, *_OPEN).values(ended_at=at, ended_by_id=by.user_id)
    ):
        raise DecidedAlready
    _record(IdentityEvent.INVITATION_REFUSED if is_refused else IdentityEvent.INVITATION_WITHDRAWN, asked, by)


def _record(event: IdentityEvent, about: Invitation, by: Actor) -> None:
    grade, until = about.grade, about.until
    audit.record(
        event,
        about,
        by=by.user_id,
        role=about.role.value,
        grade=grade.value if grade else None,
        since=about.since.isoformat() if about.since else None,
        until=until.isoformat() if until else None,
    )
