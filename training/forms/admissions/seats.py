"""Set the seats, quotas and deadlines of a cohort."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm
from training.forms.common.checks import between, may_be_empty, required
from training.forms.common.fields import DateField, IntegerField


class SeatsForm(BaseForm):
    """Seats, reserved places and deadlines, with a quota field for each invited organisation."""

    capacity = IntegerField(
        _l("Seats"),
        [required(), between(1, 1000)],
        description=_l("More seats seat nobody by themselves: confirm those who wait"),
    )
    reserved_for_women = IntegerField(
        _l("Of these reserved for women"),
        [may_be_empty(), between(0, 1000)],
        description=_l("A seat that only a woman may take. Whose sex is not recorded does not count as a woman"),
    )
    nominations_until = DateField(_l("Last day for nominations"), [may_be_empty()])
    vetting_by = DateField(_l("Vetting needed by"), [may_be_empty()])

    @classmethod
    def asking(cls, organisations: Sequence[str]) -> "type[SeatsForm]":
        """Return the form with a quota field for each organisation, by public id; the view supplies the labels."""
        quotas = {
            quota_name(key): IntegerField(_l("Seats"), [may_be_empty(), between(1, 1000)]) for key in organisations
        }
        made: Any = type("SeatsAndQuotasForm", (cls,), quotas)
        form: type[SeatsForm] = made
        return form

    def quota(self, organisation: str) -> int | None:
        """Return the entered quota of an organisation."""
        most: int | None = self[quota_name(organisation)].data
        return most


def quota_name(organisation: str) -> str:
    """Return the name of the field with the quota of an organisation."""
    return f"quota_{organisation}"
