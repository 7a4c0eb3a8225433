"""The demonstration: real courses, agencies and places, plainly artificial people.

Every figure and state is reached by the use cases, in the order in which people would have acted. The
calendar hangs on today, so that there are always cohorts past, running and planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from training.cli.published import SEED
from training.cli.stage import BORDER, ERBIL, PASSPORTS, TRAFFICKING, UK, organisation_named
from training.cli.treasury import APPROVER, POUND, UK_COORDINATOR, UK_COORDINATOR_2, Treasury
from training.config import Settings
from training.domain.admissions import nomination_uploads, nominations, seats, vetting
from training.domain.courses import cohorts, courses
from training.domain.finance import proposals
from training.domain.outcomes import completions
from training.domain.oversight import approvals, opening
from training.kit import clock
from training.kit.db import transaction
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import VettingOutcome
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import CostBasis
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine, LineCategory
from training.models.people.people import Person
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import programmes as programme_rows
from training.queries.oversight import demo as demo_rows

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
        _Story(settings, clock.today()).tell()


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

    def costs(self) -> list[cohorts.PlannedCost]:
        """Return its cost: three fifths for the trainers, the rest for beds and a hall."""
        whole, line = self.pounds * POUND, programme_rows.line_by_key(self.line.id)
        beds, hall = whole * 30 // 100, whole * 10 // 100
        return [
            cohorts.PlannedCost(LineCategory.TRAINERS, line, whole - beds - hall),
            cohorts.PlannedCost(LineCategory.ACCOMMODATION, line, beds),
            cohorts.PlannedCost(LineCategory.VENUE, line, hall),
        ]


class _Story(Treasury):
    """What happened, told day by day."""

    def tell(self) -> None:
        """Let everything happen."""
        with self.on(-400):
            self.set_up()
        self.assess()
        self.enter_rates()
        self._price_courses()
        training = self.fund_training()
        kurdistan = self.fund_kurdistan()
        self.assess_projects()
        self.buy(training["interpretation"], training["materials"], kurdistan["equipment"])
        self.transfer(training["materials"], training["interpretation"], 2_500, "A second interpreter per course", -220)
        self._past_cohorts(training["trainers"], kurdistan["task force"])
        self._present_cohorts(training["trainers"], kurdistan["task force"])
        self.tend_register()
        self._leave_open(training)

    def _price_courses(self) -> None:
        """Say what two courses cost to hold, in round figures made up for the demonstration."""
        template = [
            courses.TemplateCost(LineCategory.TRAINERS, CostBasis.PER_DAY, 1_000 * POUND),
            courses.TemplateCost(LineCategory.ACCOMMODATION, CostBasis.PER_TRAINEE_DAY, 50 * POUND),
            courses.TemplateCost(LineCategory.MATERIALS, CostBasis.PER_TRAINEE, 20 * POUND),
            courses.TemplateCost(LineCategory.EVALUATION, CostBasis.FIXED, 500 * POUND),
        ]
        with self.on(-390):
            for title in (_FORGERY[0], "Human Rights-based Policing"):
                courses.set_template(demo_rows.course_called(title), template, self.by(UK_COORDINATOR))

    # Cohorts

    def _hold(self, holding: _Holding, days: int) -> Cohort:
        """Draft a cohort, ask to open it, and let its commitment be approved."""
        cohort = self._draft(holding, days)
        entry = self._ask(cohort, days + 2)
        self.approve(entry, days + 5)
        return cohort_rows.cohort_by_key(cohort.id)

    def _draft(self, holding: _Holding, days: int) -> Cohort:
        with self.on(days):
            course = demo_rows.course_called(holding.course)
            plan = cohorts.CohortPlan(
                course=course,
                programme=programme_rows.programme_by_key(holding.line.programme_id),
                venue=demo_rows.venue_called(holding.venue),
                host=organisation_named(holding.host),
                invited=[organisation_named(name) for name in holding.invited],
                trainers=[self.people[UK][0 if holding.host in (BORDER, PASSPORTS) else 1]],
                starts_on=self.day(holding.first),
                ends_on=self.day(holding.last),
                capacity=holding.seats,
            )
            cohort = cohorts.draft(plan, self.by(UK_COORDINATOR))
            cohorts.plan_costs(cohort, holding.costs(), self.by(UK_COORDINATOR))
            return cohort

    def _ask(self, cohort: Cohort, days: int) -> LedgerEntry:
        with self.on(days) as day:
            return opening.ask_to_open(cohort, self.key(), self.by(UK_COORDINATOR), day)

    def _nominate(self, cohort: Cohort, organisation: str, chosen: slice, days: int) -> list[Nomination]:
        with self.on(days):
            by = self.by(_NOMINATORS[organisation])
            return [nominations.nominate(cohort, person, by) for person in self.people[organisation][chosen]]

    def _seat(self, nominated: Sequence[Nomination], days: int) -> None:
        """Take nominees all the way to a seat."""
        for nomination in nominated:
            with self.on(days):
                nominations.shortlist(nomination, self.by(UK_COORDINATOR))
                nominations.send_to_vetting(nomination, self.by(UK_COORDINATOR))
            with self.on(days + 6):
                self._clear(nomination, days + 5)
            with self.on(days + 8):
                nominations.confirm(nomination, self.by(UK_COORDINATOR))

    def _clear(
        self,
        nomination: Nomination,
        days: int,
        outcome: VettingOutcome = VettingOutcome.CLEARED,
        *,
        lasts: int | None = None,
    ) -> None:
        """Record what the authority decided on a day; a clearance lasts a year, or until the day ``lasts``."""
        last = days + 365 if lasts is None else lasts
        expires = self.day(last) if outcome is VettingOutcome.CLEARED else None
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
        self.pay(self._held(forgery), 13_900, "Training provider", -205, closes=True)
        with self.on(-200) as day:
            cohorts.close(forgery, self.by(UK_COORDINATOR), day)
        smuggling = self._hold(
            _Holding("Techniques and methods for investigating human trafficking", force, sulaymaniyah, TRAFFICKING,
                     (TRAFFICKING, ERBIL), -34, -31, 12, 17_200), -110)  # fmt: skip
        seated = self._nominate(smuggling, TRAFFICKING, slice(0, 7), -95) + self._nominate(
            smuggling, ERBIL, slice(4), -94
        )
        self._seat(seated, -80)
        self._claim(seated[0], "trainee.2", smuggling, -29)
        self.pay(self._held(smuggling), 9_000, "Training provider", -20)

    def _held(self, cohort: Cohort) -> Commitment:
        return cohort_rows.standing_commitments(cohort.id)[0]

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
        self._send_names(planned)
        smuggling = self._hold(
            _Holding("Cross-border investigations on migrant smuggling", force,
                     "Immigration Training Centre, Sulaymaniyah", TRAFFICKING, (TRAFFICKING, ERBIL), 34, 36, 4, 4_200),
            -40,
        )  # fmt: skip
        self._waiting_list(smuggling)
        self._hold(
            _Holding("Human Rights-based Policing", force, "Erbil International Airport", ERBIL,
                     (TRAFFICKING, ERBIL), 27, 29, 16, 8_700), -25)  # fmt: skip

    def _every_state(self, cohort: Cohort) -> None:
        """Leave nominees of one cohort at every step of their path."""
        with self.on(-22):
            limits = seats.Limits(12, 2, {organisation_named(PASSPORTS).id: 5}, self.day(10), self.day(30))
            seats.set_limits(cohort, limits, self.by(UK_COORDINATOR))
        first = self._nominate(cohort, BORDER, slice(8, 18), -20)
        self._nominate(cohort, PASSPORTS, slice(5, 11), -18)
        self._seat(first[:2], -16)
        with self.on(-6):
            for nomination in first[2:7]:
                nominations.shortlist(nomination, self.by(UK_COORDINATOR))
            for nomination in first[3:6]:
                nominations.send_to_vetting(nomination, self.by(UK_COORDINATOR))
        with self.on(-2):
            self._clear(first[3], -3)
            self._clear(first[4], -3, VettingOutcome.NOT_CLEARED)
            nominations.turn_down(first[7], "The course asks for a year at a crossing point", self.by(UK_COORDINATOR))
            nominations.withdraw(first[8], self.by("iraq.coordinator"))

    def _send_names(self, cohort: Cohort) -> None:
        """Leave a file of names previewed: somebody known, somebody perhaps known, somebody new, faulty rows."""
        with self.on(-1), (SEED / "demo" / "nominations.csv").open("rb") as file:
            by = self.by(_NOMINATORS[BORDER])
            batch = nomination_uploads.read(file, cohort, organisation_named(BORDER).id, by)
            for _rows in nomination_uploads.preview(batch.id, by):
                pass

    def _waiting_list(self, cohort: Cohort) -> None:
        """Fill a small cohort, let some wait, and let one seat become free; some clearances lapse soon."""
        with self.on(-34):
            limits = seats.Limits(4, 1, {organisation_named(ERBIL).id: 2}, self.day(14), self.day(21))
            seats.set_limits(cohort, limits, self.by(UK_COORDINATOR))
        own = self._nominate(cohort, TRAFFICKING, slice(7, 14), -32)
        others = self._nominate(cohort, ERBIL, slice(4, 7), -31)
        with self.on(-28):
            for nomination in own + others:
                nominations.shortlist(nomination, self.by(UK_COORDINATOR))
                nominations.send_to_vetting(nomination, self.by(UK_COORDINATOR))
        lasting = {own[3]: 58, own[4]: 44, own[5]: 24}
        for nomination in own[:6] + others:
            with self.on(-20):
                self._clear(nomination, -21, lasts=lasting.get(nomination, 344))
        with self.on(-15):
            for nomination in (own[1], own[2], others[0], own[0]):
                nominations.confirm(nomination, self.by(UK_COORDINATOR))
        for days, nomination in ((-12, own[5]), (-11, others[1]), (-10, own[3])):
            with self.on(days):
                nominations.put_on_waiting_list(nomination, self.by(UK_COORDINATOR))
        with self.on(-1):
            nominations.withdraw(own[2], self.by("kri.coordinator"))

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
            proposals.propose_allocation(
                training["materials"], self.proposal(6_000, "More detection kits"), self.by(UK_COORDINATOR)
            )
            refused = proposals.propose_allocation(
                training["interpretation"], self.proposal(20_000, "A second contract"), self.by(UK_COORDINATOR_2)
            )
        with self.on(-2):
            approvals.refuse(refused, "The first contract is not used up yet", self.by(APPROVER))
