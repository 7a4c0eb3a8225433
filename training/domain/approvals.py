"""Decisions about money, with what follows from them: an approved commitment opens its cohort."""

import datetime as dt

from training.domain import cohorts, ledger
from training.models.actor import Actor
from training.models.cohorts import Cohort
from training.models.ledger import EntryKind, LedgerEntry
from training.queries import cohorts as cohort_rows
from training.queries import ledger as entries


def approve(entry: LedgerEntry, by: Actor, on: dt.date) -> None:
    """Approve a proposal; the commitment of a cohort opens the cohort in the same transaction.

    Raises what ``ledger.approve`` and ``cohorts.open_funded`` raise.
    """
    ledger.approve(entry, by, on)
    if cohort := _cohort_of(entry):
        cohorts.open_funded(cohort, by, on)


def refuse(entry: LedgerEntry, reason: str, by: Actor) -> None:
    """Refuse a proposal; a cohort whose commitment is refused is a draft again. Raises OwnProposal, AlreadyDecided."""
    ledger.refuse(entry, reason, by)
    if cohort := _cohort_of(entry):
        cohorts.return_to_draft(cohort, by)


def _cohort_of(entry: LedgerEntry) -> Cohort | None:
    """Return the cohort that the commitment of this entry is to open."""
    if entry.kind is not EntryKind.COMMIT or entry.commitment_id is None:
        return None
    cohort_id = entries.commitment_by_key(entry.commitment_id).cohort_id
    return cohort_rows.cohort_by_key(cohort_id) if cohort_id else None
