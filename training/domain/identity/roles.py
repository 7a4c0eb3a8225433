"""Roles: asked for by one administrator, given by another; revoked by one (ADR 35)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from training.domain.identity import audit
from training.domain.identity.events import IdentityEvent
from training.domain.identity.refusals import (
    AccountDisabled,
    DecidedAlready,
    GradeMissing,
    GradeNotTaken,
    LastAdministrator,
    NotByAsker,
    NotForOneself,
    NotTheirRequest,
    PeriodBegun,
    PeriodOver,
    PeriodReversed,
    ProgrammeMissing,
    ProgrammeNotTaken,
    RoleAsked,
    RoleHeld,
)
from training.kit.clock import now
from training.kit.db import changed, changed_rows, db
from training.models.identity.accounts import ApprovalGrade, RequestState, Role, RoleAssignment, RoleRequest, User
from training.models.identity.actor import Actor
from training.queries.identity import roles, standing

YEAR = dt.timedelta(days=365)
"""So long after it was granted or confirmed, a role is to be confirmed or ended."""


@dataclass(frozen=True)
class RoleTerms:
    """A role with its scope, its first and last day and the reason for it."""

    role: Role
    programme_id: int | None = None
    grade: ApprovalGrade | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    reason: str = ""

    @classmethod
    def of(cls, record: "RoleAssignment | RoleRequest") -> "RoleTerms":
        """Return the terms of an assignment or a request."""
        return cls(record.role, record.programme_id, record.grade, record.since, record.until, record.reason)

    @property
    def picture(self) -> audit.Picture:
        """What the trail says of them: not the reason, which may name somebody."""
        return {"role": self.role, "grade": self.grade, "since": self.since, "until": self.until}

    @property
    def columns(self) -> dict[str, object]:
        """The columns in which they are stored."""
        return dict(vars(self))


def check_terms(terms: RoleTerms, on: dt.date) -> None:
    """Raise a refusal unless the role has the scope that it needs and no other, and days that make sense ``on`` a day.

    Raises ProgrammeMissing, ProgrammeNotTaken, GradeMissing, GradeNotTaken, PeriodReversed, PeriodOver, PeriodBegun.
    """
    is_funder, is_rights = terms.role is Role.FUNDER, terms.role is Role.RIGHTS_APPROVER
    for is_wrong, refusal in (
        (is_funder and terms.programme_id is None, ProgrammeMissing),
        (not is_funder and terms.programme_id is not None, ProgrammeNotTaken),
        (is_rights and terms.grade is None, GradeMissing),
        (not is_rights and terms.grade is not None, GradeNotTaken),
    ):
        if is_wrong:
            raise refusal
    if terms.since and terms.until and terms.until < terms.since:
        raise PeriodReversed
    if terms.since and terms.since < on:
        raise PeriodBegun
    check_not_over(terms.until, on)


def check_not_over(until: dt.date | None, on: dt.date) -> None:
    """Raise PeriodOver if a last day is past."""
    if until and until < on:
        raise PeriodOver


def ask(user: User, terms: RoleTerms, by: Actor, on: dt.date) -> RoleRequest:
    """Ask for a role of ``user``, or for another scope or other days of one that they have.

    Raises AccountDisabled, RoleHeld, RoleAsked, and what ``check_terms`` raises.
    """
    check_terms(terms, on)
    _check_active(user.id)
    held = roles.held(user.id, terms.role, terms.programme_id)
    if held and (_is_same(RoleTerms.of(held), terms) or (terms.since and terms.since > on)):
        raise RoleHeld
    asked = RoleRequest(user_id=user.id, asked_by_id=by.user_id, asked_at=now(), **terms.columns)
    try:
        with db.session.begin_nested():
            db.session.add(asked)
    except IntegrityError as error:
        raise RoleAsked from error
    audit.record_edit(
        IdentityEvent.ROLE_ASKED, user, RoleTerms.of(held).picture if held else {}, terms.picture, by=by.user_id
    )
    return asked


def _is_same(held: RoleTerms, wanted: RoleTerms) -> bool:
    return (held.grade, held.until) == (wanted.grade, wanted.until) and wanted.since is None


def _check_active(user_id: int) -> None:
    """Lock an account until the transaction ends. Raises AccountDisabled if it is."""
    if not roles.lock_account(user_id):
        raise AccountDisabled


def give(asked: RoleRequest, by: Actor, on: dt.date) -> RoleAssignment:
    """Give what was asked for; what the account held of the same role ends with it.

    Raises NotByAsker, NotForOneself, DecidedAlready, AccountDisabled, PeriodOver, LastAdministrator.
    """
    _check_two_people(asked, by)
    check_not_over(asked.until, on)
    if asked.role is Role.ADMINISTRATOR and asked.until:
        check_not_last(asked.user_id)
    _check_active(asked.user_id)
    _decide(asked, RequestState.GIVEN, by.user_id)
    held = roles.held(asked.user_id, asked.role, asked.programme_id)
    before = RoleTerms.of(held).picture if held else {}
    _end_held(asked, by)
    given = RoleAssignment(
        user_id=asked.user_id,
        asked_by_id=asked.asked_by_id,
        granted_by_id=by.user_id,
        granted_at=now(),
        **RoleTerms.of(asked).columns,
    )
    db.session.add(given)
    db.session.flush()
    user = db.session.get_one(User, asked.user_id)
    audit.record_edit(IdentityEvent.ROLE_GRANTED, user, before, RoleTerms.of(asked).picture, by=by.user_id)
    return given


def _check_two_people(asked: RoleRequest, by: Actor) -> None:
    if by.user_id == asked.asked_by_id:
        raise NotByAsker
    if by.user_id == asked.user_id:
        raise NotForOneself


def _end_held(asked: RoleRequest, by: Actor) -> None:
    """End what the account has of the role, also what is over by its last day: one assignment stands at a time."""
    same = (
        RoleAssignment.user_id == asked.user_id,
        RoleAssignment.role == asked.role,
        RoleAssignment.programme_id.is_not_distinct_from(asked.programme_id),
        RoleAssignment.revoked_at.is_(None),
    )
    changed_rows(update(RoleAssignment).where(*same).values(revoked_at=now(), revoked_by_id=by.user_id))


def _decide(asked: RoleRequest, state: RequestState, by: int) -> None:
    open_still = (RoleRequest.id == asked.id, RoleRequest.state == RequestState.ASKED)
    values = {"state": state, "decided_by_id": by, "decided_at": now()}
    if not changed(update(RoleRequest).where(*open_still).values(**values)):
        raise DecidedAlready


def refuse(asked: RoleRequest, by: Actor) -> None:
    """Refuse what was asked for. Raises NotByAsker, NotForOneself, DecidedAlready."""
    _check_two_people(asked, by)
    _close(asked, RequestState.REFUSED, IdentityEvent.ROLE_REFUSED, by)


def withdraw(asked: RoleRequest, by: Actor) -> None:
    """Withdraw what one asked for. Raises NotTheirRequest, DecidedAlready."""
    if by.user_id != asked.asked_by_id:
        raise NotTheirRequest
    _close(asked, RequestState.WITHDRAWN, IdentityEvent.ROLE_REQUEST_WITHDRAWN, by)


def _close(asked: RoleRequest, state: RequestState, event: IdentityEvent, by: Actor) -> None:
    _decide(asked, state, by.user_id)
    user = db.session.get_one(User, asked.user_id)
    audit.record_edit(event, user, RoleTerms.of(asked).picture, {}, by=by.user_id)


def revoke(held: RoleAssignment, by: Actor) -> None:
    """Revoke a role; it ends at the next request. Raises DecidedAlready, LastAdministrator."""
    if held.role is Role.ADMINISTRATOR:
        check_not_last(held.user_id)
    end(held, by.user_id)


def end(held: RoleAssignment, by: int | None) -> None:
    """End an assignment and record it. Raises DecidedAlready."""
    open_still = (RoleAssignment.id == held.id, RoleAssignment.revoked_at.is_(None))
    if not changed(update(RoleAssignment).where(*open_still).values(revoked_at=now(), revoked_by_id=by)):
        raise DecidedAlready
    user = db.session.get_one(User, held.user_id)
    audit.record_edit(IdentityEvent.ROLE_REVOKED, user, RoleTerms.of(held).picture, {}, by=by)


def check_not_last(user_id: int) -> None:
    """Lock the administrators. Raises LastAdministrator if the account is the last one that stays."""
    standing.lock_administrators()
    if standing.is_administrator(user_id) and not standing.has_another_administrator(user_id):
        raise LastAdministrator


def confirm(held: RoleAssignment, by: Actor) -> None:
    """Confirm for another year that a role is needed. Raises NotForOneself, DecidedAlready."""
    if by.user_id == held.user_id:
        raise NotForOneself
    open_still = (RoleAssignment.id == held.id, RoleAssignment.revoked_at.is_(None))
    values = {"confirmed_at": now(), "confirmed_by_id": by.user_id}
    if not changed(update(RoleAssignment).where(*open_still).values(**values)):
        raise DecidedAlready
    user = db.session.get_one(User, held.user_id)
    audit.record(IdentityEvent.ROLE_CONFIRMED, user, by=by.user_id, role=held.role.value)
