"""Ways back into an account, and the change of its e-mail address: one-time addresses of which the hash is stored."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from training.models.common.base import Base, Key


class PasswordReset(Base):
    """A one-time address at which a new password is chosen.

    ``by_id`` is the administrator who made it, if one did. Without ``user_id`` it belongs to nobody: an unknown e-mail
    was typed.
    """

    __tablename__ = "password_resets"

    id: Mapped[Key]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]

    __table_args__ = (CheckConstraint("by_id <> user_id", name="by_another"),)


class EmailChange(Base):
    """A new e-mail address of an account, one at a time, which both the old and the new address confirm.

    ``old_token_hash`` is null where the account had none.
    """

    __tablename__ = "email_changes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    email: Mapped[str] = mapped_column(String(254))
    new_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    old_token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    new_confirmed_at: Mapped[dt.datetime | None]
    old_confirmed_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime]

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)
