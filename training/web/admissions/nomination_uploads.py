"""Nomination uploads: upload, map columns, preview, correct, commit, undo."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.admissions import nomination_upload_commit, row_corrections
from training.domain.admissions import nomination_uploads as rules
from training.domain.admissions.column_mapping import FORMAT, parse_languages, parse_sex
from training.domain.identity.reading import ExportEvent
from training.forms.admissions.nomination_uploads import (
    CommitForm,
    NomineeColumnsForm,
    NomineeFileForm,
    NomineeRowForm,
    WhomForm,
    meanings_form,
)
from training.forms.common.fields import version_of
from training.forms.common.table_import import RowFilter
from training.forms.common.widgets import Choice
from training.forms.courses.cohorts import StepForm
from training.kit.locale import LANGUAGES
from training.models.admissions.nomination_uploads import (
    NominationBatch,
    NominationBatchState,
    NominationRow,
    NomineeFault,
    NomineeOutcome,
    NomineeQuestion,
)
from training.models.courses.cohorts import Cohort
from training.models.identity.jobs import Job
from training.models.identity.organisations import Organisation
from training.models.people.people import Sex, SpokenLanguage
from training.policy.matrix import Permission
from training.queries.admissions import nomination_uploads
from training.queries.courses import cohorts
from training.web.admissions import tables
from training.web.admissions.labels import outcome_word
from training.web.common import shown, table_import
from training.web.common.downloads import file_of
from training.web.common.filters import name, person_line
from training.web.common.guard import actor, needs
from training.web.common.labels import choices, job_words, word
from training.web.common.lists import cut, pager
from training.web.common.reading import note_file
from training.web.common.sending import made, makes
from training.web.common.uploads import name_of, takes_file
from training.web.common.use_case import attempt
from training.work import queue

bp = Blueprint("nomination_uploads", __name__)

_MOST_NAMES = 50
"""Unknown organisation names asked about at once, most frequent first."""


def _nominating_organisations(cohort_id: int) -> tuple[dict[str, Organisation], list[Choice]]:
    """Return the organisations for which the actor may nominate, by public id and as choices."""
    organisations = {one.public_id: one for one in nomination_uploads.nominating_organisations(cohort_id, actor())}
    return organisations, [Choice(key, name(one)) for key, one in organisations.items()]


def _key(organisations: dict[str, Organisation], chosen: str | None) -> int | None:
    return organisations[chosen].id if chosen else None


def _start(job: Job) -> None:
    """Start a requested job."""
    queue.start(job.id, job.total)


def _to_page(batch: NominationBatch) -> ResponseReturnValue:
    return redirect(url_for("admissions.nomination_uploads.show", public_id=batch.public_id))


@bp.route("/cohorts/<public_id>/nominate/file", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=Cohort)
@takes_file
@makes
def new(cohort: Cohort) -> ResponseReturnValue:
    """Upload a file of names; earlier uploads are listed."""
    form = NomineeFileForm()
    organisations, form.organisation.choices = _nominating_organisations(cohort.id)
    if len(organisations) == 1 and not form.is_submitted():
        form.organisation.data = next(iter(organisations))
    if form.validate_on_submit():
        with attempt(form) as done:
            organisation_id = _key(organisations, form.organisation.data)
            sheet, called = form.sheet.data or "", name_of(form)
            batch = rules.read(form.file.data.stream, cohort, organisation_id, actor(), sheet, called)
            job = None if rules.must_ask_columns(batch) else rules.ask_preview(batch, actor())
            address = url_for(".show" if job else ".columns", public_id=batch.public_id)
            made(address)
        if done:
            if job:
                _start(job)
            return redirect(address)
    page = cohorts.cohort_page(cohort, actor())
    recent = nomination_uploads.recent(page.cohort.id, actor())
    return render_template(
        "admissions/nomination_uploads/new.html", form=form, page=page, recent=recent, languages=LANGUAGES.values()
    )


@bp.get("/nominations/template-<language>.<kind>")
@needs(Permission.NOMINATE)
def template(language: str, kind: str) -> ResponseReturnValue:
    """Download an empty table with accepted headings."""
    if language not in LANGUAGES:
        abort(404)
    made = tables.nominee_template(language)
    return file_of(made, f"nominations-{language}", kind, direction=LANGUAGES[language].direction)


@bp.route("/batches/<public_id>/columns", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=NominationBatch)
def columns(batch: NominationBatch) -> ResponseReturnValue:
    """Map the columns; possible until the commit."""
    page = nomination_uploads.batch_page(batch, actor())
    if not rules.KIND.is_open(page.batch):
        return _to_page(page.batch)
    form = NomineeColumnsForm()
    organisations, offered = _nominating_organisations(page.cohort.id)
    default = next((key for key, one in organisations.items() if one.id == page.batch.default_organisation_id), "")
    form.offer(page.batch.headings, page.batch.columns, offered, default)
    if not form.is_submitted():
        form.is_first_person.data = page.batch.is_first_person
    if form.validate_on_submit() and "show" not in request.form:
        with attempt(form) as done:
            organisation_id = _key(organisations, form.default.data)
            is_first_person = bool(form.is_first_person.data)
            job = rules.set_columns(batch, form.columns(), organisation_id, actor(), is_first_person=is_first_person)
        if done:
            _start(job)
            return _to_page(batch)
    sample = nomination_uploads.all_rows(batch, None, actor(), table_import.SAMPLE)
    shown.rows(batch, sample)
    chosen = form.columns() if form.is_submitted() and not form.errors else page.batch.columns
    return render_template(
        "admissions/nomination_uploads/columns.html",
        form=form,
        page=page,
        sample=sample,
        guessed=FORMAT.guess_joined(page.batch.headings, page.batch.hidden),
        results=[(row.number, rules.shown_texts(row, chosen)) for row in sample],
        is_short=rules.are_names_short(page.batch),
    )


@bp.get("/batches/<public_id>")
@needs(Permission.NOMINATE, on=NominationBatch)
def show(batch: NominationBatch) -> ResponseReturnValue:
    """Show the outcome of each row, or the progress of the job on them."""
    page = nomination_uploads.batch_page(batch, actor())
    if page.is_worked_on:
        return table_import.in_progress("admissions/nomination_uploads/working.html", page=page)
    if page.batch.state is NominationBatchState.READ and page.job is None:
        return redirect(url_for(".columns", public_id=page.batch.public_id))
    form = table_import.row_filter(NomineeOutcome, lambda one: outcome_word(one, page.batch.state))
    return _page(page, form, table_import.selected_outcome(form, NomineeOutcome), _commit_form(page))


def _commit_form(page: nomination_uploads.NominationUploadPage) -> CommitForm | None:
    if page.batch.state is not NominationBatchState.PREVIEWED:
        return None
    form = CommitForm()
    form.offer()
    if not rules.are_many_for(page.good, page.cohort.capacity):
        del form.are_many
    if not form.is_submitted():
        form.version.data, form.mode.data = str(page.batch.version), "good"
    return form


def _page(
    page: nomination_uploads.NominationUploadPage,
    form: RowFilter,
    outcome: NomineeOutcome | None,
    step: CommitForm | None,
) -> ResponseReturnValue:
    rows = nomination_uploads.rows_of(page.batch, outcome, cut(), actor())
    shown.rows(page.batch, rows.rows)
    return render_template(
        "admissions/nomination_uploads/show.html",
        page=page,
        form=form,
        rows=rows,
        outcome=outcome,
        texts={row.number: rules.shown_texts(row, page.batch.columns) for row in rows.rows},
        reason_of=tables.reason_of,
        unnamed=nomination_uploads.count_faulty(page.batch.id, NomineeFault.ORGANISATION_UNKNOWN) if step else 0,
        pager=pager(rows),
        step=step,
        failure=job_words(page.job),
        unread=_unread_headings(page.batch),
        joined=[(part, _headings(page.batch, some)) for part, some in page.batch.columns.items() if len(some) > 1],
        asked=nomination_uploads.count_questions(page.batch.id) if step else {},
    )


def _headings(batch: NominationBatch, places: Sequence[int]) -> list[str]:
    return [batch.headings[place] for place in places if place < len(batch.headings)]


def _unread_headings(batch: NominationBatch) -> list[str]:
    """Return the headings of the columns that are not read."""
    read = {place for places in batch.columns.values() for place in places}
    return [heading for place, heading in enumerate(batch.headings) if place not in read]


@bp.post("/batches/<public_id>/answer")
@needs(Permission.NOMINATE, on=NominationBatch)
def answer(batch: NominationBatch) -> ResponseReturnValue:
    """Answer a question with yes for all rows of the file."""
    question = next((one for one in NomineeQuestion if one == request.form.get("question")), None)
    if question is None:
        return _to_page(batch)
    with attempt() as done:
        job = rules.answer(batch, question, actor())
    if done:
        _start(job)
    return _to_page(batch)


@bp.post("/batches/<public_id>/rows/<int:number>/agree")
@needs(Permission.NOMINATE, on=NominationBatch)
def agree(batch: NominationBatch, number: int) -> ResponseReturnValue:
    """Answer every question about a row with yes."""
    found = _row(batch, number)
    with attempt() as done:
        row_corrections.agree(batch, found.number, actor())
    return _to_next_row(batch, number) if done else _to_page(batch)


@bp.post("/batches/<public_id>/preview")
@needs(Permission.NOMINATE, on=NominationBatch)
def preview(batch: NominationBatch) -> ResponseReturnValue:
    """Match the rows again."""
    with attempt() as done:
        job = rules.ask_preview(batch, actor())
    if done:
        _start(job)
    return _to_page(batch)


@bp.post("/batches/<public_id>/commit")
@needs(Permission.NOMINATE, on=NominationBatch)
def commit(batch: NominationBatch) -> ResponseReturnValue:
    """Nominate the good rows, or all rows or none."""
    form = CommitForm()
    form.offer()
    with attempt() as done:
        job = rules.ask_commit(
            batch,
            version_of(form.version),
            actor(),
            is_whole=form.mode.data == "whole",
            corrects=bool(form.corrects.data),
            is_meant=bool(form.are_many.data),
        )
    if done:
        _start(job)
        page = nomination_uploads.batch_page(batch, actor())
        if page.batch.state is NominationBatchState.COMMITTED:
            flash(_("Nominated."))
    return _to_page(batch)


@bp.route("/batches/<public_id>/undo", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=NominationBatch)
def undo(batch: NominationBatch) -> ResponseReturnValue:
    """Undo a batch, after confirmation."""
    form = StepForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            job = nomination_upload_commit.ask_undo(batch, actor())
        if done:
            _start(job)
            return _to_page(batch)
    return render_template(
        "admissions/nomination_uploads/undo.html", form=form, page=nomination_uploads.batch_page(batch, actor())
    )


@bp.route("/batches/<public_id>/organisations", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=NominationBatch)
def organisations(batch: NominationBatch) -> ResponseReturnValue:
    """Choose the organisations meant by unknown names, for all rows at once."""
    page = nomination_uploads.batch_page(batch, actor())
    names = dict(islice(rules.unknown_organisations(page.batch).items(), _MOST_NAMES))
    organisations, offered = _nominating_organisations(page.cohort.id)
    form = meanings_form(names, offered)
    if form.validate_on_submit():
        meanings = {name: organisations[key].id for name, key in form.meanings(names).items()}
        with attempt(form) as done:
            job = rules.set_meanings(batch, meanings, actor())
        if done:
            _start(job)
            return _to_page(batch)
    if not names or not rules.KIND.is_open(page.batch):
        return _to_page(batch)
    return render_template("admissions/nomination_uploads/organisations.html", form=form, page=page)


def _to_next_row(batch: NominationBatch, number: int, *, begins_anew: bool = True) -> ResponseReturnValue:
    """Redirect to the first row from ``number`` on that needs attention, within the reader's filter.

    After the last row wrap to the first, or without ``begins_anew`` return to the list: a reader who skips rows would
    otherwise go in circles.
    """
    outcome = table_import.previous_outcome(NomineeOutcome)
    place: dict[str, Any] = {"public_id": batch.public_id, "outcome": outcome}
    if outcome and outcome not in nomination_uploads.NEEDING:
        return redirect(url_for(".show", after=number - 1, **place))
    found = nomination_uploads.next_needing_attention(batch, number, outcome, actor())
    if found is None:
        flash(_("No rows of this kind are left to correct.") if outcome else _("No rows are left to correct."))
        return redirect(url_for(".show", **(place | {"outcome": None})))
    if found.number < number and not begins_anew:
        return redirect(url_for(".show", **place))
    endpoint = ".whom" if found.outcome is NomineeOutcome.POSSIBLE else ".row"
    return redirect(url_for(endpoint, number=found.number, **place))


@bp.get("/batches/<public_id>/rows/next")
@needs(Permission.NOMINATE, on=NominationBatch)
def next_row(batch: NominationBatch) -> ResponseReturnValue:
    """Go to the next row that needs attention, skipping the current one."""
    number = request.args.get("after", "")
    return _to_next_row(batch, int(number[:9]) + 1 if number.isdecimal() else 0, begins_anew=False)


def _row(batch: NominationBatch, number: int) -> NominationRow:
    found = nomination_uploads.find_row(batch, number, actor())
    if found is None:
        abort(404)
    shown.rows(batch, [found])
    return found


@bp.route("/batches/<public_id>/rows/<int:number>", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=NominationBatch)
def row(batch: NominationBatch, number: int) -> ResponseReturnValue:
    """Correct the texts of a row."""
    page, found = nomination_uploads.batch_page(batch, actor()), _row(batch, number)
    texts = rules.shown_texts(found, page.batch.columns)
    form = NomineeRowForm(
        data=texts | {"sex": parse_sex(texts.get("sex", "")), "speaks": parse_languages(texts.get("languages", ""))}
    )
    form.sex.choices, form.speaks.choices = choices(Sex), choices(SpokenLanguage)
    if form.validate_on_submit():
        with attempt(form) as done:
            row_corrections.correct(batch, number, form.texts(), actor())
        if done:
            return _to_next_row(batch, number)
    if found.fault and not form.is_submitted():
        form.refuse(tables.reason_of(found), form.field_of(found.part))
    unread = next((one for one in found.questions if one[1]), ["", "", ""])
    part = found.part.value if found.part else unread[1]
    said = texts.get(part, "")
    return render_template(
        "admissions/nomination_uploads/row.html",
        form=form,
        page=page,
        row=found,
        reason_of=tables.reason_of,
        part=part,
        said=said,
        outcome=table_import.previous_outcome(NomineeOutcome),
    )


@bp.route("/batches/<public_id>/rows/<int:number>/whom", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=NominationBatch)
def whom(batch: NominationBatch, number: int) -> ResponseReturnValue:
    """Choose the person a row means among the candidates."""
    page, found = nomination_uploads.batch_page(batch, actor()), _row(batch, number)
    meant = nomination_uploads.candidates_of(found, page.cohort.id, actor())
    people = {one.person.public_id: one.person for one in meant}
    alike = nomination_uploads.alike_rows(found, actor())
    shown.rows(batch, alike)
    form = WhomForm()
    form.offer([_person_choice(one) for one in meant], [one.number for one in alike])
    if found.person and not form.is_submitted():
        form.whom.data = found.person.public_id
    if form.validate_on_submit():
        same_as, chosen = form.row(), people.get(form.whom.data)
        with attempt(form) as done:
            if same_as is not None:
                row_corrections.choose_row(batch, number, same_as, actor())
            else:
                row_corrections.choose(batch, number, chosen, actor(), corrects=bool(form.corrects.data))
        if done:
            return _to_next_row(batch, number)
    rows = [(one, rules.texts_of(one, page.batch.columns)) for one in (found, *alike)]
    return render_template(
        "admissions/nomination_uploads/whom.html",
        form=form,
        page=page,
        row=found,
        rows=rows,
        meant=meant,
        outcome=table_import.previous_outcome(NomineeOutcome),
    )


def _person_choice(one: nomination_uploads.PossiblePerson) -> Choice:
    """Return a candidate as a choice, with a hint about its consequence."""
    hint = _("Nominated for this cohort already") if one.is_nominated else ""
    if reason := one.person.inactive_because:
        hint = _("Deactivated: %(reason)s. The record will be reactivated", reason=word(reason))
    return Choice(one.person.public_id, person_line(one.person), hint)


@bp.post("/batches/<public_id>/rows.<kind>")
@needs(Permission.NOMINATE, on=NominationBatch)
def download(batch: NominationBatch, kind: str) -> ResponseReturnValue:
    """Download the rows, with one outcome or all, as a table that can be corrected and uploaded again."""
    outcome = table_import.previous_outcome(NomineeOutcome)
    page = nomination_uploads.batch_page(batch, actor())
    rows = nomination_uploads.all_rows(page.batch, outcome, actor())
    made = tables.nominees(rows, page.batch.columns)
    people = [shown.row_key(page.batch, row) for row in rows]
    with attempt() as done:
        note_file(ExportEvent.NOMINEES, people)
    return file_of(made, f"rows-{page.batch.public_id}", kind) if done else _to_page(batch)
