"""Read programmes, projects and lines, and the rows of their pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.models.finance.ledger import Commitment
from training.models.finance.programmes import BudgetLine, Programme, ProgrammeFact, Project
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, where

_MOST = 100


def lock_programme(programme_id: int) -> None:
    """Lock a programme against movements of money until the transaction ends.

    On SQLite the write transaction itself is the lock, and this compiles to a plain SELECT.
    """
    statement = select(Programme.id).where(Programme.id == programme_id).with_for_update()
    db.session.execute(domain_read(statement))


def programme_by_key(programme_id: int) -> Programme:
    """Return a programme, fresh."""
    statement = select(Programme).where(Programme.id == programme_id).execution_options(populate_existing=True)
    return db.session.scalars(domain_read(statement)).one()


def line_by_key(line_id: int) -> BudgetLine:
    """Return a budget line, fresh."""
    statement = select(BudgetLine).where(BudgetLine.id == line_id).execution_options(populate_existing=True)
    return db.session.scalars(domain_read(statement)).one()


def programme_with_code(code: str) -> Programme | None:
    """Return the programme with this code."""
    return db.session.scalar(domain_read(select(Programme).where(Programme.code == code)))


def is_code_taken(code: str) -> bool:
    """Return whether a programme has this code, whatever the case of its letters."""
    statement = select(Programme.id).where(func.upper(Programme.code) == code.upper())
    return db.session.scalar(domain_read(statement)) is not None


def project_by_key(project_id: int) -> Project:
    """Return the project with this key."""
    return db.session.scalars(domain_read(select(Project).where(Project.id == project_id))).one()


def list_for(actor: Actor) -> Sequence[Row[Programme, bool]]:
    """Return the programmes that ``actor`` may see, each with whether they may see its balances."""
    may_see_balances = where(actor, Permission.SEE_BALANCES, Programme).label("may_see_balances")
    statement = select(Programme, may_see_balances).order_by(Programme.id)
    return db.session.execute(seen(statement, actor, Permission.SEE_PROGRAMME, Programme)).all()


@dataclass(frozen=True)
class ProgrammePage:
    """A programme with the projects and lines visible to one reader."""

    programme: Programme
    may_see_balances: bool
    facts: Sequence[ProgrammeFact]
    projects: Sequence[Project]
    lines: Sequence[BudgetLine]


def programme_page(programme: Programme, actor: Actor) -> ProgrammePage:
    """Return the page of a programme for ``actor``."""
    key = programme.id
    may_see = where(actor, Permission.SEE_BALANCES, Programme).label("may_see_balances")
    fresh, may_see_balances = db.session.execute(
        seen(select(Programme, may_see).where(Programme.id == key), actor, Permission.SEE_PROGRAMME, Programme)
    ).one()
    facts = select(ProgrammeFact).where(ProgrammeFact.programme_id == key).order_by(ProgrammeFact.position)
    projects = (
        select(Project)
        .where(Project.programme_id == key)
        .options(joinedload(Project.organisation))
        .order_by(Project.id)
    )
    lines = select(BudgetLine).where(BudgetLine.programme_id == key).order_by(BudgetLine.id)
    return ProgrammePage(
        programme=fresh,
        may_see_balances=bool(may_see_balances),
        facts=db.session.scalars(facts).all(),
        projects=db.session.scalars(seen(projects, actor, Permission.SEE_PROGRAMME, Project)).all(),
        lines=db.session.scalars(seen(lines, actor, Permission.SEE_MONEY, BudgetLine)).all(),
    )


@dataclass(frozen=True)
class Balances:
    """The total balances of lines; pence."""

    allocated: int
    committed: int
    spent: int

    @property
    def available(self) -> int:
        """The money that can still be committed."""
        return self.allocated - self.committed - self.spent


@dataclass(frozen=True)
class ProjectPage:
    """A project with the lines visible to one reader and their balances."""

    project: Project
    lines: Sequence[BudgetLine]
    balances: Balances


def project_page(project: Project, actor: Actor) -> ProjectPage:
    """Return the page of a project for ``actor``."""
    key = project.id
    whole = (
        select(Project)
        .where(Project.id == key)
        .options(joinedload(Project.programme), joinedload(Project.organisation))
        .execution_options(populate_existing=True)
    )
    fresh = db.session.scalars(seen(whole, actor, Permission.SEE_PROGRAMME, Project)).one()
    statement = select(BudgetLine).where(BudgetLine.project_id == key).order_by(BudgetLine.id)
    lines = db.session.scalars(seen(statement, actor, Permission.SEE_MONEY, BudgetLine)).all()
    balances = Balances(*(sum(getattr(line, name) for line in lines) for name in ("allocated", "committed", "spent")))
    return ProjectPage(fresh, lines, balances)


@dataclass(frozen=True)
class LinePage:
    """A budget line with its project, programme and commitments."""

    line: BudgetLine
    commitments: Sequence[Commitment]


def line_page(line: BudgetLine, actor: Actor) -> LinePage:
    """Return the page of a budget line for ``actor``."""
    key = line.id
    whole = (
        select(BudgetLine)
        .where(BudgetLine.id == key)
        .options(joinedload(BudgetLine.project), joinedload(BudgetLine.programme))
        .execution_options(populate_existing=True)
    )
    return LinePage(
        line=db.session.scalars(seen(whole, actor, Permission.SEE_MONEY, BudgetLine)).one(),
        commitments=db.session.scalars(_commitments(key, actor).limit(_MOST)).all(),
    )


def all_commitments(line_id: int, actor: Actor) -> Iterable[Commitment]:
    """Return every approved commitment of a line, newest first, for export."""
    return db.session.scalars(_commitments(line_id, actor))


def _commitments(line_id: int, actor: Actor) -> Select[Commitment]:
    was_approved = or_(Commitment.committed > 0, Commitment.spent > 0, Commitment.is_closed)
    statement = (
        select(Commitment)
        .where(Commitment.line_id == line_id, was_approved)
        .options(joinedload(Commitment.line))
        .order_by(Commitment.id.desc())
    )
    return seen(statement, actor, Permission.SEE_MONEY, Commitment)


def other_lines(line: BudgetLine, actor: Actor) -> dict[str, BudgetLine]:
    """Return the other lines of the programme on which ``actor`` may propose money, with their projects, by id."""
    statement = (
        select(BudgetLine)
        .where(BudgetLine.programme_id == line.programme_id, BudgetLine.id != line.id)
        .options(joinedload(BudgetLine.project))
        .order_by(BudgetLine.id)
    )
    found = db.session.scalars(seen(statement, actor, Permission.PROPOSE_MONEY, BudgetLine))
    return {one.public_id: one for one in found}
