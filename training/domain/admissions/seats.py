"""Seats: who may have one. Rules are checked under the lock of the cohort, capacity by the write itself."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import update

from training.domain.admissions.events import AdmissionEvent
from training.domain.admissions.refusals import (
    CohortFull,
    CourseOver,
    FewerThanTaken,
    LateEntryNeeded,
    NotCleared,
    QuotaBelowTaken,
    QuotaReached,
    ReservedForWomen,
    SeatClash,
    WaitingOvertaken,
)
from training.domain.common.refusals import Refusal
from training.domain.courses import cohorts
from training.domain.courses.refusals import CohortNotOpen, DeadlinesOutOfOrder, TooManyReserved
from training.domain.identity import audit
from training.domain.people import people
from training.domain.people.refusals import PersonInactive
from training.kit.clock import today
from training.kit.db import changed, db
from training.models.admissions.nominations import Hindrance, Nomination
from training.models.courses.cohorts import Cohort, CohortInvitation, CohortState
from training.models.identity.actor import Actor
from training.models.people.people import Sex
from training.queries.admissions import seats, vetting


@dataclass(frozen=True)
class SeatLimits:
    """How many seats, how many of them only for women, how many for each invited organisation (by its key), and the
    last days for nominations and for vetting; None where there is no limit.
    """

    capacity: int
    reserved_for_women: int = 0
    quotas: Mapping[int, int | None] = field(default_factory=dict)
    nominations_until: dt.date | None = None
    vetting_by: dt.date | None = None


_HINDRANCES: dict[type[Refusal], Hindrance] = {
    PersonInactive: Hindrance.SET_ASIDE,
    NotCleared: Hindrance.CLEARANCE,
    SeatClash: Hindrance.CLASH,
    QuotaReached: Hindrance.QUOTA,
    ReservedForWomen: Hindrance.RESERVED,
}


def take(nomination: Nomination, cohort: Cohort) -> None:
    """Take a seat of a locked cohort for a nominee whose state does not count as seated yet; what was taken before a
    refusal goes back with its transaction or savepoint.

    Raises CourseOver, CohortNotOpen, CohortFull, and what keeps this nominee from it: PersonInactive, NotCleared
    (the clearance must last to the cohort's last day), SeatClash, QuotaReached, ReservedForWomen. Rules: domain §2,
    Vetting and Seats.
    """
    check_not_over(cohort, today())
    people.check_all_active([nomination.person_id])
    if not vetting.is_cleared(nomination.person_id, cohort.ends_on):
        raise NotCleared(cohort.ends_on)
    if seats.is_seated_elsewhere(nomination.person_id, cohort):
        raise SeatClash
    if not cohorts.take_seat(cohort):
        cohorts.check_open(cohort)
        raise CohortFull
    _check_shares(nomination, cohort)


def _check_shares(nomination: Nomination, cohort: Cohort) -> None:
    """Raise QuotaReached or ReservedForWomen. An unrecorded sex does not count as female."""
    for share in seats.shares(cohort.id, of=nomination.organisation_id):
        if share.quota is not None and share.taken >= share.quota:
            raise QuotaReached(share.quota)
    sex = seats.sex_of(nomination.person_id)
    if not cohort.reserved_for_women or sex is Sex.FEMALE:
        return
    if seats.taken_by_others_than_women(cohort.id) >= cohort.capacity - cohort.reserved_for_women:
        raise ReservedForWomen(is_sex_unknown=sex is None)


def check_not_over(cohort: Cohort, on: dt.date) -> None:
    """Raise CourseOver after the last day of a cohort."""
    if on > cohort.ends_on:
        raise CourseOver(cohort.ends_on)


def check_not_begun(cohort: Cohort, on: dt.date) -> None:
    """Raise CourseOver after the last day of a cohort, LateEntryNeeded from its first."""
    check_not_over(cohort, on)
    if on >= cohort.starts_on:
        raise LateEntryNeeded(cohort.starts_on)


def check_order(cohort: Cohort, chosen: Collection[int], past: Collection[str]) -> tuple[str, ...]:
    """Return the public ids of those whom seats for the nominations with the keys ``chosen`` pass, though they may
    have one.

    The cohort is locked. Raises WaitingOvertaken unless all are among ``past``, of whom the user was told.
    """
    waiting = seats.waiting(cohort.id)
    places = [one.place for one in waiting if one.id in chosen and one.place is not None]
    last = max(places) if len(places) == len(chosen) else None
    ahead = [one for one in waiting if one.id not in chosen and (last is None or (one.place or 0) < last)]
    overtaken = tuple(one.public_id for one in _able(ahead, cohort))
    if not set(overtaken) <= set(past):
        raise WaitingOvertaken(overtaken)
    return overtaken


def _able(waiting: Sequence[Nomination], cohort: Cohort) -> list[Nomination]:
    """Return those of a cohort's waiting list who may have a seat of it."""
    ready = seats.ready_for_seat([one.id for one in waiting], cohort) if waiting else {}
    if not ready:
        return []
    full = {
        organisation
        for organisation in {one.organisation_id for one in waiting}
        if any(
            share.quota is not None and share.taken >= share.quota for share in seats.shares(cohort.id, organisation)
        )
    }
    is_for_women = (
        bool(cohort.reserved_for_women)
        and seats.taken_by_others_than_women(cohort.id) >= cohort.capacity - cohort.reserved_for_women
    )
    return [
        one
        for one in waiting
        if one.id in ready and one.organisation_id not in full and (not is_for_women or ready[one.id] is Sex.FEMALE)
    ]


def try_to_take(nomination: Nomination, cohort: Cohort) -> Hindrance | None:
    """Give a freed seat to a nominee on the waiting list, or return what prevents it. Raises CohortFull."""
    try:
        with db.session.begin_nested():
            take(nomination, cohort)
    except tuple(_HINDRANCES) as refusal:
        return _HINDRANCES[type(refusal)]
    return None


def set_limits(cohort: Cohort, limits: SeatLimits, by: Actor) -> None:
    """Set seats, quotas and deadlines of a draft or an open cohort; added seats are not filled automatically.

    Raises DeadlinesOutOfOrder, FewerThanTaken, TooManyReserved, QuotaBelowTaken, CohortNotOpen. Rule: acceptance test
    b; a limit never falls below the seats that are taken already.
    """
    days = [day for day in (limits.nominations_until, limits.vetting_by, cohort.starts_on) if day]
    if days != sorted(days):
        raise DeadlinesOutOfOrder
    cohort = seats.lock([cohort.id], [])[cohort.id]
    if cohort.state not in (CohortState.DRAFT, CohortState.OPEN):
        raise CohortNotOpen
    if limits.capacity < cohort.seats_taken:
        raise FewerThanTaken(cohort.seats_taken)
    most = limits.capacity - seats.taken_by_others_than_women(cohort.id)
    if limits.reserved_for_women > most:
        raise TooManyReserved(most)
    before = {**audit.picture(cohort), **_quotas(cohort.id)}
    _set_quotas(cohort, limits.quotas)
    cohort.capacity, cohort.reserved_for_women = limits.capacity, limits.reserved_for_women
    cohort.nominations_until, cohort.vetting_by = limits.nominations_until, limits.vetting_by
    after = {**audit.picture(cohort), **_quotas(cohort.id)}
    audit.record_edit(AdmissionEvent.SEATS_AND_DEADLINES_SET, cohort, before, after, by=by.user_id)


def _quotas(cohort_id: int) -> audit.Picture:
    """Return the quotas as the trail keeps them, by organisation."""
    return {f"quota.{share.organisation.name_en}": share.quota for share in seats.shares(cohort_id)}


def _set_quotas(cohort: Cohort, quotas: Mapping[int, int | None]) -> None:
    for share in seats.shares(cohort.id):
        quota = quotas.get(share.organisation.id)
        if quota is not None and quota < share.taken:
            raise QuotaBelowTaken(share.organisation, share.taken)
        mine = (
            CohortInvitation.cohort_id == cohort.id,
            CohortInvitation.organisation_id == share.organisation.id,
        )
        changed(update(CohortInvitation).where(*mine).values(quota=quota))
