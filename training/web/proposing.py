"""A form that proposes a movement of money: one way for every kind of it."""

from collections.abc import Callable

from flask import flash, redirect
from flask_babel import gettext as _
from werkzeug import Response

from training.domain.refusals import Refusal
from training.forms.ledger import ProposalForm
from training.kit.db import transaction
from training.web.refusals import refuse


def proposed(form: ProposalForm, propose: Callable[[], object], back_to: str) -> Response | None:
    """Propose what the form holds and go to ``back_to``; return None when the form is to be shown, errors and all."""
    if not form.validate_on_submit():
        return None
    try:
        with transaction():
            propose()
    except Refusal as refusal:
        refuse(form, refusal)
        return None
    flash(_("Proposed. It takes effect when another person approves it."))
    return redirect(back_to)
