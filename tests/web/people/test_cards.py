"""The pages of cards: what a coordinator sees once, what a trainee types, and what nobody else learns."""

import datetime as dt
import logging
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.support.statements import counted
from tests.support.world import PASSWORD, World, form_token, post
from tests.web.browsing import building, press, typed, words
from training.domain.identity import reading
from training.domain.identity import sign_in_limits as limits
from training.kit import card_codes
from training.kit.clock import pretend
from training.kit.db import db
from training.kit.qr import qr_code
from training.models.common.base import Base
from training.models.identity.accounts import Role, User
from training.models.identity.audit import AuditEntry
from training.models.people.cards import Card
from training.queries.identity import accounts as account_rows

pytestmark = pytest.mark.usefixtures("noon")
NEW = "copper window ladder fog"
REFUSED = "The username or the code is not right, or the card no longer works"


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


@pytest.fixture
def people(world: World) -> list[str]:
    with building(world):
        return [world.person(f"Trainee {number}", "iraq").public_id for number in ("one", "two", "three")]


@pytest.fixture
def iraq(world: World, sqlite_app: Flask) -> FlaskClient:
    return world.sign_in(sqlite_app.test_client(), "iraq")


def key_of(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="key"[^>]*value="([^"]+)"', client.get(page).text)
    assert found
    return found[1]


def make(client: FlaskClient, *people: str) -> list[tuple[str, str]]:
    """Make cards for people of the list; return username and code of each."""
    answer = post(client, "/people/cards", {"chosen": list(people), "key": key_of(client, "/people")}, page="/people")
    assert answer.status_code == 200
    return read(answer.text)


def read(page: str) -> list[tuple[str, str]]:
    facts = [unescape(one) for one in re.findall(r'<dd><bdi dir="ltr">([^<]+)</bdi></dd>', page)]
    return list(zip(facts[::2], facts[1::2], strict=True))


def enter(client: FlaskClient, username: str, code: str, *, address: str = "192.0.2.1") -> str:
    """Type username and code; return where the page leads to, or what it says."""
    form = {"csrf_token": form_token(client, "/card"), "key": key_of(client, "/card"), "username": username}
    answer = client.post("/card", data={**form, "code": code}, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code in (200, 302, 429)
    return answer.location or words(answer)


def choose(client: FlaskClient, password: str = NEW) -> str:
    answer = post(client, "/card/password", {"password": password, "key": key_of(client, "/card/password")})
    return answer.location or words(answer)


def test_selection_becomes_a_page_of_cards_in_three_languages(iraq: FlaskClient, people: list[str]) -> None:
    form = {"chosen": people, "key": key_of(iraq, "/people")}
    answer = post(iraq, "/people/cards", form, page="/people")
    assert len(read(answer.text)) == 3
    for language, said in (("en", "Show it to nobody"), ("ar", "لا تُطلعوا أحداً عليه"), ("ckb", "پیشانی کەسی مەدەن")):
        assert answer.text.count(said) == 3
        assert answer.text.count(f'<div lang="{language}"') == 3
    assert answer.headers["Cache-Control"] == "no-store"
    assert words(answer).count("localhost/card") == 3
    assert qr_code("http://localhost/card").path in answer.text, "the square has the address and nothing else"


def test_reloading_shows_no_code_again(iraq: FlaskClient, people: list[str]) -> None:
    form = {"chosen": people, "key": key_of(iraq, "/people")}
    cards = read(post(iraq, "/people/cards", form, page="/people").text)
    again = post(iraq, "/people/cards", form, page="/people")
    assert again.status_code == 302
    page = iraq.get(again.location)
    assert "cannot be shown again" in words(page)
    assert "make a new one" in words(page)
    assert len(cards) == 3
    assert not any(code in page.text or code.replace(" ", "") in page.text for _username, code in cards)


def test_code_stands_in_no_log_no_trail_and_no_other_page(
    world: World, sqlite_app: Flask, iraq: FlaskClient, people: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("training").addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG)
    ((username, code),) = make(iraq, people[0])
    client = sqlite_app.test_client()
    bare = code.replace(" ", "")
    wrong = post(client, "/card", {"username": "", "code": code, "key": key_of(client, "/card")})
    assert "Enter the username" in words(wrong)
    seen = [wrong.text, enter(client, username, code), client.get("/card/password").text]
    seen += [choose(client, "weak"), choose(client)]
    seen += [iraq.get(page).text for page in ("/people/cards", "/people", f"/people/{people[0]}")]
    with sqlite_app.app_context():
        for table in Base.metadata.sorted_tables:
            seen += [repr(row) for row in db.session.execute(select(table), execution_options={"scoped": "a test"})]
    logging.getLogger("training").removeHandler(caplog.handler)
    assert caplog.records
    seen += [record.getMessage() for record in caplog.records]
    assert [one[:200] for one in seen if code in one or bare in one] == []


def test_trainee_gets_in_with_a_card_in_their_language(
    world: World, sqlite_app: Flask, iraq: FlaskClient, people: list[str]
) -> None:
    ((username, code),) = make(iraq, people[0])
    client = sqlite_app.test_client()
    assert enter(client, username, code) == "/card/password"
    assert 'lang="ar"' in client.get("/card/password").text
    assert choose(client) == "/"
    page = client.get("/")
    assert 'lang="ar"' in page.text
    assert "تم تعيين كلمة المرور" in words(page)
    other = sqlite_app.test_client()
    assert post(other, "/sign-in", {"username": username, "password": NEW}).location == "/"


def test_language_chosen_on_the_page_of_cards_is_kept(sqlite_app: Flask, iraq: FlaskClient, people: list[str]) -> None:
    ((username, code),) = make(iraq, people[0])
    client = sqlite_app.test_client()
    post(client, "/language", {"language": "ckb", "next": "/card"}, page="/card")
    enter(client, username, code)
    choose(client)
    assert 'lang="ckb"' in client.get("/").text
    with sqlite_app.app_context():
        user = account_rows.user_named(username)
        assert user
        assert user.language == "ckb"


@pytest.mark.parametrize("kind", ["unknown", "no card", "staff", "expired", "used", "wrong"])
def test_refusals_do_not_say_what_is_wrong(
    world: World,
    sqlite_app: Flask,
    iraq: FlaskClient,
    people: list[str],
    noon: dt.datetime,
    kind: str,
) -> None:
    ((username, code), (other, _code)) = make(iraq, *people[:2])
    client = sqlite_app.test_client()
    if kind == "used":
        phone = sqlite_app.test_client()
        enter(phone, username, code)
        choose(phone)
    tries = {
        "unknown": ("12345678", code),
        "no card": ("kri", code),
        "staff": ("admin", code),
        "wrong": (other, code),
    }
    with pretend(noon + dt.timedelta(days=7 if kind == "expired" else 0)):
        said = enter(client, *tries.get(kind, (username, code)))
    assert REFUSED in said


def test_unknown_usernames_cost_the_same(
    sqlite_app: Flask, iraq: FlaskClient, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ((username, _code),) = make(iraq, people[0])
    numbers = set()
    for name in (username, "12345678", "admin"):
        client = sqlite_app.test_client()
        form = {"csrf_token": form_token(client, "/card"), "key": key_of(client, "/card"), "username": name}
        with sqlite_app.app_context():
            engine = db.engine
        with counted(engine) as statements:
            client.post("/card", data={**form, "code": card_codes.new_code()})
        numbers.add(len([one for one in statements if "refusal_counts" not in one and "audit_entries" not in one]))
    assert len(numbers) == 1, numbers


def test_mistyped_code_costs_no_try(sqlite_app: Flask, iraq: FlaskClient, people: list[str]) -> None:
    ((username, code),) = make(iraq, people[0])
    client = sqlite_app.test_client()
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    for _try in range(limits.ACCOUNT_ATTEMPTS + 1):
        assert "A digit is missing or wrong" in enter(client, username, wrong)
    assert enter(client, username, code) == "/card/password"


def test_guesses_are_slowed_as_at_the_sign_in(sqlite_app: Flask, iraq: FlaskClient, people: list[str]) -> None:
    client = sqlite_app.test_client()
    for _try in range(limits.ACCOUNT_ATTEMPTS):
        assert REFUSED in enter(client, "12345678", card_codes.new_code())
    assert "Try again in 30 seconds" in enter(client, "12345678", card_codes.new_code())
    with sqlite_app.app_context():
        assert db.session.scalar(select(func.count()).where(AuditEntry.action == "sign-in failed"))


def test_password_page_needs_a_proved_card(
    sqlite_app: Flask, noon: dt.datetime, iraq: FlaskClient, people: list[str]
) -> None:
    client = sqlite_app.test_client()
    assert client.get("/card/password").location == "/card"
    ((username, code),) = make(iraq, people[0])
    enter(client, username, code)
    with pretend(noon + dt.timedelta(minutes=31)):
        assert client.get("/card/password").location == "/card"


def test_weak_password_is_refused_with_its_reason_and_the_card_still_works(
    sqlite_app: Flask, iraq: FlaskClient, people: list[str]
) -> None:
    ((username, code),) = make(iraq, people[0])
    client = sqlite_app.test_client()
    post(client, "/language", {"language": "en", "next": "/card"}, page="/card")
    enter(client, username, code)
    assert "made of your name" in choose(client, "border training trainee")
    assert "Use 15 characters or more" in choose(client, "short")
    assert choose(client) == "/"


def test_username_and_code_are_taken_as_people_type_them(
    sqlite_app: Flask, iraq: FlaskClient, people: list[str]
) -> None:
    ((username, code),) = make(iraq, people[0])
    eastern = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    for name, digits in (
        (username.translate(eastern), code.translate(eastern)),
        (username.replace(" ", ""), code.replace(" ", "-")),
        (f" {username} ", code.replace("0", "o").replace("1", "L")),
    ):
        assert enter(sqlite_app.test_client(), name, digits) == "/card/password"


def test_new_card_restores_access(sqlite_app: Flask, iraq: FlaskClient, people: list[str]) -> None:
    ((username, code),) = make(iraq, people[0])
    client = sqlite_app.test_client()
    enter(client, username, code)
    choose(client)
    answer = post(iraq, f"/people/{people[0]}/card", {"key": key_of(iraq, f"/people/{people[0]}")}, page="/people")
    ((same, second),) = read(answer.text)
    assert same == username
    assert client.get("/account").status_code == 200, "whoever is signed in stays so until the card is used"
    phone = sqlite_app.test_client()
    enter(phone, username, second)
    assert choose(phone, "velvet anchor turnip sky") == "/"
    assert client.get("/account").status_code == 302
    refused = post(sqlite_app.test_client(), "/sign-in", {"username": username, "password": NEW})
    assert refused.status_code == 200


def test_page_of_a_person_says_how_they_sign_in(
    world: World, sqlite_app: Flask, iraq: FlaskClient, people: list[str]
) -> None:
    page = f"/people/{people[0]}"
    assert "Nobody signs in as this person yet" in words(iraq.get(page))
    ((username, _code),) = make(iraq, people[0])
    shown = words(iraq.get(page))
    assert username in shown
    assert "A card waits to be used" in shown
    assert "Make a new card" in shown
    auditor = world.sign_in(sqlite_app.test_client(), "auditor")
    assert "Make a" not in words(auditor.get(page))
    assert username not in words(auditor.get(page))


def test_staff_are_refused_with_a_sentence(
    world: World, sqlite_app: Flask, iraq: FlaskClient, people: list[str]
) -> None:
    with building(world):
        staff = world.person("Trainer one", "iraq")
        world.account("staff", Role.TRAINER, "iraq", person=staff)
        page = f"/people/{staff.public_id}"
    assert "Make a" not in words(iraq.get(page))
    assert "an administrator helps" in words(iraq.get(page))
    answer = post(iraq, f"{page}/card", {"key": key_of(iraq, "/people")}, page="/people")
    assert "Trainer one: This account has more than a trainee" in words(answer)
    with sqlite_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Card)) == 0


def test_people_of_others_get_no_card(world: World, sqlite_app: Flask, iraq: FlaskClient, people: list[str]) -> None:
    with building(world):
        foreign = world.person("Foreign one", "kri").public_id
    key = key_of(iraq, "/people")
    assert post(iraq, f"/people/{foreign}/card", page="/people").status_code == 404
    assert post(iraq, "/people/cards", {"chosen": foreign, "key": key}, page="/people").status_code == 404
    answer = post(iraq, "/people/cards", {"chosen": [foreign, people[0]], "key": key}, page="/people")
    assert len(read(answer.text)) == 1
    assert "Foreign one" not in answer.text


def test_nothing_chosen_and_too_much_are_refused(iraq: FlaskClient, people: list[str], sqlite_app: Flask) -> None:
    def send(chosen: list[str]) -> str:
        form = {"chosen": chosen, "key": key_of(iraq, "/people")}
        return words(post(iraq, "/people/cards", form, page="/people"))

    assert "Choose at least one person" in send([])
    assert "More was chosen than the list shows" in send([*people, *(f"{number:012}" for number in range(198))])
    with sqlite_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Card)) == 0


def test_roster_makes_cards_for_the_nominees_chosen(world: World, sqlite_app: Flask) -> None:
    with building(world):
        cohort = world.open_cohort(invited=("iraq", "kri"))
        own, foreign = world.person("Trainee one", "iraq"), world.person("Trainee two", "kri")
        nominations = [world.nominated(cohort, own, "iraq"), world.nominated(cohort, foreign, "kri")]
        roster = f"/cohorts/{cohort.public_id}/roster"
        chosen = [one.public_id for one in nominations]
    iraq = world.sign_in(sqlite_app.test_client(), "iraq")
    assert f'formaction="{roster.removesuffix("roster")}cards"' in iraq.get(roster).text
    answer = post(iraq, roster.replace("roster", "cards"), {"chosen": chosen, "key": key_of(iraq, roster)}, page=roster)
    assert len(read(answer.text)) == 1
    assert "Trainee one" in answer.text
    assert "Trainee two" not in answer.text
    nobody = press(iraq, roster.replace("roster", "cards"), {"key": key_of(iraq, roster)}, page=roster)
    assert "Choose at least one person" in words(nobody)


def test_people_on_cards_are_counted_before_anything_is_made(
    world: World, sqlite_app: Flask, iraq: FlaskClient, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(iraq, *people[:2])
    with sqlite_app.app_context():
        row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "cards of people shown")).one()
        assert row.details == {"rows": 2}
    monkeypatch.setattr(reading, "MOST_PEOPLE", 3)
    with building(world):
        extra = [world.person(f"Trainee {number}", "iraq").public_id for number in ("four", "five", "six")]
    key = key_of(iraq, "/card")
    answer = post(iraq, "/people/cards", {"chosen": extra, "key": key}, page="/account")
    assert read(answer.text) == []
    assert "On one day an account may read about" in words(answer)
    with sqlite_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Card)) == 2
        assert db.session.scalar(select(func.count()).select_from(User).where(User.person_id.is_not(None))) == 2


def test_trail_of_cards_reads_in_words(world: World, sqlite_app: Flask, iraq: FlaskClient, people: list[str]) -> None:
    make(iraq, people[0])
    make(iraq, people[0])
    auditor = world.sign_in(sqlite_app.test_client(), "auditor")
    said = words(auditor.get(f"/audit?subject={people[0]}"))
    assert "Card made" in said
    assert "Card ended" in said
    assert "Reason: A new card was made" in said


def test_list_of_open_cards_offers_new_ones(iraq: FlaskClient, people: list[str]) -> None:
    cards = make(iraq, *people)
    page = iraq.get("/people/cards?ticked=all")
    assert all(username in words(page) for username, _code in cards)
    assert page.text.count(" checked") == 3
    assert "3 cards" in words(page)


def test_account_without_a_password_lets_nobody_in(sqlite_app: Flask, iraq: FlaskClient, people: list[str]) -> None:
    ((username, code),) = make(iraq, people[0])
    for password in (code, code.replace(" ", ""), PASSWORD, username):
        refused = post(sqlite_app.test_client(), "/sign-in", {"username": username, "password": password})
        assert "The username or the password is not right" in words(refused)


def test_sign_in_page_leads_to_the_page_of_cards(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    assert 'href="/card"' in client.get("/sign-in").text
    wrong = post(client, "/card", {"username": "40731592", "code": "", "key": key_of(client, "/card")})
    assert typed(wrong, "username") == "40731592"
