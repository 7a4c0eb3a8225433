"""Pages: completions."""

from training.web.common.areas import area
from training.web.outcomes import completions

bp = area("outcomes", completions.bp)
