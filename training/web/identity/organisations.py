"""Organisations: the trees, one organisation, and its administration."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.identity import organisations as rules
from training.forms.common.fields import version_of
from training.forms.common.widgets import Choice
from training.forms.identity.organisations import (
    MoveForm,
    NewOrganisationForm,
    OrganisationFilter,
    OrganisationForm,
    StateForm,
)
from training.models.identity.organisations import Jurisdiction, Organisation
from training.policy.matrix import Permission
from training.queries.identity import organisations
from training.web.common.filters import name
from training.web.common.guard import actor, may, needs
from training.web.common.labels import choices
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("organisations", __name__)

_AT_THE_TOP = "top"
"""The value of ``told`` for a move to the top of the tree."""


@bp.get("/organisations")
@needs(Permission.SEE_ORGANISATION, offers=(Permission.EDIT_ORGANISATION,))
def index() -> ResponseReturnValue:
    """Show the tree of a jurisdiction, by default the reader's own."""
    form = OrganisationFilter(request.args)
    form.jurisdiction.choices = choices(Jurisdiction)
    chosen = form.jurisdiction.data if form.validate() else None
    jurisdiction = Jurisdiction(chosen) if chosen else actor().jurisdiction
    form.jurisdiction.data = jurisdiction
    return render_template(
        "identity/organisations/index.html",
        form=form,
        jurisdiction=jurisdiction,
        tree=organisations.tree(jurisdiction, actor()),
        may_edit=may(Permission.EDIT_ORGANISATION),
    )


@bp.get("/organisations/<public_id>")
@needs(Permission.SEE_ORGANISATION, on=Organisation)
def show(organisation: Organisation) -> ResponseReturnValue:
    """Show an organisation with its parent and children."""
    page = organisations.organisation_page(organisation, actor())
    return render_template("identity/organisations/show.html", page=page, most=organisations.MOST_COUNTED)


@bp.route("/organisations/new", methods=["GET", "POST"])
@needs(Permission.EDIT_ORGANISATION)
@makes
def new() -> ResponseReturnValue:
    """Add an organisation."""
    form = NewOrganisationForm()
    parents = organisations.parents_for(actor())
    form.jurisdiction.choices = choices(Jurisdiction)
    form.parent.choices = [Choice(key, name(parent)) for key, parent in parents.items()]
    if form.validate_on_submit():
        with attempt(form) as done:
            added = rules.create(form.details(), parents.get(form.parent.data or ""), by=actor())
            made(url_for(".show", public_id=added.public_id))
        if done:
            flash(_("Organisation added."))
            return redirect(url_for(".show", public_id=added.public_id))
    return render_template("identity/organisations/new.html", form=form)


@bp.route("/organisations/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.EDIT_ORGANISATION, on=Organisation)
def edit(organisation: Organisation) -> ResponseReturnValue:
    """Edit an organisation; a form opened before another user's change is rejected."""
    form = OrganisationForm(obj=organisation)
    form.jurisdiction.choices = choices(Jurisdiction)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.edit(organisation, form.details(), version_of(form.version), by=actor())
        if done:
            flash(_("Organisation saved."))
            return redirect(url_for(".show", public_id=organisation.public_id))
    return render_template("identity/organisations/edit.html", form=form, organisation=organisation)


@bp.route("/organisations/<public_id>/move", methods=["GET", "POST"])
@needs(Permission.EDIT_ORGANISATION, on=Organisation)
def move(organisation: Organisation) -> ResponseReturnValue:
    """Move an organisation under another parent, after showing the effect on visibility."""
    parents = organisations.parents_for(actor(), organisation.jurisdiction)
    current = next((key for key, parent in parents.items() if parent.id == organisation.parent_id), None)
    form = MoveForm(data={"parent": current, "version": organisation.version})
    form.parent.choices = [Choice(key, name(parent)) for key, parent in parents.items() if parent.id != organisation.id]
    effect = None
    if form.validate_on_submit():
        parent, choice = parents.get(form.parent.data or ""), form.parent.data or _AT_THE_TOP
        if form.told.data != choice:
            effect, form.told.data = organisations.effect_of_move(organisation, parent), choice
        else:
            with attempt(form) as done:
                rules.move(organisation, parent, version_of(form.version), by=actor())
            if done:
                flash(_("Organisation moved."))
                return redirect(url_for(".show", public_id=organisation.public_id))
    return render_template("identity/organisations/move.html", form=form, organisation=organisation, effect=effect)


@bp.post("/organisations/<public_id>/deactivate")
@needs(Permission.EDIT_ORGANISATION, on=Organisation)
def deactivate(organisation: Organisation) -> ResponseReturnValue:
    """Deactivate an organisation."""
    return _step(organisation, rules.deactivate, _("Organisation deactivated."))


@bp.post("/organisations/<public_id>/reactivate")
@needs(Permission.EDIT_ORGANISATION, on=Organisation)
def reactivate(organisation: Organisation) -> ResponseReturnValue:
    """Reactivate an organisation."""
    return _step(organisation, rules.reactivate, _("Organisation in use again."))


def _step(organisation: Organisation, act: Callable[..., None], message: str) -> ResponseReturnValue:
    form = StateForm()
    if not form.validate_on_submit():
        abort(400)
    with attempt() as done:
        act(organisation, version_of(form.version), by=actor())
    if done:
        flash(message)
    return redirect(url_for(".show", public_id=organisation.public_id))
