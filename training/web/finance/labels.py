"""Labels for finance: codes, refusals, audit events, kinds of record."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.domain.finance import refusals as r
from training.domain.finance.events import FinanceEvent
from training.domain.finance.evidence import FileState
from training.domain.finance.payment_warnings import PaymentWarning
from training.domain.finance.rates import RateOutcome
from training.domain.finance.spending_plans import Pattern
from training.forms.finance.spend_uploads import RowChoice
from training.kit.dates import DayOrder
from training.kit.money import Currency, format_pounds, format_rate
from training.models.finance.ceilings import CeilingChange
from training.models.finance.claims import Claim, Evidence, ExchangeRate
from training.models.finance.ledger import Commitment, EntryKind, LedgerEntry, Outcome
from training.models.finance.programmes import BudgetLine, LineCategory, Programme, Project, ProjectKind
from training.models.finance.spend_uploads import RowGroup, RowOutcome, SpendBatch, SpendBatchState, SpendFault
from training.queries.finance.claims import ClaimState
from training.web.common.filters import long_date, month
from training.web.common.labels import Labels


def _doubt(refusal: r.RateDoubtful) -> str:
    parts = []
    if refusal.replaced:
        parts.append(
            _(
                "%(month)s has the rate %(rate)s already: this one would replace it.",
                month=month(refusal.month),
                rate=_rate(refusal.replaced, refusal.currency),
            )
        )
    if refusal.before:
        before, known = refusal.before
        parts.append(
            _(
                "The rate departs by more than a tenth from that of %(month)s, %(rate)s.",
                month=month(before),
                rate=_rate(known, refusal.currency),
            )
        )
    return " ".join(parts)


def _rate(millionths: int, currency: Currency) -> str:
    """Return a rate as plain text, isolated and unbroken, so that it keeps its order within Arabic."""
    return f"\u2066£1\u00a0=\u00a0{currency}\u00a0{format_rate(millionths)}\u2069"


LABELS = Labels(
    words=(
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
        (EntryKind.REFUND, _l("Part that came back")),
        (Outcome.APPROVED, _l("Approved")),
        (Outcome.REFUSED, _l("Refused")),
        (Outcome.WITHDRAWN, _l("Withdrawn by proposer")),
        (ClaimState.WAITING, _l("Waiting")),
        (ClaimState.APPROVED, _l("Approved")),
        (ClaimState.PARTLY_REVERSED, _l("Reversed, in part")),
        (ClaimState.REVERSED, _l("Reversed")),
        (ClaimState.REFUSED, _l("Refused")),
        (ClaimState.WITHDRAWN, _l("Withdrawn by proposer")),
        (PaymentWarning.ALIKE, _l("Similar to another claim")),
        (PaymentWarning.ODD_RATE, _l("Rate far from the table")),
        (PaymentWarning.UNKNOWN_RATE, _l("No rate in the table")),
        (PaymentWarning.NO_EVIDENCE, _l("No evidence")),
        (PaymentWarning.FILE_CHANGED, _l("Evidence changed or missing")),
        (PaymentWarning.NO_ROOM, _l("No longer within the budget")),
        (FileState.WHOLE, _l("Unchanged")),
        (FileState.CHANGED, _l("The file has changed")),
        (FileState.MISSING, _l("The file is missing")),
        (Pattern.EVEN, _l("Evenly")),
        (Pattern.EARLY, _l("More at the beginning")),
        (Pattern.LATE, _l("More at the end")),
        (Pattern.QUARTERLY, _l("At the end of each quarter")),
        (SpendBatchState.PREVIEWED, _l("Previewed")),
        (SpendBatchState.PROPOSED, _l("Claims proposed")),
        (SpendBatchState.WITHDRAWN, _l("Withdrawn by proposer")),
        (RowOutcome.NEW, _l("Will be created")),
        (RowOutcome.KNOWN, _l("Already there")),
        (RowOutcome.FAULTY, _l("Faulty")),
        (RowOutcome.NOT_OURS, _l("Not ours")),
        (RowOutcome.ELSEWHERE, _l("Moved to another programme")),
        (RowOutcome.GIVEN_BACK, _l("Money back, proposed")),
        (DayOrder.DAY_FIRST, _l("the day stands first: 3 October 2026")),
        (DayOrder.MONTH_FIRST, _l("the month stands first: 10 March 2026")),
        (DayOrder.MIXED, _l("both occur: ask about what may be either")),
        (RowChoice.COMMIT, _l("Take them from it")),
        (RowChoice.NOT_OURS, _l("Not ours")),
        (RowChoice.MOVE, _l("Move them there")),
        (RowChoice.ACCEPT, _l("Yes, they are meant")),
        (RowChoice.TAKE_IN, _l("They are ours")),
        (RowGroup.NEW, _l("Will be created")),
        (RowGroup.KNOWN, _l("Already there")),
        (RowGroup.MONEY_BACK, _l("Money back")),
        (RowGroup.NOT_OURS, _l("Not ours")),
        (RowGroup.ELSEWHERE, _l("Moved to another programme")),
        (RowGroup.GIVEN_BACK, _l("Money back, proposed")),
        (SpendFault.DATE_AMBIGUOUS, _l("The day and the month cannot be told apart")),
        (SpendFault.DATE_NUMBER, _l("The date is a number, as a spreadsheet counts days")),
        (SpendFault.OTHER_CALENDAR, _l("The year is of another calendar")),
        (SpendFault.TWO_AMOUNTS, _l("The row has both a payment and money back")),
        (SpendFault.OTHER_CURRENCY, _l("The amount is in another currency: enter it as a claim of its own")),
        (SpendFault.HIDDEN_ROW, _l("The row is hidden in the workbook")),
        (SpendFault.NO_PAYMENT, _l("The row is a total, a heading or a signature")),
        (SpendFault.DATE_UNREADABLE, _l("The date is missing or cannot be read")),
        (SpendFault.AMOUNT_UNREADABLE, _l("The amount is missing or cannot be read")),
        (SpendFault.NOT_POSITIVE, _l("The amount is zero or less")),
        (SpendFault.PAYEE_MISSING, _l("Nobody is named who was paid")),
        (SpendFault.TOO_LONG, _l("The text is too long")),
        (SpendFault.IN_FUTURE, _l("The date is in the future")),
        (SpendFault.OUTSIDE_PROGRAMME, _l("The date is outside the programme")),
        (SpendFault.NO_COMMITMENT, _l("No commitment is named")),
        (
            SpendFault.COMMITMENT_UNKNOWN,
            _l("No commitment of the programme with money outstanding has this id or cohort"),
        ),
        (SpendFault.SEVERAL_COMMITMENTS, _l("The cohort has several commitments: write the id of one")),
        (RateOutcome.ENTERED, _l("Entered")),
        (RateOutcome.KNOWN, _l("Already there")),
        (RateOutcome.CURRENCY_UNKNOWN, _l("The currency is none of USD, EUR and IQD")),
        (RateOutcome.MONTH_UNREADABLE, _l("The month is missing or cannot be read")),
        (RateOutcome.RATE_UNREADABLE, _l("The rate is missing or cannot be read")),
        (RateOutcome.SOURCE_MISSING, _l("The source is missing")),
        (RateOutcome.SOURCE_TOO_LONG, _l("The text is too long")),
        (RateOutcome.HIDDEN, _l("The workbook hides this row: show it there if it counts")),
        (RateOutcome.TWICE, _l("The list has another rate for this month above")),
        (FinanceEvent.PROGRAMME_LOADED, _l("Programme loaded")),
        (FinanceEvent.PROGRAMME_ADDED, _l("Programme added")),
        (FinanceEvent.CEILING_PROPOSED, _l("Ceiling proposed")),
        (FinanceEvent.CEILING_APPROVED, _l("Ceiling approved")),
        (FinanceEvent.CEILING_REFUSED, _l("Ceiling refused")),
        (FinanceEvent.CEILING_WITHDRAWN, _l("Proposed ceiling withdrawn")),
        (FinanceEvent.PROJECT_ADDED, _l("Project added")),
        (FinanceEvent.LINE_PROPOSED, _l("Budget line proposed")),
        (FinanceEvent.LINE_PLAN_ENTERED, _l("Plan of the budget line entered")),
        (FinanceEvent.ALLOCATE_PROPOSED, _l("Allocation proposed")),
        (FinanceEvent.ALLOCATE_APPROVED, _l("Allocation approved")),
        (FinanceEvent.ALLOCATE_REFUSED, _l("Allocation refused")),
        (FinanceEvent.ALLOCATE_WITHDRAWN, _l("Allocation withdrawn")),
        (FinanceEvent.DEALLOCATE_PROPOSED, _l("Return to the programme proposed")),
        (FinanceEvent.DEALLOCATE_APPROVED, _l("Return to the programme approved")),
        (FinanceEvent.DEALLOCATE_REFUSED, _l("Return to the programme refused")),
        (FinanceEvent.DEALLOCATE_WITHDRAWN, _l("Return to the programme withdrawn")),
        (FinanceEvent.COMMIT_PROPOSED, _l("Commitment proposed")),
        (FinanceEvent.COMMIT_APPROVED, _l("Commitment approved")),
        (FinanceEvent.COMMIT_REFUSED, _l("Commitment refused")),
        (FinanceEvent.COMMITMENT_RESCHEDULED, _l("Expected date of a payment changed")),
        (FinanceEvent.COMMIT_WITHDRAWN, _l("Commitment withdrawn")),
        (FinanceEvent.PAY_PROPOSED, _l("Payment proposed")),
        (FinanceEvent.PAY_APPROVED, _l("Payment approved")),
        (FinanceEvent.PAY_REFUSED, _l("Payment refused")),
        (FinanceEvent.PAY_WITHDRAWN, _l("Payment withdrawn")),
        (FinanceEvent.RELEASE_PROPOSED, _l("Release proposed")),
        (FinanceEvent.RELEASE_APPROVED, _l("Release approved")),
        (FinanceEvent.RELEASE_REFUSED, _l("Release refused")),
        (FinanceEvent.RELEASE_WITHDRAWN, _l("Release withdrawn")),
        (FinanceEvent.REVERSE_PROPOSED, _l("Reversal proposed")),
        (FinanceEvent.REVERSE_APPROVED, _l("Reversal approved")),
        (FinanceEvent.REVERSE_REFUSED, _l("Reversal refused")),
        (FinanceEvent.REVERSE_WITHDRAWN, _l("Reversal withdrawn")),
        (FinanceEvent.REFUND_PROPOSED, _l("Part that came back proposed")),
        (FinanceEvent.REFUND_APPROVED, _l("Part that came back approved")),
        (FinanceEvent.REFUND_REFUSED, _l("Part that came back refused")),
        (FinanceEvent.REFUND_WITHDRAWN, _l("Part that came back withdrawn")),
        (FinanceEvent.VARIANCE_EXPLAINED, _l("Variance explained")),
        (FinanceEvent.EVIDENCE_UPLOADED, _l("Evidence uploaded")),
        (FinanceEvent.EVIDENCE_ATTACHED, _l("Evidence attached to a claim")),
        (FinanceEvent.PAYMENT_TOLD_APART, _l("Confirmed as not a duplicate payment")),
        (FinanceEvent.UPLOAD_FORGOTTEN, _l("Unused upload deleted")),
        (FinanceEvent.RATE_ENTERED, _l("Exchange rate entered")),
        (FinanceEvent.SPEND_FILE_READ, _l("Spend file read")),
        (FinanceEvent.SPEND_FILE_PROPOSED, _l("Rows of a spend file proposed")),
        (FinanceEvent.SPEND_FILE_TAKEN_BACK, _l("Claims from a spend file withdrawn")),
        (FinanceEvent.SPEND_ROW_GIVEN_BACK, _l("Money back of a spend file proposed")),
        (FinanceEvent.SPEND_FILE_FORGOTTEN, _l("Unused rows of a spend file deleted")),
    ),
    tones=(
        (Outcome.APPROVED, "green"),
        (Outcome.REFUSED, "red"),
        (Outcome.WITHDRAWN, "grey"),
        (ClaimState.WAITING, "yellow"),
        (ClaimState.APPROVED, "green"),
        (ClaimState.PARTLY_REVERSED, "orange"),
        (ClaimState.REVERSED, "orange"),
        (ClaimState.REFUSED, "red"),
        (ClaimState.WITHDRAWN, "grey"),
        (PaymentWarning.ALIKE, "orange"),
        (PaymentWarning.ODD_RATE, "orange"),
        (PaymentWarning.UNKNOWN_RATE, "yellow"),
        (PaymentWarning.NO_EVIDENCE, "yellow"),
        (PaymentWarning.FILE_CHANGED, "red"),
        (PaymentWarning.NO_ROOM, "red"),
        (FileState.CHANGED, "red"),
        (FileState.MISSING, "red"),
        (SpendBatchState.PREVIEWED, "yellow"),
        (SpendBatchState.PROPOSED, "blue"),
        (SpendBatchState.WITHDRAWN, "grey"),
        (RowOutcome.NEW, "blue"),
        (RowOutcome.KNOWN, "grey"),
        (RowOutcome.FAULTY, "red"),
        (RowOutcome.NOT_OURS, "grey"),
        (RowOutcome.ELSEWHERE, "grey"),
        (RowOutcome.GIVEN_BACK, "green"),
    ),
    refusals={
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
        r.CeilingBelowAllocated: lambda x: _(
            "%(allocated)s is allocated: the ceiling cannot be less", allocated=format_pounds(x.allocated)
        ),
        r.CeilingUnchanged: lambda _r: _("The programme has this ceiling already"),
        r.CeilingWaits: lambda _r: _(
            "A change of this ceiling waits for its decision: it is decided or withdrawn before another is proposed"
        ),
        r.SourceInFuture: lambda _r: _("The date of the source is in the future"),
        r.ProgrammeExists: lambda _r: _("There is a programme with this code already"),
        r.OwnProposal: lambda _r: _("You proposed this yourself: another person has to decide"),
        r.NotOwnProposal: lambda _r: _("Only the person who proposed this can withdraw it"),
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
        r.AlikePayment: lambda _r: _(
            "A similar claim already exists: check it, and confirm if this is a different payment"
        ),
        r.EvidenceUnreadable: lambda _r: _("The file is no PDF, JPEG or PNG, whatever its name says: choose another"),
        r.EvidenceTooLarge: lambda x: _(
            "The file has more than %(most)s megabytes: choose a smaller one", most=x.megabytes
        ),
        r.PaidOutside: lambda x: _(
            "The date of payment must lie between %(first)s and %(last)s",
            first=long_date(x.first),
            last=long_date(x.last),
        ),
        r.ExpectedOutside: lambda x: _(
            "The date of payment must lie between %(first)s and %(last)s",
            first=long_date(x.first),
            last=long_date(x.last),
        ),
        r.AlreadyDecided: lambda _r: _("This was decided already"),
        r.WithinPlan: lambda _r: _("The line keeps to its plan within a tenth: no reason is needed"),
        r.CommitmentClosed: lambda _r: _("The commitment is closed"),
        r.NotReversible: lambda _r: _("Only an approved entry that was not reversed before can be reversed"),
        r.OverPayment: lambda x: _(
            "Only %(left)s of the payment is left: enter less than that. If all of it came back, propose a reversal",
            left=format_pounds(x.left),
        ),
        r.PartCameBack: lambda x: _(
            "Part of the payment came back since: %(left)s is left of it. Propose the reversal again",
            left=format_pounds(x.left),
        ),
        r.CameBackOutside: lambda x: _(
            "The money came back between %(first)s, when it was paid, and today: enter such a day",
            first=long_date(x.first),
        ),
        r.FundsMovedOn: lambda _r: _("The money has since been committed or spent, so it cannot be taken back"),
        r.CohortHoldsMoney: lambda _r: _("The commitment belongs to a cohort: cancel or close the cohort instead"),
        r.PaidInFuture: lambda _r: _("The date of payment is in the future"),
        r.OutsideProgramme: lambda x: _(
            "The dates must lie between %(first)s and %(last)s",
            first=long_date(x.first),
            last=long_date(x.last),
        ),
        r.DatesReversed: lambda _r: _("The last day is before the first day"),
        r.PlanChanged: lambda _r: _(
            "Somebody else saved the plan since you opened the form. What they saved stands at each month that "
            "differs; save again to replace it with yours"
        ),
        r.NothingChosen: lambda _r: _("None of these rows can be changed this way"),
        r.BatchDecided: lambda _r: _("The rows of this file were proposed already"),
    },
    records={
        Programme: _l("Programme"),
        CeilingChange: _l("Change of the ceiling"),
        Project: _l("Project"),
        BudgetLine: _l("Budget line"),
        Commitment: _l("Commitment"),
        LedgerEntry: _l("Entry"),
        Evidence: _l("Evidence"),
        Claim: _l("Claim"),
        ExchangeRate: _l("Exchange rate"),
        SpendBatch: _l("Spend file"),
    },
)
