"""Who may open what: every endpoint, for every role, on their own records and on another organisation's.

``EXPECTED`` is written by hand from design §4 and compared with what the running product answers. A denied
request changes nothing, no GET changes anything, and no page shows a name to somebody who may not see it.
"""

import datetime as dt
import io
from dataclasses import dataclass
from functools import cache

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.support.world import PASSWORD, TODAY, World
from training.domain import batches, clearances, completions, duplicates, imports, notices, rights
from training.forms.clearances import OUTCOMES
from training.kit.db import db, transaction
from training.kit.tables import Row, Table
from training.models import Base
from training.models.access import Role
from training.models.batches import NominationBatch
from training.models.claims import Claim, Evidence
from training.models.cohorts import Cohort
from training.models.completions import Completion
from training.models.courses import Course
from training.models.imports import SpendBatch
from training.models.ledger import Commitment, LedgerEntry
from training.models.nominations import Nomination
from training.models.notices import Notice, NoticeKind
from training.models.people import Merge, Organisation, Person
from training.models.programmes import BudgetLine, Programme, Project
from training.models.rights import RightsAssessment, RightsAttachment, RightsMitigation
from training.models.vetting import ClearanceBatch
from training.policy.scopes import unscoped
from training.queries import ledger
from training.queries import rights as right_rows
from training.web import guard

ROLES = ("uk", "iraq", "trainer", "trainee", "funder", "approver", "vetting", "rights", "auditor", "admin", "nobody")

# For each endpoint what the roles above get on their own side and on the other: "+" let in, "f" 403, "n" 404,
# "s" sent to sign in (GET) or 401 (POST). One word where the endpoint has no record. Columns in the order of ROLES.
EXPECTED: dict[str, tuple[str, str] | tuple[str]] = {
    "access.account": ("++++++++++s",),
    "access.invitation": ("nnnnnnnnnnn",),
    "access.sign_in": ("+++++++++++",),
    "access.sign_out": ("++++++++++s",),
    "approvals.index": ("fffff+ffffs",),
    "attachments.new": ("+nnnnnnffns", "+nnnnnnffns"),
    "attachments.remove": ("+nnnnnnffns", "+nnnnnnffns"),
    "attachments.show": ("+nnnnnn++ns", "+nnnnnn++ns"),
    "audit.index": ("ffffffff+fs",),
    "batches.columns": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.commit": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.download": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.new": ("++fffffffns", "+nnnnffffns"),
    "batches.next_row": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.organisations": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.preview": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.row": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.show": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.template": ("++ffffffffs",),
    "batches.undo": ("++nnnnnnnns", "+nnnnnnnnns"),
    "batches.whom": ("++nnnnnnnns", "+nnnnnnnnns"),
    "claims.attach": ("+fnnffnnfns", "+nnnnfnnfns"),
    "claims.index": ("++ff++ff+fs",),
    "claims.search": ("++ff++ff+fs",),
    "claims.evidence": ("+nnnn+nn+ns", "+nnnn+nn+ns"),
    "claims.new": ("+fnnffnffns", "+nnnnfnffns"),
    "claims.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "clearances.new": ("ffffff+fffs",),
    "clearances.record": ("nnnnnn+nnns", "nnnnnn+nnns"),
    "clearances.save": ("ffffff+fffs",),
    "clearances.show": ("nnnnnn+nnns", "nnnnnn+nnns"),
    "cohorts.ask_to_open": ("+ffffffffns", "+nnnnffffns"),
    "cohorts.cancel": ("+ffffffffns", "+nnnnffffns"),
    "cohorts.close": ("+ffffffffns", "+nnnnffffns"),
    "cohorts.costs": ("++fffffffns", "+nnnnffffns"),
    "cohorts.edit": ("++fffffffns", "+nnnnffffns"),
    "cohorts.index": ("+++++++++fs",),
    "cohorts.new": ("++ffffffffs", "++ffffffffs"),
    "cohorts.show": ("+++++++++ns", "+nnnn++++ns"),
    "commitments.release": ("+fnnffnnfns", "+nnnnfnnfns"),
    "commitments.reschedule": ("+fnnffnnfns", "+nnnnfnnfns"),
    "commitments.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "commitments.top_up": ("+fnnffnnfns", "+nnnnfnnfns"),
    "completions.claim": ("fff+nnfnfns", "fnnnnnfnfns"),
    "completions.confirm": ("+f+fnnfnfns", "+nnnnnfnfns"),
    "completions.index": ("+f+fffffffs",),
    "completions.refuse": ("+f+fnnfnfns", "+nnnnnfnfns"),
    "courses.costs": ("+fffffffffs", "+fffffffffs"),
    "courses.edit": ("+fffffffffs", "+fffffffffs"),
    "courses.index": ("++++++++++s",),
    "courses.new": ("+fffffffffs",),
    "courses.show": ("++++++++++s", "++++++++++s"),
    "exports.of_claim": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "exports.of_claims": ("++ff++ff+fs",),
    "exports.of_cohort": ("+++++++++ns", "+nnnn++++ns"),
    "exports.of_commitment": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "duplicates.compare": ("++nfnnfnfns", "+nnnnnfnfns"),
    "duplicates.doubt": ("++nfnnfnfns", "+nnnnnfnfns"),
    "duplicates.index": ("++ffffffffs",),
    "duplicates.keep_apart": ("++nfnnfnfns", "+nnnnnfnfns"),
    "duplicates.merge": ("++nfnnfnfns", "+nnnnnfnfns"),
    "duplicates.undo": ("++nnnnnnnns", "+nnnnnnnnns"),
    "exports.of_line": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "exports.of_people": ("++ffff+f+fs",),
    "exports.of_programme": ("++nn++nf+ns", "+nnnn+nf+ns"),
    "exports.of_project": ("++nn++nf+ns", "+nnnn+nf+ns"),
    "exports.of_programmes": ("++ff++f++fs",),
    "exports.of_rates": ("++ff++ff+fs",),
    "exports.of_spend_file": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "exports.of_rights": ("+ffffff++fs",),
    "health.show": ("+++++++++++",),
    "home.show": ("++++++++++s",),
    "imports.columns": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "imports.new": ("+fnnffnffns", "+nnnnfnffns"),
    "imports.propose": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "imports.show": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "imports.withdraw": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "language.choose": ("+++++++++++",),
    "ledger.approve": ("ffnnf+nnfns", "fnnnn+nnfns"),
    "ledger.index": ("++nn++nf+ns", "+nnnn+nf+ns"),
    "ledger.refuse": ("ffnnf+nnfns", "fnnnn+nnfns"),
    "ledger.reverse": ("+fnnffnnfns", "+nnnnfnnfns"),
    "ledger.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "ledger.withdraw": ("+fnnffnnfns", "+nnnnfnnfns"),
    "lines.allocate": ("+fnnffnnfns", "+nnnnfnnfns"),
    "lines.commit": ("+fnnffnnfns", "+nnnnfnnfns"),
    "lines.give_back": ("+fnnffnnfns", "+nnnnfnnfns"),
    "lines.new": ("+fnnffnffns", "+nnnnfnffns"),
    "lines.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "lines.transfer": ("+fnnffnnfns", "+nnnnfnnfns"),
    "nominations.confirm": ("+fffnnfnfns", "+nnnnnfnfns"),
    "nominations.nominate": ("++fffffffns", "+nnnnffffns"),
    "nominations.put_forward": ("++fffffffns", "+nnnnffffns"),
    "nominations.register": ("++fffffffns", "+nnnnffffns"),
    "nominations.roster": ("+++fffff+ns", "+nnnnfff+ns"),
    "nominations.search": ("+++fffff+ns", "+nnnnfff+ns"),
    "nominations.send_to_vetting": ("+fffnnfnfns", "+nnnnnfnfns"),
    "nominations.shortlist": ("+fffnnfnfns", "+nnnnnfnfns"),
    "nominations.show": ("++++nn+n+ns", "+nnnnn+n+ns"),
    "nominations.turn_down": ("+fffnnfnfns", "+nnnnnfnfns"),
    "nominations.wait": ("+fffnnfnfns", "+nnnnnfnfns"),
    "nominations.withdraw": ("++f+nnfnfns", "+nnnnnfnfns"),
    "notices.see": ("n+nnnnnnnns", "nnnnnnnnnns"),
    "organisations.deactivate": ("fffffffff+s", "fffffffff+s"),
    "organisations.edit": ("fffffffff+s", "fffffffff+s"),
    "organisations.index": ("++++++++++s",),
    "organisations.move": ("fffffffff+s", "fffffffff+s"),
    "organisations.new": ("fffffffff+s",),
    "organisations.reactivate": ("fffffffff+s", "fffffffff+s"),
    "organisations.show": ("++++++++++s", "++++++++++s"),
    "people.deactivate": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.edit": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.inactive": ("++ffffffffs",),
    "people.index": ("++f+ff+f+fs",),
    "people.new": ("++ffffffffs",),
    "people.reactivate": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.search": ("++f+ff+f+fs",),
    "people.show": ("++n+nn+n+ns", "+nnnnn+n+ns"),
    "people.transfer": ("++nfnnfnfns", "+nnnnnfnfns"),
    "plans.edit": ("+fnnffnnfns", "+nnnnfnnfns"),
    "plans.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "programmes.index": ("++ff++f++fs",),
    "programmes.new_project": ("+fnnffnffns", "+nnnnfnffns"),
    "programmes.show": ("++nn++n++ns", "+nnnn+n++ns"),
    "projects.show": ("++nn++n++ns", "+nnnn+n++ns"),
    "rates.index": ("++ff++ff+fs",),
    "rates.load": ("+fffffffffs",),
    "rates.new": ("+fffffffffs",),
    "rights.approve": ("fnnnnnn+fns", "fnnnnnn+fns"),
    "rights.edit": ("+nnnnnnffns", "+nnnnnnffns"),
    "rights.finish": ("+nnnnnnffns", "+nnnnnnffns"),
    "rights.index": ("+ffffff++fs",),
    "rights.new": ("+fnnffnffns", "+nnnnfnffns"),
    "rights.new_of_course": ("+fffffffffs", "+fffffffffs"),
    "rights.new_of_project": ("+fnnffnffns", "+nnnnfnffns"),
    "rights.note": ("+nnnnnnffns", "+nnnnnnffns"),
    "rights.refuse": ("fnnnnnn+fns", "fnnnnnn+fns"),
    "rights.show": ("+nnnnnn++ns", "+nnnnnn++ns"),
    "seats.edit": ("+ffffffffns", "+nnnnffffns"),
    "selections.take": ("++fffffffns", "+nnnnffffns"),
    "rights.submit": ("+nnnnnnffns", "+nnnnnnffns"),
    "unit_costs.index": ("+fnn++nf+ns", "+nnnn+nf+ns"),
    "variances.explain": ("+fnnffnnfns", "+nnnnfnnfns"),
    "variances.index": ("++nn++nf+ns", "+nnnn+nf+ns"),
    "variances.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "vetting.decide": ("ffnfnn+nfns", "fnnnnn+nfns"),
    "vetting.index": ("ffffff+fffs",),
    "year_end.show": ("++nn++nf+ns", "+nnnn+nf+ns"),
}

# Whose people may be named on a page: on the own side, on the other.
NAMES = {
    "uk": ("own", "other"),
    "auditor": ("own", "other"),
    "vetting": ("own", "other"),
    "iraq": ("own",),
    "trainer": ("own",),
    "trainee": ("own",),
}


# Who decides about a payment reads to whom it went, also where that is a person.
PAYEES = {
    endpoint: {"approver": ("own", "other")}
    for endpoint in ("approvals.index", "claims.index", "claims.search", "claims.show", "exports.of_claims")
}


@dataclass
class Side:
    """The records of one side, by kind, and the name that must not leak from it."""

    records: dict[type[Base], str]
    name: str
    twin: str
    """The id of another record of the same name."""


def _side(world: World, code: str, body: str, name: str, trainer: Person) -> Side:
    """Build programme, money, cohort, nominee and completion for one organisation."""
    line = world.line(80_000_00, world.project(code, body))
    entry = world.proposed_commitment(line, 1_00)
    commitment = world.commitment(line, 500_00)
    receipt = world.evidence()
    payment = world.payment(commitment, 100_00, payee=f"payee {name}", person=True, evidence=receipt)
    world.covered(code)
    with transaction():
        drafted = rights.draft(world.programme(code), rights.Assessment("", None, None), world.actor("uk"), TODAY)
        attachment = rights.attach(
            drafted, io.BytesIO(b"%PDF-1.7"), "", world.app.config["SETTINGS"].evidence_folder, world.actor("uk")
        )
    assessment = world.assessment(world.programme(code))
    cohort = world.draft(line, host=body, invited=(body,), trainers=(trainer,))
    world.approve(world.asked(cohort))
    person = world.person(name, body)
    account = f"trainee.{body}"
    world.account(account, Role.TRAINEE, body, person=person)
    nomination = world.seated(cohort, person)
    with transaction():
        completion = completions.claim(
            nomination, dt.date(2026, 11, 4), "", world.actor(account), dt.date(2026, 11, 24)
        )
    with transaction():
        spend = io.BytesIO(b"Date,Amount,Supplier\n2026-11-02,1.00,A supplier\n")
        folder = world.app.config["SETTINGS"].evidence_folder
        batch = imports.read(spend, folder, world.programme(code), world.actor("uk"))
    with transaction():
        cells = [nomination.public_id, "cleared", "Another authority", "2026-11-02", "2029-11-02", ""]
        returned = clearances.preview(
            Table("0" * 64, [], [Row(2, cells)]),
            clearances.Columns(*range(6)),
            OUTCOMES,
            world.actor("vetting"),
            dt.date(2026, 11, 24),
        )
        notices.tell(NoticeKind.SEATED, nomination)
    to_partner = select(Notice).where(
        Notice.nomination_id == nomination.id, Notice.user_id == world.actor(body).user_id
    )
    with transaction():
        names = io.BytesIO(f"Name,Rank\n{name} of a file,Captain\n".encode())
        named = batches.read(names, cohort, world.organisations[body].id, world.actor(body))
    twin, other = world.person(f"{name} twin", body), world.person(f"{name} other", body)
    with transaction():
        merge = duplicates.merge(twin, other, world.actor("uk"))
    course = select(Course).where(Course.id == cohort.course_id)
    records: dict[type[Base], Base] = {
        Programme: world.programme(code),
        Project: db.session.scalars(
            unscoped(select(Project).where(Project.id == line.project_id), because="test")
        ).one(),
        BudgetLine: line,
        LedgerEntry: entry,
        Commitment: commitment,
        Claim: ledger.claim_by_key(payment.claim_id or 0),
        Evidence: receipt,
        SpendBatch: batch,
        NominationBatch: named,
        RightsAssessment: assessment,
        RightsAttachment: attachment,
        RightsMitigation: right_rows.whole(assessment.id).mitigations[0],
        Cohort: cohort,
        Course: db.session.scalars(course).one(),
        Organisation: world.organisations[body],
        Person: person,
        Merge: merge,
        Nomination: nomination,
        Notice: db.session.scalars(unscoped(to_partner, because="test")).one(),
        ClearanceBatch: returned,
        Completion: completion,
    }
    ids = {kind: record.public_id for kind, record in records.items()}  # type: ignore[attr-defined]
    return Side(ids, name, twin.public_id)


@pytest.fixture
def sides(app: Flask) -> tuple[Side, Side]:
    with app.app_context():
        world = World(app)
        trainer, foreign = world.person("Trainer one", "uk"), world.person("Trainer two", "uk")
        world.account("trainer", Role.TRAINER, "uk", person=trainer)
        own = _side(world, "TRAINING", "iraq", "Canary Baghdad", trainer)
        other = _side(world, "KURDISTAN", "kri", "Canary Erbil", foreign)
    app.config["WTF_CSRF_ENABLED"] = False
    return own, other


@cache
def _tables() -> list[object]:
    volatile = ("sign_ins", "sign_in_failures")
    return [table for table in Base.metadata.sorted_tables if table.name not in volatile]


def _snapshot(app: Flask) -> list[list[object]]:
    with app.app_context(), db.engine.connect() as connection:
        return [sorted(map(repr, connection.execute(select(table)))) for table in _tables()]  # type: ignore[call-overload]


def _kind(app: Flask, endpoint: str) -> type[Base] | None:
    """Return the kind of record whose id stands in the address of an endpoint."""
    declaration = guard.declaration_of(app, endpoint)
    if endpoint == "cohorts.new":  # the permission is for cohorts, the address names the course
        return Course
    return declaration.on if declaration else None


_TABLES = {
    "exports.of_claim": "lines",
    "exports.of_cohort": "costs",
    "exports.of_commitment": "entries",
    "exports.of_spend_file": "rows",
}


def _address(app: Flask, endpoint: str, side: Side) -> str:
    kind = _kind(app, endpoint)
    values = {"public_id": side.records[kind]} if kind else {}
    if endpoint in ("duplicates.compare", "duplicates.doubt", "duplicates.keep_apart", "duplicates.merge"):
        values |= {"other_id": side.twin}
    if endpoint == "access.invitation":
        values = {"token": "no-such-token"}
    if endpoint == "clearances.save":
        values = {"kind": "csv"}
    if endpoint.startswith("exports."):
        values |= {"kind": "csv"} | ({"table": _TABLES.get(endpoint, "burn-down")} if kind else {})
    values |= {
        "batches.row": {"number": "2"},
        "batches.whom": {"number": "2"},
        "batches.download": {"kind": "csv"},
        "batches.template": {"language": "ar", "kind": "csv"},
    }.get(endpoint, {})
    with app.test_request_context():
        return url_for(endpoint, **values)


def _ask(client: FlaskClient, method: str, address: str) -> tuple[str, str]:
    """Return how a request is answered, in the letters of the table, and the page."""
    answer = client.open(address, method=method, buffered=True)
    if (answer.status_code == 302 and "/sign-in" in answer.location) or answer.status_code == 401:
        return "s", answer.text
    return {403: "f", 404: "n"}.get(answer.status_code, "+" if answer.status_code < 500 else "500"), answer.text


def _methods(app: Flask, endpoint: str) -> list[str]:
    (rule,) = app.url_map.iter_rules(endpoint)
    return sorted((rule.methods or set()) & {"GET", "POST"})


def test_the_table_names_every_endpoint(sqlite_app: Flask) -> None:
    assert set(EXPECTED) == set(sqlite_app.view_functions)


def _signed_in(app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    if role == "nobody":
        return client
    username = "trainee.iraq" if role == "trainee" else role
    answer = client.post("/sign-in", data={"username": username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.mark.parametrize("role", ROLES)
def test_what_the_product_answers(app: Flask, sides: tuple[Side, Side], role: str) -> None:
    client = _signed_in(app, role)
    column = ROLES.index(role)
    before = _snapshot(app)
    wrong: list[str] = []
    let_in: list[str] = []
    for endpoint, expected in sorted(EXPECTED.items()):
        for side, answers in zip(sides, expected, strict=False):
            address = _address(app, endpoint, side)
            for method in _methods(app, endpoint):
                if method == "POST" and answers[column] == "+":
                    let_in.append(f"{endpoint} {address}")
                    continue
                answer, page = _ask(client, method, address)
                if answer != answers[column]:
                    wrong.append(f"{method} {endpoint} {side.name}: {answer}, expected {answers[column]}")
                names = PAYEES.get(endpoint, {}).get(role, NAMES.get(role, ()))
                for canary, whose in ((sides[0].name, "own"), (sides[1].name, "other")):
                    if whose not in names and canary in page:
                        wrong.append(f"{method} {endpoint} {side.name}: shows {canary}")
    assert wrong == []
    assert _snapshot(app) == before, "a denied request or a GET changed something"


@pytest.mark.parametrize("role", ROLES)
def test_who_is_let_in_is_let_in(app: Flask, sides: tuple[Side, Side], role: str) -> None:
    """The forms and buttons that a role may use are answered; last of all sign-out."""
    client = _signed_in(app, role)
    column = ROLES.index(role)
    wrong: list[str] = []
    for endpoint, expected in sorted(EXPECTED.items(), key=lambda item: item[0] == "access.sign_out"):
        for side, answers in zip(sides, expected, strict=False):
            if answers[column] == "+" and "POST" in _methods(app, endpoint):
                answer, _page = _ask(client, "POST", _address(app, endpoint, side))
                # Sign-out leads to the sign-in page; nobody to put forward was named, which is 404 of its own.
                if answer != "+" and endpoint not in ("access.sign_out", "nominations.put_forward"):
                    wrong.append(f"POST {endpoint} {side.name}: {answer}")
    assert wrong == []
