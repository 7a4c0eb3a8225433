"""Read nomination uploads and their rows."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from training.kit.db import AnySelect, db
from training.models.admissions.nomination_uploads import NominationBatch, NominationRow, NomineeFault, NomineeOutcome
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import VettingDecision
from training.models.courses.cohorts import Cohort, CohortTrainer
from training.models.identity.accounts import User
from training.models.identity.actor import Actor
from training.models.identity.jobs import Job, JobState
from training.models.identity.organisations import Organisation
from training.models.people.people import Merge, Person, Transfer
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, unscoped, where
from training.queries.admissions.person_matching import nominated_among
from training.queries.common.paging import Cursor, Page
from training.queries.common.table_import import Batches
from training.queries.identity import jobs, organisation_trees

_RECENT = 20
BATCHES = Batches(NominationBatch, NominationRow, NominationRow.outcome, Permission.NOMINATE)


def expired(at: dt.datetime) -> list[tuple[int, Any]]:
    """Return the keys and states of the batches expired at ``at``."""
    statement = select(NominationBatch.id, NominationBatch.state).where(NominationBatch.keep_until < at)
    return [(key, state) for key, state in db.session.execute(unscoped(statement, because="deleted, never shown"))]


def count_faulty(batch_id: int, fault: NomineeFault) -> int:
    """Count the rows of a batch with this fault."""
    statement = select(func.count()).select_from(NominationRow)
    statement = statement.where(NominationRow.batch_id == batch_id, NominationRow.fault == fault)
    return db.session.scalars(domain_read(statement)).one()


def row_outlines(batch_id: int) -> Sequence[Any]:
    """Return the texts of the rows of a batch and their matches, without loading records."""
    row = NominationRow
    statement = (
        select(row.number, row.cells, row.mended, row.same_as, row.alike, row.person_id, row.chosen_id)
        .where(row.batch_id == batch_id)
        .order_by(row.number)
    )
    return db.session.execute(domain_read(statement)).all()


def seats_of(cohort_id: int) -> int:
    """Return the number of seats of a cohort."""
    return db.session.scalars(select(Cohort.capacity).where(Cohort.id == cohort_id)).one()


def count_questions(batch_id: int) -> dict[str, int]:
    """Count the rows of a batch that wait for the answer to each question, by its code."""
    statement = select(NominationRow.questions).where(
        NominationRow.batch_id == batch_id, NominationRow.outcome == NomineeOutcome.ASKED
    )
    asked = db.session.scalars(domain_read(statement))
    return Counter(code for questions in asked for code in {question[0] for question in questions})


def people_of(ids: Iterable[int | None]) -> dict[int, Person]:
    """Return these people by key."""
    statement = select(Person).where(Person.id.in_([key for key in ids if key]))
    return {person.id: person for person in db.session.scalars(domain_read(statement))}


def count_committed(batch_id: int) -> int:
    """Count the nominations that a batch made."""
    made = NominationRow.nomination_id.is_not(None)
    statement = select(func.count()).select_from(NominationRow).where(NominationRow.batch_id == batch_id, made)
    return db.session.scalars(domain_read(statement)).one()


def committed_rows(batch_id: int) -> Sequence[Any]:
    """Return the rows of a batch that became nominations, each with its nomination and person, fresh."""
    statement = (
        select(NominationRow, Nomination, Person)
        .join(Nomination, Nomination.id == NominationRow.nomination_id)
        .join(Person, Person.id == Nomination.person_id)
        .where(NominationRow.batch_id == batch_id)
        .order_by(NominationRow.number)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(domain_read(statement)).all()


def referred_elsewhere(batch_id: int, person_ids: Collection[int]) -> set[int]:
    """Return the keys of those people to whom records outside this batch refer."""
    own = select(NominationRow.nomination_id).where(
        NominationRow.batch_id == batch_id, NominationRow.nomination_id.is_not(None)
    )
    referring: tuple[AnySelect, ...] = (
        select(Nomination.person_id).where(Nomination.person_id.in_(person_ids), Nomination.id.not_in(own)),
        select(VettingDecision.person_id).where(VettingDecision.person_id.in_(person_ids)),
        select(User.person_id).where(User.person_id.in_(person_ids)),
        select(CohortTrainer.person_id).where(CohortTrainer.person_id.in_(person_ids)),
        select(Transfer.person_id).where(Transfer.person_id.in_(person_ids)),
        select(Merge.kept_id).where(Merge.kept_id.in_(person_ids)),
        select(Merge.merged_id).where(Merge.merged_id.in_(person_ids)),
    )
    return {key for statement in referring for key in db.session.scalars(domain_read(statement))}


# Pages


@dataclass(frozen=True)
class NominationUploadPage:
    """A batch with its cohort, the counts of its rows, and its newest job."""

    batch: NominationBatch
    cohort: Cohort
    counts: dict[NomineeOutcome | None, int]
    job: Job | None

    @property
    def is_worked_on(self) -> bool:
        """Whether a job on the rows is waiting or running."""
        return self.job is not None and self.job.state in (JobState.WAITING, JobState.RUNNING)

    @property
    def figures(self) -> list[tuple[NomineeOutcome, int]]:
        """The outcomes that occur, each with its number of rows."""
        return [(outcome, self.counts[outcome]) for outcome in NomineeOutcome if outcome in self.counts]

    @property
    def good(self) -> int:
        """The number of rows to be nominated."""
        return self.counts.get(NomineeOutcome.NEW, 0) + self.counts.get(NomineeOutcome.MATCHED, 0)

    @property
    def needing(self) -> int:
        """The number of rows that need a correction or decision."""
        return sum(self.counts.get(outcome, 0) for outcome in NEEDING)

    @property
    def size(self) -> int:
        """The number of rows of the file."""
        return sum(self.counts.values())


def batch_page(batch: NominationBatch, actor: Actor) -> NominationUploadPage:
    """Return the page of a batch, without its rows."""
    whole = (
        select(NominationBatch)
        .where(NominationBatch.id == batch.id)
        .options(joinedload(NominationBatch.cohort).joinedload(Cohort.course), joinedload(NominationBatch.uploaded_by))
        .execution_options(populate_existing=True)
    )
    fresh = db.session.scalars(BATCHES.seen(whole, actor)).one()
    return NominationUploadPage(fresh, fresh.cohort, BATCHES.counts(fresh.id), jobs.newest_of(fresh.public_id))


def _rows(batch: NominationBatch, outcome: NomineeOutcome | None, actor: Actor) -> AnySelect:
    return BATCHES.of_batch(_with_people(actor), batch.id, outcome, actor)


def _with_people(actor: Actor) -> AnySelect:
    """Select rows, each with its person if ``actor`` still sees that person (a transfer may have ended it)."""
    person = joinedload(NominationRow.person.and_(where(actor, Permission.SEE_PERSON, Person)))
    return select(NominationRow).options(person, joinedload(NominationRow.organisation))


def rows_of(batch: NominationBatch, outcome: NomineeOutcome | None, cut: Cursor, actor: Actor) -> Page[NominationRow]:
    """Return a page of a batch's rows in order of their numbers, with one outcome or all."""
    page = BATCHES.page(_with_people(actor), batch.id, outcome, cut, actor)
    return Page([row[0] for row in page.rows], page.previous, page.next)


def all_rows(
    batch: NominationBatch, outcome: NomineeOutcome | None, actor: Actor, most: int | None = None
) -> Sequence[NominationRow]:
    """Return up to ``most`` rows of a batch in order of their numbers, with one outcome or all."""
    statement = _rows(batch, outcome, actor).order_by(NominationRow.number).limit(most)
    return db.session.scalars(statement).all()


def find_row(batch: NominationBatch, number: int, actor: Actor) -> NominationRow | None:
    """Return a row by its number in the file."""
    statement = _rows(batch, None, actor).where(NominationRow.number == min(number, 2**31 - 1))
    return db.session.scalar(statement)


NEEDING = (NomineeOutcome.FAULTY, NomineeOutcome.POSSIBLE, NomineeOutcome.ASKED)
"""Rows with these outcomes need a correction or decision."""


def next_needing_attention(
    batch: NominationBatch, number: int, outcome: NomineeOutcome | None, actor: Actor
) -> NominationRow | None:
    """Return the first row from ``number`` on that needs attention, wrapping at the end; of one outcome or all."""
    outcomes = (outcome,) if outcome in NEEDING else NEEDING
    order = (NominationRow.number < number, NominationRow.number)
    statement = _rows(batch, None, actor).where(NominationRow.outcome.in_(outcomes)).order_by(*order).limit(1)
    return db.session.scalar(statement)


@dataclass(frozen=True)
class PossiblePerson:
    """A person whom a row may mean, and whether they are already nominated for the cohort."""

    person: Person
    is_nominated: bool


def candidates_of(row: NominationRow, cohort_id: int, actor: Actor) -> Sequence[PossiblePerson]:
    """Return the people whom a row may mean, in the order of the matching."""
    keys = [*row.candidates, *([row.person_id] if row.person_id else [])]
    statement = select(Person).where(Person.id.in_(keys)).options(joinedload(Person.organisation))
    found = {one.id: one for one in db.session.scalars(seen(statement, actor, Permission.EDIT_PERSON, Person))}
    nominated = nominated_among(cohort_id, found)
    return [PossiblePerson(found[key], key in nominated) for key in keys if key in found]


def alike_rows(row: NominationRow, actor: Actor) -> Sequence[NominationRow]:
    """Return the earlier rows of the batch that may mean the same person."""
    statement = BATCHES.of_batch(select(NominationRow), row.batch_id, None, actor)
    return db.session.scalars(statement.where(NominationRow.number.in_(row.alike)).order_by(NominationRow.number)).all()


def recent(cohort_id: int, actor: Actor) -> Sequence[Any]:
    """Return the newest batches of a cohort, each with its number of rows."""
    return BATCHES.read_before(NominationBatch.cohort_id == cohort_id, actor, _RECENT)


def nominating_organisations(cohort_id: int, actor: Actor) -> Sequence[Organisation]:
    """Return the organisations invited to a cohort whose people ``actor`` may nominate."""
    invited = select(organisation_trees.invited_to(cohort_id).c.id)
    statement = select(Organisation).where(
        Organisation.id.in_(invited), where(actor, Permission.EDIT_PERSON, Organisation)
    )
    return db.session.scalars(statement.order_by(Organisation.name_en)).all()
