"""Every refusal, state, act and record has words."""

import re
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask

from training.domain.admissions import nominations as rules
from training.domain.common import refusals
from training.domain.identity.export_limits import Departure
from training.kit.tables import Problem
from training.models.admissions import nominations
from training.models.assurance import rights_assessments
from training.models.common import base
from training.models.finance import ledger
from training.web.common import labels as words
from training.web.common import refusals as wording
from training.web.identity import audit_labels

DOMAIN = Path(__file__).parents[2] / "training" / "domain"
REFUSALS = list(refusals.Refusal.__subclasses__())
WORDLESS = {
    "Act",  # its words are those of the audit trail
    "Currency",  # said by its code
    "Departure",  # its words are those of the audit trail
    "EvidenceKind",  # said by its code
    "JobKind",
    "JobState",
    "Lack",  # its words are those of a refusal
    "Period",  # the page alone that asks for it says it
    "Permission",
    "Problem",  # its words are those of a refusal
    "Queue",  # the page alone that asks for it says it
    "Scope",
    "When",  # the page alone that asks for it says it
}
"""The enumerations that have no word of their own."""


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_each_refusal_has_words(kind: type[refusals.Refusal]) -> None:
    assert kind in wording._WORDS


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_each_refusal_is_raised_somewhere(kind: type[refusals.Refusal]) -> None:
    text = "".join(path.read_text() for path in DOMAIN.rglob("*.py") if path.name != "refusals.py")
    text += (DOMAIN.parent / "web" / "identity" / "accounts.py").read_text()
    assert re.search(rf"\b((raise|return|else) |(closed|not_committed)=){kind.__name__}\b", text)


def test_each_reason_in_a_refusal_has_words() -> None:
    assert set(wording._UNREADABLE) == set(Problem)
    assert set(wording._LACKING) == set(refusals.Lack)


def test_each_code_has_a_word(sqlite_app: Flask) -> None:
    ours = {kind for kind in StrEnum.__subclasses__() if kind.__module__.startswith("training.")}
    assert {kind.__name__ for kind in ours} >= WORDLESS
    with sqlite_app.test_request_context():
        for kind in ours:
            if kind.__name__ not in WORDLESS:
                for code in kind:
                    assert words.word(code)


def test_each_act_and_record_has_a_word() -> None:
    text = "".join(path.read_text() for path in DOMAIN.rglob("*.py"))
    made = set(re.findall(r'(?:audit\.record(?:_each)?\(\s*|_save\(\w+, )"([^"]+)"', text))
    made |= {f"{kind.value} {what}" for kind in ledger.EntryKind for what in ("proposed", *ledger.Outcome)}
    made |= {f"rights assessment {act.value}" for act in rights_assessments.RightsAct}
    made |= {f"completion {what}" for what in ("confirmed", "refused")}
    made |= {state.value.replace("_", " ") for state in nominations.NominationState}
    made |= {*Departure, *rules.Act}
    assert made == set(audit_labels.ACTS)
    assert set(audit_labels.RECORDS) <= {mapper.class_.__name__ for mapper in base.Base.registry.mappers}
