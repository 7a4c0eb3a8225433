"""The money of the demonstration: rights assessments, projects, lines, purchases, claims in three currencies."""

import datetime as dt
import io
from collections.abc import Sequence

from training.cli.stage import BORDER, KURDISTAN, TRAFFICKING, TRAINING, UK, Stage, organisation_named, programme_coded
from training.config import Settings
from training.domain.assurance import rights_assessments
from training.domain.finance import claims, evidence, programmes, proposals, rates, spending_plans
from training.domain.oversight import approvals
from training.kit.clock import financial_year_end, month_of
from training.kit.money import RATE_SCALE, Currency
from training.models.assurance.rights_assessments import RightsAssessment, RiskLevel
from training.models.finance.claims import Evidence
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine, LineCategory, Project, ProjectKind
from training.queries.assurance import rights_assessments as right_rows
from training.queries.finance import entries
from training.queries.finance import programmes as programme_rows
from training.queries.oversight import demo as demo_rows

POUND = 100
UK_COORDINATOR, UK_COORDINATOR_2, APPROVER, APPROVER_2 = "uk.coordinator", "uk.coordinator.2", "approver", "approver.2"

_RECEIPT = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 64>>stream
BT /F 18 Tf 40 120 Td (A file, for the demonstration only) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""


class Treasury(Stage):
    """Who proposes and who approves, in pounds and in what was paid."""

    def __init__(self, settings: Settings, today: dt.date) -> None:
        super().__init__(settings.demo_password or "", today)
        self._evidence_folder = settings.evidence_folder
        self._rights_approval = settings.rights_approval

    def assess(self) -> None:
        """Have the rights assessments of both programmes written and approved, by the grade that their risk demands."""
        said = rights_assessments.Assessment(
            summary="Trained officers may use coercive powers against migrants and suspects.",
            level=RiskLevel.MEDIUM,
            valid_until=self.day(240),
            mitigations=(
                rights_assessments.Mitigation(
                    "A human-rights session in every course", "Head of training", self.day(-300)
                ),
                rights_assessments.Mitigation(
                    "Visits to the units of former trainees", "British Embassy Baghdad", self.day(120)
                ),
            ),
        )
        for code in (TRAINING, KURDISTAN):
            written = self.assessed(programme_coded(code), said, -398)
            with self.on(-396) as day:
                rights_assessments.approve(written, self.by("rights.approver.2"), day)
            with self.on(-298) as day:
                rights_assessments.finish(right_rows.whole(written.id).mitigations[0], self.by(UK_COORDINATOR), day)

    def assessed(
        self, subject: rights_assessments.Subject, said: rights_assessments.Assessment, days: int
    ) -> RightsAssessment:
        """Write an assessment with a file and put it before the approver."""
        by = self.by(UK_COORDINATOR)
        with self.on(days) as day:
            written = rights_assessments.draft(subject, said, by, day)
            receipt = io.BytesIO(_RECEIPT)
            rights_assessments.attach(written, receipt, "Notes of the meeting about risks", self._evidence_folder, by)
            version = right_rows.whole(written.id).assessment.version
            rights_assessments.submit(written, self._rights_approval, version, by, day)
        return right_rows.whole(written.id).assessment

    def assess_projects(self) -> None:
        """Leave assessments at every step: lapsing, waiting for two grades, refused, and a draft of a part."""
        force, equipment, border = (
            demo_rows.project_titled(title)
            for title in (
                "Specialised task force",
                "Equipment of the task force",
                "Operational capability at the border",
            )
        )
        lapsing = self.assessed(force, self._said(RiskLevel.LOW, 45), -320)
        with self.on(-318) as day:
            rights_assessments.approve(lapsing, self.by("rights.approver"), day)
        with self.on(-60):
            note = "Visit to the task force: the complaints register is kept, nobody has complained."
            rights_assessments.monitor(lapsing, note, self.by(UK_COORDINATOR_2))
        refused = self.assessed(border, self._said(RiskLevel.LOW, 300), -30)
        with self.on(-28):
            rights_assessments.refuse(
                refused, "Detention is not mentioned: the risk is not low", self.by("rights.approver")
            )
        self.assessed(border, self._said(RiskLevel.MEDIUM, 300), -9)
        self.assessed(equipment, self._said(RiskLevel.HIGH, 300), -5)
        with self.on(-1) as day:
            part = rights_assessments.Assessment("A second year of the task force.", None, None)
            rights_assessments.draft(force, part, self.by(UK_COORDINATOR), day)

    def _said(self, level: RiskLevel, days: int) -> rights_assessments.Assessment:
        mitigation = rights_assessments.Mitigation(
            "Records of use are checked every quarter", "Home Office", self.day(days - 30)
        )
        summary = "Equipment and skills may be used against people who have committed no offence."
        return rights_assessments.Assessment(summary, level, self.day(days), (mitigation,))

    # Projects and lines

    def fund_training(self) -> dict[str, BudgetLine]:
        """Fund the lines of the training programme; return them by a short name."""
        with self.on(-395):
            crime = self._project(TRAINING, ProjectKind.TRAINING, UK, "Countering organised immigration crime",
                                  "مكافحة جرائم الهجرة المنظمة", "بەرەنگاربوونەوەی تاوانی ڕێکخراوی کۆچ")  # fmt: skip
            border = self._project(TRAINING, ProjectKind.TRAINING, BORDER, "Operational capability at the border",
                                   "القدرة العملياتية على الحدود", "توانای ئۆپەراسیۆنی لە سنوور")  # fmt: skip
        trainers = self._line(crime, LineCategory.TRAINERS, 96_000, -394,
                              "Trainers and delivery", "المدربون والتنفيذ", "ڕاهێنەران و جێبەجێکردن")  # fmt: skip
        interpretation = self._line(crime, LineCategory.INTERPRETATION, 24_000, -393,
                                    "Interpretation", "الترجمة الشفوية", "وەرگێڕانی زارەکی")  # fmt: skip
        materials = self._line(border, LineCategory.MATERIALS, 30_000, -380,
                               "Detection kits and materials", "أدوات الكشف والمواد", "کەرەستە و ماددە")  # fmt: skip
        self._plan(trainers, spending_plans.Pattern.QUARTERLY, -377)
        self._plan(materials, spending_plans.Pattern.EARLY, -377)
        return {"trainers": trainers, "interpretation": interpretation, "materials": materials}

    def fund_kurdistan(self) -> dict[str, BudgetLine]:
        """Fund the lines of the Kurdistan Region's programme, one project of each kind."""
        with self.on(-390):
            force = self._project(KURDISTAN, ProjectKind.TASK_FORCE, TRAFFICKING, "Specialised task force",
                                  "فرقة العمل المتخصصة", "هێزی ئەرکی تایبەتمەند")  # fmt: skip
            courses = self._project(KURDISTAN, ProjectKind.TRAINING, TRAFFICKING, "Training of the task force",
                                    "تدريب فرقة العمل", "ڕاهێنانی هێزی ئەرک")  # fmt: skip
            kit = self._project(KURDISTAN, ProjectKind.EQUIPMENT, TRAFFICKING, "Equipment of the task force",
                                "معدات فرقة العمل", "کەرەستەی هێزی ئەرک")  # fmt: skip
        self._line(force, LineCategory.OTHER, 12_000, -388,
                   "Set-up of the task force", "تأسيس فرقة العمل", "دامەزراندنی هێزی ئەرک")  # fmt: skip
        training = self._line(courses, LineCategory.TRAINERS, 60_000, -388,
                              "Trainers and delivery", "المدربون والتنفيذ", "ڕاهێنەران و جێبەجێکردن")  # fmt: skip
        equipment = self._line(kit, LineCategory.EQUIPMENT, 45_000, -386,
                               "Detectors", "أجهزة الكشف", "ئامێری دۆزینەوە")  # fmt: skip
        return {"task force": training, "equipment": equipment}

    def _project(self, code: str, kind: ProjectKind, organisation: str, *title: str) -> Project:
        body = organisation_named(organisation)
        by = self.by(UK_COORDINATOR)
        return programmes.add_project(programme_coded(code), kind, programmes.Title(*title), body, by)

    def _line(self, project: Project, category: LineCategory, pounds: int, days: int, *title: str) -> BudgetLine:
        last = min(financial_year_end(self.day(90)), programme_coded(TRAINING).ends_on)
        new = programmes.NewLine(programmes.Title(*title), category, month_of(self.day(-390)), last)
        with self.on(days):
            entry = programmes.propose_line(project, new, self.proposal(pounds, title[0]), self.by(UK_COORDINATOR))
        self.approve(entry, days + 2)
        return programme_rows.line_by_key(entry.line_id)

    def _plan(self, line: BudgetLine, pattern: spending_plans.Pattern, days: int) -> None:
        spread = spending_plans.spread(line.allocated, spending_plans.months_of(line), pattern)
        with self.on(days):
            spending_plans.enter(line, spread, spending_plans.fingerprint({}), self.by(UK_COORDINATOR))

    # Movements

    def proposal(self, pounds: int, purpose: str) -> proposals.Proposal:
        """Return what a proposal says."""
        return proposals.Proposal(pounds * POUND, purpose, self.key())

    def approve(self, entry: LedgerEntry, days: int, approver: str = APPROVER) -> None:
        """Let a proposal be approved on a day."""
        with self.on(days) as day:
            approvals.approve(entry, self.by(approver), day)

    def commit(self, line: BudgetLine, pounds: int, purpose: str, days: int, expected: int) -> Commitment:
        """Reserve money for a purchase."""
        with self.on(days):
            wish = self.proposal(pounds, purpose)
            entry = proposals.propose_commitment(line, wish, self.day(expected), self.by(UK_COORDINATOR))
        self.approve(entry, days + 3)
        return self.commitment_of(entry)

    def commitment_of(self, entry: LedgerEntry) -> Commitment:
        """Return the commitment of an entry."""
        if entry.commitment_id is None:
            raise LookupError(entry.kind)
        return entries.commitment_by_key(entry.commitment_id)

    def pay(self, commitment: Commitment, pounds: int, payee: str, days: int, *, closes: bool = False) -> LedgerEntry:
        """Claim a payment in pounds, with its receipt, and let it be approved."""
        return self.claim([claims.ClaimLine(commitment, pounds * POUND, closes)], payee, days, Currency.GBP)

    def claim(self, lines: Sequence[claims.ClaimLine], payee: str, days: int, currency: Currency) -> LedgerEntry:
        """Claim a payment in any currency and let it be approved."""
        with self.on(days) as day:
            receipt = self._receipt()
            payment = claims.Payment(payee, payee_is_person=False, paid_on=day, currency=currency, evidence=receipt)
            purpose = entries.commitment_by_key(lines[0].commitment.id).purpose
            claim = claims.propose(payment, lines, purpose, self.key(), self.by(UK_COORDINATOR_2), day)
            entry = entries.first_of_claim(claim.id)
        self.approve(entry, days + 2, APPROVER_2)
        return entry

    def _receipt(self) -> Evidence:
        return evidence.keep(
            io.BytesIO(_RECEIPT + f"% {self.key()}\n".encode()), self._evidence_folder, self.by(UK_COORDINATOR_2)
        )

    def enter_rates(self) -> None:
        """Enter a rate for each of the last months; the dollar's is that which the pact's own figures imply."""
        source = "Implied by the pact's published figures: £300,000 and $380,000"
        with self.on(-380):
            for days in range(-380, 31, 30):
                rate = rates.MonthlyRate(Currency.USD, self.day(days), 1_270_000, source)
                rates.enter(rate, self.by(UK_COORDINATOR))
                dinars = rates.MonthlyRate(
                    Currency.IQD, self.day(days), 1_650 * RATE_SCALE, "For the demonstration only: a round figure"
                )
                rates.enter(dinars, self.by(UK_COORDINATOR))

    def buy(self, interpretation: BudgetLine, materials: BudgetLine, equipment: BudgetLine) -> None:
        """Buy what courses need: contracts paid in parts, a mistake that is reversed, a release, a transfer."""
        contract = self.commit(interpretation, 9_600, "Interpretation contract, first year", -350, 20)
        for days in (-320, -260, -200, -130, -70):
            self.pay(contract, 1_600, "Interpretation supplier", days)
        kits = self.commit(materials, 14_000, "Document examination kits", -300, -230)
        self.pay(kits, 12_850, "Equipment supplier", -228, closes=True)
        manuals = self.commit(materials, 3_000, "Printing of manuals in Arabic", -160, -100)
        mistaken = self.pay(manuals, 2_000, "Printing house", -110)
        with self.on(-105):
            by = self.by(UK_COORDINATOR)
            reversal = proposals.propose_reversal(mistaken, "Entered for the wrong month", self.key(), by)
        self.approve(reversal, -104)
        self.claim([claims.ClaimLine(manuals, 3_465_000, closes=True)], "Printing house", -96, Currency.IQD)
        detectors = self.commit(equipment, 18_500, "Handheld detectors for the task force", -240, -150)
        self.claim([claims.ClaimLine(detectors, 23_495_00, closes=True)], "Equipment supplier", -148, Currency.USD)
        spare = self.commit(equipment, 4_000, "Spare batteries and chargers", -90, 60)
        with self.on(-40):
            release = proposals.propose_release(
                spare, self.proposal(1_500, "Fewer are needed"), self.by(UK_COORDINATOR)
            )
        self.approve(release, -38)

    def transfer(self, source: BudgetLine, target: BudgetLine, pounds: int, reason: str, days: int) -> None:
        """Move money from one line to another and let it be approved."""
        with self.on(days):
            entry = proposals.propose_transfer(source, target, self.proposal(pounds, reason), self.by(UK_COORDINATOR))
        self.approve(entry, days + 1)
