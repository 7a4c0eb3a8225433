"""Audit failed sign-ins and denials, so that a flood of them fills neither the trail nor the disk (ADR 28)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete

from training.domain.identity import audit
from training.domain.identity.audit import NOTHING, Subject
from training.kit.db import add_to_rows, db
from training.models.common.base import Base
from training.models.identity.reading import RefusalCount, RefusedEvent
from training.queries.identity import accounts, reading

EACH = 10
"""So many refusals of one source within an hour have a row of their own each, and then every power of ten."""

MOST_SOURCES = 200
"""So many sources within an hour are counted apart; what further ones do is counted together."""

_OTHERS = "others"
_KEPT = dt.timedelta(days=1)


@dataclass(frozen=True)
class Refused:
    """What was refused: on the page ``endpoint``, to the account ``by`` or to somebody at ``address``."""

    event: RefusedEvent
    endpoint: str
    address: str
    by: int | None = None
    about: Subject | None = None


def note(refused: Refused, at: dt.datetime) -> None:
    """Count a refusal, and record it in the trail while the source has few within the hour."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    source = _source(refused, hour)
    add_to_rows(
        Base.metadata.tables["refusal_counts"],
        [{"hour": hour, "event": refused.event.value, "source": source, "times": 1}],
    )
    times = reading.times_refused(hour, refused.event, source)
    if not is_told(times):
        return
    where = {"address": refused.address} if refused.by is None and source != _OTHERS else {}
    audit.record_about(
        refused.event, refused.about or NOTHING, by=refused.by, page=refused.endpoint, **where, **_times(times)
    )


def is_told(times: int) -> bool:
    """Return whether the refusal with this number within an hour has a row in the trail."""
    return times <= EACH or times == 10 ** (len(str(times)) - 1)


def account_named(username: str) -> Subject | None:
    """Return the account that a sign-in was tried for, or None: what was typed may be a password."""
    user = accounts.user_named(username)
    return audit.subject_of(user) if user else None


def _times(times: int) -> dict[str, int]:
    """Return the number of refusals within the hour if it stands for several."""
    return {"times": times} if times > EACH else {}


def _source(refused: Refused, hour: dt.datetime) -> str:
    """Return the account, tried account or address that is counted; all others together when there are too many.

    For who has not signed in the statements are always the same, so that nobody can tell an account that there is by
    the time that a failed sign-in takes. Old counts are deleted then.
    """
    if refused.by is not None:
        return f"user {refused.by}"
    source = refused.address
    if refused.event is RefusedEvent.SIGN_IN_FAILED and refused.about:
        source = f"account {refused.about.public_id}"
    is_known, sources = reading.times_refused(hour, refused.event, source) > 0, reading.sources_in(hour)
    old = RefusalCount.hour < hour - _KEPT
    db.session.execute(delete(RefusalCount).where(old), execution_options={"synchronize_session": False})
    return source if is_known or sources < MOST_SOURCES else _OTHERS
