"""The register of people: trainees and trainers by organisation."""

from dataclasses import asdict, dataclass

from sqlalchemy import delete

from training.domain import audit
from training.domain.refusals import PersonIncomplete
from training.kit.db import db
from training.kit.names import name_key, name_words
from training.models.actor import Actor
from training.models.people import Organisation, Person, PersonWord, Sex


@dataclass(frozen=True)
class Particulars:
    """What is recorded of a person; no more than the work needs."""

    name_latin: str
    name_native: str
    rank: str = ""
    unit: str = ""
    sex: Sex | None = None
    service_number: str = ""
    phone: str = ""
    email: str = ""


def register(organisation_id: int, particulars: Particulars, by: Actor) -> Person:
    """Add a person to an organisation. Raises PersonIncomplete when neither name is given."""
    _check(particulars)
    person = Person(organisation_id=organisation_id, name_key=_key(particulars), **asdict(particulars))
    db.session.add(person)
    db.session.flush()
    _index(person)
    audit.record("person registered", person, by=by.user_id)
    return person


def correct(person: Person, particulars: Particulars, by: Actor) -> None:
    """Correct what is recorded of a person. Raises PersonIncomplete."""
    _check(particulars)
    for name, value in asdict(particulars).items():
        setattr(person, name, value)
    person.name_key = _key(particulars)
    _index(person)
    audit.record("person corrected", person, by=by.user_id)


def create_organisation(organisation: Organisation) -> Organisation:
    """Add an organisation."""
    db.session.add(organisation)
    db.session.flush()
    audit.record("organisation added", organisation, by=None)
    return organisation


def _check(particulars: Particulars) -> None:
    if not _key(particulars):
        raise PersonIncomplete


def _key(particulars: Particulars) -> str:
    """Return the folded name by which lists are ordered."""
    return name_key(particulars.name_latin) or name_key(particulars.name_native)


def _index(person: Person) -> None:
    """Note each folded word of the names, so that a search finds them in any order and script."""
    db.session.execute(delete(PersonWord).where(PersonWord.person_id == person.id))
    words = {*name_words(person.name_latin), *name_words(person.name_native)}
    db.session.add_all(PersonWord(word=word, person_id=person.id) for word in sorted(words))
