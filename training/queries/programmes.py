"""Reading programmes, projects and lines, and the rows of their pages."""

from sqlalchemy import select

from training.kit.db import db
from training.models.programmes import BudgetLine, Programme, Project
from training.policy.scopes import unscoped

_RULE = "a use case applies its rule to a record that the web room already admitted"


def lock_programme(programme_id: int) -> None:
    """Let nobody else move money of this programme until the transaction ends.

    On SQLite the write transaction itself is the lock, and this compiles to a plain SELECT.
    """
    statement = select(Programme.id).where(Programme.id == programme_id).with_for_update()
    db.session.execute(unscoped(statement, because=_RULE))


def programme_by_key(programme_id: int) -> Programme:
    """Return a programme as the database has it now."""
    statement = select(Programme).where(Programme.id == programme_id).execution_options(populate_existing=True)
    return db.session.scalars(unscoped(statement, because=_RULE)).one()


def line_by_key(line_id: int) -> BudgetLine:
    """Return a budget line as the database has it now."""
    statement = select(BudgetLine).where(BudgetLine.id == line_id).execution_options(populate_existing=True)
    return db.session.scalars(unscoped(statement, because=_RULE)).one()


def programme_with_code(code: str) -> Programme | None:
    """Return the programme with this code."""
    return db.session.scalar(unscoped(select(Programme).where(Programme.code == code), because=_RULE))


def project_by_key(project_id: int) -> Project:
    """Return the project with this key."""
    return db.session.scalars(unscoped(select(Project).where(Project.id == project_id), because=_RULE)).one()
