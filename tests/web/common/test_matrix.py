"""Who may open what: every endpoint, for every role, on their own records and on another organisation's.

``EXPECTED`` is written by hand from design §4 and compared with the responses of the product. A denied request changes
nothing, no GET changes anything, and no page shows a name to an account that may not see it. An account with two roles
gets on each record what one of the two alone would give, and no more.
"""

import datetime as dt
import io
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.support.crawl import crawl
from tests.support.ledger import claim_of
from tests.support.world import PASSWORD, TODAY, World, before
from training.domain.admissions import nomination_uploads, notifications, vetting_uploads
from training.domain.assurance import rights_assessments
from training.domain.courses import kit, rooms, venues
from training.domain.finance import ceilings, spend_uploads
from training.domain.identity import accounts, invitations, roles
from training.domain.outcomes import completions
from training.domain.people import duplicates
from training.forms.admissions.vetting_uploads import OUTCOMES
from training.kit.clock import now, today
from training.kit.db import db, transaction
from training.kit.tables import Row, Table
from training.models import Base
from training.models.admissions.nomination_uploads import NominationBatch
from training.models.admissions.nominations import LateEntry, Nomination
from training.models.admissions.notifications import Notice, NoticeKind
from training.models.admissions.vetting import ClearanceBatch
from training.models.assurance.rights_assessments import RightsAssessment, RightsAttachment, RightsMitigation
from training.models.courses.cohorts import Cohort
from training.models.courses.courses import Course
from training.models.courses.venues import KitItem, Room, Venue
from training.models.finance.ceilings import CeilingChange
from training.models.finance.claims import Claim, Evidence
from training.models.finance.ledger import Commitment, LedgerEntry
from training.models.finance.programmes import BudgetLine, Programme, Project
from training.models.finance.spend_uploads import SpendBatch
from training.models.identity.accounts import Invitation, Role, RoleAssignment, RoleRequest, User
from training.models.identity.audit import AuditEntry
from training.models.identity.mail import Letter, LetterState, OutgoingLetter
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.identity.reading import NOTED, ReadEvent
from training.models.outcomes.completions import Completion
from training.models.people.people import Merge, Person
from training.policy.scopes import unscoped
from training.queries.assurance import rights_assessments as right_rows
from training.queries.identity import accounts as account_rows
from training.queries.identity import roles as role_rows
from training.web.common import guard

ROLES = ("uk", "iraq", "trainer", "trainee", "funder", "approver", "vetting", "rights", "auditor", "admin", "nobody")

# For each endpoint the response to each role on its own side and on the other: "+" allowed, "f" 403, "n" 404,
# "s" redirect to sign-in (GET) or 401 (POST). One word if the endpoint has no record. Columns in the order of ROLES.
EXPECTED: dict[str, tuple[str, str] | tuple[str]] = {
    "identity.accounts.account": ("++++++++++s",),
    "oversight.role_help.show": ("++++++++++s",),
    "identity.accounts.invitation": ("nnnnnnnnnnn",),
    "identity.accounts.sign_in": ("+++++++++++",),
    "identity.accounts.sign_out": ("++++++++++s",),
    "oversight.approvals.index": ("fffff+ffffs",),
    "assurance.attachments.new": ("+nnnnnnffns", "+nnnnnnffns"),
    "assurance.attachments.remove": ("+nnnnnnffns", "+nnnnnnffns"),
    "assurance.attachments.show": ("+nnnnnn++ns", "+nnnnnn++ns"),
    "identity.audit.index": ("ffffffff+fs",),
    "identity.audit.save": ("ffffffff+fs",),
    "admissions.nomination_uploads.agree": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.answer": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.columns": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.commit": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.download": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.new": ("++fffffffns", "+nnnnffffns"),
    "admissions.nomination_uploads.next_row": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.organisations": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.preview": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.row": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.show": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.template": ("++ffffffffs",),
    "admissions.nomination_uploads.undo": ("++nnnnnnnns", "+nnnnnnnnns"),
    "admissions.nomination_uploads.whom": ("++nnnnnnnns", "+nnnnnnnnns"),
    "finance.ceilings.approve": ("fnnnf+nnfns", "fnnnn+nnfns"),
    "finance.ceilings.propose": ("+fnnffnffns", "+nnnnfnffns"),
    "finance.ceilings.refuse": ("fnnnf+nnfns", "fnnnn+nnfns"),
    "finance.ceilings.show": ("+nnn++nn+ns", "+nnnn+nn+ns"),
    "finance.ceilings.withdraw": ("+nnnffnnfns", "+nnnnfnnfns"),
    "finance.claims.attach": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.claims.index": ("++ff++ff+fs",),
    "finance.claims.search": ("++ff++ff+fs",),
    "finance.claims.evidence": ("+nnnn+nn+ns", "+nnnn+nn+ns"),
    "finance.claims.new": ("+fnnffnffns", "+nnnnfnffns"),
    "finance.claims.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "admissions.vetting_uploads.new": ("ffffff+fffs",),
    "admissions.vetting_uploads.record": ("nnnnnn+nnns", "nnnnnn+nnns"),
    "admissions.vetting_uploads.save": ("ffffff+fffs",),
    "admissions.vetting_uploads.show": ("nnnnnn+nnns", "nnnnnn+nnns"),
    "oversight.cohort_page.ask_to_open": ("+ffffffffns", "+nnnnffffns"),
    "courses.cohorts.cancel": ("+ffffffffns", "+nnnnffffns"),
    "courses.cohorts.close": ("+ffffffffns", "+nnnnffffns"),
    "courses.costs.edit": ("++fffffffns", "+nnnnffffns"),
    "courses.cohorts.edit": ("++fffffffns", "+nnnnffffns"),
    "courses.cohorts.index": ("+++++++++fs",),
    "courses.cohorts.new": ("++ffffffffs", "++ffffffffs"),
    "oversight.cohort_page.show": ("+++++++++ns", "+nnnn++++ns"),
    "finance.commitments.release": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.commitments.reschedule": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.commitments.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "finance.commitments.top_up": ("+fnnffnnfns", "+nnnnfnnfns"),
    "outcomes.completions.claim": ("fff+nnfnfns", "fnnnnnfnfns"),
    "outcomes.completions.confirm": ("+f+fnnfnfns", "+nnnnnfnfns"),
    "outcomes.completions.index": ("+f+fffffffs",),
    "outcomes.completions.refuse": ("+f+fnnfnfns", "+nnnnnfnfns"),
    "courses.courses.costs": ("+fffffffffs", "+fffffffffs"),
    "courses.courses.edit": ("+fffffffffs", "+fffffffffs"),
    "courses.courses.index": ("++++++++++s",),
    "courses.courses.new": ("+fffffffffs",),
    "courses.courses.show": ("++++++++++s", "++++++++++s"),
    "courses.kit.archive": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.kit.edit": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.kit.new": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.kit.unarchive": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.rooms.archive": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.rooms.edit": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.rooms.new": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.rooms.unarchive": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.venues.archive": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.venues.edit": ("++fnnnnnffs", "+ffnnnnnffs"),
    "courses.venues.index": ("+++fffff++s",),
    "courses.venues.new": ("++ffffffffs",),
    "courses.venues.show": ("+++nnnnn++s", "+++nnnnn++s"),
    "courses.venues.unarchive": ("++fnnnnnffs", "+ffnnnnnffs"),
    "oversight.exports.of_claim": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "oversight.exports.of_claims": ("++ff++ff+fs",),
    "oversight.exports.of_cohort": ("+++++++++ns", "+nnnn++++ns"),
    "oversight.exports.of_commitment": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "people.duplicates.compare": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.duplicates.doubt": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.duplicates.index": ("++ffffffffs",),
    "people.duplicates.keep_apart": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.duplicates.merge": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.duplicates.undo": ("++nnnnnnnns", "+nnnnnnnnns"),
    "oversight.exports.of_line": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "oversight.exports.of_people": ("++ffff+f+fs",),
    "oversight.exports.of_programme": ("++nn++nf+ns", "+nnnn+nf+ns"),
    "oversight.exports.of_project": ("++nn++nf+ns", "+nnnn+nf+ns"),
    "oversight.exports.of_programmes": ("++ff++f++fs",),
    "oversight.exports.of_rates": ("++ff++ff+fs",),
    "oversight.exports.of_spend_file": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "oversight.exports.of_spend_files": ("+fnnffnffns", "+nnnnfnffns"),
    "oversight.exports.of_burn_down": ("+fnn++nf+ns", "+nnnn+nf+ns"),
    "oversight.exports.of_ceilings": ("+fnn++nf+ns", "+nnnn+nf+ns"),
    "oversight.exports.of_unit_costs": ("+fnn++nf+ns", "+nnnn+nf+ns"),
    "oversight.exports.of_unit_costs_by_course": ("+fnn++nf+ns", "+nnnn+nf+ns"),
    "oversight.exports.of_rights": ("+ffffff++fs",),
    "identity.directory.index": ("fffffffff+s",),
    "identity.directory.search": ("fffffffff+s",),
    "identity.grants.index": ("fffffffff+s",),
    "identity.grants.yearly": ("fffffffff+s",),
    "identity.invitations.new": ("fffffffff+s",),
    "identity.directory.show": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.directory.disable": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.directory.enable": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.directory.reset": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.grants.ask": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.grants.confirm": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.grants.revoke": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.grants.decide": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.invitations.show": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.invitations.agree": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.invitations.end": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.invitations.renew": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.own_account.email": ("++++++++++s",),
    "identity.own_account.end_session": ("++++++++++s",),
    "identity.own_account.password": ("++++++++++s",),
    "identity.own_account.permissions": ("++++++++++s",),
    "identity.account_recovery.confirm": ("nnnnnnnnnnn",),
    "identity.account_recovery.forgotten": ("+++++++++++",),
    "identity.account_recovery.reset": ("nnnnnnnnnnn",),
    "people.links.index": ("fffffffff+s",),
    "people.links.of_account": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "people.links.decide_for_account": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "people.links.of_person": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.links.decide_for_person": ("++nfnnfnfns", "+nnnnnfnfns"),
    "identity.health.show": ("+++++++++++",),
    "oversight.home.show": ("++++++++++s",),
    "finance.spend_choices.choose": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "finance.spend_choices.faulty": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "finance.spend_choices.money_back": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "finance.spend_uploads.columns": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "finance.spend_uploads.new": ("+fnnffnffns", "+nnnnfnffns"),
    "finance.spend_uploads.propose": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "finance.spend_uploads.show": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "finance.spend_uploads.withdraw": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "language.choose": ("+++++++++++",),
    "oversight.entry_page.approve": ("ffnnf+nnfns", "fnnnn+nnfns"),
    "finance.ledger.index": ("++nn++nf+ns", "+nnnn+nf+ns"),
    "oversight.entry_page.refuse": ("ffnnf+nnfns", "fnnnn+nnfns"),
    "finance.ledger.refund": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.ledger.reverse": ("+fnnffnnfns", "+nnnnfnnfns"),
    "oversight.entry_page.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "oversight.entry_page.withdraw": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.budget_lines.allocate": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.budget_lines.commit": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.budget_lines.give_back": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.budget_lines.new": ("+fnnffnffns", "+nnnnfnffns"),
    "finance.budget_lines.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "finance.budget_lines.transfer": ("+fnnffnnfns", "+nnnnfnnfns"),
    "admissions.nominations.confirm": ("+fffnnfnfns", "+nnnnnfnfns"),
    "admissions.late_entries.approve": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "admissions.late_entries.propose": ("+fffnnfnfns", "+nnnnnfnfns"),
    "admissions.late_entries.refuse": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "admissions.late_entries.show": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "admissions.late_entries.withdraw": ("+nnnnnnnnns", "+nnnnnnnnns"),
    "admissions.nominations.nominate": ("++fffffffns", "+nnnnffffns"),
    "admissions.nominations.put_forward": ("++fffffffns", "+nnnnffffns"),
    "admissions.nominations.register": ("++fffffffns", "+nnnnffffns"),
    "admissions.nominations.roster": ("+++fffff+ns", "+nnnnfff+ns"),
    "admissions.nominations.search": ("+++fffff+ns", "+nnnnfff+ns"),
    "admissions.nominations.send_to_vetting": ("+fffnnfnfns", "+nnnnnfnfns"),
    "admissions.nominations.shortlist": ("+fffnnfnfns", "+nnnnnfnfns"),
    "admissions.nominations.show": ("++++nn+n+ns", "+nnnnn+n+ns"),
    "admissions.nominations.turn_down": ("+fffnnfnfns", "+nnnnnfnfns"),
    "admissions.nominations.wait": ("+fffnnfnfns", "+nnnnnfnfns"),
    "admissions.nominations.withdraw": ("++f+nnfnfns", "+nnnnnfnfns"),
    "admissions.notifications.see": ("n+nnnnnnnns", "nnnnnnnnnns"),
    "identity.mail.index": ("fffffffff+s",),
    "identity.mail.send_again": ("nnnnnnnnn+s", "nnnnnnnnn+s"),
    "identity.organisations.deactivate": ("fffffffff+s", "fffffffff+s"),
    "identity.organisations.edit": ("fffffffff+s", "fffffffff+s"),
    "identity.organisations.index": ("++++++++++s",),
    "identity.organisations.move": ("fffffffff+s", "fffffffff+s"),
    "identity.organisations.new": ("fffffffff+s",),
    "identity.organisations.reactivate": ("fffffffff+s", "fffffffff+s"),
    "identity.organisations.show": ("++++++++++s", "++++++++++s"),
    "admissions.deactivation.deactivate": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.cards.enter": ("+++++++++++",),
    "people.cards.index": ("++ffffffffs",),
    "people.cards.make": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.cards.make_each": ("++ffffffffs",),
    "people.cards.password": ("+++++++++++",),
    "people.people.edit": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.people.inactive": ("++ffffffffs",),
    "people.people.index": ("++f+ff+f+fs",),
    "people.people.new": ("++ffffffffs",),
    "people.people.reactivate": ("++nfnnfnfns", "+nnnnnfnfns"),
    "people.people.search": ("++f+ff+f+fs",),
    "oversight.person_page.show": ("++n+nn+n+ns", "+nnnnn+n+ns"),
    "people.people.transfer": ("++nfnnfnfns", "+nnnnnfnfns"),
    "finance.spending_plans.edit": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.spending_plans.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "finance.programmes.index": ("++ff++f++fs",),
    "finance.programmes.new": ("+fffffffffs",),
    "finance.programmes.new_project": ("+fnnffnffns", "+nnnnfnffns"),
    "finance.programmes.show": ("++nn++n++ns", "+nnnn+n++ns"),
    "finance.projects.show": ("++nn++n++ns", "+nnnn+n++ns"),
    "finance.rates.index": ("++ff++ff+fs",),
    "finance.rates.load": ("+fffffffffs",),
    "finance.rates.new": ("+fffffffffs",),
    "assurance.rights_assessments.approve": ("fnnnnnn+fns", "fnnnnnn+fns"),
    "assurance.rights_assessments.edit": ("+nnnnnnffns", "+nnnnnnffns"),
    "assurance.rights_assessments.finish": ("+nnnnnnffns", "+nnnnnnffns"),
    "assurance.rights_assessments.index": ("+ffffff++fs",),
    "assurance.rights_assessments.new": ("+fnnffnffns", "+nnnnfnffns"),
    "assurance.rights_assessments.new_of_course": ("+fffffffffs", "+fffffffffs"),
    "assurance.rights_assessments.new_of_project": ("+fnnffnffns", "+nnnnfnffns"),
    "assurance.rights_assessments.note": ("+nnnnnnffns", "+nnnnnnffns"),
    "assurance.rights_assessments.refuse": ("fnnnnnn+fns", "fnnnnnn+fns"),
    "assurance.rights_assessments.show": ("+nnnnnn++ns", "+nnnnnn++ns"),
    "admissions.roster_cards.make": ("++fffffffns", "+nnnnffffns"),
    "admissions.seats.edit": ("+ffffffffns", "+nnnnffffns"),
    "admissions.bulk_actions.take": ("++fffffffns", "+nnnnffffns"),
    "assurance.rights_assessments.submit": ("+nnnnnnffns", "+nnnnnnffns"),
    "oversight.unit_costs.index": ("+fnn++nf+ns", "+nnnn+nf+ns"),
    "finance.variances.explain": ("+fnnffnnfns", "+nnnnfnnfns"),
    "finance.variances.index": ("++nn++nf+ns", "+nnnn+nf+ns"),
    "finance.variances.show": ("++nn++nn+ns", "+nnnn+nn+ns"),
    "admissions.vetting.decide": ("ffnfnn+nfns", "fnnnnn+nfns"),
    "admissions.vetting.index": ("ffffff+fffs",),
    "finance.year_end.show": ("++nn++nf+ns", "+nnnn+nf+ns"),
}

# Whose people a page may name: those of the own side, of the other.
NAMES = {
    "uk": ("own", "other"),
    "auditor": ("own", "other"),
    "vetting": ("own", "other"),
    "iraq": ("own",),
    "trainer": ("own",),
    "trainee": ("own",),
}


# Approvers see the payee of a payment, including people.
PAYEES = {
    endpoint: {"approver": ("own", "other")}
    for endpoint in (
        "oversight.approvals.index",
        "finance.claims.index",
        "finance.claims.search",
        "finance.claims.show",
        "oversight.exports.of_claims",
    )
}


@dataclass(frozen=True)
class Pair:
    """An account with two roles. ``halves`` are the columns of its roles, True if its side is the other one."""

    username: str
    second: Role
    programme: str | None
    halves: tuple[tuple[str, bool], tuple[str, bool]]


PAIRS = {
    "kri and funder": Pair("kri", Role.FUNDER, "TRAINING", (("iraq", True), ("funder", False))),
    "kri and trainer": Pair("kri", Role.TRAINER, None, (("iraq", True), ("trainer", False))),
    "vetting and funder": Pair("vetting", Role.FUNDER, "KURDISTAN", (("vetting", False), ("funder", True))),
    "iraq and rights": Pair("iraq", Role.RIGHTS_APPROVER, None, (("iraq", False), ("rights", False))),
}
_LEAST_FIRST = "snf+"
_OTHER_SIDE = {"own": "other", "other": "own"}


def _answers(endpoint: str, account: str) -> tuple[str, ...]:
    """Return the expected responses to an account at an endpoint, on its own side and on the other."""
    if account in ROLES:
        return tuple(answers[ROLES.index(account)] for answers in EXPECTED[endpoint])
    one, other = (_answers(endpoint, role)[:: -1 if is_mirrored else 1] for role, is_mirrored in PAIRS[account].halves)
    return tuple(max(letters, key=_LEAST_FIRST.index) for letters in zip(one, other, strict=True))


def _named(endpoint: str, account: str) -> set[str]:
    """Return whose people an endpoint may name to an account: those of the own side, of the other."""
    if account in ROLES:
        return set(PAYEES.get(endpoint, {}).get(account, NAMES.get(account, ())))
    return {
        _OTHER_SIDE[whose] if is_mirrored else whose
        for role, is_mirrored in PAIRS[account].halves
        for whose in _named(endpoint, role)
    }


@dataclass
class Side:
    """The records of one side, by kind, and the name that must not leak from it."""

    records: dict[type[Base], str]
    name: str
    twin: str
    """The id of another record of the same name."""


def _side(world: World, code: str, organisation: str, name: str, *trainers: Person) -> Side:
    """Build programme, money, cohort, nominee and completion for one organisation."""
    line = world.line(80_000_00, world.project(code, organisation))
    entry = world.proposed_commitment(line, 1_00)
    commitment = world.commitment(line, 500_00)
    receipt = world.evidence()
    payment = world.payment(commitment, 100_00, payee=f"payee {name}", person=True, evidence=receipt)
    world.covered(code)
    with transaction():
        drafted = rights_assessments.draft(
            world.programme(code), rights_assessments.AssessmentContent("", None, None), world.actor("uk"), TODAY
        )
        attachment = rights_assessments.attach(
            drafted, io.BytesIO(b"%PDF-1.7"), "", world.app.config["SETTINGS"].evidence_folder, world.actor("uk")
        )
    assessment = world.assessment(world.programme(code))
    cohort = world.draft(line, host=organisation, invited=(organisation,), trainers=trainers)
    world.approve(world.asked(cohort))
    person = world.person(name, organisation)
    account = f"trainee.{organisation}"
    world.account(account, Role.TRAINEE, organisation, person=person)
    nomination = world.seated(cohort, person)
    with transaction():
        completion = completions.claim(
            nomination, dt.date(2026, 11, 4), "", world.actor(account), dt.date(2026, 11, 24)
        )
    with transaction():
        spend = io.BytesIO(b"Date,Amount,Supplier\n2026-11-02,1.00,A supplier\n")
        folder = world.app.config["SETTINGS"].evidence_folder
        batch = spend_uploads.read(spend, folder, world.programme(code), world.actor("uk"))
    with transaction():
        cells = [nomination.public_id, "cleared", "Another authority", "2026-11-02", "2029-11-02", ""]
        returned = vetting_uploads.preview(
            Table("0" * 64, [], [Row(2, cells)]),
            vetting_uploads.ClearanceColumns(*range(6)),
            OUTCOMES,
            world.actor("vetting"),
            dt.date(2026, 11, 24),
        )
        notifications.tell(NoticeKind.SEATED, nomination)
        late = LateEntry(
            nomination_id=nomination.id,
            reason="a reason",
            proposed_by_id=world.actor("uk.2").user_id,
            proposed_at=now(),
        )
        db.session.add(late)
        letter = OutgoingLetter(
            letter=Letter.DIGEST,
            to_address="someone@example.org",
            language="en",
            sealed="sealed",
            message_id=f"<{code}@example.org>",
            posted_at=now(),
            due_at=now(),
            useful_until=now() + dt.timedelta(days=1),
            state=LetterState.FAILED,
        )
        db.session.add(letter)
    to_partner = select(Notice).where(
        Notice.nomination_id == nomination.id, Notice.user_id == world.actor(organisation).user_id
    )
    with transaction():
        details = venues.VenueDetails(
            f"Venue {code}", Jurisdiction.IRAQ, "Asia/Baghdad", keeper=world.organisations[organisation]
        )
        venue = venues.create(details, by=world.actor(organisation))
        room = rooms.create(venue, rooms.RoomDetails("A room", 20), by=world.actor(organisation))
        item = kit.create(venue, kit.KitDetails("Radios", 4, room=room), by=world.actor(organisation))
        change = ceilings.propose(
            world.programme(code), 400_000_00, ceilings.Source("a source", TODAY), world.actor("uk.2"), TODAY
        )
    with before(cohort), transaction():
        names = io.BytesIO(f"Name,Rank\n{name} of a file,Captain\n".encode())
        named = nomination_uploads.read(names, cohort, world.organisations[organisation].id, world.actor(organisation))
    twin, other = world.person(f"{name} twin", organisation), world.person(f"{name} other", organisation)
    with transaction():
        merge = duplicates.merge(twin, other, world.actor("uk"))
    holder = account_rows.user_named(account)
    assert holder is not None
    with transaction():
        trainer = roles.RoleTerms(Role.TRAINER, reason="a reason")
        asked = roles.ask(holder, trainer, world.actor("admin.2"), today())
        invitee = invitations.Invitee(f"invited.{organisation}", "")
        body = world.organisations[organisation]
        invited = invitations.ask(invitee, trainer, body, world.actor("admin.2"), now())
    course = select(Course).where(Course.id == cohort.course_id)
    records: dict[type[Base], Base] = {
        Programme: world.programme(code),
        Project: db.session.scalars(
            unscoped(select(Project).where(Project.id == line.project_id), because="test")
        ).one(),
        BudgetLine: line,
        LedgerEntry: entry,
        CeilingChange: change,
        Commitment: commitment,
        Claim: claim_of(payment),
        Evidence: receipt,
        SpendBatch: batch,
        NominationBatch: named,
        RightsAssessment: assessment,
        RightsAttachment: attachment,
        RightsMitigation: right_rows.whole(assessment.id).mitigations[0],
        Cohort: cohort,
        Course: db.session.scalars(course).one(),
        Venue: venue,
        Room: room,
        KitItem: item,
        Organisation: world.organisations[organisation],
        OutgoingLetter: letter,
        Person: person,
        Merge: merge,
        Nomination: nomination,
        LateEntry: late,
        Notice: db.session.scalars(unscoped(to_partner, because="test")).one(),
        ClearanceBatch: returned,
        User: holder,
        RoleAssignment: role_rows.held(holder.id, Role.TRAINEE, None),
        RoleRequest: asked,
        Invitation: invited,
        Completion: completion,
    }
    ids = {kind: record.public_id for kind, record in records.items()}  # type: ignore[attr-defined]
    return Side(ids, name, twin.public_id)


def _sides_of(app: Flask) -> tuple[Side, Side]:
    """Return the two sides of the world; forms need no tokens in it."""
    with app.app_context():
        world = World(app)
        built = world.built("two sides", lambda: _sides(world))
    app.config["WTF_CSRF_ENABLED"] = False
    return built


def _sides(world: World) -> tuple[Side, Side]:
    trainer, foreign = world.person("Trainer one", "uk"), world.person("Trainer two", "uk")
    world.account("trainer", Role.TRAINER, "uk", person=trainer)
    guest = world.person("Trainer three", "uk")
    world.account("admin.2", Role.ADMINISTRATOR, "uk")
    own = _side(world, "TRAINING", "iraq", "Canary Baghdad", trainer, guest)
    other = _side(world, "KURDISTAN", "kri", "Canary Erbil", foreign)
    kurd = account_rows.user_named("kri")
    assert kurd is not None
    with transaction():
        kurd.person_id = guest.id
    return own, other


@cache
def _tables() -> list[object]:
    # When somebody was last seen, and what is counted of reads and refusals (ADR 28).
    volatile = ("sign_ins", "sign_in_failures", "known_devices", "reading_days", "people_shown", "refusal_counts")
    return [table for table in Base.metadata.sorted_tables if table.name not in volatile]


def _snapshot(app: Flask) -> list[list[object]]:
    """Return every row; of the audit trail those that are not about a read or a refusal (ADR 28)."""
    noted = AuditEntry.action.in_(NOTED)
    with app.app_context(), db.engine.connect() as connection:
        kept = {table: select(table) for table in _tables()}  # type: ignore[call-overload]
        kept[AuditEntry.__table__] = kept[AuditEntry.__table__].where(~noted)
        return [sorted(map(repr, connection.execute(rows))) for rows in kept.values()]


def _reads(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(AuditEntry.action.in_(list(ReadEvent)))) or 0


def _kind(app: Flask, endpoint: str) -> type[Base] | None:
    """Return the kind of record whose public id is in the address of an endpoint."""
    declaration = guard.declaration_of(app, endpoint)
    return declaration.on if declaration else None


_TABLES = {
    "oversight.exports.of_claim": "lines",
    "oversight.exports.of_cohort": "costs",
    "oversight.exports.of_commitment": "entries",
    "oversight.exports.of_programme": "lines",
    "oversight.exports.of_spend_file": "rows",
}


def _address(app: Flask, endpoint: str, side: Side) -> str:
    kind = _kind(app, endpoint)
    values = {"public_id": side.records[kind]} if kind else {}
    if endpoint in (
        "people.duplicates.compare",
        "people.duplicates.doubt",
        "people.duplicates.keep_apart",
        "people.duplicates.merge",
    ):
        values |= {"other_id": side.twin}
    if endpoint in (
        "identity.accounts.invitation",
        "identity.account_recovery.confirm",
        "identity.account_recovery.reset",
    ):
        values = {"token": "no-such-token"}
    if endpoint == "admissions.vetting_uploads.save":
        values = {"kind": "csv"}
    if endpoint.startswith("oversight.exports."):
        values |= {"kind": "csv"}
    if "table" in next(app.url_map.iter_rules(endpoint)).arguments:
        values |= {"table": _TABLES.get(endpoint, "burn-down")}
    values |= {
        "admissions.nomination_uploads.agree": {"number": "2"},
        "admissions.nomination_uploads.row": {"number": "2"},
        "admissions.nomination_uploads.whom": {"number": "2"},
        "admissions.nomination_uploads.download": {"kind": "csv"},
        "identity.audit.save": {"kind": "csv"},
        "finance.spend_choices.faulty": {"kind": "csv"},
        "finance.spend_choices.money_back": {"number": "2"},
        "admissions.nomination_uploads.template": {"language": "ar", "kind": "csv"},
    }.get(endpoint, {})
    with app.test_request_context():
        return url_for(endpoint, **values)


def _ask(client: FlaskClient, method: str, address: str) -> tuple[str, str]:
    """Return the response to a request, in the letters of the table, and the page."""
    answer = client.open(address, method=method, buffered=True)
    if (answer.status_code == 302 and "/sign-in" in answer.location) or answer.status_code == 401:
        return "s", answer.text
    return {403: "f", 404: "n"}.get(answer.status_code, "+" if answer.status_code < 500 else "500"), answer.text


def _methods(app: Flask, endpoint: str) -> list[str]:
    (rule,) = app.url_map.iter_rules(endpoint)
    return sorted((rule.methods or set()) & {"GET", "POST"})


def test_table_covers_every_endpoint(sqlite_app: Flask) -> None:
    assert set(EXPECTED) == set(sqlite_app.view_functions)


def _signed_in(app: Flask, account: str) -> FlaskClient:
    client = app.test_client()
    if account == "nobody":
        return client
    username = "trainee.iraq" if account == "trainee" else account
    if account in PAIRS:
        pair = PAIRS[account]
        username = pair.username
        _grant(app, pair)
    answer = client.post("/sign-in", data={"username": username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def _shown(page: str, sides: tuple[Side, Side]) -> set[str]:
    """Return whose people a page names: those of the own side, of the other."""
    return {whose for side, whose in zip(sides, ("own", "other"), strict=True) if side.name in page}


def _grant(app: Flask, pair: Pair) -> None:
    with app.app_context():
        user, funded = account_rows.user_named(pair.username), None
        assert user is not None
        with transaction():
            if pair.programme:
                programme = select(Programme.id).where(Programme.code == pair.programme)
                funded = db.session.scalar(unscoped(programme, because="test"))
            accounts.grant(user, pair.second, programme_id=funded, by=None)


@pytest.mark.parametrize("account", ROLES)
def test_responses_match_the_table(app: Flask, account: str) -> None:
    _check_responses(app, account)


@pytest.mark.parametrize("account", PAIRS)
def test_responses_to_two_roles_match_the_table(sqlite_app: Flask, account: str) -> None:
    """What two roles of one account may is decided without a database."""
    _check_responses(sqlite_app, account)


def _check_responses(app: Flask, account: str) -> None:
    sides = _sides_of(app)
    client = _signed_in(app, account)
    before = _snapshot(app)
    wrong: list[str] = []
    let_in: list[str] = []
    # What a role may not do at all is decided without a database: PostgreSQL is asked where scopes decide.
    asked = "+n" if "postgresql" in app.config["SETTINGS"].database_url else "+nfs"
    for endpoint in sorted(EXPECTED):
        for side, expected in zip(sides, _answers(endpoint, account), strict=False):
            if expected not in asked:
                continue
            address = _address(app, endpoint, side)
            for method in _methods(app, endpoint):
                if method == "POST" and expected == "+":
                    let_in.append(f"{endpoint} {address}")
                    continue
                reads = _reads(app) if expected == "+" else 0
                answer, page = _ask(client, method, address)
                here = f"{method} {endpoint} {side.name}"
                if answer != expected:
                    wrong.append(f"{here}: {answer}, expected {expected}")
                shown = _shown(page, sides)
                wrong += [f"{here}: shows {whose}" for whose in shown - _named(endpoint, account)]
                if shown and account != "trainee" and _reads(app) == reads:
                    wrong.append(f"{here}: names somebody, and the trail has no row of this read")
    assert wrong == []
    assert _snapshot(app) == before, "a denied request or a GET changed something"


@pytest.mark.parametrize("account", ROLES)
def test_permitted_posts_are_accepted(app: Flask, account: str) -> None:
    _check_permitted_posts(app, account)


@pytest.mark.parametrize("account", PAIRS)
def test_posts_permitted_by_two_roles_are_accepted(sqlite_app: Flask, account: str) -> None:
    _check_permitted_posts(sqlite_app, account)


def _check_permitted_posts(app: Flask, account: str) -> None:
    """Permitted forms and buttons are accepted; sign-out comes last."""
    sides = _sides_of(app)
    client = _signed_in(app, account)
    wrong: list[str] = []
    for endpoint in sorted(EXPECTED, key=lambda endpoint: endpoint == "identity.accounts.sign_out"):
        for side, expected in zip(sides, _answers(endpoint, account), strict=False):
            if expected == "+" and "POST" in _methods(app, endpoint):
                answer, _page = _ask(client, "POST", _address(app, endpoint, side))
                # Sign-out leads to the sign-in page; a nomination without a person is 404 for another reason.
                if answer != "+" and endpoint not in (
                    "identity.accounts.sign_out",
                    "admissions.nominations.put_forward",
                ):
                    wrong.append(f"POST {endpoint} {side.name}: {answer}")
    assert wrong == []


# For each table of a programme the page that shows it.
PAGE_OF = {
    "entries": "finance.ledger.index",
    "outstanding": "finance.year_end.show",
    "spend-files": "finance.spend_uploads.new",
    "unit-costs": "oversight.unit_costs.index",
    "unit-costs-by-course": "oversight.unit_costs.index",
    "variances": "finance.variances.index",
    "year-end": "finance.year_end.show",
}


@pytest.mark.parametrize("account", PAIRS)
def test_tables_are_exported_only_by_those_who_may_open_their_page(sqlite_app: Flask, account: str) -> None:
    sides = _sides_of(sqlite_app)
    client = _signed_in(sqlite_app, account)
    wrong: list[str] = []
    for table, endpoint in PAGE_OF.items():
        for side in sides:
            on_page, _page = _ask(client, "GET", _address(sqlite_app, endpoint, side))
            in_file, _file = _ask(client, "GET", f"/programmes/{side.records[Programme]}/tables/{table}.csv")
            if in_file != on_page:
                wrong.append(f"{table} {side.name}: {in_file}, its page {on_page}")
    assert wrong == []


@pytest.mark.parametrize("account", PAIRS)
def test_pages_offer_only_permitted_actions(sqlite_app: Flask, account: str) -> None:
    _sides_of(sqlite_app)
    found = crawl(_signed_in(sqlite_app, account), saves_files=True)
    refused = [address for address, answer in found if answer.status_code >= HTTPStatus.BAD_REQUEST]
    assert refused == []
