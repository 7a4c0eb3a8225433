"""Build the blueprint of an area."""

from flask import Blueprint


def area(name: str, *pages: Blueprint) -> Blueprint:
    """Return the blueprint of the area ``name`` with its ``pages``; endpoints are named ``area.feature.view``."""
    whole = Blueprint(name, __name__)
    for page in pages:
        whole.register_blueprint(page)
    return whole
