"""Read a person's history: nominations, completions and clearance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from training.kit.db import AnySelect, db
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import VettingDecision
from training.models.identity.actor import Actor
from training.models.outcomes.completions import Completion, CompletionState
from training.policy.matrix import Permission
from training.policy.scopes import seen
from training.queries.admissions import nominations, vetting


@dataclass(frozen=True)
class PersonHistory:
    """A person's history: ``completions`` by nomination key; of the clearance, outcome and expiry only."""

    nominations: Sequence[Nomination]
    completions: Mapping[int, CompletionState]
    clearance: VettingDecision | None


def history_of(person_id: int, actor: Actor) -> PersonHistory:
    """Return the history of the person with this key, as far as ``actor`` may see it."""
    return PersonHistory(
        nominations=nominations.nominations_of(person_id, actor),
        completions=_completions(person_id, actor),
        clearance=vetting.current_decision(person_id),
    )


def _completions(person_id: int, actor: Actor) -> Mapping[int, CompletionState]:
    statement: AnySelect = (
        select(Completion.nomination_id, Completion.state)
        .join(Nomination, Nomination.id == Completion.nomination_id)
        .where(Nomination.person_id == person_id, Completion.state != CompletionState.REFUSED)
    )
    rows = db.session.execute(seen(statement, actor, Permission.SEE_NOMINATION, Completion))
    return {row.nomination_id: row.state for row in rows}
