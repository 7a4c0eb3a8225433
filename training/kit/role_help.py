"""The short help of each role: the list *In short* of its page in ``docs/roles``, the one source of both."""

import re
from collections.abc import Iterator
from functools import cache

from training.kit.resources import ROOT

FOLDER = ROOT / "docs" / "roles"
_SECTION = re.compile(r"^## In short$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^- (.+(?:\n  .+)*)", re.MULTILINE)


def items_of(page: str) -> Iterator[str]:
    """Yield the items of the list *In short* of a Markdown page, each in one line."""
    section = _SECTION.search(page)
    for item in _ITEM.findall(section[1] if section else ""):
        yield " ".join(item.split())


@cache
def help_of(role: str) -> tuple[str, ...]:
    """Return the help of the role with this code, in English; bold parts stand between ``**``."""
    page = FOLDER / f"{role.replace('_', '-')}.md"
    return tuple(items_of(page.read_text(encoding="utf-8")))
