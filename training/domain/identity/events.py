"""What the audit trail records about accounts and organisations."""

from training.models.identity.audit import AuditEvent


class IdentityEvent(AuditEvent):
    """An audit event about accounts and organisations; the value is stored."""

    ACCOUNT_CREATED = "account created"
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    ROLE_GRANTED = "role granted"
    ORGANISATION_ADDED = "organisation added"
    ORGANISATION_EDITED = "organisation edited"
    ORGANISATION_MOVED = "organisation moved"
    ORGANISATION_DEACTIVATED = "organisation deactivated"
    ORGANISATION_REACTIVATED = "organisation reactivated"
    LETTER_SENT_AGAIN = "letter sent again"
