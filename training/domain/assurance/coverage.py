"""Whether a current rights assessment covers a cohort: the most specific that exists decides."""

import datetime as dt
from collections.abc import Sequence

from training.domain.assurance.refusals import Lack, NoRightsAssessment
from training.models.assurance.rights_assessments import Assessed, AssessmentState, RightsAssessment
from training.models.courses.cohorts import Cohort
from training.queries.assurance import coverage


def check_covered(cohort: Cohort, on: dt.date) -> None:
    """Raise NoRightsAssessment unless a current, approved assessment covers the cohort on ``on``.

    Rule: no cohort opens for nominations without one (domain §2, OSJA).
    """
    if gap := gap_of(cohort, on):
        raise gap


def gap_of(cohort: Cohort, on: dt.date) -> NoRightsAssessment | None:
    """Return why a cohort is not covered on ``on``, or None if it is."""
    projects = coverage.projects_paying(cohort.id)
    return decide(coverage.standing_for(cohort, projects), projects, on)


def decide(standing: Sequence[RightsAssessment], projects: Sequence[int], on: dt.date) -> NoRightsAssessment | None:
    """Return what is missing among the assessments relevant to a cohort paid by these projects.

    An assessment of the course decides if there is one; otherwise each project's, and the programme's for projects
    without one (ADR 15).
    """
    of_course = [one for one in standing if one.course_id is not None]
    if of_course:
        return _missing_for(Assessed.COURSE, of_course, on)
    of_programme = [one for one in standing if one.programme_id is not None]
    for project in projects or (None,):
        own = [one for one in standing if project is not None and one.project_id == project]
        kind = Assessed.PROJECT if own else Assessed.PROGRAMME
        if lacking := _missing_for(kind, own or of_programme, on):
            return lacking
    return None


def _missing_for(of: Assessed, standing: Sequence[RightsAssessment], on: dt.date) -> NoRightsAssessment | None:
    """Return what one subject lacks, given its assessments, oldest first."""
    approved = [one for one in standing if one.state is AssessmentState.APPROVED]
    if any(one.valid_until is not None and one.valid_until >= on for one in approved):
        return None
    waiting = [one for one in standing if one.state is AssessmentState.SUBMITTED]
    if waiting:
        return NoRightsAssessment(of, Lack.WAITING, grade=waiting[-1].needed_grade, assessment=waiting[-1].public_id)
    if not standing:
        return NoRightsAssessment(of, Lack.NONE)
    last = standing[-1]
    if last.state is AssessmentState.REFUSED:
        return NoRightsAssessment(of, Lack.REFUSED, assessment=last.public_id)
    return NoRightsAssessment(of, Lack.LAPSED, lapsed_on=last.valid_until, assessment=last.public_id)
