"""Steps of the register of people."""

import datetime as dt

from training.cli.demo.context import Context, Kinds
from training.domain.people import people
from training.kit.clock import today
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.models.people.people import Person, Sex

_RANKS = ("Lieutenant", "First Lieutenant", "Captain", "Sergeant")


def register_people(
    context: Context,
    name: str,
    organisation: Organisation,
    number: int,
    by: Actor,
    latin: str,
    native: str,
    languages: str,
) -> None:
    """Register obviously fictitious people, numbered from 1: later steps name them ``border 1-9``."""
    registered = []
    for index in range(1, number + 1):
        particulars = people.Particulars(
            name_latin=f"{latin} {index:03d} {organisation.name_en.split()[0]}",
            name_native=f"{native} {index:03d}",
            rank=_RANKS[index % len(_RANKS)],
            unit=f"Unit {index % 4 + 1}",
            sex=Sex.FEMALE if index % 4 == 0 else Sex.MALE,
            languages=languages,
        )
        registered.append(people.register(organisation.id, particulars, by))
    context.add_group(name, registered)


def register_person(
    _context: Context, organisation: Organisation, by: Actor, native: str, rank: str, unit: str, languages: str
) -> None:
    """Register one person by a native name."""
    particulars = people.Particulars("", native, rank=rank, unit=unit, languages=languages)
    people.register(organisation.id, particulars, by)


def transfer_person(_context: Context, person: Person, to: Organisation, since: dt.date, by: Actor) -> None:
    """Transfer a person to another organisation."""
    people.transfer(person, to, since, by, today())


STEPS: Kinds = {
    "register people": register_people,
    "register a person": register_person,
    "transfer a person": transfer_person,
}
