"""Claims: proposing a payment with its evidence, its page, and the file for those who may see it."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain import claims as rules
from training.domain import evidence as evidence_rules
from training.domain.refusals import EvidenceUsed, Refusal
from training.forms.claims import ClaimForm
from training.forms.widgets import Choice
from training.kit.clock import today
from training.kit.db import transaction
from training.kit.money import Currency
from training.models.claims import Claim, Evidence
from training.models.ledger import Commitment
from training.models.programmes import Programme
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries import claims, ledger
from training.web.filters import commitment_text
from training.web.guard import actor, needs
from training.web.proposing import proposed
from training.web.refusals import refuse, words_for
from training.web.steps import attempt
from training.web.uploads import folder, saved, takes_file

bp = Blueprint("claims", __name__)


def _offer(form: ClaimForm, programme_id: int) -> dict[str, Commitment]:
    """Fill the lists of the form: commitments that hold money, and currencies."""
    commitments = {one.public_id: one for one in claims.payable(programme_id, actor())}
    for line in form.lines():
        line.commitment.choices = [Choice(key, commitment_text(one)) for key, one in commitments.items()]
    form.currency.choices = [Choice(currency, currency) for currency in Currency]
    form.currency.data = form.currency.data or Currency.GBP
    return commitments


def _evidence(form: ClaimForm) -> Evidence | None:
    """Return the file that came with this try or an earlier one, kept at once so that no upload is lost."""
    if form.file.data:
        with attempt(form):
            kept = evidence_rules.keep(form.file.data.stream, folder(), actor())
            form.evidence.data = kept.public_id
    found = claims.own_upload(form.evidence.data, actor()) if form.evidence.data else None
    if form.evidence.data and found is None:
        form.refuse(_("The file is no longer here: choose it again"), "file")
        form.evidence.data = ""
    return found


def _refuse(form: ClaimForm, refusal: Refusal) -> None:
    """Show a refusal at the line that it is about; a file that another claim has is not offered again."""
    if isinstance(refusal, EvidenceUsed):
        form.evidence.data = ""
    if refusal.place is None:
        refuse(form, refusal)
    else:
        form.refuse(words_for(refusal), form.filled()[refusal.place].amount.name)


@bp.route("/programmes/<public_id>/claims/new", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Programme)
@takes_file
def new(programme: Programme) -> ResponseReturnValue:
    """Propose that commitments, or parts of them, were paid."""
    form = ClaimForm()
    if not form.is_submitted():
        form["commitment_1"].data = request.args.get("commitment")
    commitments = _offer(form, programme.id)
    is_valid = form.validate_on_submit()
    evidence = _evidence(form) if form.is_submitted() else None
    if is_valid and not form.field_errors:
        try:
            with transaction():
                entry = rules.propose(
                    form.payment(evidence),
                    form.claim_lines(commitments),
                    form.purpose.data or "",
                    form.key.data or "",
                    actor(),
                    today(),
                )
                claim = ledger.claim_by_key(entry.claim_id or 0)
        except Refusal as refusal:
            _refuse(form, refusal)
            evidence = evidence if form.evidence.data else None
        else:
            return proposed(url_for(".show", public_id=claim.public_id))
    return render_template("claims/new.html", form=form, programme=programme, evidence=evidence)


@bp.get("/claims/<public_id>")
@needs(Permission.SEE_MONEY, on=Claim)
def show(claim: Claim) -> ResponseReturnValue:
    """Show a claim: lines, rate, evidence, decision."""
    return render_template(
        "claims/show.html",
        page=claims.claim_page(claim, actor()),
        may_see_payee=holds(actor(), Permission.SEE_EVIDENCE),
        may_see_file=holds(actor(), Permission.SEE_EVIDENCE),
    )


@bp.get("/evidence/<public_id>")
@needs(Permission.SEE_EVIDENCE, on=Evidence)
def evidence(evidence: Evidence) -> ResponseReturnValue:
    """Send the file."""
    return saved(evidence.stored_as, evidence.kind, f"evidence-{evidence.public_id}")
