"""The empty choice of a filter says what it shows, and never asks to choose."""

import pytest
from flask import Flask

import training.forms
from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.fields import RadioField, SelectField

ALL = {"en": "All", "ar": "الكل", "ckb": "هەموو"}
CHOOSE = {"en": "Choose", "ar": "يرجى الاختيار", "ckb": "هەڵبژێرن"}


def blank(form: BaseForm, name: str) -> str:
    """Return the empty choice of a drop-down as it is shown."""
    return str(form[name].widget.own(form[name])["items"][0]["text"])


def drop_downs(form: BaseForm) -> list[str]:
    return [one.name for one in form if isinstance(one, SelectField) and not isinstance(one, RadioField)]


@pytest.mark.parametrize("language", ALL)
def test_no_filter_asks_to_choose(sqlite_app: Flask, language: str) -> None:
    assert training.forms
    with sqlite_app.test_request_context(headers={"Accept-Language": language}):
        said = {
            (kind.__name__, name): blank(kind(), name)
            for kind in FilterForm.__subclasses__()
            for name in drop_downs(kind())
        }
    assert len(said) > 15
    assert {key: text for key, text in said.items() if text.startswith(CHOOSE[language])} == {}
    assert said["RosterFilter", "organisation"] == ALL[language]
    assert said["AuditFilter", "action"] == ALL[language]


@pytest.mark.parametrize("language", ALL)
def test_a_form_that_records_something_still_asks_to_choose(sqlite_app: Flask, language: str) -> None:
    class Form(BaseForm):
        kind = SelectField("Kind")

    with sqlite_app.test_request_context(headers={"Accept-Language": language}):
        assert blank(Form(), "kind") == CHOOSE[language]
