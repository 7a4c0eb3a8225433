"""Open tasks of a user: each list short, scoped, in one statement."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from training.kit.db import db
from training.models.admissions.nominations import LEFT_STATES, Nomination, NominationState
from training.models.admissions.notifications import Notice
from training.models.assurance.rights_assessments import RightsAssessment
from training.models.courses.cohorts import Cohort, CohortState
from training.models.finance.ceilings import CeilingChange
from training.models.finance.programmes import Programme
from training.models.identity.actor import Actor
from training.models.outcomes.completions import Completion, CompletionState
from training.policy.matrix import Permission
from training.policy.scopes import holds, seen
from training.queries.admissions import notifications, vetting
from training.queries.assurance import rights_assessments
from training.queries.finance import ceilings, inbox
from training.queries.finance.bundles import Bundle
from training.queries.identity import invitations, roles
from training.queries.outcomes import completions
from training.queries.people import links

SHOWN = 5


@dataclass(frozen=True)
class AccountRequests:
    """How many requests about accounts wait for a second administrator, of each kind that a reader may decide about."""

    roles: int = 0
    invitations: int = 0
    links: int = 0

    def __bool__(self) -> bool:
        """Return whether any waits."""
        return bool(self.roles or self.invitations or self.links)


class FirstPage(NamedTuple):
    """What waits for a reader, each list empty without the permission it needs.

    ``proposals`` are the oldest, ``number`` says how many there are.
    """

    notices: Sequence[Notice]
    steps: Sequence[Row[Cohort, NominationState, int]]
    claims: Sequence[Completion]
    in_vetting: Sequence[Nomination]
    lapsing: Sequence[tuple[Nomination, dt.date]]
    nominable: Sequence[Cohort]
    proposals: Sequence[Bundle]
    number: int
    ceilings: Sequence[CeilingChange]
    assessments: Sequence[RightsAssessment]
    accounts: AccountRequests


def waiting(me: Actor, on: dt.date) -> FirstPage:
    """Return what waits for ``me`` on a day."""

    def may(permission: Permission) -> bool:
        return holds(me, permission)

    may_put_forward = may(Permission.NOMINATE) and not may(Permission.SELECT_NOMINEES)
    minding = next(filter(may, (Permission.SELECT_NOMINEES, Permission.NOMINATE, Permission.VET)), None)
    proposals, number = inbox.oldest(SHOWN, me) if may(Permission.APPROVE_MONEY) else ([], 0)
    return FirstPage(
        notices=notifications.unseen(me) if may(Permission.READ_NOTICE) else (),
        steps=nominees_by_step(me) if may(Permission.SELECT_NOMINEES) else (),
        claims=claims(me) if may(Permission.CONFIRM_COMPLETION) else (),
        in_vetting=nominees_in_vetting(me) if may(Permission.VET) else (),
        lapsing=vetting.lapsing(minding, on, SHOWN, me) if minding else (),
        nominable=cohorts_to_nominate_for(me, on) if may_put_forward else (),
        proposals=proposals,
        number=number,
        ceilings=_ceilings_to_decide(me) if may(Permission.APPROVE_MONEY) else (),
        assessments=assessments_to_decide(me) if may(Permission.APPROVE_RIGHTS) else (),
        accounts=_account_requests(me) if may(Permission.MANAGE_ACCOUNTS) else AccountRequests(),
    )


def _account_requests(me: Actor) -> AccountRequests:
    return AccountRequests(roles.number_waiting(me), invitations.number_waiting(me), links.number_waiting(me))


def _ceilings_to_decide(me: Actor) -> Sequence[CeilingChange]:
    return [one for one in ceilings.waiting(me) if one.proposer_id != me.user_id]


_SELECTING = (
    NominationState.NOMINATED,
    NominationState.SHORTLISTED,
    NominationState.CLEARED,
    NominationState.NOT_CLEARED,
)


def nominees_by_step(actor: Actor) -> Sequence[Row[Cohort, NominationState, int]]:
    """Return the number of nominees awaiting the coordinator per cohort and step, next cohort first.

    Those on a waiting list count if a seat is free.
    """
    has_free_seat = and_(Nomination.state == NominationState.WAITING, Cohort.seats_taken < Cohort.capacity)
    statement = (
        select(Cohort, Nomination.state, func.count())
        .join(Nomination, Nomination.cohort_id == Cohort.id)
        .where(Cohort.state == CohortState.OPEN, or_(Nomination.state.in_(_SELECTING), has_free_seat))
        .group_by(Cohort.id, Nomination.state)
        .order_by(Cohort.starts_on, Cohort.id, Nomination.state)
        .limit(5 * SHOWN)
    )
    statement = statement.options(joinedload(Cohort.course))
    rows = db.session.execute(seen(statement, actor, Permission.SELECT_NOMINEES, Nomination))
    return rows.all()


def claims(actor: Actor) -> Sequence[Completion]:
    """Return the oldest claims of completion that ``actor`` may confirm."""
    statement = (
        completions.whole().where(Completion.state == CompletionState.CLAIMED).order_by(Completion.id).limit(SHOWN)
    )
    return db.session.scalars(seen(statement, actor, Permission.CONFIRM_COMPLETION, Completion)).all()


def assessments_to_decide(actor: Actor) -> Sequence[RightsAssessment]:
    """Return the oldest assessments of others that await a decision of the actor's grade."""
    statement = (
        select(RightsAssessment)
        .where(rights_assessments.waits_for(actor))
        .options(
            joinedload(RightsAssessment.programme),
            joinedload(RightsAssessment.project),
            joinedload(RightsAssessment.course),
        )
        .order_by(RightsAssessment.id)
        .limit(SHOWN)
    )
    return db.session.scalars(seen(statement, actor, Permission.APPROVE_RIGHTS, RightsAssessment)).all()


def nominees_in_vetting(actor: Actor) -> Sequence[Nomination]:
    """Return the nominees who have been in vetting longest."""
    statement = (
        select(Nomination)
        .where(Nomination.state == NominationState.IN_VETTING)
        .options(joinedload(Nomination.person), joinedload(Nomination.cohort).joinedload(Cohort.course))
        .order_by(Nomination.id)
        .limit(SHOWN)
    )
    return db.session.scalars(seen(statement, actor, Permission.VET, Nomination)).all()


def cohorts_to_nominate_for(actor: Actor, today: dt.date) -> Sequence[Cohort]:
    """Return the next open cohorts that have not started and accept nominations from ``actor``."""
    statement = (
        select(Cohort)
        .where(Cohort.state == CohortState.OPEN, Cohort.starts_on > today)
        .where(or_(Cohort.nominations_until.is_(None), Cohort.nominations_until >= today))
        .options(joinedload(Cohort.course))
        .order_by(Cohort.starts_on, Cohort.id)
        .limit(SHOWN)
    )
    return db.session.scalars(seen(statement, actor, Permission.NOMINATE, Cohort)).all()


def taught(actor: Actor) -> Sequence[Cohort]:
    """Return the newest open cohorts whose completions ``actor`` confirms."""
    statement = (
        select(Cohort)
        .where(Cohort.state == CohortState.OPEN)
        .options(joinedload(Cohort.course))
        .order_by(Cohort.starts_on.desc(), Cohort.id)
        .limit(SHOWN)
    )
    return db.session.scalars(seen(statement, actor, Permission.CONFIRM_COMPLETION, Cohort)).all()


@dataclass(frozen=True)
class OwnCourse:
    """A trainee's course: nomination with cohort, valid claim of completion, and whether one may be made now.

    ``claim_from`` is the first day on which completion can be recorded, None if it cannot or already was.
    """

    nomination: Nomination
    completion: Completion | None
    may_claim: bool
    claim_from: dt.date | None


def own_courses(actor: Actor, today: dt.date) -> list[OwnCourse]:
    """Return the trainee's own courses, newest first."""
    statement = (
        select(Nomination, Completion)
        .join(Cohort, Cohort.id == Nomination.cohort_id)
        .outerjoin(
            Completion,
            and_(Completion.nomination_id == Nomination.id, Completion.state != CompletionState.REFUSED),
        )
        .options(
            contains_eager(Nomination.cohort).options(
                joinedload(Cohort.course), joinedload(Cohort.venue), joinedload(Cohort.host)
            ),
            joinedload(Nomination.organisation),
        )
        .order_by(Cohort.starts_on.desc(), Nomination.id)
        .limit(2 * SHOWN)
    )
    rows = db.session.execute(seen(statement, actor, Permission.CLAIM_COMPLETION, Nomination))
    return [_own_course(nomination, claim, today) for nomination, claim in rows]


_ENDED = (*LEFT_STATES, NominationState.NOT_CLEARED)


def _own_course(nomination: Nomination, claim: Completion | None, today: dt.date) -> OwnCourse:
    may_still = claim is None and nomination.state not in _ENDED
    claim_from = nomination.cohort.ends_on if may_still else None
    has_seat = nomination.state is NominationState.CONFIRMED
    may_claim = has_seat and claim_from is not None and today >= claim_from
    return OwnCourse(nomination, claim, may_claim, claim_from)


def programmes_with_balances(actor: Actor) -> Sequence[Programme]:
    """Return the programmes whose balances ``actor`` may see."""
    statement = select(Programme).where(Programme.ceiling > 0).order_by(Programme.id).limit(SHOWN)
    return db.session.scalars(seen(statement, actor, Permission.SEE_BALANCES, Programme)).all()
