"""Forms that made something, so that one that arrives again makes nothing more."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from training.models.common.base import Base


class SentForm(Base):
    """A form that made something: the hashes of its key with its sender, and of its content; where it led to."""

    __tablename__ = "sent_forms"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(String(64))
    leads_to: Mapped[str] = mapped_column(String(500))
    at: Mapped[dt.datetime] = mapped_column(index=True)
