"""One log line per request: the route rule, never the path, the query, a name or a token; and security headers."""

import logging
import time

from flask import Flask, Response, g, request

from training.kit.ids import new_public_id

log = logging.getLogger("training.requests")

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # To our own pages alone: behind HTTPS the check of a form demands to know the page that it comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""Those that some page answers; a client may call its method anything."""


def reference() -> str:
    """Return the identifier of this request in the log and on an error page; created on first use."""
    if "reference" not in g:
        g.reference = new_public_id()
    return str(g.reference)


def note_outage(kind: str) -> None:
    """Say in the line of this request which outage kept it from being served."""
    g.outage = kind


def _begin() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    if "has_script" in g:
        response.headers["Content-Security-Policy"] = f"{_HEADERS['Content-Security-Policy']}; script-src 'self'"
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    # A file that is sent brings a rule of its own.
    response.headers["Cache-Control"] = _HEADERS["Cache-Control"]
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    milliseconds = (time.perf_counter() - g.started) * 1000 if "started" in g else 0
    rule = request.url_rule.rule if request.url_rule else "-"
    outage = f" outage: {g.outage}" if "outage" in g else ""
    log.log(
        logging.ERROR if outage else logging.INFO,
        "%s %s %s %.0f ms %s%s",
        request.method if request.method in _METHODS else "-",
        rule,
        response.status_code,
        milliseconds,
        reference(),
        outage,
    )
    return response


def init_app(app: Flask) -> None:
    """Give each request a reference, and each response its headers and log line."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger("training")
    if not root.handlers:
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False
    app.before_request(_begin)
    app.after_request(_finish)
