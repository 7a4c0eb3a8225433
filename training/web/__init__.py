"""The web room: requests, sessions, redirects, wording. One module per word, and what all pages need."""

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from training.config import Settings
from training.kit.ids import new_token
from training.web import (
    access,
    acts,
    approvals,
    assets,
    attachments,
    audit,
    batches,
    claims,
    clearances,
    cohorts,
    commitments,
    completions,
    courses,
    duplicates,
    errors,
    exports,
    filters,
    guard,
    health,
    home,
    imports,
    language,
    ledger,
    lines,
    logs,
    navigation,
    nominations,
    notices,
    organisations,
    people,
    plans,
    programmes,
    projects,
    rates,
    rights,
    seats,
    selections,
    unit_costs,
    uploads,
    variances,
    vetting,
    wording,
    year_end,
)

_csrf = CSRFProtect()
_PAGES = (
    access,
    approvals,
    attachments,
    audit,
    batches,
    claims,
    clearances,
    cohorts,
    commitments,
    completions,
    courses,
    duplicates,
    exports,
    health,
    home,
    imports,
    language,
    ledger,
    lines,
    nominations,
    notices,
    organisations,
    people,
    plans,
    programmes,
    projects,
    rates,
    rights,
    seats,
    selections,
    unit_costs,
    variances,
    vetting,
    year_end,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Attach pages, gate, errors, languages and static files. Raises RuntimeError for an undeclared endpoint."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["new_token"] = new_token
    uploads.init_app(app)
    logs.init_app(app)
    # After the log: it reads the body, and a form that is refused there has a reference and a time too.
    _csrf.init_app(app)
    for part in (guard, language, filters, wording, acts, navigation, errors):
        part.init_app(app)
    for page in _PAGES:
        app.register_blueprint(page.bp)
    guard.check_declared(app)
    assets.init_app(app)
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=settings.proxy_hops,
            x_proto=settings.proxy_hops,
            x_host=0,
        )
