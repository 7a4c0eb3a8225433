"""Pages: the register of people, and who may be registered twice."""

from training.web.common.areas import area
from training.web.people import cards, duplicates, links, people
from training.web.people.labels import LABELS
from training.web.people.tables import TABLES

bp = area("people", cards.bp, duplicates.bp, links.bp, people.bp)

__all__ = ["LABELS", "TABLES", "bp"]
