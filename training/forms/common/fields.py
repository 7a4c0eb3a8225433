"""Form fields.

They keep the input when a form is shown again, and have their own messages: those of WTForms exist in English and
Arabic but not in Central Kurdish. ``render_kw`` holds parameters of the design system's macro, see ``widgets``.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from flask import g
from flask_babel import gettext as _
from wtforms import Field
from wtforms import fields as wtf
from wtforms.form import BaseForm as AnyForm
from wtforms.validators import StopValidation

from training.forms.common.widgets import (
    LEFT_TO_RIGHT,
    Choice,
    ChoicesWidget,
    DateWidget,
    SelectWidget,
    TickWidget,
    Widget,
)
from training.kit.ids import is_token, new_token
from training.kit.money import (
    Currency,
    format_amount,
    format_rate,
    parse_amount,
    parse_rate,
    plain_amount,
    western_digits,
)
from training.kit.telephones import western_telephone


class TextField(wtf.StringField):
    """One line of text, stripped."""

    widget = Widget("input", "govukInput")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the input without NUL characters, which PostgreSQL cannot store."""
        if valuelist:
            self.data = str(valuelist[0]).replace("\x00", "").strip()


_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class NameField(TextField):
    """A name, rank or unit: text that is shown within other text."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the input without direction marks, which would reverse adjacent text."""
        super().process_formdata([_DIRECTION.sub("", str(value)) for value in valuelist])


class TextAreaField(TextField):
    """Multi-line text."""

    widget = Widget("textarea", "govukTextarea", rows=5)


class EmailField(TextField):
    """An e-mail address, checked for form only."""

    widget = Widget(
        "input",
        "govukInput",
        type="email",
        autocomplete="email",
        spellcheck=False,
        attributes=LEFT_TO_RIGHT,
    )


class PhoneField(TextField):
    """A telephone number."""

    widget = Widget("input", "govukInput", type="tel", autocomplete="tel", attributes=LEFT_TO_RIGHT)

    def process_data(self, value: Any) -> None:
        """Take the stored number with Western digits."""
        super().process_data(western_telephone(value) if value else value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the input with Western digits."""
        super().process_formdata([western_telephone(str(value)) for value in valuelist])


class UsernameField(TextField):
    """A username."""

    widget = Widget(
        "input",
        "govukInput",
        autocomplete="username",
        autocapitalize="none",
        spellcheck=False,
        attributes=LEFT_TO_RIGHT,
    )


class ReferenceField(TextField):
    """A code in Latin letters and digits: service number, budget code, URL of a source."""

    widget = Widget(
        "input",
        "govukInput",
        autocomplete="off",
        spellcheck=False,
        attributes=LEFT_TO_RIGHT,
    )

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the input with Western digits."""
        super().process_formdata([western_digits(str(value)) for value in valuelist])


class SearchField(TextField):
    """Words to look for."""

    widget = Widget("input", "govukInput", type="search", spellcheck=False)


class PasswordField(wtf.StringField):
    """A password: taken as typed, never shown again."""

    widget = Widget(
        "input",
        "govukInput",
        type="password",
        autocomplete="current-password",
        attributes=LEFT_TO_RIGHT,
    )

    def _value(self) -> str:
        return ""


class HiddenField(wtf.HiddenField):
    """A hidden value."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the value without NUL characters, which PostgreSQL cannot store."""
        if valuelist:
            self.data = str(valuelist[0]).replace("\x00", "")


def version_of(field: HiddenField) -> int:
    """Return the record version in a form; -1 if it was tampered with."""
    text = str(field.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1


class KeyField(HiddenField):
    """An idempotency key: a form sent twice acts once. Each newly opened form has its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=new_token, **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the key; reject and replace a malformed one, and one under which something else was made."""
        super().process_formdata(valuelist)
        if g.get("is_key_spent"):
            self.data = new_token()
            raise ValueError(
                _("This form had arrived before, with other content, and was carried out. Send it again to do this too")
            )
        if not is_token(self.data or ""):
            self.data = new_token()
            raise ValueError(_("The form was damaged in transmission. Nothing was saved: check it and send it again"))


class _TypedField(Field):
    """A text input for a parsed value; keeps the input also if parsing failed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.typed: str | None = None
        super().__init__(*args, **kwargs)

    def read(self, text: str) -> object:
        """Parse ``text``. Raises ValueError with the message for the user."""
        raise NotImplementedError

    def written(self) -> str:
        """Return the value as text."""
        return str(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Parse the value; empty input is None."""
        if not valuelist:
            return
        self.typed = str(valuelist[0]).strip()
        self.data = None
        if self.typed:
            self.data = self.read(self.typed)

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else self.written()


class IntegerField(_TypedField):
    """A non-negative integer, in Western or Eastern digits."""

    widget = Widget(
        "input",
        "govukInput",
        inputmode="numeric",
        spellcheck=False,
        classes="govuk-input--width-5",
        attributes=LEFT_TO_RIGHT,
    )

    def read(self, text: str) -> int:
        """Return the number, at most nine digits to fit a database integer."""
        digits = western_digits(text).replace(",", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
            raise ValueError(_("Enter a whole number, such as 24"))
        return int(digits)


class MoneyField(_TypedField):
    """An amount in pounds; the data are whole pence."""

    widget = Widget(
        "input",
        "govukInput",
        inputmode="decimal",
        spellcheck=False,
        classes="govuk-input--width-10",
        prefix={"text": "£"},
        inputWrapper={"attributes": LEFT_TO_RIGHT},
        attributes=LEFT_TO_RIGHT,
    )

    def read(self, text: str) -> int:
        """Return the amount in pence."""
        try:
            return parse_amount(text)
        except ValueError as unreadable:
            raise ValueError(_("Enter an amount in pounds, such as 1,250.50")) from unreadable

    def written(self) -> str:
        """Return the pence as pounds without a sign."""
        return plain_amount(self.data)


class AmountField(MoneyField):
    """An amount in a currency chosen beside it; the data are hundredths of a unit."""

    def name_currency(self, currency: Currency) -> None:
        """Name the currency in the message about an unreadable amount."""
        if self.process_errors and currency is not Currency.GBP:
            example = format_amount(1_250 * 10**currency.digits, currency)
            self.errors = [_("Enter an amount in this currency, such as %(example)s", example=example)]

    widget = Widget(
        "input",
        "govukInput",
        inputmode="decimal",
        spellcheck=False,
        classes="govuk-input--width-10",
        attributes=LEFT_TO_RIGHT,
    )


class RateField(_TypedField):
    """An exchange rate; the data are millionths."""

    widget = AmountField.widget

    def read(self, text: str) -> int:
        """Return the rate in millionths."""
        try:
            return parse_rate(text)
        except ValueError as unreadable:
            raise ValueError(_("Enter a rate, such as 1.27 or 1,664.50")) from unreadable

    def written(self) -> str:
        """Return the rate as typed."""
        return format_rate(self.data)


class FileField(Field):
    """A file; the data are the upload, or None. Browsers do not show it again, so an upload is kept."""

    widget = Widget("file-upload", "govukFileUpload")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the upload; an empty input sends one without a name. Above the daily limit none is taken."""
        self.data = next((value for value in valuelist if getattr(value, "filename", "")), None)
        if self.data and (refusal := g.get("upload_refusal")):
            self.data = None
            raise ValueError(refusal)

    def _value(self) -> str:
        return ""


class DateField(Field):
    """A date in three boxes, in Western or Eastern digits."""

    widget = DateWidget("date-input", "govukDateInput")
    years: ClassVar = range(1900, 2101)
    asked: ClassVar[tuple[str, ...]] = ("day", "month", "year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.parts = dict.fromkeys(self.asked, "")
        super().__init__(*args, **kwargs)

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Read the boxes, whose names differ from the field's."""
        super().process(None, *args, **kwargs)
        if self.data:
            self.parts = {part: str(getattr(self.data, part)) for part in self.asked}
        if formdata:
            self.parts = {part: formdata.get(f"{self.name}-{part}", "").strip()[:10] for part in self.parts}
            self.data = self._read()

    def _read(self) -> dt.date | None:
        missing = [part for part, typed in self.parts.items() if not typed]
        if len(missing) == len(self.parts):
            return None
        if missing:
            self.process_errors = [_missing_part(missing[0])]
            return None
        return self._real_date()

    def _real_date(self) -> dt.date | None:
        numbers = {part: western_digits(typed) for part, typed in self.parts.items()}
        if all(number.isascii() and number.isdigit() for number in numbers.values()):
            try:
                day = dt.date(int(numbers["year"]), int(numbers["month"]), int(numbers.get("day", 1)))
            except (ValueError, OverflowError):
                pass
            else:
                if day.year in self.years:
                    return day
        self.process_errors = [self.unreal()]
        return None

    def unreal(self) -> str:
        """Return the message for an impossible date."""
        return str(_("Enter a real date, such as 27 3 2027"))


class MonthField(DateField):
    """A month in two boxes; the data are its first day."""

    asked = ("month", "year")

    def unreal(self) -> str:
        """Return the message for an impossible month."""
        return str(_("Enter a real month, such as 3 2027"))


def _missing_part(part: str) -> str:
    messages: dict[str, str] = {
        "day": _("The date must have a day"),
        "month": _("The date must have a month"),
        "year": _("The date must have a year"),
    }
    return messages[part]


class SelectField(Field):
    """A drop-down; the data are the chosen value, or None. The view sets ``choices``."""

    widget: Widget = SelectWidget("select", "govukSelect")

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        choices: Sequence[Choice] = (),
        blank: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Set the choices and the text of the empty one."""
        super().__init__(label, validators, **kwargs)
        self.choices = list(choices)
        self.blank = blank

    def holds(self, value: str) -> bool:
        """Return whether ``value`` is chosen."""
        return bool(self.data == value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the chosen value."""
        self.data = str(valuelist[0]) if valuelist and valuelist[0] else None

    def pre_validate(self, _form: AnyForm) -> None:
        """Reject a value that was not offered."""
        if self.data is not None and self.data not in {choice.value for choice in self.choices}:
            raise StopValidation(_("Choose one of the answers in the list"))


class RadioField(SelectField):
    """Radio buttons."""

    widget = ChoicesWidget("radios", "govukRadios")


_LONGEST_ID = 64


class CheckboxesField(SelectField):
    """Checkboxes; the data are the list of chosen values."""

    widget = ChoicesWidget("checkboxes", "govukCheckboxes")

    def holds(self, value: str) -> bool:
        """Return whether ``value`` is among the chosen."""
        return value in (self.data or ())

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the chosen values, each once."""
        self.data = list(dict.fromkeys(map(str, valuelist)))

    def pre_validate(self, _form: AnyForm) -> None:
        """Reject a value that was not offered; those that were stay chosen."""
        offered = {choice.value for choice in self.choices}
        chosen, self.data = self.data or [], [value for value in self.data or [] if value in offered]
        if len(chosen) > len(self.data):
            raise StopValidation(_("Choose from the answers in the list"))


class RowsField(CheckboxesField):
    """The ticked rows of a list; the data are their public ids. The view sets ``most``, the rows on a page of the list.

    A row that is there no more is not an error here: the use case reports it like the others.
    """

    most = 0

    def pre_validate(self, _form: AnyForm) -> None:
        """Reject more than a page of the list could have shown, and what cannot be the id of a row."""
        chosen = self.data or []
        if len(chosen) > self.most or any(len(value) > _LONGEST_ID for value in chosen):
            self.data = []
            raise StopValidation(_("More was chosen than the list shows. Nothing was done: choose again"))


class TickField(Field):
    """One checkbox; the data are True or False."""

    widget = TickWidget("checkboxes", "govukCheckboxes")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take whether the box was ticked."""
        self.data = bool(valuelist)
