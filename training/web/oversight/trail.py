"""The words of the audit trail for fields of all areas."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from training.kit.money import Currency, format_pounds, format_rate
from training.models.admissions.vetting import VettingOutcome
from training.models.assurance.rights_assessments import RiskLevel
from training.models.courses.cohorts import CohortState
from training.models.courses.courses import CostBasis, Theme
from training.models.finance.claims import EvidenceKind
from training.models.finance.programmes import LineCategory, ProjectKind
from training.models.people.cards import CardEnd
from training.models.people.links import LinkAct
from training.models.people.people import InactiveReason, Sex, SpokenLanguage
from training.web.common.labels import word
from training.web.common.trail import FieldWords, code_of, day, month_of, number, yes_or_no


def _languages(codes: str) -> str:
    return ", ".join(word(SpokenLanguage(code)) for code in codes.split())


def _kind(value: str) -> str:
    """Return the kind of a project or of a file."""
    return code_of(ProjectKind)(value) if value in set(ProjectKind) else code_of(EvidenceKind)(value).upper()


FIELDS: Mapping[str, FieldWords] = {
    "account": FieldWords(_l("Account")),
    "are_others": FieldWords(_l("Confirmed as other payments"), yes_or_no),
    "attendance_percent": FieldWords(_l("Attendance needed, per cent")),
    "audience": FieldWords(_l("Who it is for")),
    "capacity": FieldWords(_l("Seats"), number),
    "card_end": FieldWords(_l("Reason"), code_of(CardEnd)),
    "category": FieldWords(_l("Category"), code_of(LineCategory)),
    "clearance": FieldWords(_l("Clearance")),
    "contact_hours": FieldWords(_l("Contact hours")),
    "currency": FieldWords(_l("Currency"), code_of(Currency)),
    "days": FieldWords(_l("Days")),
    "decided": FieldWords(_l("Decided already"), number),
    "email": FieldWords(_l("E-mail")),
    "ends_on": FieldWords(_l("Last day"), day),
    "entry": FieldWords(_l("Entry")),
    "evidence": FieldWords(_l("Evidence")),
    "has_practical": FieldWords(_l("A practical exercise must be passed"), yes_or_no),
    "host": FieldWords(_l("Host")),
    "inactive_because": FieldWords(_l("Reason"), code_of(InactiveReason)),
    "invited": FieldWords(_l("Who may nominate")),
    "kind": FieldWords(_l("Kind"), _kind),
    "languages": FieldWords(_l("Languages"), _languages),
    "late_entry": FieldWords(_l("Late entry")),
    "level": FieldWords(_l("Level of risk after mitigation"), code_of(RiskLevel)),
    "mitigations": FieldWords(_l("Mitigations")),
    "name_latin": FieldWords(_l("Name in Latin letters")),
    "name_native": FieldWords(_l("Name in Arabic or Kurdish letters")),
    "nominations_until": FieldWords(_l("Last day for nominations"), day),
    "act": FieldWords(_l("What is asked for"), code_of(LinkAct)),
    "organisation": FieldWords(_l("Organisation")),
    "outcome": FieldWords(_l("Outcome"), code_of(VettingOutcome)),
    "pass_mark_percent": FieldWords(_l("Pass mark, per cent")),
    "past": FieldWords(_l("Given past")),
    "phone": FieldWords(_l("Telephone")),
    "planned_cost": FieldWords(_l("Planned cost"), format_pounds),
    "programme": FieldWords(_l("Programme")),
    "provider": FieldWords(_l("Provider")),
    "rank": FieldWords(_l("Rank")),
    "rate": FieldWords(_l("Rate"), format_rate),
    "reason": FieldWords(_l("Reason"), code_of(InactiveReason)),
    "removed": FieldWords(_l("Records removed"), number),
    "reserved_for_women": FieldWords(_l("Of these reserved for women"), number),
    "reused": FieldWords(_l("Clearance that is valid already")),
    "row": FieldWords(_l("Row"), number),
    "seats_taken": FieldWords(_l("Seats taken"), number),
    "service_number": FieldWords(_l("Service number")),
    "sex": FieldWords(_l("Sex"), code_of(Sex)),
    "source_date": FieldWords(_l("Date of the source")),
    "starts_on": FieldWords(_l("First day"), day),
    "state": FieldWords(_l("State"), code_of(CohortState)),
    "summary": FieldWords(_l("Summary of the risk")),
    "teaching_language": FieldWords(_l("Language of teaching")),
    "theme": FieldWords(_l("Theme"), code_of(Theme)),
    "title_ar": FieldWords(_l("Title in Arabic")),
    "title_ckb": FieldWords(_l("Title in Kurdish (Sorani)")),
    "title_en": FieldWords(_l("Title in English")),
    "trainers": FieldWords(_l("Trainers")),
    "unit": FieldWords(_l("Unit")),
    "valid_until": FieldWords(_l("Valid until"), day),
    "venue": FieldWords(_l("Venue")),
    "vetting_by": FieldWords(_l("Vetting needed by"), day),
}


def _cost(rest: str) -> FieldWords:
    """Return the words of a cost: its category, and in a template on what it depends."""
    category, *basis = rest.split(".")
    text = [word(LineCategory(category)), *(word(CostBasis(one)) for one in basis)]
    return FieldWords(LazyString(lambda: ", ".join(text)), format_pounds)


def _line(rest: str) -> FieldWords:
    said = _("Line for %(category)s", category=word(LineCategory(rest)))
    return FieldWords(LazyString(lambda: said))


def _quota(rest: str) -> FieldWords:
    said = _("Most seats for %(organisation)s", organisation=f"\u2068{rest}\u2069")
    return FieldWords(LazyString(lambda: said), number)


def _plan(rest: str) -> FieldWords:
    said = _("Plan of %(month)s", month=month_of(rest))
    return FieldWords(LazyString(lambda: said), format_pounds)


GROUPS = {"cost": _cost, "line": _line, "plan": _plan, "quota": _quota}
