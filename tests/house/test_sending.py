"""Every form that makes something carries a key, so that it makes it once (ADR 28)."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

TEMPLATES = Path(__file__).parents[2] / "templates"

_STATE = "moves one record from a state that it has once"
_EDIT = "writes what one record holds: the same again is the same"
_READ = "only reads"
_SESSION = "concerns the session"

STEPS = {
    "admissions.bulk_actions.take": _STATE,
    "admissions.deactivation.deactivate": _STATE,
    "admissions.late_entries.approve": _STATE,
    "admissions.late_entries.refuse": _STATE,
    "admissions.late_entries.withdraw": _STATE,
    "admissions.nomination_uploads.commit": _STATE,
    "admissions.nomination_uploads.preview": _STATE,
    "admissions.nomination_uploads.undo": _STATE,
    "admissions.nominations.confirm": _STATE,
    "admissions.nominations.send_to_vetting": _STATE,
    "admissions.nominations.shortlist": _STATE,
    "admissions.nominations.turn_down": _STATE,
    "admissions.nominations.wait": _STATE,
    "admissions.nominations.withdraw": _STATE,
    "admissions.notifications.see": _STATE,
    "admissions.vetting_uploads.record": _STATE,
    "assurance.attachments.remove": _STATE,
    "assurance.rights_assessments.approve": _STATE,
    "assurance.rights_assessments.finish": _STATE,
    "assurance.rights_assessments.refuse": _STATE,
    "assurance.rights_assessments.submit": _STATE,
    "courses.cohorts.close": _STATE,
    "courses.kit.archive": _STATE,
    "courses.kit.unarchive": _STATE,
    "courses.rooms.archive": _STATE,
    "courses.rooms.unarchive": _STATE,
    "courses.venues.archive": _STATE,
    "courses.venues.unarchive": _STATE,
    "finance.ceilings.approve": _STATE,
    "finance.ceilings.refuse": _STATE,
    "finance.ceilings.withdraw": _STATE,
    "finance.spend_uploads.withdraw": _STATE,
    "identity.mail.send_again": _STATE,
    "identity.directory.disable": _STATE,
    "identity.directory.enable": _STATE,
    "identity.grants.confirm": _STATE,
    "identity.grants.decide": _STATE,
    "identity.grants.revoke": _STATE,
    "identity.invitations.end": _STATE,
    "identity.organisations.deactivate": _STATE,
    "identity.organisations.reactivate": _STATE,
    "identity.account_recovery.confirm": _STATE,
    "identity.account_recovery.reset": _STATE,
    "outcomes.completions.confirm": _STATE,
    "outcomes.completions.refuse": _STATE,
    "oversight.approvals.index": _STATE,
    "oversight.entry_page.approve": _STATE,
    "oversight.entry_page.refuse": _STATE,
    "oversight.entry_page.withdraw": _STATE,
    "people.cards.password": _STATE,
    "people.duplicates.doubt": _STATE,
    "people.duplicates.keep_apart": _STATE,
    "people.duplicates.undo": _STATE,
    "people.links.decide_for_account": _STATE,
    "people.links.decide_for_person": _STATE,
    "people.people.reactivate": _STATE,
    "admissions.nomination_uploads.agree": _EDIT,
    "admissions.nomination_uploads.answer": _EDIT,
    "admissions.nomination_uploads.columns": _EDIT,
    "admissions.nomination_uploads.organisations": _EDIT,
    "admissions.nomination_uploads.row": _EDIT,
    "admissions.nomination_uploads.whom": _EDIT,
    "admissions.seats.edit": _EDIT,
    "assurance.rights_assessments.edit": _EDIT,
    "courses.cohorts.edit": _EDIT,
    "courses.costs.edit": _EDIT,
    "courses.courses.costs": _EDIT,
    "courses.courses.edit": _EDIT,
    "courses.kit.edit": _EDIT,
    "courses.rooms.edit": _EDIT,
    "courses.venues.edit": _EDIT,
    "finance.commitments.reschedule": _EDIT,
    "finance.rates.load": _EDIT,
    "finance.spend_uploads.columns": _EDIT,
    "finance.spending_plans.edit": _EDIT,
    "identity.organisations.edit": _EDIT,
    "identity.organisations.move": _EDIT,
    "identity.own_account.password": _EDIT,
    "people.people.edit": _EDIT,
    "admissions.nomination_uploads.download": _READ,
    "admissions.nominations.nominate": _READ,
    "admissions.nominations.search": _READ,
    "admissions.vetting_uploads.save": _READ,
    "finance.claims.search": _READ,
    "oversight.exports.of_claims": _READ,
    "oversight.exports.of_people": _READ,
    "identity.directory.search": _READ,
    "people.people.search": _READ,
    "people.cards.enter": _SESSION,
    "identity.accounts.sign_in": _SESSION,
    "identity.accounts.sign_out": _SESSION,
    "identity.own_account.end_session": _SESSION,
    "language.choose": _SESSION,
}
"""The endpoints that take a form and make nothing new, each with the reason why the same form twice does no harm."""

WITHOUT_KEY = {
    "admissions/nominations/pass.html": "sends again what was asked about",
    "admissions/nominations/roster.html": "one form around the rows, whose buttons are steps",
    "common/components/chrome.html": "the language and leaving",
}
"""The templates with a form that has no key, each with the reason: what it is sent to is among ``STEPS``."""

_FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)


def _views(app: Flask) -> dict[str, Callable[..., Any]]:
    """Return the views that take a form, by endpoint."""
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    return {endpoint: app.view_functions[endpoint] for endpoint in taking}


def _says_made(view: Callable[..., Any]) -> bool:
    """Return whether a view says where its form leads to, itself or in a function of its module that it calls."""
    bare = inspect.unwrap(view)
    source, module = inspect.getsource(bare), inspect.getmodule(bare)
    called = [getattr(module, name, None) for name in re.findall(r"\b(_\w+)\(", source)]
    sources = [source, *(inspect.getsource(one) for one in called if inspect.isfunction(one))]
    return any(re.search(r"\bmade\(", one) for one in sources)


def test_form_makes_something_once_or_is_a_step_with_a_reason(sqlite_app: Flask) -> None:
    steps = {endpoint for endpoint, view in _views(sqlite_app).items() if not getattr(view, "makes", False)}
    assert sorted(steps ^ set(STEPS)) == []
    assert all(STEPS.values())


def test_view_that_makes_something_says_where_its_form_leads_to(sqlite_app: Flask) -> None:
    makes = {endpoint: view for endpoint, view in _views(sqlite_app).items() if getattr(view, "makes", False)}
    assert sorted(endpoint for endpoint, view in makes.items() if not _says_made(view)) == []


def test_every_form_of_a_template_carries_the_key_of_its_form() -> None:
    bare = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        for form in _FORM.findall(path.read_text(encoding="utf-8")):
            if "hidden_tag()" not in form and 'name="key"' not in form:
                bare.append(path.relative_to(TEMPLATES).as_posix())
    assert sorted(set(bare)) == sorted(WITHOUT_KEY)
