"""The signed-in user as rules and permissions need them."""

from dataclasses import dataclass

from training.models.identity.accounts import ApprovalGrade, Role
from training.models.identity.organisations import Jurisdiction


@dataclass(frozen=True)
class Actor:
    """The signed-in user, read once per request.

    ``organisations`` holds the keys of their organisation and its descendants; ``funded`` the keys of the programmes
    they fund; ``grade`` is that of a rights approver.
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
        """Return the grades included in the actor's own; none without one."""
        every = tuple(ApprovalGrade)
        return every[: every.index(self.grade) + 1] if self.grade else ()
