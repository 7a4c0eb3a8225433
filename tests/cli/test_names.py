"""Figures of name matching: computed from a file of name parts, the same each time."""

from pathlib import Path

from flask import Flask

from tests.cli import done
from training.kit.matching import ENOUGH

# Common name parts; each line is a name, none is a person.
GIVEN = (
    ("محمد", "Muhammad; Mohammed"), ("علي", "Ali"), ("أحمد", "Ahmed; Ahmad"), ("حسن", "Hassan; Hasan"),
    ("ابراهيم", "Ibrahim; Ebrahim"), ("عباس", "Abbas; Abas"), ("مصطفى", "Mustafa; Mustapha"), ("صالح", "Saleh; Salih"),
    ("مهدي", "Mahdi; Mehdi"), ("عدنان", "Adnan"), ("خالد", "Khalid; Khaled"), ("جاسم", "Jasim; Jassim"),
    ("كاظم", "Kadhim; Kazem"), ("جمال", "Jamal"), ("هادي", "Hadi; Hady"), ("قاسم", "Qasim; Kasem"),
    ("وليد", "Waleed; Walid"), ("كريم", "Karim; Kareem"), ("سمير", "Samir"), ("طارق", "Tariq; Tarek"),
)  # fmt: skip
FAMILIES = (
    ("الجبوري", "Al-Jubouri; Al-Juburi"), ("العاني", "Al-Ani"), ("الراوي", "Al-Rawi"), ("البدري", "Al-Badri"),
    ("التميمي", "Tamimi; Al-Tamimi"), ("الدليمي", "Al-Dulaimi"), ("البياتي", "Al-Bayati"), ("الكبيسي", "Al-Kubaisi"),
    ("الناصري", "Al-Naseri; Nasiri"), ("البصري", "Al-Basri"), ("الشمري", "Al-Shammari"), ("القيسي", "Al-Qaisi"),
    ("الجميلي", "Al-Jumaili"), ("العبادي", "Al-Abadi"), ("الحمداني", "Al-Hamdani"), ("الزبيدي", "Al-Zubaidi"),
)  # fmt: skip


def test_measure_prints_the_same_figures_each_time(sqlite_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "parts.txt"
    lines = [f"given-ar\t{native}\t\t{latin}\tA" for native, latin in GIVEN]
    lines += [f"family-ar\t{native}\t\t{latin}\tA" for native, latin in FAMILIES]
    file.write_text("# parts of names\n" + "\n".join(lines), encoding="utf-8")
    output = done(sqlite_app, "names", "measure", str(file))
    assert output == done(sqlite_app, "names", "measure", str(file)), "the same file gives the same figures"
    lines = output.partition("in both")[2].partition("with a slip")[0].splitlines()[2:]
    rows = (line.split() for line in lines[:8])
    figures = {int(number): (float(precision), float(recall)) for number, precision, recall in rows}
    assert figures[ENOUGH][1] > 0.95, "nearly everybody is met again"
    assert figures[ENOUGH][0] < figures[95][0], "who asks for more is offered fewer strangers"
