"""Pages: accounts, organisations, the audit trail, health."""

from training.web.common.areas import area
from training.web.identity import (
    account_recovery,
    accounts,
    audit,
    directory,
    grants,
    health,
    invitations,
    mail,
    organisations,
    own_account,
)
from training.web.identity.labels import LABELS

bp = area(
    "identity",
    accounts.bp,
    audit.bp,
    directory.bp,
    grants.bp,
    health.bp,
    invitations.bp,
    mail.bp,
    organisations.bp,
    own_account.bp,
    account_recovery.bp,
)

__all__ = ["LABELS", "bp"]
