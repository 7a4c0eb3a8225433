"""How an area adds its pages to the product."""

from flask import Blueprint


def area(name: str, *pages: Blueprint) -> Blueprint:
    """Return a blueprint that holds the ``pages`` of the area ``name``; endpoints read ``area.feature.view``."""
    whole = Blueprint(name, __name__)
    for page in pages:
        whole.register_blueprint(page)
    return whole
