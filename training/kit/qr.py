"""QR codes, drawn as the path of an SVG."""

from functools import lru_cache
from typing import NamedTuple

import segno

QUIET = 4
"""The empty modules around a code, which a reader needs."""


class QrCode(NamedTuple):
    """The width of a QR code with its quiet zone, in modules, and the path of its dark modules."""

    size: int
    path: str


@lru_cache(maxsize=16)
def qr_code(text: str) -> QrCode:
    """Return the QR code of ``text``; it can still be read when a seventh of it is damaged."""
    rows = list(segno.make_qr(text, error="m").matrix_iter(border=QUIET))
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return QrCode(len(rows), "".join(dark))
