"""Read single records on behalf of an actor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from training.kit.db import AnySelect, db
from training.kit.ids import is_public_id
from training.models.common.base import Base
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import SEEING, seen, where

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
