"""The application, with a page of health that says what the application knows of the request."""

from flask import request

from training.app import create_app


def _seen() -> dict[str, str | None]:
    return {
        "address": request.remote_addr,
        "scheme": request.scheme,
        "host": request.host,
        "script": request.script_root,
        "path": request.path,
        "user": request.remote_user,
    }


app = create_app()
app.view_functions["identity.health.show"] = _seen
