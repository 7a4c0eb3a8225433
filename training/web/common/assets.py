"""Static files: built, named by a hash of their content, compressed once, served by WhiteNoise."""

import json
from functools import cache
from wsgiref.headers import Headers

from flask import Flask, g
from markupsafe import Markup
from whitenoise import WhiteNoise

from training.kit.resources import ROOT

_STATIC = ROOT / "static"


@cache
def _manifest() -> dict[str, str]:
    path = _STATIC / "manifest.json"
    try:
        manifest: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RuntimeError("static/ was not built: run make install, or python tools/build_css.py") from None
    return manifest


def asset(name: str) -> str:
    """Return the URL of a built file, which changes with its content."""
    return f"/static/{_manifest()[name]}"


def script(name: str) -> Markup:
    """Return the element that loads a script, and allow scripts of our own on this page alone.

    A page works without it (ADR 33).
    """
    g.has_script = True
    return Markup('<script src="{}" defer></script>').format(asset(name))


def _protect(headers: Headers, _path: str, _url: str) -> None:
    """Disallow content sniffing and embedding by other sites (ASVS 3.4.4)."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def init_app(app: Flask) -> None:
    """Serve ``static/`` under ``/static/``; files named by content are cached permanently."""
    names = set(_manifest().values())
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=_STATIC,
        prefix="static",
        autorefresh=False,
        allow_all_origins=False,
        add_headers_function=_protect,
        immutable_file_test=lambda _path, url: url.removeprefix("/static/") in names,
    )
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["script"] = script
