"""Labels for courses and cohorts: codes, refusals, audit events, kinds of record."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.courses import refusals as r
from training.domain.courses.events import CourseEvent
from training.domain.courses.stages import CohortStage
from training.models.courses.cohorts import Cohort, CohortState
from training.models.courses.courses import CostBasis, Course, Theme
from training.web.common.filters import long_date
from training.web.common.labels import Labels, word

LABELS = Labels(
    words=(
        (CostBasis.FIXED, _l("Once")),
        (CostBasis.PER_DAY, _l("Per day")),
        (CostBasis.PER_TRAINEE, _l("Per trainee")),
        (CostBasis.PER_TRAINEE_DAY, _l("Per trainee and day")),
        (Theme.BORDER_OPERATIONS, _l("Border operations")),
        (Theme.DOCUMENT_FRAUD, _l("Document fraud")),
        (Theme.INVESTIGATIONS, _l("Investigations")),
        (Theme.NARCOTICS, _l("Narcotics")),
        (Theme.TRAFFICKING, _l("Trafficking in human beings")),
        (Theme.IMMIGRATION_CRIME, _l("Organised immigration crime")),
        (Theme.HUMAN_RIGHTS, _l("Human rights")),
        (Theme.LEADERSHIP, _l("Leadership")),
        (Theme.OTHER, _l("Other subjects")),
        (CohortState.DRAFT, _l("Draft")),
        (CohortState.AWAITING_APPROVAL, _l("Awaiting approval")),
        (CohortState.OPEN, _l("Open")),
        (CohortState.CLOSED, _l("Closed")),
        (CohortState.CANCELLED, _l("Cancelled")),
        (CohortStage.DRAFT, _l("Draft")),
        (CohortStage.APPROVAL, _l("Approval")),
        (CohortStage.OPEN, _l("Open")),
        (CohortStage.RUNNING, _l("Running")),
        (CohortStage.FINISHED, _l("Finished")),
        (CohortStage.CLOSED, _l("Closed")),
        (CourseEvent.COURSE_ADDED, _l("Course added")),
        (CourseEvent.COURSE_EDITED, _l("Course edited")),
        (CourseEvent.COURSE_COSTS_PLANNED, _l("Costs of the course planned")),
        (CourseEvent.COHORT_DRAFTED, _l("Cohort drafted")),
        (CourseEvent.COHORT_EDITED, _l("Cohort edited")),
        (CourseEvent.COHORT_COSTS_PLANNED, _l("Costs of the cohort planned")),
        (CourseEvent.COHORT_PUT_UP_FOR_APPROVAL, _l("Cohort put up for approval")),
        (CourseEvent.COHORT_OPENED, _l("Cohort opened")),
        (CourseEvent.COHORT_RETURNED_TO_DRAFT, _l("Cohort returned to draft")),
        (CourseEvent.COHORT_CLOSED, _l("Cohort closed")),
        (CourseEvent.COHORT_CANCELLED, _l("Cohort cancelled")),
    ),
    tones=(
        (CohortState.DRAFT, "grey"),
        (CohortState.AWAITING_APPROVAL, "yellow"),
        (CohortState.OPEN, "blue"),
        (CohortState.CLOSED, "green"),
        (CohortState.CANCELLED, "grey"),
    ),
    refusals={
        r.NoCosts: lambda _r: _("Plan the costs of the cohort first"),
        r.CourseExists: lambda _r: _("This provider has a course with this title already"),
        r.CohortNotDraft: lambda _r: _("Only a draft can be changed or put up for approval"),
        r.CohortNotOpen: lambda _r: _("The cohort is not open"),
        r.TooManyReserved: lambda x: _("At most %(most)s seats can be reserved: enter that or less", most=x.most),
        r.DeadlinesOutOfOrder: lambda _r: _(
            "Nominations must end before the vetting is needed, and both on or before the first day of the cohort"
        ),
        r.BeginsInPast: lambda x: _("The first day, %(day)s, is in the past", day=long_date(x.starts_on)),
        r.LineNotCovering: lambda x: _(
            "%(category)s: the line pays from %(first)s to %(last)s and does not cover the cohort",
            category=word(x.category),
            first=long_date(x.first),
            last=long_date(x.last),
        ),
        r.CohortRunning: lambda x: _("The cohort runs until %(day)s", day=long_date(x.ends_on)),
    },
    records={
        Course: _l("Course"),
        Cohort: _l("Cohort"),
    },
)
