"""The page to compare with: plain Flask, a plain session, mapped objects, one template; no sign-in, no permissions.

It uses only the models of the product, and answers at its addresses with the same rows and cells. Related names are
loaded with the rows (``joinedload``): one query for each would be too easy to beat.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, render_template
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from training.kit.db import AnySelect, engine_options
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import VettingDecision
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import Course
from training.models.finance.ledger import LedgerPosting
from training.models.finance.programmes import Programme
from training.models.outcomes.completions import Completion
from training.models.people.people import Person
from training.queries.admissions.nominations import ROSTER_SIZE

_PAGE_ROWS = 50


def create_bare(database_url: str) -> Flask:
    """Return the bare application on a database of the product."""
    options = engine_options(database_url)
    engine = create_engine(options.pop("url"), **options)
    app = Flask("bench")

    def serve(rule: str, template: str, statement_for: Callable[..., AnySelect]) -> None:
        def view(**arguments: str) -> str:
            with Session(engine) as session:
                rows: Any = session.execute(statement_for(**arguments)).all()
                return render_template(template, rows=rows)

        app.add_url_rule(rule, template, view)

    serve("/cohorts/<public_id>/roster", "roster.html", _roster)
    serve("/people", "people.html", _people)
    serve("/courses", "courses.html", _courses)
    serve("/cohorts", "cohorts.html", _cohorts)
    serve("/programmes/<public_id>", "programme.html", _programme)
    return app


def _roster(public_id: str) -> AnySelect:
    return (
        select(Nomination, Completion, VettingDecision)
        .join(Nomination.cohort)
        .join(Nomination.person)
        .outerjoin(Completion, Completion.nomination_id == Nomination.id)
        .outerjoin(VettingDecision, VettingDecision.person_id == Nomination.person_id)
        .where(Cohort.public_id == public_id)
        .options(contains_eager(Nomination.person), joinedload(Nomination.organisation))
        .order_by(Person.name_key, Nomination.id)
        .limit(ROSTER_SIZE)
    )


def _people() -> AnySelect:
    return (
        select(Person).options(joinedload(Person.organisation)).order_by(Person.name_key, Person.id).limit(_PAGE_ROWS)
    )


def _courses() -> AnySelect:
    return select(Course).order_by(Course.title_key, Course.id).limit(_PAGE_ROWS)


def _cohorts() -> AnySelect:
    return (
        select(Cohort)
        .options(joinedload(Cohort.course), joinedload(Cohort.venue))
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(_PAGE_ROWS)
    )


def _programme(public_id: str) -> AnySelect:
    """Sum the ledger, as required without monthly totals."""
    return (
        select(
            LedgerPosting.month,
            func.sum(LedgerPosting.committed).label("committed"),
            func.sum(LedgerPosting.spent).label("spent"),
        )
        .join(Programme, Programme.id == LedgerPosting.programme_id)
        .where(Programme.public_id == public_id)
        .group_by(LedgerPosting.month)
        .order_by(LedgerPosting.month)
    )
