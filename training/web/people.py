"""The register of people: list, search, page, register, correct."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain import people as rules
from training.domain.refusals import Refusal
from training.forms.people import NewPersonForm, PersonForm, SearchForm
from training.forms.widgets import Choice
from training.kit.clock import today
from training.kit.db import transaction
from training.models.people import Organisation, Person, Sex
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries import people
from training.web.filters import name
from training.web.guard import actor, needs
from training.web.lists import cut, pager
from training.web.refusals import refuse
from training.web.wording import choices

bp = Blueprint("people", __name__)


@bp.get("/people")
@needs(Permission.SEE_PERSON)
def index() -> ResponseReturnValue:
    """List the people."""
    page = people.page_of(cut(), actor())
    return render_template(
        "people/index.html",
        form=SearchForm(),
        people=[row.Person for row in page.rows],
        pager=pager(page),
        has_more=False,
        may_register=holds(actor(), Permission.EDIT_PERSON),
    )


@bp.post("/people")
@needs(Permission.SEE_PERSON)
def search() -> ResponseReturnValue:
    """List the people whose names match."""
    form = SearchForm()
    if not form.validate():
        return index_with(form)
    found = people.search(form.words.data or "", actor())
    return render_template(
        "people/index.html",
        form=form,
        people=found.people,
        pager=None,
        has_more=found.has_more,
        may_register=holds(actor(), Permission.EDIT_PERSON),
    )


def index_with(form: SearchForm) -> ResponseReturnValue:
    """Show the search again with what is wrong with it."""
    may_register = holds(actor(), Permission.EDIT_PERSON)
    return render_template(
        "people/index.html", form=form, people=[], pager=None, has_more=False, may_register=may_register
    )


@bp.get("/people/<public_id>")
@needs(Permission.SEE_PERSON, on=Person)
def show(person: Person) -> ResponseReturnValue:
    """Show a person: particulars, clearance (outcome and expiry only), nominations."""
    return render_template("people/show.html", page=people.person_page(person, actor()), today=today())


def offer_organisations(form: NewPersonForm) -> dict[str, Organisation]:
    """Fill the form's list with the organisations in which the actor may register people."""
    bodies = {body.public_id: body for body in people.own_organisations(actor())}
    form.sex.choices = choices(Sex)
    form.organisation.choices = [Choice(key, name(body)) for key, body in bodies.items()]
    return bodies


@bp.route("/people/new", methods=["GET", "POST"])
@needs(Permission.EDIT_PERSON)
def new() -> ResponseReturnValue:
    """Register a person."""
    form = NewPersonForm()
    bodies = offer_organisations(form)
    if form.validate_on_submit():
        try:
            with transaction():
                body = bodies[form.organisation.data or ""]
                person = rules.register(body.id, form.particulars(), actor())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            flash(_("Registered."))
            return redirect(url_for(".show", public_id=person.public_id))
    return render_template("people/new.html", form=form)


@bp.route("/people/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.EDIT_PERSON, on=Person)
def edit(person: Person) -> ResponseReturnValue:
    """Correct what is recorded of a person."""
    form = PersonForm(obj=person)
    form.sex.choices = choices(Sex)
    if form.validate_on_submit():
        try:
            with transaction():
                rules.correct(person, form.particulars(), actor())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            flash(_("Saved."))
            return redirect(url_for(".show", public_id=person.public_id))
    return render_template("people/edit.html", form=form, page=people.person_page(person, actor()))
