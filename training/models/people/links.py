"""The link between an account and a person: made and removed by two people."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, choice
from training.models.identity.accounts import RequestState, User
from training.models.people.people import Person


class LinkAct(enum.StrEnum):
    """What is asked for."""

    LINK = "link"
    PART = "part"


class LinkRequest(Guarded, Base):
    """The link of an account and a person, asked for by one and given by another; neither is the holder of either."""

    __tablename__ = "link_requests"

    id: Mapped[Key]
    act: Mapped[LinkAct] = mapped_column(choice(LinkAct))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[RequestState] = mapped_column(choice(RequestState, "linkstate"), default=RequestState.ASKED)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[dt.datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])
    person: Mapped[Person] = relationship(lazy="raise")
    asked_by: Mapped[User] = relationship(lazy="raise", foreign_keys=[asked_by_id])

    __table_args__ = (
        Index(
            "uq_link_requests_of_account",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
        Index(
            "uq_link_requests_of_person",
            "person_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
        CheckConstraint("asked_by_id <> user_id", name="not_own"),
        CheckConstraint(
            "state NOT IN ('given', 'refused') OR (decided_by_id IS NOT NULL AND decided_by_id <> asked_by_id "
            "AND decided_by_id <> user_id)",
            name="by_two_people",
        ),
    )
