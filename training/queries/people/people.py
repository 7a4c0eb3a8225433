"""Read people."""

import datetime as dt
import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from training.kit.db import AnySelect, db
from training.kit.matching import word_keys
from training.kit.money import western_digits
from training.kit.names import name_words
from training.models.courses.cohorts import CohortTrainer
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.models.people.people import InactiveReason, Merge, Person, PersonKey, PersonWord, ReviewedPair, Transfer
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, unscoped, where
from training.queries.common.paging import SIZE, Cursor, Page, read_page
from training.queries.people import matching

_LAST = "\uffff"
"""Sorts after every letter: a range of words with one prefix uses the index, a pattern might not."""


_MOST_WORDS = 10
"""Each word is one more join: PostgreSQL planned a search for 800 of them for ten minutes."""


def lock_people(person_ids: Collection[int]) -> Sequence[InactiveReason | None]:
    """Lock people until the transaction ends; return why each is inactive, if so.

    Locks are taken in the order of keys, so that concurrent transactions do not deadlock.
    """
    statement = select(Person.inactive_because).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update()
    return db.session.scalars(unscoped(statement, because="a lock; nothing is shown")).all()


def with_public_ids(public_ids: Collection[str]) -> dict[str, Person]:
    """Return the people with these opaque ids, by id."""
    statement = select(Person).where(Person.public_id.in_(public_ids))
    found = db.session.scalars(unscoped(statement, because="a use case reads what it has just written"))
    return {person.public_id: person for person in found}


def inactive_because(person_id: int) -> InactiveReason | None:
    """Return why a record is inactive at present; None if it is active."""
    statement = select(Person.inactive_because).where(Person.id == person_id)
    return db.session.scalar(domain_read(statement))


def organisation_of(person_id: int) -> int:
    """Return the key of a person's organisation, as the database has it now."""
    statement = select(Person.organisation_id).where(Person.id == person_id)
    return db.session.scalars(domain_read(statement)).one()


def last_transfer(person_id: int) -> dt.date | None:
    """Return the date of a person's last transfer, if any."""
    statement = select(func.max(Transfer.since)).where(Transfer.person_id == person_id)
    return db.session.scalar(domain_read(statement))


MOST_COUNTED = 1_000


def inactive_page(cut: Cursor, actor: Actor) -> Page[Any]:
    """Return a page of inactive people, by name."""
    statement = listed().where(Person.inactive_because.is_not(None))
    return read_page(seen(statement, actor, Permission.EDIT_PERSON, Person), Person, Person.name_key, cut)


class PersonKind(enum.StrEnum):
    """Whether a person teaches a cohort (trainer) or not (trainee)."""

    TRAINEE = "trainee"
    TRAINER = "trainer"


_TEACHES = exists().where(CohortTrainer.person_id == Person.id)


@dataclass(frozen=True)
class PeopleSelection:
    """A filter of people; None matches all."""

    organisation_id: int | None = None
    kind: PersonKind | None = None

    def of(self, statement: AnySelect) -> AnySelect:
        """Apply the filter to a statement."""
        if self.organisation_id is not None:
            statement = statement.where(Person.organisation_id == self.organisation_id)
        if self.kind is not None:
            statement = statement.where(_TEACHES if self.kind is PersonKind.TRAINER else ~_TEACHES)
        return statement


EVERYBODY = PeopleSelection()


def organisations_in_sight(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations whose people ``actor`` may see."""
    statement = select(Organisation).where(where(actor, Permission.SEE_PERSON, Organisation))
    return db.session.scalars(statement.order_by(Organisation.name_en)).all()


def all_of(words: str, selection: PeopleSelection, actor: Actor) -> Sequence[Person]:
    """Return all active people visible to ``actor``, matching ``words`` if given."""
    statement = selection.of(listed()).where(Person.inactive_because.is_(None))
    statement = named(statement, words) if words else statement
    return db.session.scalars(
        seen(statement.order_by(Person.name_key, Person.id), actor, Permission.SEE_PERSON, Person)
    ).all()


def page_of(cut: Cursor, selection: PeopleSelection, actor: Actor) -> Page[Any]:
    """Return a page of the active people visible to ``actor``, by name.

    Each row has ``number``: the total, counted up to ``MOST_COUNTED`` + 1.
    """
    is_active = Person.inactive_because.is_(None)
    some = selection.of(select(Person.id)).where(is_active)
    some = seen(some, actor, Permission.SEE_PERSON, Person).limit(MOST_COUNTED + 1)
    number = select(func.count()).select_from(some.subquery()).scalar_subquery()
    statement = selection.of(listed()).add_columns(number.label("number")).where(is_active)
    return read_page(seen(statement, actor, Permission.SEE_PERSON, Person), Person, Person.name_key, cut)


def listed() -> AnySelect:
    """Return the statement that reads people with their organisations, without a scope yet."""
    return select(Person).options(joinedload(Person.organisation))


def named(statement: AnySelect, words: str) -> AnySelect:
    """Filter active people by name: each word begins a word of the name, or sounds like one in any script.

    Also matches a service number. Word order is irrelevant; only the first ten distinct words are used.
    """
    begun = [
        select(PersonWord.person_id).where(PersonWord.word >= word, PersonWord.word < word + _LAST)
        for word in name_words(words)[:_MOST_WORDS]
    ]
    alike = [select(PersonKey.person_id).where(PersonKey.key.in_(readings)) for readings in word_keys(words)]
    ways = [and_(*(Person.id.in_(matching) for matching in way)) for way in (begun, alike) if way]
    number = western_digits(words.strip())
    ways += [Person.service_number == number] if number else []
    return statement.where(Person.inactive_because.is_(None), or_(*ways) if ways else false())


People: TypeAlias = Sequence[Person]


@dataclass(frozen=True)
class SearchResult:
    """The result of a search; ``has_more`` if it was cut off."""

    people: People
    has_more: bool


def search(words: str, actor: Actor, selection: PeopleSelection = EVERYBODY) -> SearchResult:
    """Return up to fifty people visible to ``actor`` that match by name or service number."""
    return first_of(seen(named(selection.of(listed()), words), actor, Permission.SEE_PERSON, Person))


def first_of(statement: AnySelect) -> SearchResult:
    """Return up to fifty of the people that a statement reads, by name."""
    rows = db.session.scalars(statement.order_by(Person.name_key, Person.id).limit(SIZE + 1)).all()
    return SearchResult(rows[:SIZE], len(rows) > SIZE)


def with_organisations(person_ids: Collection[int], actor: Actor) -> Sequence[Person]:
    """Return the people with these keys whom ``actor`` may see, with their organisations, by name."""
    if not person_ids:
        return []
    statement = listed().where(Person.id.in_(person_ids)).order_by(Person.name_key, Person.id)
    return db.session.scalars(seen(statement, actor, Permission.SEE_PERSON, Person)).all()


def own_organisations(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations in which ``actor`` may register people."""
    statement = select(Organisation).where(Organisation.is_active, where(actor, Permission.EDIT_PERSON, Organisation))
    return db.session.scalars(statement.order_by(Organisation.name_en)).all()


@dataclass(frozen=True)
class PersonPage:
    """A person's record as the reader may see it. Nobody may edit or vet their own (ADR 27).

    ``alike``: other records that may be the same person; ``apart``: those last marked as different people; ``merges``:
    records that were merged into this one; all three only for those who may edit.
    """

    person: Person
    transfers: Sequence[Transfer]
    alike: Sequence[matching.Candidate]
    apart: Sequence[Person]
    merges: Sequence[Merge]
    merged_into: Person | None
    may_edit: bool
    may_vet: bool
    is_own: bool
    is_trainer: bool


def person_page(person: Person, actor: Actor) -> PersonPage:
    """Return what the page of a person shows to ``actor``."""
    key = person.id
    is_other = Person.id.is_distinct_from(actor.person_id)
    may_edit = and_(where(actor, Permission.EDIT_PERSON, Person), is_other).label("may_edit")
    may_vet = and_(where(actor, Permission.VET, Person), is_other).label("may_vet")
    whole = (
        select(Person, may_edit, may_vet, _TEACHES)
        .where(Person.id == key)
        .options(joinedload(Person.organisation))
        .execution_options(populate_existing=True)
    )
    fresh, is_editor, is_vetter, is_trainer = db.session.execute(
        seen(whole, actor, Permission.SEE_PERSON, Person)
    ).one()
    merges = _merges(key, actor) if is_editor else []
    return PersonPage(
        person=fresh,
        transfers=_transfers(key),
        alike=matching.duplicates([fresh], actor)[0] if is_editor and fresh.is_active else (),
        apart=_marked_as_different(key, actor) if is_editor else (),
        merges=[merge for merge in merges if merge.kept_id == key],
        merged_into=next((merge.kept for merge in merges if merge.merged_id == key), None),
        may_edit=bool(is_editor),
        may_vet=bool(is_vetter),
        is_own=key == actor.person_id,
        is_trainer=is_trainer,
    )


def _marked_as_different(key: int, actor: Actor) -> Sequence[Person]:
    """Return the records last marked as different from this one, of those ``actor`` may edit."""
    pair = or_(
        and_(ReviewedPair.low_id == key, ReviewedPair.high_id == Person.id),
        and_(ReviewedPair.high_id == key, ReviewedPair.low_id == Person.id),
    )
    statement = listed().join(ReviewedPair, pair).where(Person.inactive_because.is_(None))
    statement = statement.where(Person.id.is_distinct_from(actor.person_id))
    statement = statement.order_by(ReviewedPair.reviewed_at.desc(), Person.id).limit(SIZE)
    return db.session.scalars(seen(statement, actor, Permission.EDIT_PERSON, Person)).all()


def _transfers(key: int) -> Sequence[Transfer]:
    statement = (
        select(Transfer)
        .where(Transfer.person_id == key)
        .options(joinedload(Transfer.origin), joinedload(Transfer.destination))
        .order_by(Transfer.id.desc())
    )
    return db.session.scalars(unscoped(statement, because="the reader was admitted to the person")).all()


def _merges(key: int, actor: Actor) -> Sequence[Merge]:
    """Return the merges into and of a record, not undone, of which ``actor`` may edit both."""
    statement = (
        select(Merge)
        .where(or_(Merge.kept_id == key, Merge.merged_id == key), Merge.undone_at.is_(None))
        .options(joinedload(Merge.kept), joinedload(Merge.merged))
        .order_by(Merge.id.desc())
    )
    return db.session.scalars(seen(statement, actor, Permission.EDIT_PERSON, Merge)).all()


def kept_of(merge_id: int) -> str:
    """Return the opaque id of the record that a merge kept."""
    statement = select(Person.public_id).join(Merge, Merge.kept_id == Person.id).where(Merge.id == merge_id)
    return db.session.scalars(unscoped(statement, because="the reader was admitted to both")).one()
