"""The base of every form."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.fields import HiddenField

from training.forms.common.fields import KeyField


class FormError(NamedTuple):
    """One line of the error summary; ``href`` links to the invalid input, None if it is hidden."""

    text: str
    href: str | None


def _address(field: Field) -> str | None:
    return None if isinstance(field, HiddenField) else f"#{field.id}"


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A form that can also be refused by a use case, and lists all its errors.

    Its key makes a form that was sent twice one request (``web.common.sending``).
    """

    key = KeyField()

    class Meta:
        """Settings for WTForms and our widgets."""

        says_optional = True
        blank = _l("Choose")
        """The empty choice of a drop-down that has no text of its own for it."""

    def refuse(self, message: str, field: str | None = None) -> None:
        """Add ``message`` to ``field``, or to the form as a whole; both appear in the error summary."""
        if field is None:
            self.form_errors.append(message)
        else:
            self[field].errors = [*self[field].errors, message]

    @property
    def field_errors(self) -> list[FormError]:
        """All errors: those of the whole form first, then those of the fields in order."""
        whole = [FormError(str(text), None) for text in self.form_errors]
        return whole + [FormError(str(text), _address(field)) for field in self for text in field.errors]

    @property
    def shown_fields(self) -> list[Field]:
        """The visible fields; ``hidden_tag()`` writes the others."""
        return [field for field in self if not isinstance(field, HiddenField)]


class FilterForm(BaseForm):
    """A form that filters a list: it changes nothing, so it may stand in an address and has no token.

    Every field is optional, so no label says so. Give it the request's arguments:
    ``CourseFilter(request.args)``.
    """

    key = None  # type: ignore[assignment]  # WTForms takes a field away by this

    class Meta:
        """Settings for WTForms and our widgets."""

        csrf = False
        says_optional = False
        blank = _l("All")
