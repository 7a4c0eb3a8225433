"""The approver's inbox: list undecided proposals, and decide several at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.common.refusals import Refusal
from training.domain.finance import payment_warnings
from training.domain.finance.decisions import Summary, summary
from training.domain.finance.payment_warnings import ClaimReview, PaymentWarning
from training.domain.finance.refusals import OwnProposal
from training.domain.oversight import approvals, opening
from training.domain.oversight.approvals import Effects
from training.forms.common.widgets import Choice
from training.forms.oversight.approvals import ApprovalsForm, InboxFilter
from training.kit.clock import today
from training.kit.db import transaction
from training.kit.money import format_pounds
from training.models.finance.ceilings import CeilingChange
from training.models.finance.ledger import Outcome
from training.policy.matrix import Permission
from training.queries.common.paging import Cursor
from training.queries.finance import bundles, ceilings, inbox
from training.queries.finance.bundles import Bundle
from training.queries.finance.inbox import InboxSelection, Parts
from training.web.common.filters import title, typed
from training.web.common.guard import actor, needs
from training.web.common.labels import words_for
from training.web.common.lists import are_all_ticked, cut, pager, place
from training.web.common.uploads import folder

bp = Blueprint("approvals", __name__)


@dataclass(frozen=True)
class Waiting:
    """An undecided proposal with the effects of its approval; ``why_not`` if it can no longer be approved.

    Claims have a ``review``, ``warnings`` are reasons to check it closely; ``effects`` are left out where many payments
    are shown with their joint effects.
    """

    bundle: Bundle
    review: ClaimReview | None
    warnings: list[PaymentWarning]
    effects: Effects | None = None
    why_not: str = ""

    @property
    def is_late(self) -> bool:
        """Whether its cohort was to begin already."""
        return opening.is_late(self.bundle.cohort, today())

    @property
    def summary(self) -> Summary:
        """The total of the proposal."""
        return summary(self.bundle)

    def is_ticked(self, *, are_all: bool, are_bare: bool) -> bool:
        """Return whether a link preselects it: never with a warning, except missing evidence if ``are_bare``."""
        return (are_all or are_bare) and set(self.warnings) <= ({PaymentWarning.NO_EVIDENCE} if are_bare else set())


@dataclass(frozen=True)
class Result:
    """The result of a chosen proposal; ``why_not`` if it was not decided."""

    bundle: Bundle | None
    outcome: Outcome
    why_not: str

    @property
    def summary(self) -> Summary | None:
        """The total of the proposal, if it exists."""
        return summary(self.bundle) if self.bundle else None


@bp.route("/approvals", methods=["GET", "POST"])
@needs(Permission.APPROVE_MONEY)
def index() -> ResponseReturnValue:
    """List the undecided proposals, oldest first, and decide the chosen ones one by one."""
    form = ApprovalsForm()
    form.chosen.most = inbox.PAYMENTS_ON_PAGE
    results = _decide_chosen(form) if form.validate_on_submit() else []
    if results and not any(result.why_not for result in results):
        form = ApprovalsForm(formdata=None)
    parts = inbox.parts_of_inbox(actor())
    filter_ = _filter(parts)
    selection = InboxSelection(**filter_.chosen())
    page = inbox.waiting(selection, cut(), actor())
    if not page.rows:  # all of this page may have just been decided
        page = inbox.waiting(selection, Cursor(), actor())
    file = next((one for one in parts.files if one.batch.public_id == selection.file), None)
    ticks = {"are_all": are_all_ticked(), "are_bare": are_all_ticked(_BARE)}
    return render_template(
        "oversight/approvals/index.html",
        form=form,
        filter=filter_,
        results=results,
        decided=[result for result in results if not result.why_not],
        file=file,
        together=approvals.effects_of_payments(inbox.pending_by_commitment(selection, actor())) if file else None,
        rows=_payments(page.rows) if file else foreseen(page.rows),
        ceilings=_ceilings(selection),
        pager=pager(page),
        place=place(),
        ticks={} if form.is_submitted() else ticks,
        bare=_BARE,
        me=actor().user_id,
        own=words_for(OwnProposal()),
    )


def _ceilings(selection: InboxSelection) -> list[CeilingChange]:
    """Return the changes of ceilings that wait, of the chosen programme and proposer; none beside a spend file."""
    return [
        change
        for change in ([] if selection.file else ceilings.waiting(actor()))
        if change.proposer
        and selection.programme in ("", change.programme.public_id)
        and selection.proposer in ("", change.proposer.public_id)
    ]


_BARE = "bare"
"""A URL value: preselect also payments whose only warning is missing evidence."""


def _filter(parts: Parts) -> InboxFilter:
    form = InboxFilter(request.args)
    form.programme.choices = [Choice(one.public_id, title(one)) for one in parts.programmes]
    form.proposer.choices = [Choice(one.public_id, typed(one.display_name)) for one in parts.proposers]
    form.file.choices = [Choice(one.batch.public_id, _file_option(one)) for one in parts.files]
    return form


def _file_option(file: inbox.WaitingFile) -> str:
    """Return the option for a spend file: its name, its id, the sum of what waits."""
    said = (file.batch.name, file.batch.public_id, format_pounds(file.pence))
    return typed(", ".join(part for part in said if part))


def foreseen(bundles: Sequence[Bundle]) -> list[Waiting]:
    """Return proposals with the effects of approving each of them alone today."""
    reviews = _reviews(bundles)
    return [_foreseen(bundle, reviews) for bundle in bundles]


def _foreseen(bundle: Bundle, reviews: Mapping[int, ClaimReview]) -> Waiting:
    review = reviews.get(bundle.first.claim_id or 0)
    try:
        effects = approvals.effects(bundle.entries, bundle.undone)
    except Refusal as refusal:
        return Waiting(bundle, review, approvals.warnings(review, has_room=False), None, words_for(refusal))
    return Waiting(bundle, review, approvals.warnings(review, has_room=effects.fit), effects)


def _payments(bundles: Sequence[Bundle]) -> list[Waiting]:
    """Return the payments of a spend file; a payment fits if there is room for it and all before it."""
    reviews = _reviews(bundles)
    no_room = approvals.without_room([bundle.first for bundle in bundles], actor())
    rows = []
    for bundle in bundles:
        review = reviews[bundle.first.claim_id or 0]
        rows.append(Waiting(bundle, review, approvals.warnings(review, has_room=bundle.first.id not in no_room)))
    return rows


def _reviews(bundles: Sequence[Bundle]) -> dict[int, ClaimReview]:
    claims = [bundle.first.claim for bundle in bundles if bundle.first.claim]
    return payment_warnings.review(claims, folder())


def _decide_chosen(form: ApprovalsForm) -> list[Result]:
    """Decide the chosen proposals in chunks, so that other writers are not blocked."""
    names, decision = form.names, approvals.BulkDecision(form.outcome, form.reason.data or "")
    why_not: dict[str, str] = {}
    for chunk in approvals.in_chunks(names):
        why_not |= _decide(chunk, decision)
    found = bundles.named(names, actor())
    return [Result(found.get(name), form.outcome, why_not.get(name, "")) for name in names]


def _decide(names: Sequence[str], decision: approvals.BulkDecision) -> dict[str, str]:
    """Decide proposals in one transaction; return the reasons of those not decided, by name."""
    with transaction():
        entries = inbox.to_decide(names, actor())
        refused = approvals.decide_each(list(entries.values()), decision, actor(), today())
    unknown = {name: _("There is no such proposal") for name in names if name not in entries}
    return unknown | {name: words_for(refusal) for name, refusal in refused.items()}
