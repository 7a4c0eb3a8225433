"""Read what decides about a seat, under the lock of the cohort: quotas, reserved places, clashes, waiting list."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, literal, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from training.kit.db import db
from training.models.admissions.nominations import Nomination, NominationState
from training.models.admissions.vetting import CurrentDecision
from training.models.courses.cohorts import Cohort, CohortInvitation, CohortState
from training.models.identity.organisations import Organisation
from training.models.people.people import Person, Sex
from training.policy.scopes import domain_read, unscoped
from training.queries.admissions import vetting


def lock(cohort_ids: Collection[int], person_ids: Collection[int]) -> Mapping[int, Cohort]:
    """Lock cohorts and people against seating and vetting until the transaction ends; return the cohorts, fresh.

    People on the waiting lists of these cohorts are locked as well, since they may be seated. Each table is locked in
    the order of its keys, so that concurrent transactions do not deadlock.
    """
    cohorts = select(Cohort).where(Cohort.id.in_(cohort_ids)).order_by(Cohort.id).with_for_update()
    found = db.session.scalars(cohorts.execution_options(populate_existing=True)).all()
    waiting = select(Nomination.person_id).where(
        Nomination.cohort_id.in_(cohort_ids), Nomination.state == NominationState.WAITING
    )
    people = select(Person.id).where(Person.id.in_(person_ids) | Person.id.in_(waiting)).order_by(Person.id)
    db.session.execute(unscoped(people.with_for_update(), because="a lock; nothing is shown"))
    return {cohort.id: cohort for cohort in found}


def waiting(cohort_id: int) -> Sequence[Nomination]:
    """Return the waiting list of a cohort in order."""
    statement = (
        select(Nomination)
        .where(Nomination.cohort_id == cohort_id, Nomination.state == NominationState.WAITING)
        .order_by(Nomination.place)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(domain_read(statement)).all()


def states_of(nomination_ids: Collection[int]) -> Mapping[int, NominationState]:
    """Return the present states of nominations by key."""
    statement = select(Nomination.id, Nomination.state).where(Nomination.id.in_(nomination_ids))
    return dict(db.session.execute(domain_read(statement)).all())


def last_place(cohort_id: int) -> int:
    """Return the last place on the waiting list of a cohort, 0 if it is empty."""
    last = select(func.max(Nomination.place)).where(Nomination.cohort_id == cohort_id)
    return db.session.scalar(domain_read(last)) or 0


def is_seated_elsewhere(person_id: int, cohort: Cohort) -> bool:
    """Return whether a person has a seat in another, not cancelled cohort that shares a day with this one."""
    return bool(db.session.scalar(domain_read(select(_has_other_seat(literal(person_id), cohort)))))


def _has_other_seat(person_id: ColumnElement[int] | InstrumentedAttribute[int], cohort: Cohort) -> ColumnElement[bool]:
    """Return the condition for a person to have a seat that clashes with ``cohort``."""
    other, seat = aliased(Cohort), aliased(Nomination)
    return (
        exists()
        .where(seat.person_id == person_id, seat.state == NominationState.CONFIRMED, seat.cohort_id == other.id)
        .where(other.id != cohort.id, other.state.in_((CohortState.OPEN, CohortState.CLOSED)))
        .where(other.starts_on <= cohort.ends_on, cohort.starts_on <= other.ends_on)
    )


def ready_for_seat(nomination_ids: Collection[int], cohort: Cohort) -> Mapping[int, Sex | None]:
    """Return those of these nominations whose people are active, cleared to the last day and have no other seat.

    Each with the recorded sex, since quotas and reserved places are still to be checked.
    """
    statement = (
        select(Nomination.id, Person.sex)
        .join(Person, Person.id == Nomination.person_id)
        .where(Nomination.id.in_(nomination_ids), Person.inactive_because.is_(None))
        .where(vetting.has_clearance(CurrentDecision.person_id == Person.id, cohort.ends_on))
        .where(~_has_other_seat(Person.id, cohort))
    )
    return dict(db.session.execute(domain_read(statement)).all())


def sex_of(person_id: int) -> Sex | None:
    """Return a person's recorded sex, or None."""
    return db.session.scalar(domain_read(select(Person.sex).where(Person.id == person_id)))


def taken_by_others_than_women(cohort_id: int) -> int:
    """Count the seats of people not recorded as female."""
    statement = (
        select(func.count())
        .select_from(Nomination)
        .join(Person, Person.id == Nomination.person_id)
        .where(Nomination.cohort_id == cohort_id, Nomination.state == NominationState.CONFIRMED)
        .where(Person.sex.is_distinct_from(Sex.FEMALE))
    )
    return db.session.scalar(domain_read(statement)) or 0


class SeatShare(NamedTuple):
    """An invited organisation with its quota (None: no limit) and the seats taken by its subtree."""

    organisation: Organisation
    quota: int | None
    taken: int


def shares(cohort_id: int, of: int | None = None) -> list[SeatShare]:
    """Return the shares of a cohort's invited organisations; with ``of`` only of it and its ancestors."""
    tree = (
        select(CohortInvitation.organisation_id.label("root"), CohortInvitation.organisation_id.label("id"))
        .where(CohortInvitation.cohort_id == cohort_id)
        .cte(recursive=True)
    )
    tree = tree.union(select(tree.c.root, Organisation.id).join(tree, Organisation.parent_id == tree.c.id))
    seat = (Nomination.cohort_id == cohort_id) & (Nomination.state == NominationState.CONFIRMED)
    counted = (
        select(tree.c.root, func.count(Nomination.id).label("taken"))
        .outerjoin(Nomination, seat & (Nomination.organisation_id == tree.c.id))
        .group_by(tree.c.root)
        .subquery()
    )
    above = select(tree.c.root).where(tree.c.id == of)
    statement = (
        select(Organisation, CohortInvitation.quota, counted.c.taken)
        .join(CohortInvitation, CohortInvitation.organisation_id == Organisation.id)
        .join(counted, counted.c.root == CohortInvitation.organisation_id)
        .where(CohortInvitation.cohort_id == cohort_id)
        .where(CohortInvitation.organisation_id.in_(above) if of is not None else true())
        .order_by(Organisation.name_en)
    )
    return [SeatShare(*row) for row in db.session.execute(domain_read(statement))]
