"""Programmes, as published or added here, their projects, and budget lines proposed with their first allocation."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from training.domain.finance import ceilings, proposals
from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import DatesReversed, OutsideProgramme, ProgrammeExists
from training.domain.identity import audit
from training.kit.db import db
from training.models.finance.ledger import LedgerEntry
from training.models.finance.programmes import BudgetLine, LineCategory, Programme, ProgrammeFact, Project, ProjectKind
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.queries.finance import programmes


@dataclass(frozen=True)
class Title:
    """A title in up to three languages."""

    en: str
    ar: str = ""
    ckb: str = ""

    def columns(self) -> dict[str, str]:
        """Return the title as the columns of a record."""
        return {"title_en": self.en, "title_ar": self.ar, "title_ckb": self.ckb}


@dataclass(frozen=True)
class Fact:
    """A published statement with its source."""

    en: str
    ar: str
    ckb: str
    source: str
    published_on: dt.date


@dataclass(frozen=True)
class Published:
    """A programme as published; ``ceiling`` in pence, 0 where no sum was published."""

    code: str
    title: Title
    ceiling: int
    starts_on: dt.date
    ends_on: dt.date
    facts: Sequence[Fact]


def load(published: Published) -> bool:
    """Add a programme as published; return False, changing nothing, if its code exists.

    Only titles, dates, ceiling and facts: lines and money are proposed and approved like any movement. The source of
    the first fact is that of the ceiling.
    """
    if programmes.programme_with_code(published.code):
        return False
    programme = Programme(
        code=published.code,
        ceiling=published.ceiling,
        starts_on=published.starts_on,
        ends_on=published.ends_on,
        **published.title.columns(),
    )
    db.session.add(programme)
    db.session.flush()
    first = next(iter(published.facts), Fact("", "", "", _WITHOUT_SOURCE, published.starts_on))
    ceilings.begin(programme, ceilings.Source(first.source, first.published_on), None)
    _add_facts(programme, published.facts)
    audit.record(FinanceEvent.PROGRAMME_LOADED, programme, by=None, pence=published.ceiling)
    return True


_WITHOUT_SOURCE = "Recorded with the programme"


@dataclass(frozen=True)
class NewProgramme:
    """A programme that somebody adds; it has no money until a ceiling is proposed and approved.

    ``statement`` says in up to three languages what was published; without one the programme has no published fact.
    """

    code: str
    title: Title
    starts_on: dt.date
    ends_on: dt.date
    source: ceilings.Source
    statement: Title


def create(new: NewProgramme, by: Actor, today: dt.date) -> Programme:
    """Add a programme with a ceiling of nothing. Raises ProgrammeExists, DatesReversed, SourceInFuture."""
    if new.ends_on < new.starts_on:
        raise DatesReversed
    ceilings.check_source(new.source, today)
    code = new.code.upper()
    programme = Programme(code=code, ceiling=0, starts_on=new.starts_on, ends_on=new.ends_on, **new.title.columns())
    if programmes.is_code_taken(code):
        raise ProgrammeExists
    try:
        with db.session.begin_nested():
            db.session.add(programme)
    except IntegrityError as error:
        raise ProgrammeExists from error
    ceilings.begin(programme, new.source, by)
    said = new.statement
    _add_facts(programme, [Fact(said.en, said.ar, said.ckb, new.source.text, new.source.day)] if said.en else [])
    audit.record(FinanceEvent.PROGRAMME_ADDED, programme, by=by.user_id, code=code)
    return programme


def _add_facts(programme: Programme, facts: Sequence[Fact]) -> None:
    for position, fact in enumerate(facts, start=1):
        db.session.add(
            ProgrammeFact(
                programme_id=programme.id,
                position=position,
                statement_en=fact.en,
                statement_ar=fact.ar,
                statement_ckb=fact.ckb,
                source=fact.source,
                published_on=fact.published_on,
            )
        )


def add_project(
    programme: Programme, kind: ProjectKind, title: Title, organisation: Organisation, by: Actor
) -> Project:
    """Add a project; it holds no money until one of its lines is proposed and approved."""
    project = Project(programme_id=programme.id, kind=kind, organisation_id=organisation.id, **title.columns())
    db.session.add(project)
    db.session.flush()
    audit.record(FinanceEvent.PROJECT_ADDED, project, by=by.user_id, kind=kind.value)
    return project


@dataclass(frozen=True)
class NewLine:
    """A proposed budget line."""

    title: Title
    category: LineCategory
    starts_on: dt.date
    ends_on: dt.date


def propose_line(project: Project, new: NewLine, proposal: proposals.Proposal, by: Actor) -> LedgerEntry:
    """Propose a budget line: it is added empty until another person approves its allocation.

    Raises DatesReversed, OutsideProgramme, OverCeiling.
    """
    programmes.lock_programme(
        project.programme_id
    )  # a concurrent repeat of this request waits here, then finds the line
    if known := proposals.proposed_before(proposal, by):
        return known
    programme = programmes.programme_by_key(project.programme_id)
    if new.ends_on < new.starts_on:
        raise DatesReversed
    if not (programme.starts_on <= new.starts_on and new.ends_on <= programme.ends_on):
        raise OutsideProgramme(programme.starts_on, programme.ends_on)
    line = BudgetLine(
        programme_id=programme.id,
        project_id=project.id,
        category=new.category,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        **new.title.columns(),
    )
    db.session.add(line)
    db.session.flush()
    audit.record(FinanceEvent.LINE_PROPOSED, line, by=by.user_id, category=new.category.value)
    return proposals.propose_allocation(line, proposal, by)
