"""The first page: what a funder reads in five seconds, what waits for an approver, and tasks by cohort."""

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import CEILING, TODAY, World, post
from tests.web.browsing import building, figure, pence, press, words
from tests.web.identity.by_two import ask_for, invite, second_administrator, signed_in
from training.domain.finance import proposals
from training.domain.outcomes import completions
from training.kit.clock import pretend
from training.kit.db import transaction
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import Role
from training.queries.finance import programmes

NOON = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)
LONG = "Cross-border investigations on migrant smuggling for border forces and police (activities 91 and 92/2015)"


@pytest.fixture
def world(sqlite_app: Flask) -> Iterator[World]:
    with pretend(NOON):
        with sqlite_app.app_context():
            made = World(sqlite_app)
        yield made


def reader(world: World, username: str, language: str = "en") -> FlaskClient:
    client = world.sign_in(world.app.test_client(), username)
    post(client, "/language", {"language": language}, page="/account")
    return client


def spent_on(world: World) -> None:
    """Let £50,000 be allocated, £1,500 committed of which £400 are paid, and £2,000 be needed in February."""
    line = world.line(50_000_00)
    world.approve(world.payment(world.commitment(line, 900_00), 400_00))
    world.commitment(line, 600_00)
    world.draft(line, pence=2_000_00, first=dt.date(2027, 2, 2), last=dt.date(2027, 2, 4))


def completed(world: World, cohort: Cohort, *names: str) -> None:
    """Seat people in a cohort that is over; the first of them has completed it."""
    for number, name in enumerate(names):
        person = world.person(name)
        seat = world.seated(cohort, person)
        if number == 0:
            world.account("trainee", Role.TRAINEE, "iraq", person=person)
            with transaction():
                claim = completions.claim(seat, cohort.ends_on, "", world.actor("trainee"), TODAY)
                completions.confirm(claim, world.actor("uk"))


def test_link_to_confirm_stands_in_the_card_of_the_cohort(world: World) -> None:
    with building(world):
        cohort = world.open_cohort(seats=10)
        person = world.person("Kadhim Jabbar")
        seat = world.seated(cohort, person)
        world.account("trainee", Role.TRAINEE, "iraq", person=person)
        with transaction():
            completions.claim(seat, cohort.ends_on, "", world.actor("trainee"), TODAY)
    home = reader(world, "uk").get("/").text
    card = home.split('<section class="app-card"')[1].split("</section>")[0]
    assert "Completions to confirm" in card
    assert "Confirm or refuse</a>" in card
    assert home.count("Confirm or refuse") == 1


def legend_of_bar(page: str) -> list[int]:
    """Return the pence of the parts of the first bar."""
    return [pence(item) for item in re.findall(r"<li>(.*?)</li>", page.split("<figure")[1].split("</figure>")[0], re.S)]


@pytest.mark.parametrize("username", ["funder", "uk", "approver", "auditor"])
def test_parts_of_the_bar_add_up_to_the_ceiling(world: World, username: str) -> None:
    with building(world):
        spent_on(world)
    page = reader(world, username).get("/").text
    assert legend_of_bar(page) == [400_00, 1_100_00, 48_500_00, 250_000_00]
    assert sum(legend_of_bar(page)) == CEILING
    bar = page.split('<svg class="bar"')[1].split("</svg>")[0]
    widths = [float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)"', bar)]
    assert sum(widths) == pytest.approx(1000, abs=1)
    assert "24 November 2026" in bar, "a chart names its day"
    assert "Spent: \u2066£400.00\u2069; Committed: \u2066£1,100.00\u2069" in bar, "and can be heard"
    programme = re.search(r'href="(/programmes/\w+)#lines"><svg class="bar"', page)
    assert programme
    assert 'id="lines"' in reader(world, username).get(programme[1]).text, "and opens the table behind it"


def test_bar_is_mirrored_for_right_to_left_readers(world: World) -> None:
    with building(world):
        spent_on(world)
    first = {}
    for language in ("en", "ar"):
        bar = reader(world, "funder", language).get("/").text.split('<svg class="bar"')[1]
        first[language] = float(re.findall(r'class="bar-unallocated" x="([\d.]+)"', bar)[0])
    assert (first["en"] > 100, first["ar"]) == (True, 0.0)


def test_funder_reads_forecast_and_what_will_lapse(world: World) -> None:
    with building(world):
        spent_on(world)
    funder = reader(world, "funder")
    home = funder.get("/")
    assert figure(home, "Forecast to 31 March 2027") == 400_00 + 1_100_00 + 2_000_00
    lapsing = re.search(
        r'<a class="govuk-link" href="([^"]+/year-end)">Will lapse then</a></dt><dd>(.*?)</dd>', home.text
    )
    assert lapsing
    assert pence(lapsing[2]) == figure(funder.get(lapsing[1]), "Will lapse") == 46_500_00


def test_funder_reads_the_burn_down_with_its_table(world: World) -> None:
    with building(world):
        spent_on(world)
    home = reader(world, "funder").get("/")
    assert "On 24 November 2026, £299,600.00 of £300,000.00 is left after payments" in re.sub(
        "[\u2066\u2069]", "", words(home)
    )
    assert home.text.count('<svg class="burn burn--narrow"') == 1
    opened = re.search(r'href="(/programmes/\w+)#burn-down-table"><svg class="burn', home.text)
    assert opened
    assert 'id="burn-down-table"' in reader(world, "funder").get(opened[1]).text
    table = home.text.split("figures by month</caption>")[1].split("</table>")[0]
    assert len(re.findall('<th scope="row">', table)) == 12
    assert "£299,600.00" in table
    for username in ("uk", "approver"):
        assert "burn--narrow" not in reader(world, username).get("/").text


def test_funder_reads_numbers_of_trainees_and_no_name(world: World) -> None:
    with building(world):
        cohort = world.open_cohort(seats=10)
        completed(world, cohort, "Kadhim Jabbar", "Zainab Hadi")
    home = reader(world, "funder").get("/")
    assert re.search(r"Trainees trained 1 Seats filled 2/10", words(home))
    assert "Kadhim" not in home.text
    assert "Zainab" not in home.text


def test_funder_reads_what_changed_since_the_last_visit(world: World) -> None:
    assert "Since your last visit" not in words(reader(world, "funder").get("/")), "the first"
    with pretend(NOON + dt.timedelta(hours=1)), building(world):
        spent_on(world)
        world.proposed_commitment(world.line(100_00), 10_00)
    with pretend(NOON + dt.timedelta(hours=2)):
        said = re.sub("[\u2066\u2069]", "", words(reader(world, "funder").get("/")))
        assert "Since your last visit, 24 Nov 2026, 12:00" in said
        for change in ("Allocated: £50,100.00 more", "Committed: £1,100.00 more", "Spent: £400.00 more"):
            assert change in said
        assert "5 entries were approved." in said
        other = words(reader(world, "funder.2").get("/"))
        assert "more" not in other, "the programme of another funder"
    with pretend(NOON + dt.timedelta(hours=3)):
        assert "Nothing changed." in words(reader(world, "funder").get("/"))


def test_last_visit_is_that_of_the_account(world: World) -> None:
    with building(world):
        world.account("funder.3", Role.FUNDER, "uk", programme="TRAINING")
    reader(world, "funder.3")
    assert "Since your last visit" not in words(reader(world, "funder").get("/"))


def test_cohorts_that_began_and_ended_since_are_counted(world: World) -> None:
    with pretend(NOON - dt.timedelta(days=30)):
        reader(world, "funder")
    with building(world):
        world.open_cohort(first=dt.date(2026, 11, 2), last=dt.date(2026, 11, 4))
        world.open_cohort(first=TODAY, last=TODAY + dt.timedelta(days=2))
        world.open_cohort(first=dt.date(2026, 9, 2), last=dt.date(2026, 9, 4))
    said = words(reader(world, "funder").get("/"))
    assert "2 cohorts began. 1 cohort ended." in said


def test_requests_are_counted_and_not_their_entries(world: World) -> None:
    with building(world):
        source, target = world.line(500_00), world.line(100_00)
        with transaction():
            proposals.propose_transfer(source, target, world.proposal(200_00, "the reason"), world.actor("uk"))
        for _ in range(6):
            world.proposed_commitment(source, 1_00)
        key = source.id
    page = reader(world, "approver").get("/")
    assert "7 proposals wait for you." in words(page)
    assert "Transfer, £200.00: the reason" in words(page)
    assert len(re.findall(r'href="/entries/', page.text)) == 5
    with building(world):
        world.grant("approver", Role.UK_COORDINATOR)
        source = programmes.line_by_key(key)
        with transaction():
            proposals.propose_commitment(source, world.proposal(1_00), dt.date(2027, 1, 15), world.actor("approver"))
    assert "7 proposals wait for you." in words(reader(world, "approver").get("/")), "not one's own"


@pytest.mark.parametrize(
    ("first", "is_late"), [(TODAY - dt.timedelta(days=1), True), (TODAY, True), (TODAY + dt.timedelta(days=1), False)]
)
def test_approver_is_warned_where_the_first_day_has_passed(world: World, first: dt.date, is_late: bool) -> None:
    with building(world):
        world.covered()
        entry = world.asked(world.draft(first=first, last=first + dt.timedelta(days=2))).public_id
    approver = reader(world, "approver")
    for address in ("/", "/approvals", f"/entries/{entry}"):
        assert ("Its first day was to be" in words(approver.get(address))) is is_late, address
    assert "Its first day was to be" not in words(reader(world, "uk").get("/cohorts"))


def long_cohort(world: World) -> Cohort:
    """Return an open cohort of a course with a long title."""
    cohort = world.open_cohort(seats=3, first=dt.date(2027, 1, 8), last=dt.date(2027, 1, 9))
    course = world.course(LONG)
    with transaction() as session:
        session.get_one(Cohort, cohort.id).course_id = course.id
    return cohort


def test_coordinator_reads_code_and_short_title_of_a_cohort_once(world: World) -> None:
    with building(world):
        cohort = long_cohort(world)
        code = cohort.code
        for name in ("One", "Two"):
            world.nominated(cohort, world.person(name))
        world.in_vetting(cohort, world.person("Three"))
        world.cleared(world.person("Four"))
        person = world.person("Five")
        nomination = world.in_vetting(cohort, person)
        world.cleared(person, until=TODAY + dt.timedelta(days=50))
        assert nomination.id
    for username in ("uk", "iraq", "vetting"):
        page = reader(world, username).get("/")
        bare = re.sub(r'<span class="govuk-visually-hidden">.*?</span>', "", page.text, flags=re.S)
        shown = unescape(re.sub(r"<[^>]*>", " ", bare))
        assert shown.count(code) == 1, username
        assert shown.count("Cross-border investigations on migrant smuggling…") == 1, username
        assert LONG not in shown
    said = words(reader(world, "uk").get("/"))
    assert "Nominees to shortlist" in said
    assert said.index(code) < said.index("Nominees to shortlist") < said.index("Clearances that lapse")


def test_title_without_a_translation_is_marked_in_cards(world: World) -> None:
    with building(world):
        cohort = long_cohort(world)
        world.nominated(cohort, world.person("One"))
        world.asked(world.draft())
    english = re.search(
        r'<h2[^>]*>.*?<span lang="en" dir="ltr" class="app-english-title">([^<]*)</span>',
        reader(world, "uk", "ar").get("/").text,
    )
    assert english
    assert english[1].startswith("Cross-border")


def test_approvals_card_says_code_and_short_title_once(world: World) -> None:
    with building(world):
        world.covered()
        cohort = world.draft()
        course = world.course(LONG)
        with transaction() as session:
            session.get_one(Cohort, cohort.id).course_id = course.id
        world.asked(cohort)
        code = cohort.code
    card = reader(world, "approver").get("/approvals").text.split('<section class="app-card app-proposal"')[1]
    card = card.split("</section>")[0]
    assert card.count(code) == 1
    assert card.count("Cross-border investigations on migrant smuggling…") == 1
    assert LONG not in card


def test_administrator_reads_how_much_waits_that_they_may_decide_about(world: World) -> None:
    second_administrator(world)
    with building(world):
        person = world.person("Karim Salih")
        world.account("trainee", Role.TRAINEE, "iraq", person=person)
        address = f"/people/{person.public_id}/account"
    for username, other in (("admin", "admin.2"), ("admin.2", "admin")):
        assert "second person" not in words(signed_in(world, username).get("/")), "nothing waits"
        ask_for(signed_in(world, username), world, other, "auditor")
    first, second = signed_in(world, "admin"), signed_in(world, "admin.2")
    ask_for(first, world, "kri", "auditor")
    ask_for(first, world, "vetting", "auditor")
    invite(first, world, email="somebody@example.org")
    press(signed_in(world, "iraq"), address, {"reason": "no longer theirs"}, page=address)

    waiting = second.get("/")
    assert "2 roles wait for you to give or refuse them." in words(waiting), "not the one for themselves"
    assert "1 invitation waits for you to agree or refuse." in words(waiting)
    assert "1 link of an account and a person waits for your decision." in words(waiting)
    assert "Karim" not in waiting.text
    assert "somebody@" not in waiting.text
    for page, what in (("/grants", "role"), ("/links", "link")):
        assert re.search(rf'href="{page}">\d {what}', waiting.text)
    own = words(first.get("/"))
    assert "link of an account" in own, "a coordinator asked for it"
    assert "invitation" not in own, "what they asked for"
    assert "role waits" not in own, "the one that is asked for them"
    for username in ("uk", "auditor"):
        assert "second person" not in words(reader(world, username).get("/"))


def test_what_waits_for_an_administrator_is_said_in_their_language(world: World) -> None:
    second_administrator(world)
    ask_for(signed_in(world, "admin"), world, "kri", "auditor")
    assert "ينتظر دور واحد قراركم بالمنح أو الرفض." in words(reader(world, "admin.2", "ar").get("/"))
    assert "1 ڕۆڵ چاوەڕێی ئێوەیە" in words(reader(world, "admin.2", "ckb").get("/"))
