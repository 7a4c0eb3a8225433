"""Validators with messages in three languages."""

import re
from collections.abc import Callable

from flask_babel import gettext as _
from wtforms import Field, Form
from wtforms.validators import StopValidation, ValidationError


class Validator:
    """A validator, with the flags it sets on its field."""

    def __init__(self, ask: Callable[[Field], None], **flags: bool) -> None:
        self._ask = ask
        self.field_flags = flags

    def __call__(self, _form: Form, field: Field) -> None:
        """Validate; raises ValidationError with the message, or StopValidation to skip the rest."""
        self._ask(field)


def required(message: str | None = None) -> Validator:
    """Reject an empty answer. Input that could not be parsed keeps its own message."""

    def ask(field: Field) -> None:
        if field.process_errors:
            raise StopValidation
        if _is_empty(field):
            raise StopValidation(message or _("Fill in: %(label)s", label=field.label.text))

    return Validator(ask, required=True)


def choose_one(message: str | None = None) -> Validator:
    """Reject a missing choice."""

    def ask(field: Field) -> None:
        if _is_empty(field):
            raise StopValidation(message or _("Choose an answer: %(label)s", label=field.label.text))

    return Validator(ask, required=True)


def may_be_empty() -> Validator:
    """Mark the field as optional and skip the following validators if it is empty."""

    def ask(field: Field) -> None:
        if field.process_errors or _is_empty(field):
            raise StopValidation

    return Validator(ask, may_be_empty=True)


def longest(characters: int) -> Validator:
    """Reject text longer than `most` characters."""

    def ask(field: Field) -> None:
        if len(field.data or "") > characters:
            raise ValidationError(_("Use %(most)s characters or fewer", most=characters))

    return Validator(ask)


def written_like(pattern: re.Pattern[str], message: str) -> Validator:
    """Reject text that does not match ``pattern``."""

    def ask(field: Field) -> None:
        if not pattern.fullmatch(field.data or ""):
            raise ValidationError(str(message))

    return Validator(ask)


def between(least: int, most: int) -> Validator:
    """Reject an integer outside the inclusive limits."""

    def ask(field: Field) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(_("Enter a number from %(least)s to %(most)s", least=least, most=most))

    return Validator(ask)


def more_than_nothing() -> Validator:
    """Reject an amount of zero."""

    def ask(field: Field) -> None:
        if field.data == 0:
            raise ValidationError(_("Enter more than £0.00"))

    return Validator(ask)


def _is_empty(field: Field) -> bool:
    # Not "falsy": nought is an answer.
    return field.data is None or field.data is False or field.data in ("", [])
