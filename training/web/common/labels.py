"""The labels of codes, refusals, audit events and kinds of record, collected from the areas.

Lazy, so that each request translates them into its language.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from training.domain.common import refusals as r
from training.domain.common.refusals import Refusal
from training.domain.identity import jobs
from training.forms.common.base import BaseForm
from training.forms.common.widgets import Choice
from training.kit.tables import MOST_CELLS, MOST_COLUMNS, MOST_IN_CELL, MOST_LINES, MOST_ROWS, Problem
from training.models.common.base import Base
from training.models.identity.audit import AuditEvent
from training.models.identity.jobs import Job, JobState
from training.web.common.language import language

Wording = Callable[[Any], str]
"""Builds the message of a refusal from its values."""


@dataclass(frozen=True)
class Labels:
    """The labels of an area: codes and audit events, refusals and kinds of record; tones of state tags."""

    words: Iterable[tuple[StrEnum, LazyString]] = ()
    tones: Iterable[tuple[StrEnum, str]] = ()
    refusals: Mapping[type[Refusal], Wording] = field(default_factory=dict)
    records: Mapping[type[Base], LazyString] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., str]] = field(default_factory=dict)
    """The labels that templates of the area look up by code."""


_UNREADABLE: dict[Problem, Callable[[], str]] = {
    Problem.TOO_LARGE: lambda: _("The file holds too much: at most 10 megabytes are taken, unpacked 100"),
    Problem.TOO_MANY_ROWS: lambda: _("The file has more than %(most)s rows: split it", most=f"{MOST_ROWS:,}"),
    Problem.TOO_MANY_COLUMNS: lambda: _(
        "The file has more than %(most)s columns: remove those that are not needed", most=MOST_COLUMNS
    ),
    Problem.TOO_MANY_LINES: lambda: _(
        "The file has more than %(most)s lines, most of them empty: delete the empty ones", most=f"{MOST_LINES:,}"
    ),
    Problem.TOO_MANY_CELLS: lambda: _(
        "The file has more than %(most)s filled cells: remove the columns that are not needed, or split it",
        most=f"{MOST_CELLS:,}",
    ),
    Problem.CELL_TOO_LONG: lambda: _(
        "A cell of the file has more than %(most)s characters: shorten it", most=f"{MOST_IN_CELL:,}"
    ),
    Problem.EMPTY: lambda: _("The file has no row below its headings"),
    Problem.WEB_PAGE: lambda: _("The file is a web page, whatever its name says: save the table as CSV or XLSX"),
    Problem.PROTECTED: lambda: _("A password protects the file: save it without one"),
    Problem.UNCALCULATED: lambda: _(
        "A formula in the file has no value yet: open it in a spreadsheet program, save it and send it again"
    ),
    Problem.QUOTATION: lambda: _("A quotation mark in the file is not closed: remove it or close it"),
    Problem.SEVERAL_SHEETS: lambda: _(
        "Several sheets of the workbook hold something: leave the one that is meant, and send it again"
    ),
    Problem.LOOK_UNKNOWN: lambda: _(
        "It cannot be told which rows and columns this workbook hides: save it as XLSX and send it again"
    ),
    Problem.UNREADABLE: lambda: _("The file cannot be read as a table: save it as CSV (UTF-8) or XLSX"),
}

COMMON = Labels(
    refusals={
        r.ChangedMeanwhile: lambda _r: _(
            "Somebody else changed it since you opened the form. Reload the page to see what they wrote"
        ),
        r.SentBefore: lambda _r: _("This form had arrived before, with other content, and was carried out"),
        r.TableUnreadable: lambda x: (
            _("A quotation mark in line %(line)s of the file is not closed: remove it or close it", line=x.line)
            if x.problem is Problem.QUOTATION and x.line
            else _UNREADABLE[x.problem]()
        ),
        r.SheetUnknown: lambda x: _(
            "The workbook has no sheet of this name that holds anything. It has: %(sheets)s", sheets=", ".join(x.sheets)
        ),
        r.BatchEmpty: lambda _r: _("No row of this file can be nominated"),
        r.BatchFaulty: lambda x: ngettext(
            "%(num)s row cannot be nominated, so none was. Correct it, or nominate only the valid rows",
            "%(num)s rows cannot be nominated, so none was. Correct them, or nominate only the valid rows",
            x.left,
        ),
        r.TableGone: lambda _r: _("The file was read more than a day ago and has been deleted: upload it again"),
        r.ColumnDoubled: lambda x: _("The list has two columns with the heading %(heading)s", heading=x.heading),
        r.ColumnMissing: lambda x: _("The list has no column with the heading %(heading)s", heading=x.heading),
    }
)

# Codes of different kinds may be equal as text, so the key includes the kind.
_words: dict[tuple[type[StrEnum], StrEnum], LazyString] = {}
_tones: dict[tuple[type[StrEnum], StrEnum], str] = {}
_refusals: dict[type[Refusal], Wording] = {}
_records: dict[str, LazyString] = {}


def collect(labels: Labels) -> None:
    """Add the labels of an area."""
    _words.update({(type(code), code): text for code, text in labels.words})
    _tones.update({(type(code), code): tone for code, tone in labels.tones})
    _refusals.update(labels.refusals)
    _records.update({kind.__name__: text for kind, text in labels.records.items()})


def has_word(code: StrEnum) -> bool:
    """Return whether a code has a label."""
    return (type(code), code) in _words


def word(code: StrEnum) -> str:
    """Return the label of a code in the reader's language."""
    return _word(type(code), code, language().code)


@cache
def _word(kind: type[StrEnum], code: StrEnum, _language: str) -> str:
    """Return the label of a code, cached for each language; ``_language`` is that of this request."""
    return str(_words[kind, code])


def choices(kind: type[StrEnum]) -> list[Choice]:
    """Return the codes of a kind as choices of a form."""
    return [Choice(code.value, word(code)) for code in kind]


def tone(code: StrEnum) -> str:
    """Return the tone of a state's tag: green done, blue in progress, yellow waiting, red refused, grey closed."""
    return _tones[type(code), code]


def event_word(code: str) -> str:
    """Return the label of an audit event, given as stored."""
    return word(AuditEvent.stored(code))


def record_word(kind: str) -> str:
    """Return the label of a kind of record, given by the name of its class; empty for none."""
    return str(_records[kind]) if kind else ""


def words_for(refusal: Refusal) -> str:
    """Return the message of a refusal."""
    return _refusals[type(refusal)](refusal)


def job_words(job: Job | None) -> str:
    """Return why a job failed; empty if it did not."""
    if job is None or job.state is not JobState.FAILED:
        return ""
    if refusal := jobs.refusal_of(job):
        return words_for(refusal)
    return str(_("Something went wrong on our side. Nothing was lost: try again"))


def refuse(form: BaseForm, refusal: Refusal) -> None:
    """Show a refusal on the form: at its field if the form has that field, else above the form."""
    form.refuse(words_for(refusal), refusal.field if refusal.field in form else None)


def init_app(app: Flask, *of_areas: Labels) -> None:
    """Collect the labels of the areas, and register them with templates."""
    for labels in (COMMON, *of_areas):
        collect(labels)
        app.jinja_env.filters.update(labels.filters)
    app.jinja_env.filters["word"] = word
    app.jinja_env.filters["tone"] = tone
    app.jinja_env.filters["event"] = event_word
    app.jinja_env.filters["record_kind"] = record_word
