"""Spend files: upload, choice of columns, preview, proposal and withdrawal of the rows."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.domain.common.refusals import Refusal
from training.domain.finance import spend_columns as columns_of
from training.domain.finance import spend_uploads as rules
from training.forms.common.widgets import Choice
from training.forms.finance.ledger import ReasonForm
from training.forms.finance.spend_uploads import ColumnsForm, ProposeRowsForm, SpendFileForm
from training.kit.clock import today
from training.kit.dates import DayOrder
from training.models.finance.programmes import Programme
from training.models.finance.spend_uploads import GROUPS, RowOutcome, SpendBatch, SpendBatchState
from training.policy.matrix import Permission
from training.queries.common.paging import Cursor
from training.queries.finance import claims, spend_uploads
from training.web.common import shown, table_import
from training.web.common.filters import commitment_text
from training.web.common.guard import actor, needs
from training.web.common.labels import choices, words_for
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.uploads import folder, name_of, takes_file
from training.web.common.use_case import attempt
from training.web.finance.spend_choices import row_choices

bp = Blueprint("spend_uploads", __name__)


@bp.route("/programmes/<public_id>/spending/new", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Programme)
@takes_file
@makes
def new(programme: Programme) -> ResponseReturnValue:
    """Upload a spend file; earlier ones are listed below."""
    form = SpendFileForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            batch = rules.read(form.file.data.stream, folder(), programme, actor(), name_of(form))
            made(url_for(".columns", public_id=batch.public_id))
        if done:
            return redirect(url_for(".columns", public_id=batch.public_id))
    recent = spend_uploads.recent(programme.id, actor())
    return render_template("finance/spend_uploads/new.html", form=form, programme=programme, recent=recent)


@bp.route("/spending/<public_id>/columns", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=SpendBatch)
def columns(batch: SpendBatch) -> ResponseReturnValue:
    """Choose the columns; until the rows are proposed, the choice can be changed without another upload."""
    page = spend_uploads.batch_page(batch, actor())
    try:
        table = rules.table_of(batch, folder())
    except Refusal as refusal:
        flash(words_for(refusal), "important")
        return redirect(url_for(".new", public_id=page.batch.programme.public_id))
    commitments = {one.public_id: one for one in claims.payable(batch.programme_id, actor())}
    places = columns_of.guess(table.headings, table.hidden)
    days = columns_of.days_of(table, places.get("date"))
    form = ColumnsForm()
    open_ones = [Choice(key, commitment_text(one)) for key, one in commitments.items()]
    form.offer(table.headings, places, open_ones, choices(DayOrder), days.order)
    if form.validate_on_submit():
        chosen = form.columns()
        reading = form.reading(columns_of.order_of(table, chosen.date))
        with attempt(form) as done:
            rules.preview(batch, table, chosen, commitments.get(form.otherwise.data or ""), today(), reading)
        if done:
            return redirect(url_for(".show", public_id=batch.public_id))
    return render_template(
        "finance/spend_uploads/columns.html",
        form=form,
        page=page,
        table=table,
        days=days,
        is_negative=columns_of.is_mostly_negative(table, places.get("amount")),
        commitments=commitments,
        sample=table.rows[: table_import.SAMPLE],
    )


@bp.get("/spending/<public_id>")
@needs(Permission.PROPOSE_MONEY, on=SpendBatch)
def show(batch: SpendBatch) -> ResponseReturnValue:
    """Show the planned or actual outcome of each row."""
    page = spend_uploads.batch_page(batch, actor())
    if not page.counts:
        return redirect(url_for(".columns", public_id=batch.public_id))
    form, group = table_import.row_filter(RowOutcome), GROUPS.get(request.args.get("group", ""))
    rows = spend_uploads.rows_of(batch, table_import.selected_outcome(form, RowOutcome), cut(), actor(), group)
    for claim in spend_uploads.claims_of_people(batch, actor(), {one.row.fingerprint for one in rows.rows} - {""}):
        shown.payee(claim)
    is_previewed = page.batch.state is SpendBatchState.PREVIEWED
    return render_template(
        "finance/spend_uploads/show.html",
        page=page,
        form=form,
        group=group,
        is_whole=not (group or form.outcome.data or cut() != Cursor()),
        rows=rows,
        pager=pager(rows),
        step=ProposeRowsForm() if is_previewed else None,
        choices=row_choices(batch) if is_previewed else None,
        alike=spend_uploads.alike_rows(batch) if is_previewed else {},
    )


@bp.post("/spending/<public_id>/propose")
@needs(Permission.PROPOSE_MONEY, on=SpendBatch)
@makes
def propose(batch: SpendBatch) -> ResponseReturnValue:
    """Propose a claim for each valid row."""
    form = ProposeRowsForm()
    with attempt() as done:
        proposed = rules.propose(batch, actor(), today(), **form.answers())
        made(url_for(".show", public_id=batch.public_id))
    if done:
        if proposed:
            rules.delete_table(batch, folder())
            message = ngettext("%(num)s claim was proposed.", "%(num)s claims were proposed.", proposed)
            flash(message + " " + _("Each takes effect when another person approves it."))
        else:
            flash(_("No row is new: every payment is there already, or its row is faulty."), "important")
    return redirect(url_for(".show", public_id=batch.public_id))


@bp.route("/spending/<public_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=SpendBatch)
def withdraw(batch: SpendBatch) -> ResponseReturnValue:
    """Withdraw the undecided claims of the file."""
    form = ReasonForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            result = rules.withdraw(batch, form.reason.data or "", actor())
        if done:
            message = ngettext("%(num)s claim was withdrawn.", "%(num)s claims were withdrawn.", result.withdrawn)
            if result.decided:
                message += " " + ngettext(
                    "%(num)s was decided and stays.", "%(num)s were decided and stay.", result.decided
                )
            flash(message)
            return redirect(url_for(".show", public_id=batch.public_id))
    return render_template(
        "finance/spend_uploads/withdraw.html", form=form, page=spend_uploads.batch_page(batch, actor())
    )
