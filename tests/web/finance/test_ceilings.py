"""Ceilings in the browser: a new programme, a change proposed, decided in the inbox of another, and its history."""

import csv
import datetime as dt
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import CEILING, TODAY, World
from tests.web.browsing import building, date, figure, links, press, typed, words
from training.domain.finance import ceilings
from training.domain.finance.ceilings import Source
from training.kit.clock import pretend
from training.kit.db import transaction
from training.kit.money import format_pounds

OCTOBER = dt.datetime(2026, 10, 10, 12, tzinfo=dt.UTC)
SOURCE = {"source": "Home Office release", **date("source_date", TODAY)}


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        return World(sqlite_app)


def signed_in(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


def page_of(world: World, code: str = "TRAINING") -> str:
    with building(world):
        return f"/programmes/{world.programme(code).public_id}"


def proposed(client: FlaskClient, page: str, pounds: str = "350,000") -> str:
    """Propose a ceiling; return the address of the change."""
    answer = press(client, f"{page}/ceiling", {"ceiling": pounds, **SOURCE})
    assert "Proposed. A finance approver decides." in words(answer), words(answer)
    return answer.request.path


PROGRAMME = {
    "code": "campaign-2",
    "title_en": "A joint campaign",
    "title_ar": "حملة مشتركة",
    **date("starts_on", TODAY),
    **date("ends_on", TODAY.replace(year=2030)),
    "statement_en": "A joint communications campaign.",
    **SOURCE,
}


def test_programme_is_added_and_gets_its_ceiling_from_two_people(world: World) -> None:
    uk = signed_in(world, "uk")
    added = press(uk, "/programmes/new", PROGRAMME)
    assert "Programme added. Propose its ceiling next." in words(added)
    assert "A joint communications campaign." in words(added)
    assert "£0.00 £0.00 With the programme uk, " in words(added)
    page = added.request.path
    change = proposed(uk, page, "٥٠٬٠٠٠")
    assert "You proposed this yourself: another person has to decide" in words(uk.get(change))
    assert "It waits for a decision." in words(uk.get(page))
    assert "Propose a ceiling" not in words(uk.get(page))
    approver = signed_in(world, "approver")
    assert "Change of the ceiling, £50,000.00: A joint campaign" in words(approver.get("/"))
    inbox = approver.get("/approvals")
    assert change in links(inbox, "ceilings")
    assert "Ceiling: A joint campaign £0.00 £50,000.00" in words(inbox)
    approved = press(approver, f"{change}/approve")
    assert "Approved. The programme has the new ceiling." in words(approved)
    assert figure(uk.get(page), "Ceiling") == 50_000_00
    assert "Nothing waits for a decision." in words(approver.get("/approvals"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "training"}, "There is a programme with this code already"),
        ({"code": "a b"}, "Use 2 to 20 Latin letters, digits and hyphens"),
        ({"code": ""}, "Fill in: Code"),
        ({"title_en": ""}, "Fill in: Title in English"),
        ({"source": ""}, "Fill in: Source"),
        (date("source_date", TODAY.replace(year=2027)), "The date of the source is in the future"),
        (date("ends_on", TODAY.replace(year=2020)), "The last day is before the first day"),
        ({"ends_on-month": "13"}, "Enter a real date"),
    ],
)
def test_bad_programme_is_told_and_nothing_typed_is_lost(world: World, change: dict[str, object], told: str) -> None:
    refused = press(signed_in(world, "uk"), "/programmes/new", {**PROGRAMME, **change})
    assert told in words(refused)
    assert typed(refused, "statement_en") == PROGRAMME["statement_en"]
    assert typed(refused, "title_ar") == PROGRAMME["title_ar"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ceiling": "99,999.99"}, "£100,000.00 is allocated: the ceiling cannot be less"),
        ({"ceiling": "300,000"}, "The programme has this ceiling already"),
        ({"ceiling": "-1"}, "Enter an amount in pounds"),
        ({"ceiling": "lots"}, "Enter an amount in pounds"),
        ({"ceiling": ""}, "Fill in: New ceiling"),
        ({"source": " "}, "Fill in: Source"),
        (date("source_date", TODAY.replace(year=2027)), "The date of the source is in the future"),
    ],
)
def test_bad_ceiling_is_told_and_nothing_typed_is_lost(world: World, change: dict[str, object], told: str) -> None:
    with building(world):
        world.line(100_000_00)
    form = {"ceiling": "350,000", **SOURCE, **change}
    refused = press(signed_in(world, "uk"), f"{page_of(world)}/ceiling", form)
    assert told in words(refused)
    assert typed(refused, "ceiling") == form["ceiling"]
    assert typed(refused, "source_date-year") == form["source_date-year"]


def test_refusal_needs_a_reason_which_the_proposer_reads(world: World) -> None:
    uk, approver = signed_in(world, "uk"), signed_in(world, "approver")
    change = proposed(uk, page_of(world))
    assert "Fill in: Reason" in words(press(approver, f"{change}/refuse", {"reason": ""}))
    assert "Refused." in words(press(approver, f"{change}/refuse", {"reason": "Not published yet"}))
    assert "Not published yet" in words(uk.get(change))
    assert "already" in words(press(approver, f"{change}/approve"))


def test_inbox_of_one_programme_has_its_ceilings_alone(world: World) -> None:
    with building(world):
        for code, organisation in (("TRAINING", "iraq"), ("KURDISTAN", "kri")):
            world.proposed_line(1_00, world.project(code, organisation))
    change = proposed(signed_in(world, "uk"), page_of(world))
    approver = signed_in(world, "approver")
    for code, shown in (("TRAINING", True), ("KURDISTAN", False)):
        inbox = approver.get(f"/approvals?programme={page_of(world, code)[-12:]}")
        assert (change in links(inbox, "ceilings")) is shown, code


def test_proposer_withdraws_and_proposes_anew(world: World) -> None:
    uk = signed_in(world, "uk")
    page = page_of(world)
    change = proposed(uk, page)
    waits = press(signed_in(world, "uk.2"), f"{page}/ceiling", {"ceiling": "400,000", **SOURCE})
    assert "A change of this ceiling waits for its decision" in words(waits)
    assert typed(waits, "ceiling") == "400,000"
    assert "Withdrawn." in words(press(uk, f"{change}/withdraw"))
    proposed(uk, page, "400,000")


def test_form_sent_twice_proposes_once(world: World) -> None:
    uk, page = signed_in(world, "uk"), page_of(world)
    form = {"ceiling": "350,000", **SOURCE, "key": typed(uk.get(f"{page}/ceiling"), "key")}
    first, second = press(uk, f"{page}/ceiling", form), press(uk, f"{page}/ceiling", form)
    assert first.request.path == second.request.path


def changed_in_october(world: World) -> str:
    """Raise the ceiling by £50,000 in October, with money allocated; return the page of the programme."""
    with building(world):
        world.line(100_000_00)
        with pretend(OCTOBER), transaction():
            change = ceilings.propose(
                world.programme(), CEILING + 50_000_00, Source("a release", OCTOBER.date()), world.actor("uk"), TODAY
            )
            ceilings.approve(change, world.actor("approver"))
    return page_of(world)


def test_history_says_who_when_and_by_which_source_on_the_page_and_in_the_file(world: World) -> None:
    page, funder = changed_in_october(world), signed_in(world, "funder")
    assert (
        "£350,000.00 £50,000.00 Approved uk, 10 Oct 2026, 13:00 approver, 10 Oct 2026, 13:00 a release, 10 Oct 2026"
        in words(funder.get(page))
    )
    file = funder.get(f"{page}/tables/ceilings.csv").get_data(as_text=True).lstrip("\ufeff")
    newest, first = csv.DictReader(io.StringIO(file))
    assert (newest["Ceiling"], newest["Change"], newest["Decided by"]) == ("350000.00", "50000.00", "approver")
    assert first["Change"] == "300000.00", "together the changes are the ceiling"
    assert (first["Ceiling"], first["Decision"], first["Proposed by"]) == ("300000.00", "With the programme", "")
    assert funder.get(f"{page}/tables/ceilings.xlsx").status_code == 200


def test_chart_its_words_and_its_figures_have_the_step(world: World) -> None:
    page, funder = changed_in_october(world), signed_in(world, "funder")
    read = words(funder.get(page))
    assert "From Oct 2026 the ceiling is ⁦£350,000.00⁩; before, it was ⁦£300,000.00⁩." in read
    assert "Ceiling or allocation" in read
    assert "From Oct 2026 the ceiling is" in words(funder.get("/"))
    file = funder.get(f"{page}/tables/burn-down.csv").get_data(as_text=True).lstrip("\ufeff")
    months = {row["Month"]: row for row in csv.DictReader(io.StringIO(file))}
    whole = {month: row["Ceiling or allocation"] for month, row in months.items()}
    assert (whole["2026-09-01"], whole["2026-10-01"], whole["2027-03-01"]) == ("300000.00", "350000.00", "350000.00")
    assert months["2026-09-01"]["Left after payments"] == "300000.00"
    assert months["2026-10-01"]["Left after payments"] == "350000.00"


def test_chart_of_a_ceiling_that_never_changed_says_nothing_of_it(world: World) -> None:
    with building(world):
        world.line(100_000_00)
    read = words(signed_in(world, "funder").get(page_of(world)))
    assert "the ceiling is" not in read
    assert "Ceiling or allocation" not in read


def test_trail_of_the_programme_says_before_and_after(world: World) -> None:
    page = changed_in_october(world)
    read = words(signed_in(world, "auditor").get(f"/audit?subject={page[-12:]}"))
    assert f"Ceiling: before {format_pounds(CEILING)}, now £350,000.00" in read
    assert "Ceiling proposed" in read
