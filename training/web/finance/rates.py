"""The table of exchange rates: list, enter a rate, load a list."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.finance import rates as rules
from training.domain.finance.refusals import RateDoubtful
from training.forms.finance.rates import RateForm, RateListForm
from training.policy.matrix import Permission
from training.queries.finance import rates
from training.web.common.guard import actor, may, needs
from training.web.common.labels import words_for
from training.web.common.lists import cut, pager
from training.web.common.sending import made, makes
from training.web.common.uploads import takes_file
from training.web.common.use_case import attempt

bp = Blueprint("rates", __name__, url_prefix="/rates")


@bp.get("")
@needs(Permission.SEE_MONEY, offers=(Permission.PROPOSE_MONEY,))
def index() -> ResponseReturnValue:
    """List the rates, newest month first."""
    page = rates.page(cut())
    return render_template(
        "finance/rates/index.html", page=page, pager=pager(page), may_enter=may(Permission.PROPOSE_MONEY)
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY)
@makes
def new() -> ResponseReturnValue:
    """Enter the rate of a month, or correct it."""
    form = RateForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            try:
                rules.enter(form.monthly_rate(), actor(), confirmed=form.confirmed)
            except RateDoubtful as doubt:
                form.ask(doubt.question)
                raise
            made(url_for(".index"))
        if done:
            flash(_("The rate was entered."))
            return redirect(url_for(".index"))
    return render_template("finance/rates/new.html", form=form)


@bp.route("/import", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY)
@takes_file
def load() -> ResponseReturnValue:
    """Load a list of rates and show the outcome of each row. Idempotent."""
    form = RateListForm()
    read = None
    if form.validate_on_submit():
        with attempt(form):
            read = rules.load(form.file.data.stream, actor(), confirmed=form.confirmed)
            form.ask("" if read.is_entered else read.question)
    return render_template("finance/rates/load.html", form=form, read=read, doubts=_doubts(read), columns=rules.COLUMNS)


def _doubts(read: rules.RateList | None) -> dict[int, str]:
    """Return the questions about doubtful rows, by their numbers."""
    if read is None or read.is_entered:
        return {}
    return {row.number: words_for(row.doubt) for row in read.rows if row.doubt}
