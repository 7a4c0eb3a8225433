"""Choose for whom cards are made, and use a card."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from training.forms.common.base import BaseForm
from training.forms.common.checks import longest, required
from training.forms.common.fields import PasswordField, RowsField, TextField, UsernameField
from training.forms.common.widgets import LEFT_TO_RIGHT, Widget
from training.kit import card_codes


class CardsForm(BaseForm):
    """The people of a list, or the nominees of a roster, for whom cards are made."""

    chosen = RowsField(_l("People"), [required(_l("Choose at least one person"))])

    @property
    def ids(self) -> list[str]:
        """The public ids chosen, each once."""
        return list(dict.fromkeys(self.chosen.data or ()))


class CardCodeField(TextField):
    """The code of a card; no page writes it again, so that it stands on paper alone."""

    widget = Widget(
        "input",
        "govukInput",
        inputmode="numeric",
        autocomplete="off",
        spellcheck=False,
        classes="govuk-input--width-20",
        attributes=LEFT_TO_RIGHT,
    )

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take the code without spaces and dashes, in Western digits; refuse one with a wrong or missing digit."""
        super().process_formdata(valuelist)
        if self.data:
            typed, self.data = self.data, None
            try:
                self.data = card_codes.read(typed)
            except ValueError as error:
                raise ValueError(
                    _(
                        "A digit is missing or wrong: enter the %(number)s digits of the code that stands on the card",
                        number=card_codes.LENGTH,
                    )
                ) from error

    def _value(self) -> str:
        return ""


class CardForm(BaseForm):
    """The username and the code of a card."""

    username = UsernameField(_l("Username"), [required(_l("Enter the username that stands on the card")), longest(254)])
    code = CardCodeField(
        _l("Code"),
        [required(_l("Enter the code that stands on the card"))],
        description=_l("Twelve digits in groups of four. The digits of any keyboard will do"),
    )


class CardPasswordForm(BaseForm):
    """The password chosen with a card."""

    password = PasswordField(
        _l("Password"),
        [required(_l("Choose a password")), longest(128)],
        description=_l(
            "At least 15 characters; three or four words that have nothing to do with each other or with you"
        ),
        render_kw={"autocomplete": "new-password"},
    )
