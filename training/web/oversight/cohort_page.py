"""The page of a cohort: its stage, next step and obstacles, costs, invitations; request to open."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.assurance.refusals import NoRightsAssessment
from training.domain.courses.refusals import NoCosts
from training.domain.courses.stages import CohortStage, stage_of
from training.domain.oversight import next_step, opening, unit_costs
from training.domain.oversight.next_step import LineOutside, NextStep, Obstacle
from training.forms.courses.cohorts import StepForm
from training.kit.clock import today
from training.models.courses.cohorts import Cohort, CohortState
from training.models.finance.ledger import LedgerEntry
from training.policy.matrix import Permission
from training.queries.admissions import seats
from training.queries.courses import cohorts
from training.queries.courses.cohorts import CohortPage
from training.queries.finance import entries, programmes
from training.web.common.filters import money_text, title_text
from training.web.common.guard import actor, may, needs
from training.web.common.labels import word, words_for
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt

bp = Blueprint("cohort_page", __name__)


@bp.get("/cohorts/<public_id>")
@needs(
    Permission.SEE_COHORT,
    on=Cohort,
    offers=(
        Permission.SEE_BALANCES,
        Permission.SEE_RIGHTS,
        Permission.WRITE_RIGHTS,
        Permission.APPROVE_MONEY,
        Permission.PROPOSE_MONEY,
        Permission.SEE_VENUE,
    ),
)
def show(cohort: Cohort) -> ResponseReturnValue:
    """Show a cohort, where it stands, and what is next."""
    page, on = cohorts.cohort_page(cohort, actor()), today()
    standing = _standing(page, on)
    return render_template(
        "oversight/cohort_page/show.html",
        page=page,
        standing=standing,
        stages=list(CohortStage),
        shares=seats.shares(page.cohort.id),
        cost=unit_costs.of_cohort(cohort.id, actor()) if may(Permission.SEE_BALANCES) else None,
        planned=sum(cost.amount for cost in page.costs),
        today=on,
        may_see_venue=may(Permission.SEE_VENUE),
    )


class Step(NamedTuple):
    """A link or a form's address with its words; ``is_form`` for a step that is taken at once."""

    text: str
    href: str
    is_form: bool = False


class Shown(NamedTuple):
    """An obstacle in words, with the link to what settles it, if the reader may open that."""

    text: str
    link: Step | None


@dataclass(frozen=True)
class CohortStanding:
    """Where a cohort stands; ``key`` names the next step."""

    stage: CohortStage | None
    obstacles: list[Shown]
    key: NextStep | None
    step: Step | None
    proposal: Sequence[LedgerEntry]
    is_own: bool
    """Whether the reader made the proposal."""

    @property
    def proposed(self) -> int:
        """The pence of the proposal that the reader may see."""
        return sum(entry.amount for entry in self.proposal)


def _standing(page: CohortPage, on: dt.date) -> CohortStanding:
    """Gather where the cohort stands, and say what is next for the reader."""
    cohort, me = page.cohort, actor()
    stage = stage_of(cohort, on)
    obstacles = next_step.obstacles_to_opening(cohort, on)
    waits = cohort.state is CohortState.AWAITING_APPROVAL
    proposal = entries.waiting_for_cohort(cohort.id, me) if waits else ()
    is_own = any(entry.proposer_id == me.user_id for entry in proposal)
    reader = next_step.CohortReader(
        may_draft=page.may_draft,
        may_run=page.may_run,
        may_nominate=page.may_nominate,
        may_see_roster=page.may_see_roster,
        may_see_rights=may(Permission.SEE_RIGHTS),
        may_decide=bool(proposal) and not is_own and may(Permission.APPROVE_MONEY),
    )
    takes_names = stage is CohortStage.OPEN and on <= (cohort.nominations_until or cohort.starts_on)
    key = next_step.next_step(stage, obstacles, reader, takes_names=takes_names)
    shown = [_shown(obstacle, page) for obstacle in obstacles]
    return CohortStanding(stage, shown, key, _step(key, shown, page, proposal), proposal, is_own)


def _shown(obstacle: Obstacle, page: CohortPage) -> Shown:
    if isinstance(obstacle, NoCosts):
        return Shown(_("No costs are planned."), _costs(page))
    if isinstance(obstacle, NoRightsAssessment):
        return Shown(words_for(obstacle), _rights(obstacle, page))
    visible = {cost.line_id for cost in page.costs}
    if obstacle.line.id not in visible:
        return Shown(_("A budget line of another project cannot pay its part yet."), None)
    line = obstacle.line
    if isinstance(obstacle, LineOutside):
        text = _(
            "%(category)s: %(line)s does not cover the days of the cohort.",
            category=word(obstacle.category),
            line=title_text(line),
        )
        return Shown(text, _costs(page))
    text = _(
        "%(line)s: %(planned)s is planned, %(available)s is available.",
        line=title_text(line),
        planned=money_text(obstacle.planned),
        available=money_text(line.available),
    )
    address = url_for("finance.budget_lines.show", public_id=line.public_id)
    return Shown(text, Step(_("Open the budget line"), address))


def _costs(page: CohortPage) -> Step | None:
    """Return the link to the planned costs, for who may change them."""
    if not page.may_draft or page.cohort.state is not CohortState.DRAFT:
        return None
    return Step(_("Plan the costs"), url_for("courses.costs.edit", public_id=page.cohort.public_id))


def _rights(gap: NoRightsAssessment, page: CohortPage) -> Step | None:
    """Return the link to the assessment that waits or no longer counts, else to the form that writes one."""
    if gap.assessment and may(Permission.SEE_RIGHTS):
        address = url_for("assurance.rights_assessments.show", public_id=gap.assessment)
        return Step(_("Open the rights assessment"), address)
    if not may(Permission.WRITE_RIGHTS):
        return None
    programme = programmes.programme_by_key(page.cohort.programme_id)
    address = url_for("assurance.rights_assessments.new", public_id=programme.public_id)
    return Step(_("Write a rights assessment"), address)


def _step(
    key: NextStep | None, obstacles: Sequence[Shown], page: CohortPage, proposal: Sequence[LedgerEntry]
) -> Step | None:
    """Return the primary button for the next step."""
    here = page.cohort.public_id
    match key:
        case None:
            return None
        case NextStep.PLAN_COSTS | NextStep.ASSESS_RIGHTS | NextStep.FUND_LINE:
            return next((one.link for one in obstacles if one.link), None)
        case NextStep.DECIDE:
            address = url_for("oversight.entry_page.show", public_id=proposal[0].public_id)
            return Step(_("Decide about the proposal"), address)
        case NextStep.ASK_TO_OPEN:
            return Step(_("Ask to open"), url_for(".ask_to_open", public_id=here), is_form=True)
        case NextStep.CLOSE:
            return Step(_("Close the cohort"), url_for("courses.cohorts.close", public_id=here), is_form=True)
        case NextStep.NOMINATE:
            return Step(_("Nominate"), url_for("admissions.nominations.nominate", public_id=here))
        case NextStep.READ_ROSTER:
            return Step(_("Roster"), url_for("admissions.nominations.roster", public_id=here))


@bp.post("/cohorts/<public_id>/ask-to-open")
@needs(Permission.RUN_COHORT, on=Cohort)
@makes
def ask_to_open(cohort: Cohort) -> ResponseReturnValue:
    """Submit a draft for approval, with its planned cost as a commitment."""
    form = StepForm()
    if not form.validate_on_submit():
        abort(400)
    with attempt() as done:
        opening.ask_to_open(cohort, form.key.data or "", actor(), today())
        made(url_for(".show", public_id=cohort.public_id))
    if done:
        flash(_("Put up for approval: the cohort opens when its commitment is approved."))
    return redirect(url_for(".show", public_id=cohort.public_id))
