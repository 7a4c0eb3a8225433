"""Rights assessments: drafts, grades of approval, decisions, superseding and the trail."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.support.world import TODAY, World
from tests.web.browsing import together
from training.domain.assurance import rights_assessments
from training.domain.assurance.refusals import (
    AssessmentIncomplete,
    GradeTooLow,
    MitigationDone,
    NoDraft,
    NoLongerCurrent,
    NotMonitored,
    NotOwnDraft,
)
from training.domain.common.refusals import ChangedMeanwhile, Refusal
from training.domain.finance.refusals import AlreadyDecided, EvidenceUnreadable, OwnProposal
from training.kit.db import db, transaction
from training.models.assurance.rights_assessments import (
    AssessmentState,
    RightsAct,
    RightsAssessment,
    RightsStep,
    RiskLevel,
)
from training.models.identity.accounts import ApprovalGrade, Role
from training.queries.assurance import rights_assessments as assessment_rows

SAID = rights_assessments.AssessmentContent("A summary", RiskLevel.LOW, dt.date(2030, 1, 1))


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def fresh(assessment: RightsAssessment) -> RightsAssessment:
    db.session.rollback()
    return assessment_rows.whole(assessment.id).assessment


def trail(world: World, assessment: RightsAssessment) -> list[RightsStep]:
    db.session.rollback()
    return list(assessment_rows.assessment_page(assessment, world.actor("auditor")).trail)


def approve(world: World, assessment: RightsAssessment, by: str = "rights", on: dt.date = TODAY) -> None:
    with transaction():
        rights_assessments.approve(assessment, world.actor(by), on)


@pytest.mark.parametrize(
    ("level", "refused", "reached"),
    [
        (RiskLevel.LOW, (), ("rights", "rights.senior", "minister")),
        (RiskLevel.MEDIUM, ("rights",), ("rights.senior", "minister")),
        (RiskLevel.HIGH, ("rights", "rights.senior"), ("minister",)),
    ],
)
def test_required_grade_rises_with_risk_level(
    world: World, level: RiskLevel, refused: tuple[str, ...], reached: tuple[str, ...]
) -> None:
    world.account("minister", Role.RIGHTS_APPROVER, "uk", grade=ApprovalGrade.MINISTERIAL)
    for username in refused:
        with pytest.raises(GradeTooLow):
            approve(world, world.assessment(world.programme(), level), username)
    for username in reached:
        assessment = world.assessment(world.programme(), level)
        approve(world, assessment, username)
        assert fresh(assessment).state is AssessmentState.APPROVED
        assert fresh(assessment).approver_grade is world.actor(username).grade


def test_own_assessment_cannot_be_approved_in_any_role(world: World) -> None:
    world.account("both", Role.UK_COORDINATOR, "uk")
    world.grant("both", Role.RIGHTS_APPROVER)
    assessment = world.assessment(world.programme(), by="both")
    with pytest.raises(OwnProposal):
        approve(world, assessment, "both")
    decided = update(RightsAssessment).values(
        state="approved", approver_id=assessment.writer_id, approver_grade="official"
    )
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(decided)


def test_database_rejects_approval_by_too_low_a_grade(world: World) -> None:
    world.assessment(world.programme(), RiskLevel.HIGH)
    decided = {"state": "approved", "approver_id": world.actor("rights").user_id, "approver_grade": "senior"}
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(RightsAssessment).values(**decided))


def test_draft_is_edited_by_its_writer_at_the_version_shown(world: World) -> None:
    with transaction():
        draft = rights_assessments.draft(
            world.programme(), rights_assessments.AssessmentContent("", None, None), world.actor("uk"), TODAY
        )
    with pytest.raises(NotOwnDraft), transaction():
        rights_assessments.edit(draft, SAID, 1, world.actor("uk.2"), TODAY)
    with transaction():
        rights_assessments.edit(draft, SAID, 1, world.actor("uk"), TODAY)
    with pytest.raises(ChangedMeanwhile), transaction():
        rights_assessments.edit(
            draft, rights_assessments.AssessmentContent("Older", None, None), 1, world.actor("uk"), TODAY
        )
    assert fresh(draft).summary == "A summary"


def test_submission_reports_missing_parts(world: World) -> None:
    table, by = world.app.config["SETTINGS"].rights_approval, world.actor("uk")
    with transaction():
        draft = rights_assessments.draft(
            world.programme(), rights_assessments.AssessmentContent("", None, None), by, TODAY
        )
    with pytest.raises(AssessmentIncomplete) as refused, transaction():
        rights_assessments.submit(draft, table, 1, by, TODAY)
    assert refused.value.missing == ("summary", "level", "valid_until", "mitigations")
    ownerless = rights_assessments.AssessmentContent(
        "A summary", RiskLevel.LOW, dt.date(2030, 1, 1), [rights_assessments.Mitigation("Visits", "", TODAY)]
    )
    with transaction():
        rights_assessments.edit(draft, ownerless, 1, by, TODAY)
    with pytest.raises(AssessmentIncomplete) as refused, transaction():
        rights_assessments.submit(draft, table, 2, by, TODAY)
    assert refused.value.missing == ("mitigations",)
    with pytest.raises(NoLongerCurrent):
        world.assessment(world.programme(), until=TODAY)


def test_draft_with_past_validity_is_refused(world: World) -> None:
    by, over = world.actor("uk"), rights_assessments.AssessmentContent("", None, TODAY)
    with pytest.raises(NoLongerCurrent), transaction():
        rights_assessments.draft(world.programme(), over, by, TODAY)
    with transaction():
        draft = rights_assessments.draft(world.programme(), SAID, by, TODAY)
    with pytest.raises(NoLongerCurrent), transaction():
        rights_assessments.edit(draft, over, draft.version, by, TODAY)
    assert fresh(draft).valid_until == SAID.valid_until


def test_submitted_assessment_cannot_be_edited(world: World, tmp_path: Path) -> None:
    assessment, by = world.assessment(world.programme()), world.actor("uk")
    with pytest.raises(NoDraft), transaction():
        rights_assessments.edit(assessment, SAID, assessment.version, by, TODAY)
    with pytest.raises(NoDraft), transaction():
        rights_assessments.attach(assessment, io.BytesIO(b"%PDF-1.7"), "", tmp_path, by)
    with pytest.raises(NoDraft), transaction():
        rights_assessments.submit(
            assessment, world.app.config["SETTINGS"].rights_approval, assessment.version, by, TODAY
        )


def test_approval_supersedes_assessment_of_same_subject_only(world: World) -> None:
    first = world.assessment(world.programme())
    of_project = world.assessment(world.project())
    for one in (first, of_project):
        approve(world, one)
    second = world.assessment(world.programme(), until=dt.date(2031, 1, 1))
    assert fresh(first).state is AssessmentState.APPROVED, "until the next one is approved"
    approve(world, second)
    assert [fresh(one).state for one in (first, second, of_project)] == ["superseded", "approved", "approved"]
    assert trail(world, first)[-1].act is RightsAct.SUPERSEDED


def test_refusal_keeps_current_assessment(world: World) -> None:
    first = world.assessment(world.programme())
    approve(world, first)
    second = world.assessment(world.programme())
    with transaction():
        rights_assessments.refuse(second, "The risk is understated", world.actor("rights"))
    assert (fresh(first).state, fresh(second).state) == ("approved", "refused")
    with pytest.raises(AlreadyDecided):
        approve(world, second)
    assert fresh(first).state is AssessmentState.APPROVED, "nothing was superseded by the failed approval"


def _decide(world: World, assessments: list[RightsAssessment]) -> list[object]:
    actors = [world.actor("rights"), world.actor("rights.senior")]
    db.session.rollback()

    def act(number: int) -> object:
        with world.app.app_context():
            try:
                with transaction():
                    rights_assessments.approve(assessments[number], actors[number], TODAY)
            except Refusal as refusal:
                return type(refusal)
        return None

    for one in set(assessments):
        db.session.refresh(one)
        db.session.expunge(one)
    return together([lambda: act(0), lambda: act(1)])


def test_concurrent_approvals_make_one_decision(world: World) -> None:
    assessment = world.assessment(world.programme())
    assert set(_decide(world, [assessment, assessment])) == {None, AlreadyDecided}


def test_concurrent_approvals_for_one_programme_leave_one_current(world: World) -> None:
    both = [world.assessment(world.programme()) for _ in range(2)]
    keys = [one.id for one in both]
    assert _decide(world, both) == [None, None]
    db.session.rollback()
    assert sorted(assessment_rows.state_of(key) for key in keys) == ["approved", "superseded"]


def test_trail_records_actor_role_and_content_hash(world: World, tmp_path: Path) -> None:
    with transaction():
        draft = rights_assessments.draft(world.programme(), SAID, world.actor("uk"), TODAY)
    with transaction():
        kept = rights_assessments.attach(draft, io.BytesIO(b"%PDF-1.7 minutes"), "Minutes", tmp_path, world.actor("uk"))
    mitigation = rights_assessments.Mitigation("A session on human rights", "Head of training", dt.date(2027, 1, 1))
    said = rights_assessments.AssessmentContent("Another summary", RiskLevel.LOW, dt.date(2030, 1, 1), [mitigation])
    table = world.app.config["SETTINGS"].rights_approval
    with transaction():
        rights_assessments.edit(draft, said, 2, world.actor("uk"), TODAY)
        rights_assessments.submit(draft, table, 3, world.actor("uk"), TODAY)
    approve(world, draft, "rights.senior")
    with transaction():
        rights_assessments.finish(assessment_rows.whole(draft.id).mitigations[0], world.actor("uk.2"), TODAY)
    with transaction():
        rights_assessments.monitor(draft, "Two visits, nothing to report", world.actor("uk.2"))
    steps = trail(world, draft)
    assert [(step.act, step.user.username, step.roles, step.grade) for step in steps] == [
        ("written", "uk", "uk_coordinator", None),
        ("attached", "uk", "uk_coordinator", None),
        ("edited", "uk", "uk_coordinator", None),
        ("submitted", "uk", "uk_coordinator", None),
        ("approved", "rights.senior", "rights_approver", "senior"),
        ("mitigated", "uk.2", "uk_coordinator", None),
        ("noted", "uk.2", "uk_coordinator", None),
    ]
    assert "A summary" in steps[0].content, "what it said before the edit is kept"
    assert kept.sha256 in steps[1].content
    assert rights_assessments.is_sound(assessment_rows.whole(draft.id), steps)
    with transaction() as session:
        session.execute(update(RightsAssessment).values(summary="Written behind the trail's back"))
    assert not rights_assessments.is_sound(assessment_rows.whole(draft.id), trail(world, draft))


@pytest.mark.parametrize("statement", [update(RightsStep).values(note="x"), delete(RightsStep)])
def test_trail_is_append_only(world: World, statement: object) -> None:
    world.assessment(world.programme())
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.execute(statement)  # type: ignore[call-overload]


def test_only_approved_assessments_are_monitored(world: World) -> None:
    assessment = world.assessment(world.programme())
    mitigation = assessment_rows.whole(assessment.id).mitigations[0]
    with pytest.raises(NotMonitored), transaction():
        rights_assessments.monitor(assessment, "A note", world.actor("uk"))
    with pytest.raises(NotMonitored), transaction():
        rights_assessments.finish(mitigation, world.actor("uk"), TODAY)
    approve(world, assessment)
    with transaction():
        rights_assessments.finish(mitigation, world.actor("uk"), TODAY)
    with pytest.raises(MitigationDone), transaction():
        rights_assessments.finish(mitigation, world.actor("uk"), TODAY)


def test_assessment_has_exactly_one_subject(world: World) -> None:
    world.drafted_assessment(world.programme())
    course = world.course().id
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(RightsAssessment).values(course_id=course))


def test_file_type_is_read_from_content_and_detached_file_is_kept(world: World, tmp_path: Path) -> None:
    draft, folder = world.drafted_assessment(world.programme()), tmp_path / "files"
    folder.mkdir()
    with pytest.raises(EvidenceUnreadable), transaction():
        rights_assessments.attach(draft, io.BytesIO(b"<html>"), "", folder, world.actor("uk"))
    assert not list(folder.iterdir())
    with transaction():
        kept = rights_assessments.attach(draft, io.BytesIO(b"\x89PNG\r\n\x1a\n"), "A map", folder, world.actor("uk"))
    with pytest.raises(NotOwnDraft), transaction():
        rights_assessments.detach(kept, world.actor("uk.2"))
    with transaction():
        rights_assessments.detach(kept, world.actor("uk"))
    assert assessment_rows.whole(draft.id).attachments == []
    assert [step.act for step in trail(world, draft)] == ["written", "attached", "detached"]
    assert (
        db.session.scalars(select(RightsStep.content).where(RightsStep.act == RightsAct.ATTACHED))
        .one()
        .count(kept.sha256)
    )
