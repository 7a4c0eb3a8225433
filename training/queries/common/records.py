"""Reading single records on behalf of an actor."""

from collections.abc import Iterable, Sequence
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
class Found(Generic[Record]):
    """A record that somebody may see, and whether they may do to it what they came for."""

    record: Record
    is_allowed: bool


def find(model: type[Record], public_id: str, actor: Actor, permission: Permission) -> Found[Record] | None:
    """Return the record with this opaque id, or None where it does not exist for ``actor``."""
    if not is_public_id(public_id):
        return None
    columns: Any = model
    statement = select(model, where(actor, permission, model).label("is_allowed")).where(columns.public_id == public_id)
    row = db.session.execute(seen(statement, actor, SEEING[model], model)).one_or_none()
    return Found(row[0], bool(row[1])) if row else None


def find_each(model: type[Record], public_ids: Iterable[str], actor: Actor, permission: Permission) -> Sequence[Record]:
    """Return the records with these opaque ids for which ``actor`` has ``permission``."""
    columns: Any = model
    wanted = [public_id for public_id in public_ids if is_public_id(public_id)]
    statement: AnySelect = select(model).where(columns.public_id.in_(wanted)).order_by(columns.id)
    return db.session.scalars(seen(statement, actor, permission, model)).all()
