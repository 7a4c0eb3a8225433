"""Read the people whom the rows of a file may mean."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select

from training.kit.db import AnySelect, db
from training.models.admissions.nomination_uploads import NominationBatch, NominationBatchState, NominationRow
from training.models.admissions.nominations import LEFT_STATES, Nomination
from training.models.identity.actor import Actor
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped
from training.queries.people.matching import is_offered


@dataclass
class RowIdentity:
    """The values by which people are searched; numbers and names only within ``organisations``."""

    references: set[str] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)
    organisations: set[int] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    name_keys: set[str] = field(default_factory=set)
    natives: set[str] = field(default_factory=set)

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield a condition for each kind of value, each served by an index."""
        inside = Person.organisation_id.in_(self.organisations)
        if self.references:
            yield Person.public_id.in_(self.references)
        if self.ids:
            yield Person.id.in_(self.ids)
        if self.numbers:
            yield inside & Person.service_number.in_(self.numbers)
        if self.name_keys:
            yield inside & Person.name_key.in_(self.name_keys)
        if self.natives:
            yield inside & Person.name_native.in_(self.natives)


def people_like(wanted: RowIdentity, columns: Sequence[ColumnElement[Any]], actor: Actor) -> dict[int, Any]:
    """Return ``columns`` of the people who may be meant and whom ``actor`` may nominate, by key.

    Includes deactivated people, but not merged records.
    """
    found: dict[int, Any] = {}
    for condition in wanted.conditions():
        statement: AnySelect = select(*columns).where(condition, is_offered(is_aside_too=True))
        rows = db.session.execute(seen(statement, actor, Permission.EDIT_PERSON, Person))
        found |= {row.id: row for row in rows}
    return found


def nominated_among(cohort_id: int, person_ids: Collection[int]) -> set[int]:
    """Return the keys of those people with an open nomination for a cohort."""
    statement = select(Nomination.person_id).where(
        Nomination.cohort_id == cohort_id, Nomination.person_id.in_(person_ids), Nomination.state.not_in(LEFT_STATES)
    )
    return set(db.session.scalars(unscoped(statement, because="people whom the actor may put forward anyway")))


def nominated_before(fingerprints: Collection[str], actor: Actor) -> dict[str, int]:
    """Return the people nominated by equal rows of the actor's earlier committed files, by fingerprint."""
    statement: AnySelect = (
        select(NominationRow.fingerprint, NominationRow.person_id)
        .join(NominationBatch, NominationBatch.id == NominationRow.batch_id)
        .where(
            NominationRow.fingerprint.in_(fingerprints),
            NominationRow.person_id.is_not(None),
            NominationBatch.state == NominationBatchState.COMMITTED,
        )
        .order_by(NominationRow.batch_id)
    )
    rows = db.session.execute(seen(statement, actor, Permission.NOMINATE, NominationBatch))
    return {row.fingerprint: row.person_id for row in rows}
