"""Pages: courses and cohorts."""

from training.web.common.areas import area
from training.web.courses import cohorts, costs, courses

bp = area("courses", cohorts.bp, costs.bp, courses.bp)
