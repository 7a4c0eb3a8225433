"""The roster in the browser: single and bulk steps, waiting lists, deadlines, history, and visibility."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.support.world import TODAY, World, post
from tests.web.browsing import building, date, press, words
from training.domain.admissions import nominations, seats
from training.domain.admissions.refusals import AlreadyClaimed, WrongStep
from training.domain.outcomes import completions
from training.domain.people import people
from training.kit.clock import pretend
from training.kit.db import transaction
from training.models.admissions.nominations import Nomination, NominationState
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.models.people.people import Sex
from training.queries.admissions import nominations as rows
from training.queries.courses import cohorts

S = NominationState
FIRST, LAST = dt.date(2027, 1, 10), dt.date(2027, 1, 14)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with pretend(dt.datetime.combine(TODAY, dt.time(12), dt.UTC)):
        yield


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


class Handle(NamedTuple):
    """The ids of a nomination, detached from its session."""

    id: int
    public_id: str


class Stage:
    """A small cohort with helpers to change it and to read its pages."""

    def __init__(self, world: World, seats_in_all: int = 1) -> None:
        self.world = world
        with building(world):
            cohort = world.open_cohort(seats=seats_in_all, first=FIRST, last=LAST)
            self.key, self.at = cohort.id, f"/cohorts/{cohort.public_id}"
        self._clients: dict[str, FlaskClient] = {}

    def nominated(self, name: str, organisation: str = "iraq", sex: Sex | None = None) -> Handle:
        with building(self.world) as world:
            with transaction():
                particulars = people.Particulars(name, "", sex=sex)
                person = people.register(world.organisations[organisation].id, particulars, world.actor("uk"))
            made = world.nominated(cohorts.cohort_by_key(self.key), person)
            return Handle(made.id, made.public_id)

    def in_vetting(self, name: str, organisation: str = "iraq", sex: Sex | None = None) -> Handle:
        made = self.nominated(name, organisation, sex)
        self.do(made, nominations.shortlist, nominations.send_to_vetting)
        return made

    def cleared(
        self, name: str, until: dt.date = dt.date(2028, 1, 1), organisation: str = "iraq", sex: Sex | None = None
    ) -> Handle:
        made = self.in_vetting(name, organisation, sex)
        with building(self.world) as world:
            world.cleared(rows.nomination_page(rows.nomination_by_key(made.id), world.actor("uk")).person, until)
        return made

    def seated(self, name: str) -> Handle:
        made = self.cleared(name)
        self.do(made, nominations.confirm)
        return made

    def waiting(self, name: str, until: dt.date = dt.date(2028, 1, 1)) -> Handle:
        made = self.cleared(name, until)
        self.do(made, nominations.put_on_waiting_list)
        return made

    def do(self, nomination: Handle, *rules: Callable[[Nomination, Actor], None]) -> None:
        with building(self.world) as world, transaction():
            for rule in rules:
                rule(rows.nomination_by_key(nomination.id), world.actor("uk"))

    def put(self, nomination: Handle, state: NominationState) -> None:
        """Set the state of a nomination directly."""
        with building(self.world), transaction() as session:
            values = {"state": state, "reason": "a reason", "place": 1 if state is S.WAITING else None}
            session.execute(update(Nomination).where(Nomination.id == nomination.id).values(**values))
            taken = int(state is S.CONFIRMED)
            session.execute(update(Cohort).where(Cohort.id == self.key).values(seats_taken=taken))

    def limit(self, limits: seats.SeatLimits) -> None:
        with building(self.world) as world, transaction():
            seats.set_limits(cohorts.cohort_by_key(self.key), limits, world.actor("uk"))

    def client(self, user: str) -> FlaskClient:
        if user not in self._clients:
            self._clients[user] = self.world.sign_in(self.world.app.test_client(), user)
        return self._clients[user]

    def reads(self, user: str, address: str) -> str:
        return words(self.client(user).get(address))

    def select(self, user: str, step: str, chosen: list[Handle], reason: str = "", key: str = "a-key") -> str:
        form = {"step": step, "chosen": [one.public_id for one in chosen], "reason": reason, "key": key}
        return words(press(self.client(user), f"{self.at}/selection", form, page="/account"))

    def states(self, *of: Handle) -> list[NominationState]:
        with building(self.world):
            return [rows.state_of(one.id) for one in of]


def test_raising_capacity_seats_no_one(world: World) -> None:
    """Acceptance test b, through the page."""
    stage = Stage(world)
    stage.seated("Trainee one")
    waits, unvetted = stage.waiting("Trainee two"), stage.in_vetting("Trainee three")
    assert "confirm those who wait" in stage.reads("uk", f"{stage.at}/seats")
    assert "Seats and deadlines saved." in words(press(stage.client("uk"), f"{stage.at}/seats", {"capacity": "9"}))
    assert stage.states(waits, unvetted) == [S.WAITING, S.IN_VETTING]
    with building(world):
        cohort = cohorts.cohort_by_key(stage.key)
        assert (cohort.seats_taken, cohort.capacity) == (1, 9)
    press(stage.client("uk"), f"/nominations/{unvetted.public_id}/confirm")
    assert stage.states(unvetted) == [S.IN_VETTING]
    assert "Waiting for a seat, and one is free" in stage.reads("uk", "/")
    press(stage.client("uk"), f"/nominations/{waits.public_id}/confirm")
    assert stage.states(waits) == [S.CONFIRMED]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ({"capacity": "1"}, "2 seats are taken: enter that or more"),
        ({"capacity": "3", "reserved_for_women": "2"}, "At most 1 seats can be reserved"),
        ({"capacity": "3", **date("vetting_by", dt.date(2027, 1, 11))}, "on or before the first day"),
        ({"capacity": "٣", "quota": "1"}, "Border Forces Command has 2 seats: its quota cannot be lower"),
        ({"capacity": "none"}, "Enter a whole number"),
        ({"capacity": "3", "quota": "0"}, "Enter a number from 1 to 1000"),
    ],
)
def test_invalid_limits_are_explained_and_keep_the_input(world: World, typed: dict[str, object], answer: str) -> None:
    stage = Stage(world, 5)
    stage.seated("Trainee one")
    stage.seated("Trainee two")
    with building(world):
        quota = f"quota_{world.organisations['iraq'].public_id}"
    form = {quota if name == "quota" else name: value for name, value in typed.items()}
    page = post(stage.client("uk"), f"{stage.at}/seats", form)
    assert answer in words(page)
    assert f'value="{typed["capacity"]}"' in page.text


def test_full_cohort_offers_waiting_list_and_freed_seat_notifies_both_sides(world: World) -> None:
    stage = Stage(world)
    seated, second = stage.seated("Trainee one"), stage.cleared("Trainee two")
    answer = press(stage.client("uk"), f"/nominations/{second.public_id}/confirm")
    assert "Every seat of the cohort is taken. A cleared nominee can wait for one" in words(answer)
    assert f"/nominations/{second.public_id}/wait" in answer.text
    assert "On the waiting list." in words(press(stage.client("uk"), f"/nominations/{second.public_id}/wait"))
    press(stage.client("iraq"), f"/nominations/{seated.public_id}/withdraw", {"key": "k"})
    assert stage.states(second) == [S.CONFIRMED]
    for user in ("uk", "iraq"):
        home = stage.client(user).get("/")
        assert "Trainee two: Has a seat now, from the waiting list" in words(home)
        seen = home.text.split('action="/notices/')[1].split('"')[0]
        assert "Trainee two" not in words(press(stage.client(user), f"/notices/{seen}"))
    assert "Trainee two" not in stage.reads("kri", "/")


def test_reason_for_passing_over_is_shown_to_uk_coordinator_only(world: World) -> None:
    stage = Stage(world)
    seated = stage.seated("Trainee one")
    lapsing = stage.waiting("Trainee two", until=dt.date(2027, 1, 13))
    stage.do(seated, nominations.withdraw)
    for address in (f"{stage.at}/roster", f"/nominations/{lapsing.public_id}"):
        assert "Passed over: no clearance to the last day" in stage.reads("uk", address)
        assert "Passed over" not in stage.reads("iraq", address)


def test_lapsing_clearance_is_marked(world: World) -> None:
    stage = Stage(world, 5)
    stage.cleared("Trainee one", until=TODAY + dt.timedelta(days=60))
    stage.cleared("Trainee two", until=TODAY + dt.timedelta(days=61))
    soon = stage.cleared("Trainee three", until=TODAY + dt.timedelta(days=30))
    for user in ("uk", "iraq", "vetting"):
        home = stage.reads(user, "/")
        assert "Clearances that lapse" in home
        assert "Trainee one" in home
        assert "Within 60 days" in home
        assert "Within 30 days" in home
        assert "Trainee two" not in home
    assert "Clearances that lapse" not in stage.reads("kri", "/")
    roster = stage.reads("uk", f"{stage.at}/roster")
    assert "Within 60 days" in roster
    assert "Lapses on 24 Dec 2026" in roster
    assert f"/nominations/{soon.public_id}" in stage.client("vetting").get("/").text


def test_nomination_after_the_last_day_is_refused_until_it_is_moved(world: World) -> None:
    stage = Stage(world)
    with building(world):
        person = world.person("Trainee one").public_id
    stage.limit(seats.SeatLimits(1, nominations_until=TODAY - dt.timedelta(days=1)))
    assert "The last day for nominations has passed" in stage.reads("iraq", f"{stage.at}/nominate")
    chosen = {"person": person}
    answer = press(stage.client("iraq"), f"{stage.at}/nominate/chosen", chosen)
    assert "Nominations closed on 23 November 2026" in words(answer)
    moved = {"capacity": "1", **date("nominations_until", TODAY)}
    press(stage.client("uk"), f"{stage.at}/seats", moved)
    assert "Last day for nominations: 24 November 2026" in stage.reads("iraq", f"{stage.at}/nominate")
    assert "Nominated." in words(press(stage.client("iraq"), f"{stage.at}/nominate/chosen", chosen))


def test_nomination_history_shows_users_to_the_uk_only(world: World) -> None:
    stage = Stage(world)
    nomination = stage.seated("Trainee one")
    at = f"/nominations/{nomination.public_id}"
    uk, partner = stage.reads("uk", at), stage.reads("iraq", at)
    for page in (uk, partner):
        for step in ("Nominated", "Shortlisted", "Sent to vetting", "Cleared", "Seat confirmed"):
            assert f"24 Nov 2026, 12:00 {step}" in page
        assert "cleared until 1 Jan 2028" in page
        assert "An authority" not in page
    assert "24 Nov 2026, 12:00 Cleared vetting" in uk
    assert "By whom" not in partner


# What a roster offers.


STEPS: dict[str, Callable[[Nomination, Actor], None]] = {
    "shortlist": nominations.shortlist,
    "send-to-vetting": nominations.send_to_vetting,
    "confirm": nominations.confirm,
    "wait": nominations.put_on_waiting_list,
    "turn-down": lambda nomination, by: nominations.turn_down(nomination, "a reason", by),
    "withdraw": nominations.withdraw,
}
PERMITTED = {"uk": set(STEPS), "iraq": {"withdraw"}, "auditor": set[str]()}
CARD_MAKERS = ("uk", "iraq")
"""Who ticks nominees also where they may take no step: for cards."""


def accepted(stage: Stage, nomination: Handle, state: NominationState) -> set[str]:
    """Return the steps that the domain accepts for a nomination in ``state``; nothing is changed."""
    found = set()
    for step, rule in STEPS.items():
        stage.put(nomination, state)
        try:
            stage.do(nomination, rule)
        except WrongStep:
            continue
        found.add(step)
    stage.put(nomination, state)
    return found


@pytest.mark.parametrize("state", S)
def test_roster_offers_exactly_the_possible_steps(world: World, state: NominationState) -> None:
    stage = Stage(world, 5)
    nomination = stage.cleared("Trainee one")
    steps = accepted(stage, nomination, state)
    for user, permitted in PERMITTED.items():
        roster = stage.client(user).get(f"{stage.at}/roster").text
        offered = set(re.findall(rf'(?:formaction|href)="/nominations/{nomination.public_id}/([a-z-]+)"', roster))
        assert offered == steps & permitted, f"{user}, {state}"
        assert ('class="app-tick"' in roster) is (bool(offered) or user in CARD_MAKERS), f"{user}, {state}"


def test_roster_does_not_offer_withdrawal_after_claimed_completion(world: World) -> None:
    stage = Stage(world)
    seated = stage.seated("Trainee one")
    withdraw = f"/nominations/{seated.public_id}/withdraw"
    assert withdraw in stage.client("iraq").get(f"{stage.at}/roster").text
    with building(world), transaction():
        nomination = rows.nomination_by_key(seated.id)
        completions.claim(nomination, LAST, "", world.actor("uk"), LAST)
    roster = stage.client("iraq").get(f"{stage.at}/roster").text
    assert withdraw not in roster
    with pytest.raises(AlreadyClaimed):
        stage.do(seated, nominations.withdraw)


# Bulk steps.


def test_bulk_step_applies_where_possible_and_explains_refusals(world: World) -> None:
    stage = Stage(world, 2)
    first, second, third = (stage.cleared(f"Trainee {n}") for n in ("a", "b", "c"))
    moved = stage.nominated("Trainee d")
    page = stage.select("uk", "confirm", [moved, third, second, first])
    assert stage.states(first, second, third, moved) == [S.CONFIRMED, S.CONFIRMED, S.CLEARED, S.NOMINATED]
    assert "Done for 2 nominees." in page
    assert "3 Trainee c Every seat of the cohort is taken" in page
    assert "4 Trainee d Not shortlisted yet" in page
    with building(world):
        assert cohorts.cohort_by_key(stage.key).seats_taken == 2


def test_bulk_step_submitted_twice_applies_once(world: World) -> None:
    stage = Stage(world, 3)
    nomination = stage.cleared("Trainee one")
    stage.select("uk", "wait", [nomination], key="one")
    assert stage.states(nomination) == [S.WAITING]
    other = stage.cleared("Trainee two")
    assert "This step was sent twice" in stage.select("uk", "wait", [other], key="one")
    assert stage.states(other) == [S.CLEARED]


def test_several_nominees_are_turned_down_with_one_reason(world: World) -> None:
    stage = Stage(world)
    both = [stage.nominated(f"Trainee {n}") for n in ("one", "two")]
    assert "Give the reason" in stage.select("uk", "turn_down", both)
    assert stage.states(*both) == [S.NOMINATED, S.NOMINATED]
    assert "Done for 2 nominees." in stage.select("uk", "turn_down", both, "The course is for trainers", key="b")
    assert stage.states(*both) == [S.TURNED_DOWN, S.TURNED_DOWN]
    assert stage.reads("iraq", f"{stage.at}/roster").count("The course is for trainers") == 2


def test_seated_nominee_cannot_be_turned_down_and_state_is_shown(world: World) -> None:
    stage = Stage(world)
    seated = stage.seated("Trainee one")
    page = stage.select("uk", "turn_down", [seated], "The course is for trainers")
    assert "Trainee one Has a seat already" in page
    assert stage.states(seated) == [S.CONFIRMED]


@pytest.mark.parametrize("step", ["shortlist", "send", "withdraw"])
def test_other_steps_apply_to_several_nominees(world: World, step: str) -> None:
    stage = Stage(world)
    both = [stage.nominated(f"Trainee {n}") for n in ("one", "two")]
    if step == "send":
        stage.select("uk", "shortlist", both, key="a")
    stage.select("uk", step, both, key="b")
    expected = {"shortlist": S.SHORTLISTED, "send": S.IN_VETTING, "withdraw": S.WITHDRAWN}[step]
    assert stage.states(*both) == [expected] * 2


def test_invalid_bulk_form_keeps_the_selection(world: World) -> None:
    stage = Stage(world)
    nomination = stage.nominated("Trainee one")
    form = {"step": "", "chosen": [nomination.public_id], "reason": "as typed", "key": "k"}
    page = post(stage.client("uk"), f"{stage.at}/selection", form, page="/account")
    assert "Choose an answer: Action for selected nominees" in words(page)
    box = page.text.split(f'value="{nomination.public_id}"')[1].split(">")[0]
    assert "checked" in box
    assert 'value="as typed"' in page.text
    nobody = post(stage.client("uk"), f"{stage.at}/selection", {"step": "shortlist", "key": "k"}, page="/account")
    assert "Choose at least one nominee" in words(nobody)


def test_partner_may_only_withdraw_its_own_nominees(world: World) -> None:
    stage = Stage(world)
    own, foreign = stage.cleared("Trainee one"), stage.cleared("Trainee two", organisation="kri")
    page = stage.select("iraq", "withdraw", [own, foreign])
    assert "Done for 1 nominee." in page
    assert "Trainee two" not in page.split("Roster")[0]
    assert stage.states(own, foreign) == [S.WITHDRAWN, S.CLEARED]
    assert "Choose one of the answers in the list" in stage.select("iraq", "confirm", [own], key="other")


def test_refusal_for_reserved_places_mentions_unknown_sex(world: World) -> None:
    stage = Stage(world, 1)
    stage.limit(seats.SeatLimits(1, 1))
    unknown = stage.cleared("Trainee one")
    answer = words(press(stage.client("uk"), f"/nominations/{unknown.public_id}/confirm"))
    assert "reserved for women. The sex of this person is not recorded" in answer
    man = stage.cleared("Trainee two", sex=Sex.MALE)
    answer = words(press(stage.client("uk"), f"/nominations/{man.public_id}/confirm"))
    assert "reserved for women" in answer
    assert "not recorded" not in answer


def test_hidden_state_cannot_be_filtered_by(world: World) -> None:
    """A host reads names and organisations of guest nominees, and cannot filter by what it may not read."""
    stage = Stage(world)
    stage.in_vetting("Guest", organisation="kri")
    stage.in_vetting("Own")
    whole, sifted = (stage.reads("iraq", f"{stage.at}/roster{query}") for query in ("", "?state=in_vetting"))
    assert "Guest" in whole
    assert "Guest" not in sifted
    assert "Own" in sifted


# Filters and search.


def test_roster_is_filtered_by_organisation_and_state(world: World) -> None:
    stage = Stage(world, 5)
    stage.nominated("Adam")
    stage.in_vetting("Bert")
    stage.nominated("Cora", "kri")
    with building(world):
        organisation = world.organisations["iraq"].public_id
    page = stage.reads("uk", f"{stage.at}/roster?organisation={organisation}")
    assert "2 nominees" in page
    assert "Nominated (1)" in page
    assert "Border Forces Command (2) Directorate of Combating Human Trafficking (1)" in page
    assert ("Adam" in page, "Bert" in page, "Cora" in page) == (True, True, False)
    page = stage.reads("uk", f"{stage.at}/roster?organisation={organisation}&state=in_vetting")
    assert ("Adam" in page, "Bert" in page, "Cora" in page) == (False, True, False)
    assert "1 nominee " in page
    assert "Cora" in stage.reads("uk", f"{stage.at}/roster?organisation=000000000000"), "no organisation at all"
    kri = stage.reads("kri", f"{stage.at}/roster?organisation={organisation}")
    assert ("Adam" in kri, "Border Forces Command (" in kri) == (False, False)


def test_nominee_search_accepts_any_script_and_keeps_name_out_of_address(world: World) -> None:
    stage = Stage(world, 5)
    stage.in_vetting("Kadhim Jasim")
    stage.nominated("Adam")
    client, at = stage.client("uk"), f"{stage.at}/roster"
    found = post(client, at, {"words": "كاظم"}, page=at)
    assert "Kadhim Jasim" in words(found)
    assert "Adam" not in words(found)
    assert "1 nominee " in words(found)
    assert "Choose all on this page" not in found.text
    assert "No one matches." in words(post(client, at, {"words": "Nobody"}, page=at))
    assert "Enter a part of the name" in words(post(client, at, {"words": ""}, page=at))
    assert "Kadhim" not in words(post(stage.client("kri"), at, {"words": "Kadhim"}, page=at)).replace("كاظم", "")


def test_waiting_list_order_is_shown_to_both_sides_only(world: World) -> None:
    """Places are counted from 1 without gaps, including nominees hidden from the reader."""
    stage = Stage(world)
    seated, gone = stage.seated("Adam"), stage.waiting("Zaid")
    second, first = stage.cleared("Bert"), stage.cleared("Dora", organisation="kri")
    for one in (first, second):
        stage.do(one, nominations.put_on_waiting_list)
    stage.do(gone, nominations.withdraw)
    sorted_by_place = stage.reads("uk", f"{stage.at}/roster?state=waiting")
    assert re.search(r"Dora On the waiting list Place 1 .* Bert On the waiting list Place 2", sorted_by_place)
    assert "Bert On the waiting list Place 2" in stage.reads("iraq", f"{stage.at}/roster")
    assert "Waiting list Place 2" in stage.reads("iraq", f"/nominations/{second.public_id}")
    assert "Waiting list Place 1" in stage.reads("kri", f"/nominations/{first.public_id}")
    host = stage.reads("iraq", f"{stage.at}/roster")
    assert "Dora" in host
    assert "Place 1" not in host
    stage.do(seated, nominations.withdraw)
    assert "Bert On the waiting list Place 1" in stage.reads("iraq", f"{stage.at}/roster")


@pytest.mark.usefixtures("short_pages")
def test_long_waiting_list_is_paged_in_order(world: World) -> None:
    stage = Stage(world)
    stage.seated("Adam")
    for name in ("Edna", "Bert", "Dora"):
        stage.waiting(name)
    client = stage.client("uk")
    first = client.get(f"{stage.at}/roster?state=waiting").text
    assert re.findall(r">(Bert|Dora|Edna)<", first) == ["Edna", "Bert"]
    second = client.get(_address(first, "Next page")).text
    assert re.findall(r">(Bert|Dora|Edna)<", second) == ["Dora"]
    assert "Place 3" in second


# A long roster.


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a page of a roster hold two nominees."""
    monkeypatch.setattr(rows, "ROSTER_SIZE", 2)


def _address(page: str, text: str) -> str:
    """Return the address of the link with this text."""
    found = re.search(rf'href="([^"]*)"[^>]*>{re.escape(text)}<', page)
    assert found, f"no link {text}"
    return unescape(found[1])


@pytest.mark.usefixtures("short_pages")
def test_long_roster_is_paged_and_counted_in_full(world: World) -> None:
    stage = Stage(world, 5)
    for name in ("Edna", "Adam", "Dora", "Bert", "Cora"):
        stage.nominated(name)
    client, address, seen = stage.client("uk"), f"{stage.at}/roster", []
    while address:
        page = client.get(address).text
        seen.append(re.findall(r">(Adam|Bert|Cora|Dora|Edna)<", page))
        assert "5 nominees" in page
        address = _address(page, "Next page") if "Next page" in page else ""
    assert seen == [["Adam", "Bert"], ["Cora", "Dora"], ["Edna"]]
    assert "Nominated (5)" in page
    assert "Seat confirmed (0)" in page


@pytest.mark.usefixtures("short_pages")
def test_step_returns_to_the_page_of_its_button(world: World) -> None:
    stage = Stage(world, 5)
    for name in ("Adam", "Bert", "Cora", "Dora"):
        stage.nominated(name)
    client = stage.client("uk")
    second = _address(client.get(f"{stage.at}/roster?state=nominated").text, "Next page")
    button = re.search(r'formaction="([^"]*/shortlist[^"]*)"', client.get(second).text)
    assert button
    answer = post(client, unescape(button[1]), page="/account")
    assert sorted(answer.location.split("?")[1].split("&")) == sorted(second.split("?")[1].split("&"))
    assert "Dora" in client.get(answer.location).text


@pytest.mark.usefixtures("short_pages")
def test_link_selects_all_nominees_of_a_page(world: World) -> None:
    stage = Stage(world, 5)
    for name in ("Adam", "Bert", "Cora"):
        stage.nominated(name)
    client = stage.client("uk")
    page = client.get(f"{stage.at}/roster").text
    assert page.count(" checked>") == 0
    page = client.get(_address(page, "Choose all on this page")).text
    assert page.count(" checked>") == 2
    assert "ticked" not in _address(page, "Next page")


@pytest.mark.usefixtures("short_pages")
def test_invalid_bulk_form_keeps_the_roster_page(world: World) -> None:
    stage = Stage(world, 5)
    for name in ("Adam", "Bert", "Cora", "Dora", "Edna"):
        stage.nominated(name)
    client = stage.client("uk")
    second = _address(client.get(f"{stage.at}/roster").text, "Next page")
    sent_to = re.search(r'id="selection" action="([^"]*)"', client.get(second).text)
    assert sent_to
    faulty = post(client, unescape(sent_to[1]), {"step": "", "key": "k"}, page="/account").text
    assert re.findall(r">(Adam|Bert|Cora|Dora|Edna)<", faulty) == ["Cora", "Dora"]
    assert "Edna" in client.get(_address(faulty, "Next page")).text
    assert f'action="{stage.at}/roster"' in faulty
