"""Pages: the register of people, and who may be registered twice."""

from training.web.common.areas import area
from training.web.people import duplicates, people

bp = area("people", duplicates.bp, people.bp)
