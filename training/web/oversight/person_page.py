"""The page of a person: particulars, clearance, nominations and completions."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from training.kit.clock import now, today
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.queries.oversight import person_page
from training.queries.people import cards, people
from training.web.common.guard import actor, may, needs

bp = Blueprint("person_page", __name__)


@bp.get("/people/<public_id>")
@needs(Permission.SEE_PERSON, on=Person, offers=(Permission.PRINT_CARDS,))
def show(person: Person) -> ResponseReturnValue:
    """Show a person: particulars, clearance (outcome and expiry only), nominations."""
    return render_template(
        "oversight/person_page/show.html",
        page=people.person_page(person, actor()),
        history=person_page.history_of(person.id, actor()),
        sign_in=cards.sign_in_state(person.id, now()) if may(Permission.PRINT_CARDS) else None,
        today=today(),
    )
