"""``flask seed agencies``: a published list of organisations, read and loaded through the use cases.

A name is written ``Name (ABBREVIATION); also Another name, A third name``. Text in brackets is removed from the name
only if it is its abbreviation. The parent is free text: it is matched by its exact name or not at all.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from training.cli.published import RowResult, rows_of, short
from training.domain.identity import organisations as rules
from training.domain.identity.refusals import ParentElsewhere, ParentInactive, UnderItself
from training.models.identity.organisations import Jurisdiction, Organisation
from training.queries.identity import organisations

JURISDICTIONS = {"Iraq federal": Jurisdiction.IRAQ, "Kurdistan Region": Jurisdiction.KURDISTAN} | {
    one.value: one for one in Jurisdiction
}
"""The jurisdictions as published lists write them."""
_BRACKETS = re.compile(r"(.+?) \(([^()]*)\)")
_SEPARATOR = "; "


@dataclass(frozen=True)
class _Agency:
    """A row: the organisation as published and the text of its parent."""

    row: int
    details: rules.OrganisationDetails
    parent: str


def load_agencies(text: str) -> Iterator[RowResult]:
    """Load organisations from the text of a CSV file; yield the result of each row, then of each parent not found.

    Repeatable: a blank cell never overwrites, and existing values change only where the list differs.
    """
    agencies: list[_Agency] = []
    for number, cells in rows_of(text, {"name_en", "jurisdiction"}):
        try:
            agencies.append(_Agency(number, _details(cells), cells.get("parent", "")))
        except ValueError as error:
            yield RowResult(number, "skipped", str(error))
    outcomes: dict[int, list[str]] = {}
    for one in _with_aliases_of_their_own(agencies):
        outcome, why = _load(one.details)
        if outcome == "skipped":
            yield RowResult(one.row, outcome, why)
        else:
            outcomes[one.row] = [outcome, why]
    reported = list(_place([one for one in agencies if one.parent and one.row in outcomes], outcomes))
    yield from (RowResult(row, outcome, why) for row, (outcome, why) in outcomes.items())
    yield from reported


def _details(cells: Mapping[str, str]) -> rules.OrganisationDetails:
    """Parse a row. Raises ValueError with the reason why it cannot be loaded."""
    name, aliases = names_in(cells["name_en"])
    if not name:
        raise ValueError("name_en must be filled in")
    if cells["jurisdiction"] not in JURISDICTIONS:
        raise ValueError(f"jurisdiction {cells['jurisdiction']!r} is not one of: {', '.join(JURISDICTIONS)}")
    return rules.OrganisationDetails(
        name_en=short({"name_en": name}, "name_en", 200),
        jurisdiction=JURISDICTIONS[cells["jurisdiction"]],
        name_ar=short(cells, "name_ar", 200),
        name_ckb=short(cells, "name_ckb", 200),
        aliases=short({"aliases": _SEPARATOR.join(aliases)}, "aliases", 1000),
        source=short(cells, "source", 500),
    )


def names_in(text: str) -> tuple[str, list[str]]:
    """Parse the name and the other names of a published entry."""
    name, _, rest = text.partition(";")
    name = " ".join(name.split())
    others = [" ".join(part.split()) for part in rest.strip().removeprefix("also ").split(",")]
    if found := _BRACKETS.fullmatch(name):
        bare, inside = found.groups()
        if _abbreviates(inside, bare):
            name, others = bare, [inside, *others]
        else:
            others = [bare, *others]
    return name, [other for other in others if other]


def _abbreviates(short_form: str, name: str) -> bool:
    """Return whether the letters of ``short_form`` appear in order among the initials of ``name``."""
    initials = iter([word[0].casefold() for word in re.findall(r"\w+", name)])
    return short_form.isalpha() and all(letter in initials for letter in short_form.casefold())


def _with_aliases_of_their_own(agencies: Iterable[_Agency]) -> list[_Agency]:
    """Remove other names that are the name of another organisation."""
    agencies = list(agencies)
    taken = {one.details.name_en for one in agencies} | {other.name_en for other in organisations.everything()}
    return [
        replace(one, details=replace(one.details, aliases=_SEPARATOR.join(_own(one.details.aliases, taken))))
        for one in agencies
    ]


def _own(aliases: str, taken: set[str]) -> list[str]:
    return [alias for alias in _split(aliases) if alias not in taken]


def _split(aliases: str) -> list[str]:
    return [alias.strip() for alias in aliases.split(";") if alias.strip()]


def _load(details: rules.OrganisationDetails) -> tuple[str, str]:
    """Add or change an organisation; return the outcome and its reason."""
    known = organisations.organisation_named(details.name_en)
    if known is None:
        rules.create(details, by=None)
        return "new", ""
    if known.jurisdiction is not details.jurisdiction:
        return "skipped", f"{details.name_en} is recorded under jurisdiction {known.jurisdiction.value}"
    joined = dict.fromkeys([*_split(known.aliases), *_split(details.aliases)])
    listed = {**vars(details), "aliases": _SEPARATOR.join(joined) if joined else ""}
    merged = {name: value or getattr(known, name) for name, value in listed.items()}
    different = [name for name, value in merged.items() if value != getattr(known, name)]
    if not different:
        return "already there", ""
    rules.edit(known, rules.OrganisationDetails(**merged), known.version, by=None)
    return "changed", ", ".join(different)


def _place(agencies: Iterable[_Agency], outcomes: dict[int, list[str]]) -> Iterator[RowResult]:
    """Move organisations under their listed parents; yield a row for each parent without an exact match."""
    everything = organisations.everything()
    for one in agencies:
        organisation = organisations.organisation_named(one.details.name_en)
        parents = _called(one.parent, one.details.jurisdiction, everything)
        if organisation is None or len(parents) != 1:
            why = f"{len(parents)} bodies are" if parents else "no body is"
            yield RowResult(one.row, "parent not found", f"{why} called {one.parent!r} in this jurisdiction")
        elif organisation.parent_id != parents[0].id:
            try:
                rules.move(organisation, parents[0], organisation.version, by=None)
            except (UnderItself, ParentElsewhere, ParentInactive) as refusal:
                yield RowResult(one.row, "parent not found", f"{one.parent!r}: {type(refusal).__name__}")
            else:
                outcome, why = outcomes[one.row]
                if outcome != "new":
                    outcomes[one.row] = ["changed", ", ".join(filter(None, (why, "parent")))]


def _called(name: str, jurisdiction: Jurisdiction, among: Iterable[Organisation]) -> list[Organisation]:
    """Return the organisations of a jurisdiction with exactly this name, else those with it as another name."""
    here = [one for one in among if one.jurisdiction is jurisdiction]
    return [one for one in here if one.name_en == name] or [one for one in here if name in _split(one.aliases)]
