"""Rooms of a venue: add, edit, archive."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.courses import rooms as rules
from training.forms.common.fields import version_of
from training.forms.courses.rooms import RoomForm
from training.models.courses.venues import Room, Venue
from training.policy.matrix import Permission
from training.queries.courses import venues
from training.web.common.guard import actor, needs
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.courses.venues import step

bp = Blueprint("rooms", __name__)


@bp.route("/venues/<public_id>/rooms/new", methods=["GET", "POST"])
@needs(Permission.EDIT_VENUE, on=Venue)
@makes
def new(venue: Venue) -> ResponseReturnValue:
    """Add a room to a venue."""
    form, address = RoomForm(), url_for("courses.venues.show", public_id=venue.public_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.create(venue, form.details(), by=actor())
            made(address)
        if done:
            flash(_("Room added."))
            return redirect(address)
    return render_template("courses/rooms/new.html", form=form, venue=venue)


@bp.route("/rooms/<public_id>/edit", methods=["GET", "POST"])
@needs(Permission.EDIT_VENUE, on=Room)
def edit(room: Room) -> ResponseReturnValue:
    """Edit a room; a form opened before another user's change is rejected."""
    form, venue = RoomForm(obj=room), venues.venue_by_key(room.venue_id)
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.edit(room, form.details(), version_of(form.version), by=actor())
        if done:
            flash(_("Room saved."))
            return redirect(url_for("courses.venues.show", public_id=venue.public_id))
    return render_template("courses/rooms/edit.html", form=form, room=room, venue=venue)


@bp.post("/rooms/<public_id>/archive")
@needs(Permission.EDIT_VENUE, on=Room)
def archive(room: Room) -> ResponseReturnValue:
    """Archive a room."""
    return step(room, rules.archive, _("Archived."), venues.venue_by_key(room.venue_id).public_id)


@bp.post("/rooms/<public_id>/unarchive")
@needs(Permission.EDIT_VENUE, on=Room)
def unarchive(room: Room) -> ResponseReturnValue:
    """Take a room back into use."""
    return step(room, rules.unarchive, _("In use again."), venues.venue_by_key(room.venue_id).public_id)
