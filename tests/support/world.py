"""A small world of test records, built by the use cases: two programmes, five organisations, an account per role."""

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.support import snapshots
from training.domain.admissions import nominations, vetting
from training.domain.assurance import rights_assessments
from training.domain.courses import cohorts, courses, venues
from training.domain.finance import claims, evidence, programmes, proposals
from training.domain.identity import accounts, organisations
from training.domain.oversight import approvals, opening
from training.domain.people import people
from training.kit.clock import now, pretend
from training.kit.db import db, transaction
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import VettingOutcome
from training.models.assurance.rights_assessments import RightsAssessment, RiskLevel
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import Course, Theme
from training.models.courses.venues import Venue
from training.models.finance.claims import Evidence
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine, LineCategory, Programme, Project, ProjectKind
from training.models.identity.accounts import ApprovalGrade, Role, User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.people.people import Person
from training.policy.scopes import unscoped
from training.queries.assurance import rights_assessments as right_rows
from training.queries.courses import cohorts as cohort_rows
from training.queries.finance import entries
from training.queries.finance import programmes as programme_rows
from training.queries.identity import accounts as account_rows

PASSWORD = "lamp river stone cloud"
TODAY = dt.date(2026, 11, 24)
EVE = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
"""The day before the first of a cohort that is opened without days of its own: people may still be nominated."""
CEILING = 300_000_00
_YEAR_END = dt.date(2027, 3, 31)

_hash = cache(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash)
"""Of the product's kind, and quick to verify: each hash names its own costs. Tests sign in thousands of times."""


_A_MINUTE = dt.timedelta(minutes=1)
_Made = TypeVar("_Made")
_SNAPSHOTS: dict[object, tuple[Any, int, snapshots.PutBack]] = {}
"""Results cached by this process: the return value, the number of keys used, and a snapshot of the database."""


def _is_plain(value: object) -> bool:
    """Return whether a value means the same in every world, unlike a record."""
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | dt.date)


@dataclass
class World:
    """Builds test records; each method commits and returns fresh records."""

    app: Flask
    organisations: dict[str, Organisation] = field(default_factory=dict)
    _keys: int = 0
    _past: tuple[object, ...] | None = None
    """The identity of the database's contents; None if unknown."""

    _commits: int = 0

    def __post_init__(self) -> None:
        if snapshots.is_empty():
            self._past = (db.engine.dialect.name, repr(self.app.config["SETTINGS"].rights_approval))
        known = self._kept("world", self._begin) if self._past else self._begin()
        if not self.organisations:
            with transaction():
                statement = unscoped(select(Organisation), because="a test")
                self.organisations = {known[one.id]: one for one in db.session.scalars(statement)}
        self._commits = snapshots.commits()

    def _kept(self, name: str, make: Callable[[], _Made]) -> _Made:
        """Return the result of ``make`` and leave the database as after it, restoring a snapshot if there is one.

        ``name`` identifies the result, together with the time of a frozen clock.
        """
        moment = now()
        is_real = abs(moment - dt.datetime.now(dt.UTC)) < _A_MINUTE
        past = (*(self._past or ()), name, None if is_real else moment)
        db.session.rollback()
        if past in _SNAPSHOTS:
            made, self._keys, put_back = _SNAPSHOTS[past]
            put_back()
        else:
            made = make()
            db.session.rollback()
            _SNAPSHOTS[past] = made, self._keys, snapshots.taken()
        self._past = past
        return made

    def built(self, name: str, make: Callable[[], _Made]) -> _Made:
        """Return the result of ``make``, which holds no records, from a snapshot if this process has made it before."""
        made = self._kept(name, make)
        self._past = None
        return made

    def _first(self, name: str, wanted: dict[str, object], make: Callable[[], int]) -> int:
        """Return the key of the record created by ``make``, from a snapshot if it is the first in this world."""
        is_first = self._past is not None and snapshots.commits() == self._commits and not db.session.info.get("stray")
        if is_first and all(map(_is_plain, wanted.values())):
            key = self._kept(f"{name} {sorted(wanted.items())}", make)
        else:
            key = make()
        self._past = None
        return key

    def _begin(self) -> dict[int, str]:
        """Create the records of every world; return the code of each organisation by key."""
        with transaction():
            self._organisations()
            self._programmes()
        for username, role, organisation, programme in (
            ("uk", Role.UK_COORDINATOR, "uk", None),
            ("uk.2", Role.UK_COORDINATOR, "uk", None),
            ("iraq", Role.PARTNER_COORDINATOR, "iraq", None),
            ("iraq.2", Role.PARTNER_COORDINATOR, "iraq.2", None),
            ("kri", Role.PARTNER_COORDINATOR, "kri", None),
            ("funder", Role.FUNDER, "uk", "TRAINING"),
            ("funder.2", Role.FUNDER, "uk", "KURDISTAN"),
            ("approver", Role.FINANCE_APPROVER, "uk", None),
            ("approver.2", Role.FINANCE_APPROVER, "uk", None),
            ("vetting", Role.VETTING_OFFICER, "uk", None),
            ("rights", Role.RIGHTS_APPROVER, "uk", None),
            ("auditor", Role.AUDITOR, "uk", None),
            ("admin", Role.ADMINISTRATOR, "uk", None),
        ):
            self.account(username, role, organisation, programme=programme)
        self.account("rights.senior", Role.RIGHTS_APPROVER, "uk", grade=ApprovalGrade.SENIOR)
        return {organisation.id: code for code, organisation in self.organisations.items()}

    # Accounts

    def account(
        self,
        username: str,
        role: Role,
        organisation: str,
        *,
        programme: str | None = None,
        person: Person | None = None,
        grade: ApprovalGrade | None = None,
    ) -> User:
        """Create an account with a role."""
        with transaction():
            user = User(
                username=username,
                display_name=username,
                password_hash=_hash(PASSWORD),
                organisation_id=self.organisations[organisation].id,
                person_id=person.id if person else None,
            )
            db.session.add(user)
            db.session.flush()
            funded = self.programme(programme).id if programme else None
            accounts.grant(user, role, programme_id=funded, grade=grade, by=None)
        return user

    def grant(self, username: str, role: Role, programme: str | None = None) -> None:
        """Grant an account another role, a funder's for ``programme``."""
        user = account_rows.user_named(username)
        assert user is not None
        with transaction():
            funded = self.programme(programme).id if programme else None
            accounts.grant(user, role, programme_id=funded, by=None)

    def actor(self, username: str) -> Actor:
        """Return the current actor of an account."""
        user = account_rows.user_named(username)
        assert user is not None
        active = account_rows.active_user(user.id)
        assert active is not None
        return account_rows.actor_of(active)

    def sign_in(self, client: FlaskClient, username: str) -> FlaskClient:
        """Sign in through the page; return the client."""
        form = {"username": username, "password": PASSWORD}
        answer = post(client, "/sign-in", form)
        assert answer.status_code == 302, answer.text
        return client

    # Records

    def _organisations(self) -> None:
        for code, name, jurisdiction in (
            ("uk", "Home Office", Jurisdiction.UK),
            ("iraq", "Border Forces Command", Jurisdiction.IRAQ),
            ("iraq.2", "Passport and Residency Directorate", Jurisdiction.IRAQ),
            ("kri", "Directorate of Combating Human Trafficking", Jurisdiction.KURDISTAN),
        ):
            self.organisations[code] = organisations.create(
                organisations.OrganisationDetails(name, jurisdiction), by=None
            )
        venues.create(venues.VenueDetails("Training centre", Jurisdiction.IRAQ, "Asia/Baghdad"), by=None)

    def _programmes(self) -> None:
        for code, ceiling in (("TRAINING", CEILING), ("KURDISTAN", 200_000_00)):
            programmes.load(
                programmes.Published(
                    code,
                    programmes.Title(f"Programme {code}"),
                    ceiling,
                    dt.date(2024, 11, 28),
                    dt.date(2030, 3, 31),
                    (),
                )
            )

    def key(self) -> str:
        """Return a new idempotency key."""
        self._keys += 1
        return f"key-{self._keys}"

    def programme(self, code: str = "TRAINING") -> Programme:
        """Return a programme with its current balances."""
        found = programme_rows.programme_with_code(code)
        assert found is not None
        db.session.refresh(found)
        return found

    def project(self, code: str = "TRAINING", organisation: str = "iraq") -> Project:
        """Add a project delivered by an organisation."""
        with transaction():
            return programmes.add_project(
                self.programme(code),
                ProjectKind.TRAINING,
                programmes.Title("A project"),
                self.organisations[organisation],
                self.actor("uk"),
            )

    def proposal(self, pence: int, purpose: str = "a purpose") -> proposals.Proposal:
        """Return a proposal with a new key."""
        return proposals.Proposal(pence, purpose, self.key())

    def proposed_line(self, pence: int, project: Project | None = None, until: dt.date = _YEAR_END) -> LedgerEntry:
        """Propose a line with its allocation."""
        project = project or self.project()
        new = programmes.NewLine(programmes.Title("A line"), LineCategory.TRAINERS, dt.date(2026, 4, 1), until)
        with transaction():
            return programmes.propose_line(project, new, self.proposal(pence), self.actor("uk"))

    def approve(self, entry: LedgerEntry, on: dt.date = TODAY, by: str = "approver") -> None:
        """Approve a proposal."""
        with transaction():
            approvals.approve(entry, self.actor(by), on)

    def line(self, pence: int, project: Project | None = None, until: dt.date = _YEAR_END) -> BudgetLine:
        """Return a line with an approved allocation of ``pence``."""
        wanted = {"pence": pence, "project": project, "until": until}
        return programme_rows.line_by_key(self._first("line", wanted, lambda: self._allocated(pence, project, until)))

    def _allocated(self, pence: int, project: Project | None, until: dt.date) -> int:
        entry = self.proposed_line(pence, project, until)
        self.approve(entry)
        return entry.line_id

    def proposed_commitment(self, line: BudgetLine, pence: int) -> LedgerEntry:
        """Propose a commitment on a line, expected in January 2027 or on the last day of its programme."""
        expected_on = min(dt.date(2027, 1, 15), programme_rows.programme_by_key(line.programme_id).ends_on)
        with transaction():
            return proposals.propose_commitment(line, self.proposal(pence), expected_on, self.actor("uk"))

    def commitment(self, line: BudgetLine, pence: int) -> Commitment:
        """Return an approved commitment."""
        entry = self.proposed_commitment(line, pence)
        self.approve(entry)
        assert entry.commitment_id is not None
        return entries.commitment_by_key(entry.commitment_id)

    def payment(
        self,
        commitment: Commitment,
        pence: int,
        *,
        closes: bool = False,
        payee: str = "A supplier",
        person: bool = False,
        evidence: Evidence | None = None,
        paid_on: dt.date = TODAY,
    ) -> LedgerEntry:
        """Propose a payment."""
        payment = claims.Payment(payee, person, paid_on, evidence=evidence, is_another=True)
        lines = [claims.ClaimLine(commitment, pence, closes)]
        with transaction():
            claim = claims.propose(payment, lines, "a purpose", self.key(), self.actor("uk"), TODAY)
            return entries.first_of_claim(claim.id)

    def evidence(self, content: bytes = b"%PDF-1.7 a receipt", by: str = "uk") -> Evidence:
        """Upload a file as evidence."""
        with transaction():
            return evidence.keep(io.BytesIO(content), self.app.config["SETTINGS"].evidence_folder, self.actor(by))

    def course(self, title: str = "A course") -> Course:
        """Add a course."""
        plan = courses.CoursePlan(title, "", "", "A provider", Theme.BORDER_OPERATIONS, 3, 18)
        with transaction():
            return courses.create(plan, self.actor("uk"))

    def person(self, name: str, organisation: str = "iraq") -> Person:
        """Register a person."""
        with transaction():
            return people.register(self.organisations[organisation].id, people.Particulars(name, ""), self.actor("uk"))

    def covered(self, code: str = "TRAINING") -> None:
        """Write and approve a rights assessment of a programme."""
        written = self.assessment(self.programme(code))
        with transaction():
            rights_assessments.approve(written, self.actor("rights"), TODAY)

    def drafted_assessment(
        self,
        subject: rights_assessments.Subject,
        level: RiskLevel = RiskLevel.LOW,
        until: dt.date = dt.date(2030, 1, 1),
        by: str = "uk",
        on: dt.date = TODAY,
    ) -> RightsAssessment:
        """Draft a complete rights assessment."""
        mitigation = rights_assessments.Mitigation("A session on human rights", "Head of training", dt.date(2027, 1, 1))
        with transaction():
            return rights_assessments.draft(
                subject,
                rights_assessments.AssessmentContent("A summary", level, until, [mitigation]),
                self.actor(by),
                on,
            )

    def assessment(
        self,
        subject: rights_assessments.Subject,
        level: RiskLevel = RiskLevel.LOW,
        until: dt.date = dt.date(2030, 1, 1),
        by: str = "uk",
        on: dt.date = TODAY,
    ) -> RightsAssessment:
        """Draft a rights assessment and submit it to the approver."""
        drafted = self.drafted_assessment(subject, level, until, by, on)
        table = self.app.config["SETTINGS"].rights_approval
        with transaction():
            rights_assessments.submit(drafted, table, drafted.version, self.actor(by), on)
        return right_rows.whole(drafted.id).assessment

    def draft(
        self,
        line: BudgetLine | None = None,
        *,
        seats: int = 10,
        pence: int = 1_000_00,
        first: dt.date = dt.date(2026, 11, 2),
        last: dt.date = dt.date(2026, 11, 4),
        invited: tuple[str, ...] = ("iraq", "kri"),
        trainers: tuple[Person, ...] = (),
        host: str = "iraq",
    ) -> Cohort:
        """Draft a cohort."""
        line = line or self.line(50_000_00, until=max(last, _YEAR_END))
        plan = cohorts.CohortPlan(
            course=self.course(f"Course {self.key()}"),
            programme=programme_rows.programme_by_key(line.programme_id),
            venue=db.session.query(Venue).first(),
            host=self.organisations[host],
            invited=[self.organisations[code] for code in invited],
            trainers=trainers,
            starts_on=first,
            ends_on=last,
            capacity=seats,
        )
        with transaction():
            cohort = cohorts.draft(plan, self.actor("uk"))
            cost = cohorts.PlannedCost(LineCategory.TRAINERS, line, pence)
            cohorts.plan_costs(cohort, [cost], self.actor("uk"))
        return cohort

    def asked(self, cohort: Cohort) -> LedgerEntry:
        """Request the opening of a cohort; return the proposal of its commitment."""
        with transaction():
            return opening.ask_to_open(cohort, self.key(), self.actor("uk"), TODAY)

    def open_cohort(self, **plan: object) -> Cohort:
        """Return an open cohort."""
        return cohort_rows.cohort_by_key(self._first("open cohort", plan, lambda: self._open(plan)))

    def _open(self, plan: dict[str, object]) -> int:
        self.covered()
        cohort = self.draft(**plan)  # type: ignore[arg-type]
        self.approve(self.asked(cohort))
        return cohort.id

    def nominated(self, cohort: Cohort, person: Person, by: str = "iraq") -> Nomination:
        """Nominate a person, before the course begins."""
        with before(cohort), transaction():
            return nominations.nominate(cohort, person, self.actor(by))

    def cleared(self, person: Person, until: dt.date = dt.date(2028, 1, 1)) -> None:
        """Record a clearance."""
        decision = vetting.ClearanceDecision(VettingOutcome.CLEARED, "An authority", "", dt.date(2026, 1, 1), until)
        with transaction():
            vetting.record(person, decision, self.actor("vetting"), TODAY)

    def in_vetting(self, cohort: Cohort, person: Person) -> Nomination:
        """Nominate, shortlist and send a person to vetting, before the course begins."""
        nomination = self.nominated(cohort, person)
        with before(cohort), transaction():
            nominations.shortlist(nomination, self.actor("uk"))
            nominations.send_to_vetting(nomination, self.actor("uk"))
        return nomination

    def seated(self, cohort: Cohort, person: Person) -> Nomination:
        """Nominate a person and take them to a confirmed seat, before the course begins."""
        nomination = self.in_vetting(cohort, person)
        with before(cohort):
            self.cleared(person)
        with before(cohort), transaction():
            nominations.confirm(nomination, self.actor("uk"))
        return nomination


@contextmanager
def before(cohort: Cohort) -> Iterator[None]:
    """Let the block happen on the day before a cohort's first, unless that is still ahead."""
    eve = dt.datetime.combine(cohort.starts_on - dt.timedelta(days=1), dt.time(9), dt.UTC)
    with pretend(min(now(), eve)):
        yield


_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')


def form_token(client: FlaskClient, address: str) -> str:
    """Return the CSRF token of the forms at ``address``."""
    found = _TOKEN.search(client.get(address).text)
    assert found, f"no form on {address}"
    return found[1] or found[2]


def post(client: FlaskClient, address: str, form: dict[str, object] | None = None, *, page: str = "") -> TestResponse:
    """Submit a form as a browser does, with the token of its page (by default ``address`` itself)."""
    token = form_token(client, page or address)
    return client.post(address, data={"csrf_token": token, **(form or {})})
