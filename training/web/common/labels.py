"""The words for codes: states, kinds, roles. Lazy, so that each request reads them in its language."""

from enum import StrEnum
from functools import cache

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from training.domain.admissions.nomination_path import SelectionStep
from training.domain.finance.evidence import FileState
from training.domain.finance.payment_warnings import Doubt
from training.domain.finance.rates import RateOutcome
from training.domain.finance.spending_plans import Pattern
from training.forms.common.widgets import Choice
from training.models.admissions.nomination_uploads import (
    NominationBatchState,
    NomineeFault,
    NomineeOutcome,
    NomineePart,
)
from training.models.admissions.nominations import Hindrance, NominationState
from training.models.admissions.notifications import NoticeKind
from training.models.admissions.vetting import ClearanceFault, VettingOutcome
from training.models.assurance.rights_assessments import Assessed, AssessmentState, RightsAct, RiskLevel
from training.models.courses.cohorts import CohortState
from training.models.courses.courses import CostBasis, Theme
from training.models.finance.ledger import EntryKind, Outcome
from training.models.finance.programmes import LineCategory, ProjectKind
from training.models.finance.spend_uploads import BatchState, Fault, RowOutcome
from training.models.identity.accounts import ApprovalGrade, Role
from training.models.identity.organisations import Jurisdiction
from training.models.outcomes.completions import CompletionState
from training.models.people.people import Inactive, Sex, Spoken
from training.queries.assurance.rights_assessments import Which
from training.queries.finance.claims import ClaimState
from training.queries.people.people import Kind
from training.web.common.language import language

_WORDS: tuple[tuple[StrEnum, LazyString], ...] = (
    (Role.UK_COORDINATOR, _l("UK coordinator")),
    (Role.PARTNER_COORDINATOR, _l("Partner coordinator")),
    (Role.TRAINER, _l("Trainer")),
    (Role.TRAINEE, _l("Trainee")),
    (Role.FUNDER, _l("Funder")),
    (Role.FINANCE_APPROVER, _l("Finance approver")),
    (Role.VETTING_OFFICER, _l("Vetting officer")),
    (Role.RIGHTS_APPROVER, _l("Rights approver")),
    (Role.AUDITOR, _l("Auditor")),
    (Role.ADMINISTRATOR, _l("Administrator")),
    (ApprovalGrade.OFFICIAL, _l("Official")),
    (ApprovalGrade.SENIOR, _l("Senior official")),
    (ApprovalGrade.MINISTERIAL, _l("Minister")),
    (Kind.TRAINEE, _l("Trainee")),
    (Kind.TRAINER, _l("Trainer")),
    (Jurisdiction.UK, _l("United Kingdom")),
    (Jurisdiction.IRAQ, _l("Iraq (federal)")),
    (Jurisdiction.KURDISTAN, _l("Kurdistan Region of Iraq")),
    (Sex.FEMALE, _l("Female")),
    (Sex.MALE, _l("Male")),
    (Spoken.ARABIC, _l("Arabic")),
    (Spoken.SORANI, _l("Kurdish (Sorani)")),
    (Spoken.KURMANJI, _l("Kurdish (Kurmanji)")),
    (Spoken.ENGLISH, _l("English")),
    (Spoken.TURKMEN, _l("Turkmen")),
    (Spoken.SYRIAC, _l("Syriac")),
    (Inactive.LEFT_SERVICE, _l("Left the service")),
    (Inactive.RETIRED, _l("Retired")),
    (Inactive.DIED, _l("Died")),
    (Inactive.REGISTERED_IN_ERROR, _l("Registered in error")),
    (Inactive.OTHER, _l("Another reason")),
    (Inactive.MERGED, _l("Joined with another record")),
    (ProjectKind.TRAINING, _l("Training")),
    (ProjectKind.TASK_FORCE, _l("Task force")),
    (ProjectKind.EQUIPMENT, _l("Equipment (project)")),
    (ProjectKind.CAMPAIGN_ACTIVITY, _l("Campaign activity")),
    (LineCategory.TRAINERS, _l("Trainers")),
    (LineCategory.TRAVEL, _l("Travel")),
    (LineCategory.ACCOMMODATION, _l("Accommodation")),
    (LineCategory.VENUE, _l("Venue")),
    (LineCategory.INTERPRETATION, _l("Interpretation")),
    (LineCategory.EQUIPMENT, _l("Equipment")),
    (LineCategory.MATERIALS, _l("Materials")),
    (LineCategory.EVALUATION, _l("Evaluation")),
    (LineCategory.OTHER, _l("Other costs")),
    (EntryKind.ALLOCATE, _l("Allocation")),
    (EntryKind.DEALLOCATE, _l("Return to the programme")),
    (EntryKind.COMMIT, _l("Commitment")),
    (EntryKind.PAY, _l("Payment")),
    (EntryKind.RELEASE, _l("Release")),
    (EntryKind.REVERSE, _l("Reversal")),
    (Outcome.APPROVED, _l("Approved")),
    (Outcome.REFUSED, _l("Refused")),
    (Outcome.WITHDRAWN, _l("Taken back")),
    (ClaimState.WAITING, _l("Waiting")),
    (ClaimState.APPROVED, _l("Approved")),
    (ClaimState.REVERSED, _l("Reversed, wholly or in part")),
    (ClaimState.REFUSED, _l("Refused")),
    (ClaimState.WITHDRAWN, _l("Taken back")),
    (Doubt.ALIKE, _l("Like another claim")),
    (Doubt.ODD_RATE, _l("Rate far from the table")),
    (Doubt.UNKNOWN_RATE, _l("No rate in the table")),
    (Doubt.NO_EVIDENCE, _l("No evidence")),
    (Doubt.FILE_CHANGED, _l("Evidence changed or missing")),
    (Doubt.NO_ROOM, _l("Does not fit any more")),
    (FileState.WHOLE, _l("Unchanged")),
    (FileState.CHANGED, _l("The file has changed")),
    (FileState.MISSING, _l("The file is missing")),
    (Pattern.EVEN, _l("Evenly")),
    (Pattern.EARLY, _l("More at the beginning")),
    (Pattern.LATE, _l("More at the end")),
    (Pattern.QUARTERLY, _l("At the end of each quarter")),
    (CostBasis.FIXED, _l("Once")),
    (CostBasis.PER_DAY, _l("Per day")),
    (CostBasis.PER_TRAINEE, _l("Per trainee")),
    (CostBasis.PER_TRAINEE_DAY, _l("Per trainee and day")),
    (BatchState.PREVIEWED, _l("Previewed")),
    (BatchState.PROPOSED, _l("Claims proposed")),
    (BatchState.WITHDRAWN, _l("Taken back")),
    (RowOutcome.NEW, _l("Will be created")),
    (RowOutcome.KNOWN, _l("Already there")),
    (RowOutcome.FAULTY, _l("Faulty")),
    (Fault.DATE_UNREADABLE, _l("The date is missing or cannot be read")),
    (Fault.AMOUNT_UNREADABLE, _l("The amount is missing or cannot be read")),
    (Fault.NOT_POSITIVE, _l("The amount is nought or less")),
    (Fault.PAYEE_MISSING, _l("Nobody is named who was paid")),
    (Fault.TOO_LONG, _l("The text is too long")),
    (Fault.IN_FUTURE, _l("The date is in the future")),
    (Fault.OUTSIDE_PROGRAMME, _l("The date is outside the programme")),
    (Fault.NO_COMMITMENT, _l("No commitment is named")),
    (Fault.COMMITMENT_UNKNOWN, _l("No commitment of the programme with money outstanding has this id or cohort")),
    (Fault.SEVERAL_COMMITMENTS, _l("The cohort has several commitments: write the id of one")),
    (ClearanceFault.NOMINATION_UNKNOWN, _l("Nobody in vetting has this nomination number")),
    (ClearanceFault.OUTCOME_UNREADABLE, _l("The outcome is missing or is none of the words that are taken")),
    (ClearanceFault.AUTHORITY_MISSING, _l("The authority is missing")),
    (ClearanceFault.TEXT_TOO_LONG, _l("The text is too long")),
    (ClearanceFault.DECIDED_UNREADABLE, _l("The date of the decision is missing or cannot be read")),
    (ClearanceFault.END_UNREADABLE, _l("The last day of the clearance is missing or cannot be read")),
    (ClearanceFault.DECIDED_IN_FUTURE, _l("The date of the decision is in the future")),
    (ClearanceFault.END_BEFORE_DECISION, _l("The clearance would expire before it was given")),
    (ClearanceFault.DECIDED_TWICE, _l("A row above says something else about the same person")),
    (ClearanceFault.NAME_DIFFERS, _l("The row names somebody else than the nominee with this number")),
    (RateOutcome.ENTERED, _l("Entered")),
    (RateOutcome.KNOWN, _l("Already there")),
    (RateOutcome.CURRENCY_UNKNOWN, _l("The currency is none of USD, EUR and IQD")),
    (RateOutcome.MONTH_UNREADABLE, _l("The month is missing or cannot be read")),
    (RateOutcome.RATE_UNREADABLE, _l("The rate is missing or cannot be read")),
    (RateOutcome.SOURCE_MISSING, _l("The source is missing")),
    (RateOutcome.SOURCE_TOO_LONG, _l("The text is too long")),
    (RateOutcome.TWICE, _l("The list has another rate for this month above")),
    (RiskLevel.LOW, _l("Low")),
    (RiskLevel.MEDIUM, _l("Medium")),
    (RiskLevel.HIGH, _l("High")),
    (Assessed.COURSE, _l("Course")),
    (Assessed.PROJECT, _l("Project")),
    (Assessed.PROGRAMME, _l("Programme")),
    (AssessmentState.DRAFT, _l("Draft")),
    (AssessmentState.SUBMITTED, _l("Awaiting approval")),
    (AssessmentState.APPROVED, _l("Approved")),
    (AssessmentState.REFUSED, _l("Refused")),
    (AssessmentState.SUPERSEDED, _l("Superseded")),
    (RightsAct.WRITTEN, _l("Draft begun")),
    (RightsAct.EDITED, _l("Draft changed")),
    (RightsAct.ATTACHED, _l("File attached")),
    (RightsAct.DETACHED, _l("File removed")),
    (RightsAct.SUBMITTED, _l("Put before the approver")),
    (RightsAct.APPROVED, _l("Approved")),
    (RightsAct.REFUSED, _l("Refused")),
    (RightsAct.SUPERSEDED, _l("Superseded")),
    (RightsAct.MITIGATED, _l("Mitigation marked as done")),
    (RightsAct.NOTED, _l("Monitoring note")),
    (Which.WAITING, _l("Waiting for me")),
    (Which.CURRENT, _l("Current")),
    (Which.LAPSING, _l("Lapsing within 60 days")),
    (Which.LAPSED, _l("Lapsed")),
    (Theme.BORDER_OPERATIONS, _l("Border operations")),
    (Theme.DOCUMENT_FRAUD, _l("Document fraud")),
    (Theme.INVESTIGATIONS, _l("Investigations")),
    (Theme.NARCOTICS, _l("Narcotics")),
    (Theme.TRAFFICKING, _l("Trafficking in human beings")),
    (Theme.IMMIGRATION_CRIME, _l("Organised immigration crime")),
    (Theme.HUMAN_RIGHTS, _l("Human rights")),
    (Theme.LEADERSHIP, _l("Leadership")),
    (Theme.OTHER, _l("Other subjects")),
    (CohortState.DRAFT, _l("Draft")),
    (CohortState.AWAITING_APPROVAL, _l("Awaiting approval")),
    (CohortState.OPEN, _l("Open")),
    (CohortState.CLOSED, _l("Closed")),
    (CohortState.CANCELLED, _l("Cancelled")),
    (NominationState.NOMINATED, _l("Nominated")),
    (NominationState.SHORTLISTED, _l("Shortlisted")),
    (NominationState.IN_VETTING, _l("In vetting")),
    (NominationState.CLEARED, _l("Cleared")),
    (NominationState.NOT_CLEARED, _l("Not cleared")),
    (NominationState.WAITING, _l("On the waiting list")),
    (NominationState.CONFIRMED, _l("Seat confirmed")),
    (NominationState.TURNED_DOWN, _l("Turned down")),
    (NominationState.WITHDRAWN, _l("Withdrawn")),
    (NominationBatchState.READ, _l("Read")),
    (NominationBatchState.PREVIEWED, _l("Previewed")),
    (NominationBatchState.COMMITTED, _l("Nominated")),
    (NominationBatchState.UNDONE, _l("Taken back")),
    (NominationBatchState.FORGOTTEN, _l("Forgotten")),
    (NomineeOutcome.NEW, _l("New: will be registered and nominated")),
    (NomineeOutcome.MATCHED, _l("Known: will be nominated")),
    (NomineeOutcome.POSSIBLE, _l("Perhaps known: choose")),
    (NomineeOutcome.NOMINATED, _l("Nominated already")),
    (NomineeOutcome.FAULTY, _l("Faulty")),
    (NomineeOutcome.REPEATED, _l("The same person as another row: left out")),
    (NomineeFault.NAME_MISSING, _l("The name is missing")),
    (NomineeFault.NAME_UNREADABLE, _l("The name has no letters")),
    (NomineeFault.TEXT_TOO_LONG, _l("The text is too long")),
    (NomineeFault.SEX_UNKNOWN, _l("Write female or male, or leave it empty")),
    (NomineeFault.PHONE_UNREADABLE, _l("Write a telephone number, such as +964 750 000 0000, or leave it empty")),
    (NomineeFault.EMAIL_UNREADABLE, _l("Write an e-mail address, such as name@example.org, or leave it empty")),
    (NomineeFault.LANGUAGE_UNKNOWN, _l("A language is not known: write for example Arabic, Sorani, Kurmanji, English")),
    (NomineeFault.ORGANISATION_MISSING, _l("The organisation is missing")),
    (NomineeFault.ORGANISATION_UNKNOWN, _l("No organisation of yours has this name")),
    (NomineeFault.ORGANISATION_NOT_INVITED, _l("The organisation was not invited to this cohort")),
    (NomineeFault.REFERENCE_UNKNOWN, _l("Nobody of yours has this reference")),
    (NomineeFault.REFERENCE_CONTRADICTED, _l("The reference and the service number are those of two people")),
    (NomineeFault.SAME_PERSON, _l("An earlier row means the same person")),
    (NomineePart.NAME_LATIN, _l("Name in Latin letters")),
    (NomineePart.NAME_NATIVE, _l("Name in Arabic or Kurdish letters")),
    (NomineePart.ORGANISATION, _l("Organisation")),
    (NomineePart.RANK, _l("Rank")),
    (NomineePart.UNIT, _l("Unit")),
    (NomineePart.SEX, _l("Sex")),
    (NomineePart.SERVICE_NUMBER, _l("Service number")),
    (NomineePart.PHONE, _l("Telephone")),
    (NomineePart.EMAIL, _l("E-mail")),
    (NomineePart.LANGUAGES, _l("Languages")),
    (NomineePart.REFERENCE, _l("Reference")),
    (Hindrance.CLEARANCE, _l("Passed over: no clearance to the last day")),
    (Hindrance.CLASH, _l("Passed over: has a seat in another cohort on a day of this one")),
    (Hindrance.QUOTA, _l("Passed over: the quota of the organisation is reached")),
    (Hindrance.RESERVED, _l("Passed over: the seats left are reserved for women")),
    (Hindrance.SET_ASIDE, _l("Passed over: the record of the person was set aside")),
    (NoticeKind.SEATED, _l("Has a seat now, from the waiting list")),
    (NoticeKind.UNSEATED, _l("Lost the seat: the clearance no longer lasts to the last day")),
    (NoticeKind.SET_ASIDE, _l("Withdrawn: the record of the person was set aside")),
    (SelectionStep.SHORTLIST, _l("Shortlist")),
    (SelectionStep.SEND, _l("Send to vetting")),
    (SelectionStep.CONFIRM, _l("Confirm the seat")),
    (SelectionStep.WAIT, _l("Put on the waiting list")),
    (SelectionStep.TURN_DOWN, _l("Turn down")),
    (SelectionStep.WITHDRAW, _l("Withdraw")),
    (VettingOutcome.CLEARED, _l("Cleared")),
    (VettingOutcome.NOT_CLEARED, _l("Not cleared")),
    (CompletionState.CLAIMED, _l("Completion claimed")),
    (CompletionState.CONFIRMED, _l("Completion confirmed")),
    (CompletionState.REFUSED, _l("Completion refused")),
)

_TONES: tuple[tuple[StrEnum, str], ...] = (
    (Outcome.APPROVED, "green"),
    (Outcome.REFUSED, "red"),
    (Outcome.WITHDRAWN, "grey"),
    (ClaimState.WAITING, "yellow"),
    (ClaimState.APPROVED, "green"),
    (ClaimState.REVERSED, "orange"),
    (ClaimState.REFUSED, "red"),
    (ClaimState.WITHDRAWN, "grey"),
    (Doubt.ALIKE, "orange"),
    (Doubt.ODD_RATE, "orange"),
    (Doubt.UNKNOWN_RATE, "yellow"),
    (Doubt.NO_EVIDENCE, "yellow"),
    (Doubt.FILE_CHANGED, "red"),
    (Doubt.NO_ROOM, "red"),
    (FileState.CHANGED, "red"),
    (FileState.MISSING, "red"),
    (BatchState.PREVIEWED, "yellow"),
    (BatchState.PROPOSED, "blue"),
    (BatchState.WITHDRAWN, "grey"),
    (RowOutcome.NEW, "blue"),
    (RowOutcome.KNOWN, "grey"),
    (RowOutcome.FAULTY, "red"),
    (NominationBatchState.READ, "yellow"),
    (NominationBatchState.PREVIEWED, "yellow"),
    (NominationBatchState.COMMITTED, "green"),
    (NominationBatchState.UNDONE, "grey"),
    (NominationBatchState.FORGOTTEN, "grey"),
    (NomineeOutcome.NEW, "blue"),
    (NomineeOutcome.MATCHED, "green"),
    (NomineeOutcome.POSSIBLE, "yellow"),
    (NomineeOutcome.NOMINATED, "grey"),
    (NomineeOutcome.FAULTY, "red"),
    (NomineeOutcome.REPEATED, "grey"),
    (AssessmentState.DRAFT, "grey"),
    (AssessmentState.SUBMITTED, "yellow"),
    (AssessmentState.APPROVED, "green"),
    (AssessmentState.REFUSED, "red"),
    (AssessmentState.SUPERSEDED, "grey"),
    (CohortState.DRAFT, "grey"),
    (CohortState.AWAITING_APPROVAL, "yellow"),
    (CohortState.OPEN, "blue"),
    (CohortState.CLOSED, "green"),
    (CohortState.CANCELLED, "grey"),
    (NominationState.NOMINATED, "yellow"),
    (NominationState.SHORTLISTED, "blue"),
    (NominationState.IN_VETTING, "blue"),
    (NominationState.CLEARED, "teal"),
    (NominationState.NOT_CLEARED, "red"),
    (NominationState.WAITING, "purple"),
    (NominationState.CONFIRMED, "green"),
    (NominationState.TURNED_DOWN, "red"),
    (NominationState.WITHDRAWN, "grey"),
    (VettingOutcome.CLEARED, "green"),
    (VettingOutcome.NOT_CLEARED, "red"),
    (CompletionState.CLAIMED, "yellow"),
    (CompletionState.CONFIRMED, "green"),
    (CompletionState.REFUSED, "red"),
)

# Codes of different kinds may be equal as text, so a code is found by its kind too.
_WORD_OF = {(type(code), code): text for code, text in _WORDS}
_TONE_OF = {(type(code), code): tone for code, tone in _TONES}


def word(code: StrEnum) -> str:
    """Return the word for a code in the reader's language."""
    return _word(type(code), code, language().code)


@cache
def _word(kind: type[StrEnum], code: StrEnum, _language: str) -> str:
    """Return the word for a code; looked up once in each language, which is that of this request."""
    return str(_WORD_OF[kind, code])


def role_word(code: str) -> str:
    """Return the word for a role as the trail of an assessment keeps it."""
    return word(Role(code))


_DONE: dict[NomineeOutcome, LazyString] = {
    NomineeOutcome.NEW: _l("Registered and nominated"),
    NomineeOutcome.MATCHED: _l("Known, nominated"),
    NomineeOutcome.POSSIBLE: _l("Perhaps known: not nominated"),
    NomineeOutcome.NOMINATED: _l("Had been nominated before"),
    NomineeOutcome.FAULTY: _l("Faulty: not nominated"),
}


def outcome_word(outcome: NomineeOutcome, state: NominationBatchState) -> str:
    """Return what will become of a row, or, once its file was nominated, what became of it."""
    done = _DONE.get(outcome) if state is NominationBatchState.COMMITTED else None
    return str(done) if done else word(outcome)


def part(code: str) -> str:
    """Return what a column of a file of names holds."""
    return word(NomineePart(code))


def choices(kind: type[StrEnum]) -> list[Choice]:
    """Return the codes of a kind as the answers of a form."""
    return [Choice(code.value, word(code)) for code in kind]


def tone(code: StrEnum) -> str:
    """Return the tone of a state's tag: green done, blue going on, yellow waits, red refused, grey over."""
    return _TONE_OF[type(code), code]


def init_app(app: Flask) -> None:
    """Make the words known to templates."""
    app.jinja_env.filters["word"] = word
    app.jinja_env.filters["tone"] = tone
    app.jinja_env.filters["role_word"] = role_word
    app.jinja_env.filters["part"] = part
    app.jinja_env.filters["outcome_word"] = outcome_word
