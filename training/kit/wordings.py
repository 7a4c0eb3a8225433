"""Known wordings in the other languages of texts that are stored as typed: ranks, titles of courses, purposes.

The record keeps what was typed; a page shows the wording of its language where there is one.
"""

import csv
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from training.kit.names import fold
from training.kit.resources import ROOT

_TABLES = (
    ("wordings.csv", {"en": "en", "ar": "ar", "ckb": "ckb"}),
    ("demo/courses.csv", {"en": "title_en", "ar": "title_ar", "ckb": "title_ckb"}),
)
_AFTER_CODE = re.compile(r"(\d{4}-\d{3,} )(.+)", re.DOTALL)
"""The purpose of the entries of a cohort: its code, then the title of its course."""


@cache
def _known() -> dict[str, dict[str, str]]:
    """Return the wordings of a text by language, by each of its folded wordings."""
    return {fold(text): wordings for wordings in _rows() for text in wordings.values()}


def _rows() -> Iterator[dict[str, str]]:
    for file, columns in _TABLES:
        with (ROOT / "seed" / file).open(encoding="utf-8", newline="") as opened:
            for row in csv.DictReader(opened):
                yield {code: row[column] for code, column in columns.items()}


@lru_cache(maxsize=4096)
def worded(text: str, code: str) -> str:
    """Return the wording of a text in the language ``code``; the text itself if none is known."""
    after_code = _AFTER_CODE.fullmatch(text)
    before, rest = after_code.groups() if after_code else ("", text)
    wordings = _known().get(fold(rest))
    return before + wordings[code] if wordings else text
