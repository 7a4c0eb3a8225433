"""Deactivate a person: their record, nominations and seats end."""

from training.domain.admissions import nominations, vetting
from training.domain.identity import account_states, audit, own_record
from training.domain.people import people
from training.domain.people.events import PeopleEvent
from training.models.identity.actor import Actor
from training.models.people.people import InactiveReason, Person


def deactivate(person: Person, reason: InactiveReason, by: Actor) -> None:
    """Deactivate a person: they can no longer be found or nominated, their history stays.

    Raises OwnRecord, PersonInactive, LastAdministrator.

    Open nominations are withdrawn, whoever made them, and both sides are notified; a seat is freed unless its course is
    over or completed. Their account is disabled, so they are out at the next request. If someone of that name is
    registered later, reactivation is offered.
    """
    own_record.check(by, person.id)
    vetting.hold([person.id])
    people.deactivate(person, reason)
    audit.record(PeopleEvent.PERSON_DEACTIVATED, person, by=by.user_id, reason=reason.value)
    nominations.withdraw_all_for_person(person.id, by)
    account_states.leave(person.id, by)
