"""Tables of people to save: the register."""

from collections.abc import Iterable

from flask_babel import gettext as _

from training.domain.admissions.column_mapping import FORMAT
from training.kit.sheets import Column
from training.models.admissions.nomination_uploads import NomineePart
from training.models.people.people import Person
from training.web.common.downloads import Table
from training.web.common.filters import name_text
from training.web.common.labels import word
from training.web.common.language import language

_LISTED = (
    NomineePart.NAME_LATIN,
    NomineePart.NAME_NATIVE,
    NomineePart.ORGANISATION,
    NomineePart.RANK,
    NomineePart.UNIT,
    NomineePart.SEX,
    NomineePart.LANGUAGES,
    NomineePart.REFERENCE,
)


def people(of: Iterable[Person]) -> Table:
    """Return people as the list shows them, each name in its column; no telephone, no e-mail, no service number.

    Its headings are understood when the file is sent back as a file of names (acceptance test j).
    """
    code = language().code
    rows = [
        (
            one.name_latin,
            one.name_native,
            name_text(one.organisation),
            one.rank,
            one.unit,
            word(one.sex) if one.sex else "",
            ", ".join(word(spoken) for spoken in one.speaks),
            one.public_id,
        )
        for one in of
    ]
    return Table(_("People"), [Column(FORMAT.heading(part, code)) for part in _LISTED], rows)
