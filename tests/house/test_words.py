"""Every refusal, code, audit event and audited record has a label in its own area."""

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask

from training.domain.assurance.refusals import Lack
from training.domain.common.refusals import Refusal
from training.kit.tables import Problem
from training.models.common.base import Base
from training.models.identity.audit import AuditEvent
from training.web.assurance import labels as assurance_labels
from training.web.common import labels

TRAINING = Path(__file__).parents[2] / "training"
REFUSALS = Refusal.__subclasses__()
UNLABELLED = {
    "Currency",  # shown as its code
    "EvidenceKind",  # shown as its code
    "JobKind",
    "JobState",
    "Level",  # of a command
    "Lack",  # labelled as part of a refusal
    "LinkFault",  # labelled as part of a refusal
    "RequestState",  # only open requests are shown
    "Need",  # labelled on the only page that uses it
    "NextStep",  # labelled on the only page that uses it
    "Period",  # labelled on the only page that uses it
    "PasswordFault",  # labelled as part of a refusal
    "Problem",  # labelled as part of a refusal
    "VettingQueue",  # labelled on the only page that uses it
    "CohortTiming",  # labelled on the only page that uses it
}
"""The enumerations without labels."""


def _below(kind: type[StrEnum]) -> Iterator[type[StrEnum]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _ours() -> list[type[StrEnum]]:
    return [kind for kind in _below(StrEnum) if kind.__module__.startswith("training.")]


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_message(sqlite_app: Flask, kind: type[Refusal]) -> None:
    assert kind in labels._refusals


def test_every_refusal_has_a_message_in_its_own_area(sqlite_app: Flask) -> None:
    for kind in REFUSALS:
        wording = labels._refusals[kind]
        assert kind.__module__.split(".")[2] == wording.__module__.split(".")[2], kind


def test_refusal_names_are_unique() -> None:
    """A job stores the name of the refusal with which it failed."""
    names = [kind.__name__ for kind in REFUSALS]
    assert len(names) == len(set(names))


def test_every_refusal_is_raised_or_returned() -> None:
    named: set[str] = set()
    for path in TRAINING.rglob("*.py"):
        if path.name not in ("refusals.py", "labels.py"):
            named |= {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert {kind.__name__ for kind in REFUSALS} <= named


def test_every_reason_of_a_refusal_has_a_message() -> None:
    assert set(labels._UNREADABLE) == set(Problem)
    assert set(assurance_labels._LACKING) == set(Lack)


def test_every_code_and_audit_event_has_a_label(sqlite_app: Flask) -> None:
    ours = _ours()
    assert {kind.__name__ for kind in ours} >= UNLABELLED
    without = [code for kind in ours if kind.__name__ not in UNLABELLED for code in kind if not labels.has_word(code)]
    assert without == []


def test_no_label_is_for_a_removed_code(sqlite_app: Flask) -> None:
    ours = set(_ours())
    assert {kind for kind, _code in labels._words} <= ours
    assert {kind for kind, _code in labels._tones} <= ours
    assert set(labels._refusals) <= set(REFUSALS)


def test_stored_audit_events_are_unique() -> None:
    values = [event.value for kind in AuditEvent.__subclasses__() for event in kind]
    assert len(values) == len(set(values))
    assert all(AuditEvent.stored(value).value == value for value in values)


def test_undeclared_audit_event_is_rejected() -> None:
    with pytest.raises(ValueError, match="no such event"):
        AuditEvent.stored("no such event")


def test_record_labels_are_for_existing_records(sqlite_app: Flask) -> None:
    assert set(labels._records) <= {mapper.class_.__name__ for mapper in Base.registry.mappers}
