"""Who is acting: the facts about one account at one moment that rules and permissions need."""

from dataclasses import dataclass

from training.models.identity.accounts import ApprovalGrade, Role
from training.models.identity.organisations import Jurisdiction


@dataclass(frozen=True)
class Actor:
    """Somebody signed in, as read once per request.

    ``organisations`` holds the keys of their organisation and those below it; ``funded`` the keys
    of the programmes they fund; ``grade`` is that of a rights approver.
    """

    user_id: int
    person_id: int | None
    organisation_id: int
    jurisdiction: Jurisdiction
    roles: frozenset[Role]
    organisations: frozenset[int]
    funded: frozenset[int]
    grade: ApprovalGrade | None = None

    @property
    def grades(self) -> tuple[ApprovalGrade, ...]:
        """The grades that the actor's own reaches, none without one."""
        every = tuple(ApprovalGrade)
        return every[: every.index(self.grade) + 1] if self.grade else ()
