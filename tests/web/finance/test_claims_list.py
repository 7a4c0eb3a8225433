"""The list of claims: it answers "did we pay this supplier?" without revealing hidden payees."""

import csv
import datetime as dt
import io
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.ledger import claim_of
from tests.support.world import World, form_token, post
from tests.web.browsing import building
from training.domain.finance import evidence, proposals
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.identity.audit import AuditEntry
from training.queries.finance import claims as rows_of_claims

OCTOBER = dt.date(2026, 10, 5)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


@pytest.fixture
def commitment(world: World) -> Commitment:
    with building(world):
        return world.commitment(world.line(5_000_00), 4_000_00)


def paid(world: World, commitment: Commitment, payee: str, pence: int = 1_00, **more: object) -> LedgerEntry:
    """Propose a payment; return its entry."""
    return world.payment(commitment, pence, payee=payee, **more)  # type: ignore[arg-type]


def searched(client: FlaskClient, address: str = "/claims", **typed: str) -> TestResponse:
    return post(client, address, typed, page="/claims")


def payees(page: str) -> list[str]:
    """Return the payees of a page of claims, in order."""
    table = page[page.index("<tbody") : page.index("</tbody>")] if "<tbody" in page else ""
    return [
        unescape(re.sub(r"<[^>]+>", "", cell)).rpartition(" ")[0].strip()
        for cell in re.findall(r'<th scope="row"[^>]*>(.*?)</th>', table, re.S)
    ]


def saved(client: FlaskClient, **typed: str) -> list[dict[str, str]]:
    answer = searched(client, "/claims/table.csv", **typed)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_payee_is_found_by_any_part_and_spelling_but_never_from_the_url(world: World, commitment: Commitment) -> None:
    with building(world):
        paid(world, commitment, "ACME Ltd")
        paid(world, commitment, "شركة أحمد للنقل")
        paid(world, commitment, "Another supplier")
    client = world.sign_in(world.app.test_client(), "uk")
    assert len(payees(client.get("/claims").text)) == 3
    assert payees(searched(client, payee="acme").text) == ["ACME Ltd"]
    assert payees(searched(client, payee="احمد").text) == ["شركة أحمد للنقل"]
    assert "No claim matches." in searched(client, payee="nobody").text
    assert len(payees(client.get("/claims?payee=acme").text)) == 3
    assert 'method="post"' in client.get("/claims").text
    assert [row["Paid to"] for row in saved(client, payee="acme")] == ["ACME Ltd"]


def test_programme_month_and_state_filter_list_and_export(world: World, commitment: Commitment) -> None:
    with building(world):
        other = world.commitment(world.line(500_00, world.project("KURDISTAN")), 400_00)
        paid(world, commitment, "waits")
        world.approve(paid(world, commitment, "approved", paid_on=OCTOBER))
        undone = paid(world, commitment, "reversed")
        world.approve(undone)
        with transaction():
            reversal = proposals.propose_reversal(undone, "Paid twice", world.key(), world.actor("uk"))
        world.approve(reversal)
        refused = paid(world, commitment, "refused")
        with transaction():
            approvals.refuse(refused, "No receipt", world.actor("approver"))
        paid(world, other, "elsewhere")
        programme = world.programme("KURDISTAN").public_id
    client = world.sign_in(world.app.test_client(), "uk")
    for asked, expected in (
        ({"programme": programme}, ["elsewhere"]),
        ({"month": "2026-10"}, ["approved"]),
        ({"state": "waiting"}, ["elsewhere", "waits"]),
        ({"state": "approved"}, ["approved"]),
        ({"state": "reversed"}, ["reversed"]),
        ({"state": "refused"}, ["refused"]),
        ({"state": "withdrawn"}, []),
        ({"state": "waiting", "programme": programme, "month": "2026-11"}, ["elsewhere"]),
    ):
        answer = searched(client, **asked)
        assert (answer.status_code, "payee" in answer.location) == (302, False)
        page = client.get(answer.location).text
        assert payees(page) == expected, asked
        assert [row["Paid to"] for row in saved(client, **asked)] == expected, asked
    states = {row["Paid to"]: row["State"] for row in saved(client)}
    assert states["reversed"] == "Reversed"
    assert "Choose one of the answers in the list" in client.get("/claims?month=1999-01").text
    assert payees(client.get("/claims?month=1999-01").text) == []


def test_search_results_are_paged(world: World, commitment: Commitment) -> None:
    with building(world):
        for number in range(53):
            paid(world, commitment, f"supplier {number}", paid_on=OCTOBER + dt.timedelta(days=number % 3))
        paid(world, commitment, "another")
    client = world.sign_in(world.app.test_client(), "uk")
    first = searched(client, payee="supplier").text
    forward = re.search(r'action="(/claims\?after=[^"]*)"', first)
    assert forward
    assert "supplier" not in forward[1]
    second = searched(client, forward[1], payee="supplier").text
    assert len(payees(first)) == 50
    assert len({*payees(first), *payees(second)}) == 53
    back = re.search(r'action="(/claims\?before=[^"]*)"', second)
    assert back
    assert payees(searched(client, back[1], payee="supplier").text) == payees(first)
    assert "/claims?after=" in client.get("/claims").text


@pytest.mark.parametrize("reader", ["funder", "iraq"])
def test_hidden_payee_is_shown_as_participant_and_not_found_by_name(
    world: World, commitment: Commitment, reader: str
) -> None:
    with building(world):
        paid(world, commitment, "Canary Person", person=True)
        paid(world, commitment, "Canary Ltd")
    client = world.sign_in(world.app.test_client(), reader)
    assert sorted(payees(client.get("/claims").text)) == ["Canary Ltd", "participant"]
    for name in ("Canary", "person"):
        found = searched(client, payee=name).text
        assert "Canary Person" not in found
        assert "participant" not in found
    assert payees(searched(client, payee="canary").text) == ["Canary Ltd"]
    assert sorted(row["Paid to"] for row in saved(client)) == ["Canary Ltd", "participant"]
    assert [row["Paid to"] for row in saved(client, payee="canary")] == ["Canary Ltd"]


def test_export_has_the_hash_of_each_evidence_file(world: World, commitment: Commitment) -> None:
    with building(world):
        receipt, register = world.evidence(), world.evidence(b"%PDF-1.7 a register")
        entry = paid(world, commitment, "ACME Ltd", evidence=receipt)
        paid(world, commitment, "Nothing to show")
        with transaction():
            evidence.attach(claim_of(entry), register, world.actor("uk"))
        hashes = f"{receipt.sha256} {register.sha256}"
    client = world.sign_in(world.app.test_client(), "funder")
    assert {row["Paid to"]: row["Evidence"] for row in saved(client)} == {"ACME Ltd": hashes, "Nothing to show": ""}


def exports_recorded() -> int:
    statement = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "payees exported")
    return db.session.scalar(statement) or 0


def test_export_naming_people_is_audited(world: World, commitment: Commitment) -> None:
    with building(world):
        paid(world, commitment, "ACME Ltd")
    client = world.sign_in(world.app.test_client(), "uk")
    saved(client)
    with building(world):
        assert exports_recorded() == 0
        paid(world, commitment, "Canary Person", person=True)
    assert [row["Paid to"] for row in saved(client)] == ["Canary Person", "ACME Ltd"]
    with building(world):
        assert exports_recorded() == 1


@pytest.mark.parametrize("reader", ["funder.2", "iraq.2", "kri"])
def test_claims_of_others_are_not_listed(world: World, commitment: Commitment, reader: str) -> None:
    with building(world):
        paid(world, commitment, "ACME Ltd")
        programme = world.programme().public_id
    client = world.sign_in(world.app.test_client(), reader)
    assert payees(client.get("/claims").text) == []
    assert "ACME" not in searched(client, payee="acme").text.replace('value="acme"', "")
    assert payees(client.get(f"/claims?programme={programme}").text) == []
    assert saved(client) == []


def test_too_vague_name_is_reported(world: World, commitment: Commitment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_of_claims, "MOST_PAYEES", 1)
    with building(world):
        paid(world, commitment, "supplier one")
        paid(world, commitment, "supplier two")
    client = world.sign_in(world.app.test_client(), "uk")
    page = searched(client, payee="supplier").text
    assert payees(page) == ["supplier one"]
    assert "There are more: type more of the name." in page
    assert form_token(client, "/claims")
