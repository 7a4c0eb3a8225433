"""The context of all steps: the calendar, the settings, and the records named by earlier steps."""

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, TypeAlias, TypeVar

from training.cli.published import SEED
from training.config import Settings
from training.kit import clock
from training.kit.db import db
from training.models.assurance.rights_assessments import RightsAssessment
from training.models.courses.cohorts import Cohort
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine, Project
from training.models.identity.actor import Actor
from training.models.people.people import Person

Kinds: TypeAlias = Mapping[str, Callable[..., None]]
"""Step functions by their names in the timeline."""

_FOLDER = SEED / "demo"
_Record = TypeVar("_Record")

NAMED: Mapping[type, str] = {
    Actor: "account",
    BudgetLine: "line",
    Cohort: "cohort",
    Commitment: "commitment",
    LedgerEntry: "proposal",
    Project: "project",
    RightsAssessment: "rights assessment",
}
"""Record types named by earlier steps, with their labels; all others are found by their names in the register."""


class Context:
    """The day of loading, the settings, and records by their kind and name."""

    def __init__(self, settings: Settings, today: dt.date) -> None:
        self.settings = settings
        self._today = today
        self._records: dict[tuple[type, str], object] = {}
        self._groups: dict[str, Sequence[Person]] = {}
        self._keys = 0

    def day(self, days: int) -> dt.date:
        """Return the day of loading plus ``days``, which may be negative."""
        return self._today + dt.timedelta(days=days)

    @contextmanager
    def on(self, days: int) -> Iterator[None]:
        """Set the clock to mid-morning of the day of loading plus ``days``."""
        with clock.pretend(dt.datetime.combine(self.day(days), dt.time(9, 30), dt.UTC)):
            yield
            db.session.flush()
            db.session.expire_all()

    def key(self) -> str:
        """Return a new idempotency key."""
        self._keys += 1
        return f"demonstration-{self._keys}"

    def add(self, name: str, record: object) -> None:
        """Store a record under a name for later steps. Raises ValueError if the name is taken."""
        key = (type(record), name)
        if key in self._records:
            raise ValueError(f"another {NAMED[type(record)]} is named {name!r} already")
        self._records[key] = record

    def find(self, kind: type[_Record], name: str) -> _Record:
        """Return the record of ``kind`` named by an earlier step. Raises LookupError."""
        record = self._records.get((kind, name))
        if not isinstance(record, kind):
            raise LookupError(f"no earlier step makes the {NAMED[kind]} {name!r}")
        return record

    def add_group(self, name: str, people: Sequence[Person]) -> None:
        """Store people under the name of their group."""
        self._groups[name] = people

    def group(self, name: str) -> Sequence[Person]:
        """Return the people of a group. Raises LookupError."""
        if name not in self._groups:
            raise LookupError(f"no earlier step registers people as {name!r}")
        return self._groups[name]


def rows(file: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of the demonstration."""
    with (_FOLDER / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def text(file: str) -> str:
    """Return the text of a file of the demonstration."""
    return (_FOLDER / file).read_text(encoding="utf-8")


def stream(file: str) -> IO[bytes]:
    """Open a file of the demonstration."""
    return (_FOLDER / file).open("rb")
