"""The guard: a SELECT that touches people, nominations or money raises unless it was scoped."""

from collections.abc import Iterator
from functools import cache
from typing import cast
from weakref import WeakKeyDictionary

from sqlalchemy import Executable, Table, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import ExternallyTraversible

from training.models.common.base import Base, Guarded
from training.policy.scopes import SCOPED


class UnscopedQueryError(Exception):
    """A query would have read guarded records without a scope."""


@cache
def guarded_tables() -> frozenset[Table]:
    """Return the tables of all models marked ``Guarded``."""
    return frozenset(
        mapper.local_table
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Guarded) and isinstance(mapper.local_table, Table)
    )


def _tables(statement: Executable) -> Iterator[Table]:
    for element in visitors.iterate(cast("ExternallyTraversible", statement)):
        if isinstance(element, Table):
            yield element


_touched: WeakKeyDictionary[Executable, list[str]] = WeakKeyDictionary()
"""Tables by statement: statements reused across requests are inspected once."""


def _guarded_in(statement: Executable) -> list[str]:
    """Return the names of the guarded tables that a statement touches."""
    if statement not in _touched:
        _touched[statement] = sorted({table.name for table in _tables(statement) if table in guarded_tables()})
    return _touched[statement]


def _refuse_unscoped(state: ORMExecuteState) -> None:
    if not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    if SCOPED in state.execution_options:
        return
    if touched := _guarded_in(state.statement):
        raise UnscopedQueryError(f"{', '.join(touched)} read without a scope: use seen() or unscoped()")


def install() -> None:
    """Install the guard for every session."""
    if not event.contains(Session, "do_orm_execute", _refuse_unscoped):
        event.listen(Session, "do_orm_execute", _refuse_unscoped)
