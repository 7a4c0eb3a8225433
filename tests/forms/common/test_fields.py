"""Fields parse what users type, report errors in their language, and show again what was typed."""

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from training.forms.common.base import BaseForm, FilterForm
from training.forms.common.checks import between, choose_one, longest, may_be_empty, required
from training.forms.common.fields import (
    CheckboxesField,
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    KeyField,
    MoneyField,
    PasswordField,
    RadioField,
    ReferenceField,
    SearchField,
    SelectField,
    TextAreaField,
    TextField,
    TickField,
)
from training.forms.common.widgets import Choice

CHOICES = [Choice("a", "First", "a hint"), Choice("b", "Second")]


class Everything(BaseForm):
    """One field of every kind."""

    name = TextField("Name", [required("Enter a name"), longest(5)], description="As in the passport")
    notes = TextAreaField("Notes", [may_be_empty(), longest(9)])
    email = EmailField("E-mail")
    code = ReferenceField("Code")
    secret = PasswordField("Password")
    begins = DateField("Begins", [required()])
    seats = IntegerField("Seats", [required(), between(1, 500)])
    cost = MoneyField("Cost", [required()])
    line = SelectField("Line", [choose_one()], choices=CHOICES)
    mode = RadioField("Mode", [choose_one()], choices=CHOICES)
    groups = CheckboxesField("Groups", choices=CHOICES)
    agreed = TickField("I agree", [required()])
    token = HiddenField()


GOOD = {
    "name": " Sara ",
    "begins-day": "٢٧",
    "begins-month": "۳",
    "begins-year": "2027",
    "seats": "٢٤",
    "cost": "١٬٢٥٠٫٥",
    "line": "a",
    "mode": "b",
    "groups": "a",
    "agreed": "yes",
}


@pytest.fixture(autouse=True)
def request_context() -> Iterator[None]:
    app = Flask(__name__)
    app.secret_key = "test"
    Babel(app)
    with app.test_request_context():
        yield


def filled(**changes: str | None) -> Everything:
    """Return the form as submitted with valid answers except these; None means that the input was not sent."""
    sent = {**GOOD, **{name.replace("__", "-"): value for name, value in changes.items()}}
    form = Everything(MultiDict({key: value for key, value in sent.items() if value is not None}), meta={"csrf": False})
    form.validate()
    return form


def test_valid_answers_become_values() -> None:
    form = filled()
    assert form.errors == {}
    assert form.name.data == "Sara"
    assert form.begins.data == dt.date(2027, 3, 27)
    assert (form.seats.data, form.cost.data) == (24, 125_050)
    assert (form.line.data, form.mode.data, form.groups.data, form.agreed.data) == ("a", "b", ["a"], True)


@pytest.mark.parametrize(
    ("day", "month", "year", "message"),
    [
        ("31", "2", "2027", "Enter a real date, such as 27 3 2027"),
        ("29", "2", "2027", "Enter a real date, such as 27 3 2027"),
        ("1", "1", "27", "Enter a real date, such as 27 3 2027"),
        ("1", "1", "99999", "Enter a real date, such as 27 3 2027"),
        ("x", "1", "2027", "Enter a real date, such as 27 3 2027"),
        ("-1", "1", "2027", "Enter a real date, such as 27 3 2027"),
        ("²", "1", "2027", "Enter a real date, such as 27 3 2027"),
        ("1" * 5000, "1", "2027", "Enter a real date, such as 27 3 2027"),
        ("", "3", "2027", "The date must have a day"),
        ("27", " ", "2027", "The date must have a month"),
        ("27", "3", None, "The date must have a year"),
        (None, None, None, "Fill in: Begins"),
        ("", "", "", "Fill in: Begins"),
    ],
)
def test_invalid_date_gets_one_message(day: str | None, month: str | None, year: str | None, message: str) -> None:
    form = filled(begins__day=day, begins__month=month, begins__year=year)
    assert form.begins.data is None
    assert form.begins.errors == [message]
    assert message in form.begins()


@pytest.mark.parametrize("typed", ["-1", "1.5", "many", "²", "9" * 10])
def test_invalid_number_gets_one_message_and_is_redisplayed(typed: str) -> None:
    form = filled(seats=typed)
    assert form.seats.errors == ["Enter a whole number, such as 24"]
    assert f'value="{typed}"' in form.seats()


@pytest.mark.parametrize(("typed", "message"), [("0", "Enter a number from 1 to 500"), ("  ", "Fill in: Seats")])
def test_zero_is_an_answer_and_spaces_are_not(typed: str, message: str) -> None:
    assert filled(seats=typed).seats.errors == [message]


@pytest.mark.parametrize(("typed", "pence"), [("0", 0), ("£1,250.50", 125_050), ("۱۲", 1200)])
def test_pounds_are_converted_to_pence(typed: str, pence: int) -> None:
    form = filled(cost=typed)
    assert (form.cost.data, list(form.cost.errors)) == (pence, [])


@pytest.mark.parametrize("typed", ["1.005", "-5", "abc"])
def test_invalid_amount_gets_a_message_and_is_redisplayed(typed: str) -> None:
    form = filled(cost=typed)
    assert form.cost.errors == ["Enter an amount in pounds, such as 1,250.50"]
    assert f'value="{typed}"' in form.cost()


def test_stored_values_are_shown_as_typed() -> None:
    form = Everything(data={"cost": 125_050, "seats": 0, "begins": dt.date(2027, 3, 27), "line": "b"})
    assert 'value="1250.50"' in form.cost()
    assert 'value="0"' in form.seats()
    assert 'value="27"' in form.begins()
    assert '<option value="b" selected>' in form.line()


@pytest.mark.parametrize(("field", "sent"), [("line", "z"), ("mode", "z"), ("groups", "z")])
def test_choice_not_offered_is_rejected(field: str, sent: str) -> None:
    assert len(filled(**{field: sent})[field].errors) == 1


@pytest.mark.parametrize("field", ["line", "mode"])
@pytest.mark.parametrize("sent", ["", None])
def test_missing_choice_is_required(field: str, sent: str | None) -> None:
    form = filled(**{field: sent})
    assert form[field].data is None
    assert form[field].errors == [f"Choose an answer: {form[field].label.text}"]


def test_declaration_must_be_ticked() -> None:
    assert filled(agreed=None).agreed.errors == ["Fill in: I agree"]


def test_text_is_redisplayed_escaped_with_its_lines() -> None:
    form = filled(name="<b>&", notes="one\n  two")
    assert 'value="&lt;b&gt;&amp;"' in form.name()
    assert ">one\n  two</textarea>" in form.notes()


def test_unstorable_character_is_dropped() -> None:
    assert filled(name="Sa\x00ra").name.data == "Sara"


def test_password_is_kept_as_typed_and_never_shown() -> None:
    form = filled(**{"secret": " with spaces "})
    assert form.secret.data == " with spaces "
    assert "with spaces" not in form.secret()


@pytest.mark.parametrize("field", ["email", "code", "secret", "seats", "cost", "begins"])
def test_latin_input_is_left_to_right(field: str) -> None:
    assert 'dir="ltr"' in filled()[field]()


def test_digits_in_a_reference_are_converted_to_western() -> None:
    assert filled(code="AB-١٢").code.data == "AB-12"


def test_only_optional_fields_are_labelled_optional() -> None:
    form = filled()
    assert "Notes (optional)" in form.notes()
    assert "optional" not in form.name()


def test_error_links_to_the_first_input_of_its_field() -> None:
    form = Everything(MultiDict({"token": "x"}), meta={"csrf": False})
    form.validate()
    form.refuse("The budget has no room.")
    form.refuse("Already taken", field="code")
    whole, *rest = form.field_errors
    assert (whole.text, whole.href) == ("The budget has no room.", None)
    assert [error.href for error in rest] == [
        "#name",
        "#code",
        "#begins",
        "#seats",
        "#cost",
        "#line",
        "#mode",
        "#agreed",
    ]
    for error in rest:
        assert error.href is not None
        name = error.href.removeprefix("#")
        assert f'id="{name}"' in form[name]()
        assert error.text in form[name]()


def test_hidden_fields_have_no_visible_markup() -> None:
    assert {"token", "csrf_token"}.isdisjoint(field.name for field in Everything().shown_fields)


def test_filter_form_reads_the_query_without_csrf_token() -> None:
    class Search(FilterForm):
        words = SearchField("Words")

    form = Search(MultiDict({"words": " visa "}))
    assert form.words.data == "visa"
    assert "csrf_token" not in form


def test_untranslated_choices_are_marked_without_markup_in_options(sqlite_app: Flask) -> None:
    """Untranslated names are English; options contain no tags, checkboxes do."""
    english = Markup('<span lang="en" dir="ltr">{}</span>').format("Border & ports")

    class Names(BaseForm):
        host = SelectField("Host", choices=[Choice("a", english)])
        invited = CheckboxesField("Invited", choices=[Choice("a", english)])

    with sqlite_app.test_request_context():
        form = Names()
        assert '<option value="a" lang="en" dir="ltr">Border &amp; ports</option>' in form.host()
        assert '<span lang="en" dir="ltr">Border &amp; ports</span>' in form.invited()
        assert "&lt;" not in form.host() + form.invited()


class Step(BaseForm):
    """A form with nothing but its key."""

    key = KeyField()


def test_each_form_has_its_own_key(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context():
        assert Step().key.data != Step().key.data
    with sqlite_app.test_request_context(method="POST", data={"key": "key-1"}):
        form = Step(meta={"csrf": False})
        assert form.validate()
        assert form.key.data == "key-1"


@pytest.mark.parametrize("key", ["", "k" * 10_000, "nul \x00", "with a space", "مفتاح"])
def test_form_with_unknown_key_is_rejected_and_gets_a_new_one(sqlite_app: Flask, key: str) -> None:
    with sqlite_app.test_request_context(method="POST", data={"key": key}):
        form = Step(meta={"csrf": False})
        assert not form.validate()
        (error,) = form.field_errors
        assert error == ("The form was damaged in transmission. Nothing was saved: check it and send it again", None)
        assert form.key.data not in (key, "")
