"""Clearances by spreadsheet: download the queue, upload it filled in, preview, record."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.domain.admissions import vetting_uploads as rules
from training.domain.common import table_import
from training.domain.common.refusals import Refusal
from training.domain.identity import export_limits
from training.domain.identity.export_limits import ExportEvent
from training.forms.admissions.vetting_uploads import OUTCOMES, WORDS, ClearanceFileForm
from training.forms.courses.cohorts import StepForm
from training.kit.clock import day_began, today
from training.kit.db import transaction
from training.models.admissions.vetting import ClearanceBatch
from training.policy.matrix import Permission
from training.queries.admissions import vetting, vetting_uploads
from training.queries.admissions.vetting import VettingQueue
from training.web.admissions import tables
from training.web.common.downloads import file_of
from training.web.common.guard import actor, needs
from training.web.common.labels import refuse
from training.web.common.language import language
from training.web.common.lists import cut, pager
from training.web.common.uploads import takes_file
from training.web.common.use_case import attempt

bp = Blueprint("vetting_uploads", __name__)


@bp.post("/vetting/queue.<kind>")
@needs(Permission.VET)
def save(kind: str) -> ResponseReturnValue:
    """Download the queue as a table to fill in. It contains names: the audit trail records the download."""
    rows = vetting.all_of(VettingQueue.WAITING, today(), actor())
    saved = file_of(tables.VETTING_QUEUE.file(rows), "vetting-queue", kind)
    with attempt() as done:
        export_limits.note(ExportEvent.VETTING_QUEUE, len(rows), actor(), day_began())
    return saved if done else redirect(url_for("admissions.vetting.index"))


@bp.route("/vetting/spreadsheets/new", methods=["GET", "POST"])
@needs(Permission.VET)
@takes_file
def new() -> ResponseReturnValue:
    """Upload a returned spreadsheet."""
    form = ClearanceFileForm()
    if form.validate_on_submit():
        try:
            table = table_import.find_table(form.file.data.stream, rules.FORMAT)
            columns = rules.ClearanceColumns(**rules.FORMAT.find(table.headings, rules.not_read(table)))
            with transaction():
                batch = rules.preview(table, columns, OUTCOMES, actor(), today())
            return redirect(url_for(".show", public_id=batch.public_id))
        except Refusal as refusal:
            refuse(form, refusal)
    return render_template("admissions/vetting_uploads/new.html", form=form, taken=WORDS)


@bp.get("/vetting/spreadsheets/<public_id>")
@needs(Permission.VET, on=ClearanceBatch)
def show(batch: ClearanceBatch) -> ResponseReturnValue:
    """Show the outcome of each row before recording."""
    counts = vetting_uploads.BATCHES.counts(batch.id)
    rows = vetting_uploads.rows_of(batch, cut(), actor())
    taken = [one for written in WORDS.values() for one in written[language().code]]
    return render_template(
        "admissions/vetting_uploads/show.html",
        batch=batch,
        counts=counts,
        rows=rows,
        pager=pager(rows),
        step=StepForm(),
        taken=taken,
    )


@bp.post("/vetting/spreadsheets/<public_id>/record")
@needs(Permission.VET, on=ClearanceBatch)
def record(batch: ClearanceBatch) -> ResponseReturnValue:
    """Record the good rows."""
    with attempt() as done:
        recorded = rules.record(batch, actor())
    if not done:
        return redirect(url_for(".show", public_id=batch.public_id))
    if recorded:
        flash(ngettext("%(num)s decision was recorded.", "%(num)s decisions were recorded.", recorded))
    else:
        flash(_("No row is new: every decision is there already, or its row is faulty."), "important")
    return redirect(url_for("admissions.vetting.index"))
