"""Record checks and list filters of a scope agree, and no permission on a record exceeds the permission to read it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.statements import refusing_writes
from tests.support.world import World
from training.kit.db import db
from training.models.admissions.nominations import Nomination
from training.models.assurance.rights_assessments import AssessmentState, RightsAssessment, RiskLevel
from training.models.common.base import Base
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import Role
from training.models.identity.organisations import Organisation
from training.models.people.people import Person
from training.policy import matrix
from training.policy.matrix import MATRIX, Permission, Scope
from training.policy.scopes import CLAUSES, SEEING, unscoped, where
from training.queries.common import records

DOING: dict[Permission, type[Base]] = {
    Permission.NOMINATE: Cohort,
    Permission.DRAFT_COHORT: Cohort,
    Permission.RUN_COHORT: Cohort,
    Permission.SEE_ROSTER: Cohort,
    Permission.EDIT_PERSON: Person,
    Permission.PRINT_CARDS: Person,
    Permission.VET: Person,
    Permission.SELECT_NOMINEES: Nomination,
    Permission.WITHDRAW_NOMINATION: Nomination,
    Permission.CLAIM_COMPLETION: Nomination,
    Permission.EDIT_ORGANISATION: Organisation,
    Permission.WRITE_RIGHTS: RightsAssessment,
    Permission.APPROVE_RIGHTS: RightsAssessment,
}
ACCOUNTS = (
    "uk",
    "iraq",
    "iraq.2",
    "kri",
    "funder",
    "funder.2",
    "approver",
    "vetting",
    "rights",
    "rights.senior",
    "auditor",
    "admin",
    "trainee",
    "trainer",
)


@pytest.fixture(scope="module")
def furnished(shared_app: Flask) -> Iterator[World]:
    """Return the read-only world shared by all tests of this file."""
    with shared_app.app_context():
        world = World(shared_app)
        trainee, other = world.person("Trainee one"), world.person("Trainee two", "iraq.2")
        kurd, trainer = world.person("Trainee three", "kri"), world.person("Trainer one", "uk")
        world.account("trainee", Role.TRAINEE, "iraq", person=trainee)
        world.account("trainer", Role.TRAINER, "uk", person=trainer)
        first = world.open_cohort(trainers=(trainer,), invited=("iraq", "iraq.2"))
        second = world.open_cohort(host="kri", invited=("kri",))
        world.seated(first, trainee)
        world.nominated(first, other, "iraq.2")
        world.in_vetting(second, kurd)
        for level in RiskLevel:
            world.assessment(world.programme(), level)
    with refusing_writes(shared_app):
        yield world


@pytest.fixture
def world(furnished: World) -> Iterator[World]:
    with furnished.app.app_context():
        yield furnished


def _keys(model: type[Base], *conditions: object) -> set[str]:
    statement = unscoped(select(model.public_id).where(*conditions), because="a test compares all rows")
    return set(db.session.scalars(statement))


@pytest.mark.parametrize("username", ACCOUNTS)
def test_record_check_agrees_with_list_filter(world: World, username: str) -> None:
    actor = world.actor(username)
    for model in (*CLAUSES,):
        if model not in SEEING:
            continue
        listed = _keys(model, where(actor, SEEING[model], model))
        found = {key for key in _keys(model) if records.find(model, key, actor, SEEING[model])}
        assert found == listed, model


@pytest.mark.parametrize("username", ACCOUNTS)
@pytest.mark.parametrize("permission", DOING)
def test_no_permission_exceeds_its_read_permission(world: World, username: str, permission: Permission) -> None:
    model, actor = DOING[permission], world.actor(username)
    done = _keys(model, where(actor, permission, model))
    assert done <= _keys(model, where(actor, SEEING[model], model))


def test_widened_grant_is_detected(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above fails with a planted grant."""
    monkeypatch.setitem(MATRIX[Permission.RUN_COHORT], Role.FUNDER, frozenset({Scope.ALL}))
    actor = world.actor("funder.2")
    assert not _keys(Cohort, where(actor, Permission.RUN_COHORT, Cohort)) <= _keys(
        Cohort, where(actor, Permission.SEE_COHORT, Cohort)
    )


@pytest.mark.parametrize(
    ("username", "decided"),
    [("rights", {"low"}), ("rights.senior", {"low", "medium"}), ("uk", set()), ("admin", set())],
)
def test_assessments_await_approvers_of_their_grade(world: World, username: str, decided: set[str]) -> None:
    waits = where(world.actor(username), Permission.APPROVE_RIGHTS, RightsAssessment)
    submitted = RightsAssessment.state == AssessmentState.SUBMITTED
    assert set(db.session.scalars(select(RightsAssessment.level).where(waits, submitted))) == decided


EXPECTED_PEOPLE = {
    "uk": {"Trainee one", "Trainee two", "Trainee three", "Trainer one"},
    "iraq": {"Trainee one"},
    "iraq.2": {"Trainee two"},
    "kri": {"Trainee three"},
    "trainee": {"Trainee one"},
    "vetting": {"Trainee one", "Trainee three"},
    "auditor": {"Trainee one", "Trainee two", "Trainee three", "Trainer one"},
    "trainer": set(),
    "funder": set(),
    "approver": set(),
    "rights": set(),
}


@pytest.mark.parametrize("username", EXPECTED_PEOPLE)
def test_people_are_visible_within_scope(world: World, username: str) -> None:
    statement = select(Person.name_latin).where(where(world.actor(username), Permission.SEE_PERSON, Person))
    assert set(db.session.scalars(unscoped(statement, because="a test"))) == EXPECTED_PEOPLE[username]


def test_every_permission_is_granted_in_the_matrix() -> None:
    assert set(MATRIX) == set(matrix.Permission)
