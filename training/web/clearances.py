"""Clearances from a spreadsheet: saving the queue as a table, sending it back, the preview, recording its rows."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.domain import cells, departures
from training.domain import clearances as rules
from training.domain.departures import Departure
from training.domain.refusals import Refusal
from training.forms.clearances import OUTCOMES, WORDS, ClearanceFileForm
from training.forms.cohorts import StepForm
from training.kit.clock import day_began, today
from training.kit.db import transaction
from training.models.vetting import ClearanceBatch
from training.policy.matrix import Permission
from training.queries import clearances, vetting
from training.queries.vetting import Queue
from training.web import people_tables
from training.web.exports import file_of
from training.web.guard import actor, needs
from training.web.language import language
from training.web.lists import cut, pager
from training.web.refusals import refuse
from training.web.steps import attempt
from training.web.uploads import takes_file

bp = Blueprint("clearances", __name__)


@bp.post("/vetting/queue.<kind>")
@needs(Permission.VET)
def save(kind: str) -> ResponseReturnValue:
    """Send the queue as a table to be filled in. It has names in it: the audit trail says who took it."""
    rows = vetting.all_of(Queue.WAITING, today(), actor())
    saved = file_of(people_tables.vetting_queue(rows), "vetting-queue", kind)
    with attempt() as done:
        departures.note(Departure.VETTING_QUEUE, len(rows), actor(), day_began())
    return saved if done else redirect(url_for("vetting.index"))


@bp.route("/vetting/spreadsheets/new", methods=["GET", "POST"])
@needs(Permission.VET)
@takes_file
def new() -> ResponseReturnValue:
    """Send a returned spreadsheet."""
    form = ClearanceFileForm()
    if form.validate_on_submit():
        try:
            table = cells.read_table(form.file.data.stream)
            if columns := form.columns(table.headings):
                with transaction():
                    batch = rules.preview(table, columns, OUTCOMES, actor(), today())
                return redirect(url_for(".show", public_id=batch.public_id))
        except Refusal as refusal:
            refuse(form, refusal)
    return render_template("clearances/new.html", form=form, taken=WORDS)


@bp.get("/vetting/spreadsheets/<public_id>")
@needs(Permission.VET, on=ClearanceBatch)
def show(batch: ClearanceBatch) -> ResponseReturnValue:
    """Show what will be recorded of each row."""
    page = clearances.batch_page(batch, actor())
    rows = clearances.rows_of(batch, cut(), actor())
    taken = [one for written in WORDS.values() for one in written[language().code]]
    return render_template(
        "clearances/show.html", page=page, rows=rows, pager=pager(rows), step=StepForm(), taken=taken
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
    return redirect(url_for("vetting.index"))
