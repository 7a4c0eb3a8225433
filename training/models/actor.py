"""Who is acting: the facts about one account at one moment that rules and permissions need."""

from dataclasses import dataclass

from training.models.access import Role
from training.models.people import Jurisdiction


@dataclass(frozen=True)
class Actor:
    """Somebody signed in, as read once per request.

    ``organisations`` holds the keys of their organisation and those below it; ``funded`` the keys
    of the programmes they fund.
    """

    user_id: int
    person_id: int | None
    organisation_id: int
    jurisdiction: Jurisdiction
    roles: frozenset[Role]
    organisations: frozenset[int]
    funded: frozenset[int]
