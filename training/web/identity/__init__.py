"""Pages: accounts, organisations, the audit trail, health."""

from training.web.common.areas import area
from training.web.identity import accounts, audit, health, mail, organisations
from training.web.identity.labels import LABELS

bp = area("identity", accounts.bp, audit.bp, health.bp, mail.bp, organisations.bp)

__all__ = ["LABELS", "bp"]
