"""The base of every form."""

from typing import NamedTuple

from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.fields import HiddenField


class FormError(NamedTuple):
    """One line of the error summary; ``href`` leads to the input at fault and is None where there is none in sight."""

    text: str
    href: str | None


def _address(field: Field) -> str | None:
    return None if isinstance(field, HiddenField) else f"#{field.id}"


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A form that can be refused after its own checks passed, and can list everything that is wrong with it."""

    class Meta:
        """Settings that WTForms and our widgets read."""

        says_optional = True

    def refuse(self, message: str, field: str | None = None) -> None:
        """Add an error to the named field, or to the form as a whole; both show in the error summary."""
        if field is None:
            self.form_errors.append(message)
        else:
            self[field].errors = [*self[field].errors, message]

    @property
    def field_errors(self) -> list[FormError]:
        """Every error: those of the whole form first, then the fields' in the order in which they stand."""
        whole = [FormError(str(text), None) for text in self.form_errors]
        return whole + [FormError(str(text), _address(field)) for field in self for text in field.errors]

    @property
    def shown_fields(self) -> list[Field]:
        """The fields that a person sees: all but the hidden ones, which ``hidden_tag()`` writes."""
        return [field for field in self if not isinstance(field, HiddenField)]


class FilterForm(BaseForm):
    """A form that only narrows a list: it changes nothing, so it may stand in an address and carries no token.

    Everything in it may be left empty, so no label says so. Give it the request's arguments:
    ``CourseFilter(request.args)``.
    """

    class Meta:
        """Settings that WTForms and our widgets read."""

        csrf = False
        says_optional = False
