"""Nominations: search and nominate, the roster, and each step to a seat."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from training.domain.admissions import nomination_path
from training.domain.admissions import nominations as rules
from training.domain.admissions.nomination_path import CoursePhase, SelectionStep
from training.domain.admissions.refusals import WaitingOvertaken
from training.forms.admissions.nominations import RosterFilter, SelectionForm
from training.forms.common.widgets import Choice
from training.forms.courses.cohorts import StepForm
from training.forms.finance.ledger import ReasonForm
from training.forms.people.people import NewPersonForm, SearchForm
from training.kit.clock import today
from training.models.admissions.nominations import Nomination
from training.models.courses.cohorts import Cohort
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.policy.scopes import roster_states
from training.queries.admissions import nominations
from training.queries.admissions.nominations import RosterRow, RosterSelection
from training.queries.common import records
from training.queries.common.paging import Cursor
from training.queries.courses import cohorts
from training.queries.people import people
from training.queries.people.matching import Candidate
from training.queries.people.people import SearchResult
from training.web.common.filters import name
from training.web.common.guard import actor, may, needs
from training.web.common.labels import word, words_for
from training.web.common.lists import are_all_ticked, cut, pager, place
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.people.people import alike, offer_organisations, register_from

bp = Blueprint("nominations", __name__)

_MOST_TICKED = 200

ROSTER_OFFERS = (Permission.SELECT_NOMINEES, Permission.NOMINATE, Permission.SEE_PERSON, Permission.PRINT_CARDS)
"""The permissions that decide which steps and states a roster offers."""


@bp.route("/cohorts/<public_id>/nominate", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=Cohort)
def nominate(cohort: Cohort) -> ResponseReturnValue:
    """Search for a person to nominate. The name is sent in the request body, never in the address."""
    form = SearchForm()
    chosen = records.find_each(Person, _ticked(), actor(), Permission.EDIT_PERSON)
    if not form.validate_on_submit():
        return _nominate_page(cohort, form, None, chosen)
    return _nominate_page(cohort, form, nominations.eligible(cohort.id, form.words.data or "", actor()), chosen)


def _ticked() -> list[str]:
    """Return the public ids of the people ticked on the page, each once, and no more than may be nominated at once."""
    return list(dict.fromkeys(request.form.getlist("person")))[:_MOST_TICKED]


def _nominate_page(
    cohort: Cohort,
    form: SearchForm,
    found: SearchResult | None,
    chosen: Sequence[Person],
    left: Sequence[tuple[Person, str]] = (),
) -> ResponseReturnValue:
    page = cohorts.cohort_head(cohort, actor())
    ticked = {person.id for person in chosen}
    return render_template(
        "admissions/nominations/nominate.html",
        form=form,
        page=page,
        chosen=people.with_organisations(ticked, actor()),
        found=[person for person in found.people if person.id not in ticked] if found else None,
        has_more=bool(found and found.has_more),
        left=left,
        takes_nominations=rules.takes_nominations(page.cohort, today()),
        has_begun=rules.has_begun(page.cohort, today()),
        is_past_last_day=rules.is_past_last_day(page.cohort, today()),
    )


@bp.post("/cohorts/<public_id>/nominate/chosen")
@needs(Permission.NOMINATE, on=Cohort)
@makes
def put_forward(cohort: Cohort) -> ResponseReturnValue:
    """Nominate the people ticked, and stay on the page; it says who was left out and why."""
    chosen = records.find_each(Person, _ticked(), actor(), Permission.EDIT_PERSON)
    if not chosen:
        if _ticked():
            abort(404)
        flash(_("Choose at least one person"), "important")
    left: list[tuple[Person, str]] = []
    with attempt() as done:
        refusals = rules.nominate_each(cohort, chosen, actor())
        left = [(one, words_for(refusal)) for one, refusal in zip(chosen, refusals, strict=True) if refusal]
        if len(left) < len(chosen):
            made(url_for(".nominate", public_id=cohort.public_id))
    if done and (number := len(chosen) - len(left)):
        many = ngettext("%(num)s person was nominated.", "%(num)s people were nominated.", number)
        flash(_("Nominated.") if number == 1 else many)
    if left or not done:
        return _nominate_page(cohort, SearchForm(formdata=None), None, chosen if not done else (), left)
    return redirect(url_for(".nominate", public_id=cohort.public_id))


@bp.route("/cohorts/<public_id>/nominate/new", methods=["GET", "POST"])
@needs(Permission.NOMINATE, on=Cohort)
@makes
def register(cohort: Cohort) -> ResponseReturnValue:
    """Register a new person and nominate them, both or neither; warn about similar names first."""
    form = NewPersonForm()
    organisations = offer_organisations(form)
    known: list[Candidate] = []
    if form.validate_on_submit():
        organisation = organisations[form.organisation.data or ""]
        known = alike(form, organisation)
        if not known:
            with attempt(form) as done:
                rules.nominate(cohort, register_from(form, organisation), actor())
                made(url_for(".roster", public_id=cohort.public_id))
            if done:
                flash(_("Registered and nominated."))
                return redirect(url_for(".roster", public_id=cohort.public_id))
    page = cohorts.cohort_head(cohort, actor())
    return render_template("admissions/nominations/register.html", form=form, page=page, alike=known)


@bp.get("/cohorts/<public_id>/roster")
@needs(Permission.SEE_ROSTER, on=Cohort, offers=ROSTER_OFFERS)
def roster(cohort: Cohort) -> ResponseReturnValue:
    """Show the nominees, and the next steps for each."""
    return roster_page(cohort, selection_form())


@bp.post("/cohorts/<public_id>/roster")
@needs(Permission.SEE_ROSTER, on=Cohort, offers=ROSTER_OFFERS)
def search(cohort: Cohort) -> ResponseReturnValue:
    """Show the nominees whose names match. The name is sent in the request body, never in the address."""
    return roster_page(cohort, selection_form(), SearchForm())


def selection_form() -> SelectionForm | None:
    """Return the form for a step with several nominees; None if the actor may take none."""
    steps = nomination_path.steps_of(may_select=may(Permission.SELECT_NOMINEES), may_withdraw=may(Permission.NOMINATE))
    form = SelectionForm()
    form.chosen.most = nominations.ROSTER_SIZE
    form.step.choices = [Choice(step.value, word(step)) for step in steps]
    return form if form.step.choices else None


def _read_filter(form: RosterFilter, cohort: Cohort) -> tuple[RosterSelection, int]:
    """Return the filter of the roster and the number of nominees it matches; fill its choices with their numbers."""
    organisations = nominations.roster_organisations(cohort.id, actor())
    form.organisation.choices = [
        Choice(one.public_id, Markup("{} ({})").format(name(one), number)) for one, number in organisations
    ]
    organisation = next((one.public_id for one, _n in organisations if one.public_id == form.organisation.data), "")
    if len(organisations) < 2:
        del form.organisation
    counts = nominations.roster_counts(cohort.id, organisation, actor())
    shown = roster_states(may_see_people=may(Permission.SEE_PERSON))
    form.state.choices = [Choice(state.value, f"{word(state)} ({counts.get(state, 0)})") for state in shown]
    state = next((one for one in shown if one == form.state.data), None)
    return RosterSelection(state, organisation), counts.get(state, 0) if state else sum(counts.values())


def roster_page(
    cohort: Cohort, selection: SelectionForm | None, search: SearchForm | None = None
) -> ResponseReturnValue:
    """Return a page of a roster, with the forms ``selection`` and ``search`` as submitted."""
    form = RosterFilter(request.args)
    shown_nominees, number = _read_filter(form, cohort)
    is_search = search is not None and search.validate()
    search = search or SearchForm(formdata=None)
    if is_search:
        shown_nominees = RosterSelection(words=search.words.data or "")
    found = nominations.roster(cohort.id, shown_nominees, Cursor() if is_search else cut(), actor())
    page = cohorts.cohort_head(cohort, actor())
    phase = _phase(page.cohort)
    if selection:
        selection.step.choices = [one for one in selection.step.choices if one.value not in phase.shuts]
    return render_template(
        "admissions/nominations/roster.html",
        page=page,
        takes_nominations=rules.takes_nominations(page.cohort, today()),
        is_past_last_day=rules.is_past_last_day(page.cohort, today()),
        form=form,
        search=search,
        selection=selection,
        rows=[(row, row.shows_state, _next_steps(row, phase)) for row in found.rows],
        phase=phase,
        reader=actor().user_id,
        pager=None if is_search else pager(found, "admissions.nominations.roster"),
        has_more=is_search and bool(found.next),
        place=place(),
        may_print_cards=may(Permission.PRINT_CARDS),
        are_all_ticked=are_all_ticked() and request.method == "GET",
        caption=ngettext("%(num)s nominee", "%(num)s nominees", len(found.rows) if is_search else number),
        today=today(),
    )


def _phase(cohort: Cohort) -> CoursePhase:
    return nomination_path.phase_of(cohort.starts_on, cohort.ends_on, today())


def _next_steps(row: RosterRow, phase: CoursePhase) -> tuple[SelectionStep, ...]:
    """Return the steps that the reader may take for a nominee."""
    return nomination_path.next_steps(
        row.nomination.state,
        may_select=row.may_select,
        may_withdraw=row.may_withdraw,
        is_claimed=row.completion.state is not None,
        phase=phase,
    )


@bp.get("/nominations/<public_id>")
@needs(Permission.SEE_NOMINATION, on=Nomination)
def show(nomination: Nomination) -> ResponseReturnValue:
    """Show a nomination and its steps, as far as the reader may see them."""
    page = nominations.nomination_steps(nomination, actor())
    return render_template("admissions/nominations/show.html", page=page, today=today())


def _take_step(nomination: Nomination, rule: Callable[..., None], message: str) -> ResponseReturnValue:
    """Take a step without a form, flash ``message``, and return to the page of the button."""
    roster = _roster_address(nomination)
    with attempt(asks=WaitingOvertaken) as done:
        rule(nomination, actor())
    if done:
        flash(message)
    return redirect(roster)


def _roster_address(nomination: Nomination) -> str:
    """Return the address of the nomination's roster, at the page that was shown."""
    return url_for(".roster", public_id=cohorts.public_id_of(nomination.cohort_id), **place())


@bp.post("/nominations/<public_id>/shortlist")
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def shortlist(nomination: Nomination) -> ResponseReturnValue:
    """Shortlist a nominee."""
    return _take_step(nomination, rules.shortlist, _("Shortlisted."))


@bp.post("/nominations/<public_id>/send-to-vetting")
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def send_to_vetting(nomination: Nomination) -> ResponseReturnValue:
    """Send a nominee to vetting."""
    return _take_step(nomination, rules.send_to_vetting, _("Sent to vetting."))


@bp.post("/nominations/<public_id>/confirm")
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def confirm(nomination: Nomination) -> ResponseReturnValue:
    """Give a cleared nominee a seat; ask first if others wait for it."""
    past = request.form.getlist("past")
    try:
        return _take_step(nomination, partial(rules.confirm, past=past), _("Seat confirmed."))
    except WaitingOvertaken as refusal:
        cohort = nominations.nomination_page(nomination, actor()).cohort
        return ask_to_pass(cohort, refusal, url_for(".confirm", public_id=nomination.public_id, **place()))


def ask_to_pass(
    cohort: Cohort, refusal: WaitingOvertaken, address: str, fields: Mapping[str, Sequence[str]] | None = None
) -> ResponseReturnValue:
    """Ask whether a seat shall go past those who wait and may have it; ``fields`` are sent again to ``address``."""
    shown = nominations.overtaken(refusal.waiting, actor())
    return render_template(
        "admissions/nominations/pass.html",
        page=cohorts.cohort_head(cohort, actor()),
        waiting=shown,
        hidden=len(refusal.waiting) - len(shown),
        address=address,
        fields={**(fields or {}), "past": refusal.waiting},
        place=place(),
    )


@bp.post("/nominations/<public_id>/wait")
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def wait(nomination: Nomination) -> ResponseReturnValue:
    """Put a cleared nominee on the waiting list."""
    return _take_step(nomination, rules.put_on_waiting_list, _("On the waiting list."))


@bp.route("/nominations/<public_id>/turn-down", methods=["GET", "POST"])
@needs(Permission.SELECT_NOMINEES, on=Nomination)
def turn_down(nomination: Nomination) -> ResponseReturnValue:
    """Turn down a nominee, with a reason that the nominating organisation reads."""
    form = ReasonForm()
    if form.validate_on_submit():
        roster = _roster_address(nomination)
        with attempt(form) as done:
            rules.turn_down(nomination, form.reason.data or "", actor())
        if done:
            flash(_("Turned down. The nominating organisation reads your reason."))
            return redirect(roster)
    page = nominations.nomination_page(nomination, actor())
    return render_template("admissions/nominations/turn_down.html", form=form, nomination=page)


@bp.route("/nominations/<public_id>/withdraw", methods=["GET", "POST"])
@needs(Permission.WITHDRAW_NOMINATION, on=Nomination)
def withdraw(nomination: Nomination) -> ResponseReturnValue:
    """Withdraw a nomination, after confirmation."""
    form = StepForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.withdraw(nomination, actor())
        if done:
            flash(_("Withdrawn."))
            return redirect(url_for("oversight.home.show"))
    page = nominations.nomination_page(nomination, actor())
    return render_template("admissions/nominations/withdraw.html", form=form, nomination=page)
