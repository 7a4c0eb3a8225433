"""Pages: completions."""

from training.web.common.areas import area
from training.web.outcomes import completions
from training.web.outcomes.labels import LABELS

bp = area("outcomes", completions.bp)

__all__ = ["LABELS", "bp"]
