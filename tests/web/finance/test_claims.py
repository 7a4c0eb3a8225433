"""The claim form as a browser sends it: uploads, amounts as typed, and the visibility of evidence."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.application import application
from tests.support.world import World, form_token
from training.domain.finance import proposals
from training.domain.oversight import approvals
from training.kit.db import db, transaction
from training.models import Base
from training.models.finance.claims import Claim, Evidence
from training.models.finance.ledger import LedgerEntry
from training.models.identity.audit import AuditEntry
from training.policy.scopes import unscoped

PDF = b"%PDF-1.7 a receipt"
TYPED = {
    "payee": "A supplier of maps",
    "purpose": "Maps of the border",
    "paid_on-day": "24",
    "paid_on-month": "11",
    "paid_on-year": "2026",
    "currency": "GBP",
    "amount_1": "10",
}


class Desk:
    """A coordinator at the claim form of a programme."""

    def __init__(self, app: Flask, folder: Path) -> None:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], evidence_folder=folder)
        self.app, self.folder = app, folder
        with app.app_context():
            self.world = World(app)
            self.commitment = self.world.commitment(self.world.line(5_000_00), 4_000_00).public_id
            self.address = f"/programmes/{self.world.programme().public_id}/claims/new"
        self.client = self.signed_in("uk")

    def signed_in(self, username: str) -> FlaskClient:
        return self.world.sign_in(self.app.test_client(), username)

    def send(self, file: tuple[bytes, str] | None = None, **typed: str) -> TestResponse:
        form: dict[str, object] = {**TYPED, "commitment_1": self.commitment, "key": "a-key", **typed}
        form["csrf_token"] = form_token(self.client, self.address)
        if file:
            form["file"] = (io.BytesIO(file[0]), file[1])
        answer = self.client.post(self.address, data=form, content_type="multipart/form-data")
        answer.request.environ["wsgi.input"].close()  # the client drops it if it is large
        return answer

    def number_of(self, model: type[Base]) -> int:
        with self.app.app_context():
            return db.session.scalar(unscoped(select(func.count()).select_from(model), because="a test")) or 0

    def only(self, model: type[Base]) -> Base:
        with self.app.app_context():
            return db.session.scalars(unscoped(select(model), because="a test")).one()

    def newest_entry(self) -> LedgerEntry:
        """Return the latest entry."""
        newest = select(LedgerEntry).order_by(LedgerEntry.id.desc()).limit(1)
        return db.session.scalars(unscoped(newest, because="a test")).one()

    def files(self) -> list[Path]:
        return list(self.folder.iterdir()) if self.folder.exists() else []

    def nothing_happened(self) -> bool:
        return (self.number_of(Claim), self.number_of(Evidence), self.files()) == (0, 0, [])


@pytest.fixture
def desk(sqlite_app: Flask, tmp_path: Path) -> Iterator[Desk]:
    return Desk(sqlite_app, tmp_path / "evidence")


def error_at(answer: TestResponse, field: str) -> str:
    """Return the message at a field; empty if there is none."""
    _, found, rest = answer.text.partition(f'id="{field}-error"')
    return rest.split("</p>")[0].split("</span>")[-1].strip() if found else ""


def hidden(answer: TestResponse, name: str) -> str:
    before, _, after = answer.text.partition(f'name="{name}"')
    tag = before[before.rindex("<") :] + after[: after.index(">")]
    return tag.split('value="')[1].split('"')[0]


def check_claim_with_its_file(desk: Desk) -> None:
    answer = desk.send((PDF, "Receipt of Ahmed.pdf"))
    assert answer.status_code == 302, answer.text
    page = desk.client.get(answer.location).text
    assert "A supplier of maps" in page
    kept = desk.only(Evidence)
    assert isinstance(kept, Evidence)
    assert kept.sha256 in page
    assert "Ahmed" not in page
    assert [file.name for file in desk.files()] == [kept.stored_as]
    sent = desk.client.get(f"/evidence/{kept.public_id}")
    assert (sent.data, sent.mimetype) == (PDF, "application/pdf")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    sent.close()


def test_claim_is_proposed_with_its_file(desk: Desk) -> None:
    check_claim_with_its_file(desk)


def test_claim_is_proposed_with_its_file_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    with application(postgresql_url) as app:
        check_claim_with_its_file(Desk(app, tmp_path / "evidence"))


def test_web_page_named_as_receipt_is_refused(desk: Desk) -> None:
    answer = desk.send((b"<html><script>alert(1)</script></html>", "receipt.pdf"))
    assert answer.status_code == 200
    assert error_at(answer, "file") == "The file is no PDF, JPEG or PNG, whatever its name says: choose another"
    assert "Maps of the border" in answer.text
    assert desk.nothing_happened()


def test_file_of_thirty_megabytes_is_refused(desk: Desk) -> None:
    answer = desk.send((PDF.ljust(30 * 1024 * 1024, b"x"), "scan.pdf"))
    assert answer.status_code == 200
    assert error_at(answer, "file") == "The file has more than 10 megabytes: choose a smaller one"
    assert 'value="A supplier of maps"' in answer.text
    assert 'value="10"' in answer.text
    assert desk.nothing_happened()


def test_upload_is_kept_when_the_form_has_other_errors(desk: Desk) -> None:
    first = desk.send((PDF, "receipt.pdf"), payee="")
    assert error_at(first, "payee")
    assert "A file has arrived and is kept" in first.text
    second = desk.send(evidence=hidden(first, "evidence"))
    assert second.status_code == 302
    claim, evidence = desk.only(Claim), desk.only(Evidence)
    assert isinstance(claim, Claim)
    assert isinstance(evidence, Evidence)
    assert (claim.evidence_id, claim.evidence_sha256) == (evidence.id, evidence.sha256)


def test_upload_of_another_user_is_not_accepted(desk: Desk) -> None:
    with desk.app.app_context():
        theirs = desk.world.evidence(by="uk.2").public_id
    answer = desk.send(evidence=theirs)
    assert error_at(answer, "file") == "The file is no longer here: choose it again"
    assert desk.number_of(Claim) == 0
    assert hidden(answer, "evidence") == ""


def test_used_file_is_refused_for_another_claim(desk: Desk) -> None:
    kept = hidden(desk.send((PDF, "receipt.pdf"), payee=""), "evidence")
    first = desk.send(evidence=kept)
    again = desk.send(evidence=kept)
    assert (again.status_code, again.location) == (302, first.location), "the same form sent twice is one claim"
    other = desk.send(evidence=kept, key="another", purpose="Another map")
    assert error_at(other, "file") == "This file is the evidence of another claim: choose another"
    assert hidden(other, "evidence") == ""
    assert desk.number_of(Claim) == 1


def test_funder_sees_existence_and_type_of_evidence_only(desk: Desk) -> None:
    shown = desk.send((PDF, "receipt.pdf"), payee="Ahmed Hassan", payee_is_person="y").location
    evidence = desk.only(Evidence)
    assert isinstance(evidence, Evidence)
    funder = desk.signed_in("funder")
    page = funder.get(shown).text
    assert "participant" in page
    assert "Ahmed" not in page
    assert evidence.sha256 in page
    assert "PDF" in page
    assert f"/evidence/{evidence.public_id}" not in page
    assert funder.get(f"/evidence/{evidence.public_id}").status_code in (403, 404)
    assert desk.signed_in("funder.2").get(shown).status_code == 404
    assert "Ahmed Hassan" in desk.signed_in("approver").get(shown).text


# Amounts.


@pytest.mark.parametrize(
    ("typed", "pence"),
    [("1,234.5", 1234_50), ("١٢٣٤٫٥٠", 1234_50), ("£ 1 234", 1234_00), ("۱۲", 12_00), ("0.01", 1), (" 10 ", 10_00)],
)
def test_amount_is_parsed_as_typed(desk: Desk, typed: str, pence: int) -> None:
    answer = desk.send(amount_1=typed)
    assert answer.status_code == 302, error_at(answer, "amount_1")
    claim = desk.only(Claim)
    assert isinstance(claim, Claim)
    assert claim.amount == pence


@pytest.mark.parametrize(
    "typed", ["-5", "1e9", "", "1234567890123", "0", "1.234", "12,34", "ten", "NaN", "1.2.3", "<b>5</b>", "٥٫٥٫٥"]
)
def test_invalid_amount_is_reported_at_its_field(desk: Desk, typed: str) -> None:
    entries = desk.number_of(LedgerEntry)
    answer = desk.send(amount_1=typed)
    assert answer.status_code == 200
    assert error_at(answer, "amount_1")
    shown = typed.replace("<", "&lt;").replace(">", "&gt;")
    assert f'value="{shown}"' in answer.text or not typed
    assert 'value="A supplier of maps"' in answer.text
    assert desk.nothing_happened()
    assert desk.number_of(LedgerEntry) == entries


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"currency": "XYZ"}, "currency"),
        ({"currency": "IQD", "rate": "1664.5", "rate_source": "a bank", "amount_1": "10.50"}, "amount_1"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "USD", "rate": "1.27"}, "rate_source"),
        ({"currency": "USD", "rate": "0", "rate_source": "a bank"}, "rate"),
        ({"rate": "1.27", "rate_source": "a bank"}, "rate"),
        ({"commitment_1": "000000000000"}, "commitment_1"),
        ({"commitment_1": ""}, "commitment_1"),
        ({"paid_on-year": "2999"}, "paid_on-group"),
        ({"paid_on-year": "2020"}, "paid_on-group"),
        ({"payee": "x" * 201}, "payee"),
    ],
)
def test_invalid_input_is_reported_at_its_field(desk: Desk, typed: dict[str, str], field: str) -> None:
    answer = desk.send(**typed)
    assert answer.status_code == 200
    assert error_at(answer, field)
    assert desk.nothing_happened()


def test_claim_above_the_commitment_is_refused(desk: Desk) -> None:
    refusal = "The commitment has £4,000.00 outstanding: enter that or less"
    assert error_at(desk.send(amount_1="4000.01"), "amount_1") == refusal
    second = {"amount_3": "3990.01", "commitment_3": desk.commitment}
    answer = desk.send(**second)
    assert (error_at(answer, "amount_1"), error_at(answer, "amount_3")) == ("", refusal)
    assert 'value="3990.01"' in answer.text
    assert answer.text.count(f'href="/commitments/{desk.commitment}/top-up"') == 1
    assert answer.text.index('id="amount_3"') < answer.text.index("/top-up") < answer.text.index('id="closes_3"')
    assert desk.nothing_happened()


@pytest.mark.parametrize(("currency", "example"), [("IQD", "IQD 1,250"), ("USD", "USD 1,250.00"), ("GBP", "in pounds")])
def test_invalid_amount_message_has_an_example_in_its_currency(desk: Desk, currency: str, example: str) -> None:
    message = error_at(desk.send(currency=currency, amount_1="abc"), "amount_1")
    assert example in message
    assert ("pounds" in message) is (currency == "GBP")


def test_purpose_field_states_its_readers(desk: Desk) -> None:
    assert "Funders read this" in desk.client.get(desk.address).text


def test_line_after_the_closing_payment_is_refused_at_its_field(desk: Desk) -> None:
    answer = desk.send(closes_1="y", amount_2="5", commitment_2=desk.commitment)
    assert error_at(answer, "amount_2") == "The commitment is closed"
    assert desk.nothing_happened()


def test_verification_detects_a_replaced_file(desk: Desk) -> None:
    desk.send((PDF, "receipt.pdf"))
    (file,) = desk.files()
    file.write_bytes(PDF + b" for more")
    done = desk.app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert (done.exit_code, "its file has changed" in done.output) == (1, True)


def test_missing_file_is_404(desk: Desk) -> None:
    desk.send((PDF, "receipt.pdf"))
    (file,) = desk.files()
    file.unlink()
    evidence = desk.only(Evidence)
    assert isinstance(evidence, Evidence)
    assert desk.client.get(f"/evidence/{evidence.public_id}").status_code == 404


# The same payment twice.


def test_possible_duplicate_has_to_be_confirmed(desk: Desk) -> None:
    first = desk.send().location
    again = {"key": "another", "payee": "A  SUPPLIER of maps.", "purpose": "More maps"}
    answer = desk.send(**again)
    assert answer.status_code == 200
    assert error_at(answer, "is_another").startswith("A similar claim already exists")
    assert f'href="{first}"' in answer.text
    assert 'value="More maps"' in answer.text
    assert desk.number_of(Claim) == 1
    answer = desk.send(**again, is_another="yes")
    assert answer.status_code == 302
    with desk.app.app_context():
        audited = select(AuditEntry).where(AuditEntry.action == "payment told apart")
        (told,) = db.session.scalars(audited).all()
    assert told.subject_id == answer.location.rsplit("/", 1)[1]
    assert told.details == {"alike": first.rsplit("/", 1)[1]}
    page = desk.client.get(first).text
    assert "Similar to another claim" in page
    assert answer.location in page
    funder = desk.signed_in("funder").get(first).text
    assert "Similar to another claim" not in funder


@pytest.mark.parametrize("differs", [{"amount_1": "11"}, {"paid_on-day": "23"}, {"payee": "Somebody else"}])
def test_different_payment_is_not_a_duplicate(desk: Desk, differs: dict[str, str]) -> None:
    desk.send()
    assert desk.send(key="another", **differs).status_code == 302


def test_same_file_is_a_duplicate_whatever_else_differs(desk: Desk) -> None:
    first = desk.send((PDF, "receipt.pdf")).location
    other = {"key": "another", "payee": "Somebody else", "amount_1": "99"}
    answer = desk.send((PDF, "copy.pdf"), **other)
    assert error_at(answer, "is_another")
    assert f'href="{first}"' in answer.text
    kept = hidden(answer, "evidence")
    assert kept, "the upload is not lost"
    assert desk.send(evidence=kept, is_another="yes", **other).status_code == 302


def test_refused_or_reversed_claim_is_not_a_duplicate(desk: Desk) -> None:
    desk.send()
    with desk.app.app_context(), transaction():
        approvals.refuse(desk.newest_entry(), "no", desk.world.actor("approver"))
    assert desk.send(key="second").status_code == 302
    with desk.app.app_context():
        desk.world.approve(desk.newest_entry())
    assert desk.send(key="third").status_code == 200
    with desk.app.app_context():
        with transaction():
            undo = proposals.propose_reversal(desk.newest_entry(), "a mistake", "key", desk.world.actor("uk"))
        desk.world.approve(undo)
    assert desk.send(key="third").status_code == 302


# Evidence that comes later.


def attach(desk: Desk, claim: str, content: bytes = PDF, name: str = "receipt.pdf") -> TestResponse:
    token = form_token(desk.client, f"{claim}/attach")
    form = {"csrf_token": token} | ({"file": (io.BytesIO(content), name)} if name else {})
    return desk.client.post(f"{claim}/attach", data=form, content_type="multipart/form-data")


def check_evidence_is_attached_later(desk: Desk) -> None:
    claim = desk.send().location
    assert "No evidence" in desk.client.get(claim).text
    inbox = desk.signed_in("approver")
    assert "No evidence" in inbox.get("/approvals").text
    assert error_at(attach(desk, claim, name=""), "file")
    assert error_at(attach(desk, claim, b"<html>"), "file")
    assert attach(desk, claim).status_code == 302
    assert attach(desk, claim, PDF + b" second").status_code == 302
    page = desk.client.get(claim).text
    assert "No evidence" not in page
    assert "No evidence" not in inbox.get("/approvals").text
    with desk.app.app_context():
        files = db.session.scalars(unscoped(select(Evidence).order_by(Evidence.id), because="a test")).all()
        audited = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence attached")).all()
    assert len(files) == len(audited) == 2
    assert {entry.subject_id for entry in audited} == {claim.rsplit("/", 1)[1]}
    funder = desk.signed_in("funder")
    for file in files:
        assert file.sha256 in page
        assert f"/evidence/{file.public_id}" in page
        assert file.sha256 in funder.get(claim).text
        assert f"/evidence/{file.public_id}" not in funder.get(claim).text
    assert error_at(attach(desk, claim), "file") == "The claim has this file already: choose another"
    done = desk.app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert done.exit_code == 0, done.output


def test_evidence_is_attached_later(desk: Desk) -> None:
    check_evidence_is_attached_later(desk)


def test_evidence_is_attached_later_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    with application(postgresql_url) as app:
        check_evidence_is_attached_later(Desk(app, tmp_path / "evidence"))


def files_of(desk: Desk) -> list[bytes]:
    return sorted(file.read_bytes() for file in desk.folder.iterdir())


def test_file_of_a_refused_attachment_is_deleted_at_once(desk: Desk) -> None:
    claim = desk.send((PDF, "receipt.pdf")).location
    for _ in range(3):
        assert error_at(attach(desk, claim), "file") == "The claim has this file already: choose another"
    assert files_of(desk) == [PDF]
    assert desk.client.get(claim).text.count("/evidence/") == 1


def test_file_that_another_replaces_is_deleted_at_once(desk: Desk) -> None:
    answer = desk.send((PDF, "receipt.pdf"), payee="")
    kept = hidden(answer, "evidence")
    answer = desk.send((PDF + b" better", "receipt.pdf"), payee="", evidence=kept)
    assert files_of(desk) == [PDF + b" better"]
    assert desk.send(evidence=hidden(answer, "evidence")).status_code == 302
    assert files_of(desk) == [PDF + b" better"]


def test_file_of_a_claim_is_not_deleted_by_an_old_form(desk: Desk) -> None:
    """It is that of the claim by then, whatever form still names it."""
    kept = hidden(desk.send((PDF, "receipt.pdf"), payee=""), "evidence")
    assert desk.send(evidence=kept).status_code == 302
    desk.send((PDF + b" other", "receipt.pdf"), payee="", evidence=kept, key="another")
    assert files_of(desk) == [PDF, PDF + b" other"]


def test_form_that_names_a_deleted_file_asks_for_it_again(desk: Desk) -> None:
    kept = hidden(desk.send((PDF, "receipt.pdf"), payee=""), "evidence")
    next(desk.folder.iterdir()).unlink()
    answer = desk.send(evidence=kept)
    assert error_at(answer, "file") == "The file is no longer here: choose it again"
    assert hidden(answer, "evidence") == ""


def test_attached_file_is_refused_for_another_claim(desk: Desk) -> None:
    claim = desk.send().location
    attach(desk, claim)
    evidence = desk.only(Evidence)
    assert isinstance(evidence, Evidence)
    answer = desk.send(evidence=evidence.public_id, key="another", amount_1="11")
    assert error_at(answer, "file") == "This file is the evidence of another claim: choose another"


def test_verification_detects_a_replaced_attached_file(desk: Desk) -> None:
    attach(desk, desk.send().location)
    (file,) = desk.files()
    file.write_bytes(PDF + b" for more")
    done = desk.app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert (done.exit_code, "its file has changed" in done.output) == (1, True)
    file.unlink()
    done = desk.app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert (done.exit_code, "its file is missing" in done.output) == (1, True)


def test_replaced_file_is_not_served_as_the_original(desk: Desk, log: io.StringIO) -> None:
    claim = desk.send((PDF, "receipt.pdf")).location
    evidence = desk.only(Evidence)
    assert isinstance(evidence, Evidence)
    (file,) = desk.files()
    file.write_bytes(PDF.replace(b"receipt", b"swapped"))
    answer = desk.client.get(f"/evidence/{evidence.public_id}")
    assert answer.status_code == 410
    assert "The file has changed" in answer.text
    assert b"swapped" not in answer.data
    assert f"evidence-{evidence.public_id}: its file has changed" in log.getvalue()
    for reader in ("uk", "approver", "auditor", "funder"):
        assert "The file has changed" in desk.signed_in(reader).get(claim).text, reader
    file.unlink()
    assert "The file is missing" in desk.client.get(claim).text
