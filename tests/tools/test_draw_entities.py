"""The entity page is generated from the models, each table once, under its area."""

import re

from tools.draw_entities import PAGE, page, tables_by_area
from training.models import Base


def test_page_matches_the_models() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run make docs"


def test_every_table_is_drawn_once_in_its_area() -> None:
    areas = tables_by_area()
    drawn = sorted(table.name for tables in areas.values() for table in tables)
    assert drawn == sorted(Base.metadata.tables)
    assert sorted(re.findall(r"^    (\w+) \{$", page(), re.MULTILINE)) == drawn
    assert "ledger_entries" in {table.name for table in areas["finance"]}


def test_every_reference_is_drawn() -> None:
    wanted = sum(len(table.foreign_key_constraints) for table in Base.metadata.tables.values())
    assert len(re.findall(r"^    \w+ [|o]{2}--o[|{] \w+ : ", page(), re.MULTILINE)) == wanted
