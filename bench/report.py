"""The report of the benchmark: rows of a table, facts about the machine, a file with both."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
_HEADINGS = ("work", "database", "ours", "bare", "ratio", "hold", "kept?")


@dataclass(frozen=True)
class Row:
    """A measurement. ``ratio`` is bare time divided by ours, 1 is equal; ``is_kept`` is None if there is no limit."""

    work: str
    database: str
    ours: float | None = None
    bare: float | None = None
    unit: str = field(default="ms p50", kw_only=True)
    ratio: float | None = field(default=None, kw_only=True)
    hold: str = field(default="", kw_only=True)
    is_kept: bool | None = field(default=None, kw_only=True)

    @classmethod
    def compared(cls, work: str, database: str, ours: float, bare: float, at_least: float | None = None) -> "Row":
        """Return the row of a page that took ``ours`` seconds, compared with ``bare`` seconds, with a minimum ratio."""
        ratio = bare / ours
        return cls(
            work,
            database,
            ours * 1000,
            bare * 1000,
            ratio=ratio,
            hold=f">= {at_least}" if at_least else "",
            is_kept=ratio >= at_least if at_least else None,
        )

    @classmethod
    def limited(cls, work: str, database: str, measured: float, unit: str, at_most: float) -> "Row":
        """Return the row of a figure that has a maximum."""
        return cls(work, database, measured, unit=unit, hold=f"<= {at_most:g} {unit}", is_kept=measured <= at_most)

    def cells(self) -> tuple[str, ...]:
        """Return the row as printed in the table."""
        kept = {True: "yes", False: "NO", None: ""}[self.is_kept]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return (self.work, self.database, self._figure(self.ours), self._figure(self.bare), ratio, self.hold, kept)

    def _figure(self, value: float | None) -> str:
        return "" if value is None else f"{value:,.1f} {self.unit}"


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a text table."""
    lines = [_HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(_HEADINGS))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def write(rows: Sequence[Row], postgresql_version: str) -> None:
    """Store the figures with the facts about the machine."""
    machine = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": postgresql_version,
        "cores": os.cpu_count(),
        "load": os.getloadavg(),  # above the number of cores, other processes affected the times
        "system": platform.platform(),
    }
    figures = {"machine": machine, "rows": [asdict(row) for row in rows]}
    RESULTS.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
