"""What stands between a new deployment and its first open cohort."""

import enum
from collections.abc import Sequence

from training.domain.identity.accounts import FIRST_ADMINISTRATORS
from training.models.identity.accounts import Role
from training.queries.oversight.setting_up import Deployment


class Need(enum.StrEnum):
    """Something that a deployment has to have, in the order in which it is best made."""

    SECOND_ADMINISTRATOR = "second administrator"
    UK_COORDINATOR = "UK coordinator"
    FINANCE_APPROVER = "finance approver"
    RIGHTS_APPROVER = "rights approver"
    VETTING_OFFICER = "vetting officer"
    FUNDER = "funder"
    ORGANISATION = "partner organisation"
    PARTNER_COORDINATOR = "partner coordinator"
    VENUE = "venue"
    COURSE = "course"
    CEILING = "ceiling"
    LINE = "budget line"
    ASSESSMENT = "rights assessment"
    COHORT = "open cohort"
    BACKUP = "backup"
    MAIL = "outgoing mail"


_HOLDERS = {
    Need.UK_COORDINATOR: Role.UK_COORDINATOR,
    Need.FINANCE_APPROVER: Role.FINANCE_APPROVER,
    Need.RIGHTS_APPROVER: Role.RIGHTS_APPROVER,
    Need.VETTING_OFFICER: Role.VETTING_OFFICER,
    Need.FUNDER: Role.FUNDER,
    Need.PARTNER_COORDINATOR: Role.PARTNER_COORDINATOR,
}


def missing(there: Deployment) -> Sequence[Need]:
    """Return what is missing, in the order of ``Need``.

    Mail alone is no reason to go on asking: the register works without it, with addresses that are printed.
    """
    has = {
        Need.SECOND_ADMINISTRATOR: there.holders.get(Role.ADMINISTRATOR, 0) >= FIRST_ADMINISTRATORS,
        **{need: there.holders.get(role, 0) > 0 for need, role in _HOLDERS.items()},
        Need.ORGANISATION: there.has_partner,
        Need.VENUE: there.has_venue,
        Need.COURSE: there.has_course,
        Need.CEILING: there.has_ceiling,
        Need.LINE: there.has_allocated_line,
        Need.ASSESSMENT: there.has_assessment,
        Need.COHORT: there.has_opened,
        Need.BACKUP: there.has_backup,
        Need.MAIL: there.sends_mail,
    }
    found = [need for need in Need if not has[need]]
    return [] if found == [Need.MAIL] else found
