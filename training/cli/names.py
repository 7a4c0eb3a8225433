"""``flask names measure``: precision and recall of name matching."""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from flask.cli import AppGroup

from training.kit.matching import COMMONEST, ENOUGH, heard, hits, keys, score
from training.kit.titles import read_name

names = AppGroup("names", help="Matching of names.")

_PEOPLE, _LOOKED_UP = 5_000, 1_500
_THRESHOLDS = (60, 65, 70, 75, 80, 85, 90, 95)


@dataclass(frozen=True)
class Part:
    """A name part with its spellings; either script may have none."""

    kind: str
    native: tuple[str, ...]
    latin: tuple[str, ...]


Name = tuple[Part, ...]
"""Given name, father's name, family name."""


@names.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def measure(file: Path) -> None:
    """Print precision and recall at several thresholds, on full names made from the parts in FILE.

    FILE has a line for each name part: category (given…, family…), Arabic, Kurdish, Latin spellings separated by
    "; ", source; columns are separated by tabs. The same file gives the same figures.
    """
    chance = random.Random(4)  # noqa: S311  # figures that can be had again, no secret
    parts = read_parts(file.read_text(encoding="utf-8"))
    people = _people(parts, chance)
    register = [_written(name, chance) for name in people]
    sharing = _indexed(register)
    click.echo(f"{len(people)} people, {_LOOKED_UP} looked up in each way; at least {ENOUGH} is offered")
    for way, change in _WAYS.items():
        asked = [change(name, chance) for name in people[:_LOOKED_UP]]
        _report(way, asked, register, sharing)


def read_parts(text: str) -> list[Part]:
    """Parse the name parts of a file."""
    rows = [line.split("\t") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [
        Part(kind, tuple(filter(None, (arabic, kurdish))), tuple(latin.split("; ")) if latin else ())
        for kind, arabic, kurdish, latin, *_ in rows
    ]


def _people(parts: Sequence[Part], chance: random.Random) -> list[Name]:
    """Generate distinct people, many of whom share common name parts."""
    whole = [part for part in parts if part.native and part.latin]
    given = [part for part in whole if part.kind.startswith("given")]
    fathers = [part for part in given if not part.kind.endswith("-f")]
    families = [part for part in whole if part.kind.startswith("family")]
    lists = (given, fathers, families)
    weights = [[1 / (place + 5) for place in range(len(each))] for each in lists]
    made: dict[tuple[str, ...], Name] = {}
    while len(made) < _PEOPLE:
        name = tuple(chance.choices(each, weight)[0] for each, weight in zip(lists, weights, strict=True))
        made.setdefault(tuple(part.latin[0] for part in name), name)
    return list(made.values())


Spelled = tuple[str, str]
"""A name in Latin and in native letters; either may be empty."""


def _latin(name: Name, chance: random.Random) -> str:
    return " ".join(chance.choice(part.latin) for part in name)


def _native(name: Name, chance: random.Random) -> str:
    return " ".join(chance.choice(part.native) for part in name)


def _written(name: Name, chance: random.Random) -> Spelled:
    """Write a name in one script or both."""
    scripts = chance.choices(("latin", "native", "both"), (2, 2, 1))[0]
    return (
        _latin(name, chance) if scripts != "native" else "",
        _native(name, chance) if scripts != "latin" else "",
    )


def _mistyped(name: Name, chance: random.Random) -> Spelled:
    """Drop, double or swap one letter of the Latin spelling."""
    text = _latin(name, chance)
    place = chance.randrange(1, len(text) - 1)
    wrong = (text[place + 1 :], text[place] + text[place:], text[place + 1] + text[place] + text[place + 2 :])
    return text[:place] + chance.choice(wrong), ""


_MORE = (Part("given", ("رحيم",), ("Rahim",)), Part("given", ("نعمان",), ("Nuaman", "Noman")))
_TRIBES = (Part("family", ("الجبوري",), ("Al-Jubouri", "al-Jibouri")), Part("family", ("الدليمي",), ("Al-Dulaimi",)))
_BEFORE = ("Capt. ", "1- ", "Lt Col ", "Dr ", "(3) Major ", "№ 4 Brig. Gen. ")
_KURDISH_LETTERS = (("sh", "ş"), ("ch", "ç"), ("kh", "x"), ("j", "c"), ("ee", "î"), ("oo", "û"), ("ou", "û"))


def _in_kurdish_letters(name: Name, chance: random.Random) -> Spelled:
    """Write a name in Latin letters as Kurdish does."""
    text = _latin(name, chance).lower()
    for letters, kurdish in _KURDISH_LETTERS:
        text = text.replace(letters, kurdish)
    return text, ""


_WAYS: Mapping[str, Callable[[Name, random.Random], Spelled]] = {
    "in Latin letters": lambda name, chance: (_latin(name, chance), ""),
    "in native letters": lambda name, chance: ("", _native(name, chance)),
    "in both": lambda name, chance: (_latin(name, chance), _native(name, chance)),
    "with a slip of the finger": _mistyped,
    "without the father's name": lambda name, chance: (_latin((name[0], name[2]), chance), ""),
    "with the grandfather's name too": lambda name, chance: (
        _latin((*name[:2], chance.choice(_MORE), name[2]), chance),
        "",
    ),
    "with a tribe too, in native letters": lambda name, chance: ("", _native((*name, chance.choice(_TRIBES)), chance)),
    "with a rank or a number before it": lambda name, chance: (
        read_name(chance.choice(_BEFORE) + _latin(name, chance)).name,
        "",
    ),
    "in Kurdish Latin letters": _in_kurdish_letters,
    "family name first": lambda name, chance: (_latin((name[2], name[0], name[1]), chance), ""),
}


def _indexed(register: Sequence[Spelled]) -> Mapping[int, Sequence[int]]:
    """Index people by key, as the database does."""
    whole: dict[int, list[int]] = defaultdict(list)
    loose: dict[int, list[int]] = defaultdict(list)
    for number, spelled in enumerate(register):
        found = keys(*heard(*spelled))
        for key in found.whole:
            whole[key].append(number)
        for key in found.loose:
            loose[key].append(number)
    return whole | {key: people for key, people in loose.items() if len(people) <= COMMONEST}


def _met(spelled: Spelled, register: Sequence[Spelled], sharing: Mapping[int, Sequence[int]]) -> list[tuple[int, int]]:
    """Return the people that a look-up finds, with scores."""
    found, met = keys(*heard(*spelled)), list[tuple[int, int]]()
    for kind in (found.whole, found.loose):
        if all(like < ENOUGH for _, like in met):
            met += [(number, score(heard(*spelled), heard(*register[number]))) for number in hits(kind, sharing)]
    return met


def _report(
    way: str, asked: Sequence[Spelled], register: Sequence[Spelled], sharing: Mapping[int, Sequence[int]]
) -> None:
    click.echo(f"\n{way}\nthreshold  precision  recall")
    scored = [
        [(like, met == number) for met, like in _met(spelled, register, sharing)]
        for number, spelled in enumerate(asked)
    ]
    for threshold in _THRESHOLDS:
        offered = [is_right for each in scored for like, is_right in each if like >= threshold]
        precision = sum(offered) / len(offered) if offered else 1
        click.echo(f"{threshold:>9}  {precision:>9.3f}  {sum(offered) / len(asked):>6.3f}")
