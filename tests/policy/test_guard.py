"""People, nominations and money cannot be read without naming the actor."""

import pytest
from flask import Flask
from sqlalchemy import exists, func, select

from tests.support.world import World
from training.kit.db import db
from training.models.courses.courses import Course
from training.models.finance.ledger import LedgerEntry
from training.models.finance.programmes import Programme
from training.models.people.people import Person, PersonWord
from training.policy.guard import UnscopedQueryError
from training.policy.matrix import Permission
from training.policy.scopes import seen, unscoped

UNSCOPED = {
    "entity": select(Person),
    "column": select(Person.name_latin),
    "count": select(func.count()).select_from(Programme),
    "join": select(Course).join(PersonWord, PersonWord.person_id == Course.id),
    "exists": select(exists().where(Person.id == 1)),
    "subquery": select(Course.id).where(Course.id.in_(select(Person.id))),
    "cte": select(select(LedgerEntry.amount).cte().c.amount),
    "union": select(Course.id).union(select(Person.id)),
    "core table": select(Person.__table__),
    "scalar subquery": select(Course.id, select(func.max(Person.id)).scalar_subquery()),
}


@pytest.mark.parametrize("form", UNSCOPED)
def test_unscoped_read_raises(app: Flask, form: str) -> None:
    with app.app_context(), pytest.raises(UnscopedQueryError):
        db.session.execute(UNSCOPED[form])


def test_get_by_key_raises(app: Flask) -> None:
    with app.app_context(), pytest.raises(UnscopedQueryError):
        db.session.get(Person, 1)


def test_scoped_and_explicitly_unscoped_reads_pass(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        world.person("Trainee one")
        mine = seen(select(Person), world.actor("iraq"), Permission.SEE_PERSON, Person)
        assert len(db.session.scalars(mine).all()) == 1
        theirs = seen(select(Person), world.actor("iraq.2"), Permission.SEE_PERSON, Person)
        assert db.session.scalars(theirs).all() == []
        assert len(db.session.scalars(unscoped(select(Person), because="a test")).all()) == 1
