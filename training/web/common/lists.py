"""What list pages have in common: where they are cut, how they are sorted, the addresses of their neighbours."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from training.queries.common.paging import Cursor, Page


@dataclass(frozen=True)
class Pager:
    """Addresses of the pages before and after; None at the ends."""

    previous_url: str | None
    next_url: str | None


@dataclass(frozen=True)
class Sorting:
    """The column by which a list is sorted."""

    key: str
    is_descending: bool


def cut() -> Cursor:
    """Return where the address cuts the list."""
    return Cursor(after=request.args.get("after", ""), before=request.args.get("before", ""))


def _here(endpoint: str | None = None, **changes: str | None) -> str:
    """Return the address of this list with some parameters changed, and cut anew."""
    kept: dict[str, Any] = {k: v for k, v in request.args.items() if k not in ("after", "before", "ticked")}
    return url_for(
        endpoint or request.endpoint or "oversight.home.show", **(request.view_args or {}), **(kept | changes)
    )


def place() -> dict[str, Any]:
    """Return what in the address says which part of a list is shown: given to ``url_for``, it leads back there."""
    kept = ("state", "organisation", "programme", "proposer", "file", "after", "before")
    return {name: value for name in kept if (value := request.args.get(name))}


def are_all_ticked(which: str = "all") -> bool:
    """Say whether the address asks that boxes of the page begin ticked: without JavaScript, a link does that."""
    return request.args.get("ticked") == which


def pager(page: Page[Any], endpoint: str | None = None) -> Pager:
    """Return the links round a page; ``endpoint`` is that of the list where a form shown again has another."""
    return Pager(
        _here(endpoint, before=page.previous) if page.previous else None,
        _here(endpoint, after=page.next) if page.next else None,
    )


def sorting(allowed: Collection[str], default: str) -> Sorting:
    """Return what ``?sort=`` asks for (``-`` before it for descending), or the default where that is not allowed."""
    wanted = request.args.get("sort", default)
    if wanted.removeprefix("-") not in allowed:
        wanted = default
    return Sorting(wanted.removeprefix("-"), wanted.startswith("-"))


def sortable(text: str, key: str, by: Sorting, *, number: bool = False) -> dict[str, Any]:
    """Return a column heading for ``ui.table`` that sorts by ``key``, and the other way when it does already."""
    is_current = by.key == key
    direction = ("descending" if by.is_descending else "ascending") if is_current else None
    turned = f"-{key}" if is_current and not by.is_descending else key
    return {"text": text, "number": number, "url": _here(sort=turned), "direction": direction}
