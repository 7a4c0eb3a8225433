"""The web room: requests, sessions, redirects, wording. One package per area; ``common`` is what all pages need."""

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from training.config import Settings
from training.kit.ids import new_token
from training.web import admissions, assurance, courses, finance, identity, outcomes, oversight, people
from training.web.common import (
    assets,
    errors,
    filters,
    guard,
    labels,
    language,
    logs,
    navigation,
    reading,
    tables,
    uploads,
)
from training.web.identity import letters

_csrf = CSRFProtect()
_AREAS = (identity, people, finance, courses, assurance, admissions, outcomes, oversight)
_WITH_TABLES = (people, finance, courses, assurance, admissions, oversight)


def init_app(app: Flask, settings: Settings) -> None:
    """Attach pages, gate, errors, languages and static files. Raises RuntimeError for an undeclared endpoint."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["new_token"] = new_token
    uploads.init_app(app)
    logs.init_app(app)
    # After the log: it reads the body, and a form that is refused there has a reference and a time too.
    _csrf.init_app(app)
    uploads.count_uploads(app)  # a forged form uses up nobody's limit
    for part in (guard, language, filters, navigation, errors, reading):
        part.init_app(app)
    labels.init_app(app, *(area.LABELS for area in _AREAS))
    tables.init_app(app, *(area.TABLES for area in _WITH_TABLES))
    app.register_blueprint(language.bp)
    for area in _AREAS:
        app.register_blueprint(area.bp)
    guard.check_declared(app)
    assets.init_app(app)
    letters.init_app(app)
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=settings.proxy_hops,
            x_proto=settings.proxy_hops,
            x_host=0,
        )
