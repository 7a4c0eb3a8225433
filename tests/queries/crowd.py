"""Many rows at once, for lists: written by Core in bulk, so that a test can afford hundreds of each kind."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import insert

from tests.support.world import TODAY, World
from training.kit.db import db, transaction
from training.kit.names import fold
from training.models.admissions.nominations import Nomination, NominationState
from training.models.admissions.vetting import CurrentDecision, VettingDecision, VettingOutcome
from training.models.assurance.rights_assessments import AssessmentState, RightsAssessment, RiskLevel
from training.models.common.base import Base
from training.models.courses.cohorts import Cohort, CohortInvitation, CohortState, CohortTrainer
from training.models.courses.courses import Course, Theme
from training.models.finance.ledger import Commitment, EntryDecision, EntryKind, LedgerEntry, LineMonth, Outcome
from training.models.finance.programmes import BudgetLine, LineCategory, ProgrammeFact, Project, ProjectKind
from training.models.identity.accounts import ApprovalGrade, Role
from training.models.identity.audit import AuditEntry
from training.models.outcomes.completions import Completion
from training.models.people.people import Person

Row = dict[str, Any]
AT = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
FIRST, SECOND, THIRD = 10_000, 20_000, 30_000
"""Keys of the crowd begin here: three nominations, say, for each number."""

_THEMES = list(Theme)


def add(kind: type[Base], rows: Iterable[Row]) -> None:
    """Write rows of one kind."""
    with transaction() as session:
        session.execute(insert(kind.__table__), list(rows))


def lasting(world: World) -> World:
    """Return the world with organisations that can be spoken of after the session which made them."""
    for body in world.organisations.values():
        db.session.refresh(body)
        db.session.expunge(body)
    return world


def person(world: World, number: int) -> Row:
    """Return a person; every third name is that of two others."""
    name = f"Trainee {number // 3:04d}"
    return {
        "id": FIRST + number,
        "organisation_id": world.organisations["iraq"].id,
        "name_latin": f"{name} {number}",
        "name_key": fold(name),
    }


def course(_world: World, number: int) -> Row:
    """Return a course; titles and themes repeat."""
    title = f"Course {number // 3:04d}"
    return {
        "id": FIRST + number,
        "title_en": title,
        "title_key": fold(title),
        "search_key": fold(f"{title} Provider {number}"),
        "provider": f"Provider {number}",
        "theme": _THEMES[number % len(_THEMES)],
    }


class Crowd:
    """A world in which each list of the product can be made long."""

    def __init__(self, world: World) -> None:
        """Reach by the use cases what the rows of the lists hang on."""
        self.world, self.size = world, 0
        trainer, trainee = world.person("Trainer", "uk"), world.person("Trainee")
        world.account("trainer", Role.TRAINER, "uk", person=trainer)
        world.account("trainee", Role.TRAINEE, "iraq", person=trainee)
        line = world.line(50_000_00)
        cohort = world.open_cohort(line=line, trainers=(trainer,))
        world.seated(cohort, trainee)
        self.uk, self.approver = world.actor("uk").user_id, world.actor("approver").user_id
        self.trainer, self.trainee = trainer.id, trainee.id
        self.cohort, self.venue, self.line, self.programme = cohort.id, cohort.venue_id, line.id, line.programme_id
        self.addresses = {
            "person": f"/people/{trainee.public_id}",
            "cohort": f"/cohorts/{cohort.public_id}",
            "roster": f"/cohorts/{cohort.public_id}/roster",
            "line": f"/lines/{line.public_id}",
            "programme": f"/programmes/{world.programme().public_id}",
            "entries": f"/programmes/{world.programme().public_id}/entries",
        }
        self.iraq = lasting(world).organisations["iraq"].id

    def grow(self, size: int) -> None:
        """Let every list have ``size`` rows of the crowd."""
        numbers = range(self.size, size)
        for kind, make in self._kinds():
            add(kind, (make(number) for number in numbers))
        self.size = size

    def _kinds(self) -> list[tuple[type[Base], Callable[[int], Row]]]:
        world = self.world
        return [
            (Person, lambda n: person(world, n)),
            (VettingDecision, self._decision),
            (CurrentDecision, lambda n: {"person_id": FIRST + n, "decision_id": FIRST + n}),
            (Course, lambda n: course(world, n)),
            (Cohort, self._cohort),
            (
                CohortInvitation,
                lambda n: {"cohort_id": FIRST + n, "organisation_id": self.iraq},
            ),
            (CohortTrainer, lambda n: {"cohort_id": FIRST + n, "person_id": self.trainer}),
            (Nomination, lambda n: self._nomination(FIRST, n, self.cohort, FIRST + n, NominationState.CONFIRMED)),
            (Nomination, lambda n: self._nomination(SECOND, n, FIRST + n, FIRST + n, NominationState.IN_VETTING)),
            (Nomination, lambda n: self._nomination(THIRD, n, FIRST + n, self.trainee, NominationState.CONFIRMED)),
            (Completion, self._completion),
            (Project, self._project),
            (BudgetLine, self._line),
            (LineMonth, self._month),
            (ProgrammeFact, self._fact),
            (Commitment, self._commitment),
            (LedgerEntry, lambda n: self._entry(FIRST, n)),
            (LedgerEntry, lambda n: self._entry(SECOND, n)),
            (EntryDecision, self._approval),
            (RightsAssessment, self._assessment),
            (AuditEntry, lambda n: {"at": AT, "user_id": self.uk, "action": "signed in", "subject_kind": "User",
                                    "subject_id": f"{n:012d}"}),
        ]  # fmt: skip

    def _decision(self, number: int) -> Row:
        return {
            "id": FIRST + number,
            "person_id": FIRST + number,
            "outcome": VettingOutcome.CLEARED,
            "authority": "An authority",
            "decided_on": TODAY,
            "expires_on": dt.date(2028, 1, 1),
            "recorded_by_id": self.uk,
            "recorded_at": AT,
        }

    def _cohort(self, number: int) -> Row:
        first = dt.date(2040, 1, 1) + dt.timedelta(days=number // 3)
        return {
            "id": FIRST + number,
            "code": f"2040-{number:03d}",
            "course_id": FIRST + number,
            "programme_id": self.programme,
            "host_id": self.iraq,
            "venue_id": self.venue,
            "starts_on": first,
            "ends_on": first,
            "capacity": 20,
            "planned_cost": 1,
            "state": CohortState.OPEN,
        }

    def _nomination(self, key: int, number: int, cohort: int, who: int, state: NominationState) -> Row:
        return {
            "id": key + number,
            "cohort_id": cohort,
            "person_id": who,
            "organisation_id": self.iraq,
            "state": state,
            "nominated_by_id": self.uk,
            "nominated_at": AT,
            "moved_at": AT,
        }

    def _completion(self, number: int) -> Row:
        return {
            "nomination_id": FIRST + number,
            "completed_on": TODAY,
            "claimed_by_id": self.approver,
            "claimed_at": AT,
        }

    def _project(self, number: int) -> Row:
        return {
            "id": FIRST + number,
            "title_en": f"Project {number}",
            "programme_id": self.programme,
            "kind": ProjectKind.TRAINING,
            "organisation_id": self.iraq,
        }

    def _line(self, number: int) -> Row:
        return {
            "id": FIRST + number,
            "title_en": f"Line {number}",
            "programme_id": self.programme,
            "project_id": FIRST + number,
            "category": LineCategory.OTHER,
            "starts_on": dt.date(2026, 4, 1),
            "ends_on": dt.date(2027, 3, 31),
            "allocated": 100,
        }

    def _month(self, number: int) -> Row:
        return {"line_id": self.line, "month": dt.date(1980 + number // 12, number % 12 + 1, 1), "spent": 1}

    def _fact(self, number: int) -> Row:
        return {
            "programme_id": self.programme,
            "position": FIRST + number,
            "statement_en": f"Fact {number}",
            "source": "A source",
            "published_on": TODAY,
        }

    def _commitment(self, number: int) -> Row:
        return {
            "id": FIRST + number,
            "programme_id": self.programme,
            "line_id": self.line,
            "purpose": f"Purpose {number}",
            "expected_on": TODAY,
            "committed": 1,
        }

    def _entry(self, key: int, number: int) -> Row:
        return {
            "id": key + number,
            "bundle": f"{key + number:012d}",
            "programme_id": self.programme,
            "line_id": self.line,
            "kind": EntryKind.ALLOCATE,
            "amount": 1,
            "purpose": f"Purpose {number}",
            "proposer_id": self.uk,
            "proposed_at": AT,
            "idempotency_key": f"crowd-{key + number}",
        }

    def _approval(self, number: int) -> Row:
        return {
            "entry_id": SECOND + number,
            "proposer_id": self.uk,
            "approver_id": self.approver,
            "outcome": Outcome.APPROVED,
            "decided_at": AT,
        }

    def _assessment(self, number: int) -> Row:
        return {
            "programme_id": self.programme,
            "summary": f"Summary {number}",
            "needed_grade": ApprovalGrade.OFFICIAL,
            "state": AssessmentState.SUBMITTED,
            "level": RiskLevel.LOW,
            "valid_until": dt.date(2030, 1, 1),
            "writer_id": self.uk,
            "written_at": AT,
        }
