"""Warnings to the approver of a payment. A warning forbids nothing: a person decides."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.domain.finance.evidence import FileState, state_of
from training.kit.clock import month_of
from training.kit.money import Currency
from training.models.finance.claims import Claim, Evidence, ExchangeRate
from training.queries.finance import claims as claim_rows
from training.queries.finance import rates

MOST_OFF = 5
"""Warn when a claim's rate differs from the table rate by more than this percentage."""


class PaymentWarning(enum.StrEnum):
    """A reason to check a payment more closely."""

    ALIKE = "alike"
    ODD_RATE = "odd_rate"
    UNKNOWN_RATE = "unknown_rate"
    NO_EVIDENCE = "no_evidence"
    FILE_CHANGED = "file_changed"
    NO_ROOM = "no_room"


@dataclass(frozen=True)
class ClaimReview:
    """A claim with its possible duplicates and the table of rates."""

    claim: Claim
    alike: list[Claim]
    table_rate: ExchangeRate | None
    files: list[tuple[Evidence, FileState]]

    @property
    def warnings(self) -> list[PaymentWarning]:
        """The warnings about the claim itself."""
        found = {
            PaymentWarning.ALIKE: bool(self.alike),
            PaymentWarning.ODD_RATE: self.table_rate is not None and departs(self.claim.rate, self.table_rate.rate),
            PaymentWarning.UNKNOWN_RATE: self.table_rate is None and self.claim.currency is not Currency.GBP,
            PaymentWarning.NO_EVIDENCE: not self.files,
            PaymentWarning.FILE_CHANGED: any(state is not FileState.WHOLE for _file, state in self.files),
        }
        return [doubt for doubt, holds in found.items() if holds]


def departs(rate: int, known: int) -> bool:
    """Return whether a rate differs from the table rate by more than the usual percentage."""
    return abs(rate - known) * 100 > known * MOST_OFF


def review(claims: Sequence[Claim], folder: Path) -> dict[int, ClaimReview]:
    """Return the review of each claim by its key; the claims come with their files."""
    marks = {claim.id: claim_rows.mark_of(claim) for claim in claims}
    alike = claim_rows.alike(set(marks.values()))
    paid_abroad = [claim for claim in claims if claim.currency is not Currency.GBP]
    table = rates.of_months({(claim.currency, month_of(claim.paid_on)) for claim in paid_abroad})
    return {
        claim.id: ClaimReview(
            claim,
            [other for other in alike[marks[claim.id]] if other.id != claim.id],
            table.get((claim.currency, month_of(claim.paid_on))),
            [(file, state_of(file, folder)) for file in claim.files],
        )
        for claim in claims
    }
