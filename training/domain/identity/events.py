"""What the audit trail records about accounts and organisations."""

from training.models.identity.audit import AuditEvent


class IdentityEvent(AuditEvent):
    """An audit event about accounts and organisations; the value is stored."""

    ACCOUNT_CREATED = "account created"
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    ACCOUNT_DISABLED = "account disabled"
    ACCOUNT_ENABLED = "account enabled"
    ACCOUNT_MOVED = "account moved"
    ROLE_ASKED = "role asked for"
    ROLE_GRANTED = "role granted"
    ROLE_REFUSED = "role refused"
    ROLE_REQUEST_WITHDRAWN = "request for a role withdrawn"
    ROLE_REVOKED = "role revoked"
    ROLE_CONFIRMED = "role confirmed"
    INVITATION_ASKED = "invitation asked for"
    INVITATION_SENT = "invitation sent"
    INVITATION_REFUSED = "invitation refused"
    INVITATION_WITHDRAWN = "invitation withdrawn"
    RESET_ASKED = "password reset asked for"
    EMAIL_CHANGE_ASKED = "change of e-mail asked for"
    EMAIL_CHANGED = "e-mail changed"
    SESSION_ENDED = "session ended"
    PASSWORD_SET = "password set"  # noqa: S105 (not a password)
    ORGANISATION_ADDED = "organisation added"
    ORGANISATION_EDITED = "organisation edited"
    ORGANISATION_MOVED = "organisation moved"
    ORGANISATION_DEACTIVATED = "organisation deactivated"
    ORGANISATION_REACTIVATED = "organisation reactivated"
    LETTER_SENT_AGAIN = "letter sent again"
