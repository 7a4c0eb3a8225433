"""Widgets: render fields with the design system's macros, with all texts translated by us.

A widget renders the whole group of its field: label, hint, error, input. The first input has the field's id, so that
the error summary can link to it. Keyword arguments (``{{ form.name(classes="govuk-input--width-10") }}``) are
parameters of the macro: ``classes``, ``autocomplete``, ``inputmode``, ``attributes`` …
"""

import json
from functools import lru_cache
from typing import Any, NamedTuple

from flask_babel import gettext as _
from jinja2 import Environment, PackageLoader, PrefixLoader
from markupsafe import Markup
from wtforms import Field

LEFT_TO_RIGHT = {"dir": "ltr"}
"""For what is written in Latin letters and digits: otherwise a right-to-left page shows ``sara@`` as ``@sara``."""

_MACROS = Environment(
    loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Choice(NamedTuple):
    """One choice: its value, text and hint. The text may be markup that marks the direction or language of a name."""

    value: str
    text: str | Markup
    hint: str = ""


def _drawn(path: str, name: str, parameters: str) -> Markup:
    """Render a macro with parameters given as JSON."""
    macro = getattr(_MACROS.get_template(path).module, name)
    return Markup(macro(json.loads(parameters)))  # noqa: S704  # the macro escapes every value


_drawn_once = lru_cache(maxsize=256)(_drawn)


class Widget:
    """Renders a field with one of the design system's macros."""

    def __init__(self, component: str, macro: str, **fixed: Any) -> None:
        """Set the macro's name and the parameters that all fields of this kind share."""
        self._path = f"govuk_frontend_jinja/components/{component}/macro.html"
        self._macro = macro
        self._fixed = fixed

    def __call__(self, field: Field, **extra: Any) -> Markup:
        """Render the field's group; ``extra`` are parameters of the macro."""
        parameters = {**self._common(field), **self._fixed, **self.own(field), **extra}
        # An empty field looks the same to all who read one language. What somebody typed is not kept.
        draw = _drawn if field.data or field.errors else _drawn_once
        return draw(self._path, self._macro, json.dumps(parameters, default=str))

    def own(self, field: Any) -> dict[str, Any]:
        """Return the parameters with the field's data."""
        return {"value": field._value()}

    def hint_of(self, field: Field) -> str:
        """Return the hint between label and input."""
        return field.description

    def _common(self, field: Field) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "id": field.id,
            "name": field.name,
            "label": {"text": label_of(field)},
        }
        if hint := self.hint_of(field):
            parameters["hint"] = {"text": hint}
        if field.errors:
            parameters["errorMessage"] = {
                "text": field.errors[0],
                "visuallyHiddenText": _("Error"),
            }
        return parameters


class SelectWidget(Widget):
    """A drop-down that begins with an empty choice, so that nothing is chosen by accident."""

    def own(self, field: Any) -> dict[str, Any]:
        """Return the choices as options."""
        options = [_option(choice, is_selected=field.holds(choice.value)) for choice in field.choices]
        return {
            "items": [
                {
                    "value": "",
                    "text": field.blank or field.meta.blank,
                    "selected": not field.data,
                },
                *options,
            ]
        }


class ChoicesWidget(Widget):
    """Radios or checkboxes, as a group with a legend."""

    def own(self, field: Any) -> dict[str, Any]:
        """Return the choices as items."""
        return {
            "idPrefix": field.id,
            "fieldset": {"legend": {"text": label_of(field)}},
            "items": [_item(choice, checked=field.holds(choice.value)) for choice in field.choices],
        }


class TickWidget(Widget):
    """One checkbox with the field's label and hint."""

    def hint_of(self, field: Field) -> str:  # noqa: ARG002
        """Return nothing: the hint stands beside the box."""
        return ""

    def own(self, field: Any) -> dict[str, Any]:
        """Return the one item."""
        return {
            "idPrefix": field.id,
            "items": [_item(Choice("yes", label_of(field), field.description), checked=bool(field.data))],
        }


class DateWidget(Widget):
    """Inputs for day, month and year, or month and year."""

    def own(self, field: Any) -> dict[str, Any]:
        """Return the inputs with their values."""
        labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
        return {
            "id": f"{field.id}-group",
            "fieldset": {"legend": {"text": label_of(field)}},
            "items": [
                {
                    "id": field.id if part == next(iter(field.parts)) else f"{field.id}-{part}",
                    "name": f"{field.name}-{part}",
                    "label": labels[part],
                    "value": typed,
                    "classes": f"govuk-input--width-{4 if part == 'year' else 2}{_error_class(field)}",
                    "attributes": LEFT_TO_RIGHT,
                }
                for part, typed in field.parts.items()
            ],
        }


def label_of(field: Field) -> str:
    """Return the field's label, marked as optional where the form says so."""
    label = str(field.label.text)
    is_said = field.flags.may_be_empty and field.meta.says_optional
    return str(_("%(label)s (optional)", label=label)) if is_said else label


def _option(choice: Choice, *, is_selected: bool) -> dict[str, Any]:
    """Return one option of a drop-down. Options hold no markup, so a language moves to its attribute."""
    option = {"value": choice.value, "text": _plain(choice.text), "selected": is_selected}
    if not isinstance(choice.text, Markup):
        return option
    is_english = 'lang="en"' in choice.text
    return option | {"attributes": {"lang": "en", "dir": "ltr"} if is_english else {"dir": "auto"}}


def _plain(text: str | Markup) -> str:
    return text.striptags() if isinstance(text, Markup) else text


def _item(choice: Choice, *, checked: bool) -> dict[str, Any]:
    item: dict[str, Any] = {
        "value": choice.value,
        "html" if isinstance(choice.text, Markup) else "text": choice.text,
        "checked": checked,
    }
    return item | ({"hint": {"text": choice.hint}} if choice.hint else {})


def _error_class(field: Field) -> str:
    return " govuk-input--error" if field.errors else ""
