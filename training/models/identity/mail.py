"""Letters that wait to be handed to the mail server, and what became of them."""

import datetime as dt
import enum

from sqlalchemy import CheckConstraint, Enum, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from training.models.common.base import Base, Key, PublicId, choice


class Letter(enum.StrEnum):
    """A kind of letter. ``domain/identity/mail.py`` has its terms, ``web/identity/letters.py`` its template."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    EMAIL_CONFIRMATION = "email_confirmation"
    EMAIL_CHANGED = "email_changed"
    DIGEST = "digest"


class LetterState(enum.StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    HANDED_OVER = "handed_over"
    """Its text is being handed to the mail server, whose answer is not recorded yet."""
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    """The mail server may have it: the answer was lost."""


class LetterProblem(enum.StrEnum):
    """Why a letter was not sent, most recently."""

    UNREACHABLE = "unreachable"
    NOT_SECURE = "not_secure"
    SIGN_IN_REFUSED = "sign_in_refused"
    SENDER_REFUSED = "sender_refused"
    ADDRESS_REFUSED = "address_refused"
    TEXT_REFUSED = "text_refused"
    TOO_LATE = "too_late"
    """What it says is no longer of use."""
    UNREADABLE = "unreadable"
    """It was sealed with another secret key, or could not be written."""


class OutgoingLetter(Base):
    """A letter in the outbox, written in the transaction of the act that it tells of.

    ``sealed`` has the values of its text, encrypted, until it was sent or can no longer be. ``reply`` is the code of
    the mail server's answer. ``once`` names what may be posted one time only.
    """

    __tablename__ = "outbox"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    letter: Mapped[Letter] = mapped_column(
        Enum(
            Letter,
            native_enum=False,
            create_constraint=False,
            length=30,
            values_callable=lambda members: [member.value for member in members],
        )
    )
    to_address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(3))
    sealed: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(320), unique=True)
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    posted_at: Mapped[dt.datetime]
    useful_until: Mapped[dt.datetime]
    state: Mapped[LetterState] = mapped_column(choice(LetterState), default=LetterState.WAITING)
    due_at: Mapped[dt.datetime]
    tries: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(43), default="")
    handed_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    problem: Mapped[LetterProblem | None] = mapped_column(choice(LetterProblem))
    reply: Mapped[str] = mapped_column(String(20), default="")

    __table_args__ = (
        CheckConstraint("state <> 'sent' OR sealed IS NULL", name="sent_is_emptied"),
        Index("ix_outbox_state_due_at", "state", "due_at"),
        Index("ix_outbox_posted_at", "posted_at"),
    )
