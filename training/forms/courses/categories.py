"""What the forms of costs share: each error names the category at whose input it stands."""

from collections.abc import Mapping

from flask_babel import gettext as _
from wtforms import Field

from training.forms.common.base import BaseForm
from training.models.finance.programmes import LineCategory


class CategoriesForm(BaseForm):
    """A form with inputs for each category of cost."""

    names: Mapping[LineCategory, str]

    def name_categories(self, names: Mapping[LineCategory, str]) -> None:
        """Set the words for the categories, before the form is validated."""
        self.names = names

    def name_errors(self, category: LineCategory, *fields: Field) -> None:
        """Begin every error of the inputs of a category with its name."""
        for field in fields:
            field.errors = [
                _("%(category)s: %(problem)s", category=self.names[category], problem=error) for error in field.errors
            ]
