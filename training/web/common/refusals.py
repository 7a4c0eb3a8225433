"""The words for refusals. One entry for each kind; a test holds the table to the domain's."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from training.domain.common import refusals as r
from training.domain.identity import jobs
from training.forms.common.base import BaseForm
from training.kit.money import Currency, format_pounds, format_rate
from training.kit.tables import MOST_COLUMNS, MOST_ROWS, Problem
from training.models.admissions.nominations import NominationState
from training.models.assurance.rights_assessments import Assessed
from training.models.identity.jobs import Job, JobState
from training.web.common.filters import long_date, month, name_text
from training.web.common.labels import word

_Wording = Callable[[Any], str]

_UNREADABLE: dict[Problem, Callable[[], str]] = {
    Problem.TOO_LARGE: lambda: _("The file holds too much: at most 10 megabytes are taken, unpacked 100"),
    Problem.TOO_MANY_ROWS: lambda: _("The file has more than %(most)s rows: split it", most=f"{MOST_ROWS:,}"),
    Problem.TOO_MANY_COLUMNS: lambda: _(
        "The file has more than %(most)s columns: remove those that are not needed", most=MOST_COLUMNS
    ),
    Problem.EMPTY: lambda: _("The file has no row below its headings"),
    Problem.WEB_PAGE: lambda: _("The file is a web page, whatever its name says: save the table as CSV or XLSX"),
    Problem.PROTECTED: lambda: _("A password protects the file: save it without one"),
    Problem.UNCALCULATED: lambda: _(
        "A formula in the file has no value yet: open it in a spreadsheet program, save it and send it again"
    ),
    Problem.QUOTATION: lambda: _("A quotation mark in the file is not closed: remove it or close it"),
    Problem.SEVERAL_SHEETS: lambda: _(
        "Several sheets of the workbook hold something: leave the one that is meant, and send it again"
    ),
    Problem.UNREADABLE: lambda: _("The file cannot be read as a table: save it as CSV (UTF-8) or XLSX"),
}

_PARTS: dict[str, Callable[[], str]] = {
    "summary": lambda: _("summary of the risk"),
    "level": lambda: _("level of risk"),
    "valid_until": lambda: _("date until which it holds"),
    "mitigations": lambda: _("mitigations, each with an owner and a date"),
}


def parts_words(parts: Iterable[str]) -> list[str]:
    """Return what a draft of a rights assessment lacks, in words."""
    return [_PARTS[part]() for part in parts]


_DEPENDANTS: dict[str, Callable[[], str]] = {
    "people": lambda: _("people"),
    "accounts": lambda: _("accounts"),
    "bodies": lambda: _("bodies below it"),
    "projects": lambda: _("projects"),
    "cohorts": lambda: _("cohorts that are not closed"),
}

_LACKING: dict[r.Lack, _Wording] = {
    r.Lack.NONE: lambda _r: _("No rights assessment was written. It is a UK coordinator's turn to write one."),
    r.Lack.WAITING: lambda x: _(
        "A rights assessment waits for a decision. It is the turn of a rights approver of this grade or above: "
        "%(grade)s.",
        grade=word(x.grade),
    ),
    r.Lack.REFUSED: lambda _r: _("The rights assessment was refused. It is a UK coordinator's turn to write another."),
    r.Lack.LAPSED: lambda x: _(
        "The rights assessment lapsed on %(day)s. It is a UK coordinator's turn to write a new one.",
        day=long_date(x.lapsed_on),
    ),
}

_ABOUT: dict[Assessed, Callable[[], str]] = {
    Assessed.COURSE: lambda: _("This is about the course."),
    Assessed.PROJECT: lambda: _("This is about a project that pays for the cohort."),
    Assessed.PROGRAMME: lambda: _("This is about the programme."),
}


def _about(lacking: r.NoRightsAssessment) -> str:
    return _ABOUT[lacking.of]()


_WORDS: dict[type[r.Refusal], _Wording] = {
    r.SignInFailed: lambda _r: _("The username or the password is not right"),
    r.SignInLocked: lambda x: _("Too many attempts failed. Try again in %(minutes)s minutes", minutes=x.minutes),
    r.InvitationSpent: lambda _r: _("This invitation was used already or has expired"),
    r.UsernameTaken: lambda _r: _("This username is taken: choose another"),
    r.WeakPassword: lambda x: _("Use %(shortest)s characters or more", shortest=x.shortest),
    r.OverCeiling: lambda x: _(
        "The programme has %(available)s left to allocate: enter that or less",
        available=format_pounds(x.available),
    ),
    r.OverLine: lambda x: _(
        "The line has %(available)s available: enter that or less",
        available=format_pounds(x.available),
    ),
    r.OverCommitment: lambda x: _(
        "The commitment has %(available)s outstanding: enter that or less",
        available=format_pounds(x.available),
    ),
    r.OverCommitmentInSum: lambda x: _(
        "The rows for “%(purpose)s” come to %(sum)s, but it has %(available)s outstanding. Nothing was proposed",
        purpose=x.purpose,
        sum=format_pounds(x.pence),
        available=format_pounds(x.available),
    ),
    r.OwnProposal: lambda _r: _("You proposed this yourself: another person has to decide"),
    r.NotOwnProposal: lambda _r: _("Only who proposed this can take it back"),
    r.OtherProgramme: lambda _r: _("Money moves between two lines of one programme only"),
    r.MissingRate: lambda x: _(
        "No rate of %(currency)s for %(month)s is known: enter one here, or ask for it to be entered in the table",
        currency=x.currency.value,
        month=month(x.month),
    ),
    r.RateDoubtful: lambda x: _doubt(x),
    r.LessThanAPenny: lambda _r: _("An amount of the claim is worth less than a penny"),
    r.EvidenceUsed: lambda _r: _("This file is the evidence of another claim: choose another"),
    r.EvidenceAttached: lambda _r: _("The claim has this file already: choose another"),
    r.AlikePayment: lambda _r: _("A claim like this stands already: look at it, and say so if this is another payment"),
    r.EvidenceUnreadable: lambda _r: _("The file is no PDF, JPEG or PNG, whatever its name says: choose another"),
    r.EvidenceTooLarge: lambda x: _(
        "The file has more than %(most)s megabytes: choose a smaller one", most=x.megabytes
    ),
    r.NoCosts: lambda _r: _("Plan the costs of the cohort first"),
    r.PaidOutside: lambda x: _(
        "The date of payment must lie between %(first)s and %(last)s", first=long_date(x.first), last=long_date(x.last)
    ),
    r.ExpectedOutside: lambda x: _(
        "The date of payment must lie between %(first)s and %(last)s", first=long_date(x.first), last=long_date(x.last)
    ),
    r.AlreadyDecided: lambda _r: _("This was decided already"),
    r.WithinPlan: lambda _r: _("The line keeps to its plan within a tenth: no reason is needed"),
    r.CommitmentClosed: lambda _r: _("The commitment is closed"),
    r.NotReversible: lambda _r: _("Only an approved entry that was not reversed before can be reversed"),
    r.FundsMovedOn: lambda _r: _("The money has since been committed or spent, so it cannot be taken back"),
    r.CohortHoldsMoney: lambda _r: _("The commitment belongs to a cohort: cancel or close the cohort instead"),
    r.PaidInFuture: lambda _r: _("The date of payment is in the future"),
    r.OutsideProgramme: lambda x: _(
        "The dates must lie between %(first)s and %(last)s",
        first=long_date(x.first),
        last=long_date(x.last),
    ),
    r.DatesReversed: lambda _r: _("The last day is before the first day"),
    r.NoRightsAssessment: lambda x: f"{_LACKING[x.lack](x)} {_about(x)}",
    r.OrganisationExists: lambda _r: _("An organisation has this English name already"),
    r.ParentElsewhere: lambda _r: _("The body above it and those below it must be of the same jurisdiction"),
    r.OrganisationInactive: lambda _r: _("The organisation is out of use: choose another"),
    r.ParentInactive: lambda _r: _("The body above it is out of use: choose another"),
    r.UnderItself: lambda _r: _("An organisation cannot come under itself or under a body below it"),
    r.OrganisationInUse: lambda x: _(
        "The organisation is still needed. It has: %(kinds)s", kinds=", ".join(_DEPENDANTS[kind]() for kind in x.by)
    ),
    r.NotOwnDraft: lambda _r: _("Only who began this draft can change it or put it before the approver"),
    r.NoDraft: lambda _r: _("The assessment was put before the approver, so what it says no longer changes"),
    r.AssessmentIncomplete: lambda x: _(
        "The draft is not complete yet. It lacks: %(parts)s", parts=", ".join(parts_words(x.missing))
    ),
    r.GradeTooLow: lambda x: _(
        "The level of risk demands a rights approver of another grade: %(grade)s or above", grade=word(x.needed)
    ),
    r.MitigationDone: lambda _r: _("This mitigation was marked as done already"),
    r.NotMonitored: lambda _r: _("Only an assessment that was approved is monitored"),
    r.NoLongerCurrent: lambda _r: _("The date is in the past"),
    r.NotCleared: lambda x: _(
        "The person has no clearance that lasts until %(day)s",
        day=long_date(x.needed_until),
    ),
    r.DecidedInFuture: lambda _r: _("The date of the decision is in the future"),
    r.ExpiryBeforeDecision: lambda _r: _("The clearance would expire before it was given"),
    r.CourseExists: lambda _r: _("This provider has a course with this title already"),
    r.PlanChanged: lambda _r: _(
        "Somebody else saved the plan since you opened the form. What they saved stands at each month that differs; "
        "save again to replace it with yours"
    ),
    r.ChangedMeanwhile: lambda _r: _(
        "Somebody else changed it since you opened the form. Reload the page to see what they wrote"
    ),
    r.CohortNotDraft: lambda _r: _("Only a draft can be changed or put up for approval"),
    r.CohortNotOpen: lambda _r: _("The cohort is not open"),
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
    r.TooManyReserved: lambda x: _("At most %(most)s seats can be reserved: enter that or less", most=x.most),
    r.DeadlinesOutOfOrder: lambda _r: _(
        "Nominations must end before the vetting is needed, and both on or before the first day of the cohort"
    ),
    r.NominationsClosed: lambda x: _("Nominations closed on %(day)s", day=long_date(x.until)),
    r.SelectionRepeated: lambda _r: _("This step was sent twice: the second time changed nothing"),
    r.ClearancesRecorded: lambda _r: _("The rows of this file were recorded already"),
    r.ClearanceChanged: lambda x: _(
        "The clearance of the person in row %(number)s changed since the preview. Nothing was recorded: send the file "
        "again",
        number=x.number,
    ),
    r.CohortRunning: lambda x: _("The cohort runs until %(day)s", day=long_date(x.ends_on)),
    r.AlreadyNominated: lambda _r: _("This person is nominated for the cohort already"),
    r.NotInvited: lambda _r: _("The person's organisation was not invited to this cohort"),
    r.WrongStep: lambda x: (
        _("This step does not begin where the nomination stands: %(state)s", state=word(NominationState(x.state)))
        if x.state
        else _("The nomination has moved on meanwhile, so this step no longer applies")
    ),
    r.NotSeated: lambda _r: _("Only somebody with a confirmed seat can complete the course"),
    r.AlreadyClaimed: lambda _r: _("Completion was claimed already"),
    r.OwnCompletion: lambda _r: _("Nobody confirms their own completion"),
    r.CompletedOutsideCohort: lambda x: _(
        "The day must lie between %(first)s and %(last)s",
        first=long_date(x.first),
        last=long_date(x.last),
    ),
    r.TableUnreadable: lambda x: (
        _("A quotation mark in line %(line)s of the file is not closed: remove it or close it", line=x.line)
        if x.problem is Problem.QUOTATION and x.line
        else _UNREADABLE[x.problem]()
    ),
    r.SheetUnknown: lambda x: _(
        "The workbook has no sheet of this name that holds anything. It has: %(sheets)s", sheets=", ".join(x.sheets)
    ),
    r.TableGone: lambda _r: _("A day has passed since the file was read, so it was forgotten: send it again"),
    r.BatchDecided: lambda _r: _("The rows of this file were proposed already"),
    r.ColumnMissing: lambda x: _("The list has no column with the heading %(heading)s", heading=x.heading),
    r.ColumnDoubled: lambda x: _("The list has two columns with the heading %(heading)s", heading=x.heading),
    r.JobStanding: lambda _r: _("Work on this file goes on: wait until it is done"),
    r.NamesMissing: lambda _r: _("Say which column has the names"),
    r.BatchClosed: lambda _r: _("The rows of this file were nominated, taken back or forgotten already"),
    r.BatchEmpty: lambda _r: _("No row of this file can be nominated"),
    r.BatchFaulty: lambda x: ngettext(
        "%(num)s row cannot be nominated, so nothing was. Mend it, or nominate the good rows",
        "%(num)s rows cannot be nominated, so nothing was. Mend them, or nominate the good rows",
        x.left,
    ),
    r.BatchChanged: lambda x: _(
        "Since the preview somebody changed, registered or nominated whom these rows mean: %(rows)s. "
        "Nothing was nominated: look again",
        rows=", ".join(str(number) for number in x.rows),
    ),
    r.BatchNotCommitted: lambda _r: _("Only a file whose rows were nominated can be taken back"),
    r.BatchActedOn: lambda x: ngettext(
        "Somebody acted on %(num)s nomination of this file, or changed the person, so it can no longer be taken back",
        "Somebody acted on %(num)s nominations of this file, or changed the people, so it can no longer be taken back",
        x.rows,
    ),
    r.PersonIncomplete: lambda _r: _("Enter the name in Latin letters, in Arabic or Kurdish letters, or both"),
    r.NameWithoutLetters: lambda _r: _("A name has letters: enter it as it is written in the person's papers"),
    r.PersonInactive: lambda _r: _("The record of this person was set aside"),
    r.PersonActive: lambda _r: _("The record of this person is not set aside"),
    r.MergedAway: lambda _r: _("The record was joined with another: part the two instead"),
    r.SamePerson: lambda _r: _("This is one record, not two"),
    r.SameOrganisation: lambda _r: _("The person belongs to this organisation already"),
    r.TransferOutOfOrder: lambda x: (
        _("The day must lie between %(first)s and today", first=long_date(x.after))
        if x.after
        else _("The day is in the future")
    ),
    r.BothNominated: lambda _r: _(
        "Both are nominated for the same cohort: withdraw one of the nominations, then join the records"
    ),
    r.BothHaveAccounts: lambda _r: _("Both have an account, so the records cannot be joined"),
    r.MergeUndone: lambda _r: _("The records were parted already"),
    r.MergeActedOn: lambda _r: _(
        "Somebody has since acted on a nomination, completion or clearance of the joined record, "
        "so it cannot be parted any more"
    ),
    r.TooManyExports: lambda x: _(
        "You have saved lists of people %(most)s times today, which is the most: go on tomorrow", most=x.most
    ),
}


def _reserved(refusal: r.ReservedForWomen) -> str:
    said: str = _("The seats that are left are reserved for women")
    if refusal.is_sex_unknown:
        said += ". " + _("The sex of this person is not recorded: correct the person if that is why")
    return said


def _doubt(refusal: r.RateDoubtful) -> str:
    said = []
    if refusal.replaced:
        said.append(
            _(
                "%(month)s has the rate %(rate)s already: this one would replace it.",
                month=month(refusal.month),
                rate=_rate(refusal.replaced, refusal.currency),
            )
        )
    if refusal.before:
        before, known = refusal.before
        said.append(
            _(
                "The rate departs by more than a tenth from that of %(month)s, %(rate)s.",
                month=month(before),
                rate=_rate(known, refusal.currency),
            )
        )
    return " ".join(said)


def _rate(millionths: int, currency: Currency) -> str:
    """Return a rate where no markup can stand: isolated and on one line, so that it keeps its order among Arabic."""
    return f"\u2066£1\u00a0=\u00a0{currency}\u00a0{format_rate(millionths)}\u2069"


def words_for(refusal: r.Refusal) -> str:
    """Return what the reader is told."""
    return _WORDS[type(refusal)](refusal)


def job_words(job: Job | None) -> str:
    """Return why work came to nothing; nothing where it did not."""
    if job is None or job.state is not JobState.FAILED:
        return ""
    if refusal := jobs.refusal_of(job):
        return words_for(refusal)
    return str(_("Something went wrong, and the fault is ours. Nothing was lost: try again"))


def refuse(form: BaseForm, refusal: r.Refusal) -> None:
    """Show a refusal on the form: at the field it is about where the form has that field, else above the form."""
    form.refuse(words_for(refusal), refusal.field if refusal.field in form else None)
