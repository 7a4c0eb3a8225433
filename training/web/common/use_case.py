"""Run a use case in one transaction, and show its refusal."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash

from training.domain.common.refusals import Refusal
from training.forms.common.base import BaseForm
from training.kit.db import transaction
from training.web.common.labels import refuse, words_for
from training.web.common.sending import take_back


class UseCaseResult:
    """The outcome of a use case: true once it is committed, false before that and when it was refused."""

    is_taken = False

    def __bool__(self) -> bool:
        """Return whether the use case was committed."""
        return self.is_taken


@contextmanager
def attempt(form: BaseForm | None = None, *, asks: type[Refusal] | tuple[()] = ()) -> Iterator[UseCaseResult]:
    """Run the block in a transaction of its own.

    A Refusal rolls back and is shown on ``form``, which keeps what was typed, or flashed if there is none; check the
    returned outcome. One of the kind ``asks`` is raised instead: the view asks the user. Any other exception, including
    those of ``transaction()``, rolls back and is raised.
    """
    step = UseCaseResult()
    try:
        with transaction():
            yield step
    except Refusal as refusal:
        take_back()
        if isinstance(refusal, asks):
            raise
        if form is None:
            flash(words_for(refusal), "important")
        else:
            refuse(form, refusal)
    else:
        step.is_taken = True
