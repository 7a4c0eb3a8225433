"""Pages: programmes, budget lines, the ledger, claims and reports of money."""

from training.web.common.areas import area
from training.web.finance import (
    budget_lines,
    ceilings,
    claims,
    commitments,
    ledger,
    programmes,
    projects,
    rates,
    spend_choices,
    spend_uploads,
    spending_plans,
    variances,
    year_end,
)
from training.web.finance.labels import LABELS
from training.web.finance.tables import TABLES

bp = area(
    "finance",
    budget_lines.bp,
    ceilings.bp,
    claims.bp,
    commitments.bp,
    ledger.bp,
    programmes.bp,
    projects.bp,
    rates.bp,
    spend_choices.bp,
    spend_uploads.bp,
    spending_plans.bp,
    variances.bp,
    year_end.bp,
)

__all__ = ["LABELS", "TABLES", "bp"]
