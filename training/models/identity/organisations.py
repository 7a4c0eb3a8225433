"""Organisations that nominate, host and deliver, as one tree for each jurisdiction."""

import enum

from sqlalchemy import ForeignKey, Index, String, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Key, Named, PublicId, choice


class Jurisdiction(enum.StrEnum):
    """The jurisdiction of an organisation or place."""

    UK = "UK"
    IRAQ = "IQ"
    KURDISTAN = "KRI"


class Organisation(Named, Base):
    """A ministry, directorate, force or office; its ``parent`` has the same jurisdiction.

    ``aliases`` are other published names, separated by ``; ``; ``version`` counts its edits.
    """

    __tablename__ = "organisations"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    jurisdiction: Mapped[Jurisdiction] = mapped_column(choice(Jurisdiction))
    source: Mapped[str] = mapped_column(String(500), default="")
    aliases: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    parent: Mapped["Organisation | None"] = relationship(lazy="raise", remote_side="Organisation.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (
        Index("uq_organisations_name_en", "name_en", unique=True),
        Index("ix_organisations_jurisdiction_name_en", "jurisdiction", "name_en"),
    )
