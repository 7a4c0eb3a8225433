"""Tables of cohorts: planned costs."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from training.models.courses.cohorts import CohortCost
from training.web.common.tables import CODE, MONEY, TITLE, CellLink, ColumnSpec, TableSpec

PLANNED_COSTS = TableSpec[CohortCost](
    _l("Planned costs"),
    {
        "category": ColumnSpec(_l("What it pays for"), lambda one: one.category, CODE),
        "line": ColumnSpec(
            _l("Budget line"),
            lambda one: one.line,
            TITLE,
            CellLink("finance.budget_lines.show", lambda one: one.line.public_id),
        ),
        "amount": ColumnSpec(_l("Amount"), lambda one: one.amount, MONEY),
    },
)
"""The planned costs of a cohort and the lines that pay for them."""

TABLES: Mapping[str, TableSpec[Any]] = {"planned_costs": PLANNED_COSTS}
