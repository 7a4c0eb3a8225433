"""The approver's inbox: what waits for a decision, and deciding about several proposals at once."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain import approvals
from training.domain.approvals import Effects
from training.domain.refusals import OwnProposal, Refusal
from training.forms.approvals import DecisionForm
from training.kit.clock import today
from training.kit.db import transaction
from training.models.ledger import LedgerEntry, Outcome
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries import ledger
from training.queries.ledger import Bundle
from training.queries.paging import Cut
from training.web.guard import actor, needs
from training.web.lists import are_all_ticked, cut, pager, place
from training.web.refusals import words_for

bp = Blueprint("approvals", __name__)


@dataclass(frozen=True)
class Waiting:
    """A proposal that waits, with what its approval would do; ``why_not`` where that cannot be any more."""

    bundle: Bundle
    effects: Effects | None
    why_not: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a chosen proposal; ``why_not`` where it was not decided."""

    bundle: Bundle | None
    outcome: Outcome
    why_not: str


@bp.route("/approvals", methods=["GET", "POST"])
@needs(Permission.APPROVE_MONEY)
def index() -> ResponseReturnValue:
    """List the proposals that wait, the oldest first, and decide about the chosen ones, each on its own."""
    form = DecisionForm()
    results = _decide_chosen(form) if form.validate_on_submit() else []
    if results and not any(result.why_not for result in results):
        form = DecisionForm(formdata=None)
    page = ledger.waiting(cut(), actor())
    if not page.rows:  # all of this page may just have been decided
        page = ledger.waiting(Cut(), actor())
    return render_template(
        "approvals/index.html",
        form=form,
        results=results,
        rows=[foreseen(bundle) for bundle in page.rows],
        pager=pager(page),
        place=place(),
        are_all_ticked=are_all_ticked() and not form.is_submitted(),
        me=actor().user_id,
        own=words_for(OwnProposal()),
        may_see_file=holds(actor(), Permission.SEE_EVIDENCE),
    )


def foreseen(bundle: Bundle) -> Waiting:
    """Return a proposal with what its approval would do today."""
    try:
        effects = approvals.effects(bundle.entries, bundle.undone)
    except Refusal as refusal:
        return Waiting(bundle, None, words_for(refusal))
    return Waiting(bundle, effects)


def _decide_chosen(form: DecisionForm) -> list[Result]:
    """Decide about each chosen proposal in its own transaction: one that no longer fits does not hold back the rest."""
    entries = ledger.to_decide(form.names, actor())
    why_not = {name: _decide(entries.get(name), form) for name in form.names}
    bundles = ledger.bundles(form.names, actor())
    return [Result(bundles.get(name), form.outcome, words) for name, words in why_not.items()]


def _decide(entry: LedgerEntry | None, form: DecisionForm) -> str:
    """Decide about one proposal; return why that cannot be, or nothing."""
    if entry is None:
        unknown: str = _("There is no such proposal")
        return unknown
    try:
        with transaction():
            if form.outcome is Outcome.APPROVED:
                approvals.approve(entry, actor(), today())
            else:
                approvals.refuse(entry, form.reason.data or "", actor())
    except Refusal as refusal:
        return words_for(refusal)
    return ""
