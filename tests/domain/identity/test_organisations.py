"""Organisations: acyclic trees of one jurisdiction, concurrent edits, and deactivation of unused ones only."""

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
from training.queries.identity import organisations as organisation_rows

IRAQ = Jurisdiction.IRAQ


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def add(world: World, name: str, parent: Organisation | None = None) -> Organisation:
    with transaction():
        return organisations.create(OrganisationDetails(name, IRAQ), parent, by=world.actor("admin"))


def move(world: World, organisation: Organisation, parent: Organisation | None, version: int = 1) -> None:
    with transaction():
        organisations.move(organisation, parent, version, by=world.actor("admin"))


def test_name_is_unique(world: World) -> None:
    organisation = add(world, "Federal Police")
    with pytest.raises(OrganisationExists):
        add(world, "Federal Police")
    with pytest.raises(OrganisationExists), transaction():
        organisations.edit(organisation, OrganisationDetails("Home Office", IRAQ), 1, by=world.actor("admin"))


def test_tree_has_one_jurisdiction(world: World) -> None:
    ministry, british = add(world, "Ministry of Interior"), world.organisations["uk"]
    below = add(world, "Federal Police", ministry)
    with pytest.raises(ParentElsewhere):
        add(world, "Baghdad Police Command", british)
    with pytest.raises(ParentElsewhere):
        move(world, below, british)
    for organisation in (ministry, below):
        with pytest.raises(ParentElsewhere), transaction():
            organisations.edit(
                organisation, OrganisationDetails(organisation.name_en, Jurisdiction.UK), 1, by=world.actor("admin")
            )


def test_move_under_own_subtree_is_refused(world: World) -> None:
    top = add(world, "Ministry of Interior")
    middle = add(world, "Federal Police", top)
    low = add(world, "Baghdad Police Command", middle)
    for under in (top, middle, low):
        with pytest.raises(UnderItself):
            move(world, top, under)
    move(world, low, top)
    move(world, low, None, version=2)
    assert organisation_rows.organisation_by_key(low.id).parent_id is None


def test_concurrent_moves_cannot_create_a_cycle(world: World) -> None:
    first, second = add(world, "Federal Police"), add(world, "Ministry of Interior")
    by, keys = world.actor("admin"), (first.id, second.id)
    db.session.rollback()

    def act(number: int) -> object:
        with world.app.app_context():
            organisation, parent = (
                organisation_rows.organisation_by_key(keys[which]) for which in (number, 1 - number)
            )
            try:
                with transaction():
                    organisations.move(organisation, parent, 1, by=by)
            except Refusal as refusal:
                return type(refusal)
        return None

    answers = together([lambda: act(0), lambda: act(1)])
    assert sorted(map(repr, answers)) == sorted(map(repr, [None, UnderItself]))
    db.session.rollback()
    assert [organisation_rows.organisation_by_key(key).parent_id for key in keys].count(None) == 1


def test_stale_form_is_refused(world: World) -> None:
    organisation = add(world, "Federal Police")
    with transaction():
        organisations.edit(
            organisation,
            OrganisationDetails("Federal Police", IRAQ, name_ar="قوات الشرطة الاتحادية"),
            1,
            by=world.actor("admin"),
        )
    for act in (
        lambda: organisations.edit(
            organisation, OrganisationDetails("Federal Police", IRAQ), 1, by=world.actor("admin")
        ),
        lambda: organisations.move(organisation, None, 1, by=world.actor("admin")),
        lambda: organisations.deactivate(organisation, 1, by=world.actor("admin")),
    ):
        with pytest.raises(ChangedMeanwhile), transaction():
            act()
    assert organisation_rows.organisation_by_key(organisation.id).name_ar


def test_organisation_in_use_cannot_be_deactivated(world: World) -> None:
    world.person("Trainee one")
    world.project()
    world.draft()
    iraq = organisation_rows.organisation_by_key(world.organisations["iraq"].id)
    add(world, "Baghdad Police Command", iraq)
    with pytest.raises(OrganisationInUse) as refused, transaction():
        organisations.deactivate(iraq, 1, by=world.actor("admin"))
    assert refused.value.by == ("people", "accounts", "bodies", "projects", "cohorts")
    invited = organisation_rows.organisation_by_key(world.organisations["kri"].id)
    with pytest.raises(OrganisationInUse) as refused, transaction():
        organisations.deactivate(invited, 1, by=world.actor("admin"))
    assert refused.value.by == ("accounts", "cohorts")


def test_inactive_organisation_accepts_no_children_until_reactivated(world: World) -> None:
    top = add(world, "Ministry of Interior")
    low = add(world, "Federal Police", top)
    by = world.actor("admin")
    for organisation in (low, top):
        with transaction():
            organisations.deactivate(organisation, 1, by=by)
    with pytest.raises(ParentInactive):
        add(world, "Baghdad Police Command", top)
    with pytest.raises(ParentInactive), transaction():
        organisations.reactivate(low, 2, by=by)
    assert top.id not in {organisation.id for organisation in organisation_rows.in_use()}
    for organisation in (top, low):
        with transaction():
            organisations.reactivate(organisation, 2, by=by)
    assert {top.id, low.id} <= {organisation.id for organisation in organisation_rows.in_use()}


def test_concurrent_registration_and_deactivation_exclude_each_other(world: World) -> None:
    organisation = add(world, "Federal Police")
    key, admin, uk = organisation.id, world.actor("admin"), world.actor("uk")
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
            lambda: attempt(lambda: organisations.deactivate(organisation_rows.organisation_by_key(key), 1, by=admin)),
        ]
    )
    assert answers in ([None, OrganisationInUse], [OrganisationInactive, None])


def test_effect_of_a_move_is_counted(world: World) -> None:
    """The effect: people and accounts moved, and the accounts that gain or lose sight of them."""
    ministry = add(world, "Ministry of Interior")
    other = add(world, "Counter Terrorism Service")
    force = add(world, "Federal Police", ministry)
    station = add(world, "Baghdad Police Command", force)
    for code, organisation in (("ministry", ministry), ("other", other), ("station", station)):
        world.organisations[code] = organisation
        world.account(f"{code}.1", Role.PARTNER_COORDINATOR, code)
    world.account("other.2", Role.PARTNER_COORDINATOR, "other")
    world.account("other.auditor", Role.AUDITOR, "other")
    with transaction():
        for name in ("Trainee one", "Trainee two"):
            people.register(station.id, people.Particulars(name, ""), world.actor("uk"))
    assert organisation_rows.effect_of_move(force, other) == organisation_rows.MoveEffect(
        people=2, accounts=1, beginning=2, ceasing=1
    )
    assert organisation_rows.effect_of_move(force, None) == organisation_rows.MoveEffect(
        people=2, accounts=1, beginning=0, ceasing=1
    )
    assert organisation_rows.effect_of_move(force, ministry) == organisation_rows.MoveEffect(
        people=2, accounts=1, beginning=0, ceasing=0
    )
    before = world.actor("other.1").organisations
    move(world, force, other)
    assert world.actor("other.1").organisations == before | {force.id, station.id}, "as was told"
