"""Organisations: a tree for each jurisdiction, kept by administrators or loaded as published."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from training.domain.common.refusals import ChangedMeanwhile
from training.domain.identity import audit
from training.domain.identity.events import IdentityEvent
from training.domain.identity.refusals import (
    OrganisationExists,
    OrganisationInactive,
    OrganisationInUse,
    ParentElsewhere,
    ParentInactive,
    UnderItself,
)
from training.kit.db import db
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.queries.identity import organisations


@dataclass(frozen=True)
class OrganisationDetails:
    """The details of an organisation; ``aliases`` are other published names, separated by ``; ``."""

    name_en: str
    jurisdiction: Jurisdiction
    name_ar: str = ""
    name_ckb: str = ""
    aliases: str = ""
    source: str = ""


def create(details: OrganisationDetails, parent: Organisation | None = None, *, by: Actor | None) -> Organisation:
    """Add an organisation. Raises OrganisationExists, ParentElsewhere, ParentInactive."""
    organisations.lock_tree()
    _check_parent(parent, details.jurisdiction)
    added = Organisation(parent_id=parent.id if parent else None, **vars(details))
    try:
        with db.session.begin_nested():
            db.session.add(added)
    except IntegrityError as error:
        raise OrganisationExists from error
    audit.record(IdentityEvent.ORGANISATION_ADDED, added, by=by.user_id if by else None)
    return added


def edit(organisation: Organisation, details: OrganisationDetails, version: int, *, by: Actor | None) -> None:
    """Edit an organisation that was shown as ``version``.

    Raises ChangedMeanwhile, OrganisationExists, and ParentElsewhere if its parent or a child has another
    jurisdiction.
    """
    organisations.lock_tree()
    if organisations.jurisdictions_beside(organisation) - {details.jurisdiction}:
        raise ParentElsewhere
    other = organisations.organisation_named(details.name_en)
    if other is not None and other.id != organisation.id:
        raise OrganisationExists
    _check_version(organisation, version)
    before = audit.picture(organisation)
    for name, value in vars(details).items():
        setattr(organisation, name, value)
    _save(organisation, IdentityEvent.ORGANISATION_EDITED, by, before, audit.picture(organisation))


def move(organisation: Organisation, parent: Organisation | None, version: int, *, by: Actor | None) -> None:
    """Move an organisation and its subtree under another parent, or to the top.

    Raises UnderItself, ParentElsewhere, ParentInactive, ChangedMeanwhile. Concurrent moves of A under B and B under A
    are serialised by the lock on the tree, and the second is rejected.
    """
    organisations.lock_tree()
    _check_parent(parent, organisation.jurisdiction)
    if parent and parent.id in organisations.keys_below(organisation.id):
        raise UnderItself
    _check_version(organisation, version)
    former = organisations.organisation_by_key(organisation.parent_id) if organisation.parent_id else None
    organisation.parent_id = parent.id if parent else None
    _save(organisation, IdentityEvent.ORGANISATION_MOVED, by, _above(former), _above(parent))


def _above(parent: Organisation | None) -> audit.Picture:
    return {"parent": parent.name_en if parent else ""}


def deactivate(organisation: Organisation, version: int, *, by: Actor) -> None:
    """Deactivate an organisation. Raises OrganisationInUse while anything depends on it."""
    organisations.lock_against_use(organisation.id)
    if used_by := organisations.dependants(organisation.id):
        raise OrganisationInUse(used_by)
    _check_version(organisation, version)
    organisation.is_active = False
    _save(organisation, IdentityEvent.ORGANISATION_DEACTIVATED, by, {"is_active": True}, {"is_active": False})


def reactivate(organisation: Organisation, version: int, *, by: Actor) -> None:
    """Reactivate an organisation. Raises ParentInactive, ChangedMeanwhile."""
    organisations.lock_tree()
    if organisation.parent_id is not None:
        _check_parent(organisations.organisation_by_key(organisation.parent_id), organisation.jurisdiction)
    _check_version(organisation, version)
    organisation.is_active = True
    _save(organisation, IdentityEvent.ORGANISATION_REACTIVATED, by, {"is_active": False}, {"is_active": True})


def check_in_use(organisation_ids: Collection[int]) -> None:
    """Raise OrganisationInactive if one of these is inactive; lock them until the transaction ends."""
    if organisations.has_inactive(organisation_ids):
        raise OrganisationInactive


def _check_parent(parent: Organisation | None, jurisdiction: Jurisdiction) -> None:
    """Check the current state of a parent, under the lock."""
    if parent is None:
        return
    fresh = organisations.organisation_by_key(parent.id)
    if fresh.jurisdiction is not jurisdiction:
        raise ParentElsewhere
    if not fresh.is_active:
        raise ParentInactive


def _check_version(organisation: Organisation, version: int) -> None:
    if organisation.version != version:
        raise ChangedMeanwhile


def _save(
    organisation: Organisation, event: IdentityEvent, by: Actor | None, before: audit.Picture, after: audit.Picture
) -> None:
    try:
        db.session.flush()
    except StaleDataError as error:
        raise ChangedMeanwhile from error
    user_id = by.user_id if by else None
    audit.record_edit(event, organisation, before, after, by=user_id, version=organisation.version)
