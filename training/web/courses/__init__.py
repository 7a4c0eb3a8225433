"""Pages: courses, cohorts, venues."""

from training.web.common.areas import area
from training.web.courses import cohorts, costs, courses, kit, rooms, venues
from training.web.courses.labels import LABELS
from training.web.courses.tables import TABLES

bp = area("courses", cohorts.bp, costs.bp, courses.bp, kit.bp, rooms.bp, venues.bp)

__all__ = ["LABELS", "TABLES", "bp"]
