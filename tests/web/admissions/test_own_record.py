"""What pages offer about oneself, about a course that has begun, and past those who wait."""

import datetime as dt
import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.support.world import World, form_token, post
from tests.web.browsing import building, press, words
from training.domain.admissions import late_entries, nominations
from training.kit.clock import pretend
from training.kit.db import transaction
from training.models.admissions.nominations import Nomination, NominationState
from training.models.identity.accounts import Role, User
from training.models.people.people import Person
from training.queries.admissions import nominations as rows
from training.queries.courses import cohorts

S = NominationState
FIRST, LAST = dt.date(2027, 1, 10), dt.date(2027, 1, 14)
AHEAD, RUNNING, OVER = (dt.datetime(2027, 1, day, 9, tzinfo=dt.UTC) for day in (9, 11, 15))
OWN = "This is about you: nobody acts on their own record"
PAST = "Give the seat all the same"


class Desk:
    """An open cohort ahead; ``me`` coordinates and vets, and is registered as a person."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self.world = world = World(app)
            cohort = world.open_cohort(seats=3, first=FIRST, last=LAST, invited=("uk", "iraq"))
            self.cohort_id, self.cohort = cohort.id, f"/cohorts/{cohort.public_id}"
            me = world.person("Myself", "uk")
            self.me, self.me_id = me.public_id, me.id
            world.account("me", Role.UK_COORDINATOR, "uk", person=me)
            world.grant("me", Role.VETTING_OFFICER)
        self._clients: dict[str, FlaskClient] = {}

    def client(self, user: str = "me") -> FlaskClient:
        if user not in self._clients:
            self._clients[user] = self.world.sign_in(self.world.app.test_client(), user)
        return self._clients[user]

    def person(self, name: str) -> str:
        with building(self.world) as world:
            return world.person(name, "uk").public_id

    def at(self, state: NominationState, name: str) -> str:
        """Return the public id of a nomination that others have taken to ``state``."""
        with building(self.world) as world:
            return self._moved(world, state, world.person(name, "uk")).public_id

    def mine(self, state: NominationState) -> str:
        with building(self.world) as world:
            me = rows.people.with_public_ids([self.me])[self.me]
            return self._moved(world, state, me).public_id

    def _moved(self, world: World, state: NominationState, person: Person) -> Nomination:
        cohort = cohorts.cohort_by_key(self.cohort_id)
        if state is S.NOMINATED:
            return world.nominated(cohort, person, by="uk")
        with transaction():
            nomination = nominations.nominate(cohort, person, world.actor("uk"))
            nominations.shortlist(nomination, world.actor("uk"))
            nominations.send_to_vetting(nomination, world.actor("uk"))
        if state is not S.IN_VETTING:
            world.cleared(person)
        if state is S.WAITING:
            with transaction():
                nominations.put_on_waiting_list(nomination, world.actor("uk"))
        return nomination

    def state(self, public_id: str) -> NominationState:
        with building(self.world):
            return rows.with_public_ids([public_id])[public_id].state

    def reads(self, address: str, user: str = "me") -> str:
        return words(self.client(user).get(address))

    def does(self, address: str, form: dict[str, object] | None = None, user: str = "me") -> str:
        return words(press(self.client(user), address, form))


@pytest.fixture
def desk(sqlite_app: Flask) -> Iterator[Desk]:
    with pretend(AHEAD):
        yield Desk(sqlite_app)


def _row(page: str, name: str) -> str:
    """Return the row of a table that names somebody."""
    return next(row for row in re.findall(r"<tr[^>]*>.*?</tr>", page, re.DOTALL) if name in row)


def test_pages_offer_nothing_about_oneself(desk: Desk) -> None:
    desk.mine(S.IN_VETTING), desk.at(S.IN_VETTING, "Another")
    roster = desk.client().get(f"{desk.cohort}/roster").text
    assert "Turn down" in _row(roster, "Another")
    assert "Turn down" not in _row(roster, "Myself")
    assert "Withdraw" in _row(roster, "Myself"), "everybody may step back"
    queue = desk.client().get("/vetting").text
    assert "Record a clearance" in _row(queue, "Another")
    assert "Your own record: somebody else decides" in _row(queue, "Myself")
    page = desk.client().get(f"/people/{desk.me}").text
    for step in ("edit", "transfer", "deactivate", "clearance"):
        assert f"/people/{desk.me}/{step}" not in page
    assert "This record is about you" in page
    assert "somebody else decides whether they are one person" in desk.reads(
        f"/people/{desk.me}/beside/{desk.person('Myselv')}"
    )


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/people/{me}/clearance", {"outcome": "not_cleared", "authority": "x", "decided_on-day": "1",
                                    "decided_on-month": "11", "decided_on-year": "2026"}),
        ("/people/{me}/edit", {"name_latin": "Renamed"}),
        ("/people/{me}/deactivate", {"reason": "retired"}),
        ("/people/{me}/beside/{other}/join", {}),
        ("/people/{other}/beside/{me}/join", {}),
        ("/people/{me}/beside/{other}/apart", {}),
        ("/cohorts/{cohort}/nominate/chosen", {"person": "{me}"}),
        ("/nominations/{nomination}/turn-down", {"reason": "x"}),
        ("/nominations/{cleared}/confirm", {}),
        ("/nominations/{cleared}/wait", {}),
    ],
)  # fmt: skip
def test_request_about_oneself_is_refused_in_words(desk: Desk, address: str, form: dict[str, object]) -> None:
    ids = {"me": desk.me, "other": desk.person("Another"), "cohort": desk.cohort.rpartition("/")[2]}
    if "clearance" in address:
        desk.mine(S.IN_VETTING)
    if "nomination" in address and "chosen" not in address:
        ids["nomination"] = ids["cleared"] = desk.mine(S.CLEARED)
    answer = desk.does(address.format(**ids), {name: str(value).format(**ids) for name, value in form.items()})
    assert OWN in answer


def test_bulk_step_says_that_oneself_was_left_out(desk: Desk) -> None:
    mine, theirs = desk.mine(S.CLEARED), desk.at(S.CLEARED, "Another")
    form = {"step": "confirm", "chosen": [mine, theirs], "key": "key"}
    answer = desk.does(f"{desk.cohort}/selection", form)
    assert "Done for 1 nominee." in answer
    assert f"Myself {OWN}" in answer
    assert (desk.state(mine), desk.state(theirs)) == (S.CLEARED, S.CONFIRMED)


def test_file_of_names_marks_the_row_about_oneself(desk: Desk) -> None:
    at = f"{desk.cohort}/nominate/file"
    client = desk.client()
    content = f"Reference,Name\n{desk.me},\n".encode()
    form = {"csrf_token": form_token(client, at), "file": (io.BytesIO(content), "names.csv")}
    page = client.post(at, data=form, follow_redirects=True)
    if "columns" in page.request.path:
        page = client.get(page.request.path.removesuffix("/columns"))
    assert "The row is about you: somebody else nominates you" in words(page)


def test_returned_spreadsheet_shows_the_row_about_oneself(desk: Desk) -> None:
    mine = desk.mine(S.IN_VETTING)
    at, client = "/vetting/spreadsheets/new", desk.client()
    content = (
        "Nomination,Outcome,Authority,Decided on,Valid until,Reference\n"
        f"{mine},cleared,An authority,2026-11-01,2028-01-01,\n"
    )
    form = {"csrf_token": form_token(client, at), "file": (io.BytesIO(content.encode()), "returned.csv")}
    page = client.post(at, data=form, follow_redirects=True)
    assert "The row is about you: somebody else records it" in words(page)
    post(client, f"{page.request.path}/record", page=page.request.path)
    assert desk.state(mine) is S.IN_VETTING


# Nominating by hand.


def test_ticked_people_are_kept_through_searches_and_the_page_stays(desk: Desk) -> None:
    first, second = desk.person("Adam Canary"), desk.person("Basim Canary")
    at = f"{desk.cohort}/nominate"
    found = press(desk.client(), at, {"words": "Adam"}, page=at)
    assert f'value="{first}"' in found.text
    kept = press(desk.client(), at, {"words": "Basim", "person": first}, page=at).text
    assert re.search(rf'value="{first}"[^>]* checked', kept)
    assert re.search(rf'value="{second}"[^>]*(?<! checked)>', kept)
    answer = press(desk.client(), f"{at}/chosen", {"person": [first, second, first]}, page=at)
    assert answer.request.path == at
    assert "2 people were nominated." in words(answer)
    with building(desk.world) as world, transaction() as session:
        session.execute(
            update(User).where(User.username == "iraq").values(organisation_id=world.organisations["uk"].id)
        )
    third = desk.person("Canary Third")
    answer = press(desk.client(), f"{at}/chosen", {"person": [first, third]}, page=at)
    assert "Nominated." in words(answer)
    assert "Adam Canary: This person is nominated for the cohort already" in words(answer)
    assert "Choose at least one person" in words(press(desk.client(), f"{at}/chosen", page=at))


def test_vetting_form_keeps_authority_and_day_from_the_last_one(desk: Desk) -> None:
    for name in ("One", "Two"):
        desk.at(S.IN_VETTING, name)
    one, two = re.findall(r"/people/(\w+)/clearance", desk.client().get("/vetting").text)
    form = {"outcome": "not_cleared", "authority": "National authority", "reference": "first"}
    day = {"decided_on-day": "5", "decided_on-month": "1", "decided_on-year": "2027"}
    assert 'value="National authority"' not in desk.client().get(f"/people/{two}/clearance").text
    assert "Recorded." in desk.does(f"/people/{one}/clearance", form | day)
    page = desk.client().get(f"/people/{two}/clearance").text
    assert 'value="National authority"' in page
    assert [f'name="{name}"' in page and f'value="{value}"' in page for name, value in day.items()] == [True] * 3
    assert "first" not in re.findall(r'name="reference"[^>]*', page)[0]
    assert 'value="National authority"' not in desk.client("vetting").get(f"/people/{two}/clearance").text
    with pretend(AHEAD + dt.timedelta(days=1)):
        page = desk.world.sign_in(desk.world.app.test_client(), "me").get(f"/people/{two}/clearance").text
    assert 'value="National authority"' in page
    assert 'value="2027"' not in page, "the day of another day's work is not suggested"


def test_step_that_does_not_fit_says_where_the_nomination_stands(desk: Desk) -> None:
    new, vetted = desk.at(S.NOMINATED, "New"), desk.at(S.IN_VETTING, "Vetted")
    assert "Not shortlisted yet" in desk.does(f"/nominations/{new}/send-to-vetting")
    assert "Still in vetting" in desk.does(f"/nominations/{vetted}/confirm")
    assert "In vetting already" in desk.does(f"/nominations/{vetted}/shortlist")


# A course that has begun.


def test_running_course_takes_no_nominations_and_offers_late_entries(desk: Desk) -> None:
    cleared, person = desk.at(S.CLEARED, "Another"), desk.person("Late Comer")
    with pretend(RUNNING):
        desk._clients.clear()
        assert "The course began on 10 January 2027: nobody is nominated" in desk.reads(f"{desk.cohort}/nominate")
        assert "The course began on" in desk.does(f"{desk.cohort}/nominate/chosen", {"person": person})
        roster = desk.client().get(f"{desk.cohort}/roster").text
        assert f"/nominations/{cleared}/confirm" not in roster
        assert 'value="confirm"' not in roster
        assert "propose a late entry" in desk.does(f"/nominations/{cleared}/confirm")
        at = f"/nominations/{cleared}/late-entry"
        assert at in roster
        assert "Fill in: Reason" in desk.does(at, {"reason": ""})
        desk.does(at, {"reason": "Another fell ill"})
        entry = re.findall(r"/late-entries/\w+", desk.client().get(f"{desk.cohort}/roster").text)[0]
        assert "another coordinator decides" in desk.reads(entry)
        assert "another coordinator decides" in desk.does(f"{entry}/approve")
        assert "A late entry was proposed" in desk.reads("/", "uk")
        assert "A late entry was proposed" not in desk.reads("/")
        assert "Another fell ill" in desk.reads(entry, "uk")
        assert "Seat confirmed." in desk.does(f"{entry}/approve", user="uk")
    assert desk.state(cleared) is S.CONFIRMED


def test_late_entry_is_refused_with_a_reason_or_withdrawn(desk: Desk) -> None:
    cleared = desk.at(S.CLEARED, "Another")
    with pretend(RUNNING):
        desk._clients.clear()
        with building(desk.world) as world, transaction():
            entry = late_entries.propose(rows.with_public_ids([cleared])[cleared], "Ill", world.actor("uk"))
            at = f"/late-entries/{entry.public_id}"
        assert "Fill in: Reason" in desk.does(f"{at}/refuse", {"reason": ""})
        assert "takes it back: refuse it instead" in desk.does(f"{at}/withdraw")
        assert "Refused because Too late" in desk.does(f"{at}/refuse", {"reason": "Too late"})
        assert "decided or withdrawn already" in desk.does(f"{at}/withdraw", user="uk")
        assert "Late entry refused" in desk.reads(f"/nominations/{cleared}")


def test_course_that_is_over_offers_no_seat(desk: Desk) -> None:
    cleared = desk.at(S.CLEARED, "Another")
    with pretend(OVER):
        desk._clients.clear()
        roster = desk.client().get(f"{desk.cohort}/roster").text
        for address in ("confirm", "wait", "late-entry"):
            assert f"/nominations/{cleared}/{address}" not in roster
        assert "The course ended on 14 January 2027" in desk.does(f"/nominations/{cleared}/confirm")
        answer = desk.does(f"{desk.cohort}/selection", {"step": "confirm", "chosen": [cleared], "key": "key"})
        assert "Another The course ended on 14 January 2027" in answer
    assert desk.state(cleared) is S.CLEARED


# Past those who wait.


def test_seat_past_who_waits_is_asked_about_first(desk: Desk) -> None:
    waits, cleared = desk.at(S.WAITING, "Trainee 011"), desk.at(S.CLEARED, "Another")
    confirm = f"/nominations/{cleared}/confirm"
    asked = desk.client().post(confirm, data={"csrf_token": form_token(desk.client(), "/account")})
    assert "Trainee 011 waits and may have this seat" in words(asked)
    assert desk.state(cleared) is S.CLEARED
    fields = dict(re.findall(r'type="hidden" name="(past)" value="(\w+)"', asked.text))
    assert fields == {"past": waits}
    assert "Seat confirmed." in desk.does(confirm, fields)
    assert desk.state(cleared) is S.CONFIRMED
    assert waits in desk.world.sign_in(desk.world.app.test_client(), "auditor").get("/audit").text


def test_selection_past_who_waits_is_asked_about_once(desk: Desk) -> None:
    waits = desk.at(S.WAITING, "Trainee 011")
    chosen = [desk.at(S.CLEARED, name) for name in ("One", "Two")]
    form: dict[str, object] = {"step": "confirm", "chosen": chosen, "key": "key"}
    asked = desk.does(f"{desk.cohort}/selection", form)
    assert "Trainee 011 waits and may have this seat" in asked
    assert {desk.state(one) for one in chosen} == {S.CLEARED}
    assert "Done for 2 nominees." in desk.does(f"{desk.cohort}/selection", form | {"past": waits})
    assert (desk.state(waits), {desk.state(one) for one in chosen}) == (S.WAITING, {S.CONFIRMED})


def test_reused_clearance_is_named_in_the_history(desk: Desk) -> None:
    with building(desk.world) as world:
        person = world.person("Known", "uk")
        world.cleared(person)
        nomination = desk._moved(world, S.IN_VETTING, person).public_id
    page = desk.reads(f"/nominations/{nomination}")
    assert "a clearance that stood already was reused Decision of 1 January 2026, valid until 1 January 2028" in page
    assert "Cleared uk" not in page
