"""What becomes of a letter in the outbox: handed over at most once, tried again only where nobody can have it.

``waiting → handed_over → sent``. A refusal leads back to ``waiting``, or to ``failed`` where it is final; whatever is
left in ``handed_over`` by a worker that died is ``uncertain``, and only a person has it sent again (ADR 37).
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, or_, update

from training.domain.identity import audit
from training.domain.identity.events import IdentityEvent
from training.domain.identity.jobs import SILENT
from training.domain.identity.mail import PURPOSE
from training.domain.identity.refusals import LetterSpent
from training.kit.clock import now
from training.kit.db import changed, db
from training.kit.sealing import unseal
from training.models.identity.actor import Actor
from training.models.identity.mail import Letter, LetterProblem, LetterState, OutgoingLetter
from training.queries.identity import outbox

_LONGEST_PAUSE = dt.timedelta(hours=4)
_KEPT = dt.timedelta(days=30)
_AGAIN = (LetterState.FAILED, LetterState.UNCERTAIN)


class Opened(NamedTuple):
    """A letter that is to be sent, with its values in clear."""

    key: int
    letter: Letter
    to: str
    language: str
    values: Mapping[str, str]
    message_id: str
    posted_at: dt.datetime
    useful_until: dt.datetime
    tries: int


def pause(tries: int) -> dt.timedelta:
    """Return how long to wait after a letter was refused for the ``tries``-th time: a minute, then twice as long."""
    return min(dt.timedelta(minutes=2 ** min(tries - 1, 10)), _LONGEST_PAUSE)


def opened(key: int) -> Opened | None:
    """Return a letter with its values; None if it no longer waits. Raises SealError."""
    row = outbox.letter(key)
    if row.state is not LetterState.WAITING or row.sealed is None:
        return None
    values = json.loads(unseal(row.sealed, PURPOSE))
    return Opened(
        key,
        row.letter,
        row.to_address,
        row.language,
        values,
        row.message_id,
        row.posted_at,
        row.useful_until,
        row.tries,
    )


def hand_over(letter: Opened, worker: str) -> bool:
    """Record that the text is about to be handed over; return False if another worker was faster.

    Commit it before a byte of the text is sent: what follows is done once.
    """
    waits = (OutgoingLetter.state == LetterState.WAITING, OutgoingLetter.tries == letter.tries)
    taken = {"state": LetterState.HANDED_OVER, "worker": worker, "handed_at": now()}
    return changed(update(OutgoingLetter).where(OutgoingLetter.id == letter.key, *waits).values(taken))


def sent(key: int, worker: str) -> None:
    """Record that the mail server has the letter, and empty it; also one that was given up on meanwhile."""
    done = {"state": LetterState.SENT, "sealed": None, "ended_at": now(), "problem": None, "reply": ""}
    states = (LetterState.HANDED_OVER, LetterState.UNCERTAIN)
    ours = (OutgoingLetter.id == key, OutgoingLetter.worker == worker, OutgoingLetter.state.in_(states))
    changed(update(OutgoingLetter).where(*ours).values(done))


def uncertain(key: int, worker: str) -> None:
    """Record that the mail server may have the letter: it is not sent again by itself."""
    ours = (OutgoingLetter.id == key, OutgoingLetter.worker == worker)
    given_up = {"state": LetterState.UNCERTAIN, "ended_at": now()}
    changed(update(OutgoingLetter).where(*ours, OutgoingLetter.state == LetterState.HANDED_OVER).values(given_up))


def refused(letter: Opened, worker: str, problem: LetterProblem, reply: str, *, is_final: bool) -> None:
    """Record that a letter was not taken: it waits for the next try, unless that would come too late."""
    at = now()
    due_at = at + pause(letter.tries + 1)
    is_over = is_final or due_at >= letter.useful_until
    noted: dict[str, Any] = {
        "state": LetterState.FAILED if is_over else LetterState.WAITING,
        "tries": letter.tries + 1,
        "due_at": due_at,
        "ended_at": at if is_over else None,
        "problem": problem,
        "reply": reply,
        "worker": "",
    }
    is_ours = or_(
        OutgoingLetter.state == LetterState.WAITING,
        and_(OutgoingLetter.state == LetterState.HANDED_OVER, OutgoingLetter.worker == worker),
    )
    same = (OutgoingLetter.id == letter.key, OutgoingLetter.tries == letter.tries)
    changed(update(OutgoingLetter).where(*same, is_ours).values(noted))


def unreadable(key: int) -> None:
    """Record that a letter cannot be read, and empty it."""
    waits = (OutgoingLetter.id == key, OutgoingLetter.state == LetterState.WAITING)
    ended = {"state": LetterState.FAILED, "problem": LetterProblem.UNREADABLE, "sealed": None, "ended_at": now()}
    changed(update(OutgoingLetter).where(*waits).values(ended))


def tidy(worker: str) -> None:
    """Record as uncertain what ``worker``, now idle, or one that died left handed over; empty what is of no use."""
    at = now()
    left = update(OutgoingLetter).where(outbox.is_abandoned(worker, at - SILENT))
    changed(left.values(state=LetterState.UNCERTAIN, ended_at=at))
    late = update(OutgoingLetter).where(outbox.is_useless(at))
    too_late = {"state": LetterState.FAILED, "problem": LetterProblem.TOO_LATE, "ended_at": at, "sealed": None}
    changed(late.where(OutgoingLetter.state == LetterState.WAITING).values(too_late))
    changed(late.values(sealed=None))


def needs_tidying(worker: str) -> bool:
    """Return whether ``tidy`` has anything to do."""
    return outbox.needs_tidying(worker, now() - SILENT, now())


def may_be_sent_again(letter: OutgoingLetter, at: dt.datetime) -> bool:
    """Return whether ``send_again`` has anything to send."""
    return letter.state in _AGAIN and letter.sealed is not None and letter.useful_until > at


def send_again(letter: OutgoingLetter, by: Actor) -> None:
    """Let a letter that failed or may have failed be sent again, under the same Message-ID.

    Raises LetterSpent if it did not, or is no longer of use.
    """
    at = now()
    ripe = (OutgoingLetter.state.in_(_AGAIN), OutgoingLetter.sealed.is_not(None), OutgoingLetter.useful_until > at)
    anew = {
        "state": LetterState.WAITING,
        "due_at": at,
        "tries": OutgoingLetter.tries + 1,
        "worker": "",
        "ended_at": None,
    }
    if not changed(update(OutgoingLetter).where(OutgoingLetter.id == letter.id, *ripe).values(anew)):
        raise LetterSpent
    audit.record(IdentityEvent.LETTER_SENT_AGAIN, letter, by=by.user_id)


def delete_expired(at: dt.datetime) -> None:
    """Delete letters of a month ago: an address is kept no longer than it helps."""
    db.session.execute(delete(OutgoingLetter).where(OutgoingLetter.posted_at < at - _KEPT))
