"""Possible duplicates: compare, mark as different people, merge, undo a merge."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.people import duplicates as rules
from training.models.people.people import Merge, Person
from training.policy.matrix import Permission
from training.queries.common import records
from training.queries.people import matching, people
from training.web.common import shown
from training.web.common.guard import actor, needs
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("duplicates", __name__)


@bp.get("/people/duplicates")
@needs(Permission.EDIT_PERSON)
def index() -> ResponseReturnValue:
    """List the pairs on one page of the register."""
    pairs, page = matching.pairs(cut(), actor())
    return render_template("people/duplicates/index.html", pairs=pairs, pager=pager(page))


def _other(public_id: str) -> Person:
    """Return the second record, for which the actor needs the same permission."""
    found = records.find(Person, public_id, actor(), Permission.EDIT_PERSON)
    if found is None or not found.is_allowed:
        abort(404)
    return found.record


@bp.get("/people/<public_id>/beside/<other_id>")
@needs(Permission.EDIT_PERSON, on=Person)
def compare(person: Person, other_id: str) -> ResponseReturnValue:
    """Show two records side by side."""
    pages = [people.person_page(one, actor()) for one in (person, _other(other_id))]
    for page in pages:
        shown.person(page.person)
    return render_template("people/duplicates/compare.html", pages=pages)


@bp.post("/people/<public_id>/beside/<other_id>/apart")
@needs(Permission.EDIT_PERSON, on=Person)
def keep_apart(person: Person, other_id: str) -> ResponseReturnValue:
    """Mark two records as different people."""
    other, address = _other(other_id), url_for("oversight.person_page.show", public_id=person.public_id)
    with attempt() as done:
        rules.keep_apart(person, other, actor())
    if done:
        flash(_("Marked as different people. They will not be suggested as duplicates again."))
    return redirect(address)


@bp.post("/people/<public_id>/beside/<other_id>/doubt")
@needs(Permission.EDIT_PERSON, on=Person)
def doubt(person: Person, other_id: str) -> ResponseReturnValue:
    """Remove the mark that two records are different people, and compare them."""
    other = _other(other_id)
    address = url_for(".compare", public_id=person.public_id, other_id=other.public_id)
    with attempt() as done:
        rules.doubt(person, other, actor())
    if done:
        flash(_("They may be the same person: compare them."))
    return redirect(address)


@bp.post("/people/<public_id>/beside/<other_id>/join")
@needs(Permission.EDIT_PERSON, on=Person)
@makes
def merge(person: Person, other_id: str) -> ResponseReturnValue:
    """Merge the second record into the first."""
    other = _other(other_id)
    addresses = (
        url_for("oversight.person_page.show", public_id=person.public_id),
        url_for(".compare", public_id=person.public_id, other_id=other.public_id),
    )
    with attempt() as done:
        rules.merge(person, other, actor())
        made(addresses[0])
    if not done:
        return redirect(addresses[1])
    flash(_("The records were merged."))
    return redirect(addresses[0])


@bp.post("/joined/<public_id>/part")
@needs(Permission.EDIT_PERSON, on=Merge)
def undo(merge: Merge) -> ResponseReturnValue:
    """Undo a merge."""
    kept = people.kept_of(merge.id)
    with attempt() as done:
        rules.undo(merge, actor())
    if done:
        flash(_("The merge was undone: both records are as they were."))
    return redirect(url_for("oversight.person_page.show", public_id=kept))
