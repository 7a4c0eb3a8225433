"""Pages: courses and cohorts."""

from training.web.common.areas import area
from training.web.courses import cohorts, courses

bp = area("courses", cohorts.bp, courses.bp)
