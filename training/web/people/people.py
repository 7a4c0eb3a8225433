"""The register of people: list, search, register, correct, transfer, reactivate."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.identity import own_record
from training.domain.people import duplicates
from training.domain.people import people as rules
from training.forms.common.widgets import Choice
from training.forms.people.cards import CardsForm
from training.forms.people.people import (
    NewPersonForm,
    PeopleFilter,
    PersonForm,
    PersonTransferForm,
    SearchForm,
)
from training.kit.clock import today
from training.models.identity.organisations import Organisation
from training.models.people.people import Person, Sex, SpokenLanguage
from training.policy.matrix import Permission
from training.policy.scopes import sees_others
from training.queries.common import records
from training.queries.people import matching, people
from training.web.common import shown
from training.web.common.filters import name
from training.web.common.guard import actor, may, needs
from training.web.common.labels import choices
from training.web.common.lists import Pager, are_all_ticked, cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("people", __name__)


@bp.get("/people")
@needs(Permission.SEE_PERSON, offers=(Permission.EDIT_PERSON, Permission.PRINT_CARDS))
def index() -> ResponseReturnValue:
    """List the people."""
    filtered, selection = filter_form()
    page = people.page_of(cut(), selection, actor())
    number = page.rows[0].number if page.rows else 0
    return _listed(SearchForm(), filtered, [row.Person for row in page.rows], pager(page), number=number)


def filter_form() -> tuple[PeopleFilter, people.PeopleSelection]:
    """Return the filter form of the request, and the selection it makes."""
    form = PeopleFilter(request.args)
    organisations = {one.public_id: one for one in people.organisations_in_sight(actor())}
    form.organisation.choices = [Choice(key, name(one)) for key, one in organisations.items()]
    form.here_as.choices = choices(people.PersonKind)
    if not form.validate():
        return form, people.EVERYBODY
    organisation = organisations[form.organisation.data].id if form.organisation.data else None
    return form, people.PeopleSelection(
        organisation, people.PersonKind(form.here_as.data) if form.here_as.data else None
    )


@bp.post("/people")
@needs(Permission.SEE_PERSON, offers=(Permission.EDIT_PERSON, Permission.PRINT_CARDS))
def search() -> ResponseReturnValue:
    """List the people whose names match, within the filter."""
    form = SearchForm()
    filtered, selection = filter_form()
    if not form.validate():
        return _listed(form, filtered, [])
    found = people.search(form.words.data or "", actor(), selection)
    return _listed(form, filtered, found.people, has_more=found.has_more)


def _listed(
    form: SearchForm,
    filtered: PeopleFilter,
    found: people.People,
    pages: Pager | None = None,
    *,
    has_more: bool = False,
    number: int | None = None,
) -> ResponseReturnValue:
    return render_template(
        "people/people/index.html",
        form=form,
        filtered=filtered,
        place={key: value for key, value in filtered.data.items() if value},
        people=found,
        pager=pages,
        has_more=has_more,
        number=number,
        most_counted=people.MOST_COUNTED,
        cards=CardsForm(formdata=None) if may(Permission.PRINT_CARDS) else None,
        are_all_ticked=are_all_ticked(),
        may_register=may(Permission.EDIT_PERSON),
        may_export=sees_others(actor(), Permission.SEE_PERSON),
    )


@bp.get("/people/set-aside")
@needs(Permission.EDIT_PERSON)
def inactive() -> ResponseReturnValue:
    """List the inactive records."""
    page = people.inactive_page(cut(), actor())
    return render_template("people/people/inactive.html", people=[row.Person for row in page.rows], pager=pager(page))


def offer_choices(form: PersonForm) -> None:
    """Set the choices of the form."""
    form.sex.choices = choices(Sex)
    form.speaks.choices = choices(SpokenLanguage)


def offer_organisations(form: NewPersonForm) -> dict[str, Organisation]:
    """Set the choices to the organisations in which the actor may register people."""
    offer_choices(form)
    return _offer_organisations(form)


def _offer_organisations(form: NewPersonForm | PersonTransferForm) -> dict[str, Organisation]:
    organisations = {organisation.public_id: organisation for organisation in people.own_organisations(actor())}
    form.organisation.choices = [Choice(key, name(organisation)) for key, organisation in organisations.items()]
    return organisations


def alike(form: NewPersonForm, organisation: Organisation) -> list[matching.Candidate]:
    """Return possible matches of the person in the form; empty if the reader was shown them all before."""
    known = matching.alike(form.particulars(), organisation.id, actor())
    return [] if form.has_shown(one.person.public_id for one in known) else known


def register_from(form: NewPersonForm, organisation: Organisation) -> Person:
    """Register the person in the form, marked as different from all matches shown. Raises as the rules do."""
    person = rules.register(organisation.id, form.particulars(), actor())
    for other in records.find_each(Person, form.shown, actor(), Permission.EDIT_PERSON):
        if not own_record.is_own(other.id, actor()):  # whether it is the reader themselves is for somebody else to say
            duplicates.keep_apart(person, other, actor())
    return person


@bp.route("/people/new", methods=["GET", "POST"])
@needs(Permission.EDIT_PERSON)
@makes
def new() -> ResponseReturnValue:
    """Register a person; if there are possible matches, after showing them."""
    form = NewPersonForm()
    organisations = offer_organisations(form)
    known: list[matching.Candidate] = []
    if form.validate_on_submit():
        organisation = organisations[form.organisation.data or ""]
        known = alike(form, organisation)
        if not known:
            with attempt(form) as done:
                person = register_from(form, organisation)
                made(url_for("oversight.person_page.show", public_id=person.public_id))
            if done:
                flash(_("Registered."))
                return redirect(url_for("oversight.person_page.show", public_id=person.public_id))
    return render_template("people/people/new.html", form=form, alike=known)


@bp.route("/people/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.EDIT_PERSON, on=Person)
def edit(person: Person) -> ResponseReturnValue:
    """Correct a person's details."""
    shown.person(person)
    form = PersonForm(obj=person)
    offer_choices(form)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.correct(person, form.particulars(), actor())
        if done:
            flash(_("Saved."))
            return redirect(url_for("oversight.person_page.show", public_id=person.public_id))
    return render_template("people/people/edit.html", form=form, page=people.person_page(person, actor()))


@bp.route("/people/<public_id>/transfer", methods=["GET", "POST"])
@needs(Permission.EDIT_PERSON, on=Person)
@makes
def transfer(person: Person) -> ResponseReturnValue:
    """Transfer a person to another organisation in which the actor may register people."""
    form = PersonTransferForm()
    organisations = _offer_organisations(form)
    if form.validate_on_submit() and form.since.data:
        with attempt(form) as done:
            rules.transfer(person, organisations[form.organisation.data or ""], form.since.data, actor(), today())
            made(url_for("oversight.person_page.show", public_id=person.public_id))
        if done:
            flash(_("Transferred."))
            return redirect(url_for("oversight.person_page.show", public_id=person.public_id))
    return render_template("people/people/transfer.html", form=form, page=people.person_page(person, actor()))


@bp.post("/people/<public_id>/reactivate")
@needs(Permission.EDIT_PERSON, on=Person)
def reactivate(person: Person) -> ResponseReturnValue:
    """Reactivate a person."""
    address = url_for("oversight.person_page.show", public_id=person.public_id)
    with attempt() as done:
        rules.reactivate(person, actor())
    if done:
        flash(_("The record was reactivated."))
    return redirect(address)
