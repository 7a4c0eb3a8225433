"""QR codes as paths: every module where the standard has it, and the empty margin that readers need."""

import re

import segno

from training.kit.qr import QUIET, qr_code

TEXT = "https://register.example.org/card"


def test_path_draws_the_modules_of_the_text_inside_a_quiet_zone() -> None:
    drawn = qr_code(TEXT)
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawn.path)}
    rows = segno.make_qr(TEXT, error="m").matrix
    assert drawn.size == len(rows) + 2 * QUIET
    assert dark == {(x + QUIET, y + QUIET) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert qr_code(f"{TEXT}s") != drawn
