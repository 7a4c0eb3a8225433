"""What an audit row says, in words: the details of the event, and before and after of each field of an edit."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from training.kit.money import format_pounds
from training.models.identity.accounts import ApprovalGrade, Role
from training.models.identity.audit import AuditEntry
from training.models.identity.organisations import Jurisdiction
from training.web.common.filters import long_date, month
from training.web.common.labels import has_word, word

_NOTHING = Markup("–")


class FieldWords(NamedTuple):
    """The label of a field in the trail, and how its value is written."""

    label: LazyString
    written: Callable[[Any], str] = str


def code_of(kind: type[StrEnum]) -> Callable[[Any], str]:
    """Return the writer of a code of ``kind``; one that is unknown or has no word is written as it is."""

    def written(value: Any) -> str:
        return word(kind(value)) if value in set(kind) and has_word(kind(value)) else str(value)

    return written


def day(value: Any) -> str:
    """Return a day that is stored as text."""
    return long_date(dt.date.fromisoformat(value))


def month_of(value: Any) -> str:
    """Return the month of a day that is stored as text."""
    return month(dt.date.fromisoformat(value))


def number(value: Any) -> str:
    """Return a number with separators."""
    return f"{value:,}"


def yes_or_no(value: Any) -> str:
    """Return yes or no."""
    return str(_("yes") if value else _("no"))


FIELDS: dict[str, FieldWords] = {
    "address": FieldWords(_l("Network address")),
    "after": FieldWords(_l("Now"), day),
    "aliases": FieldWords(_l("Other names")),
    "alike": FieldWords(_l("Like")),
    "before": FieldWords(_l("Before"), day),
    "code": FieldWords(_l("Code")),
    "grade": FieldWords(_l("Grade"), code_of(ApprovalGrade)),
    "is_active": FieldWords(_l("In use"), yes_or_no),
    "jurisdiction": FieldWords(_l("Jurisdiction"), code_of(Jurisdiction)),
    "kept_apart": FieldWords(_l("Kept apart"), number),
    "merged": FieldWords(_l("Merged record")),
    "month": FieldWords(_l("Month"), month_of),
    "name_ar": FieldWords(_l("Name in Arabic")),
    "name_ckb": FieldWords(_l("Name in Kurdish (Sorani)")),
    "name_en": FieldWords(_l("Name in English")),
    "other": FieldWords(_l("Other record")),
    "page": FieldWords(_l("Page")),
    "parent": FieldWords(_l("Body above it")),
    "pence": FieldWords(_l("Amount"), format_pounds),
    "role": FieldWords(_l("Role"), code_of(Role)),
    "rows": FieldWords(_l("Rows"), number),
    "sha256": FieldWords(_l("Fingerprint")),
    "since": FieldWords(_l("Since"), day),
    "size": FieldWords(_l("Size in bytes"), number),
    "source": FieldWords(_l("Source")),
    "times": FieldWords(_l("Times within the hour"), number),
    "to": FieldWords(_l("New organisation")),
    "until": FieldWords(_l("Last day"), day),
    "version": FieldWords(_l("Version"), number),
}
"""The fields by their names in the trail; an area adds its own (``collect``)."""

GROUPS: dict[str, Callable[[str], FieldWords]] = {}
"""Fields that stand for one of many, ``cost.venue``: by their first part, a function of the rest."""


def collect(fields: Mapping[str, FieldWords], groups: Mapping[str, Callable[[str], FieldWords]]) -> None:
    """Add the fields of the areas."""
    FIELDS.update(fields)
    GROUPS.update(groups)


def has_words(name: str) -> bool:
    """Return whether a field of the trail has words."""
    return name in FIELDS or name.partition(".")[0] in GROUPS


def said(entry: AuditEntry) -> Iterator[Markup]:
    """Yield what an audit row says: each changed field with before and after, then the other details."""
    for name, change in entry.details.get("changes", {}).items():
        yield _changed(_words(name), change)
    for name, value in entry.details.items():
        if name != "changes" and value is not None:
            field = _words(name)
            yield Markup("{}: {}").format(str(field.label), _value(field, value))


def said_in_file(entry: AuditEntry) -> str:
    """Return what an audit row says as one text."""
    return "; ".join(one.striptags() for one in said(entry))


def _words(name: str) -> FieldWords:
    """Return the words of a field; a name that older rows alone have stands as it is."""
    group, _dot, rest = name.partition(".")
    if group in GROUPS and rest:
        return GROUPS[group](rest)
    return FIELDS.get(name) or FieldWords(LazyString(lambda: name))


def _changed(field: FieldWords, change: list[Any] | None) -> Markup:
    label = str(field.label)
    if change is None:
        return escape(_("%(field)s: changed; the trail does not say what it was", field=label))
    before, after = (_value(field, value) for value in change)
    pattern = escape(_("%(field)s: before %(before)s, now %(after)s"))
    return pattern % {"field": label, "before": before, "after": after}


def _value(field: FieldWords, value: Any) -> Markup:
    """Return a value in words, isolated so that its direction does not disturb the line."""
    if value is None or value == "":
        return _NOTHING
    return Markup('<bdi class="app-long">{}</bdi>').format(field.written(value))
