"""Money in the browser: a line spent to the last penny, a commitment paid, and no self-approval."""

import re

from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Enter
from tests.e2e.people import Reader, path_of
from training.kit.money import format_pounds, plain_amount
from training.models.identity.accounts import Role

PROGRAMME, LINE = "Training of Iraqi law enforcement", "Interpretation"


def available(reader: Reader) -> int:
    """Return Available of the line."""
    steps.open_line(reader, PROGRAMME, LINE)
    return reader.figure("Available")


def test_payment_draws_on_its_commitment(enter: Enter) -> None:
    """Acceptance test c."""
    uk, approver = enter("uk.coordinator"), enter("approver")
    before = available(uk)
    steps.propose_commitment(uk, "400", "Interpreters for one day")
    uk.reads(steps.PROPOSED)
    assert available(uk) == before
    steps.approve(approver, "Interpreters for one day")
    assert available(uk) == before - 400_00

    uk.follow("Interpreters for one day")
    steps.propose_payment(uk, "٣٥٠", "Interpreters, paid", "Interpretation supplier", closes=True)
    steps.approve(approver, "Interpreters, paid")
    assert available(uk) == before - 350_00


def test_own_proposal_cannot_be_approved(demonstration_url: str, enter: Enter) -> None:
    """Acceptance test g."""
    steps.grant(demonstration_url, "uk.coordinator", Role.FINANCE_APPROVER)
    both = enter("uk.coordinator")
    before = available(both)
    steps.propose_commitment(both, "400", "My own idea")
    both.open("Approvals")
    own = both.proposal("My own idea")
    expect(own.get_by_role("checkbox")).to_be_disabled()
    both.follow(re.compile("^Commitment"), own)
    both.reads("You proposed this yourself: another person has to decide")
    assert not both.has("button", "Approve")
    assert not both.has("link", "Refuse")

    status, page = steps.refused_by_hand(both, f"{path_of(both.page.url)}/approve")
    assert status == 200
    assert "You proposed this yourself: another person has to decide" in page
    both.page.reload()
    expect(both.tag("Waiting")).to_be_visible()
    assert available(both) == before


def test_coordinator_without_approver_role_cannot_approve(enter: Enter) -> None:
    uk = enter("uk.coordinator.2")
    steps.open_line(uk, PROGRAMME, LINE)
    steps.propose_commitment(uk, "400", "Another idea")
    uk.follow(re.compile("."), uk.row("Another idea"))
    assert not uk.has("button", "Approve")
    status, page = steps.refused_by_hand(uk, f"{path_of(uk.page.url)}/approve")
    assert status == 403
    assert "You do not have permission to do this" in page


def test_line_cannot_be_overcommitted_by_a_penny(enter: Enter) -> None:
    """Acceptance test l, for one user."""
    uk, approver = enter("uk.coordinator"), enter("approver")
    left = available(uk)
    steps.propose_commitment(uk, plain_amount(left + 1), "The rest and a penny")
    uk.reads("The line has %(available)s available: enter that or less", available=format_pounds(left))
    expect(uk.field("Amount")).to_have_value(plain_amount(left + 1))
    expect(uk.field("Purpose")).to_have_value("The rest and a penny")

    uk.fill("Amount", plain_amount(left))
    uk.fill("Purpose", "All the rest")
    uk.press("Propose")
    uk.reads(steps.PROPOSED)
    steps.approve(approver, "All the rest")
    assert available(uk) == 0

    steps.propose_commitment(uk, "0.01", "One penny more")
    uk.reads("The line has %(available)s available: enter that or less", available="£0.00")
