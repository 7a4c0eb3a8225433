"""Evidence of claims: receipts and registers, kept outside the web root under random names."""

from pathlib import Path
from typing import IO

from training.domain import audit
from training.domain.refusals import EvidenceTooLarge, EvidenceUnreadable
from training.kit import files
from training.kit.clock import now
from training.kit.db import db
from training.models.actor import Actor
from training.models.claims import Evidence, EvidenceKind

LARGEST = 10 * 1024 * 1024
"""Bytes; a photograph of a receipt has a tenth of it."""


def take(stream: IO[bytes], folder: Path) -> files.Kept:
    """Take in what was uploaded. Raises EvidenceUnreadable (by its first bytes no PDF, JPEG, PNG), EvidenceTooLarge."""
    try:
        return files.keep(stream, folder, LARGEST)
    except files.UnknownKindError as error:
        raise EvidenceUnreadable from error
    except files.TooLargeError as error:
        raise EvidenceTooLarge(LARGEST // (1024 * 1024)) from error


def keep(stream: IO[bytes], folder: Path, by: Actor) -> Evidence:
    """Keep an uploaded receipt or register. Raises what ``take`` raises."""
    kept = take(stream, folder)
    evidence = Evidence(
        kind=EvidenceKind(kept.kind),
        size=kept.size,
        sha256=kept.sha256,
        stored_as=kept.stored_as,
        uploaded_by_id=by.user_id,
        uploaded_at=now(),
    )
    db.session.add(evidence)
    db.session.flush()
    audit.record("evidence uploaded", evidence, by=by.user_id, kind=kept.kind, size=kept.size)
    return evidence
