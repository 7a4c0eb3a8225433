"""Possible duplicates: marked as different people, or merged and unmerged."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from training.domain.identity import audit, own_record
from training.domain.people import people
from training.domain.people.events import PeopleEvent
from training.domain.people.refusals import BothHaveAccounts, BothNominated, MergeActedOn, MergeUndone, SamePerson
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import CurrentDecision
from training.models.courses.cohorts import CohortTrainer
from training.models.identity.accounts import User
from training.models.identity.actor import Actor
from training.models.people.people import InactiveReason, Merge, Person, ReviewedPair
from training.queries.people import duplicates, matching
from training.queries.people import people as people_rows


def keep_apart(one: Person, other: Person, by: Actor) -> None:
    """Mark two records as different people, so that they are not suggested again. Idempotent.

    Raises OwnRecord, SamePerson.
    """
    own_record.check(by, one.id, other.id)
    if one.id == other.id:
        raise SamePerson
    low, high = sorted((one, other), key=lambda person: person.id)
    pair = ReviewedPair(low_id=low.id, high_id=high.id, reviewed_by_id=by.user_id, reviewed_at=now())
    try:
        with db.session.begin_nested():
            db.session.add(pair)
    except IntegrityError:
        return
    audit.record(PeopleEvent.PEOPLE_TOLD_APART, low, by=by.user_id, other=high.public_id)


def doubt(one: Person, other: Person, by: Actor) -> None:
    """Remove the mark that two records are different people. Idempotent. Raises OwnRecord."""
    own_record.check(by, one.id, other.id)
    low, high = sorted((one, other), key=lambda person: person.id)
    pair = (ReviewedPair.low_id == low.id, ReviewedPair.high_id == high.id)
    if changed(delete(ReviewedPair).where(*pair)):
        audit.record(PeopleEvent.PEOPLE_NO_LONGER_TOLD_APART, low, by=by.user_id, other=high.public_id)


def keep_all_apart(pairs: Iterable[tuple[int, int]], by: Actor) -> int:
    """Mark pairs of records, by key, as different people; return how many were new.

    A pair with the record of ``by`` is left for somebody else. The caller records the audit event.
    """
    pairs_by_key = {(min(pair), max(pair)) for pair in pairs if by.person_id not in pair}
    new = sorted(pairs_by_key - matching.reviewed_among(pairs_by_key))
    values = [{"low_id": low, "high_id": high, "reviewed_by_id": by.user_id, "reviewed_at": now()} for low, high in new]
    if values:
        db.session.execute(insert(ReviewedPair), values)
    return len(values)


def merge(kept: Person, merged: Person, by: Actor) -> Merge:
    """Merge ``merged`` into ``kept`` and deactivate it; nominations, clearance, teaching and account move.

    Of two current clearances the later decision stays current; one that the person recorded themselves does not.
    Raises OwnRecord, SamePerson, PersonInactive, BothNominated (for one cohort), BothHaveAccounts.
    """
    own_record.check(by, kept.id, merged.id)
    if kept.id == merged.id:
        raise SamePerson
    people.check_all_active([kept.id, merged.id])
    if duplicates.have_open_nominations_for_one_cohort(kept.id, merged.id):
        raise BothNominated
    if duplicates.have_accounts(kept.id, merged.id):
        raise BothHaveAccounts
    moved = duplicates.belongings(kept.id, merged.id)
    _move(moved, merged.id, kept.id)
    _point({kept.id: moved["current"]["joined"], merged.id: None})
    people.deactivate(merged, InactiveReason.MERGED)
    joined = Merge(kept_id=kept.id, merged_id=merged.id, moved=moved, merged_by_id=by.user_id, merged_at=now())
    db.session.add(joined)
    db.session.flush()
    audit.record(PeopleEvent.PEOPLE_MERGED, kept, by=by.user_id, merged=merged.public_id)
    return joined


def undo(joined: Merge, by: Actor) -> None:
    """Undo a merge exactly.

    Raises OwnRecord, MergeUndone, PersonInactive (the kept record was itself deactivated), MergeActedOn (a moved
    nomination, completion or clearance has since changed).
    """
    kept, merged = duplicates.both(joined.id)
    own_record.check(by, kept.id, merged.id)
    people_rows.lock_people([kept.id, merged.id])
    if not changed(update(Merge).where(Merge.id == joined.id, Merge.undone_at.is_(None)).values(undone_at=now())):
        raise MergeUndone
    people.check_active(kept)
    if duplicates.acted_since(joined):
        raise MergeActedOn
    _move(joined.moved, kept.id, merged.id)
    before = joined.moved["current"]
    _point({kept.id: before["kept"], merged.id: before["merged"]})
    people.activate(merged)
    audit.record(PeopleEvent.MERGE_UNDONE, kept, by=by.user_id, merged=merged.public_id)


def _move(moved: dict[str, Any], origin: int, to: int) -> None:
    """Move what belongs to a record."""
    nominated = Nomination.id.in_(moved["nominations"])
    changed(update(Nomination).where(nominated, Nomination.person_id == origin).values(person_id=to))
    taught = CohortTrainer.cohort_id.in_(moved["cohort_trainers"])
    changed(update(CohortTrainer).where(taught, CohortTrainer.person_id == origin).values(person_id=to))
    changed(update(User).where(User.id.in_(moved["users"]), User.person_id == origin).values(person_id=to))


def _point(decisions: Mapping[int, int | None]) -> None:
    """Set the current decision of each person; None for none. Decisions themselves never move."""
    db.session.execute(delete(CurrentDecision).where(CurrentDecision.person_id.in_(decisions)))
    rows = [{"person_id": person, "decision_id": key} for person, key in decisions.items() if key is not None]
    if rows:
        db.session.execute(insert(CurrentDecision), rows)
