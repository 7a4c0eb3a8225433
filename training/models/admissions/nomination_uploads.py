"""Nomination uploads: a coordinator's file of names for a cohort, and its rows."""

import datetime as dt
import enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.models.common.base import Base, Guarded, Key, OfWorkbook, PublicId, choice
from training.models.courses.cohorts import Cohort
from training.models.identity.accounts import User
from training.models.identity.organisations import Organisation
from training.models.people.people import Person


class NomineePart(enum.StrEnum):
    """The part of a nominee that a column of a file holds."""

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
    """The public id of a person, as in our own files."""


class NominationBatchState(enum.StrEnum):
    """The state of a batch."""

    READ = "read"
    PREVIEWED = "previewed"
    COMMITTED = "committed"
    UNDONE = "undone"
    FORGOTTEN = "forgotten"
    """Abandoned, so its rows were deleted."""


class NomineeOutcome(enum.StrEnum):
    """The outcome of a row, before or after the commit."""

    NEW = "new_person"
    """A new person, to be registered and nominated."""
    MATCHED = "matched"
    """A known person, to be nominated."""
    POSSIBLE = "possible"
    """Possibly a known person: a user has to decide."""
    NOMINATED = "already_nominated"
    FAULTY = "faulty_row"
    REPEATED = "repeated_row"
    """The same person as another row, which is nominated for both."""
    ASKED = "asked_about"
    """Good, but for something that only a guess would settle: a user has to say so."""
    LEFT_OUT = "left_out"
    """No person: a heading, a total, a signature."""


class NomineeFault(enum.StrEnum):
    """Why a row cannot become a nomination."""

    NAME_MISSING = "name_missing"
    NAME_UNREADABLE = "name_unreadable"
    TEXT_TOO_LONG = "text_too_long"
    SEX_UNKNOWN = "sex_unknown"
    LANGUAGE_UNKNOWN = "language_unknown"
    NUMBER_ROUNDED = "number_rounded"
    PHONE_UNREADABLE = "phone_unreadable"
    EMAIL_UNREADABLE = "email_unreadable"
    ORGANISATION_MISSING = "organisation_missing"
    ORGANISATION_UNKNOWN = "organisation_unknown"
    ORGANISATION_NOT_INVITED = "organisation_not_invited"
    REFERENCE_UNKNOWN = "reference_unknown"
    REFERENCE_CONTRADICTED = "reference_contradicted"
    SAME_PERSON = "same_person"
    OWN_RECORD = "own_record"


class NomineeQuestion(enum.StrEnum):
    """What is asked about a row; the answer yes, for the row or for all of the file, lets it count."""

    HIDDEN = "hidden_row"
    """The workbook hides the row: does it count?"""
    NOT_A_PERSON = "not_a_person"
    """It looks like a heading, a total or a signature: is it a person?"""
    CELL_UNREADABLE = "cell_unreadable"
    """An optional cell cannot be read: is it to be left empty?"""
    RANK_OR_NAME = "rank_or_name"
    """A word of the name may be a rank: is it?"""
    NAME_UNUSUAL = "name_unusual"
    """The name has marks or a long number: is all of it the name?"""


class NominationBatch(OfWorkbook, Guarded, Base):
    """An uploaded file, on behalf of the uploader's organisation; ``name`` is what the uploader calls it.

    ``headings`` are those of the file, ``columns`` maps the value of each part to its columns, which are joined;
    ``hidden`` are the columns that the workbook hides. ``version`` counts the previews, ``answers`` has the questions
    answered with yes for all rows.
    ``default_organisation_id`` is the organisation of rows that name none, ``meanings`` maps unknown folded
    names in the file to the keys of organisations. ``headings_in`` is the number of the row taken for the headings; if
    that row is a person (``is_first_person``), it is among the rows and ``headings`` are empty.
    """

    __tablename__ = "nomination_batches"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    default_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(String(100), default="", server_default="")
    sha256: Mapped[str] = mapped_column(String(64))
    headings: Mapped[list[str]] = mapped_column(JSON)
    headings_in: Mapped[int] = mapped_column(default=0, server_default="0")
    is_first_person: Mapped[bool] = mapped_column(default=False, server_default=false())
    hidden: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    columns: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)
    answers: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
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

    @property
    def hidden_headings(self) -> list[str]:
        """The headings of the columns that the workbook hides."""
        return [self.headings[place] for place in self.hidden if place < len(self.headings)]


class NominationRow(Guarded, Base):
    """A row of a batch; ``number`` is its row in the file.

    ``cells`` are those of the file, ``mended`` the corrections by part; ``mark`` is what the row is if no person, or
    that the workbook hides it. ``questions`` are what is asked about it, each with its part and text, ``answers`` those
    answered with yes. ``chosen_id`` is the person chosen by the user,
    ``is_nobody_known`` the choice of none of the candidates. ``same_as`` is the number of an earlier row that means the
    same person, ``alike`` lists those that may; ``chosen_row`` is the one chosen by the user. ``stamp`` is a hash of
    the matched person's record at the preview; ``differs`` lists the parts in which the row differs from it, until the
    commit. After the commit ``person_id`` and ``nomination_id`` are its result, ``before`` the particulars that a
    correction replaced. ``fingerprint`` is a hash of the row's texts: a row equal to one that was nominated in an
    earlier file means the same person.
    """

    __tablename__ = "nomination_rows"

    batch_id: Mapped[int] = mapped_column(ForeignKey("nomination_batches.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[list[str]] = mapped_column(JSON)
    mended: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    mark: Mapped[str] = mapped_column(String(20), default="", server_default="")
    questions: Mapped[list[list[str]]] = mapped_column(JSON, default=list, server_default="[]")
    answers: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
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
