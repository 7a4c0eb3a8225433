"""Rights assessments in the browser: incomplete drafts, kept uploads, approvers, lists, exports."""

import datetime as dt
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import TODAY, World, form_token
from tests.web.browsing import building, date, links, press, typed, words
from training.domain.assurance import rights_assessments
from training.kit.clock import pretend
from training.kit.db import transaction
from training.models.assurance.rights_assessments import RiskLevel
from training.queries.assurance import rights_assessments as assessment_rows
from training.queries.common.paging import Cursor

NOW = dt.datetime.combine(TODAY, dt.time(9), dt.UTC)


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


def signed_in(world: World, username: str) -> FlaskClient:
    return world.sign_in(world.app.test_client(), username)


def drafted(world: World, uk: FlaskClient, **form: object) -> str:
    with building(world):
        programme = world.programme().public_id
    page = press(uk, f"/programmes/{programme}/rights/new", {"summary": "What is at stake", **form})
    assert "Draft saved." in words(page), words(page)
    return page.request.path


def test_incomplete_draft_is_saved_and_input_is_kept(world: World) -> None:
    uk = signed_in(world, "uk")
    address = drafted(world, uk)
    lacking = "level of risk, date until which it holds, mitigations, each with an owner and a date"
    page = uk.get(address)
    assert lacking in words(page)
    assert f"{address}/submit" not in page.text
    wrong = {"summary": "More", "owner_2": "Head of training", "due_on_2-day": "40", "version": "1"}
    again = press(uk, f"{address}/edit", wrong)
    assert "Fill in: Mitigation 2" in words(again)
    assert "The date must have a month" in words(again)
    assert (typed(again, "summary"), typed(again, "owner_2"), typed(again, "due_on_2-day")) == (
        "More",
        "Head of training",
        "40",
    )
    assert "What is at stake" in words(uk.get(address)), "nothing was saved"


def test_past_validity_is_reported_at_the_date(world: World) -> None:
    uk = signed_in(world, "uk")
    with building(world):
        address = f"/programmes/{world.programme().public_id}/rights/new"
    form = {"summary": "What is at stake", **date("valid_until", dt.date(2025, 1, 1))}
    page = press(uk, address, form)
    assert 'href="#valid_until' in page.text
    assert "The date is in the past" in words(page)
    assert typed(page, "summary") == "What is at stake"
    draft = drafted(world, uk)
    assert "The date is in the past" in words(press(uk, f"{draft}/edit", {**form, "version": "1"}))


def upload(client: FlaskClient, address: str, content: bytes, **form: object) -> object:
    data = {"csrf_token": form_token(client, address), "file": (io.BytesIO(content), "names of people.pdf"), **form}
    return client.post(address, data=data, content_type="multipart/form-data", follow_redirects=True)


def test_upload_is_kept_when_the_form_has_an_error(world: World) -> None:
    uk = signed_in(world, "uk")
    address = drafted(world, uk)
    form = f"{address}/attach"
    assert "Choose a file" in words(press(uk, form, {"label": "Minutes"}))
    refused = upload(uk, form, b"<html>", label="Minutes")
    assert "The file is no PDF, JPEG or PNG" in words(refused)  # type: ignore[arg-type]
    nameless = upload(uk, form, b"%PDF-1.7 minutes", label="")
    assert "A file has arrived and is attached:" in words(nameless)  # type: ignore[arg-type]
    key = typed(nameless, "attachment")  # type: ignore[arg-type]
    labelled = press(uk, form, {"label": "Minutes of March", "attachment": key})
    assert "File attached." in words(labelled)
    assert words(labelled).count("Minutes of March") == 1
    assert "names of people" not in labelled.text
    (file,) = links(labelled, "rights/attachments")
    saved = uk.get(file, buffered=True)
    assert saved.data == b"%PDF-1.7 minutes"
    assert saved.headers["Content-Disposition"] == f"attachment; filename=attachment-{key}.pdf"
    assert saved.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert signed_in(world, "iraq").get(file).status_code == 404
    removed = press(uk, f"{file}/remove")
    assert "No file is attached." in words(removed)
    assert "File removed" in words(removed), "the trail keeps that it was there"


def test_approver_of_too_low_a_grade_cannot_decide(world: World) -> None:
    with building(world):
        address = f"/rights/{world.assessment(world.programme(), RiskLevel.MEDIUM).public_id}"
    low, senior, uk = (signed_in(world, name) for name in ("rights", "rights.senior", "uk"))
    assert f"{address}/approve" not in low.get(address).text
    assert low.post(f"{address}/approve", data={"csrf_token": form_token(low, "/account")}).status_code == 403
    assert "Rights assessments to decide about" not in words(low.get("/"))
    assert "Programme TRAINING" in words(senior.get("/"))
    assert "It is the turn of a rights approver of this grade or above: Senior official." in words(uk.get(address))
    assert "Approved." in words(press(senior, f"{address}/approve"))
    decided = words(senior.get(address))
    assert "rights.senior Rights approver, Senior official" in decided
    assert "This was decided already" in words(press(senior, f"{address}/approve"))


def test_list_is_filtered_and_exported_as_filtered(world: World) -> None:
    day = dt.timedelta(days=1)
    with building(world):
        ends = {"lapsed": TODAY - day, "soon": TODAY + 60 * day, "later": TODAY + 61 * day}
        for name, until in ends.items():
            subject = world.course(name)
            made = world.assessment(subject, until=until, on=TODAY - 9 * day)
            with transaction():
                rights_assessments.approve(made, world.actor("rights"), TODAY - 9 * day)
        world.assessment(world.programme())
        world.drafted_assessment(world.project())
    with pretend(NOW):
        uk, approver = signed_in(world, "uk"), signed_in(world, "rights")

        def shown(client: FlaskClient, which: str) -> set[str]:
            page = client.get(f"/rights?which={which}")
            table = client.get(f"/rights/table.csv?which={which}").text
            found = {
                one for one in ("lapsed", "soon", "later", "Programme TRAINING", "A project") if f">{one}<" in page.text
            }
            assert {one for one in found if one in table} == found
            assert len(table.splitlines()) == len(found) + 1
            return found

        assert shown(uk, "current") == {"soon", "later"}
        assert shown(uk, "lapsing") == {"soon"}
        assert shown(uk, "lapsed") == {"lapsed"}
        assert shown(uk, "waiting") == {"A project"}, "one's own draft"
        assert shown(approver, "waiting") == {"Programme TRAINING"}


def test_monitoring_notes_and_done_mitigations_are_shown(world: World) -> None:
    with building(world):
        world.covered()
        key = assessment_rows.page_of(None, TODAY, Cursor(), world.actor("uk")).rows[0][0]
        address, mitigation = f"/rights/{key.public_id}", assessment_rows.whole(key.id).mitigations[0].public_id
    uk = signed_in(world, "uk.2")
    assert "Fill in: Monitoring note" in words(press(uk, f"{address}/note", {"note": ""}))
    assert "Two visits" in words(press(uk, f"{address}/note", {"note": "Two visits"}))
    assert "Done on" in words(press(uk, f"/rights/mitigations/{mitigation}/done"))
    assert "This mitigation was marked as done already" in words(press(uk, f"/rights/mitigations/{mitigation}/done"))


def test_draft_of_another_writer_cannot_be_edited(world: World) -> None:
    uk, other = signed_in(world, "uk"), signed_in(world, "uk.2")
    address = drafted(world, uk, level="low", **date("valid_until", dt.date(2029, 1, 1)))
    assert f"{address}/edit" not in other.get(address).text
    refused = press(other, f"{address}/edit", {"summary": "Mine now", "version": "1"})
    assert "Only who began this draft can change it" in words(refused)
    assert "Only who began this draft can change it" in words(upload(other, f"{address}/attach", b"%PDF-1.7"))  # type: ignore[arg-type]
