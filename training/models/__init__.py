"""The records. Importing this package makes every table known to ``Base.metadata``."""

from training.models import (
    access,
    audit,
    cohorts,
    completions,
    courses,
    ledger,
    nominations,
    people,
    programmes,
    rights,
    vetting,
)
from training.models.base import Base

__all__ = [
    "Base",
    "access",
    "audit",
    "cohorts",
    "completions",
    "courses",
    "ledger",
    "nominations",
    "people",
    "programmes",
    "rights",
    "vetting",
]
