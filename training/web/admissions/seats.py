"""Seats, quotas and deadlines of a cohort."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.admissions import seats as rules
from training.forms.admissions.seats import SeatsForm, quota_name
from training.models.courses.cohorts import Cohort
from training.policy.matrix import Permission
from training.queries.admissions import seats
from training.queries.admissions.seats import SeatShare
from training.queries.courses import cohorts
from training.web.common.guard import actor, needs
from training.web.common.use_case import attempt

bp = Blueprint("seats", __name__)


@bp.route("/cohorts/<public_id>/seats", methods=["GET", "POST"])
@needs(Permission.RUN_COHORT, on=Cohort)
def edit(cohort: Cohort) -> ResponseReturnValue:
    """Set seats, reserved places, quotas and deadlines of a draft or an open cohort."""
    shares = seats.shares(cohort.id)
    form = SeatsForm.asking([share.organisation.public_id for share in shares])(data=_current_limits(cohort, shares))
    if form.validate_on_submit():
        with attempt(form) as done:
            rules.set_limits(cohort, _limits(form, shares), actor())
        if done:
            flash(_("Seats and deadlines saved."))
            return redirect(url_for("oversight.cohort_page.show", public_id=cohort.public_id))
    page = cohorts.cohort_page(cohort, actor())
    asked = [(form[quota_name(share.organisation.public_id)], share) for share in seats.shares(cohort.id)]
    return render_template("admissions/seats/edit.html", form=form, page=page, asked=asked)


def _current_limits(cohort: Cohort, shares: list[SeatShare]) -> dict[str, Any]:
    limits = ("capacity", "reserved_for_women", "nominations_until", "vetting_by")
    quotas = {quota_name(share.organisation.public_id): share.quota for share in shares}
    return {name: getattr(cohort, name) for name in limits} | quotas


def _limits(form: SeatsForm, shares: list[SeatShare]) -> rules.SeatLimits:
    return rules.SeatLimits(
        capacity=form.capacity.data or 0,
        reserved_for_women=form.reserved_for_women.data or 0,
        quotas={share.organisation.id: form.quota(share.organisation.public_id) for share in shares},
        nominations_until=form.nominations_until.data,
        vetting_by=form.vetting_by.data,
    )
