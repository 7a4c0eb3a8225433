"""Nobody acts on their own record: one rule, called by every use case about a person.

What somebody may do for themselves is listed in ADR 27: withdraw a nomination, and claim a completion.
"""

from training.domain.identity.refusals import OwnRecord
from training.models.identity.actor import Actor


def is_own(person_id: int | None, by: Actor) -> bool:
    """Return whether ``person_id`` is the person to whom the account of ``by`` is linked."""
    return person_id is not None and person_id == by.person_id


def check(by: Actor, *person_ids: int) -> None:
    """Raise OwnRecord if one of the people concerned is ``by`` themselves."""
    if any(is_own(person_id, by) for person_id in person_ids):
        raise OwnRecord
