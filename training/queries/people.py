"""Reading organisations and people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from training.kit.db import AnySelect, db
from training.kit.names import name_words
from training.models.actor import Actor
from training.models.cohorts import Cohort, CohortInvitation
from training.models.nominations import Nomination, NominationState
from training.models.people import Organisation, Person, PersonWord
from training.models.vetting import VettingDecision
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped, where
from training.queries import vetting
from training.queries.paging import SIZE, Cut, Page, read_page

_LAST = "\uffff"
"""Sorts after every letter: a range of words with one beginning uses the index, a pattern might not."""

_MOST_WORDS = 10
"""Each word is one more join: PostgreSQL planned a search for 800 of them for ten minutes."""


def organisation_named(name_en: str) -> Organisation | None:
    """Return the organisation with exactly this English name."""
    return db.session.scalar(select(Organisation).where(Organisation.name_en == name_en))


def lock_person(person_id: int) -> None:
    """Let nobody else decide about this person until the transaction ends."""
    statement = select(Person.id).where(Person.id == person_id).with_for_update()
    db.session.execute(unscoped(statement, because="a lock; nothing is shown"))


def page_of(cut: Cut, actor: Actor) -> Page[Any]:
    """Return a page of the people whom ``actor`` may see, by name."""
    statement = seen(_listed(), actor, Permission.SEE_PERSON, Person)
    return read_page(statement, Person, Person.name_key, cut)


def _listed() -> AnySelect:
    return select(Person).options(joinedload(Person.organisation))


def _named(statement: AnySelect, words: str) -> AnySelect:
    """Narrow to people of whose names each word is the beginning of one, in any order and script.

    The first ten different words count; what follows them is ignored.
    """
    for word in name_words(words)[:_MOST_WORDS]:
        matching = select(PersonWord.person_id).where(PersonWord.word >= word, PersonWord.word < word + _LAST)
        statement = statement.where(Person.id.in_(matching))
    return statement


@dataclass(frozen=True)
class Found:
    """What a search found; ``has_more`` when there are more than are shown."""

    people: Sequence[Person]
    has_more: bool


def search(words: str, actor: Actor) -> Found:
    """Return up to fifty people whom ``actor`` may see and whose names match."""
    statement = seen(_named(_listed(), words), actor, Permission.SEE_PERSON, Person)
    return _first(statement.order_by(Person.name_key, Person.id))


def _first(statement: AnySelect) -> Found:
    rows = db.session.scalars(statement.limit(SIZE + 1)).all()
    return Found(rows[:SIZE], len(rows) > SIZE)


def eligible(cohort_id: int, words: str, actor: Actor) -> Found:
    """Return up to fifty people whom ``actor`` may put forward: of invited organisations, not nominated yet."""
    invited = select(CohortInvitation.organisation_id).where(CohortInvitation.cohort_id == cohort_id)
    reached = select(Organisation.id).where(Organisation.id.in_(invited)).cte(recursive=True)
    reached = reached.union(select(Organisation.id).join(reached, Organisation.parent_id == reached.c.id))
    standing = exists().where(
        Nomination.cohort_id == cohort_id,
        Nomination.person_id == Person.id,
        Nomination.state.not_in((NominationState.TURNED_DOWN, NominationState.WITHDRAWN)),
    )
    statement = _named(_listed(), words).where(Person.organisation_id.in_(select(reached.c.id)), ~standing)
    statement = seen(statement, actor, Permission.EDIT_PERSON, Person)
    return _first(statement.order_by(Person.name_key, Person.id))


def own_organisations(actor: Actor) -> Sequence[Organisation]:
    """Return the organisations in which ``actor`` may register people."""
    statement = select(Organisation).where(where(actor, Permission.EDIT_PERSON, Organisation))
    return db.session.scalars(statement.order_by(Organisation.name_en)).all()


@dataclass(frozen=True)
class PersonPage:
    """A person with the nominations that the reader may see, and the clearance: outcome and expiry only."""

    person: Person
    nominations: Sequence[Nomination]
    clearance: VettingDecision | None
    may_edit: bool
    may_vet: bool


def person_page(person: Person, actor: Actor) -> PersonPage:
    """Return what the page of a person shows to ``actor``."""
    key = person.id
    may_edit, may_vet = (where(actor, p, Person) for p in (Permission.EDIT_PERSON, Permission.VET))
    whole = (
        select(Person, may_edit, may_vet)
        .where(Person.id == key)
        .options(joinedload(Person.organisation))
        .execution_options(populate_existing=True)
    )
    fresh, is_editor, is_vetter = db.session.execute(seen(whole, actor, Permission.SEE_PERSON, Person)).one()
    nominations = (
        select(Nomination)
        .where(Nomination.person_id == key)
        .options(joinedload(Nomination.cohort).joinedload(Cohort.course))
        .order_by(Nomination.id.desc())
    )
    return PersonPage(
        person=fresh,
        nominations=db.session.scalars(seen(nominations, actor, Permission.SEE_NOMINATION, Nomination)).all(),
        clearance=vetting.current_decision(key),
        may_edit=bool(is_editor),
        may_vet=bool(is_vetter),
    )
