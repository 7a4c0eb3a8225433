"""Roles by two people: asked for, given by another, ended by one, for some days, confirmed each year."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.support.world import TODAY, World, form_token, post
from tests.web.browsing import building, date, press, together, typed, words
from tests.web.identity.by_two import account_id, ask_for, held_id, newest_request, second_administrator, signed_in
from training.domain.identity.roles import YEAR
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.identity.accounts import Role, RoleAssignment, RoleRequest, User
from training.models.identity.audit import AuditEntry

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        world = World(sqlite_app)
    second_administrator(world)
    return world


@pytest.fixture
def admin(world: World) -> FlaskClient:
    return signed_in(world, "admin")


@pytest.fixture
def other(world: World) -> FlaskClient:
    return signed_in(world, "admin.2")


def decide(client: FlaskClient, request: str, act: str) -> str:
    return words(press(client, f"/grants/{request}/decide", {"act": act}, page="/grants"))


def test_a_role_is_asked_for_by_one_and_given_by_another(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    kri = signed_in(world, "kri")
    assert kri.get("/audit").status_code == 403
    assert "Another administrator gives or refuses it" in words(ask_for(admin, world, "kri", "auditor"))
    request = newest_request(world)
    assert 'name="act" value="withdraw"' in admin.get("/grants").text
    assert 'name="act" value="give"' in other.get("/grants").text
    assert "You asked for it" in decide(admin, request, "give")
    assert kri.get("/audit").status_code == 403
    assert "The role is given" in decide(other, request, "give")
    assert kri.get("/audit").status_code == 200
    assert "Somebody else has decided" in decide(other, request, "refuse")
    account = words(kri.get("/account"))
    assert "Auditor no last day admin admin.2" in account


def test_nobody_gives_a_role_to_themselves(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    ask_for(admin, world, "admin.2", "auditor")
    request = newest_request(world)
    assert "another administrator decides" in decide(other, request, "give")
    ask_for(admin, world, "admin", "auditor")
    mine = newest_request(world)
    assert "You asked for it" in decide(admin, mine, "give")
    assert "The role is given" in decide(other, mine, "give")


def test_only_who_asked_withdraws(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    ask_for(admin, world, "kri", "auditor")
    request = newest_request(world)
    assert "Only whoever asked for it withdraws it" in decide(other, request, "withdraw")
    assert "is withdrawn" in decide(admin, request, "withdraw")
    assert "Somebody else has decided" in decide(other, request, "give")


def test_ending_a_role_needs_one_and_works_at_the_next_request(world: World, admin: FlaskClient) -> None:
    auditor = signed_in(world, "auditor")
    assert auditor.get("/audit").status_code == 200
    here = f"/accounts/{account_id(world, 'auditor')}"
    answer = press(admin, f"/roles/{held_id(world, 'auditor', Role.AUDITOR)}/revoke", page=here)
    assert "The role is ended" in words(answer)
    assert auditor.get("/audit").status_code == 403


def test_a_role_with_days_stands_on_those_days_alone(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    first, last = TODAY + dt.timedelta(days=2), TODAY + dt.timedelta(days=4)
    ask_for(admin, world, "kri", "auditor", **date("since", first), **date("until", last))
    decide(other, newest_request(world), "give")
    for day, expected in ((TODAY, 403), (first, 200), (last, 200), (last + dt.timedelta(days=1), 403)):
        with pretend(dt.datetime.combine(day, dt.time(12), dt.UTC)):
            assert signed_in(world, "kri").get("/audit").status_code == expected, day


def test_a_role_that_is_over_can_be_given_again(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    ask_for(admin, world, "kri", "auditor", **date("until", TODAY))
    decide(other, newest_request(world), "give")
    with pretend(dt.datetime.combine(TODAY + dt.timedelta(days=1), dt.time(12), dt.UTC)):
        asker, giver = signed_in(world, "admin"), signed_in(world, "admin.2")
        assert "Asked for" in words(ask_for(asker, world, "kri", "auditor"))
        assert "The role is given" in decide(giver, newest_request(world), "give")
        assert signed_in(world, "kri").get("/audit").status_code == 200


def test_a_role_is_extended_by_two_people_and_the_trail_says_before_and_after(
    world: World, admin: FlaskClient, other: FlaskClient
) -> None:
    later = TODAY + dt.timedelta(days=30)
    assert "has this role already" in words(ask_for(admin, world, "vetting", "vetting_officer"))
    ask_for(admin, world, "vetting", "vetting_officer", **date("until", later))
    decide(other, newest_request(world), "give")
    with world.app.app_context():
        rows = select(AuditEntry.details).where(AuditEntry.action == "role granted").order_by(AuditEntry.id.desc())
        changes = db.session.scalars(rows).first()["changes"]
    assert changes == {"until": [None, later.isoformat()]}
    trail = words(signed_in(world, "auditor").get("/audit?action=role+granted"))
    assert "Last day: before –, now 24 December 2026" in trail


def test_a_grade_changes_by_two_people(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    def grades() -> tuple[str, ...]:
        with world.app.app_context():
            return world.actor("rights").grades

    assert grades() == ("official",)
    ask_for(admin, world, "rights", "rights_approver", grade="senior")
    assert "You asked for it" in decide(admin, newest_request(world), "give")
    assert grades() == ("official",)
    assert "The role is given" in decide(other, newest_request(world), "give")
    assert grades() == ("official", "senior")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"role": "funder"}, "Choose the programme that the funder funds"),
        ({"role": "auditor", "grade": "senior"}, "Only a rights approver has a grade"),
        ({"role": "rights_approver"}, "Choose the grade of the rights approver"),
        ({"role": "auditor", **date("since", TODAY - dt.timedelta(days=1))}, "The first day is past"),
        ({"role": "auditor", **date("until", TODAY - dt.timedelta(days=1))}, "The last day is past"),
        (
            {
                "role": "auditor",
                **date("since", TODAY + dt.timedelta(days=3)),
                **date("until", TODAY + dt.timedelta(days=2)),
            },
            "The last day is before the first",
        ),
        ({"role": "auditor", "reason": ""}, "Say why it is needed"),
        ({"role": "king"}, "Choose one of the answers in the list"),
    ],
)
def test_a_role_with_a_scope_that_it_cannot_have_is_explained(
    world: World, admin: FlaskClient, form: dict[str, object], said: str
) -> None:
    answer = ask_for(admin, world, "kri", **({"reason": "typed once"} | form))  # type: ignore[arg-type]
    assert said in words(answer)
    assert typed(answer, "reason") == str(form.get("reason", "typed once"))


def test_a_programme_is_only_for_a_funder(world: World, admin: FlaskClient) -> None:
    with building(world):
        programme = world.programme().public_id
    assert "Only a funder's role is for a programme" in words(
        ask_for(admin, world, "kri", "auditor", programme=programme)
    )
    assert "Asked for" in words(ask_for(admin, world, "kri", "funder", programme=programme))
    assert "This role is asked for already" in words(ask_for(admin, world, "kri", "funder", programme=programme))


def test_each_year_a_role_is_confirmed_by_another_or_ended(world: World) -> None:
    with pretend(dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC) + YEAR + dt.timedelta(days=1)):
        admin = signed_in(world, "admin")
        assert "vetting" in words(admin.get("/grants/yearly"))
        vetting, own = (
            held_id(world, "vetting", Role.VETTING_OFFICER),
            held_id(world, "admin", Role.ADMINISTRATOR),
        )
        assert "Confirmed" in words(press(admin, f"/roles/{vetting}/confirm", page="/grants/yearly"))
        assert "vetting" not in words(admin.get("/grants/yearly"))
        assert "your own roles" in words(press(admin, f"/roles/{own}/confirm", page="/grants/yearly"))


def test_a_request_given_at_once_by_two_makes_one_role(app: Flask, noon: dt.datetime) -> None:
    with app.app_context():
        world = World(app)
    second_administrator(world)
    with building(world):
        world.account("admin.3", Role.ADMINISTRATOR, "uk")
    ask_for(signed_in(world, "admin"), world, "kri", "auditor")
    request = newest_request(world)
    clients = [signed_in(world, name) for name in ("admin.2", "admin.3", "admin.2", "admin.3")]
    tokens = [form_token(client, "/account") for client in clients]
    statuses = together(
        [
            lambda client=client, token=token: (
                client.post(f"/grants/{request}/decide", data={"csrf_token": token, "act": "give"}).status_code
            )
            for client, token in zip(clients, tokens, strict=True)
        ]
    )
    assert set(statuses) == {302}
    with app.app_context():
        own = select(RoleAssignment).join(User, User.id == RoleAssignment.user_id)
        given = db.session.scalars(own.where(User.username == "kri", RoleAssignment.role == Role.AUDITOR)).all()
        assert len(given) == 1


@pytest.mark.parametrize("giver", ["asker", "holder"])
def test_the_database_refuses_a_role_by_one_person(app: Flask, noon: dt.datetime, giver: str) -> None:
    with app.app_context():
        world = World(app)
        asker, holder = world.actor("admin").user_id, world.actor("kri").user_id
        by = {"asker": asker, "holder": holder}[giver]
        one = RoleAssignment(
            user_id=holder, role=Role.AUDITOR, asked_by_id=asker, granted_by_id=by, granted_at=noon, reason=""
        )
        with pytest.raises(IntegrityError), transaction():
            db.session.add(one)
        asked = RoleRequest(
            user_id=holder,
            role=Role.AUDITOR,
            reason="",
            state="given",
            asked_by_id=asker,
            asked_at=noon,
            decided_by_id=by,
            decided_at=noon,
        )
        with pytest.raises(IntegrityError), transaction():
            db.session.add(asked)


def test_a_disabled_account_gets_no_role(world: World, admin: FlaskClient, other: FlaskClient) -> None:
    ask_for(admin, world, "kri", "auditor")
    post(admin, f"/accounts/{account_id(world, 'kri')}/disable", page="/accounts")
    assert "is disabled: an administrator can enable it" in decide(other, newest_request(world), "give")
