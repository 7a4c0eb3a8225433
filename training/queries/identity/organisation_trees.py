"""Subtrees and ancestors of organisations, as tables of keys (column ``id``) for other SELECTs."""

from sqlalchemy import CTE, Select, select

from training.kit.db import db
from training.models.courses.cohorts import CohortInvitation
from training.models.identity.organisations import Organisation


def below(roots: Select[int]) -> CTE:
    """Return the organisations whose keys ``roots`` selects as ``id``, and all below them."""
    tree = roots.cte(recursive=True)
    return tree.union(select(Organisation.id).join(tree, Organisation.parent_id == tree.c.id))


def above(organisation_id: int | None) -> CTE:
    """Return an organisation and its ancestors; empty for None."""
    first = select(Organisation.id, Organisation.parent_id).where(Organisation.id == organisation_id)
    line = first.cte(recursive=True)
    parents = select(Organisation.id, Organisation.parent_id).join(line, Organisation.id == line.c.parent_id)
    return line.union(parents)


def invited_to(cohort_id: int) -> CTE:
    """Return the organisations invited to a cohort, and all below them."""
    return below(select(CohortInvitation.organisation_id.label("id")).where(CohortInvitation.cohort_id == cohort_id))


def keys_invited_to(cohort_id: int) -> set[int]:
    """Return the keys of the organisations invited to a cohort, and of all below them."""
    return set(db.session.scalars(select(invited_to(cohort_id).c.id)))
