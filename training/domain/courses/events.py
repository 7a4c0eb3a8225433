"""Audit events about courses and cohorts."""

from training.models.identity.audit import AuditEvent


class CourseEvent(AuditEvent):
    """An audit event about courses and cohorts; the value is stored."""

    COURSE_ADDED = "course added"
    COURSE_EDITED = "course edited"
    COURSE_COSTS_PLANNED = "course costs planned"
    COHORT_DRAFTED = "cohort drafted"
    COHORT_EDITED = "cohort edited"
    COHORT_COSTS_PLANNED = "cohort costs planned"
    COHORT_PUT_UP_FOR_APPROVAL = "cohort put up for approval"
    COHORT_OPENED = "cohort opened"
    COHORT_RETURNED_TO_DRAFT = "cohort returned to draft"
    COHORT_CLOSED = "cohort closed"
    COHORT_CANCELLED = "cohort cancelled"
