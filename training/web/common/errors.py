"""Error pages in the reader's language, with the reference recorded in the log."""

import logging

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from training.kit.outages import Outage, describe, outage_of
from training.kit.tracebacks import trace
from training.web.common.logs import note_outage, reference

log = logging.getLogger("training.errors")
_RETRY_SECONDS = {Outage.BUSY: 5, Outage.AWAY: 60, Outage.FULL: 300}


def _words(code: int) -> tuple[str, str]:
    """Return the heading and explanation for a status."""
    words = {
        400: (
            _("The request could not be understood"),
            _("Go back, reload the page and try again."),
        ),
        401: (
            _("You are not signed in"),
            _("Your sign-in has ended. Sign in and send the form again."),
        ),
        403: (
            _("You do not have permission to do this"),
            _("Your roles do not include this step. Nothing was changed."),
        ),
        404: (
            _("Page not found"),
            _("This page does not exist, or you do not have permission to see it."),
        ),
        405: (
            _("The request could not be understood"),
            _("Go back, reload the page and try again."),
        ),
        409: (
            _("Someone else was faster"),
            _("The record changed meanwhile. Nothing of yours was saved; look at it again."),
        ),
        410: (
            _("The file has changed"),
            _("The stored file differs from what was uploaded, so it cannot be downloaded. Tell an administrator."),
        ),
        413: (
            _("Too much was sent"),
            _("The form or file is larger than is accepted. Nothing was saved."),
        ),
        429: (_("Too many attempts"), _("Wait a while and try again.")),
        503: (
            _("The register cannot be used now"),
            _("Come back in a few minutes. If you sent a form, look whether it was saved before you send it again."),
        ),
    }
    fallback = (
        _("Something went wrong"),
        _("This is our fault and has been recorded. Nothing was saved; try again later."),
    )
    return words.get(code, fallback)


def _busy() -> tuple[str, str]:
    return (
        _("The register is busy"),
        _("Nothing of yours was saved. Go back and send the form again in a few seconds."),
    )


def _render(heading: str, explanation: str, template: str = "common/errors/error.html") -> str:
    return render_template(template, heading=heading, explanation=explanation, reference=reference())


def page(code: int, template: str = "common/errors/error.html") -> ResponseReturnValue:
    """Return the error page for a status."""
    return _render(*_words(code), template), code


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    # A body that could not be stored looks like one that broke off.
    return _outage(error) or page(error.code or 500)


def _unknown_host(_error: SecurityError) -> ResponseReturnValue:
    return page(400, "common/errors/host.html")


def _expired_form(_error: CSRFError) -> ResponseReturnValue:
    heading = _("The form is no longer valid")
    explanation = _("Your session changed since the page was loaded. Go back, reload the page and send the form again.")
    return _render(heading, explanation), 400


def _crash(error: Exception) -> ResponseReturnValue:
    if answer := _outage(error):
        return answer
    log.error("%s reference %s\n%s", type(error).__name__, reference(), trace(error))
    return page(500)


def _outage(error: Exception) -> ResponseReturnValue | None:
    """Return the answer to an error that comes from an outage, which is said in the line of the request.

    While a database is away, every request would leave a traceback.
    """
    outage = outage_of(error)
    if outage is None:
        return None
    note_outage(describe(error))
    words = _busy() if outage is Outage.BUSY else _words(503)
    return _render(*words), 503, {"Retry-After": str(_RETRY_SECONDS[outage])}


def init_app(app: Flask) -> None:
    """Register the error pages."""
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crash)
