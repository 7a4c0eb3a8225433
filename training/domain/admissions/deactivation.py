"""Setting aside: the record of a person is set aside, and with it their nominations and seats end."""

from training.domain.admissions import nominations, vetting
from training.domain.identity import audit
from training.domain.people import people
from training.domain.people.events import PeopleEvent
from training.models.identity.actor import Actor
from training.models.people.people import Inactive, Person


def deactivate(person: Person, reason: Inactive, by: Actor) -> None:
    """Set the record of a person aside: nobody finds or nominates it, its history stays. Raises PersonInactive.

    Nominations that stand are withdrawn, whoever made them, and both sides are told; a seat becomes free unless its
    course is over or completed. Where somebody of that name is to be registered, the record is offered, to be taken up
    again.
    """
    vetting.hold([person.id])
    people.set_aside(person, reason)
    audit.record(PeopleEvent.PERSON_DEACTIVATED, person, by=by.user_id, reason=reason.value)
    nominations.withdraw_all_for_person(person.id, by)
