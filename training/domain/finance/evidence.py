"""Evidence of claims: receipts and registers, kept outside the web root under random names."""

import enum
import hashlib
from pathlib import Path
from typing import IO, Protocol

from training.domain.finance.events import FinanceEvent
from training.domain.finance.refusals import EvidenceAttached, EvidenceTooLarge, EvidenceUnreadable, EvidenceUsed
from training.domain.identity import audit
from training.kit import files
from training.kit.clock import now
from training.kit.db import db
from training.models.finance.claims import Claim, ClaimEvidence, Evidence, EvidenceKind
from training.models.identity.actor import Actor
from training.queries.finance import claims, programmes

LARGEST = 10 * 1024 * 1024
"""Bytes; ten times the size of a photographed receipt."""


def take(stream: IO[bytes], folder: Path) -> files.Kept:
    """Check and store an upload. Raises EvidenceTooLarge, EvidenceUnreadable (by its first bytes no PDF, JPEG, PNG)."""
    try:
        return files.keep(stream, folder, LARGEST)
    except files.UnknownKindError as error:
        raise EvidenceUnreadable from error
    except files.TooLargeError as error:
        raise EvidenceTooLarge(LARGEST // (1024 * 1024)) from error


def keep(stream: IO[bytes], folder: Path, by: Actor) -> Evidence:
    """Store an uploaded receipt or register and record it. Raises what ``take`` raises."""
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
    audit.record(FinanceEvent.EVIDENCE_UPLOADED, evidence, by=by.user_id, kind=kept.kind, size=kept.size)
    return evidence


def discard(upload: Evidence, folder: Path, by: Actor) -> None:
    """Delete the file of an upload that no claim uses; its record stays, with kind and hash."""
    claims.lock_upload(upload.id)
    if claims.is_used(upload.id) or not is_here(upload, folder):
        return
    audit.record(FinanceEvent.UPLOAD_FORGOTTEN, upload, by=by.user_id)
    (folder / upload.stored_as).unlink(missing_ok=True)


def is_here(upload: Evidence, folder: Path) -> bool:
    """Return whether the file of an upload has not been deleted."""
    return (folder / upload.stored_as).exists()


def attach(claim: Claim, evidence: Evidence, by: Actor) -> ClaimEvidence:
    """Attach an upload to an existing claim, which stays unchanged otherwise.

    Raises EvidenceUsed, and EvidenceAttached if the claim has a file of the same bytes.
    """
    programmes.lock_programme(claim.programme_id)
    claims.lock_upload(evidence.id)
    if claims.is_used(evidence.id):
        raise EvidenceUsed
    if evidence.sha256 in claims.hashes_of(claim.id):
        raise EvidenceAttached
    attached = ClaimEvidence(
        claim_id=claim.id,
        evidence_id=evidence.id,
        evidence_sha256=evidence.sha256,
        attached_by_id=by.user_id,
        attached_at=now(),
    )
    db.session.add(attached)
    audit.record(FinanceEvent.EVIDENCE_ATTACHED, claim, by=by.user_id, evidence=evidence.public_id)
    return attached


class FileState(enum.StrEnum):
    """The result of comparing a file with its upload."""

    WHOLE = "whole"
    CHANGED = "changed"
    MISSING = "missing"


class Stored(Protocol):
    """A record of an uploaded file."""

    stored_as: str
    sha256: str


def state_of(file: Stored, folder: Path) -> FileState:
    """Return whether a file is missing or changed since the upload, by its hash."""
    return _state(file, files.sha256_now(folder / file.stored_as))


def content_of(file: Stored, folder: Path) -> tuple[FileState, bytes]:
    """Return the bytes of a file with the state of these very bytes."""
    try:
        content = (folder / file.stored_as).read_bytes()
    except FileNotFoundError:
        return FileState.MISSING, b""
    return _state(file, hashlib.sha256(content).hexdigest()), content


def _state(file: Stored, found: str | None) -> FileState:
    if found is None:
        return FileState.MISSING
    return FileState.WHOLE if found == file.sha256 else FileState.CHANGED
