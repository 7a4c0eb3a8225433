"""A published list of places: venues in three languages, repeatable, each row with its outcome."""

from pathlib import Path

from flask import Flask

from tests.cli import done, everything
from training.models.courses.venues import Governorate, Venue
from training.models.identity.organisations import Jurisdiction
from training.queries.courses import venues

LIST = """kind,name_en,name_ar,name_ckb,governorate,jurisdiction,neighbour,source
land crossing,Ibrahim Khalil,إبراهيم الخليل,ئیبراھیم خەلیل,Dohuk,Kurdistan Region,Turkey,published
airport,Erbil International Airport,,,Erbil,Kurdistan Region,,published
training site,"Immigration Training Centre, Basra",,,Basra,Iraq federal,,published
training site,A college in Amman,,,,Jordan,,published
land crossing (planned),Shoshma,,,Halabja,Kurdistan Region,Iran,published
governorate,Anbar,الأنبار,ئەنبار,Anbar,Iraq federal,,published

training site,,,,Basra,Iraq federal,,published
airport,IBRAHIM KHALIL,,,Dohuk,Iraq federal,,published
airport,Baghdad Airport,,,Erbil,Iraq federal,,published
airport,Najaf Airport,,,Nowhere,Iraq federal,,published
airport,Mosul Airport,,,salah al-din,Iraq federal,,published
"""


def load(app: Flask, path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8-sig")
    return done(app, "seed", "places", str(path)).splitlines()


def place(app: Flask, name: str) -> Venue:
    with app.app_context():
        found = venues.venue_named(name)
        assert found is not None, name
        return found


def test_each_row_is_reported_and_a_second_load_changes_nothing(app: Flask, tmp_path: Path) -> None:
    lines = load(app, tmp_path / "list.csv", LIST)
    assert lines[:4] == ["row 2: new", "row 3: new", "row 4: new", lines[3]]
    assert lines[3].startswith("row 5: skipped: jurisdiction 'Jordan' is not one of")
    assert lines[4].startswith("row 6: skipped: kind 'land crossing (planned)' is not one of")
    assert lines[5] == "row 7: skipped: a governorate is no venue; the register has all nineteen"
    assert lines[6] == "row 9: skipped: name_en must be filled in"
    assert lines[7] == "row 10: skipped: Ibrahim Khalil is recorded under jurisdiction KRI"
    assert lines[8] == "row 11: skipped: Baghdad Airport: GovernorateElsewhere"
    assert lines[9].startswith("row 12: skipped: governorate 'Nowhere' is not one of")
    assert lines[10:] == ["row 13: new", "4 new, 0 changed, 0 already there, 7 skipped"]
    crossing = place(app, "Ibrahim Khalil")
    assert (crossing.name_ckb, crossing.governorate) == ("ئیبراھیم خەلیل", Governorate.DOHUK)
    assert (crossing.jurisdiction, crossing.time_zone) == (Jurisdiction.KURDISTAN, "Asia/Baghdad")
    assert crossing.has_prayer_room is None
    assert place(app, "Mosul Airport").governorate is Governorate.SALAH_AL_DIN
    before = everything(app)
    assert load(app, tmp_path / "list.csv", LIST)[-1] == "0 new, 0 changed, 4 already there, 7 skipped"
    assert everything(app) == before


def test_differing_values_are_updated_and_blank_cells_ignored(app: Flask, tmp_path: Path) -> None:
    load(app, tmp_path / "list.csv", LIST)
    changed = LIST.replace("إبراهيم الخليل", "").replace(
        "Erbil International Airport,,", "ERBIL International Airport,مطار أربيل الدولي,"
    )
    lines = load(app, tmp_path / "list.csv", changed)
    assert "row 3: changed: name_en, name_ar" in lines
    assert lines[-1] == "0 new, 1 changed, 3 already there, 7 skipped"
    assert place(app, "Ibrahim Khalil").name_ar == "إبراهيم الخليل"
    assert place(app, "erbil international airport").name_ar == "مطار أربيل الدولي"
