"""Count and audit the people that pages and files show; audit denials and failed sign-ins (ADR 28).

Whatever names a person goes through the filters of ``filters`` or through ``shown``, so that no page can forget it.
"""

import logging
from collections.abc import Callable, Collection

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import gettext as _

from training.domain.common.refusals import Refusal
from training.domain.identity import reading, refused
from training.domain.identity.audit import Subject
from training.domain.identity.reading import ExportEvent, Reading
from training.domain.identity.refused import Refused
from training.kit.clock import now, today
from training.kit.db import transaction
from training.kit.ids import is_public_id
from training.kit.outages import outage_of
from training.models.identity.reading import ReadEvent, RefusedEvent
from training.web.common import shown
from training.web.common.guard import SignedIn, actor, declaration_of, known_reader
from training.web.common.labels import words_for
from training.web.common.logs import reference

log = logging.getLogger("training.reading")

_DENIED = {403: RefusedEvent.PERMISSION_DENIED, 404: RefusedEvent.RECORD_DENIED}
_OF_RECORDS = {"Cohort": ReadEvent.COHORT, "NominationBatch": ReadEvent.FILE, "ClearanceBatch": ReadEvent.FILE}
_FIRST_REDIRECT = 300


def note_file(event: ExportEvent, people: Collection[str]) -> None:
    """Count and audit a file of people, in the transaction of the caller. Raises as ``reading.note``.

    A file that cannot be recorded is not sent.
    """
    g.is_read_noted = True
    reading.note(Reading(event, people, _record()), actor(), today())


def note_people(event: ReadEvent, people: Collection[str]) -> None:
    """Count and audit whom the answer names, in the transaction of the caller. Raises as ``reading.note``.

    For an answer that cannot be given twice: it is refused before anything is made.
    """
    g.is_read_noted = True
    reading.note(Reading(event, people, _record()), actor(), today())


def note_failed_sign_in(username: str) -> None:
    """Say that a sign-in as ``username`` was refused; it is recorded before the answer is sent."""
    g.failed_sign_in = username


def _finish(response: Response) -> Response:
    """Count the people of a page before it is sent, and record a refusal; a page over the limit is not sent."""
    reader = known_reader()
    if response.status_code in _DENIED and request.url_rule is not None:
        _note_refusal(_DENIED[response.status_code], reader)
    elif "failed_sign_in" in g:
        _note_refusal(RefusedEvent.SIGN_IN_FAILED, None)
    elif reader and response.status_code < _FIRST_REDIRECT and not g.get("is_read_noted"):
        return _note_page(response, reader)
    return response


def _note_page(response: Response, reader: SignedIn) -> Response:
    people = shown.people(but=reader.actor.person_id)
    if not people:
        return response
    read = Reading(_event(), people, _record() or Subject("User", reader.public_id))
    try:
        _write(lambda: reading.note(read, reader.actor, today()), len(people))
    except Refusal as refusal:
        _note_refusal(RefusedEvent.READING_STOPPED, reader)
        heading = _("You have reached the limit of today")
        page = render_template(
            "common/errors/error.html", heading=heading, explanation=words_for(refusal), reference=reference()
        )
        return make_response(page, 429)
    return response


def _note_refusal(event: RefusedEvent, reader: SignedIn | None) -> None:
    def note() -> None:
        is_sign_in = event is RefusedEvent.SIGN_IN_FAILED
        about = refused.account_named(g.failed_sign_in) if is_sign_in else _record()
        by = reader.actor.user_id if reader else None
        refused.note(Refused(event, str(request.endpoint), request.remote_addr or "", by, about), now())

    _write(note, 0)


def _write(note: Callable[[], None], people: int) -> None:
    """Write in a short transaction. No page fails because nothing can be written: the log keeps it then."""
    try:
        with transaction(is_brief=True):
            note()
    except Exception as error:
        if outage_of(error) is None:
            raise
        reader = known_reader()
        who = reader.public_id if reader else "nobody"
        log.warning("not recorded: %s by %s, %s people, %s", request.endpoint, who, people, reference())


def _event() -> ReadEvent:
    """Return the kind of the page, by what its address stands for."""
    declaration = declaration_of(current_app, str(request.endpoint))
    if declaration is not None and declaration.on is not None:
        return _OF_RECORDS.get(declaration.on.__name__, ReadEvent.RECORD)
    return ReadEvent.SEARCH if request.method == "POST" else ReadEvent.LIST


def _record() -> Subject | None:
    """Return the record that the address names; None if it names none, or nothing that could be one."""
    declaration = declaration_of(current_app, str(request.endpoint))
    public_id = str((request.view_args or {}).get("public_id", ""))
    if declaration is None or declaration.on is None or not is_public_id(public_id):
        return None
    return Subject(declaration.on.__name__, public_id)


def init_app(app: Flask) -> None:
    """Look at each response before it is sent."""
    app.after_request(_finish)
