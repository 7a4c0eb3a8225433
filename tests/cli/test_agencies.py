"""A published list of organisations: names as written, exact matches of parents, repeatable loads."""

from pathlib import Path

import pytest
from flask import Flask

from tests.cli import done, everything
from training.cli.agencies import names_in
from training.domain.identity import organisations
from training.kit.db import transaction
from training.models.identity.organisations import Organisation
from training.queries.identity import organisations as rows

LIST = """name_en,name_ar,name_ckb,jurisdiction,parent,source,verbatim,note
Federal Police,,,Iraq federal,Ministry of Interior,published,yes,
Ministry of Interior (MoI),وزارة الداخلية,,Iraq federal,,published,yes,
"Border Ports Commission (BPC); also Border Points Commission",,,Iraq federal,Council of Ministers,published,yes,
General Directorate of Nationality,,,Iraq federal,,published,yes,

General Directorate of Nationality (KRG),,,Kurdistan Region,KRG,published,yes,
Kurdistan Regional Government (KRG),,,Kurdistan Region,,published,yes,
Kurdistan Customs Department,,,Kurdistan Region,Ministry of Interior,published,yes,
Border Force,,,Scotland,,published,yes,
,,,UK,,published,yes,
"""


def load(app: Flask, path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8-sig")
    return done(app, "seed", "agencies", str(path)).splitlines()


def body(app: Flask, name: str) -> Organisation:
    with app.app_context():
        found = rows.organisation_named(name)
        assert found is not None, name
        return found


def test_each_row_is_reported_and_a_second_load_changes_nothing(app: Flask, tmp_path: Path) -> None:
    lines = load(app, tmp_path / "list.csv", LIST)
    assert lines[-1] == "7 new, 0 changed, 0 already there, 2 skipped, 2 parent not found"
    assert "row 4: parent not found: no body is called 'Council of Ministers' in this jurisdiction" in lines
    assert "row 9: parent not found: no body is called 'Ministry of Interior' in this jurisdiction" in lines
    assert any(line.startswith("row 10: skipped: jurisdiction 'Scotland'") for line in lines)
    assert "row 11: skipped: name_en must be filled in" in lines
    ministry = body(app, "Ministry of Interior")
    assert (ministry.name_ar, ministry.aliases) == ("وزارة الداخلية", "MoI")
    assert body(app, "Federal Police").parent_id == ministry.id, "a parent may stand further down"
    kurdish = body(app, "General Directorate of Nationality (KRG)")
    assert kurdish.parent_id == body(app, "Kurdistan Regional Government").id
    assert kurdish.aliases == "", "the bare name is that of another body"
    assert body(app, "Border Ports Commission").parent_id is None
    before = everything(app)
    assert (
        load(app, tmp_path / "list.csv", LIST)[-1] == "0 new, 0 changed, 7 already there, 2 skipped, 2 parent not found"
    )
    assert everything(app) == before


def test_differing_values_are_updated_and_blank_cells_ignored(app: Flask, tmp_path: Path) -> None:
    load(app, tmp_path / "list.csv", LIST)
    changed = LIST.replace("وزارة الداخلية", "").replace("Federal Police,,", "Federal Police,قوات الشرطة الاتحادية,")
    changed = changed.replace("Council of Ministers", "Ministry of Interior")
    lines = load(app, tmp_path / "list.csv", changed)
    assert "row 2: changed: name_ar" in lines
    assert "row 4: changed: parent" in lines
    assert body(app, "Ministry of Interior").name_ar == "وزارة الداخلية"


def test_organisation_of_another_jurisdiction_is_skipped(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        organisations.create(organisations.OrganisationDetails("Federal Police", rows.Jurisdiction.UK), by=None)
    lines = load(app, tmp_path / "list.csv", LIST)
    assert "row 2: skipped: Federal Police is recorded under jurisdiction UK" in lines


@pytest.mark.parametrize(
    ("published", "name", "others"),
    [
        ("Federal Police", "Federal Police", []),
        ("National Crime Agency (NCA)", "National Crime Agency", ["NCA"]),
        ("Central Committee to Combat Human Trafficking (CCCHT)", "Central Committee to Combat Human Trafficking",
         ["CCCHT"]),
        ("Border Forces Command; also Border Guards Command", "Border Forces Command", ["Border Guards Command"]),
        ("Asayish (Kurdistan Region security agency)", "Asayish (Kurdistan Region security agency)", ["Asayish"]),
        ("Supreme (Higher) Judicial Council", "Supreme (Higher) Judicial Council", []),
        ("Department of Border Enforcement (DBE, former name)", "Department of Border Enforcement (DBE, former name)",
         ["Department of Border Enforcement"]),
    ],
)  # fmt: skip
def test_bracketed_abbreviation_is_removed_from_the_name(published: str, name: str, others: list[str]) -> None:
    assert names_in(published) == (name, others)
