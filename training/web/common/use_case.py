"""How a view takes a step: one transaction, and in words what a rule has against it."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash

from training.domain.common.refusals import Refusal
from training.forms.common.base import BaseForm
from training.kit.db import transaction
from training.web.common.labels import refuse, words_for


class UseCaseResult:
    """One try at something: true once all of it was committed, false until then and when a rule refused it."""

    is_taken = False

    def __bool__(self) -> bool:
        """Say whether the view may go on as if it had happened."""
        return self.is_taken


@contextmanager
def attempt(form: BaseForm | None = None) -> Iterator[UseCaseResult]:
    """Do what stands in the block in a transaction of its own: all of it, or nothing where a rule refuses.

    A refusal ends the block and goes no further: its words stand on the form, which keeps what was typed, or, where
    no form is shown again, in a banner on the next page. So ask the step whether it was taken before saying so.
    Whatever else is raised, by ``transaction()`` too, rolls back and is passed on.
    """
    step = UseCaseResult()
    try:
        with transaction():
            yield step
    except Refusal as refusal:
        if form is None:
            flash(words_for(refusal), "important")
        else:
            refuse(form, refusal)
    else:
        step.is_taken = True
