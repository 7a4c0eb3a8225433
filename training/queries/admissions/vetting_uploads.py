"""Read vetting uploads: their rows, the nominees they name, and these nominees' current decisions."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.models.admissions.nominations import Nomination
from training.models.admissions.vetting import ClearanceBatch, ClearanceRow, VettingDecision
from training.models.finance.spend_uploads import RowOutcome
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import domain_read, seen, unscoped
from training.queries.admissions import vetting
from training.queries.common.paging import Cursor, Page
from training.queries.common.table_import import Batches

BATCHES = Batches(ClearanceBatch, ClearanceRow, ClearanceRow.result, Permission.VET)


def batches_before(moment: dt.datetime) -> Sequence[int]:
    """Return the keys of the batches uploaded before a moment that still have rows."""
    statement = select(ClearanceBatch.id).join(ClearanceRow).where(ClearanceBatch.uploaded_at < moment).distinct()
    return db.session.scalars(unscoped(statement, because="what is old is forgotten; nothing is shown")).all()


def named(public_ids: Collection[str], actor: Actor) -> Mapping[str, tuple[Nomination, VettingDecision | None]]:
    """Return the nominations with these public ids that ``actor`` vets, with their people and current decisions."""
    statement = (
        vetting.with_current(select(Nomination, VettingDecision))
        .where(Nomination.public_id.in_(public_ids))
        .options(joinedload(Nomination.person))
    )
    rows = db.session.execute(seen(statement, actor, Permission.VET, Nomination))
    return {nomination.public_id: (nomination, decision) for nomination, decision in rows}


def new_rows(batch_id: int) -> list[tuple[ClearanceRow, int, int | None]]:
    """Return the rows to record, each with the keys of its person and that person's current decision."""
    rows_of_people = select(ClearanceRow, Nomination.person_id, VettingDecision.id).join(
        Nomination, Nomination.id == ClearanceRow.nomination_id
    )
    statement = (
        vetting.with_current(rows_of_people)
        .where(ClearanceRow.batch_id == batch_id, ClearanceRow.result == RowOutcome.NEW)
        .order_by(ClearanceRow.number)
    )
    rows = db.session.execute(domain_read(statement))
    return [(row, person_id, decision_id) for row, person_id, decision_id in rows]


def rows_of(batch: ClearanceBatch, cut: Cursor, actor: Actor) -> Page[ClearanceRow]:
    """Return a page of a batch's rows in order of their numbers."""
    statement = select(ClearanceRow).options(
        joinedload(ClearanceRow.nomination).joinedload(Nomination.person),
        joinedload(ClearanceRow.nomination).joinedload(Nomination.cohort),
    )
    page = BATCHES.page(statement, batch.id, None, cut, actor)
    return replace(page, rows=[row for (row,) in page.rows])
