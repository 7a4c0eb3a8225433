"""Tables of cohorts to save: planned costs."""

from collections.abc import Iterable

from flask_babel import gettext as _

from training.kit.sheets import Column
from training.models.courses.cohorts import CohortCost
from training.web.common.downloads import Table
from training.web.common.filters import title_text
from training.web.common.labels import word


def planned_costs(of: Iterable[CohortCost]) -> Table:
    """Return what a cohort is to cost, and which line pays for it."""
    columns = [Column(_("What it pays for")), Column(_("Budget line")), Column(_("Amount"), is_money=True)]
    return Table(_("Planned costs"), columns, ((word(one.category), title_text(one.line), one.amount) for one in of))
