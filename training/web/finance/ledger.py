"""The entries of the ledger: list, reversal, and part of a payment that came back."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.domain.finance import proposals
from training.domain.finance.decisions import summary
from training.forms.finance.ledger import EntryFilter, ReasonForm, RefundForm
from training.kit.clock import today
from training.kit.money import Currency
from training.models.finance.ledger import EntryKind, LedgerEntry
from training.models.finance.programmes import Programme
from training.policy.matrix import Permission
from training.queries.finance import bundles, entries
from training.web.common.guard import actor, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.finance.proposing import proposed

bp = Blueprint("ledger", __name__)


@bp.get("/programmes/<public_id>/entries")
@needs(Permission.SEE_MONEY, on=Programme)
def index(programme: Programme) -> ResponseReturnValue:
    """List the entries of a programme, newest first."""
    form = EntryFilter(request.args)
    form.kind.choices = choices(EntryKind)
    kind = EntryKind(form.kind.data) if form.validate() and form.kind.data else None
    page = entries.page_of(programme.id, kind, cut(), actor())
    return render_template("finance/ledger/index.html", programme=programme, form=form, page=page, pager=pager(page))


@bp.route("/entries/<public_id>/reverse", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=LedgerEntry)
@makes
def reverse(entry: LedgerEntry) -> ResponseReturnValue:
    """Propose to reverse an approved entry, with a reason."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            reversal = proposals.propose_reversal(entry, form.reason.data or "", form.key.data or "", actor())
            made(url_for("oversight.entry_page.show", public_id=reversal.public_id))
        if done:
            return proposed(url_for("oversight.entry_page.show", public_id=reversal.public_id))
    page = bundles.entry_page(entry, actor())
    return render_template("finance/ledger/reverse.html", form=form, page=page, summary=summary(page.bundle))


@bp.route("/entries/<public_id>/refund", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=LedgerEntry)
@makes
def refund(entry: LedgerEntry) -> ResponseReturnValue:
    """Propose that part of an approved payment came back."""
    form = RefundForm()
    page = bundles.entry_page(entry, actor())
    currency = page.entry.claim.currency if page.entry.claim else Currency.GBP
    if form.is_submitted() and form.validate(currency=currency):
        with attempt(form) as done:
            back = proposals.propose_refund(
                entry, form.came_back(currency), form.reason.data or "", form.key.data or "", actor(), today()
            )
            address = url_for("oversight.entry_page.show", public_id=back.public_id)
            made(address)
        if done:
            return proposed(address)
    return render_template(
        "finance/ledger/refund.html", form=form, page=page, summary=summary(page.bundle), currency=currency
    )
