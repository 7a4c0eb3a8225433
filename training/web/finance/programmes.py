"""Programmes of the pact: balances, burn-down, lines; new programmes and projects."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.finance import burn_down
from training.domain.finance import programmes as rules
from training.forms.common.widgets import Choice
from training.forms.finance.programmes import ProgrammeForm, ProjectForm
from training.kit.clock import today
from training.kit.db import transaction
from training.models.finance.programmes import Programme, ProjectKind
from training.policy.matrix import Permission
from training.queries.finance import ceilings, entries, programmes
from training.queries.identity import organisations
from training.web.common.filters import name
from training.web.common.guard import actor, may, needs
from training.web.common.labels import choices
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.finance.burn_down import chosen_period, picture

bp = Blueprint("programmes", __name__)


@bp.get("/programmes")
@needs(Permission.SEE_PROGRAMME, offers=(Permission.SEE_MONEY, Permission.PROPOSE_CEILING))
def index() -> ResponseReturnValue:
    """List the programmes."""
    return render_template(
        "finance/programmes/index.html",
        rows=programmes.list_for(actor()),
        may_see_money=may(Permission.SEE_MONEY),
        may_add=may(Permission.PROPOSE_CEILING),
    )


@bp.route("/programmes/new", methods=["GET", "POST"])
@needs(Permission.PROPOSE_CEILING)
@makes
def new() -> ResponseReturnValue:
    """Add a programme, with a ceiling of nothing."""
    form = ProgrammeForm()
    if form.validate_on_submit():
        with attempt(form) as done:
            programme = rules.create(form.programme(), actor(), today())
            made(url_for(".show", public_id=programme.public_id))
        if done:
            flash(_("Programme added. Propose its ceiling next."))
            return redirect(url_for(".show", public_id=programme.public_id))
    return render_template("finance/programmes/new.html", form=form)


@bp.get("/programmes/<public_id>")
@needs(
    Permission.SEE_PROGRAMME,
    on=Programme,
    offers=(Permission.PROPOSE_MONEY, Permission.PROPOSE_CEILING, Permission.SEE_MONEY, Permission.WRITE_RIGHTS),
)
def show(programme: Programme) -> ResponseReturnValue:
    """Show a programme: published facts, balances and burn-down."""
    page = programmes.programme_page(programme, actor())
    may_see = page.may_see_balances
    series = burn_down.of_programme(programme.id, actor(), today(), chosen_period()) if may_see else None
    chart = picture(series, whole=page.programme.ceiling, whole_label=_("Ceiling")) if series else None
    return render_template(
        "finance/programmes/show.html",
        page=page,
        chart=chart,
        entries=entries.newest(entries.of_programme(programme.id), actor()),
        history=ceilings.history(programme.id, actor()) if may_see else [],
        may_propose=may(Permission.PROPOSE_MONEY),
        may_propose_ceiling=may(Permission.PROPOSE_CEILING),
        may_see_money=may(Permission.SEE_MONEY),
        may_write_rights=may(Permission.WRITE_RIGHTS),
    )


@bp.route("/programmes/<public_id>/projects/new", methods=["GET", "POST"])
@needs(Permission.PROPOSE_MONEY, on=Programme)
@makes
def new_project(programme: Programme) -> ResponseReturnValue:
    """Add a project; it gets money with approved lines."""
    form = ProjectForm()
    organisations_ = {organisation.public_id: organisation for organisation in organisations.in_use()}
    form.kind.choices = choices(ProjectKind)
    form.organisation.choices = [Choice(key, name(organisation)) for key, organisation in organisations_.items()]
    if form.validate_on_submit():
        with transaction():
            organisation = organisations_[form.organisation.data or ""]
            rules.add_project(programme, form.project_kind(), form.title(), organisation, actor())
            made(url_for(".show", public_id=programme.public_id))
        flash(_("Project added. Propose its budget lines next."))
        return redirect(url_for(".show", public_id=programme.public_id))
    return render_template("finance/programmes/new_project.html", form=form, programme=programme)
