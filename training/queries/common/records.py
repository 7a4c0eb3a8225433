"""Read single records on behalf of an actor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import literal, select, union_all

from training.kit.db import AnySelect, db
from training.kit.ids import is_public_id
from training.models.common.base import Base
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import SCOPED, SEEING, seen, where

Record = TypeVar("Record", bound=Base)


@dataclass(frozen=True)
class FoundRecord(Generic[Record]):
    """A visible record, whether the permission asked for is held, and which of the ``offers`` are held."""

    record: Record
    is_allowed: bool
    offers: Mapping[Permission, bool]


def find(
    model: type[Record], public_id: str, actor: Actor, permission: Permission, offers: Sequence[Permission] = ()
) -> FoundRecord[Record] | None:
    """Return the record with this public id, or None where it does not exist for ``actor``.

    For ``permission`` and each of ``offers`` the same statement says whether ``actor`` has it for this record.
    """
    if not is_public_id(public_id):
        return None
    columns: Any = model
    allowed = [where(actor, asked, model).label(asked.name) for asked in (permission, *offers)]
    statement = select(model, *allowed).where(columns.public_id == public_id)
    row = db.session.execute(seen(statement, actor, SEEING[model], model)).one_or_none()
    if row is None:
        return None
    record, is_allowed, *may = row
    return FoundRecord(record, bool(is_allowed), dict(zip(offers, map(bool, may), strict=True)))


def find_each(model: type[Record], public_ids: Iterable[str], actor: Actor, permission: Permission) -> Sequence[Record]:
    """Return the records with these opaque ids for which ``actor`` has ``permission``."""
    columns: Any = model
    wanted = [public_id for public_id in public_ids if is_public_id(public_id)]
    statement: AnySelect = select(model).where(columns.public_id.in_(wanted)).order_by(columns.id)
    return db.session.scalars(seen(statement, actor, permission, model)).all()


class PageOf(NamedTuple):
    """The record whose page shows another one, or itself."""

    kind: str
    public_id: str


class Relation(NamedTuple):
    """A relation of a record to another: to that of ``kind`` whose ``column`` is the ``own`` column of the first."""

    own: str
    kind: str
    column: str = "id"


Way = Sequence[Relation]
"""The relations from a record without a page to the one whose page shows it."""


def shown_on(
    subjects: Iterable[tuple[str, str]], ways: Mapping[str, Sequence[Way]], actor: Actor
) -> Mapping[tuple[str, str], PageOf]:
    """Return for each record, given by kind and public id, the one whose page shows it, where ``actor`` sees that.

    ``ways`` has those of kinds without a page. One statement for all kinds.
    """
    ids: dict[str, list[str]] = {}
    for kind, public_id in sorted(subjects):
        ids.setdefault(kind, []).append(public_id)
    if not ids:
        return {}
    parts = [_shown_on(kind, wanted, way, actor) for kind, wanted in ids.items() for way in ways.get(kind, [()])]
    statement = union_all(*parts)
    rows = db.session.execute(statement.execution_options(**{SCOPED: "each part has the scope of its kind"}))
    return {(kind, public_id): PageOf(page, page_id) for kind, public_id, page, page_id in rows}


def _shown_on(kind: str, ids: Sequence[str], way: Way, actor: Actor) -> AnySelect:
    model = _model(kind)
    page = _model(way[-1].kind) if way else model
    statement: AnySelect = select(literal(kind), model.public_id, literal(page.__name__), page.public_id)
    statement, here = statement.select_from(model), model
    for relation in way:
        there = _model(relation.kind)
        statement = statement.join(there, getattr(there, relation.column) == getattr(here, relation.own))
        here = there
    return statement.where(model.public_id.in_(ids), where(actor, SEEING[page], page))


@cache
def _model(kind: str) -> Any:
    """Return the model with this name. Raises KeyError if there is none."""
    return {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}[kind]
