"""Every refusal, state, act and record has words."""

import re
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask

from training.domain import nominations as rules
from training.domain import refusals
from training.models import (
    access,
    base,
    batches,
    cohorts,
    completions,
    courses,
    ledger,
    nominations,
    notices,
    people,
    programmes,
    rights,
    vetting,
)
from training.web import acts
from training.web import refusals as wording
from training.web import wording as words

DOMAIN = Path(__file__).parents[2] / "training" / "domain"
REFUSALS = list(refusals.Refusal.__subclasses__())
MODULES = (
    access,
    batches,
    cohorts,
    completions,
    courses,
    ledger,
    nominations,
    notices,
    people,
    programmes,
    rights,
    vetting,
)
CODES = {
    kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind.__module__ == module.__name__
}


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_each_refusal_has_words(kind: type[refusals.Refusal]) -> None:
    assert kind in wording._WORDS


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_each_refusal_is_raised_somewhere(kind: type[refusals.Refusal]) -> None:
    text = "".join(path.read_text() for path in DOMAIN.glob("*.py") if path.name != "refusals.py")
    text += (DOMAIN.parent / "web" / "access.py").read_text()
    assert re.search(rf"\b{kind.__name__}\b", text)


def test_each_code_has_a_word(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context():
        for kind in CODES:
            for code in kind:
                assert words.word(code)


def test_each_act_and_record_has_a_word() -> None:
    text = "".join(path.read_text() for path in DOMAIN.glob("*.py"))
    assert set(re.findall(r'audit\.record\("([^"]+)"', text)) <= set(acts.ACTS)
    made = {f"{kind.value} {what}" for kind in ledger.EntryKind for what in ("proposed", "approved", "refused")}
    made |= {f"rights assessment {act.value}" for act in rights.RightsAct}
    made |= {f"completion {what}" for what in ("confirmed", "refused")}
    made |= {state.value.replace("_", " ") for state in nominations.NominationState}
    made |= set(rules.Act)
    assert made <= set(acts.ACTS)
    assert set(acts.RECORDS) <= {mapper.class_.__name__ for mapper in base.Base.registry.mappers}
