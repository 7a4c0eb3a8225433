"""Read the rights assessments relevant to a cohort: of its course, its projects, its programme."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from training.kit.db import db
from training.models.assurance.rights_assessments import AssessmentState, RightsAssessment
from training.models.courses.cohorts import Cohort, CohortCost
from training.models.finance.programmes import BudgetLine
from training.policy.scopes import unscoped

SUBMITTED_OR_DECIDED = (AssessmentState.SUBMITTED, AssessmentState.APPROVED, AssessmentState.REFUSED)
"""Drafts and superseded assessments do not count towards coverage."""


def projects_paying(cohort_id: int) -> Sequence[int]:
    """Return the keys of the projects whose lines pay for a cohort."""
    statement = (
        select(BudgetLine.project_id)
        .join(CohortCost, CohortCost.line_id == BudgetLine.id)
        .where(CohortCost.cohort_id == cohort_id)
        .distinct()
        .order_by(BudgetLine.project_id)
    )
    return db.session.scalars(unscoped(statement, because="a rule looks at keys; nothing is shown")).all()


def standing_for(cohort: Cohort, projects: Sequence[int]) -> Sequence[RightsAssessment]:
    """Return the submitted and decided assessments of a cohort's course, projects or programme, oldest first."""
    about = or_(
        RightsAssessment.course_id == cohort.course_id,
        RightsAssessment.project_id.in_(projects),
        RightsAssessment.programme_id == cohort.programme_id,
    )
    statement = select(RightsAssessment).where(about, RightsAssessment.state.in_(SUBMITTED_OR_DECIDED))
    return db.session.scalars(statement.order_by(RightsAssessment.id)).all()
