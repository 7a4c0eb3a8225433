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


def shown_on(
    subjects: Iterable[tuple[str, str]], through: Mapping[str, tuple[str, str]], actor: Actor
) -> Mapping[tuple[str, str], PageOf]:
    """Return for each record, given by kind and public id, the one whose page shows it, where ``actor`` sees that.

    ``through`` has for kinds without a page the column and the kind that it leads to. One statement for all kinds.
    """
    ids: dict[str, list[str]] = {}
    for kind, public_id in sorted(subjects):
        ids.setdefault(kind, []).append(public_id)
    if not ids:
        return {}
    statement = union_all(*(_shown_on(kind, wanted, through.get(kind), actor) for kind, wanted in ids.items()))
    rows = db.session.execute(statement.execution_options(**{SCOPED: "each part has the scope of its kind"}))
    return {(kind, public_id): PageOf(page, page_id) for kind, public_id, page, page_id in rows}


def _shown_on(kind: str, ids: Sequence[str], through: tuple[str, str] | None, actor: Actor) -> AnySelect:
    model = _model(kind)
    column, page_kind = through or ("", kind)
    page = _model(page_kind) if through else model
    statement: AnySelect = select(literal(kind), model.public_id, literal(page_kind), page.public_id)
    if through:
        statement = statement.join(page, page.id == getattr(model, column))
    return statement.where(model.public_id.in_(ids), where(actor, SEEING[page], page))


@cache
def _model(kind: str) -> Any:
    """Return the model with this name. Raises KeyError if there is none."""
    return {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}[kind]
