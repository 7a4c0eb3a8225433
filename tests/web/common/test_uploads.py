"""What a request may send: boxes ticked, fields, and files in a day."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.world import World, form_token, post
from tests.web.browsing import Elsewhere, together, typed, words
from training.domain.identity import upload_limits
from training.domain.identity.refusals import TooManyUploads
from training.forms.common.fields import CheckboxesField, RowsField
from training.kit.clock import today
from training.kit.db import db, transaction
from training.kit.ids import new_public_id
from training.models.finance.spend_uploads import SpendBatch
from training.models.identity.accounts import UploadCount
from training.policy.scopes import unscoped
from training.queries.admissions.nominations import ROSTER_SIZE
from training.queries.finance.inbox import PAYMENTS_ON_PAGE
from training.queries.identity import accounts

TOO_MANY = "More was chosen than the list shows. Nothing was done: choose again"
TABLE = b"Date,Amount,Supplier\n2026-11-02,12.00,A supplier\n"


@pytest.fixture
def world(sqlite_app: Flask, tmp_path: Path) -> Iterator[World]:
    sqlite_app.config["SETTINGS"] = replace(sqlite_app.config["SETTINGS"], evidence_folder=tmp_path / "evidence")
    sqlite_app.test_client_class = Elsewhere
    with sqlite_app.app_context():
        yield World(sqlite_app)


def signed_in(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


# Boxes.


def ids(number: int) -> list[str]:
    return [new_public_id() for _ in range(number)]


def test_approvals_take_as_many_proposals_as_a_page_shows(world: World) -> None:
    world.proposed_line(100_00)
    client = signed_in(world, "approver")
    form = {"decision": "refused", "reason": "as typed"}
    answer = post(client, "/approvals", form | {"chosen": ids(PAYMENTS_ON_PAGE + 1)})
    assert TOO_MANY in words(answer)
    assert "There is no such proposal" not in answer.text
    assert "as typed" in answer.text
    assert len(answer.data) < 30_000
    answer = post(client, "/approvals", form | {"chosen": ids(PAYMENTS_ON_PAGE)})
    assert answer.text.count("There is no such proposal") == PAYMENTS_ON_PAGE


def test_one_proposal_sent_many_times_is_one(world: World) -> None:
    entry = world.proposed_line(100_00)
    form = {"decision": "refused", "reason": "no", "chosen": [entry.bundle] * 900}
    answer = post(signed_in(world, "approver"), "/approvals", form)
    assert TOO_MANY not in words(answer)
    assert answer.text.count("Refused</strong>") == 1


def test_very_long_id_is_not_shown_again(world: World) -> None:
    form = {"decision": "refused", "reason": "no", "chosen": ["x" * 400_000]}
    answer = post(signed_in(world, "approver"), "/approvals", form)
    assert TOO_MANY in words(answer)
    assert len(answer.data) < 30_000


def test_roster_takes_as_many_nominees_as_a_page_shows(world: World) -> None:
    cohort = world.open_cohort()
    form = {"step": "shortlist", "key": world.key(), "chosen": ids(ROSTER_SIZE + 1)}
    answer = post(signed_in(world, "uk"), f"/cohorts/{cohort.public_id}/selection", form)
    assert TOO_MANY in words(answer)
    assert len(answer.data) < 60_000


def test_every_list_of_boxes_is_bounded() -> None:
    """By the choices it offers, or by the rows of its page: no other field takes several values."""
    assert CheckboxesField.__subclasses__() == [RowsField]
    assert RowsField.most == 0, "a view that does not say how many rows its page shows takes none"


def test_more_boxes_than_were_offered_are_not_kept(world: World) -> None:
    client = signed_in(world, "iraq")
    answer = post(client, "/people/new", {"name_latin": "as typed", "speaks": ["ar", *ids(900)]})
    assert "Choose from the answers in the list" in words(answer)
    assert typed(answer, "name_latin") == "as typed"
    assert 'value="ar" checked' in answer.text
    assert len(answer.data) < 60_000


# Fields.


@pytest.mark.parametrize("number", [1_001, 45_000])
def test_form_of_very_many_fields_is_refused(world: World, number: int) -> None:
    """However it is encoded, whoever sends it, before it becomes objects."""
    client = signed_in(world, "approver")
    token = form_token(client, "/approvals")
    body = f"csrf_token={token}&decision=refused&reason=no" + "&chosen=a" * number
    for sender in (client, world.app.test_client()):
        for address in ("/approvals", "/sign-in", f"/programmes/{world.programme().public_id}/claims/new"):
            answer = sender.post(address, data=body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code == 413, address
            assert "Too much was sent" in words(answer)


def test_form_of_many_bytes_is_refused_where_a_file_may_be_larger(world: World) -> None:
    client = signed_in(world, "uk")
    address = f"/programmes/{world.programme().public_id}/spending/new"
    form = {"csrf_token": form_token(client, address), "file": "x" * 600_000}
    assert client.post(address, data=form).status_code == 413
    large = form | {"other": (io.BytesIO(b""), "")}
    answer = client.post(address, data=large, content_type="multipart/form-data")
    assert answer.status_code == 413
    answer.request.environ["wsgi.input"].close()  # the client drops it if it is large


# Files in a day.


def upload(world: World, client: FlaskClient, content: bytes = TABLE) -> TestResponse:
    address = f"/programmes/{world.programme().public_id}/spending/new"
    form = {"csrf_token": form_token(client, address), "file": (io.BytesIO(content), "spend.csv")}
    return client.post(address, data=form, content_type="multipart/form-data")


def count(world: World, files: int, size: int, username: str = "uk") -> None:
    with transaction():
        upload_limits.note(world.actor(username).user_id, files, size, today())


def number_of_batches() -> int:
    db.session.rollback()
    return db.session.scalar(unscoped(select(func.count(SpendBatch.id)), because="a test")) or 0


@pytest.mark.parametrize(
    ("files", "size"), [(upload_limits.MOST_FILES - 1, 0), (0, upload_limits.MOST_BYTES - len(TABLE))]
)
def test_upload_beyond_the_limit_of_a_day_is_refused_with_a_reason(world: World, files: int, size: int) -> None:
    count(world, files, size)
    client = signed_in(world, "uk")
    assert upload(world, client).status_code == 302
    answer = upload(world, client)
    assert "You have sent the most that is taken in a day: 300 files, 500 megabytes. Go on tomorrow" in words(answer)
    assert number_of_batches() == 1
    count(world, 0, 0, username="approver")
    assert signed_in(world, "approver").get("/").status_code == 200


def test_limit_is_that_of_an_account_and_a_day(world: World, noon: object) -> None:
    count(world, upload_limits.MOST_FILES, 0)
    user = world.actor("uk").user_id
    with transaction():
        upload_limits.note(user, 1, 1, today().replace(day=today().day - 1))
        upload_limits.note(world.actor("uk.2").user_id, 1, 1, today())
    with pytest.raises(TooManyUploads), transaction():
        upload_limits.note(user, 1, 1, today())


def test_claim_above_the_limit_keeps_what_was_typed(world: World, tmp_path: Path) -> None:
    world.commitment(world.line(500_00), 400_00)
    count(world, upload_limits.MOST_FILES, 0)
    client = signed_in(world, "uk")
    address = f"/programmes/{world.programme().public_id}/claims/new"
    form = {"csrf_token": form_token(client, address), "payee": "A supplier of maps", "key": "a-key"}
    form_with_file: dict[str, object] = form | {"file": (io.BytesIO(b"%PDF-1.7 receipt"), "receipt.pdf")}
    answer = client.post(address, data=form_with_file, content_type="multipart/form-data")
    assert "You have sent the most that is taken in a day" in words(answer)
    assert typed(answer, "payee") == "A supplier of maps"
    assert not list(tmp_path.glob("evidence/*"))


def test_forged_form_uses_up_nobodys_limit(world: World) -> None:
    client = signed_in(world, "uk")
    address = f"/programmes/{world.programme().public_id}/spending/new"
    answer = client.post(address, data={"file": (io.BytesIO(TABLE), "a.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert db.session.scalar(select(func.count()).select_from(UploadCount)) == 0


def test_empty_file_input_does_not_count(world: World) -> None:
    client = signed_in(world, "uk")
    address = f"/programmes/{world.programme().public_id}/spending/new"
    form = {"csrf_token": form_token(client, address), "file": (io.BytesIO(b""), "")}
    client.post(address, data=form, content_type="multipart/form-data")
    assert db.session.scalar(select(func.count()).select_from(UploadCount)) == 0


def test_counts_of_earlier_days_are_deleted(world: World) -> None:
    count(world, 3, 3)
    with transaction():
        upload_limits.delete_expired(today())
        assert db.session.scalar(select(UploadCount.files)) == 3
        upload_limits.delete_expired(today().replace(year=today().year + 1))
        assert db.session.scalar(select(func.count()).select_from(UploadCount)) == 0


def test_uploads_at_once_count_all(app: Flask) -> None:
    """The last place of the day is given once, on both databases."""
    with app.app_context():
        world = World(app)
        count(world, upload_limits.MOST_FILES - 1, 0)
        user = accounts.user_named("uk")
        assert user is not None
        key = user.id

    def one() -> bool:
        with app.app_context():
            try:
                with transaction():
                    upload_limits.note(key, 1, 1, today())
            except TooManyUploads:
                return False
            return True

    assert sum(together([one] * 8)) == 1
