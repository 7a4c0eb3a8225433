"""The application under test, in the test process with test settings."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from tests.support.secrets import DEMO_PASSWORD, SECRET
from training.app import create_app
from training.config import DEMO, Settings, rights_approval
from training.kit import memory
from training.kit.db import db


def settings_for(database_url: str) -> Settings:
    """Return the settings of an empty demonstration on the database."""
    return Settings(
        database_url=database_url,
        evidence_folder=Path(tempfile.gettempdir()) / "training-tests-evidence",
        queue_file=Path(tempfile.gettempdir()) / "training-tests-queue.sqlite",
        secret_key=SECRET,
        mode=DEMO,
        demo_password=DEMO_PASSWORD,
        wants_demo_data=False,
        has_secure_cookies=False,
        trusted_hosts=("localhost", "127.0.0.1"),
        proxy_hops=0,
        port=8000,
        rights_approval=rights_approval(),
    )


@contextmanager
def application(database_url: str) -> Iterator[Flask]:
    """Yield a new application on the database; close its connections after the block."""
    app = create_app(settings_for(database_url))
    app.testing = True
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


@contextmanager
def shared_application(database_url: str) -> Iterator[Flask]:
    """Yield this process's shared application for the address; restore what a test changes of it.

    Its routes, templates and statements are already compiled, which saves three quarters of the time of a short test.
    """
    app = _started(database_url)
    parts: tuple[dict[str, Any], ...] = (vars(app), app.config, app.extensions, app.view_functions)
    before = [dict(part) for part in parts]
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
        for part, kept in zip(parts, before, strict=True):
            part.clear()
            part.update(kept)


@cache
def _started(database_url: str) -> Flask:
    app = create_app(settings_for(database_url))
    app.testing = True
    with app.app_context():
        db.engine.update_execution_options(compiled_cache={})  # no bound: a run has the statements of every page
    memory.settle()  # as a worker of the server does
    return app
