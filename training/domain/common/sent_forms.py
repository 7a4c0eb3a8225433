"""A form that makes something makes it once, however often it is sent (ADR 28)."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from training.domain.common.refusals import SentBefore
from training.kit.clock import now
from training.kit.db import db
from training.models.common.sent_forms import SentForm
from training.queries.common import sent_forms

KEPT = dt.timedelta(days=30)
"""For so long a form that was sent is known when it arrives again."""


@dataclass(frozen=True)
class Sending:
    """A form as it arrived: whose it is, the key it was shown with, and all that was filled in."""

    sender: str
    key: str
    content: str

    @property
    def stored_key(self) -> str:
        """Return the hash of the key with its sender: nobody meets the key of somebody else."""
        return hashlib.sha256(f"{self.sender}:{self.key}".encode()).hexdigest()


def answer_to(sending: Sending) -> str | None:
    """Return where the form led to when it arrived before; None if it did not. Raises SentBefore for other content."""
    before = sent_forms.with_key(sending.stored_key)
    if before is None:
        return None
    if before.content != sending.content:
        raise SentBefore
    return before.leads_to


def record(sending: Sending, leads_to: str) -> None:
    """Record in the transaction that makes something where the form leads to. Raises SentBefore.

    A concurrent form with the same key waits here until the other one is through.
    """
    try:
        with db.session.begin_nested():
            db.session.add(SentForm(key=sending.stored_key, content=sending.content, leads_to=leads_to, at=now()))
    except IntegrityError as error:
        raise SentBefore from error


def delete_expired() -> None:
    """Delete what is known of forms that were sent long ago."""
    db.session.execute(delete(SentForm).where(SentForm.at < now() - KEPT))
