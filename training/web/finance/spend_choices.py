"""Choices about the rows of a spend file: all of a group or ticked ones; money back; faulty rows as a file."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from training.domain.finance import spend_choices as rules
from training.domain.finance import spend_columns
from training.domain.finance import spend_uploads as uploads
from training.forms.common.widgets import Choice
from training.forms.finance.spend_uploads import MoneyBackForm, RowChoice, RowChoicesForm
from training.kit.clock import today
from training.kit.money import format_pounds
from training.kit.sheets import Column, Value
from training.models.finance.spend_uploads import RowGroup, RowOutcome, SpendBatch, SpendRow
from training.policy.matrix import Permission
from training.queries.common.paging import SIZE
from training.queries.finance import claims, spend_uploads
from training.web.common.downloads import SavedTable, file_of
from training.web.common.filters import commitment_text, long_date, payee, short_date, title_text, typed
from training.web.common.guard import actor, needs
from training.web.common.labels import word
from training.web.common.language import language
from training.web.common.sending import made, makes
from training.web.common.uploads import folder
from training.web.common.use_case import attempt
from training.web.finance.proposing import proposed

bp = Blueprint("spend_choices", __name__)


def row_choices(batch: SpendBatch) -> RowChoicesForm:
    """Return the form with the commitments and the other programmes that its user may choose."""
    form = RowChoicesForm()
    form.row.most = SIZE
    form.commitment.choices = [
        Choice(one.public_id, commitment_text(one)) for one in claims.payable(batch.programme_id, actor())
    ]
    form.programme.choices = [
        Choice(one.public_id, f"{title_text(one)} ({long_date(one.starts_on)} – {long_date(one.ends_on)})")
        for one in spend_uploads.other_programmes(batch, actor())
    ]
    return form


@bp.post("/spending/<public_id>/rows")
@needs(Permission.PROPOSE_MONEY, on=SpendBatch)
@makes
def choose(batch: SpendBatch) -> ResponseReturnValue:
    """Carry out a choice about the rows of a group, or about the ticked rows."""
    form = row_choices(batch)
    back = redirect(url_for("finance.spend_uploads.show", public_id=batch.public_id))
    if not form.validate():
        for error in form.field_errors:
            flash(error.text, "important")
        return back
    if form.choice.data == RowChoice.MOVE:
        return _move(batch, form) or back
    with attempt() as done:
        changed = _carry_out(batch, form)
    if done:
        flash(ngettext("%(num)s row was changed.", "%(num)s rows were changed.", changed))
    return back


def _carry_out(batch: SpendBatch, form: RowChoicesForm) -> int:
    choice, chosen = RowChoice(form.choice.data), form.chosen
    if choice is RowChoice.COMMIT:
        commitments = {one.public_id: one for one in claims.payable(batch.programme_id, actor())}
        return rules.commit_to(batch, chosen, commitments[form.commitment.data])
    if choice is RowChoice.ACCEPT:
        return rules.accept(batch, chosen, today())
    return rules.leave_out(batch, chosen) if choice is RowChoice.NOT_OURS else rules.take_in(batch, chosen)


def _move(batch: SpendBatch, form: RowChoicesForm) -> ResponseReturnValue | None:
    """Move rows to a file of another programme and lead to its columns; None if that was refused."""
    programmes = {one.public_id: one for one in spend_uploads.other_programmes(batch, actor())}
    with attempt() as done:
        moved = rules.move(batch, form.chosen, programmes[form.programme.data], folder(), actor())
        address = url_for("finance.spend_uploads.columns", public_id=moved.public_id)
        made(address)
    if not done:
        return None
    flash(_("The rows are a file of the other programme now. Choose its columns and its commitment."))
    return redirect(address)


@bp.route("/spending/<public_id>/rows/<int:number>/payment", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=SpendBatch)
@makes
def money_back(batch: SpendBatch, number: int) -> ResponseReturnValue:
    """Propose the money back of a row as part of an approved payment."""
    row = spend_uploads.row_of(batch, number, actor())
    if row is None or row.outcome is not RowOutcome.FAULTY or (row.amount or 0) >= 0:
        flash(_("The row has no money back that is still to be proposed."), "important")
        return redirect(url_for("finance.spend_uploads.show", public_id=batch.public_id))
    payments = {one.entry.public_id: one for one in spend_uploads.payments_of(batch, row, actor())}
    form = MoneyBackForm(reason=row.purpose or None)
    form.payment.choices = [Choice(key, _payment_text(one)) for key, one in payments.items()]
    if form.validate_on_submit():
        payment = payments[form.payment.data]
        with attempt(form) as done:
            entry = rules.give_back(
                batch, number, payment, form.reason.data or "", form.key.data or "", actor(), today()
            )
            made(url_for("oversight.entry_page.show", public_id=entry.public_id))
        if done:
            return proposed(url_for("oversight.entry_page.show", public_id=entry.public_id))
    return render_template("finance/spend_uploads/money_back.html", form=form, batch=batch, row=row, payments=payments)


def _payment_text(one: spend_uploads.PaymentLeft) -> Markup:
    """Return the option for a payment: payee, day, amount, what is left of it."""
    left = "" if one.left == one.entry.amount else _("%(left)s left of it", left=format_pounds(one.left))
    parts = [typed(payee(one.claim)), short_date(one.claim.paid_on), format_pounds(one.entry.amount), left]
    return Markup(", ").join(part for part in parts if part)


@bp.get("/spending/<public_id>/faulty.<kind>")
@needs(Permission.PROPOSE_MONEY, on=SpendBatch)
def faulty(batch: SpendBatch, kind: str) -> ResponseReturnValue:
    """Send the faulty rows as they were sent, each with its number and with what is wrong, to be corrected."""
    with attempt() as done:
        made = _faulty_table(batch)
    if done:
        return file_of(made, f"faulty-{batch.public_id}", kind)
    return redirect(url_for("finance.spend_uploads.show", public_id=batch.public_id))


def _faulty_table(batch: SpendBatch) -> SavedTable:
    """Return the faulty rows of a file that is not proposed yet. Raises BatchDecided, TableGone."""
    table, wrong = uploads.table_of(batch, folder()), spend_uploads.faulty_rows(batch, actor())
    nth = spend_columns.numbers_among_equals(spend_uploads.readable_rows(batch, actor()))
    headings = [*table.headings, _("Row"), _("What is wrong"), spend_columns.FORMAT.heading("nth", language().code)]
    rows: list[list[Value]] = [
        [*map(row.cell, range(len(table.headings))), row.number, _wrong(wrong[row.number]), nth.get(row.number)]
        for row in table.rows
        if row.number in wrong
    ]
    width = len(headings) if any(row[-1] for row in rows) else len(headings) - 1
    columns = [Column(str(heading)) for heading in headings[:width]]
    return SavedTable(str(_("Faulty rows")), columns, [row[:width] for row in rows])


def _wrong(row: SpendRow) -> str:
    """Return what is wrong with a row, with the text of its cell."""
    said = word(RowGroup.MONEY_BACK if row.fault is None or (row.amount or 0) < 0 else row.fault)
    return f"{said}: {row.cell}" if row.cell else said
