"""Tables of oversight to save: what training costs."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from training.domain.oversight.unit_costs import CohortUnitCost, CourseUnitCost, UnitCost
from training.kit.sheets import Column, Value
from training.web.common.downloads import Table
from training.web.common.filters import title_text


def unit_costs(of: Iterable[CohortUnitCost]) -> Table:
    """Return what each cohort costs, in all and by trainee, completion and contact hour."""
    columns = [Column(_("Cohort")), Column(_("Course")), *_unit_cost_columns()]
    rows = ((row.cohort.code, title_text(row.cohort.course), *_unit_cost(row.cost)) for row in of)
    return Table(_("Unit costs"), columns, rows)


def unit_costs_by_course(of: Iterable[CourseUnitCost]) -> Table:
    """Return the same course by course."""
    columns = [Column(_("Course")), Column(_("Cohorts")), *_unit_cost_columns()]
    rows = ((title_text(row.course), row.cohorts, *_unit_cost(row.cost)) for row in of)
    return Table(_("By course"), columns, rows)


def _unit_cost_columns() -> list[Column]:
    return [
        Column(_("Spent"), is_money=True),
        Column(_("Committed"), is_money=True),
        Column(_("Trainees")),
        Column(_("Completions")),
        Column(_("Per trainee"), is_money=True),
        Column(_("Per completion"), is_money=True),
        Column(_("Per contact hour"), is_money=True),
    ]


def _unit_cost(cost: UnitCost) -> Sequence[Value]:
    return (
        cost.spent,
        cost.committed,
        cost.trainees,
        cost.completions,
        cost.per_trainee,
        cost.per_completion,
        cost.per_hour,
    )
