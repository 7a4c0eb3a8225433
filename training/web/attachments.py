"""Files that support a rights assessment: attached to a draft, taken off it, saved by those who may see it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.domain import rights as rules
from training.domain.refusals import Refusal
from training.forms.rights import AttachmentForm
from training.kit.db import transaction
from training.models.rights import RightsAssessment, RightsAttachment
from training.policy.matrix import Permission
from training.queries import rights
from training.web.guard import actor, needs
from training.web.refusals import refuse, words_for
from training.web.uploads import folder, saved, takes_file

bp = Blueprint("attachments", __name__)


@bp.route("/rights/<public_id>/attach", methods=["GET", "POST"])
@needs(Permission.WRITE_RIGHTS, on=RightsAssessment)
@takes_file
def new(assessment: RightsAssessment) -> ResponseReturnValue:
    """Attach a file to a draft and say what it is."""
    form = AttachmentForm()
    back = url_for("rights.show", public_id=assessment.public_id)
    if form.is_submitted():
        is_valid = form.validate()
        attachment = _attached(form, assessment)
        if attachment and is_valid and not form.field_errors and _labelled(form, attachment):
            flash(_("File attached."))
            return redirect(back)
        if attachment is None and not form.field_errors:
            form.refuse(_("Choose a file"), "file")
    shown = rights.attachment_of(assessment.id, form.attachment.data or "")
    return render_template("attachments/new.html", form=form, back=back, attachment=shown)


def _attached(form: AttachmentForm, assessment: RightsAssessment) -> RightsAttachment | None:
    """Return the file that came with this try or an earlier one; it is kept at once, so that no upload is lost."""
    if form.file.data:
        try:
            with transaction():
                kept = rules.attach(assessment, form.file.data.stream, "", folder(), actor())
                form.attachment.data = kept.public_id
        except Refusal as refusal:
            refuse(form, refusal)
            return None
    return rights.attachment_of(assessment.id, form.attachment.data or "")


def _labelled(form: AttachmentForm, attachment: RightsAttachment) -> bool:
    try:
        with transaction():
            rules.relabel(attachment, form.label.data or "", actor())
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    return True


@bp.post("/rights/attachments/<public_id>/remove")
@needs(Permission.WRITE_RIGHTS, on=RightsAttachment)
def remove(attachment: RightsAttachment) -> ResponseReturnValue:
    """Take a file off a draft."""
    back = url_for("rights.show", public_id=rights.whole(attachment.assessment_id).assessment.public_id)
    try:
        with transaction():
            rules.detach(attachment, actor())
    except Refusal as refusal:
        flash(words_for(refusal), "important")
    else:
        flash(_("File removed."))
    return redirect(back)


@bp.get("/rights/attachments/<public_id>")
@needs(Permission.SEE_RIGHTS, on=RightsAttachment)
def show(attachment: RightsAttachment) -> ResponseReturnValue:
    """Send the file."""
    return saved(attachment, f"attachment-{attachment.public_id}")
