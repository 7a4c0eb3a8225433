"""Tracebacks for the log, without values from the database."""

import traceback

from sqlalchemy.exc import PendingRollbackError, StatementError

from training.kit.outages import describe, outage_of

_QUOTING = (StatementError, PendingRollbackError)
"""Errors whose messages quote values, such as ``Key (name)=(…) already exists``."""


def told(error: BaseException) -> str:
    """Return what the log says of an error: an outage in a few words, anything else with its traceback."""
    return describe(error) if outage_of(error) else f"{type(error).__name__}\n{trace(error)}"


def trace(error: BaseException) -> str:
    """Return the traceback of an error and its causes, oldest first.

    A failed statement is shown with its kind of error, without the message of the driver.
    """
    where = "".join(("Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)))
    if isinstance(error, _QUOTING):
        return f"{where}{type(error).__name__}: {getattr(error, 'statement', None) or 'no statement'}"
    return _before(error) + where + "".join(traceback.format_exception_only(error)).rstrip()


def _before(error: BaseException) -> str:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{trace(earlier)}\n\nwhich led to:\n\n" if earlier else ""
