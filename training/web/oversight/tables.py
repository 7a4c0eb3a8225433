"""Tables of oversight: unit costs."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from training.domain.oversight.unit_costs import CohortUnitCost, CourseUnitCost
from training.web.common.tables import COUNT, ID, MONEY, TITLE, CellLink, ColumnSpec, TableSpec

_COSTS: Mapping[str, ColumnSpec[Any]] = {
    "spent": ColumnSpec(_l("Spent"), lambda row: row.cost.spent, MONEY),
    "committed": ColumnSpec(_l("Committed"), lambda row: row.cost.committed, MONEY),
    "trainees": ColumnSpec(_l("Trainees"), lambda row: row.cost.trainees, COUNT),
    "completions": ColumnSpec(_l("Completions"), lambda row: row.cost.completions, COUNT),
    "per_trainee": ColumnSpec(_l("Per trainee"), lambda row: row.cost.per_trainee, MONEY, is_summed=False),
    "per_completion": ColumnSpec(_l("Per completion"), lambda row: row.cost.per_completion, MONEY, is_summed=False),
    "per_hour": ColumnSpec(_l("Per contact hour"), lambda row: row.cost.per_hour, MONEY, is_summed=False),
}
_SHOWN = ("per_trainee", "per_completion", "per_hour", "spent", "committed")

UNIT_COSTS = TableSpec[CohortUnitCost](
    _l("Unit costs"),
    {
        "cohort": ColumnSpec(_l("Cohort"), lambda row: row.cohort.code, ID),
        "course": ColumnSpec(_l("Course"), lambda row: row.cohort.course, TITLE),
        **_COSTS,
    },
    page=("cohort", *_SHOWN),
)
UNIT_COSTS_BY_COURSE = TableSpec[CourseUnitCost](
    _l("By course"),
    {
        "course": ColumnSpec(
            _l("Course"),
            lambda row: row.course,
            TITLE,
            CellLink("courses.courses.show", lambda row: row.course.public_id),
        ),
        "cohorts": ColumnSpec(_l("Cohorts"), lambda row: row.cohorts, COUNT),
        **_COSTS,
    },
    page=("course", *_SHOWN, "cohorts"),
)

TABLES: Mapping[str, TableSpec[Any]] = {"unit_costs": UNIT_COSTS, "unit_costs_by_course": UNIT_COSTS_BY_COURSE}
