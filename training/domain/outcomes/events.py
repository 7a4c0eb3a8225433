"""Audit events about completions."""

from training.models.identity.audit import AuditEvent


class CompletionEvent(AuditEvent):
    """An audit event about completions; the value is stored."""

    COMPLETION_CLAIMED = "completion claimed"
    COMPLETION_CONFIRMED = "completion confirmed"
    COMPLETION_REFUSED = "completion refused"
