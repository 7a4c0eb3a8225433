"""The people whose names the answer to this request holds."""

from collections.abc import Iterable
from typing import Any

from flask import g

from training.models.people.people import Person


def person(record: Any) -> None:
    """Remember that the answer names this person of the register."""
    _shown()[record.public_id] = record.id if isinstance(record, Person) else None


def row_key(batch: Any, row: Any) -> str:
    """Return the key of a row of an uploaded file."""
    return f"{batch.public_id} {row.number}"


def rows(batch: Any, rows: Iterable[Any]) -> None:
    """Remember that the answer holds the names in these rows of an uploaded file."""
    _shown().update((row_key(batch, row), None) for row in rows)


def payee(claim: Any) -> None:
    """Remember that the answer names the person to whom a claim was paid."""
    _shown()[claim.public_id] = None


def people(*, but: int | None = None) -> list[str]:
    """Return the keys of all people named so far, without the person with the key ``but``: the reader."""
    return [public_id for public_id, key in _shown().items() if key is None or key != but]


def _shown() -> dict[str, int | None]:
    try:
        shown: dict[str, int | None] = g.shown_people
    except AttributeError:
        shown = g.shown_people = {}
    return shown
