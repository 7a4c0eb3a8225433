"""Venues: list, page, add, edit, archive."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.courses import venues as rules
from training.forms.common.fields import version_of
from training.forms.common.widgets import Choice
from training.forms.courses.venues import ArchiveForm, VenueFilter, VenueForm
from training.models.courses.venues import Governorate, Venue
from training.models.identity.organisations import Jurisdiction
from training.policy.matrix import Permission
from training.queries.courses import venues
from training.queries.courses.venues import Keepers, VenueSearch, VenueState
from training.web.common.filters import name
from training.web.common.guard import actor, may, needs
from training.web.common.labels import choices
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("venues", __name__)


@bp.get("/venues")
@needs(Permission.SEE_VENUE, offers=(Permission.EDIT_VENUE,))
def index() -> ResponseReturnValue:
    """List the venues by name."""
    form = VenueFilter(request.args)
    form.jurisdiction.choices = choices(Jurisdiction)
    form.governorate.choices = choices(Governorate)
    form.state.choices = choices(VenueState)
    page = venues.page_of(_search(form) if form.validate() else VenueSearch(), cut(), actor())
    return render_template(
        "courses/venues/index.html", form=form, page=page, pager=pager(page), may_edit=may(Permission.EDIT_VENUE)
    )


def _search(form: VenueFilter) -> VenueSearch:
    return VenueSearch(
        words=form.words.data or "",
        jurisdiction=Jurisdiction(form.jurisdiction.data) if form.jurisdiction.data else None,
        governorate=Governorate(form.governorate.data) if form.governorate.data else None,
        state=VenueState(form.state.data) if form.state.data else None,
    )


@bp.get("/venues/<public_id>")
@needs(Permission.SEE_VENUE, on=Venue, offers=(Permission.EDIT_VENUE,))
def show(venue: Venue) -> ResponseReturnValue:
    """Show a venue with its rooms, its kit and the newest cohorts there."""
    page = venues.venue_page(venue, actor())
    return render_template("courses/venues/show.html", page=page, may_edit=may(Permission.EDIT_VENUE))


def _offer(form: VenueForm, keepers: Keepers) -> None:
    """Fill the lists of the form."""
    form.offer(
        choices(Jurisdiction),
        choices(Governorate),
        [Choice(key, name(one)) for key, one in keepers.organisations.items()],
        (_("Yes"), _("No")),
        nobody=_("UK coordinators alone") if keepers.may_be_nobody else None,
    )


@bp.route("/venues/new", methods=["GET", "POST"])
@needs(Permission.EDIT_VENUE)
@makes
def new() -> ResponseReturnValue:
    """Add a venue."""
    form, keepers = VenueForm(time_zone="Asia/Baghdad"), venues.keepers_for(actor())
    _offer(form, keepers)
    if form.validate_on_submit():
        with attempt(form) as done:
            venue = rules.create(form.details(keepers.organisations), by=actor())
            made(url_for(".show", public_id=venue.public_id))
        if done:
            flash(_("Venue added. Add its rooms next."))
            return redirect(url_for(".show", public_id=venue.public_id))
    return render_template("courses/venues/new.html", form=form)


@bp.route("/venues/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.EDIT_VENUE, on=Venue)
def edit(venue: Venue) -> ResponseReturnValue:
    """Edit a venue; a form opened before another user's change is rejected."""
    keepers = venues.keepers_for(actor(), venue)
    kept_by = next((key for key, one in keepers.organisations.items() if one.id == venue.keeper_id), "")
    form = VenueForm.showing(venue, kept_by)
    _offer(form, keepers)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.edit(venue, form.details(keepers.organisations), version_of(form.version), by=actor())
        if done:
            flash(_("Venue saved."))
            return redirect(url_for(".show", public_id=venue.public_id))
    return render_template("courses/venues/edit.html", form=form, venue=venue)


@bp.post("/venues/<public_id>/archive")
@needs(Permission.EDIT_VENUE, on=Venue)
def archive(venue: Venue) -> ResponseReturnValue:
    """Archive a venue, which no new cohort can then choose."""
    return step(venue, rules.archive, _("Archived."), venue.public_id)


@bp.post("/venues/<public_id>/unarchive")
@needs(Permission.EDIT_VENUE, on=Venue)
def unarchive(venue: Venue) -> ResponseReturnValue:
    """Take a venue back into use."""
    return step(venue, rules.unarchive, _("In use again."), venue.public_id)


def step(record: object, act: Callable[..., None], message: str, venue_id: str) -> ResponseReturnValue:
    """Archive a record of a venue or take it back, and return to the page of the venue."""
    form = ArchiveForm()
    if not form.validate_on_submit():
        abort(400)
    with attempt() as done:
        act(record, version_of(form.version), by=actor())
    if done:
        flash(message)
    return redirect(url_for("courses.venues.show", public_id=venue_id))
