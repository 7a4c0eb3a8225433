"""Kit of a venue: add, edit, archive."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.courses import kit as rules
from training.forms.common.fields import version_of
from training.forms.common.widgets import Choice
from training.forms.courses.rooms import KitForm
from training.models.courses.venues import KitItem, Room, Venue
from training.policy.matrix import Permission
from training.queries.courses import venues
from training.web.common.filters import name
from training.web.common.guard import actor, needs
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.courses.venues import step

bp = Blueprint("kit", __name__)


def _offer(form: KitForm, venue_id: int, kept_id: int | None = None) -> Mapping[str, Room]:
    """Fill the list of rooms with those in use and that with the key ``kept_id``; return them by public id."""
    rooms = {one.public_id: one for one in venues.rooms_of(venue_id) if one.is_active or one.id == kept_id}
    form.room.choices = [Choice(key, name(room)) for key, room in rooms.items()]
    return rooms


@bp.route("/venues/<public_id>/kit/new", methods=["GET", "POST"])
@needs(Permission.EDIT_VENUE, on=Venue)
@makes
def new(venue: Venue) -> ResponseReturnValue:
    """Add kit to a venue."""
    form, address = KitForm(), url_for("courses.venues.show", public_id=venue.public_id)
    rooms = _offer(form, venue.id)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.create(venue, form.details(rooms), by=actor())
            made(address)
        if done:
            flash(_("Kit added."))
            return redirect(address)
    return render_template("courses/kit/new.html", form=form, venue=venue)


@bp.route("/kit/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.EDIT_VENUE, on=KitItem)
def edit(item: KitItem) -> ResponseReturnValue:
    """Edit kit; a form opened before another user's change is rejected."""
    venue = venues.venue_by_key(item.venue_id)
    room = next((one.public_id for one in venues.rooms_of(venue.id) if one.id == item.room_id), "")
    form = KitForm.showing(item, room)
    rooms = _offer(form, venue.id, item.room_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.edit(item, form.details(rooms), version_of(form.version), by=actor())
        if done:
            flash(_("Kit saved."))
            return redirect(url_for("courses.venues.show", public_id=venue.public_id))
    return render_template("courses/kit/edit.html", form=form, item=item, venue=venue)


@bp.post("/kit/<public_id>/archive")
@needs(Permission.EDIT_VENUE, on=KitItem)
def archive(item: KitItem) -> ResponseReturnValue:
    """Archive kit."""
    return step(item, rules.archive, _("Archived."), venues.venue_by_key(item.venue_id).public_id)


@bp.post("/kit/<public_id>/unarchive")
@needs(Permission.EDIT_VENUE, on=KitItem)
def unarchive(item: KitItem) -> ResponseReturnValue:
    """Take kit back into use."""
    return step(item, rules.unarchive, _("In use again."), venues.venue_by_key(item.venue_id).public_id)
