"""Tables of assurance: rights assessments."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from training.models.assurance.rights_assessments import RightsAssessment
from training.web.common.tables import CODE, DAY, ID, MOMENT, TAG, TITLE, TYPED, ColumnSpec, TableSpec, page_only

RIGHTS_ASSESSMENTS = TableSpec[RightsAssessment](
    _l("Rights assessments"),
    {
        "assessment": page_only(_l("Assessment")),
        "public_id": ColumnSpec(_l("Rights assessment"), lambda one: one.public_id, ID),
        "about": ColumnSpec(_l("About"), lambda one: one.assessed, CODE),
        "title": ColumnSpec(_l("Title"), lambda one: one.subject, TITLE),
        "level": ColumnSpec(_l("Level of risk"), lambda one: one.level, CODE),
        "state": ColumnSpec(_l("State"), lambda one: one.state, TAG),
        "valid_until": ColumnSpec(_l("Valid until"), lambda one: one.valid_until, DAY),
        "writer": ColumnSpec(_l("Written by"), lambda one: one.writer.display_name, TYPED),
        "grade": ColumnSpec(_l("Grade of approval"), lambda one: one.needed_grade, CODE),
        "approver": ColumnSpec(_l("Decided by"), lambda one: one.approver.display_name if one.approver else "", TYPED),
        "decided": ColumnSpec(_l("Decided on"), lambda one: one.decided_at, MOMENT),
    },
    page=("assessment", "level", "valid_until", "writer", "state"),
)

TABLES: Mapping[str, TableSpec[Any]] = {"rights_assessments": RIGHTS_ASSESSMENTS}
