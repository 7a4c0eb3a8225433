"""Format values on pages: money, dates, titles in the reader's language."""

import datetime as dt
from functools import lru_cache
from typing import Any

from flask import Flask, g
from flask_babel import gettext as _
from markupsafe import Markup, escape

from training.kit.clock import BOOKS_ZONE, now
from training.kit.locale import DEFAULT_LANGUAGE
from training.kit.money import Currency, format_amount, format_pounds, format_rate
from training.kit.months import day_text, month_text, range_parts
from training.kit.telephones import western_telephone
from training.kit.transliteration import to_latin, to_native
from training.kit.wordings import worded
from training.web.common import shown
from training.web.common.language import language

_DASH = Markup(" – ")


def _isolated(text: str, direction: str) -> Markup:
    """Return text isolated in its own direction."""
    return Markup(f'<bdi dir="{direction}">{escape(text)}</bdi>')  # noqa: S704  # escaped here


def money(pence: int) -> Markup:
    """Format pence as pounds, isolated so that the sign keeps its side in right-to-left text."""
    return _isolated(format_pounds(pence), "ltr")


def amount(minor: int, currency: Currency) -> Markup:
    """Format an amount in its own currency."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(format_amount(minor, currency))


def rate(millionths: int, currency: Currency) -> Markup:
    """Format an exchange rate, ``£1 = USD 1.27``."""
    return Markup('<bdi dir="ltr">£1 = {} {}</bdi>').format(currency.value, format_rate(millionths))


def percent(per_mille: int | None) -> Markup:
    """Format thousandths as a signed percentage with one decimal, ``+12.5 %``; a dash for None."""
    if per_mille is None:
        return Markup("–")
    sign = "+" if per_mille > 0 else "−" if per_mille < 0 else ""
    return Markup('<bdi dir="ltr">{}</bdi>').format(f"{sign}{abs(per_mille) / 10:,.1f} %")


def file_size(size: int) -> Markup:
    """Format a size in kilobytes, at least one."""
    return Markup('<bdi dir="ltr">{:,} kB</bdi>').format(max(1, round(size / 1000)))


def money_text(pence: int) -> str:
    """Return pence as pounds where markup is impossible, isolated by characters so that the sign keeps its side."""
    return f"\u2066{format_pounds(pence)}\u2069"


@lru_cache(maxsize=4096)
def _day(day: dt.date, code: str, direction: str, *, is_short: bool) -> Markup:
    """Return a day; cached, as lists repeat the same days."""
    return _isolated(day_text(day, code, is_short=is_short), direction)


def isolated_long_date(day: dt.date | None) -> Markup:
    """Format a day as ``8 February 2027`` in the reader's language, kept together; empty for None."""
    here = language()
    return _day(day, here.code, here.direction, is_short=False) if day else Markup("")


def isolated_short_date(day: dt.date | None) -> Markup:
    """Format a short date with the month's name, so that day and month cannot be confused."""
    here = language()
    return _day(day, here.code, here.direction, is_short=True) if day else Markup("")


def isolated_long_dates(first: dt.date, last: dt.date) -> Markup:
    """Format the days from ``first`` to ``last``, a common month and year once: ``8–9 January 2027``."""
    return _range(first, last, is_short=False)


def isolated_short_dates(first: dt.date, last: dt.date) -> Markup:
    """Format the days from ``first`` to ``last`` with short names of months: ``28 Jan – 2 Feb 2027``."""
    return _range(first, last, is_short=True)


def _range(first: dt.date, last: dt.date, *, is_short: bool) -> Markup:
    """Isolate each part, which stays together; the line may break between two parts."""
    here = language()
    parts = [_isolated(part, here.direction) for part in range_parts(first, last, here.code, is_short=is_short)]
    return parts[0] if len(parts) == 1 else Markup('<span dir="{}">{}</span>').format(here.direction, _DASH.join(parts))


def isolated_month(day: dt.date) -> Markup:
    """Format the month and year of a day."""
    here = language()
    return _isolated(month_text(day, here.code), here.direction)


def comma() -> str:
    """Return the comma of the script of the page."""
    return "," if language().direction == "ltr" else "،"


def isolated_moment(at: dt.datetime | None) -> Markup:
    """Format date and time in the time zone of the ledger."""
    if at is None:
        return Markup("")
    here, local = language(), at.astimezone(BOOKS_ZONE)
    day = _day(local.date(), here.code, here.direction, is_short=True)
    return Markup('<span dir="{}">{}{} {}</span>').format(
        here.direction, day, comma(), _isolated(f"{local:%H:%M}", "ltr")
    )


def long_date(day: dt.date) -> str:
    """Return a day where markup is impossible: in a refusal, an option, a title."""
    return _together(day_text(day, language().code))


def short_date(day: dt.date) -> str:
    """Return a day with the short name of its month where markup is impossible: in a chart."""
    return _together(day_text(day, language().code, is_short=True))


def month(day: dt.date) -> str:
    """Return the month and year of a day where markup is impossible."""
    return _together(month_text(day, language().code))


def _together(text: str) -> str:
    """Join the words of a day in right-to-left text, where a line that breaks between them changes their order."""
    return text.replace(" ", "\u00a0") if language().direction == "rtl" else text


def _in_language(record: Any, attribute: str, most: int | None = None) -> str | Markup:
    """Return a title, name or statement in the reader's language, else the English one, marked as English.

    ``most`` is the number of characters to which it is shortened.
    """
    code = language().code
    own: str = getattr(record, f"{attribute}_{code}")
    if own or code == DEFAULT_LANGUAGE:
        return _shortened(own, most)
    english = _shortened(getattr(record, f"{attribute}_{DEFAULT_LANGUAGE}"), most)
    return Markup('<span lang="en" dir="ltr" class="{}">{}</span>').format(f"app-english-{attribute}", english)


def title(record: Any) -> str | Markup:
    """Return the title of a programme, project, line or course."""
    return _in_language(record, "title")


_SHORT = 48


def _shortened(text: str, most: int | None) -> str:
    """Return text without what stands in brackets at its end, cut after a whole word if it is longer than ``most``."""
    if most is None or len(text) <= most:
        return text
    text = text.rpartition(" (")[0] or text if text.endswith(")") else text
    if len(text) <= most:
        return text
    words = text[: most + 1].rpartition(" ")[0] or text[:most]
    return f"{words.rstrip(' ,;:-–')}…"


def short_title(record: Any) -> str | Markup:
    """Return a short form of a title, for cards; the page of the record has the whole."""
    return _in_language(record, "title", _SHORT)


def title_text(record: Any) -> str:
    """Return the title where markup is impossible: in an option, a file name, a sentence."""
    text = title(record)
    return text.striptags() if isinstance(text, Markup) else text


def tag(text: str, tone: str = "grey") -> Markup:
    """Return a coloured tag for a state."""
    return Markup(f'<strong class="govuk-tag govuk-tag--{tone}">{escape(text)}</strong>')  # noqa: S704  # escaped here


def commitment_text(commitment: Any) -> Markup:
    """Return the option for a commitment: its purpose, its line, the amount outstanding."""
    said: str = _(
        "%(purpose)s (%(line)s): %(outstanding)s outstanding",
        purpose=wording(commitment.purpose),
        line=title_text(commitment.line),
        outstanding=format_pounds(commitment.committed),
    )
    return _isolated(said, "auto")


def wording(text: str) -> str:
    """Return the known wording in the reader's language of a rank or purpose that was typed in another."""
    return worded(text, language().code)


def typed(text: str) -> Markup:
    """Return text entered by a user where no element can isolate it: an option takes its direction from the text."""
    return _isolated(text, "auto")


def name(record: Any) -> str | Markup:
    """Return the name of an organisation or venue."""
    return _in_language(record, "name")


def name_text(record: Any) -> str:
    """Return the name of an organisation or venue where markup is impossible."""
    text = name(record)
    return text.striptags() if isinstance(text, Markup) else text


def statement(record: Any) -> str | Markup:
    """Return the statement of a published fact."""
    return _in_language(record, "statement")


def _names(record: Any) -> tuple[str, str]:
    """Return a person's names, that in the script of the page first."""
    latin, native = record.name_latin, record.name_native
    first, second = (latin, native) if language().direction == "ltr" else (native, latin)
    return (first, second) if first else (second, "")


def person(record: Any) -> Markup:
    """Return a person's name in the script of the page, else in the other."""
    shown.person(record)
    return _isolated(_names(record)[0], "auto")


def entered_other_name(record: Any) -> Markup:
    """Return the name that ``person`` did not choose; empty if there is only one."""
    shown.person(record)
    return _isolated(_names(record)[1], "auto")


def other_name(record: Any) -> Markup:
    """Return the name that ``person`` did not choose; if nobody entered one, a transliteration marked as such."""
    return transliterated(record) or entered_other_name(record)


def transliterated(record: Any) -> Markup:
    """Return a person's name in the script of the page where nobody entered it; empty where somebody did.

    A reading aid of pages alone: it is not stored, and no file has it.
    """
    shown.person(record)
    here = language()
    latin, native = record.name_latin, record.name_native
    if here.direction == "ltr":
        written, code = ("" if latin else to_latin(native)), DEFAULT_LANGUAGE
    else:
        written, code = ("" if native else to_native(latin, here.code)), here.code
    if not written:
        return Markup("")
    g.has_transliteration = True
    return Markup('<span class="app-transliterated"><bdi lang="{}">{}</bdi> {}</span>').format(
        code, written, _("(transliterated)")
    )


def telephone(number: str) -> str:
    """Return a telephone number in Western digits, also one that is stored in others."""
    return western_telephone(number)


def payee(claim: Any) -> str:
    """Return to whom a claim was paid, for those who may see it."""
    if claim.payee_is_person:
        shown.payee(claim)
    return str(claim.payee)


def person_line(record: Any) -> Markup:
    """Return the option for a person: both names, rank, unit, service number, organisation."""
    shown.person(record)
    said = [record.name_native, record.name_latin, wording(record.rank), record.unit, record.service_number]
    parts = [_isolated(part, "auto") for part in said if part]
    return Markup(", ").join([*parts, name(record.organisation)])


def init_app(app: Flask) -> None:
    """Register the filters and the current moment with templates."""
    for filter_ in (
        money,
        amount,
        rate,
        percent,
        file_size,
        title,
        short_title,
        name,
        statement,
        person,
        other_name,
        transliterated,
        telephone,
        payee,
        wording,
        tag,
    ):
        app.jinja_env.filters[filter_.__name__] = filter_
    app.jinja_env.filters |= {
        "long_date": isolated_long_date,
        "short_date": isolated_short_date,
        "long_dates": isolated_long_dates,
        "short_dates": isolated_short_dates,
        "month": isolated_month,
        "moment": isolated_moment,
    }
    app.jinja_env.globals["now"] = now
    app.jinja_env.globals["comma"] = comma
    app.jinja_env.globals["has_transliteration"] = lambda: bool(g.get("has_transliteration"))
