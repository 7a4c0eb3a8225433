"""Tracebacks show where and what failed, without row values from the database."""

from sqlalchemy.exc import IntegrityError, PendingRollbackError

from training.kit.tracebacks import trace


def failed(error: Exception, cause: Exception | None = None) -> BaseException:
    try:
        raise error from cause
    except Exception as caught:
        return caught


DRIVER = "Key (name)=(Canary) already exists"


def test_own_exception_is_logged_in_full() -> None:
    text = trace(failed(LookupError("outer"), failed(KeyError("inner"))))
    assert text.count("Traceback (most recent call last):") == 2
    assert text.index("KeyError: 'inner'") < text.index("LookupError: outer")
    assert "in failed" in text


def test_database_error_is_logged_without_parameters() -> None:
    error = IntegrityError("INSERT INTO people", {"name": "Canary"}, Exception(DRIVER))
    text = trace(failed(LookupError("outer"), failed(error, failed(ValueError(DRIVER)))))
    assert "IntegrityError: INSERT INTO people" in text
    assert "LookupError: outer" in text
    assert "Canary" not in text


def test_failed_session_error_is_logged_without_values() -> None:
    assert "Canary" not in trace(failed(PendingRollbackError(f"Original exception was: {DRIVER}")))


def test_suppressed_cause_is_not_logged() -> None:
    error = LookupError("outer")
    error.__context__ = failed(KeyError("inner"))
    assert "inner" in trace(error)
    error.__suppress_context__ = True
    assert "inner" not in trace(error)
