"""The words for acts in the audit trail, and for the kinds of record they were done to."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ACTS: dict[str, LazyString] = {
    "account created": _l("Account created"),
    "signed in": _l("Signed in"),
    "signed out": _l("Signed out"),
    "role granted": _l("Role granted"),
    "organisation added": _l("Organisation added"),
    "person registered": _l("Person registered"),
    "person corrected": _l("Person corrected"),
    "programme loaded": _l("Programme loaded"),
    "project added": _l("Project added"),
    "line proposed": _l("Budget line proposed"),
    "line plan entered": _l("Plan of the budget line entered"),
    "allocate proposed": _l("Allocation proposed"),
    "allocate approved": _l("Allocation approved"),
    "allocate refused": _l("Allocation refused"),
    "allocate withdrawn": _l("Allocation taken back"),
    "deallocate proposed": _l("Return to the programme proposed"),
    "deallocate approved": _l("Return to the programme approved"),
    "deallocate refused": _l("Return to the programme refused"),
    "deallocate withdrawn": _l("Return to the programme taken back"),
    "commit proposed": _l("Commitment proposed"),
    "commit approved": _l("Commitment approved"),
    "commit refused": _l("Commitment refused"),
    "commit withdrawn": _l("Commitment taken back"),
    "pay proposed": _l("Payment proposed"),
    "pay approved": _l("Payment approved"),
    "pay refused": _l("Payment refused"),
    "pay withdrawn": _l("Payment taken back"),
    "release proposed": _l("Release proposed"),
    "release approved": _l("Release approved"),
    "release refused": _l("Release refused"),
    "release withdrawn": _l("Release taken back"),
    "reverse proposed": _l("Reversal proposed"),
    "reverse approved": _l("Reversal approved"),
    "reverse refused": _l("Reversal refused"),
    "reverse withdrawn": _l("Reversal taken back"),
    "variance explained": _l("Variance explained"),
    "evidence uploaded": _l("Evidence uploaded"),
    "upload forgotten": _l("Upload that no claim took forgotten"),
    "rate entered": _l("Exchange rate entered"),
    "spend file read": _l("Spend file read"),
    "spend file proposed": _l("Rows of a spend file proposed"),
    "spend file taken back": _l("Rows of a spend file taken back"),
    "spend file forgotten": _l("Rows of a spend file that nobody proposed forgotten"),
    "course added": _l("Course added"),
    "course edited": _l("Course edited"),
    "course costs planned": _l("Costs of the course planned"),
    "cohort drafted": _l("Cohort drafted"),
    "cohort edited": _l("Cohort edited"),
    "cohort costs planned": _l("Costs of the cohort planned"),
    "cohort put up for approval": _l("Cohort put up for approval"),
    "cohort opened": _l("Cohort opened"),
    "cohort returned to draft": _l("Cohort returned to draft"),
    "cohort closed": _l("Cohort closed"),
    "cohort cancelled": _l("Cohort cancelled"),
    "nominated": _l("Nominated"),
    "shortlisted": _l("Shortlisted"),
    "in vetting": _l("Sent to vetting"),
    "confirmed": _l("Seat confirmed"),
    "turned down": _l("Turned down"),
    "withdrawn": _l("Withdrawn"),
    "clearance recorded": _l("Clearance recorded"),
    "completion claimed": _l("Completion claimed"),
    "completion confirmed": _l("Completion confirmed"),
    "completion refused": _l("Completion refused"),
    "rights assessment written": _l("Rights assessment written"),
    "rights assessment approved": _l("Rights assessment approved"),
    "rights assessment refused": _l("Rights assessment refused"),
}

RECORDS: dict[str, LazyString] = {
    "User": _l("Account"),
    "Organisation": _l("Organisation"),
    "Person": _l("Person"),
    "Programme": _l("Programme"),
    "Project": _l("Project"),
    "BudgetLine": _l("Budget line"),
    "LedgerEntry": _l("Entry"),
    "Evidence": _l("Evidence"),
    "ExchangeRate": _l("Exchange rate"),
    "SpendBatch": _l("Spend file"),
    "Course": _l("Course"),
    "Cohort": _l("Cohort"),
    "Nomination": _l("Nomination"),
    "VettingDecision": _l("Clearance"),
    "Completion": _l("Completion"),
    "RightsAssessment": _l("Rights assessment"),
}


def act(code: str) -> str:
    """Return the word for an act in the reader's language."""
    return str(ACTS[code])


def record_kind(code: str) -> str:
    """Return the word for a kind of record."""
    return str(RECORDS[code])


def init_app(app: Flask) -> None:
    """Make the words known to templates."""
    app.jinja_env.filters["act"] = act
    app.jinja_env.filters["record_kind"] = record_kind
