"""The guard: a SELECT that touches people, nominations or money raises unless it was scoped."""

from collections.abc import Iterator
from functools import cache
from typing import cast

from sqlalchemy import Table, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import ExternallyTraversible

from training.models.base import Base, Guarded
from training.policy.scopes import SCOPED


class UnscopedQueryError(Exception):
    """A query would have read guarded records in nobody's name."""


@cache
def guarded_tables() -> frozenset[Table]:
    """Return the tables of all models marked ``Guarded``."""
    return frozenset(
        mapper.local_table
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Guarded) and isinstance(mapper.local_table, Table)
    )


def _tables(state: ORMExecuteState) -> Iterator[Table]:
    for element in visitors.iterate(cast("ExternallyTraversible", state.statement)):
        if isinstance(element, Table):
            yield element


def _refuse_unscoped(state: ORMExecuteState) -> None:
    if not state.is_select or state.is_column_load or state.is_relationship_load:
        return
    if SCOPED in state.execution_options:
        return
    touched = sorted({table.name for table in _tables(state) if table in guarded_tables()})
    if touched:
        raise UnscopedQueryError(f"{', '.join(touched)} read without a scope: use seen() or unscoped()")


def install() -> None:
    """Put the guard before every session."""
    if not event.contains(Session, "do_orm_execute", _refuse_unscoped):
        event.listen(Session, "do_orm_execute", _refuse_unscoped)
