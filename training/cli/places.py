"""``flask seed places``: a published list of places, read and loaded through the use cases.

A place is known by its English name, whatever the case. A list says nothing of time zones: federal Iraq, the Kurdistan
Region and the United Kingdom have one each. What is no place where a course could be held is skipped with its reason.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from training.cli.agencies import JURISDICTIONS
from training.cli.published import RowResult, rows_of, short
from training.domain.common.refusals import Refusal
from training.domain.courses import venues as rules
from training.models.courses.venues import Governorate, Venue
from training.models.identity.organisations import Jurisdiction
from training.queries.courses import venues

_ZONES = {
    Jurisdiction.IRAQ: "Asia/Baghdad",
    Jurisdiction.KURDISTAN: "Asia/Baghdad",
    Jurisdiction.UK: "Europe/London",
}
_KINDS = frozenset({"airport", "land crossing", "port", "sea port", "training site"})
_GOVERNORATES = {one.name.replace("_", " ").casefold(): one for one in Governorate} | {
    one.value.casefold(): one for one in Governorate
}


def load_places(text: str) -> Iterator[RowResult]:
    """Load places from the text of a CSV file; yield the result of each row.

    Repeatable: a blank cell never overwrites, and existing values change only where the list differs.
    """
    for number, cells in rows_of(text, {"kind", "name_en", "jurisdiction"}):
        try:
            yield RowResult(number, *_load(_details(cells)))
        except ValueError as error:
            yield RowResult(number, "skipped", str(error))
        except Refusal as refusal:
            yield RowResult(number, "skipped", f"{cells['name_en']}: {type(refusal).__name__}")


def _details(cells: Mapping[str, str]) -> dict[str, Any]:
    """Parse a row; return what it says. Raises ValueError with the reason why it cannot be loaded."""
    if cells["kind"] == "governorate":
        raise ValueError("a governorate is no venue; the register has all nineteen")
    if cells["kind"] not in _KINDS:
        raise ValueError(f"kind {cells['kind']!r} is not one of: {', '.join(sorted(_KINDS))}")
    name = " ".join(short(cells, "name_en", 200).split())
    if not name:
        raise ValueError("name_en must be filled in")
    if cells["jurisdiction"] not in JURISDICTIONS:
        raise ValueError(f"jurisdiction {cells['jurisdiction']!r} is not one of: {', '.join(JURISDICTIONS)}")
    told: dict[str, Any] = {
        "name_en": name,
        "jurisdiction": JURISDICTIONS[cells["jurisdiction"]],
        "governorate": _governorate(cells.get("governorate", "")),
        "name_ar": short(cells, "name_ar", 200),
        "name_ckb": short(cells, "name_ckb", 200),
        "source": short(cells, "source", 500),
    }
    return {field: value for field, value in told.items() if value}


def _governorate(text: str) -> Governorate | None:
    key = text.casefold().replace("-", " ")
    if key and key not in _GOVERNORATES:
        raise ValueError(f"governorate {text!r} is not one of: {', '.join(one.name for one in Governorate)}")
    return _GOVERNORATES.get(key)


def _load(told: Mapping[str, Any]) -> tuple[str, str]:
    """Add or change a venue; return the outcome and its reason."""
    known = venues.venue_named(told["name_en"])
    if known is None:
        rules.create(rules.VenueDetails(time_zone=_ZONES[told["jurisdiction"]], **told), by=None)
        return "new", ""
    if known.jurisdiction is not told["jurisdiction"]:
        return "skipped", f"{known.name_en} is recorded under jurisdiction {known.jurisdiction.value}"
    different = [name for name, value in told.items() if value != getattr(known, name)]
    if not different:
        return "already there", ""
    rules.edit(known, rules.VenueDetails(**{**_as_it_is(known), **told}), known.version, by=None)
    return "changed", ", ".join(different)


def _as_it_is(venue: Venue) -> dict[str, Any]:
    kept = ("name_ar", "name_ckb", "governorate", "time_zone", "has_prayer_room", "source")
    return {"keeper": venues.keeper_of(venue.id), **{name: getattr(venue, name) for name in kept}}
