"""Draw the tables and their references, area by area, as diagrams in docs/entities.md (`make docs`)."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from training.models import Base

PAGE = Path(__file__).parents[1] / "docs" / "entities.md"
_ORDER = ("identity", "people", "finance", "courses", "assurance", "admissions", "outcomes")
_HEAD = """# Entities

Drawn from the models by `make docs`; a test holds this page to them. Each diagram has the tables of one area of
`training/models`, with their columns; a table that stands without columns belongs to another area. `PK` is the key,
`FK` refers to another table, `UK` is unique. A line is named after the columns that refer.
"""


def tables_by_area() -> dict[str, list[Table]]:
    """Return the tables by the package of their models, lowest area first."""
    found: defaultdict[str, dict[str, Table]] = defaultdict(dict)
    ours = (mapper for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("training.models."))
    for mapper in ours:
        area = found[_area(mapper.class_.__module__)]
        area.update({table.name: table for table in mapper.tables if isinstance(table, Table)})
    return {area: [found[area][name] for name in sorted(found[area])] for area in sorted(found, key=_place)}


def _area(module: str) -> str:
    """Return the area of ``training.models.<area>.<module>``; a module outside any area has none."""
    _training, _models, *area, _module = module.split(".")
    return ".".join(area)


def _place(area: str) -> tuple[int, str]:
    return (_ORDER.index(area) if area in _ORDER else len(_ORDER), area)


def page() -> str:
    """Return the page with all areas."""
    return "\n".join([_HEAD, *(line for area, tables in tables_by_area().items() for line in _section(area, tables))])


def _section(area: str, tables: list[Table]) -> Iterator[str]:
    yield from (f"## {area.capitalize() or 'Tables'}", "", "```mermaid", "erDiagram")
    for table in tables:
        yield f"    {table.name} {{"
        yield from (f"        {_column(column, table)}" for column in table.columns)
        yield "    }"
    for table in tables:
        yield from sorted(f"    {_relation(constraint, table)}" for constraint in table.foreign_key_constraints)
    yield from ("```", "")


def _column(column: Column[Any], table: Table) -> str:
    marks = {
        "PK": column.primary_key,
        "FK": column.foreign_keys,
        "UK": not column.primary_key and _is_unique(table, [column]),
    }
    kind = type(column.type).__name__.lower()
    return f"{kind} {column.name} {', '.join(mark for mark, holds in marks.items() if holds)}".rstrip()


def _is_unique(table: Table, columns: Iterable[Column[Any]]) -> bool:
    """Return whether ``columns`` are unique in ``table``."""
    keys = [set(key.columns) for key in table.constraints if isinstance(key, UniqueConstraint | PrimaryKeyConstraint)]
    keys += [set(index.columns) for index in table.indexes if index.unique and not _is_partial(index)]
    return set(columns) in keys


def _is_partial(index: Index) -> bool:
    return index.dialect_options["postgresql"]["where"] is not None


def _relation(constraint: ForeignKeyConstraint, table: Table) -> str:
    columns = list(constraint.columns)
    one = "|o" if any(column.nullable for column in columns) else "||"
    many = "o|" if _is_unique(table, columns) else "o{"
    label = ", ".join(column.name for column in columns)
    return f'{constraint.referred_table.name} {one}--{many} {table.name} : "{label}"'


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
