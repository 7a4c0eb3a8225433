"""The application factory."""

import logging
from threading import Event

from flask import Flask

from training import cli, web
from training.config import Settings, SettingsError
from training.kit.db import engine_options
from training.kit.db import init_app as init_db
from training.kit.mail import init_app as init_mail
from training.kit.memory import keep_small
from training.kit.outages import describe, outage_of
from training.kit.resources import ROOT
from training.policy import guard
from training.queries.identity import accounts
from training.work import queue

log = logging.getLogger("training.start")
_LARGEST_REQUEST = 1024 * 1024
_LARGEST_FORM = 500_000
"""Bytes of a form without its files."""
_MOST_FIELDS = 1_000
"""Twice what the page with the most boxes to tick sends."""


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application. Raises SettingsError, and RuntimeError when a route declares no permission."""
    settings = settings or Settings.from_environment()
    keep_small()
    app = Flask("training", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.from_mapping(
        SETTINGS=settings,
        TRAINING_MODE=settings.mode,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_ENGINES={"default": engine_options(settings.database_url)},
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        MAX_FORM_PARTS=_MOST_FIELDS,
        SESSION_COOKIE_NAME="__Host-session" if settings.has_secure_cookies else "session",
        SESSION_COOKIE_SECURE=settings.has_secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Sent at sign-in and on change only: ``last_seen_at`` of the sign-in records activity.
        SESSION_REFRESH_EACH_REQUEST=False,
        # The form token lives as long as the session, so that a slow connection does not lose a filled form.
        WTF_CSRF_TIME_LIMIT=None,
    )
    init_db(app)
    init_mail(app, settings.mail)
    guard.install()
    queue.init_app(app, settings)
    web.init_app(app, settings)
    cli.init_app(app)
    if settings.is_production:
        _refuse_demonstration(app)
    return app


def _refuse_demonstration(app: Flask) -> None:
    """Refuse to serve demonstration accounts: now, or before each request until the database answers.

    A worker that is replaced while the database is away has to start, or the whole server would stop.
    """
    try:
        with app.app_context():
            _check_accounts()
    except Exception as error:
        if outage_of(error) is None:
            raise
        log.warning("the accounts are looked at later, the database is away: %s", describe(error))
        _check_before_requests(app)


def _check_before_requests(app: Flask) -> None:
    answered = Event()

    @app.before_request
    def check() -> None:
        if not answered.is_set():
            _check_accounts()
            answered.set()


def _check_accounts() -> None:
    if accounts.has_demonstration_accounts():
        raise SettingsError("This database holds demonstration accounts: production needs one of its own.")
