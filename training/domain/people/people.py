"""The register of people: trainees and trainers by organisation."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from sqlalchemy import delete, update

from training.domain.identity import account_states, audit, organisations, own_record
from training.domain.people.events import PeopleEvent
from training.domain.people.refusals import (
    MergedAway,
    NameWithoutLetters,
    PersonActive,
    PersonInactive,
    PersonIncomplete,
    SameOrganisation,
    TransferOutOfOrder,
)
from training.kit.clock import now
from training.kit.db import changed, db, insert_many
from training.kit.ids import new_public_id
from training.kit.matching import heard, keys
from training.kit.names import name_key, name_words
from training.models.common.base import Base
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.models.people.people import InactiveReason, Person, PersonKey, PersonWord, Sex, Transfer
from training.queries.identity import organisations as organisation_rows
from training.queries.people import people


@dataclass(frozen=True)
class Particulars:
    """The details recorded of a person: no more than the work needs."""

    name_latin: str
    name_native: str
    rank: str = ""
    unit: str = ""
    sex: Sex | None = None
    service_number: str = ""
    phone: str = ""
    email: str = ""
    languages: str = ""
    """Codes of ``SpokenLanguage``, separated by spaces."""


LONGEST: Mapping[str, int] = {
    "name_latin": 200,
    "name_native": 200,
    "rank": 100,
    "unit": 200,
    "service_number": 50,
    "phone": 40,
    "email": 254,
}
"""So many characters each of the particulars may have, in a form as in a file."""

PHONE = re.compile(r"\+?(?:[ ()./-]*\d){3,20}[ ()]*")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
"""The patterns of telephone numbers and e-mail addresses, in forms and files alike."""

_AT_ONCE = 1_000
"""The number of people indexed in one statement: each has a dozen words and keys, all in memory at once."""


def register(organisation_id: int, particulars: Particulars, by: Actor) -> Person:
    """Add a person to an organisation.

    Raises PersonIncomplete if no name is given, NameWithoutLetters, OrganisationInactive.
    """
    return register_all([(organisation_id, particulars)], by)[0]


def register_all(newcomers: Sequence[tuple[int, Particulars]], by: Actor) -> list[Person]:
    """Add many people, each to the organisation with that key, set-based and in the given order.

    Raises as ``register`` does.
    """
    rows = [_row(organisation_id, particulars) for organisation_id, particulars in newcomers]
    if not rows:
        return []
    organisations.check_in_use({organisation_id for organisation_id, _particulars in newcomers})
    insert_many(Base.metadata.tables["people"], rows)
    made = people.with_public_ids([row["public_id"] for row in rows])
    persons = [made[row["public_id"]] for row in rows]
    for start in range(0, len(persons), _AT_ONCE):
        index(persons[start : start + _AT_ONCE])
    audit.record_each(PeopleEvent.PERSON_REGISTERED, {person: {} for person in persons}, by=by.user_id)
    return persons


def _row(organisation_id: int, particulars: Particulars) -> dict[str, Any]:
    _check(particulars)
    return {
        "public_id": new_public_id(),
        "organisation_id": organisation_id,
        "name_key": _key(particulars),
        **asdict(particulars),
    }


def correct(person: Person, particulars: Particulars, by: Actor) -> None:
    """Correct a person's details. Raises OwnRecord, PersonIncomplete, NameWithoutLetters."""
    own_record.check(by, person.id)
    _check(particulars)
    before = audit.picture(person)
    for name, value in asdict(particulars).items():
        setattr(person, name, value)
    person.name_key = _key(particulars)
    _reindex(person)
    audit.record_edit(PeopleEvent.PERSON_CORRECTED, person, before, audit.picture(person), by=by.user_id)


def transfer(person: Person, to: Organisation, since: dt.date, by: Actor, on: dt.date) -> Transfer:
    """Transfer a person to another organisation; nominations keep their organisation.

    Visibility changes at once; an account goes along, without the roles that reach as far as an organisation. Raises
    OwnRecord, SameOrganisation, OrganisationInactive, TransferOutOfOrder,
    PersonInactive.
    """
    own_record.check(by, person.id)
    organisations.check_in_use([to.id])
    check_active(person)
    origin = people.organisation_of(person.id)
    if origin == to.id:
        raise SameOrganisation
    last = people.last_transfer(person.id)
    if since > on or (last and since < last):
        raise TransferOutOfOrder(last)
    moved = Transfer(
        person_id=person.id,
        from_id=origin,
        to_id=to.id,
        since=since,
        recorded_by_id=by.user_id,
        recorded_at=now(),
    )
    db.session.add(moved)
    changed(update(Person).where(Person.id == person.id).values(organisation_id=to.id))
    changed(update(PersonKey).where(PersonKey.person_id == person.id).values(organisation_id=to.id))
    account_states.move(person.id, to, by)
    names = ({"organisation": one.name_en} for one in (organisation_rows.organisation_by_key(origin), to))
    audit.record_edit(
        PeopleEvent.PERSON_TRANSFERRED, person, *names, by=by.user_id, to=to.public_id, since=since.isoformat()
    )
    return moved


def reactivate(person: Person, by: Actor) -> None:
    """Reactivate a person; nominations withdrawn by the deactivation stay withdrawn.

    Raises OwnRecord, PersonActive, MergedAway.
    """
    own_record.check(by, person.id)
    people.lock_people([person.id])
    why = people.inactive_because(person.id)
    if why is None:
        raise PersonActive
    if why is InactiveReason.MERGED:
        raise MergedAway
    activate(person)
    audit.record(PeopleEvent.PERSON_REACTIVATED, person, by=by.user_id)


def deactivate(person: Person, reason: InactiveReason) -> None:
    """Deactivate a record. Raises PersonInactive if it is inactive already."""
    people.lock_people([person.id])
    statement = update(Person).where(Person.id == person.id, Person.inactive_because.is_(None))
    if not changed(statement.values(inactive_because=reason, inactive_since=now())):
        raise PersonInactive
    db.session.refresh(person)
    _reindex(person)


def activate(person: Person) -> None:
    """Reactivate a record."""
    changed(update(Person).where(Person.id == person.id).values(inactive_because=None, inactive_since=None))
    db.session.refresh(person)
    _reindex(person)


def check_active(person: Person) -> None:
    """Lock a person until the transaction ends. Raises PersonInactive if they are inactive."""
    check_all_active([person.id])


def check_all_active(person_ids: Collection[int]) -> None:
    """Lock people until the transaction ends. Raises PersonInactive if one is inactive."""
    if any(people.lock_people(person_ids)):
        raise PersonInactive


def _check(particulars: Particulars) -> None:
    if not _key(particulars):
        raise PersonIncomplete
    for name in (particulars.name_latin, particulars.name_native):
        if name and not any(letter.isalpha() for letter in name):
            raise NameWithoutLetters


def _key(particulars: Particulars) -> str:
    """Return the normalised name used for sorting."""
    return name_key(particulars.name_latin) or name_key(particulars.name_native)


def index(people: Sequence[Person]) -> None:
    """Index active people by the words and phonetic keys of their names."""
    tables = Base.metadata.tables
    insert_many(tables["person_words"], list(chain.from_iterable(map(_words, people))))
    _index_keys(people)


def _index_keys(people: Sequence[Person]) -> None:
    # A name in a script without phonetic rules has words, but no key.
    insert_many(Base.metadata.tables["person_keys"], list(chain.from_iterable(map(_keys, people))))


def _reindex(person: Person) -> None:
    """Rebuild the index of a person: inactive people have keys only, merged records nothing."""
    _unindex(person)
    if person.is_active:
        index([person])
    elif person.inactive_because is not InactiveReason.MERGED:
        _index_keys([person])


def _unindex(person: Person) -> None:
    db.session.execute(delete(PersonWord).where(PersonWord.person_id == person.id))
    db.session.execute(delete(PersonKey).where(PersonKey.person_id == person.id))


def _words(person: Person) -> Iterator[dict[str, int | str]]:
    for word in {*name_words(person.name_latin), *name_words(person.name_native)}:
        yield {"word": word, "person_id": person.id}


def _keys(person: Person) -> Iterator[dict[str, int]]:
    for key in chain.from_iterable(keys(*heard(person.name_latin, person.name_native))):
        yield {"key": key, "organisation_id": person.organisation_id, "person_id": person.id}
