"""The words for refusals. One entry for each kind; a test holds the table to the domain's."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from training.domain import refusals as r
from training.forms import BaseForm
from training.kit.money import format_pounds
from training.kit.tables import MOST_COLUMNS, MOST_ROWS, Problem
from training.web.filters import long_date, month

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
    Problem.UNREADABLE: lambda: _("The file cannot be read as a table: save it as CSV (UTF-8) or XLSX"),
}

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
    r.LessThanAPenny: lambda _r: _("An amount of the claim is worth less than a penny"),
    r.EvidenceUsed: lambda _r: _("This file is the evidence of another claim: choose another"),
    r.EvidenceUnreadable: lambda _r: _("The file is no PDF, JPEG or PNG, whatever its name says: choose another"),
    r.EvidenceTooLarge: lambda x: _(
        "The file has more than %(most)s megabytes: choose a smaller one", most=x.megabytes
    ),
    r.NoCosts: lambda _r: _("Plan the costs of the cohort first"),
    r.PaidOutside: lambda x: _(
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
    r.NoRightsAssessment: lambda _r: _(
        "No approved and current rights assessment covers the programme. "
        "A UK coordinator writes one and a rights approver approves it"
    ),
    r.NoLongerCurrent: lambda _r: _("The date is in the past"),
    r.NotCleared: lambda x: _(
        "The person has no clearance that lasts until %(day)s",
        day=long_date(x.needed_until),
    ),
    r.DecidedInFuture: lambda _r: _("The date of the decision is in the future"),
    r.ExpiryBeforeDecision: lambda _r: _("The clearance would expire before it was given"),
    r.CourseExists: lambda _r: _("This provider has a course with this title already"),
    r.ChangedMeanwhile: lambda _r: _(
        "Somebody else changed it since you opened the form. Reload the page to see what they wrote"
    ),
    r.CohortNotDraft: lambda _r: _("Only a draft can be changed or put up for approval"),
    r.CohortNotOpen: lambda _r: _("The cohort is not open"),
    r.CohortFull: lambda _r: _("Every seat of the cohort is taken"),
    r.CohortRunning: lambda x: _("The cohort runs until %(day)s", day=long_date(x.ends_on)),
    r.AlreadyNominated: lambda _r: _("This person is nominated for the cohort already"),
    r.NotInvited: lambda _r: _("The person's organisation was not invited to this cohort"),
    r.WrongStep: lambda _r: _("The nomination has moved on meanwhile, so this step no longer applies"),
    r.NotSeated: lambda _r: _("Only somebody with a confirmed seat can complete the course"),
    r.AlreadyClaimed: lambda _r: _("Completion was claimed already"),
    r.OwnCompletion: lambda _r: _("Nobody confirms their own completion"),
    r.CompletedOutsideCohort: lambda x: _(
        "The day must lie between %(first)s and %(last)s",
        first=long_date(x.first),
        last=long_date(x.last),
    ),
    r.TableUnreadable: lambda x: _UNREADABLE[x.problem](),
    r.TableGone: lambda _r: _("A day has passed since the file was read, so it was forgotten: send it again"),
    r.BatchDecided: lambda _r: _("The rows of this file were proposed already"),
    r.ColumnMissing: lambda x: _("The list has no column with the heading %(heading)s", heading=x.heading),
    r.PersonIncomplete: lambda _r: _("Enter the name in Latin letters, in Arabic or Kurdish letters, or both"),
}


def words_for(refusal: r.Refusal) -> str:
    """Return what the reader is told."""
    return _WORDS[type(refusal)](refusal)


def refuse(form: BaseForm, refusal: r.Refusal) -> None:
    """Show a refusal on the form: at the field it is about where the form has that field, else above the form."""
    form.refuse(words_for(refusal), refusal.field if refusal.field in form else None)
