"""The menu: the pages the reader may open."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from training.models.identity.actor import Actor
from training.policy.scopes import concerns_others, holds, sees_others
from training.web.common import guard


class Link(NamedTuple):
    """An entry of the menu."""

    text: str
    href: str
    current: str
    """``page`` for the page itself, ``true`` for a page that belongs to it, else empty."""


_MENU: tuple[tuple[str, LazyString], ...] = (
    ("oversight.home.show", _l("Home")),
    ("finance.programmes.index", _l("Programmes")),
    ("oversight.approvals.index", _l("Approvals")),
    ("courses.courses.index", _l("Courses")),
    ("courses.cohorts.index", _l("Cohorts")),
    ("courses.venues.index", _l("Venues")),
    ("identity.organisations.index", _l("Organisations")),
    ("people.people.index", _l("People")),
    ("admissions.vetting.index", _l("Vetting")),
    ("assurance.rights_assessments.index", _l("Rights assessments")),
    ("identity.directory.index", _l("Accounts")),
    ("identity.audit.index", _l("Audit")),
    ("identity.mail.index", _l("Outgoing mail")),
)

_SECTIONS: Mapping[str, str] = {
    "admissions.bulk_actions": "courses.cohorts.index",
    "admissions.deactivation": "people.people.index",
    "admissions.late_entries": "courses.cohorts.index",
    "admissions.nomination_uploads": "courses.cohorts.index",
    "admissions.nominations": "courses.cohorts.index",
    "admissions.roster_cards": "courses.cohorts.index",
    "admissions.seats": "courses.cohorts.index",
    "admissions.vetting_uploads": "admissions.vetting.index",
    "assurance.attachments": "assurance.rights_assessments.index",
    "courses.costs": "courses.cohorts.index",
    "courses.kit": "courses.venues.index",
    "courses.rooms": "courses.venues.index",
    "finance.budget_lines": "finance.programmes.index",
    "finance.ceilings": "finance.programmes.index",
    "finance.claims": "finance.programmes.index",
    "finance.commitments": "finance.programmes.index",
    "finance.ledger": "finance.programmes.index",
    "finance.projects": "finance.programmes.index",
    "finance.rates": "finance.programmes.index",
    "finance.spend_uploads": "finance.programmes.index",
    "finance.spend_choices": "finance.programmes.index",
    "finance.spending_plans": "finance.programmes.index",
    "finance.variances": "finance.programmes.index",
    "finance.year_end": "finance.programmes.index",
    "identity.grants": "identity.directory.index",
    "identity.invitations": "identity.directory.index",
    "oversight.cohort_page": "courses.cohorts.index",
    "oversight.entry_page": "finance.programmes.index",
    "oversight.person_page": "people.people.index",
    "oversight.unit_costs": "finance.programmes.index",
    "outcomes.completions": "courses.cohorts.index",
    "people.cards": "people.people.index",
    "people.duplicates": "people.people.index",
    "people.links": "people.people.index",
}
"""The entry of the menu to which the pages of a blueprint without one belong."""


_ABOUT_OTHERS = {"people.people.index"}
"""What is in the menu only for those who would find there more than themselves."""
_FOR_OTHERS = {"courses.courses.index", "identity.organisations.index"}
"""What everybody may read and is in the menu only for those who have to do with others."""


def entry_of(blueprint: str) -> str:
    """Return the endpoint of the entry of the menu to which the pages of a blueprint belong; empty if to none."""
    own = (endpoint for endpoint, _text in _MENU if endpoint.rpartition(".")[0] == blueprint)
    return _SECTIONS.get(blueprint) or next(own, "")


def _current(entry: str) -> str:
    """Return how an entry of the menu is marked on the page of this request."""
    if entry != entry_of(request.blueprint or ""):
        return ""
    return "page" if request.endpoint == entry else "true"


def may_open(endpoint: str, actor: Actor) -> bool:
    """Return whether the page at an endpoint without a record is for ``actor``."""
    declared = guard.declaration_of(current_app, endpoint)
    permission = declared.permission if declared else None
    if endpoint in _FOR_OTHERS and not concerns_others(actor):
        return False
    has = sees_others if endpoint in _ABOUT_OTHERS else holds
    return permission is None or has(actor, permission)


_ANY_ID = "public-id"


def addresses(endpoint: str, **query: Any) -> Callable[[str], str]:
    """Return a function that builds the address of a record at ``endpoint`` from its public id.

    For pages with many records: the routes are searched once. A public id has only letters and digits, so it needs no
    escaping.
    """
    before, after = url_for(endpoint, public_id=_ANY_ID, **query).split(_ANY_ID, 1)
    return lambda public_id: f"{before}{public_id}{after}"


def init_app(app: Flask) -> None:
    """Register ``navigation()`` and ``addresses()`` with templates."""

    def navigation() -> list[Link]:
        if not current_user.is_authenticated:
            return []
        actor = guard.actor()
        return [
            Link(str(text), url_for(endpoint), _current(endpoint))
            for endpoint, text in _MENU
            if may_open(endpoint, actor)
        ]

    def record_history() -> str:
        """Return the address of the trail of this page's record; empty without one, and for who may not read it."""
        public_id = (request.view_args or {}).get("public_id")
        reader = guard.known_reader()
        if not public_id or not reader or not may_open("identity.audit.index", reader.actor):
            return ""
        return url_for("identity.audit.index", subject=public_id)

    app.jinja_env.globals["record_history"] = record_history
    app.jinja_env.globals["navigation"] = navigation
    app.jinja_env.globals["addresses"] = addresses
