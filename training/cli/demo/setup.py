"""Steps that prepare the register: organisations, venues, courses and accounts."""

import datetime as dt
from dataclasses import dataclass

from training.cli.demo.arguments import build
from training.cli.demo.context import Context, Kinds, rows, text
from training.cli.published import load_courses
from training.domain.courses import rooms, venues
from training.domain.identity import accounts, organisations, roles
from training.domain.identity.roles import RoleTerms
from training.kit.clock import today
from training.kit.db import db
from training.models.finance.programmes import Programme
from training.models.identity.accounts import ApprovalGrade, Role
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.people.people import Person
from training.queries.identity import accounts as account_rows
from training.queries.identity import organisations as organisation_rows
from training.queries.oversight import demo as demo_rows


def load_organisations(_context: Context, file: str) -> None:
    """Load organisations, parents first."""
    for row in rows(file):
        details = organisations.OrganisationDetails(
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            name_ckb=row["name_ckb"],
            jurisdiction=Jurisdiction(row["jurisdiction"]),
            source=row["source"],
        )
        parent = organisation_rows.organisation_named(row["parent"])
        if row["parent"] and parent is None:
            raise LookupError(f"{file}: no organisation above {row['name_en']} is called {row['parent']!r}")
        organisations.create(details, parent, by=None)


def load_venues(context: Context, file: str) -> None:
    """Load venues; the governorate and the keeper may be empty."""
    for row in rows(file):
        given = {name: cell for name, cell in row.items() if cell}
        venues.create(build(venues.VenueDetails, given, context), by=None)


def load_rooms(_context: Context, file: str) -> None:
    """Load rooms of venues."""
    for row in rows(file):
        venue = demo_rows.venue_called(row["venue"])
        if venue is None:
            raise LookupError(f"{file}: no venue is called {row['venue']!r}")
        names = (row["name_ar"], row["name_ckb"])
        details = rooms.RoomDetails(row["name_en"], int(row["seats"]), *names, is_step_free=row["step_free"] == "yes")
        rooms.create(venue, details, by=None)


def load_course_list(_context: Context, file: str) -> None:
    """Load courses from a published list."""
    list(load_courses(text(file)))


@dataclass(frozen=True)
class Account:
    """A row of a list of accounts; a funder's programme, an approver's grade and the person may be empty."""

    username: str
    name: str
    role: Role
    organisation: Organisation
    language: str
    person: Person | None = None
    programme: Programme | None = None
    grade: ApprovalGrade | None = None


def make_accounts(context: Context, file: str) -> None:
    """Create the accounts of a list, each with its role; later steps name the actor by username."""
    for row in rows(file):
        filled = {name: cell for name, cell in row.items() if cell}
        _make(build(Account, filled, context), context)


def _make(account: Account, context: Context) -> None:
    new = accounts.NewAccount(account.username, account.name, context.settings.demo_password or "", account.language)
    user = accounts.create_account(
        new,
        account.organisation.id,
        person_id=account.person.id if account.person else None,
        is_demonstration=True,
    )
    funded = account.programme.id if account.programme else None
    accounts.grant(user, account.role, programme_id=funded, grade=account.grade, by=None)
    db.session.flush()
    known = account_rows.active_user(user.id)
    if known is None:
        raise LookupError(f"no account was made for {account.username!r}")
    context.add(account.username, account_rows.actor_of(known))


def ask_for_role(
    _context: Context, account: Actor, role: Role, since: dt.date, until: dt.date, reason: str, by: Actor
) -> None:
    """Ask for a role of an account from a day to a day; another administrator gives it."""
    terms = RoleTerms(role, since=since, until=until, reason=reason)
    roles.ask(account_rows.by_key(account.user_id), terms, by, today())


STEPS: Kinds = {
    "load organisations": load_organisations,
    "load venues": load_venues,
    "load rooms": load_rooms,
    "load courses": load_course_list,
    "make accounts": make_accounts,
    "ask for a role": ask_for_role,
}
