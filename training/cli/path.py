"""``flask nominations path``: the path of a nomination as a table and a diagram."""

from collections.abc import Iterator

import click
from flask.cli import AppGroup

from training.domain.admissions.nomination_path import PATH, NominationEvent
from training.models.admissions.nominations import NominationState
from training.policy.matrix import MATRIX, Permission

nominations = AppGroup("nominations", help="Nominations.")

# The permission for each step; None: the step follows from another.
_PERMISSIONS: dict[NominationEvent, Permission | None] = {
    NominationEvent.NOMINATE: Permission.NOMINATE,
    NominationEvent.SHORTLIST: Permission.SELECT_NOMINEES,
    NominationEvent.SEND: Permission.SELECT_NOMINEES,
    NominationEvent.CLEAR: Permission.VET,
    NominationEvent.REUSE: None,
    NominationEvent.NOT_CLEAR: Permission.VET,
    NominationEvent.CONFIRM: Permission.SELECT_NOMINEES,
    NominationEvent.WAIT: Permission.SELECT_NOMINEES,
    NominationEvent.PROMOTE: None,
    NominationEvent.TURN_DOWN: Permission.SELECT_NOMINEES,
    NominationEvent.WITHDRAW: Permission.WITHDRAW_NOMINATION,
    NominationEvent.SET_ASIDE: Permission.EDIT_PERSON,
}
_WHAT = {
    NominationEvent.NOMINATE: "nominate",
    NominationEvent.SHORTLIST: "shortlist",
    NominationEvent.SEND: "send to vetting",
    NominationEvent.CLEAR: "record a clearance",
    NominationEvent.REUSE: "reuse a clearance",
    NominationEvent.NOT_CLEAR: "record a refusal",
    NominationEvent.CONFIRM: "confirm the seat",
    NominationEvent.WAIT: "put on the waiting list",
    NominationEvent.PROMOTE: "a seat becomes free",
    NominationEvent.TURN_DOWN: "turn down",
    NominationEvent.WITHDRAW: "withdraw",
    NominationEvent.SET_ASIDE: "deactivate the record",
}
_NOTES = """\
- Nobody takes a step for themselves, except to withdraw ([ADR 27](adr/0027-own-record-and-late-entries.md)).
- *Nominate* ends with the cohort's last day for nominations, and on its first day.
- *Reuse a clearance* follows *send to vetting* at once if the nominee holds a clearance that lasts to the cohort's last
  day; the history names that decision.
- *Record a clearance* or *a refusal* moves every nomination of the person that is *in vetting* or beyond. A new
  clearance brings *not cleared* back to *cleared*. A seat that the new decision no longer covers to the last day
  becomes free, unless the course is over or its completion was claimed: *confirmed* then leads to *cleared* (the
  clearance ends too early) or *not cleared*.
- *Confirm the seat* needs a clearance to the last day, no seat in another cohort on a day of this one, and room within
  capacity, the quotas of the nominee's organisation and of those above it, and the places not reserved for women. If
  somebody waits who may have the seat, the product asks first, and the audit trail says whom the seat passed. From the
  first day to the last it is a *late entry*: proposed with a reason, decided by another coordinator. After the last day
  there is no seat.
- *Deactivate the record* withdraws every nomination of the person that stands, whoever made it, but a seat whose course
  is over or whose completion was claimed. Both coordinators get a notice. Nobody whose record is inactive is
  confirmed, promoted or put on the waiting list; reactivating the record brings no nomination back.
- *A seat becomes free* by a withdrawal, a new decision or a deactivated record. Until the first day it falls to the
  first on the waiting list who meets all of that today; who is passed over stays, with the reason, and so does whoever
  freed the seat. Both coordinators get a notice. More capacity frees no seat.
- *Attending* and *completed* are read from marks and completions; no nomination is ever in such a state.
"""


def document() -> str:
    """Return the path as a documentation page."""
    return "\n".join(
        (
            "# The path of a nomination",
            "",
            "Printed by `flask --app wsgi nominations path`; a test holds this page to it.",
            "",
            "| step | from | to | by whom | reason |",
            "|---|---|---|---|---|",
            *_rows(),
            "",
            _NOTES,
            "```mermaid",
            "stateDiagram-v2",
            *_arrows(),
            "```",
        )
    )


def _label(state: NominationState) -> str:
    return state.value.replace("_", " ")


def _rows() -> Iterator[str]:
    for event, transition in PATH.items():
        before = ", ".join(_label(state) for state in NominationState if state in transition.before) or "–"
        permission = _PERMISSIONS[event]
        whom = ", ".join(role.value.replace("_", " ") for role in MATRIX[permission]) if permission else "the product"
        reason = "yes" if transition.needs_reason else ""
        yield f"| {_WHAT[event]} | {before} | {_label(transition.after)} | {whom} | {reason} |"


def _arrows() -> Iterator[str]:
    for event, transition in PATH.items():
        for before in (state for state in NominationState if state in transition.before):
            yield f"    {before.value} --> {transition.after.value}: {_WHAT[event]}"
        if not transition.before:
            yield f"    [*] --> {transition.after.value}: {_WHAT[event]}"


@nominations.command()
def path() -> None:
    """Print the path of a nomination: each step, its states, and who may take it."""
    click.echo(document())
