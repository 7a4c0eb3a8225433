"""Every refusal, code, audit event and audited record has words, in the area that declares it."""

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
WORDLESS = {
    "Currency",  # said by its code
    "EvidenceKind",  # said by its code
    "JobKind",
    "JobState",
    "Lack",  # its words are those of a refusal
    "Period",  # the page alone that asks for it says it
    "Permission",
    "Problem",  # its words are those of a refusal
    "VettingQueue",  # the page alone that asks for it says it
    "Scope",
    "CohortTiming",  # the page alone that asks for it says it
}
"""The enumerations that have no word of their own."""


def _below(kind: type[StrEnum]) -> Iterator[type[StrEnum]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _ours() -> list[type[StrEnum]]:
    return [kind for kind in _below(StrEnum) if kind.__module__.startswith("training.")]


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_each_refusal_has_words(sqlite_app: Flask, kind: type[Refusal]) -> None:
    assert kind in labels._refusals


def test_each_refusal_has_words_in_its_own_area(sqlite_app: Flask) -> None:
    for kind in REFUSALS:
        wording = labels._refusals[kind]
        assert kind.__module__.split(".")[2] == wording.__module__.split(".")[2], kind


def test_refusals_are_told_apart_by_name() -> None:
    """A job keeps the name of the refusal with which it failed."""
    names = [kind.__name__ for kind in REFUSALS]
    assert len(names) == len(set(names))


def test_each_refusal_is_raised_or_returned_somewhere() -> None:
    named: set[str] = set()
    for path in TRAINING.rglob("*.py"):
        if path.name not in ("refusals.py", "labels.py"):
            named |= {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert {kind.__name__ for kind in REFUSALS} <= named


def test_each_reason_in_a_refusal_has_words() -> None:
    assert set(labels._UNREADABLE) == set(Problem)
    assert set(assurance_labels._LACKING) == set(Lack)


def test_each_code_and_audit_event_has_a_word(sqlite_app: Flask) -> None:
    ours = _ours()
    assert {kind.__name__ for kind in ours} >= WORDLESS
    without = [code for kind in ours if kind.__name__ not in WORDLESS for code in kind if not labels.has_word(code)]
    assert without == []


def test_no_word_is_of_a_code_that_is_gone(sqlite_app: Flask) -> None:
    ours = set(_ours())
    assert {kind for kind, _code in labels._words} <= ours
    assert {kind for kind, _code in labels._tones} <= ours
    assert set(labels._refusals) <= set(REFUSALS)


def test_no_two_audit_events_are_stored_alike() -> None:
    values = [event.value for kind in AuditEvent.__subclasses__() for event in kind]
    assert len(values) == len(set(values))
    assert all(AuditEvent.stored(value).value == value for value in values)


def test_an_event_that_no_area_declares_is_refused() -> None:
    with pytest.raises(ValueError, match="no such event"):
        AuditEvent.stored("no such event")


def test_words_of_records_are_of_records_that_exist(sqlite_app: Flask) -> None:
    assert set(labels._records) <= {mapper.class_.__name__ for mapper in Base.registry.mappers}
