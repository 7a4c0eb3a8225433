"""Load published facts and course lists from files through the use cases."""

import csv
import io
import tomllib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import click

from training.domain.courses import courses
from training.domain.courses.refusals import CourseExists
from training.domain.finance import programmes
from training.kit.money import western_digits
from training.kit.resources import ROOT
from training.models.courses.courses import Theme

SEED = ROOT / "seed"
_PENCE = 100


def load_pact() -> list[tuple[str, bool]]:
    """Load ``seed/pact.toml``; return each programme's code and whether it is new."""
    published = tomllib.loads((SEED / "pact.toml").read_text(encoding="utf-8"))
    return [(one["code"], programmes.load(_programme(one))) for one in published["programme"]]


def _programme(one: Mapping[str, Any]) -> programmes.Published:
    facts = one.get("fact", [])
    return programmes.Published(
        code=one["code"],
        title=programmes.Title(one["title_en"], one["title_ar"], one["title_ckb"]),
        ceiling=one["ceiling"] * _PENCE,
        starts_on=one["starts_on"],
        ends_on=one["ends_on"],
        facts=[programmes.Fact(**fact) for fact in facts],
    )


@dataclass(frozen=True)
class RowResult:
    """The result of a row; the heading is row 1."""

    row: int
    outcome: str
    why: str = ""


def rows_of(text: str, needed: Set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the cells by heading of each row of a CSV file; raises ValueError for a missing heading."""
    rows = csv.reader(io.StringIO(text))
    heading = next(rows, [])
    missing = needed - set(heading)
    if missing:
        raise click.ClickException(f"The heading lacks: {', '.join(sorted(missing))}.")
    # A row may span several lines, and empty rows count too: rows are numbered as in a spreadsheet.
    for number, row in enumerate(rows, start=2):
        if row:
            yield number, dict(zip_longest(heading, map(str.strip, row[: len(heading)]), fillvalue=""))


def load_courses(text: str) -> Iterator[RowResult]:
    """Load courses from the text of a CSV file with the headings of published course lists, row by row."""
    for number, cells in rows_of(text, {"title_en", "provider", "theme"}):
        try:
            courses.create(_course(cells), None)
        except CourseExists:
            yield RowResult(number, "already there")
        except ValueError as error:
            yield RowResult(number, "skipped", str(error))
        else:
            yield RowResult(number, "loaded")


def _course(cells: Mapping[str, str]) -> courses.CoursePlan:
    """Parse a row. Raises ValueError with the reason why it cannot be loaded."""
    if not cells["title_en"] or not cells["provider"]:
        raise ValueError("title_en and provider must both be filled in")
    if cells["theme"] not in set(Theme):
        raise ValueError(f"theme {cells['theme']!r} is not one of: {', '.join(Theme)}")
    return courses.CoursePlan(
        title_en=short(cells, "title_en", 300),
        title_ar=short(cells, "title_ar", 300),
        title_ckb=short(cells, "title_ckb", 300),
        provider=short(cells, "provider", 300),
        theme=Theme(cells["theme"]),
        days=_number(cells, "duration_days", 730),
        contact_hours=_number(cells, "contact_hours", 5000),
        audience=short(cells, "audience", 1000),
        source=short(cells, "source", 1000),
        source_date=short(cells, "source_date", 200),
        teaching_language=short(cells, "language", 200),
    )


def short(cells: Mapping[str, str], name: str, longest: int) -> str:
    """Return a cell, empty if missing. Raises ValueError if it is longer than ``longest``."""
    text = cells.get(name, "")
    if len(text) > longest:
        raise ValueError(f"{name} has more than {longest} characters")
    return text


def _number(cells: Mapping[str, str], name: str, most: int) -> int | None:
    text = western_digits(cells.get(name, ""))
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise ValueError(f"{name} {text!r} is not a whole number from 1 to {most}")
    return int(text)
