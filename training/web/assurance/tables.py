"""Tables of assurance to save: rights assessments."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from training.kit.sheets import Column, Value
from training.models.assurance.rights_assessments import RightsAssessment
from training.web.common.downloads import Table
from training.web.common.filters import title_text
from training.web.common.labels import word


def rights(of: Iterable[RightsAssessment]) -> Table:
    """Return rights assessments with who wrote and who decided them."""
    columns = [
        Column(_("Rights assessment")),
        Column(_("About")),
        Column(_("Title")),
        Column(_("Level of risk")),
        Column(_("State")),
        Column(_("Valid until")),
        Column(_("Written by")),
        Column(_("Grade of approval")),
        Column(_("Decided by")),
        Column(_("Decided on")),
    ]
    return Table(_("Rights assessments"), columns, map(_assessment, of))


def _assessment(one: RightsAssessment) -> Sequence[Value]:
    return (
        one.public_id,
        word(one.assessed),
        title_text(one.subject),
        word(one.level) if one.level else "",
        word(one.state),
        one.valid_until,
        one.writer.display_name,
        word(one.needed_grade) if one.needed_grade else "",
        one.approver.display_name if one.approver else "",
        one.decided_at.date() if one.decided_at else None,
    )
