"""Cohorts in the browser: drafted, funded, opened, filled, completed, cancelled."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.world import World, form_token
from tests.web.browsing import building, date, figure, links, press, together, typed, words
from training.domain.identity import accounts
from training.kit.clock import pretend
from training.kit.db import db, transaction
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import Role

pytestmark = pytest.mark.usefixtures("noon")
LATER = {"first": dt.date(2026, 12, 7), "last": dt.date(2026, 12, 11)}
"""After the frozen date of the tests."""


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


def sign_in(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


def address(cohort: Cohort) -> str:
    return f"/cohorts/{cohort.public_id}"


def stage_of(page: TestResponse) -> str:
    """Return the stage that a page of a cohort marks as the current one."""
    (current,) = re.findall(r'aria-current="step"><strong[^>]*>([^<]+)<', page.text)
    return str(current)


# Drafting.


def test_trainers_are_asked_for_where_there_are_any(world: World) -> None:
    with building(world):
        new = f"/courses/{world.course().public_id}/cohorts/new"
    uk = sign_in(world, "uk")
    assert 'name="capacity"' in uk.get(new).text
    assert "Trainers" not in words(uk.get(new))
    with building(world):
        world.account("trainer", Role.TRAINER, "uk", person=world.person("Trainer one", "uk"))
    assert "Trainers" in words(uk.get(new))
    assert "Trainer one" in words(uk.get(new))


# Opening.


def test_cohort_cannot_open_without_rights_assessment(world: World) -> None:
    with building(world):
        cohort = address(world.draft())
        programme = f"/programmes/{world.programme().public_id}"
    uk, rights = sign_in(world, "uk"), sign_in(world, "rights")
    page = uk.get(cohort)
    assert "It is a UK coordinator's turn to write one." in words(page)
    assert f"{cohort}/ask-to-open" not in page.text
    refused = words(press(uk, f"{cohort}/ask-to-open", {"key": "by-hand"}))
    assert "No rights assessment was written. It is a UK coordinator's turn to write one." in refused
    form = {"summary": "What is at stake", "action_1": "What is done", "owner_1": "Head of training", "level": "low"}
    form |= date("valid_until", dt.date(2029, 1, 1)) | date("due_on_1", dt.date(2028, 1, 1))
    written = press(uk, f"{programme}/rights/new", form)
    assert "Draft saved." in words(written), words(written)
    assert "It is a UK coordinator's turn to write one." in words(uk.get(cohort)), "a draft says nothing yet"
    submitted = press(uk, f"{written.request.path}/submit", {"version": typed(written, "version")})
    assert "Submitted for approval." in words(submitted)
    turn = "It is the turn of a rights approver of this grade or above: Official."
    assert turn in words(uk.get(cohort))
    assert turn in words(press(uk, f"{cohort}/ask-to-open", {"key": "by-hand-again"}))
    assert "Approved." in words(press(rights, f"{written.request.path}/approve"))
    assert "turn" not in words(uk.get(cohort))
    asked = words(press(uk, f"{cohort}/ask-to-open", {"key": "now"}))
    assert "Awaiting approval" in asked
    assert "It opens when a finance approver approves its commitment." in asked


def asked(world: World, uk: FlaskClient, **plan: object) -> tuple[str, str]:
    """Draft a cohort and request its opening; return its address and that of the pending entry."""
    with building(world):
        world.covered()
        cohort = address(world.draft(**plan))  # type: ignore[arg-type]
    press(uk, f"{cohort}/ask-to-open", {"key": world.key()})
    approver = sign_in(world, "approver")
    return cohort, links(approver.get("/approvals"), "entries")[-1]


def test_approved_commitment_opens_the_cohort(world: World) -> None:
    uk = sign_in(world, "uk")
    cohort, entry = asked(world, uk, **LATER)
    press(sign_in(world, "approver"), f"{entry}/approve")
    page = uk.get(cohort)
    assert stage_of(page) == "Open"
    assert "£1,000.00 £0.00" in words(page)
    assert cohort in sign_in(world, "iraq").get("/").text, "those invited are told where they may nominate"


def test_request_submitted_twice_makes_one_commitment(world: World) -> None:
    uk = sign_in(world, "uk")
    cohort, _entry = asked(world, uk)
    again = words(press(uk, f"{cohort}/ask-to-open", {"key": "another"}))
    assert "Only a draft can be changed or put up for approval" in again
    assert len(links(sign_in(world, "approver").get("/approvals"), "entries")) == 1


def test_refused_commitment_returns_the_cohort_to_draft(world: World) -> None:
    uk = sign_in(world, "uk")
    cohort, entry = asked(world, uk)
    press(sign_in(world, "approver"), f"{entry}/refuse", {"reason": "Too dear"})
    page = uk.get(cohort)
    assert stage_of(page) == "Draft"
    assert f"{cohort}/edit" in page.text
    assert "Too dear" in words(uk.get(entry))
    press(uk, f"{cohort}/ask-to-open", {"key": world.key()})
    assert "Awaiting approval" in words(uk.get(cohort))


def test_partner_may_draft_but_not_open(world: World) -> None:
    with building(world):
        world.covered()
        cohort = address(world.draft())
    iraq = sign_in(world, "iraq")
    assert "ask-to-open" not in iraq.get(cohort).text
    assert press(iraq, f"{cohort}/ask-to-open", {"key": "x"}).status_code == 403
    assert "£" not in words(iraq.get("/cohorts"))


def test_cancellation_releases_the_commitment(world: World) -> None:
    with building(world):
        budget = world.line(50_000_00)
        line = f"/lines/{budget.public_id}"
        cohort = address(world.open_cohort(line=budget))
    uk, approver = sign_in(world, "uk"), sign_in(world, "approver")
    assert figure(uk.get(line), "Available") == 49_000_00
    page = words(press(uk, f"{cohort}/cancel", {"key": "once"}, page=f"{cohort}/cancel"))
    assert "Cancelled" in page
    assert figure(uk.get(line), "Available") == 49_000_00, "the release is a proposal"
    (entry,) = links(approver.get("/approvals"), "entries")
    press(approver, f"{entry}/approve")
    assert figure(uk.get(line), "Available") == 50_000_00
    assert "The cohort is not open" in words(press(uk, f"{cohort}/cancel", {"key": "twice"}))


def test_cohort_cannot_be_closed_before_its_last_day(world: World) -> None:
    with building(world):
        cohort = address(world.open_cohort(**LATER))
    uk = sign_in(world, "uk")
    assert f"{cohort}/close" not in uk.get(cohort).text
    assert "The cohort runs until 11 December 2026" in words(press(uk, f"{cohort}/close"))
    with pretend(dt.datetime(2026, 12, 12, 9, tzinfo=dt.UTC)):
        uk = sign_in(world, "uk")
        assert "Closed" in words(press(uk, f"{cohort}/close"))


def test_invalid_draft_keeps_the_input(world: World) -> None:
    with building(world):
        cohort = address(world.draft())
    uk = sign_in(world, "uk")
    before = words(uk.get(cohort))
    form = {"capacity": "0"} | date("starts_on", dt.date(2026, 12, 7))
    answer = press(uk, f"{cohort}/edit", form | {"ends_on-day": "31", "ends_on-month": "2", "ends_on-year": "2027"})
    assert answer.status_code == 200
    assert "Enter a number from 1 to 1000" in words(answer)
    assert "Enter a real date" in words(answer)
    assert typed(answer, "capacity") == "0"
    assert (typed(answer, "ends_on-day"), typed(answer, "ends_on-month")) == ("31", "2")
    assert words(uk.get(cohort)) == before


# Nominating.


def test_person_is_found_and_nominated(world: World) -> None:
    with building(world):
        world.person("أحمد علي")
        cohort = address(world.open_cohort(**LATER))
    iraq = sign_in(world, "iraq")
    found = press(iraq, f"{cohort}/nominate", {"words": "احمد"}, page=f"{cohort}/nominate")
    chosen = found.text.partition('name="person" value="')[2][:12]
    page = press(iraq, f"{cohort}/nominate/chosen", {"person": chosen})
    assert page.request.path == f"{cohort}/nominate", "the next one may follow"
    assert "أحمد علي" in words(iraq.get(f"{cohort}/roster"))
    again = press(iraq, f"{cohort}/nominate", {"words": "احمد"}, page=f"{cohort}/nominate")
    assert "Nobody of an invited organisation fits who is not nominated yet." in words(again)


def test_second_nomination_is_refused(world: World) -> None:
    with building(world):
        person = world.person("Canary Baghdad").public_id
        cohort = address(world.open_cohort(**LATER))
    iraq = sign_in(world, "iraq")
    press(iraq, f"{cohort}/nominate/chosen", {"person": person})
    answers = words(press(iraq, f"{cohort}/nominate/chosen", {"person": person}))
    assert "This person is nominated for the cohort already" in answers
    assert words(iraq.get(f"{cohort}/roster")).count("Canary Baghdad") == 1


def test_concurrent_nominations_of_a_person_make_one(world: World) -> None:
    with building(world):
        person = world.person("Canary Baghdad").public_id
        cohort = address(world.open_cohort(**LATER))
    clients = [sign_in(world, "iraq") for _ in range(6)]
    chosen = {"person": person}
    answers = together(
        [lambda client=client: words(press(client, f"{cohort}/nominate/chosen", chosen)) for client in clients]
    )
    assert sum("Nominated." in page for page in answers) == 1
    assert sum("This person is nominated for the cohort already" in page for page in answers) == 5


def test_people_of_another_organisation_cannot_be_nominated(world: World) -> None:
    with building(world):
        baghdad, erbil = world.person("Canary Baghdad"), world.person("Canary Erbil", "kri")
        stranger = world.person("Canary Passport", "iraq.2").public_id
        ids = {"baghdad": baghdad.public_id, "erbil": erbil.public_id}
        cohort = address(world.open_cohort(**LATER))
    kri, uk = sign_in(world, "kri"), sign_in(world, "uk")
    assert "Canary" not in press(kri, f"{cohort}/nominate", {"words": "Baghdad"}, page=f"{cohort}/nominate").text
    for chosen in (ids["baghdad"], stranger, "0123456789ab", "", "\x00", "x" * 3000):
        assert press(kri, f"{cohort}/nominate/chosen", {"person": chosen}).status_code == 404, chosen[:12]
    assert "Nominated." in words(press(kri, f"{cohort}/nominate/chosen", {"person": ids["erbil"]}))
    answers = words(press(uk, f"{cohort}/nominate/chosen", {"person": stranger}))
    assert "The person's organisation was not invited to this cohort" in answers
    roster = words(uk.get(f"{cohort}/roster"))
    assert ("Canary Erbil" in roster, "Canary Baghdad" in roster, "Canary Passport" in roster) == (True, False, False)


def test_cohort_is_hidden_from_uninvited_organisations(world: World) -> None:
    with building(world):
        person = world.person("Canary Passport", "iraq.2").public_id
        cohort = address(world.open_cohort(**LATER))
    client = sign_in(world, "iraq.2")
    for step in ("", "/roster", "/nominate", "/nominate/new"):
        assert client.get(f"{cohort}{step}").status_code == 404
    assert press(client, f"{cohort}/nominate/chosen", {"person": person}).status_code == 404
    assert cohort not in client.get("/cohorts").text


def test_draft_cohort_refuses_nominations(world: World) -> None:
    with building(world):
        person = world.person("Canary Baghdad").public_id
        cohort = address(world.draft(**LATER))
    iraq = sign_in(world, "iraq")
    assert "The cohort is not open" in words(iraq.get(f"{cohort}/nominate"))
    assert "The cohort is not open" in words(press(iraq, f"{cohort}/nominate/chosen", {"person": person}))


# Seats.


def test_last_seat_is_given_once(world: World) -> None:
    with building(world):
        cohort = world.open_cohort(seats=1, **LATER)
        nominees = [world.person(f"Nominee {letter}") for letter in "abcdefgh"]
        confirm = []
        for person in nominees:
            confirm.append(f"/nominations/{world.in_vetting(cohort, person).public_id}/confirm")
            world.cleared(person)
        here = address(cohort)
    clients = [sign_in(world, "uk") for _ in nominees]
    acts = [
        lambda client=client, step=step: words(press(client, step))
        for client, step in zip(clients, confirm, strict=True)
    ]
    answers = together(acts)
    assert sum("Seat confirmed. " in page for page in answers) == 1
    assert sum("Every seat of the cohort is taken" in page for page in answers) == len(nominees) - 1
    assert "Seats taken 1/1" in words(clients[0].get(here))
    roster = clients[0].get(f"{here}/roster")
    assert roster.text.count(">Seat confirmed</strong>") == 1


def test_seat_requires_clearance_until_the_last_day(world: World) -> None:
    with building(world):
        cohort = world.open_cohort(**LATER)
        person = world.person("Canary Baghdad")
        confirm = f"/nominations/{world.in_vetting(cohort, person).public_id}/confirm"
    uk = sign_in(world, "uk")
    refusal = "The person has no clearance that lasts until 11 December 2026"
    assert "Still in vetting" in words(press(uk, confirm)), "nobody has decided yet"
    with building(world):
        db.session.add(person)
        world.cleared(person, until=dt.date(2026, 12, 10))
    assert refusal in words(press(uk, confirm))
    with building(world):
        db.session.add(person)
        world.cleared(person, until=dt.date(2026, 12, 11))
    assert "Seat confirmed." in words(press(uk, confirm))
    assert "Has a seat already" in words(press(uk, confirm))


def test_turning_down_requires_a_reason_shown_to_the_partner(world: World) -> None:
    with building(world):
        open_cohort = world.open_cohort(**LATER)
        nomination = world.nominated(open_cohort, world.person("Canary Baghdad"))
        step, cohort = f"/nominations/{nomination.public_id}/turn-down", address(open_cohort)
    uk, iraq = sign_in(world, "uk"), sign_in(world, "iraq")
    assert "Fill in: Reason" in words(press(uk, step, {"reason": ""}, page=step))
    press(uk, step, {"reason": "Another course fits better"}, page=step)
    assert "Turned down Another course fits better" in words(iraq.get(f"{cohort}/roster"))


# Completing.


def seated(world: World, *, roles: tuple[Role, ...] = (), **plan: object) -> tuple[FlaskClient, str, str]:
    """Seat a person; return their client, the address of the completion form, and that of the cohort."""
    with building(world):
        person = world.person("Canary Trainee")
        cohort = world.open_cohort(**plan)
        nomination = world.seated(cohort, person)
        user = world.account("trainee", Role.TRAINEE, "iraq", person=person)
        with transaction():
            for role in roles:
                accounts.grant(user, role, by=None)
        claim, here = f"/nominations/{nomination.public_id}/completion", address(cohort)
    return sign_in(world, "trainee"), claim, here


def test_completion_cannot_be_claimed_before_the_last_day(world: World) -> None:
    trainee, claim, _cohort = seated(world, **LATER)
    early = press(trainee, claim, date("completed_on", dt.date(2026, 11, 24)) | {"note": "I was quick"}, page=claim)
    assert early.status_code == 200
    assert "The cohort runs until 11 December 2026" in words(early)
    assert typed(early, "note").strip() == "I was quick"
    assert claim not in trainee.get("/").text, "the first page does not offer it yet"
    with pretend(dt.datetime(2026, 12, 11, 15, tzinfo=dt.UTC)):
        trainee = sign_in(world, "trainee")
        assert claim in trainee.get("/").text
        future = press(trainee, claim, date("completed_on", dt.date(2026, 12, 12)), page=claim)
        assert "The day must lie between 7 December 2026 and 11 December 2026" in words(future)
        assert "Recorded." in words(press(trainee, claim, date("completed_on", dt.date(2026, 12, 11)), page=claim))
        again = press(trainee, claim, date("completed_on", dt.date(2026, 12, 11)), page=claim)
        assert "Completion was claimed already" in words(again)


def test_own_completion_cannot_be_confirmed(world: World) -> None:
    trainee, claim, cohort = seated(world, roles=(Role.UK_COORDINATOR,))
    press(trainee, claim, date("completed_on", dt.date(2026, 11, 4)), page=claim)
    uk = sign_in(world, "uk")
    confirm = uk.get("/completions").text.partition('action="/completions/')[2].partition('"')[0]
    own = f"/completions/{confirm}"
    assert "Nobody confirms their own completion" in words(press(trainee, own))
    refuse = own.replace("/confirm", "/refuse")
    assert "Nobody confirms their own completion" in words(press(trainee, refuse, {"reason": "Mine"}))
    assert "Completion claimed" in words(uk.get(f"{cohort}/roster"))
    assert "Completion confirmed." in words(press(uk, own))
    assert "Completion confirmed" in words(uk.get(f"{cohort}/roster"))
    assert "This was decided already" in words(press(sign_in(world, "uk.2"), own))


def test_own_completion_has_no_confirm_button(world: World) -> None:
    trainee, claim, cohort = seated(world, roles=(Role.UK_COORDINATOR,))
    press(trainee, claim, date("completed_on", dt.date(2026, 11, 4)), page=claim)
    for page in (trainee.get("/completions"), trainee.get(f"{cohort}/roster")):
        assert "/completions/" not in page.text, "neither a button nor a link"
        assert "Nobody confirms their own completion" in words(page)


def test_refused_claim_is_explained_and_can_be_repeated(world: World) -> None:
    trainee, claim, _cohort = seated(world)
    press(trainee, claim, date("completed_on", dt.date(2026, 11, 4)), page=claim)
    uk = sign_in(world, "uk")
    refuse = f"/completions/{uk.get('/completions').text.partition('/completions/')[2][:12]}/refuse"
    assert "Fill in: Reason" in words(press(uk, refuse, {"reason": ""}, page=refuse))
    press(uk, refuse, {"reason": "Absent on the last day"}, page=refuse)
    assert "Absent on the last day" in words(trainee.get(claim))
    assert "Recorded." in words(press(trainee, claim, date("completed_on", dt.date(2026, 11, 4)), page=claim))


# Hosting.


def test_host_reads_names_but_no_person_page(world: World) -> None:
    """The one stated exception to acceptance test f: name and organisation of every nominee, nothing else."""
    with building(world):
        guest, own = world.person("Canary Erbil", "kri"), world.person("Canary Baghdad")
        cohort = world.open_cohort(host="iraq", **LATER)
        nomination = world.nominated(cohort, guest, by="kri")
        world.nominated(cohort, own)
        here = address(cohort)
        pages = {"guest": f"/people/{guest.public_id}", "own": f"/people/{own.public_id}"}
        step = f"/nominations/{nomination.public_id}/withdraw"
    host, kri = sign_in(world, "iraq"), sign_in(world, "kri")
    roster = host.get(f"{here}/roster")
    assert "Canary Erbil Directorate of Combating Human Trafficking" in words(roster)
    assert "Canary Baghdad" in words(roster)
    assert pages["guest"] not in roster.text
    assert pages["own"] in roster.text
    assert host.get(pages["guest"]).status_code == 404
    assert host.get(f"{pages['guest']}/edit").status_code == 404
    assert host.get(step).status_code in (403, 404)
    assert host.post(step, data={"csrf_token": form_token(host, "/account")}).status_code in (403, 404)
    assert "Canary Baghdad" not in kri.get(f"{here}/roster").text, "a guest reads its own people only"
    assert "Canary Erbil" in words(kri.get(f"{here}/roster"))


def test_trainer_reads_names_but_no_vetting(world: World) -> None:
    with building(world):
        trainer = world.person("Trainer", "uk")
        world.account("trainer", Role.TRAINER, "uk", person=trainer)
        cohort = world.open_cohort(trainers=(trainer,))
        person = world.person("Canary Baghdad")
        world.seated(cohort, person)
        here, page = address(cohort), f"/people/{person.public_id}"
    client = sign_in(world, "trainer")
    roster = words(client.get(f"{here}/roster"))
    assert "Canary Baghdad" in roster
    assert "cleared until" not in roster
    assert client.get(page).status_code == 404


def test_trainee_reads_venue_first_day_whom_to_ask_and_when_to_record(world: World) -> None:
    trainee, claim, _cohort = seated(world, **LATER)
    page = words(trainee.get("/"))
    for fact in (
        "First day 7 December 2026",
        "Last day 11 December 2026",
        "Venue Training centre",
        "Whom to ask The coordinator of your organisation: Border Forces Command",
        "Completion can be recorded from 11 December 2026",
    ):
        assert fact in page
    with pretend(dt.datetime(2026, 12, 11, 12, tzinfo=dt.UTC)):
        trainee = sign_in(world, "trainee")
        assert claim in trainee.get("/").text
        press(trainee, claim, date("completed_on", dt.date(2026, 12, 11)), page=claim)
        assert "Completion can be recorded from" not in words(trainee.get("/"))


def test_menu_of_a_trainee_has_what_is_theirs(world: World) -> None:
    def menu(client: FlaskClient) -> list[str]:
        return re.findall(r'app-navigation__link"[^>]*>([^<]+)<', client.get("/").text)

    trainee, _claim, _cohort = seated(world, **LATER)
    assert menu(trainee) == ["Home", "Cohorts"]
    for username in ("iraq", "vetting", "admin", "funder", "rights"):
        assert "Organisations" in menu(sign_in(world, username)), username
