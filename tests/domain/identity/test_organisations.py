"""Organisations: trees of one jurisdiction without circles, kept by several at once, and never in use and out of it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.support.world import World
from tests.web.browsing import together
from training.domain.common.refusals import ChangedMeanwhile, Refusal
from training.domain.identity import organisations
from training.domain.identity.organisations import OrganisationDetails
from training.domain.identity.refusals import (
    OrganisationExists,
    OrganisationInactive,
    OrganisationInUse,
    ParentElsewhere,
    ParentInactive,
    UnderItself,
)
from training.domain.people import people
from training.kit.db import db, transaction
from training.models.identity.accounts import Role
from training.models.identity.organisations import Jurisdiction, Organisation
from training.queries.identity import organisations as rows

IRAQ = Jurisdiction.IRAQ


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def add(world: World, name: str, parent: Organisation | None = None) -> Organisation:
    with transaction():
        return organisations.create(OrganisationDetails(name, IRAQ), parent, by=world.actor("admin"))


def move(world: World, body: Organisation, parent: Organisation | None, version: int = 1) -> None:
    with transaction():
        organisations.move(body, parent, version, by=world.actor("admin"))


def test_a_name_is_used_once(world: World) -> None:
    body = add(world, "Federal Police")
    with pytest.raises(OrganisationExists):
        add(world, "Federal Police")
    with pytest.raises(OrganisationExists), transaction():
        organisations.edit(body, OrganisationDetails("Home Office", IRAQ), 1, by=world.actor("admin"))


def test_a_tree_is_of_one_jurisdiction(world: World) -> None:
    ministry, british = add(world, "Ministry of Interior"), world.organisations["uk"]
    below = add(world, "Federal Police", ministry)
    with pytest.raises(ParentElsewhere):
        add(world, "Baghdad Police Command", british)
    with pytest.raises(ParentElsewhere):
        move(world, below, british)
    for body in (ministry, below):
        with pytest.raises(ParentElsewhere), transaction():
            organisations.edit(body, OrganisationDetails(body.name_en, Jurisdiction.UK), 1, by=world.actor("admin"))


def test_no_body_comes_under_itself(world: World) -> None:
    top = add(world, "Ministry of Interior")
    middle = add(world, "Federal Police", top)
    low = add(world, "Baghdad Police Command", middle)
    for under in (top, middle, low):
        with pytest.raises(UnderItself):
            move(world, top, under)
    move(world, low, top)
    move(world, low, None, version=2)
    assert rows.organisation_by_key(low.id).parent_id is None


def test_two_moves_that_would_close_a_circle_at_once_make_one(world: World) -> None:
    first, second = add(world, "Federal Police"), add(world, "Ministry of Interior")
    by, keys = world.actor("admin"), (first.id, second.id)
    db.session.rollback()

    def act(number: int) -> object:
        with world.app.app_context():
            body, parent = (rows.organisation_by_key(keys[which]) for which in (number, 1 - number))
            try:
                with transaction():
                    organisations.move(body, parent, 1, by=by)
            except Refusal as refusal:
                return type(refusal)
        return None

    answers = together([lambda: act(0), lambda: act(1)])
    assert sorted(map(repr, answers)) == sorted(map(repr, [None, UnderItself]))
    db.session.rollback()
    assert [rows.organisation_by_key(key).parent_id for key in keys].count(None) == 1


def test_a_form_opened_before_anothers_change_is_refused(world: World) -> None:
    body = add(world, "Federal Police")
    with transaction():
        organisations.edit(
            body,
            OrganisationDetails("Federal Police", IRAQ, name_ar="قوات الشرطة الاتحادية"),
            1,
            by=world.actor("admin"),
        )
    for act in (
        lambda: organisations.edit(body, OrganisationDetails("Federal Police", IRAQ), 1, by=world.actor("admin")),
        lambda: organisations.move(body, None, 1, by=world.actor("admin")),
        lambda: organisations.deactivate(body, 1, by=world.actor("admin")),
    ):
        with pytest.raises(ChangedMeanwhile), transaction():
            act()
    assert rows.organisation_by_key(body.id).name_ar


def test_what_somebody_depends_on_stays_in_use(world: World) -> None:
    world.person("Trainee one")
    world.project()
    world.draft()
    iraq = rows.organisation_by_key(world.organisations["iraq"].id)
    add(world, "Baghdad Police Command", iraq)
    with pytest.raises(OrganisationInUse) as refused, transaction():
        organisations.deactivate(iraq, 1, by=world.actor("admin"))
    assert refused.value.by == ("people", "accounts", "bodies", "projects", "cohorts")
    invited = rows.organisation_by_key(world.organisations["kri"].id)
    with pytest.raises(OrganisationInUse) as refused, transaction():
        organisations.deactivate(invited, 1, by=world.actor("admin"))
    assert refused.value.by == ("accounts", "cohorts")


def test_out_of_use_nothing_comes_under_it_until_it_is_back(world: World) -> None:
    top = add(world, "Ministry of Interior")
    low = add(world, "Federal Police", top)
    by = world.actor("admin")
    for body in (low, top):
        with transaction():
            organisations.deactivate(body, 1, by=by)
    with pytest.raises(ParentInactive):
        add(world, "Baghdad Police Command", top)
    with pytest.raises(ParentInactive), transaction():
        organisations.reactivate(low, 2, by=by)
    assert top.id not in {body.id for body in rows.in_use()}
    for body in (top, low):
        with transaction():
            organisations.reactivate(body, 2, by=by)
    assert {top.id, low.id} <= {body.id for body in rows.in_use()}


def test_nobody_is_registered_with_a_body_that_goes_out_of_use_in_the_same_moment(world: World) -> None:
    body = add(world, "Federal Police")
    key, admin, uk = body.id, world.actor("admin"), world.actor("uk")
    db.session.rollback()

    def attempt(act: Callable[[], object]) -> object:
        with world.app.app_context():
            try:
                with transaction():
                    act()
            except Refusal as refusal:
                return type(refusal)
        return None

    newcomer = people.Particulars("Trainee one", "")
    answers = together(
        [
            lambda: attempt(lambda: people.register(key, newcomer, uk)),
            lambda: attempt(lambda: organisations.deactivate(rows.organisation_by_key(key), 1, by=admin)),
        ]
    )
    assert answers in ([None, OrganisationInUse], [OrganisationInactive, None])


def test_a_move_is_told_in_numbers(world: World) -> None:
    """Under another body: its people, its accounts, and who begins or ceases to see them."""
    ministry = add(world, "Ministry of Interior")
    other = add(world, "Counter Terrorism Service")
    force = add(world, "Federal Police", ministry)
    station = add(world, "Baghdad Police Command", force)
    for code, body in (("ministry", ministry), ("other", other), ("station", station)):
        world.organisations[code] = body
        world.account(f"{code}.1", Role.PARTNER_COORDINATOR, code)
    world.account("other.2", Role.PARTNER_COORDINATOR, "other")
    world.account("other.auditor", Role.AUDITOR, "other")
    with transaction():
        for name in ("Trainee one", "Trainee two"):
            people.register(station.id, people.Particulars(name, ""), world.actor("uk"))
    assert rows.effect_of_move(force, other) == rows.MoveEffect(people=2, accounts=1, beginning=2, ceasing=1)
    assert rows.effect_of_move(force, None) == rows.MoveEffect(people=2, accounts=1, beginning=0, ceasing=1)
    assert rows.effect_of_move(force, ministry) == rows.MoveEffect(people=2, accounts=1, beginning=0, ceasing=0)
    before = world.actor("other.1").organisations
    move(world, force, other)
    assert world.actor("other.1").organisations == before | {force.id, station.id}, "as was told"
