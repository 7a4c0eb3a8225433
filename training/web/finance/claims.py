"""Claims: the list, the proposal of a payment with its evidence, the page, and the evidence file."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from training.domain.common.refusals import Refusal
from training.domain.finance import claims as rules
from training.domain.finance import evidence as evidence_rules
from training.domain.finance import payment_warnings
from training.domain.finance.refusals import AlikePayment, EvidenceUsed, OverCommitment
from training.forms.common.widgets import Choice
from training.forms.finance.claims import AttachEvidenceForm, ClaimFilter, ClaimForm, LineFields
from training.kit.clock import today
from training.kit.db import transaction
from training.kit.money import Currency
from training.models.finance.claims import Claim, Evidence
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import Programme
from training.policy.matrix import Permission
from training.queries.common.paging import Page
from training.queries.finance import claims, programmes
from training.web.common.filters import commitment_text, month, title
from training.web.common.guard import actor, may, needs
from training.web.common.labels import choices, refuse, words_for
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.uploads import folder, saved, takes_file
from training.web.common.use_case import attempt
from training.web.finance.proposing import proposed

bp = Blueprint("claims", __name__)


def _offer(form: ClaimForm, programme_id: int) -> dict[str, Commitment]:
    """Fill the choices of the form: commitments that hold money, and currencies."""
    commitments = {one.public_id: one for one in claims.payable(programme_id, actor())}
    for line in form.lines():
        line.commitment.choices = [Choice(key, commitment_text(one)) for key, one in commitments.items()]
    form.currency.choices = [Choice(currency, currency) for currency in Currency]
    form.currency.data = form.currency.data or Currency.GBP
    return commitments


def _evidence(form: ClaimForm) -> Evidence | None:
    """Return the file of this attempt or an earlier one, stored at once so that no upload is lost.

    A file that another one replaces is deleted.
    """
    found = claims.own_upload(form.evidence.data, actor()) if form.evidence.data else None
    if form.file.data:
        with attempt(form):
            kept = evidence_rules.keep(form.file.data.stream, folder(), actor())
            form.evidence.data = kept.public_id
            if found:
                evidence_rules.discard(found, folder(), actor())
            found = kept
    if form.evidence.data and (found is None or not evidence_rules.is_here(found, folder())):
        found = None
        form.refuse(_("The file is no longer here: choose it again"), "file")
        form.evidence.data = ""
    return found


def _refuse(form: ClaimForm, refusal: Refusal) -> None:
    """Show a refusal at its field; a file used by another claim is not offered again."""
    if isinstance(refusal, EvidenceUsed):
        form.evidence.data = ""
    if refusal.place is None:
        refuse(form, refusal)
    else:
        form.refuse(words_for(refusal), form.filled()[refusal.place].amount.name)


def _short(form: ClaimForm, refusal: Refusal) -> LineFields | None:
    """Return the line whose commitment holds too little, if that is the reason of the refusal."""
    is_short = isinstance(refusal, OverCommitment) and refusal.place is not None
    return form.filled()[refusal.place or 0] if is_short else None


@bp.route("/programmes/<public_id>/claims/new", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Programme)
@takes_file
@makes
def new(programme: Programme) -> ResponseReturnValue:
    """Propose a payment of commitments or parts of them."""
    form = ClaimForm()
    if not form.is_submitted():
        form["commitment_1"].data = request.args.get("commitment")
    commitments = _offer(form, programme.id)
    short = None
    is_valid = form.validate_on_submit()
    alike: list[str] = []
    evidence = _evidence(form) if form.is_submitted() else None
    if is_valid and not form.field_errors:
        try:
            with transaction():
                claim = rules.propose(
                    form.payment(evidence),
                    form.claim_lines(commitments),
                    form.purpose.data or "",
                    form.key.data or "",
                    actor(),
                    today(),
                )
                made(url_for(".show", public_id=claim.public_id))
        except Refusal as refusal:
            _refuse(form, refusal)
            short = _short(form, refusal)
            alike = refusal.claims if isinstance(refusal, AlikePayment) else []
            evidence = evidence if form.evidence.data else None
        else:
            return proposed(url_for(".show", public_id=claim.public_id))
    return render_template(
        "finance/claims/new.html", form=form, programme=programme, evidence=evidence, short=short, alike=alike
    )


def asked(typed: MultiDict[str, str]) -> tuple[ClaimFilter, claims.ClaimSearch | None]:
    """Return the filter form and its search; None if it is invalid."""
    form = ClaimFilter(typed)
    within = {row.Programme.public_id: row.Programme for row in programmes.list_for(actor())}
    form.programme.choices = [Choice(key, title(one)) for key, one in within.items()]
    months = {f"{day:%Y-%m}": day for day in claims.months_with_claims(actor())}
    form.month.choices = [Choice(key, month(day)) for key, day in months.items()]
    form.state.choices = choices(claims.ClaimState)
    if not form.validate():
        return form, None
    programme = within.get(form.programme.data or "")
    return form, claims.ClaimSearch(
        programme.id if programme else None,
        months.get(form.month.data or ""),
        claims.ClaimState(form.state.data) if form.state.data else None,
        claims.payees_like(form.payee.data, actor()) if form.payee.data else None,
    )


@bp.get("/claims")
@needs(Permission.SEE_MONEY)
def index() -> ResponseReturnValue:
    """List the claims, newest payment first; the payee is never read from the URL."""
    kept = {name: text for name, text in request.args.items() if name != "payee"}
    return _listed(*asked(MultiDict(kept)))


@bp.post("/claims")
@needs(Permission.SEE_MONEY)
def search() -> ResponseReturnValue:
    """List the claims of matching payees; without a name, redirect to the list with the rest in its URL."""
    form, search_ = asked(request.form)
    if search_ and not search_.payees:
        return redirect(url_for(".index", **form.kept()))
    return _listed(form, search_)


def _listed(form: ClaimFilter, search_: claims.ClaimSearch | None) -> ResponseReturnValue:
    page = claims.claims_page(search_, cut(), actor()) if search_ else Page[claims.ClaimRow]([], "", "")
    return render_template(
        "finance/claims/index.html",
        form=form,
        page=page,
        pager=pager(page),
        is_cut=bool(search_ and search_.payees and search_.payees.is_cut),
    )


@bp.get("/claims/<public_id>")
@needs(Permission.SEE_MONEY, on=Claim, offers=(Permission.SEE_EVIDENCE, Permission.PROPOSE_MONEY))
def show(claim: Claim) -> ResponseReturnValue:
    """Show a claim: lines, rate, evidence, decision."""
    page = claims.claim_page(claim, actor())
    return render_template(
        "finance/claims/show.html",
        page=page,
        review=payment_warnings.review([page.claim], folder())[claim.id],
        may_see_file=may(Permission.SEE_EVIDENCE),
        may_attach=may(Permission.PROPOSE_MONEY),
    )


def _attached(form: AttachEvidenceForm, claim: Claim) -> bool:
    """Attach the uploaded file; one that a rule refuses is deleted at once."""
    with attempt(form) as step:
        kept = evidence_rules.keep(form.file.data.stream, folder(), actor())
    if step:
        with attempt(form) as step:
            evidence_rules.attach(claim, kept, actor())
            made(url_for(".show", public_id=claim.public_id))
        if not step:
            with transaction():
                evidence_rules.discard(kept, folder(), actor())
    return bool(step)


@bp.route("/claims/<public_id>/attach", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Claim)
@takes_file
@makes
def attach(claim: Claim) -> ResponseReturnValue:
    """Attach one more file of evidence to a claim."""
    form = AttachEvidenceForm()
    if form.validate_on_submit() and _attached(form, claim):
        flash(_("Evidence attached."))
        return redirect(url_for(".show", public_id=claim.public_id))
    return render_template("finance/claims/attach.html", form=form, claim=claim)


@bp.get("/evidence/<public_id>")
@needs(Permission.SEE_EVIDENCE, on=Evidence)
def evidence(evidence: Evidence) -> ResponseReturnValue:
    """Send the file."""
    return saved(evidence, f"evidence-{evidence.public_id}")
