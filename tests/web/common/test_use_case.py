"""A step of a view is taken whole or not at all, and nobody goes on as if a refused one had been taken."""

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
def request_for_a_step(app: Flask) -> Iterator[None]:
    with app.test_request_context(method="POST", data={"name_en": "One"}):
        yield


def add(name: str) -> None:
    db.session.add(Organisation(name_en=name, jurisdiction=Jurisdiction.IRAQ))


def refused(refusal: Refusal, form: NewOrganisationForm | None = None) -> UseCaseResult:
    """Take a step that writes and is then refused."""
    with attempt(form) as done:
        add("One")
        db.session.flush()
        raise refusal
    return done


def names() -> list[str]:
    """Return the organisations as somebody else reads them, who sees only what was committed."""
    with db.engine.connect() as connection:
        return list(connection.scalars(text("SELECT name_en FROM organisations ORDER BY name_en")))


def test_a_step_is_taken_once_it_is_committed() -> None:
    with attempt() as done:
        add("One")
        assert not done, "nothing is certain before the end"
    assert done
    assert names() == ["One"]
    assert get_flashed_messages() == []


def test_a_refused_step_writes_nothing_and_says_so_in_a_banner() -> None:
    assert not refused(CohortFull())
    assert names() == []
    assert get_flashed_messages(with_categories=True) == [("important", words_for(CohortFull()))]


@pytest.mark.parametrize("refusal", [OrganisationExists(), CohortFull()], ids=["at a field", "of the whole"])
def test_a_refused_step_says_so_on_its_form_which_keeps_what_was_typed(refusal: Refusal) -> None:
    form = NewOrganisationForm()
    assert not refused(refusal, form)
    assert names() == []
    assert [(error.text, error.href) for error in form.field_errors] == [
        (words_for(refusal), refusal.field and f"#{refusal.field}")
    ]
    assert form.name_en.data == "One"
    assert get_flashed_messages() == []


def test_after_a_refusal_another_step_can_be_taken() -> None:
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


def test_whatever_else_is_raised_is_passed_on_with_nothing_written() -> None:
    with pytest.raises(KeyError):
        fail()
    assert names() == []
    assert get_flashed_messages() == []


def test_a_step_that_cannot_be_committed_was_not_taken() -> None:
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
