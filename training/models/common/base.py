"""What all records share: constraint names, keys, titles in three languages."""

import datetime as dt
import enum
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, Enum, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from training.kit.db import UTCDateTime
from training.kit.ids import PUBLIC_ID_LENGTH, new_public_id

Whole = BigInteger().with_variant(Integer, "sqlite")
"""SQLite generates keys only for a column of type INTEGER."""

Key = Annotated[int, mapped_column(Whole, primary_key=True)]
PublicId = Annotated[str, mapped_column(String(PUBLIC_ID_LENGTH), default=new_public_id, unique=True)]


class Base(DeclarativeBase):
    """The registry of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {int: Whole, dt.datetime: UTCDateTime}


class Guarded:
    """Marks records that must be read on behalf of a user: people, nominations, money.

    A SELECT on their tables without a scope raises (see ``policy.guard``).
    """


class Titled:
    """A record with a title in up to three languages; only the English one is required."""

    title_en: Mapped[str] = mapped_column(String(300))
    title_ar: Mapped[str] = mapped_column(String(300), default="")
    title_ckb: Mapped[str] = mapped_column(String(300), default="")


class Named:
    """An organisation or place with a name in up to three languages; only the English one is required."""

    name_en: Mapped[str] = mapped_column(String(200))
    name_ar: Mapped[str] = mapped_column(String(200), default="")
    name_ckb: Mapped[str] = mapped_column(String(200), default="")


class OfWorkbook:
    """A file that may be a workbook: ``sheet`` is the sheet that was read.

    ``unread`` lists the others, each with its number of rows and whether the workbook hides it.
    """

    sheet: Mapped[str] = mapped_column(String(200), default="", server_default="")
    unread: Mapped[list[list[Any]]] = mapped_column(JSON, default=list, server_default="[]")


def choice(kind: type[enum.StrEnum], name: str | None = None) -> Enum:
    """Return the column type of an enumeration: its values as text, enforced by a CHECK.

    ``name`` names the CHECK if the class name does not fit: two columns of one enumeration, or a renamed one.
    """
    return Enum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=30,
        values_callable=lambda members: [member.value for member in members],
    )
