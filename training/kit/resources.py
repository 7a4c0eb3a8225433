"""Where the files that are not code are: beside the package in a checkout, inside it when installed."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_BUNDLED = _PACKAGE / "_data"

ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent
"""The folder of ``templates``, ``migrations``, ``seed``, ``static`` and ``gunicorn.conf.py``."""

TRANSLATIONS = _PACKAGE / "translations"
"""The folder of the message catalogues."""
