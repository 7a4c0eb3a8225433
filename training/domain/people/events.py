"""What the audit trail records about the register of people."""

from training.models.identity.audit import AuditEvent


class PeopleEvent(AuditEvent):
    """An audit event about the register of people; the value is stored."""

    PERSON_REGISTERED = "person registered"
    PERSON_CORRECTED = "person corrected"
    PERSON_TRANSFERRED = "person transferred"
    PERSON_DEACTIVATED = "person deactivated"
    PERSON_REACTIVATED = "person reactivated"
    PEOPLE_TOLD_APART = "people told apart"
    PEOPLE_NO_LONGER_TOLD_APART = "people no longer told apart"
    PEOPLE_MERGED = "people merged"
    MERGE_UNDONE = "merge undone"
    PERSON_REMOVED = "person removed"
    LINK_ASKED = "link of account and person asked for"
    LINK_MADE = "account and person linked"
    LINK_PARTED = "account and person parted"
    LINK_REFUSED = "link of account and person refused"
    LINK_WITHDRAWN = "request for link of account and person withdrawn"
    CARD_MADE = "card made"
    CARD_USED = "card used"
    CARD_ENDED = "card ended"
