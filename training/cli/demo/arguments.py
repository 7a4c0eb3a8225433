"""Convert the values of a timeline to the arguments of a function, by its type annotations."""

import dataclasses
import datetime as dt
import enum
import inspect
import re
import types
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from training.cli.demo.context import NAMED, Context
from training.domain.assurance.rights_assessments import Subject
from training.models.courses.courses import Course
from training.models.courses.venues import Venue
from training.models.finance.programmes import Programme, Project
from training.models.identity.organisations import Organisation
from training.models.people.people import Person
from training.queries.finance import programmes
from training.queries.identity import organisations
from training.queries.oversight import demo as demo_rows

_Made = TypeVar("_Made")

_PLAIN = {int: "a whole number", str: "a text", bool: "true or false"}
_CALLED: dict[object, tuple[str, Callable[[str], object | None]]] = {
    Course: ("course is called", demo_rows.course_called),
    Organisation: ("organisation is called", organisations.organisation_named),
    Programme: ("programme has the code", programmes.programme_with_code),
    Venue: ("venue is called", demo_rows.venue_called),
}
_SPAN = re.compile(r"(?P<group>.+) (?P<first>\d+)(?:-(?P<last>\d+))?")


def build(make: Callable[..., _Made], table: Mapping[str, Any], context: Context, *first: object) -> _Made:
    """Call ``make`` with ``first`` and with the values of ``table`` by name.

    Raises ValueError or LookupError, which name the argument that is missing, unknown or invalid.
    """
    parameters = list(inspect.signature(make).parameters.values())[len(first) :]
    names = [one.name for one in parameters]
    if unknown := sorted(set(table) - set(names)):
        raise ValueError(f"it takes no {', '.join(unknown)}; it takes {', '.join(names)}")
    if missing := [one.name for one in parameters if one.default is one.empty and one.name not in table]:
        raise ValueError(f"it needs {', '.join(missing)}")
    kinds = get_type_hints(make)
    return make(*first, **{name: _argument(name, kinds[name], given, context) for name, given in table.items()})


def _argument(name: str, kind: Any, given: Any, context: Context) -> object:
    try:
        return _value(kind, given, context)
    except (LookupError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from error


def _value(kind: Any, given: Any, context: Context) -> object:
    """Convert ``given`` to ``kind``."""
    if kind == Subject:
        return _subject(given, context)
    if get_origin(kind) in (list, dict, types.UnionType):
        return _composed(kind, given, context)
    if kind is dt.date:
        return context.day(_plain(int, given))
    if kind in _PLAIN:
        return _plain(kind, given)
    if isinstance(given, dict):
        return _described(kind, given, context)
    return _found(kind, _plain(str, given), context)


def _plain(kind: type[_Made], given: Any) -> _Made:
    if type(given) is not kind:
        raise ValueError(f"{given!r} is not {_PLAIN.get(kind, 'of the right kind')}")
    return given


def _composed(kind: Any, given: Any, context: Context) -> object:
    """Convert ``given`` to a list, a dict or an optional value."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is types.UnionType:
        return _value(parts[0], given, context)
    if origin is dict:
        table = _plain(dict, given)
        return {_value(parts[0], key, context): _value(parts[1], value, context) for key, value in table.items()}
    if parts == (Person,):
        return [person for span in _plain(list, given) for person in _people(_plain(str, span), context)]
    return [_value(parts[0], one, context) for one in _plain(list, given)]


def _described(make: Callable[..., object], given: Mapping[str, Any], context: Context) -> object:
    """Build an object from a table such as ``{ action = "…", owner = "…" }``."""
    if not dataclasses.is_dataclass(make) or make in NAMED:
        raise ValueError(f"{dict(given)!r} is not a name")
    return build(make, given, context)


def _found(kind: Any, given: str, context: Context) -> object:
    """Return a member of an enumeration, or a record."""
    if kind is Person:
        return _people(given, context)[0]
    if issubclass(kind, enum.Enum):
        return _member(kind, given)
    if kind in NAMED:
        return context.find(kind, given)
    if kind not in _CALLED:
        raise ValueError(f"{given!r} is not a table of values")
    what, find = _CALLED[kind]
    record = find(given)
    if record is None:
        raise LookupError(f"no {what} {given!r}")
    return record


def _member(kind: type[enum.Enum], given: str) -> enum.Enum:
    values = [str(one.value) for one in kind]
    if given not in values:
        raise ValueError(f"{given!r} is not one of {', '.join(values)}")
    return kind(given)


def _subject(given: Any, context: Context) -> Subject:
    """Return the programme with this code, else the project named by an earlier step."""
    programme = programmes.programme_with_code(_plain(str, given))
    return programme or context.find(Project, given)


def _people(span: str, context: Context) -> list[Person]:
    """Return the people of a span such as ``border 3`` or ``border 1-9``."""
    match = _SPAN.fullmatch(span)
    if match is None:
        raise ValueError(f"{span!r} is not a group and a number, such as 'border 3' or 'border 1-9'")
    people = context.group(match["group"])
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if not 1 <= first <= last <= len(people):
        raise LookupError(f"{match['group']!r} has people 1-{len(people)}, not {span!r}")
    return list(people[first - 1 : last])
