"""Read monthly exchange rates."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select, tuple_

from training.kit.db import db
from training.kit.money import Currency
from training.models.finance.claims import ExchangeRate
from training.models.identity.accounts import User
from training.queries.common.paging import Cursor, Page, read_page


def of_month(currency: Currency, month: dt.date) -> ExchangeRate | None:
    """Return the rate of a currency in a month (its first day)."""
    return db.session.scalar(select(ExchangeRate).where(ExchangeRate.currency == currency, ExchangeRate.month == month))


def of_months(months: Collection[tuple[Currency, dt.date]]) -> dict[tuple[Currency, dt.date], ExchangeRate]:
    """Return the existing rates of currencies in months (their first days)."""
    place = tuple_(ExchangeRate.currency, ExchangeRate.month)
    found = db.session.scalars(select(ExchangeRate).where(place.in_(months))) if months else ()
    return {(one.currency, one.month): one for one in found}


def every() -> Sequence[ExchangeRate]:
    """Return every rate."""
    return db.session.scalars(select(ExchangeRate)).all()


def page(cut: Cursor) -> Page[Any]:
    """Return a page of the rates, newest month first, each with the name of who entered it."""
    statement = select(ExchangeRate, User.display_name).join(User, User.id == ExchangeRate.entered_by_id)
    return read_page(statement, ExchangeRate, ExchangeRate.month, cut, is_descending=True)
