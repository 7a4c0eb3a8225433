"""The records. Importing this package makes every table known to ``Base.metadata``."""

from training.models import (
    access,
    audit,
    batches,
    claims,
    cohorts,
    completions,
    courses,
    imports,
    jobs,
    ledger,
    nominations,
    notices,
    people,
    plans,
    programmes,
    rights,
    vetting,
)
from training.models.base import Base

__all__ = [
    "Base",
    "access",
    "audit",
    "batches",
    "claims",
    "cohorts",
    "completions",
    "courses",
    "imports",
    "jobs",
    "ledger",
    "nominations",
    "notices",
    "people",
    "plans",
    "programmes",
    "rights",
    "vetting",
]
