"""Batches: files of names that a coordinator puts forward for a cohort, row by row."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, PublicId, choice
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import User
from training.models.identity.organisations import Organisation
from training.models.people.people import Person


class NomineePart(enum.StrEnum):
    """What a column of a file may hold."""

    NAME_LATIN = "name_latin"
    NAME_NATIVE = "name_native"
    ORGANISATION = "organisation"
    RANK = "rank"
    UNIT = "unit"
    SEX = "sex"
    SERVICE_NUMBER = "service_number"
    PHONE = "phone"
    EMAIL = "email"
    LANGUAGES = "languages"
    REFERENCE = "reference"
    """The opaque id of a person in the register, as our own files have it."""


class NominationBatchState(enum.StrEnum):
    """Where a batch stands."""

    READ = "read"
    PREVIEWED = "previewed"
    COMMITTED = "committed"
    UNDONE = "undone"
    FORGOTTEN = "forgotten"
    """Nobody went on with it, so its rows were deleted."""


class NomineeOutcome(enum.StrEnum):
    """What will become, or became, of a row."""

    NEW = "new_person"
    """Will be registered and nominated."""
    MATCHED = "matched"
    """A known person, who will be nominated."""
    POSSIBLE = "possible"
    """May be a known person: somebody has to say."""
    NOMINATED = "already_nominated"
    FAULTY = "faulty_row"
    REPEATED = "repeated_row"
    """Somebody said that it means the same person as another row, which stands for both."""


class NomineeFault(enum.StrEnum):
    """Why a row cannot become a nomination."""

    NAME_MISSING = "name_missing"
    NAME_UNREADABLE = "name_unreadable"
    TEXT_TOO_LONG = "text_too_long"
    SEX_UNKNOWN = "sex_unknown"
    LANGUAGE_UNKNOWN = "language_unknown"
    PHONE_UNREADABLE = "phone_unreadable"
    EMAIL_UNREADABLE = "email_unreadable"
    ORGANISATION_MISSING = "organisation_missing"
    ORGANISATION_UNKNOWN = "organisation_unknown"
    ORGANISATION_NOT_INVITED = "organisation_not_invited"
    REFERENCE_UNKNOWN = "reference_unknown"
    REFERENCE_CONTRADICTED = "reference_contradicted"
    SAME_PERSON = "same_person"


class NominationBatch(Guarded, Base):
    """A file that was read, in the name of the organisation of whoever sent it; its own name is not kept.

    ``headings`` are those of the file, ``columns`` says which of them is what part (by its value), ``version`` counts
    the previews. ``default_organisation_id`` is that of rows which name none, ``meanings`` the keys of those that names
    in the file mean which the register does not have, by the folded name. ``headings_in`` is the number of the row that
    was taken for the headings; where it is a person (``is_first_person``), it is among the rows and ``headings`` are
    empty. ``sheet`` is the sheet of a workbook that was read, ``unread`` lists the others, each with the number of its
    rows.
    """

    __tablename__ = "nomination_batches"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    default_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    headings: Mapped[list[str]] = mapped_column(JSON)
    headings_in: Mapped[int] = mapped_column(default=0, server_default="0")
    is_first_person: Mapped[bool] = mapped_column(default=False, server_default=false())
    sheet: Mapped[str] = mapped_column(String(200), default="", server_default="")
    unread: Mapped[list[list[Any]]] = mapped_column(JSON, default=list, server_default="[]")
    columns: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    meanings: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default="{}")
    state: Mapped[NominationBatchState] = mapped_column(choice(NominationBatchState), default=NominationBatchState.READ)
    version: Mapped[int] = mapped_column(default=0)
    corrects: Mapped[bool] = mapped_column(default=False)
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[dt.datetime]
    keep_until: Mapped[dt.datetime] = mapped_column(index=True)

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    uploaded_by: Mapped[User] = relationship(lazy="raise")

    __table_args__ = (Index("ix_nomination_batches_cohort_id_id", "cohort_id", "id"),)


class NominationRow(Guarded, Base):
    """A row of a batch; ``number`` is its row in the file.

    ``cells`` is what the file holds, ``mended`` what somebody wrote instead, by part. ``chosen_id`` is the person whom
    somebody recognised, ``is_nobody_known`` says that it is none of those who were shown. ``same_as`` is the number of
    an earlier row that means the same person, ``alike`` lists those that perhaps do; ``chosen_row`` is the one of which
    somebody said so. ``stamp`` is a hash of the matched person's particulars as they were previewed; ``differs`` lists
    the parts in which the row says otherwise, until the commit. After it ``person_id`` and ``nomination_id`` are what
    it became, ``before`` what a correction replaced. ``fingerprint`` is a hash of what the row says: where an equal one
    became somebody's nomination before, it means the same person.
    """

    __tablename__ = "nomination_rows"

    batch_id: Mapped[int] = mapped_column(ForeignKey("nomination_batches.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[list[str]] = mapped_column(JSON)
    mended: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    chosen_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    is_nobody_known: Mapped[bool] = mapped_column(default=False)
    chosen_row: Mapped[int | None]
    corrects: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[NomineeOutcome | None] = mapped_column(choice(NomineeOutcome))
    fault: Mapped[NomineeFault | None] = mapped_column(choice(NomineeFault))
    part: Mapped[NomineePart | None] = mapped_column(choice(NomineePart))
    same_as: Mapped[int | None]
    alike: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    stamp: Mapped[str] = mapped_column(String(64), default="")
    differs: Mapped[list[str]] = mapped_column(JSON, default=list)
    candidates: Mapped[list[int]] = mapped_column(JSON, default=list)
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nominations.id"), unique=True)
    is_registered: Mapped[bool] = mapped_column(default=False)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    fingerprint: Mapped[str] = mapped_column(String(64), default="", index=True)

    person: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[person_id])
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")

    __table_args__ = (Index("ix_nomination_rows_batch_id_outcome", "batch_id", "outcome", "number"),)
