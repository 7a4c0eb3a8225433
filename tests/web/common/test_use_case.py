"""A use case is committed as a whole or not at all, and its outcome says which."""

from collections.abc import Iterator

import pytest
from flask import Flask, get_flashed_messages
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from training.domain.admissions.refusals import CohortFull
from training.domain.common.refusals import Refusal
from training.domain.identity.refusals import OrganisationExists
from training.forms.identity.organisations import NewOrganisationForm
from training.kit.db import db
from training.models.identity.organisations import Jurisdiction, Organisation
from training.web.common.labels import words_for
from training.web.common.use_case import UseCaseResult, attempt


@pytest.fixture(autouse=True)
def use_case_request(app: Flask) -> Iterator[None]:
    with app.test_request_context(method="POST", data={"name_en": "One"}):
        yield


def add(name: str) -> None:
    db.session.add(Organisation(name_en=name, jurisdiction=Jurisdiction.IRAQ))


def refused(refusal: Refusal, form: NewOrganisationForm | None = None) -> UseCaseResult:
    """Run a use case that writes and is then refused."""
    with attempt(form) as done:
        add("One")
        db.session.flush()
        raise refusal
    return done


def names() -> list[str]:
    """Return the organisations as another connection reads them, which sees only committed data."""
    with db.engine.connect() as connection:
        return list(connection.scalars(text("SELECT name_en FROM organisations ORDER BY name_en")))


def test_outcome_is_true_once_committed() -> None:
    with attempt() as done:
        add("One")
        assert not done, "nothing is certain before the end"
    assert done
    assert names() == ["One"]
    assert get_flashed_messages() == []


def test_refusal_rolls_back_and_is_flashed() -> None:
    assert not refused(CohortFull())
    assert names() == []
    assert get_flashed_messages(with_categories=True) == [("important", words_for(CohortFull()))]


@pytest.mark.parametrize("refusal", [OrganisationExists(), CohortFull()], ids=["at a field", "of the whole"])
def test_refusal_is_shown_on_the_form_with_its_input(refusal: Refusal) -> None:
    form = NewOrganisationForm()
    assert not refused(refusal, form)
    assert names() == []
    assert [(error.text, error.href) for error in form.field_errors] == [
        (words_for(refusal), refusal.field and f"#{refusal.field}")
    ]
    assert form.name_en.data == "One"
    assert get_flashed_messages() == []


def test_another_use_case_can_follow_a_refusal() -> None:
    refused(CohortFull())
    with attempt() as done:
        add("Two")
    assert done
    assert names() == ["Two"]


def fail() -> None:
    with attempt():
        add("One")
        db.session.flush()
        raise KeyError


def test_other_exceptions_roll_back_and_are_raised() -> None:
    with pytest.raises(KeyError):
        fail()
    assert names() == []
    assert get_flashed_messages() == []


def test_failed_commit_is_not_a_success() -> None:
    steps: list[UseCaseResult] = []

    def repeat() -> None:
        with attempt() as done:
            steps.append(done)
            add("One")
            add("One")

    with pytest.raises(IntegrityError):
        repeat()
    assert not any(steps)
    assert names() == []
