"""Files that support a rights assessment: attach to a draft, detach, download."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain.assurance import rights_assessments as rules
from training.forms.assurance.rights_assessments import AttachmentForm
from training.models.assurance.rights_assessments import RightsAssessment, RightsAttachment
from training.policy.matrix import Permission
from training.queries.assurance import rights_assessments
from training.web.common.guard import actor, needs
from training.web.common.sending import made, makes
from training.web.common.uploads import folder, saved, takes_file
from training.web.common.use_case import attempt

bp = Blueprint("attachments", __name__)


@bp.route("/rights/<public_id>/attach", methods=["GET", "POST"])
@needs(Permission.WRITE_RIGHTS, on=RightsAssessment)
@takes_file
@makes
def new(assessment: RightsAssessment) -> ResponseReturnValue:
    """Attach a file to a draft."""
    form = AttachmentForm()
    back = url_for("assurance.rights_assessments.show", public_id=assessment.public_id)
    if form.is_submitted():
        is_valid = form.validate()
        attachment = _attachment_from(form, assessment)
        if attachment and is_valid and not form.field_errors:
            with attempt(form) as done:
                rules.relabel(attachment, form.label.data or "", actor())
                made(back)
            if done:
                flash(_("File attached."))
                return redirect(back)
        if attachment is None and not form.field_errors:
            form.refuse(_("Choose a file"), "file")
    shown = rights_assessments.attachment_of(assessment.id, form.attachment.data or "")
    return render_template("assurance/attachments/new.html", form=form, back=back, attachment=shown)


def _attachment_from(form: AttachmentForm, assessment: RightsAssessment) -> RightsAttachment | None:
    """Return the file sent now or in an earlier attempt; it is stored at once, so that no upload is lost."""
    if form.file.data:
        with attempt(form) as done:
            kept = rules.attach(assessment, form.file.data.stream, "", folder(), actor())
            form.attachment.data = kept.public_id
        if not done:
            return None
    return rights_assessments.attachment_of(assessment.id, form.attachment.data or "")


@bp.post("/rights/attachments/<public_id>/remove")
@needs(Permission.WRITE_RIGHTS, on=RightsAttachment)
def remove(attachment: RightsAttachment) -> ResponseReturnValue:
    """Detach a file from a draft."""
    back = url_for(
        "assurance.rights_assessments.show",
        public_id=rights_assessments.whole(attachment.assessment_id).assessment.public_id,
    )
    with attempt() as done:
        rules.detach(attachment, actor())
    if done:
        flash(_("File removed."))
    return redirect(back)


@bp.get("/rights/attachments/<public_id>")
@needs(Permission.SEE_RIGHTS, on=RightsAttachment)
def show(attachment: RightsAttachment) -> ResponseReturnValue:
    """Send the file."""
    return saved(attachment, f"attachment-{attachment.public_id}")
