"""Pages: courses and cohorts."""

from training.web.common.areas import area
from training.web.courses import cohorts, costs, courses
from training.web.courses.labels import LABELS
from training.web.courses.tables import TABLES

bp = area("courses", cohorts.bp, costs.bp, courses.bp)

__all__ = ["LABELS", "TABLES", "bp"]
