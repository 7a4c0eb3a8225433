"""Lists of people that leave the product as files: each is recorded, and an account takes out so many a day.

Rule: exports of people are permissioned, logged and limited (domain §2, Personal data).
"""

import datetime as dt

from training.domain.identity import audit
from training.domain.identity.refusals import TooManyExports
from training.models.identity.actor import Actor
from training.models.identity.audit import AuditEvent
from training.queries.identity import accounts
from training.queries.identity import audit as trail

MOST_A_DAY = 20


class ExportEvent(AuditEvent):
    """What leaves; its value is the act in the audit trail."""

    PEOPLE = "people exported"
    VETTING_QUEUE = "vetting queue saved"
    PAYEES = "payees exported"
    """Claims with the names of people to whom was paid."""
    NOMINEES = "rows of a file of names saved"


def note(what: ExportEvent, rows: int, by: Actor, since: dt.datetime) -> None:
    """Record that a list of so many people leaves; ``since`` is when the day began. Raises TooManyExports.

    All kinds count together: who may take out twenty lists may not take out sixty by three doors.
    """
    account = accounts.lock_account(by.user_id)
    if trail.acts_since(by.user_id, list(ExportEvent), since) >= MOST_A_DAY:
        raise TooManyExports(MOST_A_DAY)
    audit.record(what, account, by=by.user_id, rows=rows)
