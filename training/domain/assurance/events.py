"""What the audit trail records about rights assessments."""

from training.models.identity.audit import AuditEvent


class AssuranceEvent(AuditEvent):
    """An audit event about rights assessments; the value is stored."""

    RIGHTS_ASSESSMENT_WRITTEN = "rights assessment written"
    RIGHTS_ASSESSMENT_EDITED = "rights assessment edited"
    RIGHTS_ASSESSMENT_ATTACHED = "rights assessment attached"
    RIGHTS_ASSESSMENT_DETACHED = "rights assessment detached"
    RIGHTS_ASSESSMENT_SUBMITTED = "rights assessment submitted"
    RIGHTS_ASSESSMENT_APPROVED = "rights assessment approved"
    RIGHTS_ASSESSMENT_REFUSED = "rights assessment refused"
    RIGHTS_ASSESSMENT_SUPERSEDED = "rights assessment superseded"
    RIGHTS_ASSESSMENT_MITIGATED = "rights assessment mitigated"
    RIGHTS_ASSESSMENT_NOTED = "rights assessment noted"
