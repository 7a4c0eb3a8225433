"""The records. Importing this package makes every table known to ``Base.metadata``."""

from training.models import (
    access,
    audit,
    claims,
    cohorts,
    completions,
    courses,
    imports,
    ledger,
    nominations,
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
    "claims",
    "cohorts",
    "completions",
    "courses",
    "imports",
    "ledger",
    "nominations",
    "people",
    "plans",
    "programmes",
    "rights",
    "vetting",
]
