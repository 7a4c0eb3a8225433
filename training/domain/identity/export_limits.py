"""Audit and rate-limit exports of personal data (20 a day per account).

Rule: exports of people are permissioned, logged and limited (domain §2, Personal data).
"""

import datetime as dt

from training.domain.identity import audit
from training.domain.identity.refusals import TooManyExports
from training.models.identity.actor import Actor
from training.models.identity.audit import AuditEvent
from training.queries.identity import accounts
from training.queries.identity import audit as audit_rows

MOST_A_DAY = 20


class ExportEvent(AuditEvent):
    """An export of personal data; the value is stored in the audit trail."""

    PEOPLE = "people exported"
    VETTING_QUEUE = "vetting queue saved"
    PAYEES = "payees exported"
    """Claims with the names of people to whom was paid."""
    NOMINEES = "rows of a file of names saved"


def note(what: ExportEvent, rows: int, by: Actor, since: dt.datetime) -> None:
    """Record an export of ``rows`` people; ``since`` is the start of the day. Raises TooManyExports.

    All kinds of export count towards one limit.
    """
    account = accounts.lock_account(by.user_id)
    if audit_rows.acts_since(by.user_id, list(ExportEvent), since) >= MOST_A_DAY:
        raise TooManyExports(MOST_A_DAY)
    audit.record(what, account, by=by.user_id, rows=rows)
