"""What a new deployment has already: whether there is one of each thing that its first open cohort needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select

from training.kit.db import db
from training.models.assurance.rights_assessments import AssessmentState, RightsAssessment
from training.models.courses.cohorts import Cohort, CohortState
from training.models.courses.courses import Course
from training.models.courses.venues import Venue
from training.models.finance.programmes import BudgetLine, Programme
from training.models.identity.accounts import Role, RoleAssignment, User
from training.models.identity.organisations import Jurisdiction, Organisation
from training.policy.scopes import unscoped
from training.queries.identity.standing import stands

_WHY = "whoever sets a deployment up learns whether there is any; nothing of it is shown"


@dataclass(frozen=True)
class Deployment:
    """What there is: active accounts by role, and whether there is one of each other thing.

    ``has_opened`` says whether a cohort is open or was.
    """

    holders: Mapping[Role, int]
    has_partner: bool
    has_venue: bool
    has_course: bool
    has_ceiling: bool
    has_allocated_line: bool
    has_assessment: bool
    has_opened: bool
    has_backup: bool
    sends_mail: bool


def deployment(*, has_backup: bool, sends_mail: bool) -> Deployment:
    """Return what there is; ``has_backup`` and ``sends_mail`` are not known to the database."""
    holders = (
        select(RoleAssignment.role, func.count(RoleAssignment.user_id.distinct()))
        .join(User, User.id == RoleAssignment.user_id)
        .where(User.is_active, stands())
        .group_by(RoleAssignment.role)
    )
    row = db.session.execute(unscoped(select(*_THERE_IS.values()), because=_WHY)).one()
    return Deployment(
        holders={role: number for role, number in db.session.execute(unscoped(holders, because=_WHY))},  # noqa: C416  # for the types
        **dict(zip(_THERE_IS, map(bool, row), strict=True)),
        has_backup=has_backup,
        sends_mail=sends_mail,
    )


_THERE_IS: dict[str, ColumnElement[bool]] = {
    "has_partner": exists().where(Organisation.jurisdiction != Jurisdiction.UK, Organisation.is_active),
    "has_venue": exists().where(Venue.is_active),
    "has_course": exists().where(Course.id.is_not(None)),
    "has_ceiling": exists().where(Programme.ceiling > 0),
    "has_allocated_line": exists().where(BudgetLine.allocated > 0),
    "has_assessment": exists().where(RightsAssessment.state == AssessmentState.APPROVED),
    "has_opened": exists().where(Cohort.state.in_((CohortState.OPEN, CohortState.CLOSED))),
}
