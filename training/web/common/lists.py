"""Common parts of list pages: the cursor, the sort order, links to the neighbouring pages."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from training.queries.common.paging import Cursor, Page


@dataclass(frozen=True)
class Pager:
    """URLs of the previous and next page; None at the ends."""

    previous_url: str | None
    next_url: str | None


@dataclass(frozen=True)
class Sorting:
    """The column by which a list is sorted."""

    key: str
    is_descending: bool


def cut() -> Cursor:
    """Return the cursor in the address."""
    return Cursor(after=request.args.get("after", ""), before=request.args.get("before", ""))


def _here(endpoint: str | None = None, **changes: str | None) -> str:
    """Return the URL of this list with some parameters changed, without a cursor."""
    kept: dict[str, Any] = {k: v for k, v in request.args.items() if k not in ("after", "before", "ticked")}
    return url_for(
        endpoint or request.endpoint or "oversight.home.show", **(request.view_args or {}), **(kept | changes)
    )


def place() -> dict[str, Any]:
    """Return the parameters that say which part of a list is shown; with them ``url_for`` leads back to it."""
    kept = ("state", "organisation", "programme", "proposer", "file", "after", "before")
    return {name: value for name in kept if (value := request.args.get(name))}


def are_all_ticked(name: str = "all") -> bool:
    """Return whether the address asks for ticked boxes: without JavaScript, a link ticks them."""
    return request.args.get("ticked") == name


def pager(page: Page[Any], endpoint: str | None = None) -> Pager:
    """Return the links to the neighbouring pages; ``endpoint`` is that of the list if the request has another."""
    return Pager(
        _here(endpoint, before=page.previous) if page.previous else None,
        _here(endpoint, after=page.next) if page.next else None,
    )


def sorting(allowed: Collection[str], default: str) -> Sorting:
    """Return the order requested by ``?sort=`` (``-`` first for descending); the default if it is not allowed."""
    requested = request.args.get("sort", default)
    if requested.removeprefix("-") not in allowed:
        requested = default
    return Sorting(requested.removeprefix("-"), requested.startswith("-"))


def sortable(text: str, key: str, by: Sorting, *, number: bool = False) -> dict[str, Any]:
    """Return a column heading for ``ui.table`` that sorts by ``key``, or reverses the order if it does already."""
    is_current = by.key == key
    direction = ("descending" if by.is_descending else "ascending") if is_current else None
    turned = f"-{key}" if is_current and not by.is_descending else key
    return {"text": text, "number": number, "url": _here(sort=turned), "direction": direction}
