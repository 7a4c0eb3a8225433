"""Budget lines: balances, and proposals to allocate and to commit."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from training.domain.finance import burn_down, proposals, variances
from training.domain.finance import programmes as programme_rules
from training.forms.common.widgets import Choice
from training.forms.finance.ledger import CommitmentForm, FundsTransferForm, ProposalForm, ReturnForm
from training.forms.finance.programmes import LineForm
from training.kit.clock import today
from training.models.finance.programmes import BudgetLine, LineCategory, Project
from training.policy.matrix import Permission
from training.queries.finance import entries, programmes
from training.web.common.filters import title
from training.web.common.guard import actor, may, needs
from training.web.common.labels import choices
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.finance.burn_down import chosen_period, picture
from training.web.finance.proposing import proposed

bp = Blueprint("budget_lines", __name__)


@bp.route("/projects/<public_id>/lines/new", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Project)
@makes
def new(project: Project) -> ResponseReturnValue:
    """Propose a budget line with its first allocation."""
    form = LineForm()
    form.category.choices = choices(LineCategory)
    if form.validate_on_submit():
        with attempt(form) as done:
            entry = programme_rules.propose_line(project, form.line(), form.proposal(), actor())
            made(url_for("oversight.entry_page.show", public_id=entry.public_id))
        if done:
            return proposed(url_for("oversight.entry_page.show", public_id=entry.public_id))
    return render_template("finance/budget_lines/new.html", form=form, project=programmes.project_by_key(project.id))


@bp.get("/lines/<public_id>")
@needs(Permission.SEE_MONEY, on=BudgetLine, offers=(Permission.PROPOSE_MONEY,))
def show(line: BudgetLine) -> ResponseReturnValue:
    """Show a line: balances, burn-down, commitments, entries."""
    page = programmes.line_page(line, actor())
    variance = variances.of_line(line.id, actor(), today())
    series = burn_down.of_line(line.id, actor(), today(), chosen_period())
    return render_template(
        "finance/budget_lines/show.html",
        page=page,
        chart=picture(series, whole=page.line.allocated, whole_label=_("Allocated")) if series else None,
        variance=variance,
        is_reason_due=variances.awaits_reason(variance),
        entries=entries.newest(entries.of_line(line.id), actor(), most=50),
        may_propose=may(Permission.PROPOSE_MONEY),
    )


@bp.route("/lines/<public_id>/allocate", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=BudgetLine)
@makes
def allocate(line: BudgetLine) -> ResponseReturnValue:
    """Propose a further allocation from the programme to this line."""
    form = ProposalForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            proposals.propose_allocation(line, form.proposal(), actor())
            made(url_for(".show", public_id=line.public_id))
        if done:
            return proposed(url_for(".show", public_id=line.public_id))
    return render_template("finance/budget_lines/allocate.html", form=form, page=programmes.line_page(line, actor()))


@bp.route("/lines/<public_id>/commit", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=BudgetLine)
@makes
def commit(line: BudgetLine) -> ResponseReturnValue:
    """Propose to reserve money of this line for a purchase."""
    form = CommitmentForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            proposals.propose_commitment(line, form.proposal(), form.expected(), actor())
            made(url_for(".show", public_id=line.public_id))
        if done:
            return proposed(url_for(".show", public_id=line.public_id))
    return render_template("finance/budget_lines/commit.html", form=form, page=programmes.line_page(line, actor()))


@bp.route("/lines/<public_id>/transfer", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=BudgetLine)
@makes
def transfer(line: BudgetLine) -> ResponseReturnValue:
    """Propose to move money from this line to another one of its programme."""
    form = FundsTransferForm()
    targets = programmes.other_lines(line, actor())
    form.target.choices = [Choice(key, _named(other)) for key, other in targets.items()]
    if form.validate_on_submit():
        with attempt(form) as done:
            proposals.propose_transfer(line, targets[form.target.data or ""], form.proposal(), actor())
            made(url_for(".show", public_id=line.public_id))
        if done:
            return proposed(url_for(".show", public_id=line.public_id))
    return render_template("finance/budget_lines/transfer.html", form=form, page=programmes.line_page(line, actor()))


def _named(line: BudgetLine) -> Markup:
    """Return a line's title with its project's, as titles of lines may repeat."""
    return Markup("{} ({})").format(title(line), title(line.project))


@bp.route("/lines/<public_id>/return", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=BudgetLine)
@makes
def give_back(line: BudgetLine) -> ResponseReturnValue:
    """Propose to return money from this line to its programme."""
    form = ReturnForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            proposals.propose_return(line, form.proposal(), actor())
            made(url_for(".show", public_id=line.public_id))
        if done:
            return proposed(url_for(".show", public_id=line.public_id))
    return render_template("finance/budget_lines/give_back.html", form=form, page=programmes.line_page(line, actor()))
