"""Audit events about seats, clearances and nomination uploads."""

from training.models.identity.audit import AuditEvent


class AdmissionEvent(AuditEvent):
    """An audit event about seats, clearances and nomination uploads; the value is stored."""

    SEATS_AND_DEADLINES_SET = "seats and deadlines set"
    LATE_ENTRY_PROPOSED = "late entry proposed"
    LATE_ENTRY_REFUSED = "late entry refused"
    LATE_ENTRY_WITHDRAWN = "late entry withdrawn"
    CLEARANCES_READ = "clearances read"
    CLEARANCES_RECORDED = "clearances recorded"
    CLEARANCE_RECORDED = "clearance recorded"
    NOMINATION_FILE_READ = "nomination file read"
    NOMINATION_FILE_COMMITTED = "nomination file committed"
    NOMINATION_FILE_UNDONE = "nomination file undone"
