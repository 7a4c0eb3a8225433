"""Read what two records of a person hold, before a merge and before its undo."""

from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from training.kit.db import db
from training.models.admissions.nominations import LEFT_STATES, Nomination
from training.models.admissions.vetting import CurrentDecision, VettingDecision
from training.models.courses.cohorts import CohortTrainer
from training.models.identity.accounts import User
from training.models.outcomes.completions import Completion
from training.models.people.people import Merge, Person
from training.policy.scopes import domain_read


def have_open_nominations_for_one_cohort(one_id: int, other_id: int) -> bool:
    """Return whether both have open nominations for the same cohort."""
    other = aliased(Nomination)
    both = exists().where(
        Nomination.person_id == one_id,
        other.person_id == other_id,
        other.cohort_id == Nomination.cohort_id,
        Nomination.state.not_in(LEFT_STATES),
        other.state.not_in(LEFT_STATES),
    )
    return bool(db.session.scalar(domain_read(select(both))))


def have_accounts(one_id: int, other_id: int) -> bool:
    """Return whether both have an account."""
    number = select(func.count()).where(User.person_id.in_((one_id, other_id)))
    return (db.session.scalar(number) or 0) > 1


def belongings(kept_id: int, merged_id: int) -> dict[str, Any]:
    """Return the keys of what moves when ``merged_id`` is merged into ``kept_id``, by table.

    ``current``: the current decision of each record before the merge, and of the kept record after it (``joined``).
    """
    taught = select(CohortTrainer.cohort_id)
    theirs = taught.where(
        CohortTrainer.person_id == merged_id,
        CohortTrainer.cohort_id.not_in(taught.where(CohortTrainer.person_id == kept_id)),
    )
    statements = {
        "nominations": select(Nomination.id).where(Nomination.person_id == merged_id),
        "cohort_trainers": theirs,
        "users": select(User.id).where(User.person_id == merged_id),
    }
    found = {name: list(db.session.scalars(domain_read(one))) for name, one in statements.items()}
    return {"merged_id": merged_id, **found, "current": _current(kept_id, merged_id)}


def _current(kept_id: int, merged_id: int) -> dict[str, int | None]:
    """Return the current decision of each record, and that of both as one: the later, unless they recorded it."""
    is_own = exists().where(User.id == VettingDecision.recorded_by_id, User.person_id.in_((kept_id, merged_id)))
    statement = (
        select(CurrentDecision.person_id, VettingDecision.id, is_own)
        .join(VettingDecision, VettingDecision.id == CurrentDecision.decision_id)
        .where(CurrentDecision.person_id.in_((kept_id, merged_id)))
        .order_by(VettingDecision.decided_on.desc(), VettingDecision.id.desc())
    )
    rows = db.session.execute(domain_read(statement)).all()
    of = {person_id: key for person_id, key, _is_own in rows}
    joined = next((key for _person_id, key, was_recorded_by_them in rows if not was_recorded_by_them), None)
    return {"kept": of.get(kept_id), "merged": of.get(merged_id), "joined": joined}


def both(merge_id: int) -> tuple[Person, Person]:
    """Return the kept and the merged record of a merge."""
    kept, merged = aliased(Person), aliased(Person)
    statement = (
        select(kept, merged)
        .select_from(Merge)
        .join(kept, kept.id == Merge.kept_id)
        .join(merged, merged.id == Merge.merged_id)
        .where(Merge.id == merge_id)
    )
    row = db.session.execute(domain_read(statement)).one()
    return row[0], row[1]


def acted_since(joined: Merge) -> bool:
    """Return whether anything moved by a merge, or either record's clearance, has changed since."""
    nominations, at = joined.moved["nominations"], joined.merged_at
    moved_on = exists().where(Nomination.id.in_(nominations), Nomination.moved_at > at)
    completed = exists().where(
        Completion.nomination_id.in_(nominations),
        or_(Completion.claimed_at > at, Completion.decided_at > at),
    )
    current = joined.moved["current"]["joined"]
    vetted = exists().where(
        CurrentDecision.person_id == joined.kept_id, CurrentDecision.decision_id.is_distinct_from(current)
    )
    given = (
        exists().where(CurrentDecision.person_id == joined.merged_id),
        exists().where(
            CohortTrainer.person_id == joined.merged_id, CohortTrainer.cohort_id.in_(joined.moved["cohort_trainers"])
        ),
        exists().where(User.person_id == joined.merged_id),
    )
    return bool(db.session.scalar(domain_read(select(or_(moved_on, completed, vetted, *given)))))
