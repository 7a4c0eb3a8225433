"""The demonstration: real courses, agencies and places, plainly artificial people.

Every figure and state is reached by the use cases, in the order in which people would have acted. The
calendar hangs on today, so that there are always cohorts past, running and planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from training.cli.stage import (
    BORDER,
    ERBIL,
    KURDISTAN,
    PASSPORTS,
    TRAFFICKING,
    TRAINING,
    UK,
    Stage,
    organisation_named,
    programme_coded,
)
from training.config import Settings
from training.domain import approvals, cohorts, completions, ledger, nominations, programmes, rights, vetting
from training.kit import clock
from training.kit.clock import financial_year_end, month_of
from training.kit.db import transaction
from training.models.cohorts import Cohort
from training.models.ledger import Commitment, LedgerEntry
from training.models.nominations import Nomination
from training.models.people import Person
from training.models.programmes import BudgetLine, LineCategory, Project, ProjectKind
from training.models.rights import RiskLevel
from training.models.vetting import VettingOutcome
from training.queries import cohorts as cohort_rows
from training.queries import demo as demo_rows
from training.queries import ledger as entries
from training.queries import programmes as programme_rows

_POUND = 100
_UK, _UK_2, _APPROVER, _APPROVER_2 = "uk.coordinator", "uk.coordinator.2", "approver", "approver.2"
_NOMINATORS = {
    BORDER: "iraq.coordinator",
    PASSPORTS: "iraq.coordinator.2",
    TRAFFICKING: "kri.coordinator",
    ERBIL: "kri.coordinator.2",
}
_FORGERY = ("Advanced forgery detection course", "UK Home Office trainers (British Consulate-General Erbil)")


def load(settings: Settings) -> None:
    """Load the demonstration into an empty database, whole or not at all."""
    with transaction():
        _Story(settings.demo_password or "", clock.today()).tell()


@dataclass(frozen=True)
class _Holding:
    """A cohort to be held: which course, where, for whom, from and to which day, at what cost in pounds."""

    course: str
    line: BudgetLine
    venue: str
    host: str
    invited: Sequence[str]
    first: int
    last: int
    seats: int
    pounds: int


class _Story(Stage):
    """What happened, told day by day."""

    def tell(self) -> None:
        """Let everything happen."""
        with self.on(-400):
            self.set_up()
        self._assess()
        training = self._fund_training()
        kurdistan = self._fund_kurdistan()
        self._buy(training["interpretation"], training["materials"], kurdistan["equipment"])
        self._past_cohorts(training["trainers"], kurdistan["task force"])
        self._present_cohorts(training["trainers"], kurdistan["task force"])
        self._leave_open(training)

    # Rights

    def _assess(self) -> None:
        for code, level in ((TRAINING, RiskLevel.MEDIUM), (KURDISTAN, RiskLevel.MEDIUM)):
            with self.on(-398):
                written = rights.write(
                    programme_coded(code),
                    rights.Assessment(
                        summary="Trained officers may use coercive powers against migrants and suspects.",
                        mitigation="A human-rights session in every course; nominees are vetted; visits every quarter.",
                        level=level,
                        valid_until=self.day(240),
                    ),
                    self.by(_UK),
                    self.day(-398),
                )
            with self.on(-396) as day:
                rights.approve(written, self.by("rights.approver"), day)

    # Money

    def _fund_training(self) -> dict[str, BudgetLine]:
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
        return {"trainers": trainers, "interpretation": interpretation, "materials": materials}

    def _fund_kurdistan(self) -> dict[str, BudgetLine]:
        with self.on(-390):
            force = self._project(KURDISTAN, ProjectKind.TASK_FORCE, TRAFFICKING, "Specialised task force",
                                  "فرقة العمل المتخصصة", "هێزی ئەرکی تایبەتمەند")  # fmt: skip
        training = self._line(force, LineCategory.TRAINERS, 60_000, -388,
                              "Training of the task force", "تدريب فرقة العمل", "ڕاهێنانی هێزی ئەرک")  # fmt: skip
        equipment = self._line(force, LineCategory.EQUIPMENT, 45_000, -386,
                               "Equipment of the task force", "معدات فرقة العمل", "کەرەستەی هێزی ئەرک")  # fmt: skip
        return {"task force": training, "equipment": equipment}

    def _project(self, code: str, kind: ProjectKind, organisation: str, *title: str) -> Project:
        body = organisation_named(organisation)
        return programmes.add_project(programme_coded(code), kind, programmes.Title(*title), body, self.by(_UK))

    def _line(self, project: Project, category: LineCategory, pounds: int, days: int, *title: str) -> BudgetLine:
        last = min(financial_year_end(self.day(90)), programme_coded(TRAINING).ends_on)
        new = programmes.NewLine(programmes.Title(*title), category, month_of(self.day(-390)), last)
        with self.on(days):
            entry = programmes.propose_line(project, new, self._proposal(pounds, title[0]), self.by(_UK))
        self._approve(entry, days + 2)
        return programme_rows.line_by_key(entry.line_id)

    def _proposal(self, pounds: int, purpose: str) -> ledger.Proposal:
        return ledger.Proposal(pounds * _POUND, purpose, self.key())

    def _approve(self, entry: LedgerEntry, days: int, approver: str = _APPROVER) -> None:
        with self.on(days) as day:
            approvals.approve(entry, self.by(approver), day)

    def _commit(self, line: BudgetLine, pounds: int, purpose: str, days: int, expected: int) -> Commitment:
        with self.on(days):
            entry = ledger.propose_commitment(line, self._proposal(pounds, purpose), self.day(expected), self.by(_UK))
        self._approve(entry, days + 3)
        return self._commitment_of(entry)

    def _commitment_of(self, entry: LedgerEntry) -> Commitment:
        if entry.commitment_id is None:
            raise LookupError(entry.kind)
        return entries.commitment_by_key(entry.commitment_id)

    def _pay(self, commitment: Commitment, pounds: int, payee: str, days: int, *, closes: bool = False) -> LedgerEntry:
        with self.on(days) as day:
            payment = ledger.Payment(payee, payee_is_person=False, paid_on=day, closes=closes)
            proposal = self._proposal(pounds, commitment.purpose)
            entry = ledger.propose_payment(commitment, proposal, payment, self.by(_UK_2), day)
        self._approve(entry, days + 2, _APPROVER_2)
        return entry

    def _buy(self, interpretation: BudgetLine, materials: BudgetLine, equipment: BudgetLine) -> None:
        contract = self._commit(interpretation, 9_600, "Interpretation contract, first year", -350, 20)
        for days in (-320, -260, -200, -130, -70):
            self._pay(contract, 1_600, "Interpretation supplier", days)
        kits = self._commit(materials, 14_000, "Document examination kits", -300, -230)
        self._pay(kits, 12_850, "Equipment supplier", -228, closes=True)
        manuals = self._commit(materials, 3_000, "Printing of manuals in Arabic", -160, -100)
        mistaken = self._pay(manuals, 2_000, "Printing house", -110)
        with self.on(-105):
            reversal = ledger.propose_reversal(mistaken, "Entered for the wrong month", self.key(), self.by(_UK))
        self._approve(reversal, -104)
        self._pay(manuals, 2_100, "Printing house", -96, closes=True)
        vehicles = self._commit(equipment, 18_500, "Handheld detectors for the task force", -240, -150)
        self._pay(vehicles, 18_500, "Equipment supplier", -148, closes=True)
        spare = self._commit(equipment, 4_000, "Spare batteries and chargers", -90, 60)
        with self.on(-40):
            release = ledger.propose_release(spare, self._proposal(1_500, "Fewer are needed"), self.by(_UK))
        self._approve(release, -38)

    # Cohorts

    def _hold(self, holding: _Holding, days: int) -> Cohort:
        """Draft a cohort, ask to open it, and let its commitment be approved."""
        cohort = self._draft(holding, days)
        entry = self._ask(cohort, days + 2)
        self._approve(entry, days + 5)
        return cohort_rows.cohort_by_key(cohort.id)

    def _draft(self, holding: _Holding, days: int) -> Cohort:
        with self.on(days):
            course = demo_rows.course_called(holding.course)
            plan = cohorts.CohortPlan(
                course=course,
                line=programme_rows.line_by_key(holding.line.id),
                venue=demo_rows.venue_called(holding.venue),
                host=organisation_named(holding.host),
                invited=[organisation_named(name) for name in holding.invited],
                trainers=[self.people[UK][0 if holding.host in (BORDER, PASSPORTS) else 1]],
                starts_on=self.day(holding.first),
                ends_on=self.day(holding.last),
                capacity=holding.seats,
                planned_cost=holding.pounds * _POUND,
            )
            return cohorts.draft(plan, self.by(_UK))

    def _ask(self, cohort: Cohort, days: int) -> LedgerEntry:
        with self.on(days) as day:
            return cohorts.ask_to_open(cohort, self.key(), self.by(_UK), day)

    def _nominate(self, cohort: Cohort, organisation: str, chosen: slice, days: int) -> list[Nomination]:
        with self.on(days):
            by = self.by(_NOMINATORS[organisation])
            return [nominations.nominate(cohort, person, by) for person in self.people[organisation][chosen]]

    def _seat(self, nominated: Sequence[Nomination], days: int) -> None:
        """Take nominees all the way to a seat."""
        for nomination in nominated:
            with self.on(days):
                nominations.shortlist(nomination, self.by(_UK))
                nominations.send_to_vetting(nomination, self.by(_UK))
            with self.on(days + 6):
                self._clear(nomination, days + 5)
            with self.on(days + 8):
                nominations.confirm(nomination, self.by(_UK))

    def _clear(self, nomination: Nomination, days: int, outcome: VettingOutcome = VettingOutcome.CLEARED) -> None:
        expires = self.day(days + 365) if outcome is VettingOutcome.CLEARED else None
        decision = vetting.Decision(outcome, "National vetting authority", "", self.day(days), expires)
        vetting.record(self._person(nomination), decision, self.by("vetting"), self.day(days + 1))

    def _person(self, nomination: Nomination) -> Person:
        everybody = (person for people in self.people.values() for person in people)
        return next(person for person in everybody if person.id == nomination.person_id)

    def _claim(self, nomination: Nomination, username: str, cohort: Cohort, days: int) -> None:
        with self.on(days) as day:
            completions.claim(nomination, cohort.ends_on, "", self.by(username), day)

    def _past_cohorts(self, trainers: BudgetLine, force: BudgetLine) -> None:
        baghdad, sulaymaniyah = "Immigration Training Centre, Baghdad", "Immigration Training Centre, Sulaymaniyah"
        forgery = self._hold(
            _Holding(_FORGERY[0], trainers, baghdad, BORDER, (BORDER, PASSPORTS), -220, -219, 16, 14_500), -290
        )
        seated = self._nominate(forgery, BORDER, slice(0, 9), -275) + self._nominate(forgery, PASSPORTS, slice(5), -274)
        self._seat(seated, -268)
        self._claim(seated[0], "trainee", forgery, -218)
        with self.on(-215):
            for claim in demo_rows.claims_of(forgery.id):
                completions.confirm(claim, self.by("trainer"))
        self._pay(self._held(forgery), 13_900, "Training provider", -205, closes=True)
        with self.on(-200) as day:
            cohorts.close(forgery, self.by(_UK), day)
        smuggling = self._hold(
            _Holding("Techniques and methods for investigating human trafficking", force, sulaymaniyah, TRAFFICKING,
                     (TRAFFICKING, ERBIL), -34, -31, 12, 17_200), -110)  # fmt: skip
        seated = self._nominate(smuggling, TRAFFICKING, slice(0, 7), -95) + self._nominate(
            smuggling, ERBIL, slice(4), -94
        )
        self._seat(seated, -80)
        self._claim(seated[0], "trainee.2", smuggling, -29)
        self._pay(self._held(smuggling), 9_000, "Training provider", -20)

    def _held(self, cohort: Cohort) -> Commitment:
        found = cohort_rows.standing_commitment(cohort.id)
        if found is None:
            raise LookupError(cohort.code)
        return found

    def _present_cohorts(self, trainers: BudgetLine, force: BudgetLine) -> None:
        baghdad, basra = "Immigration Training Centre, Baghdad", "Immigration Training Centre, Basra"
        crime = self._hold(
            _Holding(
                "Combatting Cross-Border Crime", trainers, baghdad, BORDER, (BORDER, PASSPORTS), -9, -6, 14, 18_400
            ),
            -75,
        )
        seated = self._nominate(crime, BORDER, slice(0, 8), -60) + self._nominate(crime, PASSPORTS, slice(4), -59)
        self._seat(seated, -50)
        self._hold(
            _Holding(
                "Document examination training", trainers, basra, PASSPORTS, (BORDER, PASSPORTS), -1, 1, 10, 9_800
            ),
            -55,
        )
        planned = self._hold(
            _Holding("Profiling, identification", trainers, baghdad, BORDER, (BORDER, PASSPORTS), 41, 42, 12, 11_200),
            -30,
        )
        self._every_state(planned)
        self._hold(
            _Holding("Human Rights-based Policing", force, "Erbil International Airport", ERBIL,
                     (TRAFFICKING, ERBIL), 27, 29, 16, 8_700), -25)  # fmt: skip

    def _every_state(self, cohort: Cohort) -> None:
        """Leave nominees of one cohort at every step of their path."""
        first = self._nominate(cohort, BORDER, slice(8, 18), -20)
        self._nominate(cohort, PASSPORTS, slice(5, 11), -18)
        self._seat(first[:2], -16)
        with self.on(-6):
            for nomination in first[2:7]:
                nominations.shortlist(nomination, self.by(_UK))
            for nomination in first[3:6]:
                nominations.send_to_vetting(nomination, self.by(_UK))
        with self.on(-2):
            self._clear(first[3], -3)
            self._clear(first[4], -3, VettingOutcome.NOT_CLEARED)
            nominations.turn_down(first[7], "The course asks for a year at a crossing point", self.by(_UK))
            nominations.withdraw(first[8], self.by("iraq.coordinator"))

    def _leave_open(self, training: dict[str, BudgetLine]) -> None:
        """Leave work for each role to find: proposals to decide, drafts to finish."""
        basra = "Immigration Training Centre, Basra"
        draft = _Holding("Capacity-building programme for the K9", training["trainers"], basra, BORDER,
                         (BORDER,), 70, 76, 8, 12_000)  # fmt: skip
        self._draft(draft, -4)
        waiting = _Holding("Identity and Travel Documents Fraud", training["trainers"], basra, PASSPORTS,
                           (BORDER, PASSPORTS), 55, 59, 12, 10_400)  # fmt: skip
        self._ask(self._draft(waiting, -5), -3)
        with self.on(-3):
            ledger.propose_allocation(training["materials"], self._proposal(6_000, "More detection kits"), self.by(_UK))
            refused = ledger.propose_allocation(
                training["interpretation"], self._proposal(20_000, "A second contract"), self.by(_UK_2)
            )
        with self.on(-2):
            approvals.refuse(refused, "The first contract is not used up yet", self.by(_APPROVER))
