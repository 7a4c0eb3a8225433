"""Pages: human-rights assessments."""

from training.web.assurance import attachments, rights_assessments
from training.web.assurance.labels import LABELS
from training.web.assurance.tables import TABLES
from training.web.common.areas import area

bp = area("assurance", attachments.bp, rights_assessments.bp)

__all__ = ["LABELS", "TABLES", "bp"]
