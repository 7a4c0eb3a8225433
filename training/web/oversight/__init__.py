"""Pages: what spans areas: first page, approvals, records as a whole, exports."""

from training.web.common import trail as common_trail
from training.web.common.areas import area
from training.web.common.labels import Labels
from training.web.oversight import (
    approvals,
    cohort_page,
    entry_page,
    exports,
    home,
    person_page,
    role_help,
    trail,
    unit_costs,
)
from training.web.oversight.tables import TABLES

bp = area(
    "oversight",
    approvals.bp,
    cohort_page.bp,
    entry_page.bp,
    exports.bp,
    home.bp,
    person_page.bp,
    role_help.bp,
    unit_costs.bp,
)
LABELS = Labels()
common_trail.collect(trail.FIELDS, trail.GROUPS)

__all__ = ["LABELS", "TABLES", "bp"]
