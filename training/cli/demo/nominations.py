"""Steps from a nomination to a completion."""

import datetime as dt

from training.cli.demo.context import Context, Kinds, stream
from training.domain.admissions import nomination_uploads, nominations, vetting
from training.domain.outcomes import completions
from training.kit.clock import today
from training.models.admissions.vetting import VettingOutcome
from training.models.courses.cohorts import Cohort
from training.models.identity.actor import Actor
from training.models.identity.organisations import Organisation
from training.models.people.people import Person
from training.queries.oversight import demo as demo_rows


def nominate(_context: Context, cohort: Cohort, people: list[Person], by: Actor) -> None:
    """Nominate people for a cohort."""
    nominations.nominate_all(cohort, people, by)


def shortlist(_context: Context, cohort: Cohort, people: list[Person], by: Actor) -> None:
    """Shortlist nominees."""
    for nomination in demo_rows.nominations_of(cohort, people):
        nominations.shortlist(nomination, by)


def send_to_vetting(_context: Context, cohort: Cohort, people: list[Person], by: Actor) -> None:
    """Send nominees to vetting."""
    for nomination in demo_rows.nominations_of(cohort, people):
        nominations.send_to_vetting(nomination, by)


def record_vetting(
    _context: Context,
    people: list[Person],
    outcome: VettingOutcome,
    decided: dt.date,
    by: Actor,
    expires: dt.date | None = None,
) -> None:
    """Record vetting decisions; only a clearance expires."""
    decision = vetting.ClearanceDecision(outcome, "National vetting authority", "", decided, expires)
    for person in people:
        vetting.record(person, decision, by, today())


def confirm_seats(_context: Context, cohort: Cohort, people: list[Person], by: Actor) -> None:
    """Confirm the seats of nominees."""
    for nomination in demo_rows.nominations_of(cohort, people):
        nominations.confirm(nomination, by)


def put_on_waiting_list(_context: Context, cohort: Cohort, people: list[Person], by: Actor) -> None:
    """Put nominees on the waiting list, in the order given."""
    for nomination in demo_rows.nominations_of(cohort, people):
        nominations.put_on_waiting_list(nomination, by)


def turn_down(_context: Context, cohort: Cohort, people: list[Person], reason: str, by: Actor) -> None:
    """Reject nominees."""
    for nomination in demo_rows.nominations_of(cohort, people):
        nominations.turn_down(nomination, reason, by)


def withdraw(_context: Context, cohort: Cohort, people: list[Person], by: Actor) -> None:
    """Withdraw nominees."""
    for nomination in demo_rows.nominations_of(cohort, people):
        nominations.withdraw(nomination, by)


def preview_names(_context: Context, cohort: Cohort, file: str, organisation: Organisation, by: Actor) -> None:
    """Upload a file of names and preview its rows."""
    with stream(file) as opened:
        batch = nomination_uploads.read(opened, cohort, organisation.id, by)
    for _rows in nomination_uploads.preview(batch.id, by):
        pass


def claim_completion(_context: Context, cohort: Cohort, person: Person, by: Actor) -> None:
    """Claim completion of the course as the trainee."""
    for nomination in demo_rows.nominations_of(cohort, [person]):
        completions.claim(nomination, cohort.ends_on, "", by, today())


def confirm_completions(_context: Context, cohort: Cohort, by: Actor) -> None:
    """Confirm all claimed completions of a cohort."""
    for completion in demo_rows.claims_of(cohort.id):
        completions.confirm(completion, by)


STEPS: Kinds = {
    "nominate": nominate,
    "shortlist": shortlist,
    "send to vetting": send_to_vetting,
    "record vetting": record_vetting,
    "confirm seats": confirm_seats,
    "put on the waiting list": put_on_waiting_list,
    "turn down": turn_down,
    "withdraw": withdraw,
    "preview a file of names": preview_names,
    "claim completion": claim_completion,
    "confirm completions": confirm_completions,
}
