"""Tables of people: the register."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from training.domain.admissions.column_mapping import FORMAT
from training.models.admissions.nomination_uploads import NomineePart
from training.models.people.people import Person
from training.web.common.labels import word
from training.web.common.language import language
from training.web.common.tables import (
    CODE,
    ID,
    NAME,
    OTHER_NAME,
    PERSON,
    TYPED,
    WORDED,
    CellLink,
    ColumnSpec,
    TableSpec,
)


def heading(part: NomineePart) -> LazyString:
    """Return the heading of ``part`` that an upload of names recognises."""
    return LazyString(lambda: FORMAT.heading(part, language().code))


PEOPLE = TableSpec[Person](
    _l("People"),
    {
        "name": ColumnSpec(
            _l("Name"),
            lambda one: one,
            PERSON,
            CellLink("oversight.person_page.show", lambda one: one.public_id),
            in_file=False,
        ),
        "other_name": ColumnSpec(_l("Name in the other script"), lambda one: one, OTHER_NAME, in_file=False),
        "name_latin": ColumnSpec(heading(NomineePart.NAME_LATIN), lambda one: one.name_latin, TYPED),
        "name_native": ColumnSpec(heading(NomineePart.NAME_NATIVE), lambda one: one.name_native, TYPED),
        "organisation": ColumnSpec(
            _l("Organisation"), lambda one: one.organisation, NAME, file_label=heading(NomineePart.ORGANISATION)
        ),
        "rank": ColumnSpec(_l("Rank"), lambda one: one.rank, WORDED, file_label=heading(NomineePart.RANK)),
        "unit": ColumnSpec(_l("Unit"), lambda one: one.unit, TYPED, file_label=heading(NomineePart.UNIT), is_wide=True),
        "sex": ColumnSpec(heading(NomineePart.SEX), lambda one: one.sex, CODE),
        "languages": ColumnSpec(heading(NomineePart.LANGUAGES), lambda one: ", ".join(map(word, one.speaks))),
        "reference": ColumnSpec(heading(NomineePart.REFERENCE), lambda one: one.public_id, ID),
    },
    page=("name", "other_name", "organisation", "rank", "unit"),
    is_cards=True,
)
"""The file is understood as a file of names; it has no telephone, no e-mail, no service number."""

TABLES: Mapping[str, TableSpec[Any]] = {"people": PEOPLE}
