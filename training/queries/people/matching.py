"""Find people by name, in any spelling and script."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from training.kit.db import AnySelect, db
from training.kit.matching import COMMONEST, ENOUGH, Heard, heard, hits, keys, score
from training.models.identity.actor import Actor
from training.models.people.people import InactiveReason, Person, PersonKey, ReviewedPair
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped
from training.queries.common.paging import Cursor, Page, read_page

MOST_CANDIDATES = 5
_AT_ONCE = 5_000
"""The number of keys or ids in one statement."""


@dataclass(frozen=True)
class NameQuery:
    """A name to match; either script may be empty."""

    name_latin: str
    name_native: str


@dataclass(frozen=True)
class Candidate:
    """A possible match; ``score`` from ``ENOUGH`` to 100."""

    person: Person
    score: int


class _Scored(NamedTuple):
    score: int
    person_id: int


def candidates(wanted: Sequence[NameQuery], actor: Actor, *, is_aside_too: bool = False) -> list[list[Candidate]]:
    """Return the possible matches of each name, best first, at most five.

    Only people for whom ``actor`` has EDIT_PERSON; with ``is_aside_too`` also inactive ones. The number of
    statements grows by one for each five thousand keys or people, not by name.
    """
    ours = [heard(one.name_latin, one.name_native) for one in wanted]
    each = [keys(*one) for one in ours]
    whole = _sharing({key for found in each for key in found.whole}, actor)
    scored = _scored(ours, [hits(found.whole, whole) for found in each], actor, is_aside_too)
    # A name with exact matches needs no approximate ones.
    left = [number for number, found in enumerate(scored) if not found]
    loose = _sharing_rarely({key for number in left for key in each[number].loose}, actor)
    more = _scored(
        [ours[number] for number in left], [hits(each[number].loose, loose) for number in left], actor, is_aside_too
    )
    for number, found in zip(left, more, strict=True):
        scored[number] = found
    people = _people({best.person_id for found in scored for best in found}, actor)
    return [
        # A person may have been transferred out of the actor's scope between the two statements.
        [Candidate(people[best.person_id], best.score) for best in found if best.person_id in people]
        for found in scored
    ]


def duplicates(people: Sequence[Person], actor: Actor) -> list[list[Candidate]]:
    """Return the possible duplicates of each person, without reviewed pairs.

    An equal service number within the organisation counts as a match, whatever the name.
    """
    wanted = [NameQuery(person.name_latin, person.name_native) for person in people]
    apart = _reviewed([person.id for person in people])
    by_number = _numbered({(person.organisation_id, person.service_number) for person in people}, actor)
    found = []
    for person, alike in zip(people, candidates(wanted, actor), strict=True):
        known = {candidate.person.id for candidate in alike}
        numbered = by_number[person.organisation_id, person.service_number]
        others = [*(Candidate(other, 100) for other in numbered if other.id not in known), *alike]
        left_out = {person.id, *apart[person.id]}
        found.append([other for other in others if other.person.id not in left_out])
    return found


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person."""

    one: Person
    other: Person
    score: int


_LOOKED_THROUGH = 200
"""The number of people searched for one page of pairs."""


def pairs(cut: Cursor, actor: Actor) -> tuple[list[Pair], Page[Any]]:
    """Return the pairs involving one page of the register, and that page, for its links."""
    statement: AnySelect = (
        select(Person).where(Person.inactive_because.is_(None)).options(joinedload(Person.organisation))
    )
    statement = seen(statement, actor, Permission.EDIT_PERSON, Person)
    page = read_page(statement, Person, Person.name_key, cut, size=_LOOKED_THROUGH)
    people = [row.Person for row in page.rows]
    here = {person.id for person in people}
    found = [
        Pair(person, alike.person, alike.score)
        for person, others in zip(people, duplicates(people, actor), strict=True)
        for alike in others
        if person.id < alike.person.id or alike.person.id not in here
    ]
    return found, page


class PersonDescription(Protocol):
    """The details of a person to be registered."""

    @property
    def name_latin(self) -> str: ...  # noqa: D102
    @property
    def name_native(self) -> str: ...  # noqa: D102
    @property
    def service_number(self) -> str: ...  # noqa: D102


def alike(one: PersonDescription, organisation_id: int, actor: Actor) -> list[Candidate]:
    """Return possible matches of a person to be registered: by name, or by service number in the organisation.

    Includes inactive people.
    """
    [named] = candidates([NameQuery(one.name_latin, one.name_native)], actor, is_aside_too=True)
    known = {candidate.person.id for candidate in named}
    numbered = _numbered({(organisation_id, one.service_number)}, actor, is_aside_too=True)[
        organisation_id, one.service_number
    ]
    return [*(Candidate(other, 100) for other in numbered if other.id not in known), *named]


def reviewed_among(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return which of these pairs, the lower key first, were reviewed."""
    apart = _reviewed([low for low, _ in pairs])
    return {(low, high) for low, high in pairs if high in apart[low]}


def _sharing(wanted: Collection[int], actor: Actor) -> Mapping[int, list[int]]:
    """Return the people with each key."""
    sharing: dict[int, list[int]] = defaultdict(list)
    for chunk in _chunks(wanted):
        statement: AnySelect = select(PersonKey.key, PersonKey.person_id).where(PersonKey.key.in_(chunk))
        for key, person_id in db.session.execute(seen(statement, actor, Permission.EDIT_PERSON, PersonKey)):
            sharing[key].append(person_id)
    return sharing


def _sharing_rarely(wanted: Collection[int], actor: Actor) -> Mapping[int, list[int]]:
    """Return the people with each rare key."""
    sharing: dict[int, list[int]] = defaultdict(list)
    for chunk in _chunks(wanted):
        number = func.count().over(partition_by=PersonKey.key).label("number")
        statement = select(PersonKey.key, PersonKey.person_id, number).where(PersonKey.key.in_(chunk))
        counted = seen(statement, actor, Permission.EDIT_PERSON, PersonKey).subquery()
        few = select(counted.c.key, counted.c.person_id).where(counted.c.number <= COMMONEST)
        for key, person_id in db.session.execute(unscoped(few, because="the rows inside are scoped")):
            sharing[key].append(person_id)
    return sharing


def _scored(
    ours: Sequence[Heard], met: Sequence[Sequence[int]], actor: Actor, is_aside_too: bool
) -> list[list[_Scored]]:
    """Return the best matches of each name."""
    names = _names({person_id for found in met for person_id in found}, actor, is_aside_too)
    return [_best(one, found, names) for one, found in zip(ours, met, strict=True)]


def _best(ours: Heard, met: Sequence[int], names: Mapping[int, Heard]) -> list[_Scored]:
    scored = (_Scored(score(ours, names[person_id]), person_id) for person_id in met if person_id in names)
    enough = [one for one in scored if one.score >= ENOUGH]
    return sorted(enough, key=lambda one: (-one.score, one.person_id))[:MOST_CANDIDATES]


def _names(ids: Collection[int], actor: Actor, is_aside_too: bool) -> dict[int, Heard]:
    names: dict[int, Heard] = {}
    for chunk in _chunks(ids):
        statement: AnySelect = select(Person.id, Person.name_latin, Person.name_native).where(
            Person.id.in_(chunk), is_offered(is_aside_too)
        )
        for person_id, latin, native in db.session.execute(seen(statement, actor, Permission.EDIT_PERSON, Person)):
            names[person_id] = heard(latin, native)
    return names


def is_offered(is_aside_too: bool) -> ColumnElement[bool]:
    """Return the condition for suggesting a record: active, or inactive but not merged."""
    is_active = Person.inactive_because.is_(None)
    return or_(is_active, Person.inactive_because != InactiveReason.MERGED) if is_aside_too else is_active


def _people(ids: Collection[int], actor: Actor) -> dict[int, Person]:
    people: dict[int, Person] = {}
    for chunk in _chunks(ids):
        statement: AnySelect = select(Person).where(Person.id.in_(chunk)).options(selectinload(Person.organisation))
        found = db.session.scalars(seen(statement, actor, Permission.EDIT_PERSON, Person))
        people.update((person.id, person) for person in found)
    return people


def _reviewed(ids: Sequence[int]) -> Mapping[int, set[int]]:
    apart: dict[int, set[int]] = defaultdict(set)
    for chunk in _chunks(ids):
        statement = select(ReviewedPair.low_id, ReviewedPair.high_id).where(
            or_(ReviewedPair.low_id.in_(chunk), ReviewedPair.high_id.in_(chunk))
        )
        for low, high in db.session.execute(unscoped(statement, because="pairs that are left out, never shown")):
            apart[low].add(high)
            apart[high].add(low)
    return apart


def _numbered(
    wanted: Set[tuple[int, str]], actor: Actor, *, is_aside_too: bool = False
) -> Mapping[tuple[int, str], list[Person]]:
    """Return people by service number and organisation."""
    same: dict[tuple[int, str], list[Person]] = defaultdict(list)
    for chunk in _chunks({number for _, number in wanted if number}):
        statement: AnySelect = (
            select(Person)
            .where(Person.service_number.in_(chunk), is_offered(is_aside_too))
            .options(joinedload(Person.organisation))
            .order_by(Person.id)
        )
        for other in db.session.scalars(seen(statement, actor, Permission.EDIT_PERSON, Person)):
            if (other.organisation_id, other.service_number) in wanted:
                same[other.organisation_id, other.service_number].append(other)
    return same


_Value = TypeVar("_Value", int, str)


def _chunks(values: Collection[_Value]) -> Iterator[list[_Value]]:
    whole = sorted(values)
    for start in range(0, len(whole), _AT_ONCE):
        yield whole[start : start + _AT_ONCE]
