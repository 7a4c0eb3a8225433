"""The menu: the pages that the reader may open."""

from typing import NamedTuple

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from training.policy.scopes import holds
from training.web import guard


class Link(NamedTuple):
    """One entry of the menu."""

    text: str
    href: str
    current: bool


_MENU: tuple[tuple[str, LazyString], ...] = (
    ("home.show", _l("Home")),
    ("programmes.index", _l("Programmes")),
    ("approvals.index", _l("Approvals")),
    ("courses.index", _l("Courses")),
    ("cohorts.index", _l("Cohorts")),
    ("people.index", _l("People")),
    ("vetting.index", _l("Vetting")),
    ("rights.index", _l("Rights assessments")),
    ("audit.index", _l("Audit")),
)


def _may_open(app: Flask, endpoint: str) -> bool:
    declared = guard.declaration_of(app, endpoint)
    permission = declared.permission if declared else None
    return permission is None or holds(guard.actor(), permission)


def init_app(app: Flask) -> None:
    """Make ``navigation()`` known to the layout."""

    def navigation() -> list[Link]:
        if not current_user.is_authenticated:
            return []
        here = request.blueprint
        return [
            Link(str(text), url_for(endpoint), endpoint.split(".")[0] == here)
            for endpoint, text in _MENU
            if _may_open(app, endpoint)
        ]

    app.jinja_env.globals["navigation"] = navigation
