"""The words of this area: codes, refusals, audit events and kinds of record, about nominations, vetting and seats."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from training.domain.admissions import refusals as r
from training.domain.admissions.events import AdmissionEvent
from training.domain.admissions.nomination_path import NominationEvent, SelectionStep
from training.kit.tables import RowMark
from training.models.admissions.nomination_uploads import (
    NominationBatch,
    NominationBatchState,
    NomineeFault,
    NomineeOutcome,
    NomineePart,
    NomineeQuestion,
)
from training.models.admissions.nominations import Hindrance, Nomination, NominationState
from training.models.admissions.notifications import NoticeKind
from training.models.admissions.vetting import ClearanceBatch, ClearanceFault, Lapsing, VettingDecision, VettingOutcome
from training.web.common.filters import long_date, name_text
from training.web.common.labels import Labels, word


def _reserved(refusal: r.ReservedForWomen) -> str:
    text: str = _("The seats that are left are reserved for women")
    if refusal.is_sex_unknown:
        text += ". " + _("The sex of this person is not recorded: correct the person if that is why")
    return text


_DONE: dict[NomineeOutcome, LazyString] = {
    NomineeOutcome.NEW: _l("Registered and nominated"),
    NomineeOutcome.MATCHED: _l("Known, nominated"),
    NomineeOutcome.POSSIBLE: _l("Perhaps known: not nominated"),
    NomineeOutcome.NOMINATED: _l("Had been nominated before"),
    NomineeOutcome.FAULTY: _l("Faulty: not nominated"),
    NomineeOutcome.ASKED: _l("Asked about: not nominated"),
}


def outcome_word(outcome: NomineeOutcome, state: NominationBatchState) -> str:
    """Return the label of the outcome of a row, in the past tense once its batch is committed."""
    done = _DONE.get(outcome) if state is NominationBatchState.COMMITTED else None
    return str(done) if done else word(outcome)


def part(code: str) -> str:
    """Return the label of a part of a nominee."""
    return word(NomineePart(code))


LABELS = Labels(
    words=(
        (ClearanceFault.NOMINATION_UNKNOWN, _l("Nobody in vetting has this nomination number")),
        (ClearanceFault.OUTCOME_UNREADABLE, _l("The outcome is missing or is none of the words that are taken")),
        (ClearanceFault.AUTHORITY_MISSING, _l("The authority is missing")),
        (ClearanceFault.TEXT_TOO_LONG, _l("The text is too long")),
        (ClearanceFault.DECIDED_UNREADABLE, _l("The date of the decision is missing or cannot be read")),
        (ClearanceFault.END_UNREADABLE, _l("The last day of the clearance is missing or cannot be read")),
        (
            ClearanceFault.OTHER_CALENDAR,
            _l("The year is not of the Gregorian calendar: it looks like Hijri or another. Write the Gregorian date"),
        ),
        (ClearanceFault.HIDDEN_ROW, _l("The workbook hides this row: show it there if it counts")),
        (ClearanceFault.DECIDED_IN_FUTURE, _l("The date of the decision is in the future")),
        (ClearanceFault.END_BEFORE_DECISION, _l("The clearance would expire before it was given")),
        (ClearanceFault.DECIDED_TWICE, _l("A row above says something else about the same person")),
        (ClearanceFault.NAME_DIFFERS, _l("The row names somebody else than the nominee with this number")),
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
        (NominationBatchState.UNDONE, _l("Undone")),
        (NominationBatchState.FORGOTTEN, _l("Deleted")),
        (NomineeOutcome.NEW, _l("New: will be registered and nominated")),
        (NomineeOutcome.MATCHED, _l("Known: will be nominated")),
        (NomineeOutcome.POSSIBLE, _l("Perhaps known: choose")),
        (NomineeOutcome.NOMINATED, _l("Nominated already")),
        (NomineeOutcome.FAULTY, _l("Faulty")),
        (NomineeOutcome.REPEATED, _l("There already: the same as another row")),
        (NomineeOutcome.ASKED, _l("Asked about: say whether it counts")),
        (NomineeOutcome.LEFT_OUT, _l("No person: left out")),
        (RowMark.HIDDEN, _l("Hidden in the workbook")),
        (RowMark.HEADING, _l("Left out: the headings again")),
        (RowMark.TOTAL, _l("Left out: total line")),
        (RowMark.SIGNATURE, _l("Left out: signature or note")),
        (RowMark.SECTION, _l("Left out: heading of a section")),
        (NomineeQuestion.HIDDEN, _l("The workbook hides this row")),
        (NomineeQuestion.NOT_A_PERSON, _l("The row is no person")),
        (NomineeQuestion.CELL_UNREADABLE, _l("A cell cannot be read")),
        (NomineeQuestion.RANK_OR_NAME, _l("A word of the name may be the rank")),
        (NomineeQuestion.NAME_UNUSUAL, _l("The name has marks or a long number")),
        (
            NomineeFault.NUMBER_ROUNDED,
            _l("The number was rounded by a spreadsheet: write the whole number, or leave it empty"),
        ),
        (NomineeFault.NAME_MISSING, _l("The name is missing")),
        (NomineeFault.NAME_UNREADABLE, _l("The name has no letters")),
        (NomineeFault.TEXT_TOO_LONG, _l("The text is too long")),
        (NomineeFault.SEX_UNKNOWN, _l("Write female or male, or leave it empty")),
        (NomineeFault.PHONE_UNREADABLE, _l("Write a telephone number, such as +964 750 000 0000, or leave it empty")),
        (NomineeFault.EMAIL_UNREADABLE, _l("Write an e-mail address, such as name@example.org, or leave it empty")),
        (
            NomineeFault.LANGUAGE_UNKNOWN,
            _l("A language is not known: write for example Arabic, Sorani, Kurmanji, English"),
        ),
        (NomineeFault.ORGANISATION_MISSING, _l("The organisation is missing")),
        (NomineeFault.ORGANISATION_UNKNOWN, _l("None of your organisations has this name")),
        (NomineeFault.ORGANISATION_NOT_INVITED, _l("The organisation was not invited to this cohort")),
        (NomineeFault.REFERENCE_UNKNOWN, _l("No person in your organisations has this reference")),
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
        (Hindrance.SET_ASIDE, _l("Passed over: the person's record was deactivated")),
        (NoticeKind.SEATED, _l("Has a seat now, from the waiting list")),
        (NoticeKind.UNSEATED, _l("Lost the seat: the clearance no longer lasts to the last day")),
        (NoticeKind.SET_ASIDE, _l("Withdrawn: the person's record was deactivated")),
        (SelectionStep.SHORTLIST, _l("Shortlist")),
        (SelectionStep.SEND, _l("Send to vetting")),
        (SelectionStep.CONFIRM, _l("Confirm the seat")),
        (SelectionStep.WAIT, _l("Put on the waiting list")),
        (SelectionStep.TURN_DOWN, _l("Turn down")),
        (SelectionStep.WITHDRAW, _l("Withdraw")),
        (Lapsing.WITHIN_30, _l("Within 30 days")),
        (Lapsing.WITHIN_60, _l("Within 60 days")),
        (VettingOutcome.CLEARED, _l("Cleared")),
        (VettingOutcome.NOT_CLEARED, _l("Not cleared")),
        (AdmissionEvent.SEATS_AND_DEADLINES_SET, _l("Seats and deadlines of the cohort set")),
        (AdmissionEvent.CLEARANCES_READ, _l("Spreadsheet of clearances read")),
        (AdmissionEvent.CLEARANCES_RECORDED, _l("Clearances of a spreadsheet recorded")),
        (AdmissionEvent.CLEARANCE_RECORDED, _l("Clearance recorded")),
        (AdmissionEvent.NOMINATION_FILE_READ, _l("File of names read")),
        (AdmissionEvent.NOMINATION_FILE_COMMITTED, _l("Rows of a file of names nominated")),
        (AdmissionEvent.NOMINATION_FILE_UNDONE, _l("Nominations from a file undone")),
        (NominationEvent.NOMINATE, _l("Nominated")),
        (NominationEvent.SHORTLIST, _l("Shortlisted")),
        (NominationEvent.SEND, _l("Sent to vetting")),
        (NominationEvent.CLEAR, _l("Cleared")),
        (NominationEvent.NOT_CLEAR, _l("Not cleared")),
        (NominationEvent.WAIT, _l("Put on the waiting list")),
        (NominationEvent.PROMOTE, _l("Seat from the waiting list")),
        (NominationEvent.CONFIRM, _l("Seat confirmed")),
        (NominationEvent.TURN_DOWN, _l("Turned down")),
        (NominationEvent.WITHDRAW, _l("Withdrawn")),
        (NominationEvent.SET_ASIDE, _l("Withdrawn: the person's record was deactivated")),
    ),
    tones=(
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
        (NomineeOutcome.ASKED, "yellow"),
        (NomineeOutcome.LEFT_OUT, "grey"),
        (NominationState.NOMINATED, "yellow"),
        (NominationState.SHORTLISTED, "blue"),
        (NominationState.IN_VETTING, "blue"),
        (NominationState.CLEARED, "teal"),
        (NominationState.NOT_CLEARED, "red"),
        (NominationState.WAITING, "purple"),
        (NominationState.CONFIRMED, "green"),
        (NominationState.TURNED_DOWN, "red"),
        (NominationState.WITHDRAWN, "grey"),
        (Lapsing.WITHIN_30, "orange"),
        (Lapsing.WITHIN_60, "yellow"),
        (VettingOutcome.CLEARED, "green"),
        (VettingOutcome.NOT_CLEARED, "red"),
    ),
    refusals={
        r.NotCleared: lambda x: _(
            "The person has no clearance that lasts until %(day)s",
            day=long_date(x.needed_until),
        ),
        r.DecidedInFuture: lambda _r: _("The date of the decision is in the future"),
        r.ExpiryBeforeDecision: lambda _r: _("The clearance would expire before it was given"),
        r.CohortFull: lambda _r: _("Every seat of the cohort is taken. A cleared nominee can wait for one"),
        r.QuotaReached: lambda x: ngettext(
            "The nominee's organisation has the one seat that its quota allows",
            "The nominee's organisation has all %(num)s seats that its quota allows",
            x.quota,
        ),
        r.ReservedForWomen: lambda x: _reserved(x),
        r.SeatClash: lambda _r: _("The person has a seat in another cohort on a day of this one"),
        r.FewerThanTaken: lambda x: ngettext(
            "%(num)s seat is taken: enter that or more", "%(num)s seats are taken: enter that or more", x.taken
        ),
        r.QuotaBelowTaken: lambda x: _(
            "%(organisation)s has %(taken)s seats: its quota cannot be lower",
            organisation=name_text(x.organisation),
            taken=x.taken,
        ),
        r.NominationsClosed: lambda x: _("Nominations closed on %(day)s", day=long_date(x.until)),
        r.SelectionRepeated: lambda _r: _("This step was sent twice: the second time changed nothing"),
        r.ClearancesRecorded: lambda _r: _("The rows of this file were recorded already"),
        r.ClearanceChanged: lambda x: _(
            "The clearance of the person in row %(number)s changed since the preview. Nothing was recorded: send "
            "the file again",
            number=x.number,
        ),
        r.AlreadyNominated: lambda _r: _("This person is nominated for the cohort already"),
        r.NotInvited: lambda _r: _("The person's organisation was not invited to this cohort"),
        r.WrongStep: lambda x: (
            _("This step does not begin where the nomination stands: %(state)s", state=word(NominationState(x.state)))
            if x.state
            else _("The nomination has moved on meanwhile, so this step no longer applies")
        ),
        r.AlreadyClaimed: lambda _r: _("Completion was claimed already"),
        r.NamesMissing: lambda _r: _("Say which column has the names"),
        r.NomineesMany: lambda x: _(
            "The file nominates %(people)s people for %(seats)s seats: say that so many are meant",
            people=x.people,
            seats=x.seats,
        ),
        r.BatchClosed: lambda _r: _("The rows of this file have already been nominated, undone or deleted"),
        r.BatchChanged: lambda x: _(
            "Since the preview, people in these rows were changed, registered or nominated: %(rows)s. Nothing "
            "was nominated: match the rows again",
            rows=", ".join(str(number) for number in x.rows),
        ),
        r.BatchNotCommitted: lambda _r: _("Only a file whose rows were nominated can be undone"),
        r.BatchActedOn: lambda x: ngettext(
            "%(num)s nomination of this file has been processed, or the person changed, so the file can no "
            "longer be undone",
            "%(num)s nominations of this file have been processed, or the people changed, so the file can no "
            "longer be undone",
            x.rows,
        ),
    },
    records={
        Nomination: _l("Nomination"),
        NominationBatch: _l("File of names"),
        VettingDecision: _l("Clearance"),
        ClearanceBatch: _l("Spreadsheet of clearances"),
    },
    filters={"outcome_word": outcome_word, "part": part},
)
