"""The fields of our forms.

They keep what was typed when a form is shown again, and have messages of their own: the libraries' exist in English
and Arabic but not in Central Kurdish. ``render_kw`` holds parameters of the design system's macro, see ``widgets``.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, ClassVar

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


class TextField(wtf.StringField):
    """One line of text, without the spaces round it."""

    widget = Widget("input", "govukInput")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was typed; a NUL character is dropped because PostgreSQL cannot store it."""
        if valuelist:
            self.data = str(valuelist[0]).replace("\x00", "").strip()


_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class NameField(TextField):
    """What a person is called, or their rank or unit: text that may stand anywhere among other text."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was typed without marks of direction: unseen, they would turn round what stands beside the name."""
        super().process_formdata([_DIRECTION.sub("", str(value)) for value in valuelist])


class TextAreaField(TextField):
    """Text of several lines."""

    widget = Widget("textarea", "govukTextarea", rows=5)


class EmailField(TextField):
    """An e-mail address; whether it is a true one only a message to it can tell."""

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


class UsernameField(TextField):
    """The name with which a person signs in."""

    widget = Widget(
        "input",
        "govukInput",
        autocomplete="username",
        autocapitalize="none",
        spellcheck=False,
        attributes=LEFT_TO_RIGHT,
    )


class ReferenceField(TextField):
    """A code or number in Latin letters and digits: service number, budget code, address of a source."""

    widget = Widget(
        "input",
        "govukInput",
        autocomplete="off",
        spellcheck=False,
        attributes=LEFT_TO_RIGHT,
    )

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what was typed, with Western digits."""
        super().process_formdata([western_digits(str(value)) for value in valuelist])


class SearchField(TextField):
    """Words to look for."""

    widget = Widget("input", "govukInput", type="search", spellcheck=False)


class PasswordField(wtf.StringField):
    """A secret: taken exactly as typed, and never shown again."""

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
    """A value that the page carries and nobody sees."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take what the page carried; a NUL character is dropped because PostgreSQL cannot store it."""
        if valuelist:
            self.data = str(valuelist[0]).replace("\x00", "")


def version_of(field: HiddenField) -> int:
    """Return the version of a record that a form carries; -1 where it was tampered with."""
    text = str(field.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1


class KeyField(HiddenField):
    """The key of a form: by it, a form that was sent twice is one act. Each form that is opened has a new one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=new_token, **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the key; the form is refused with one that we did not make, and has a new one when it is sent again."""
        super().process_formdata(valuelist)
        if not is_token(self.data or ""):
            self.data = new_token()
            raise ValueError(_("The form was damaged on its way. Nothing was saved: check it and send it again"))


class _TypedField(Field):
    """A line of text that stands for a value; shows again what was typed, also where it could not be understood."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.typed: str | None = None
        super().__init__(*args, **kwargs)

    def read(self, text: str) -> object:
        """Return the value of ``text``, or raise ValueError with the message for the person."""
        raise NotImplementedError

    def written(self) -> str:
        """Return the field's value as text."""
        return str(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the value; no text at all is None."""
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
    """A whole number of none or more, in Western or Eastern digits."""

    widget = Widget(
        "input",
        "govukInput",
        inputmode="numeric",
        spellcheck=False,
        classes="govuk-input--width-5",
        attributes=LEFT_TO_RIGHT,
    )

    def read(self, text: str) -> int:
        """Return the number; at most nine digits, which fits every database's integer."""
        digits = western_digits(text).replace(",", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
            raise ValueError(_("Enter a whole number, such as 24"))
        return int(digits)


class MoneyField(_TypedField):
    """An amount in pounds as people type it; its data are whole pence."""

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
        """Return the pence as pounds without signs."""
        return plain_amount(self.data)


class AmountField(MoneyField):
    """An amount whose currency the form asks for beside it; its data are hundredths of a unit."""

    def name_currency(self, currency: Currency) -> None:
        """Let the message about an amount that could not be read name its currency."""
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
    """An exchange rate; its data are millionths."""

    widget = AmountField.widget

    def read(self, text: str) -> int:
        """Return the rate in millionths."""
        try:
            return parse_rate(text)
        except ValueError as unreadable:
            raise ValueError(_("Enter a rate, such as 1.27 or 1,664.50")) from unreadable

    def written(self) -> str:
        """Return the rate as it is typed."""
        return format_rate(self.data)


class FileField(Field):
    """A file; the data are what was uploaded, or None. A browser never shows it again, so what arrived is kept."""

    widget = Widget("file-upload", "govukFileUpload")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the upload; an empty file input sends one without a name."""
        self.data = next((value for value in valuelist if getattr(value, "filename", "")), None)

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
        """Read the boxes; they have names of their own, so the base class finds none under the field's."""
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
        """Return the message for a date that no calendar has."""
        return str(_("Enter a real date, such as 27 3 2027"))


class MonthField(DateField):
    """A month in two boxes; its data are its first day."""

    asked = ("month", "year")

    def unreal(self) -> str:
        """Return the message for a month that no calendar has."""
        return str(_("Enter a real month, such as 3 2027"))


def _missing_part(part: str) -> str:
    messages: dict[str, str] = {
        "day": _("The date must have a day"),
        "month": _("The date must have a month"),
        "year": _("The date must have a year"),
    }
    return messages[part]


class SelectField(Field):
    """One answer from a list; the data are its value, or None. The view may set ``choices``."""

    widget: Widget = SelectWidget("select", "govukSelect")

    def __init__(
        self,
        label: str | None = None,
        validators: list[Any] | None = None,
        choices: Sequence[Choice] = (),
        blank: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Take the choices and the text of the empty one."""
        super().__init__(label, validators, **kwargs)
        self.choices = list(choices)
        self.blank = blank

    def holds(self, value: str) -> bool:
        """Return whether ``value`` is chosen."""
        return bool(self.data == value)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the value that was chosen."""
        self.data = str(valuelist[0]) if valuelist and valuelist[0] else None

    def pre_validate(self, _form: AnyForm) -> None:
        """Refuse a value that was not offered."""
        if self.data is not None and self.data not in {choice.value for choice in self.choices}:
            raise StopValidation(_("Choose one of the answers in the list"))


class RadioField(SelectField):
    """One answer out of a few that are all in sight."""

    widget = ChoicesWidget("radios", "govukRadios")


class CheckboxesField(SelectField):
    """Any number of answers; the data are the list of their values."""

    widget = ChoicesWidget("checkboxes", "govukCheckboxes")

    def holds(self, value: str) -> bool:
        """Return whether ``value`` is among the chosen."""
        return value in (self.data or ())

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the values that were chosen."""
        self.data = [str(value) for value in valuelist]

    def pre_validate(self, _form: AnyForm) -> None:
        """Refuse a value that was not offered."""
        if not set(self.data or ()) <= {choice.value for choice in self.choices}:
            raise StopValidation(_("Choose from the answers in the list"))


class TickField(Field):
    """A statement that is ticked or not; the data are True or False."""

    widget = TickWidget("checkboxes", "govukCheckboxes")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take whether it was ticked."""
        self.data = bool(valuelist)
