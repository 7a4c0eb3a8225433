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
    VENUE_ADDED = "venue added"
    VENUE_EDITED = "venue edited"
    VENUE_ARCHIVED = "venue archived"
    VENUE_TAKEN_BACK = "venue taken back into use"
    ROOM_ADDED = "room added"
    ROOM_EDITED = "room edited"
    ROOM_ARCHIVED = "room archived"
    ROOM_TAKEN_BACK = "room taken back into use"
    KIT_ADDED = "kit added"
    KIT_EDITED = "kit edited"
    KIT_ARCHIVED = "kit archived"
    KIT_TAKEN_BACK = "kit taken back into use"
