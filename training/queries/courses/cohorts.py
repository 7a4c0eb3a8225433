"""Read cohorts."""

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from training.kit.db import AnySelect, db
from training.models.courses.cohorts import Cohort, CohortCost, CohortInvitation, CohortState, CohortTrainer
from training.models.courses.courses import CourseCost
from training.models.courses.venues import Venue
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.accounts import Role, RoleAssignment, User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.people.people import Person
from training.policy.matrix import Permission, Scope
from training.policy.scopes import domain_read, scopes_of, seen, unscoped, where
from training.queries.common.paging import Cursor, Page, read_page
from training.queries.courses import venues
from training.queries.identity.standing import stands

_MOST = 50


def newest_code(year: int) -> str | None:
    """Return the last code given in a year, or None. The unique constraint settles a race."""
    newest = select(Cohort.code).where(Cohort.code.like(f"{year}-%")).order_by(func.length(Cohort.code).desc())
    return db.session.scalar(newest.order_by(Cohort.code.desc()).limit(1))


def is_code_taken(code: str) -> bool:
    """Return whether a cohort has this code."""
    return db.session.scalar(select(Cohort.id).where(Cohort.code == code)) is not None


def setting_of(cohort_id: int) -> tuple[Programme, Venue, Organisation]:
    """Return the programme of a cohort, its venue and its host."""
    statement = (
        select(Programme, Venue, Organisation)
        .select_from(Cohort)
        .join(Programme, Programme.id == Cohort.programme_id)
        .join(Venue, Venue.id == Cohort.venue_id)
        .join(Organisation, Organisation.id == Cohort.host_id)
        .where(Cohort.id == cohort_id)
    )
    programme, venue, host = db.session.execute(domain_read(statement)).one()
    return programme, venue, host


def public_id_of(cohort_id: int) -> str:
    """Return the public id of a cohort."""
    return db.session.scalars(select(Cohort.public_id).where(Cohort.id == cohort_id)).one()


def state_of(cohort_id: int) -> CohortState:
    """Return the current state of a cohort."""
    return db.session.scalars(select(Cohort.state).where(Cohort.id == cohort_id)).one()


def cohort_by_key(cohort_id: int) -> Cohort:
    """Return a cohort by its key, fresh."""
    statement = select(Cohort).where(Cohort.id == cohort_id).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


def open_commitments(cohort_id: int) -> Sequence[Commitment]:
    """Return the commitments of a cohort that still hold money."""
    statement = select(Commitment).where(Commitment.cohort_id == cohort_id, Commitment.committed > 0)
    return db.session.scalars(domain_read(statement.order_by(Commitment.id))).all()


def costs_of(cohort_id: int) -> Sequence[CohortCost]:
    """Return the planned costs of a cohort with the lines that pay for them."""
    statement = select(CohortCost).where(CohortCost.cohort_id == cohort_id).options(joinedload(CohortCost.line))
    return db.session.scalars(domain_read(statement.order_by(CohortCost.category))).all()


def visible_costs(cohort_id: int, actor: Actor) -> Sequence[CohortCost]:
    """Return the planned costs of a cohort paid by lines whose money ``actor`` may see."""
    return db.session.scalars(seen(_costs_with_lines(cohort_id), actor, Permission.SEE_MONEY, BudgetLine)).all()


def hidden_costs(cohort_id: int, actor: Actor) -> Sequence[CohortCost]:
    """Return the other planned costs of a cohort, kept when ``actor`` replans."""
    statement = _costs_with_lines(cohort_id).where(not_(where(actor, Permission.SEE_MONEY, BudgetLine)))
    return db.session.scalars(unscoped(statement, because="kept as they are, never shown")).all()


def _costs_with_lines(cohort_id: int) -> AnySelect:
    return (
        select(CohortCost)
        .join(BudgetLine, BudgetLine.id == CohortCost.line_id)
        .where(CohortCost.cohort_id == cohort_id)
        .options(contains_eager(CohortCost.line))
        .order_by(CohortCost.category)
    )


def template_of(course_id: int) -> Sequence[CourseCost]:
    """Return the cost template of a course."""
    statement = select(CourseCost).where(CourseCost.course_id == course_id)
    return db.session.scalars(statement.order_by(CourseCost.category, CourseCost.basis)).all()


def lock_cohort(cohort_id: int) -> Cohort:
    """Lock a cohort against seating until the transaction ends; return it, fresh."""
    statement = select(Cohort).where(Cohort.id == cohort_id).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def _listed(*conditions: ColumnElement[bool]) -> AnySelect:
    return (
        select(Cohort)
        .where(*conditions)
        .options(joinedload(Cohort.course), joinedload(Cohort.venue), joinedload(Cohort.host))
    )


def of_course(course_id: int, actor: Actor) -> Sequence[Cohort]:
    """Return the newest cohorts of a course that ``actor`` may see."""
    statement = _listed(Cohort.course_id == course_id).order_by(Cohort.starts_on.desc()).limit(_MOST)
    return db.session.scalars(seen(statement, actor, Permission.SEE_COHORT, Cohort)).all()


class CohortTiming(enum.StrEnum):
    """The timing of a cohort, derived from its dates."""

    PLANNED = "planned"
    RUNNING = "running"
    PAST = "past"


def page_of(
    state: CohortState | None,
    when: CohortTiming | None,
    today: dt.date,
    cut: Cursor,
    actor: Actor,
    *,
    is_descending: bool,
) -> Page[Any]:
    """Return a page of the cohorts that ``actor`` may see, by first day."""
    conditions: list[ColumnElement[bool]] = []
    if state:
        conditions.append(Cohort.state == state)
    if when is CohortTiming.PLANNED:
        conditions.append(Cohort.starts_on > today)
    elif when is CohortTiming.RUNNING:
        conditions += [Cohort.starts_on <= today, Cohort.ends_on >= today]
    elif when is CohortTiming.PAST:
        conditions.append(Cohort.ends_on < today)
    statement = seen(_listed(*conditions), actor, Permission.SEE_COHORT, Cohort)
    return read_page(statement, Cohort, Cohort.starts_on, cut, is_descending=is_descending)


@dataclass(frozen=True)
class CohortHead:
    """A cohort with the reader's permissions."""

    cohort: Cohort
    may_see_roster: bool
    may_draft: bool
    may_run: bool
    may_nominate: bool


@dataclass(frozen=True)
class CohortPage(CohortHead):
    """The page of a cohort; ``costs`` and ``commitments`` are those of lines whose money the reader may see."""

    trainers: Sequence[Person]
    costs: Sequence[CohortCost]
    commitments: Sequence[Commitment]
    are_all_commitments: bool

    @property
    def part_of_costs(self) -> int | None:
        """The planned costs that the reader sees, in pence, if they are a part of larger costs."""
        seen = sum(cost.amount for cost in self.costs)
        return seen if seen < self.cohort.planned_cost else None

    @property
    def part_of_commitments(self) -> int | None:
        """What the commitments that the reader sees hold and have spent, in pence, if there are others."""
        return None if self.are_all_commitments else sum(one.committed + one.spent for one in self.commitments)


def cohort_head(cohort: Cohort, actor: Actor) -> CohortHead:
    """Return a cohort with course, venue, host and the permissions of ``actor``, in one statement."""
    allowed = [
        where(actor, permission, Cohort)
        for permission in (Permission.SEE_ROSTER, Permission.DRAFT_COHORT, Permission.RUN_COHORT, Permission.NOMINATE)
    ]
    whole = (
        select(Cohort, *allowed)
        .where(Cohort.id == cohort.id)
        .options(
            joinedload(Cohort.course),
            joinedload(Cohort.venue),
            joinedload(Cohort.host),
        )
        .execution_options(populate_existing=True)
    )
    fresh, *may = db.session.execute(seen(whole, actor, Permission.SEE_COHORT, Cohort)).one()
    return CohortHead(fresh, *map(bool, may))


def cohort_page(cohort: Cohort, actor: Actor) -> CohortPage:
    """Return the page of a cohort as ``actor`` may see it."""
    key, head = cohort.id, cohort_head(cohort, actor)
    others = aliased(Commitment)
    number = select(func.count()).where(others.cohort_id == key).scalar_subquery()
    statement = (
        select(Commitment, number)
        .where(Commitment.cohort_id == key)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.id)
    )
    rows = db.session.execute(seen(statement, actor, Permission.SEE_MONEY, Commitment)).all()
    return CohortPage(
        **vars(head),
        trainers=trainers_of(key) if head.may_see_roster else (),
        costs=visible_costs(key, actor),
        commitments=[commitment for commitment, _number in rows],
        are_all_commitments=all(number == len(rows) for _commitment, number in rows),
    )


def quotas_of(cohort_id: int) -> dict[int, int | None]:
    """Return the quota of each invited organisation by its key; None: no limit."""
    statement = select(CohortInvitation.organisation_id, CohortInvitation.quota)
    rows = db.session.execute(statement.where(CohortInvitation.cohort_id == cohort_id))
    return {row.organisation_id: row.quota for row in rows}


def invited_to(cohort_id: int) -> Sequence[Organisation]:
    """Return the organisations invited to a cohort."""
    statement = (
        select(Organisation)
        .join(CohortInvitation, CohortInvitation.organisation_id == Organisation.id)
        .where(CohortInvitation.cohort_id == cohort_id)
        .order_by(Organisation.name_en)
    )
    return db.session.scalars(statement).all()


def trainers_of(cohort_id: int) -> Sequence[Person]:
    """Return the trainers of a cohort."""
    statement = (
        select(Person)
        .join(CohortTrainer, CohortTrainer.person_id == Person.id)
        .where(CohortTrainer.cohort_id == cohort_id)
        .order_by(Person.name_key)
    )
    return db.session.scalars(unscoped(statement, because="trainers' names go with the roster")).all()


@dataclass(frozen=True)
class DraftOptions:
    """The options for drafting a cohort."""

    programmes: Sequence[Programme]
    venues: Sequence[Venue]
    hosts: Sequence[Organisation]
    organisations: Sequence[Organisation]
    trainers: Sequence[Person]


def draft_options(actor: Actor, cohort: Cohort | None = None) -> DraftOptions:
    """Return the options of ``actor``: programmes, venues, hosts within their scope, organisations, trainers.

    The venue of the draft ``cohort`` is among them though it were archived.
    """
    programmes = seen(select(Programme).order_by(Programme.id), actor, Permission.SEE_PROGRAMME, Programme)
    organisations = db.session.scalars(
        select(Organisation)
        .where(Organisation.jurisdiction != Jurisdiction.UK, Organisation.is_active)
        .order_by(Organisation.name_en)
    ).all()
    trainers = (
        select(Person)
        .join(User, User.person_id == Person.id)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(RoleAssignment.role == Role.TRAINER, stands(), User.is_active)
        .where(Person.inactive_because.is_(None))
        .order_by(Person.name_key)
    )
    is_everywhere = Scope.ALL in scopes_of(actor, Permission.DRAFT_COHORT)
    return DraftOptions(
        programmes=db.session.scalars(programmes).all(),
        venues=venues.in_use(cohort.venue_id if cohort else None),
        hosts=[
            organisation for organisation in organisations if is_everywhere or organisation.id in actor.organisations
        ],
        organisations=organisations,
        trainers=db.session.scalars(unscoped(trainers, because="who drafts a cohort names its trainers")).all(),
    )


def payers(cohort: Cohort, actor: Actor) -> dict[str, BudgetLine]:
    """Return the lines that may pay for a cohort, by public id: those of its programme with an allocation."""
    statement = (
        select(BudgetLine)
        .where(BudgetLine.programme_id == cohort.programme_id, BudgetLine.allocated > 0)
        .order_by(BudgetLine.id)
    )
    lines = db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, BudgetLine))
    return {line.public_id: line for line in lines}
