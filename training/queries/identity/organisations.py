"""Read organisations: the tree, one organisation, its dependants, and the effect of a move on visibility."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from training.kit.db import db
from training.models.courses.cohorts import Cohort, CohortInvitation, CohortState
from training.models.courses.venues import Venue
from training.models.finance.programmes import Project
from training.models.identity.accounts import RoleAssignment, User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.people.people import Person
from training.policy.matrix import MATRIX, Permission, Scope
from training.policy.scopes import seen, sees_others, unscoped, where
from training.queries.identity import organisation_trees
from training.queries.identity.standing import stands

MOST_COUNTED = 1_000
"""Counts of people above this number are shown as "more than"."""


def organisation_named(name_en: str) -> Organisation | None:
    """Return the organisation with exactly this English name."""
    return db.session.scalar(select(Organisation).where(Organisation.name_en == name_en))


def organisation_by_key(organisation_id: int) -> Organisation:
    """Return an organisation as the database has it now."""
    statement = select(Organisation).where(Organisation.id == organisation_id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def names_of(organisation_id: int) -> tuple[str, ...]:
    """Return what an organisation is called in each language, and its other published names."""
    names = (Organisation.name_en, Organisation.name_ar, Organisation.name_ckb, Organisation.aliases)
    return tuple(db.session.execute(select(*names).where(Organisation.id == organisation_id)).one())


def everything() -> Sequence[Organisation]:
    """Return every organisation by its English name."""
    return db.session.scalars(select(Organisation).order_by(Organisation.name_en)).all()


def in_use() -> Sequence[Organisation]:
    """Return the active organisations, by jurisdiction and name."""
    statement = select(Organisation).where(Organisation.is_active)
    return db.session.scalars(statement.order_by(Organisation.jurisdiction, Organisation.name_en)).all()


def lock_tree() -> None:
    """Lock the tree against changes until the transaction ends; people can still be registered."""
    db.session.execute(select(Organisation.id).order_by(Organisation.id).with_for_update(key_share=True))


def lock_against_use(organisation_id: int) -> None:
    """Lock an organisation against new references until the transaction ends."""
    lock_tree()
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())


def has_inactive(organisation_ids: Collection[int]) -> bool:
    """Return whether one of these is inactive, and lock them until the transaction ends."""
    statement = select(Organisation.is_active).where(Organisation.id.in_(organisation_ids)).order_by(Organisation.id)
    return not all(db.session.scalars(statement.with_for_update(read=True, key_share=True)))


def _below(organisation_id: int) -> Select[int]:
    return select(organisation_trees.below(select(Organisation.id).where(Organisation.id == organisation_id)).c.id)


def keys_below(organisation_id: int) -> frozenset[int]:
    """Return the keys of an organisation and of all below it."""
    return frozenset(db.session.scalars(_below(organisation_id)))


def jurisdictions_beside(organisation: Organisation) -> set[Jurisdiction]:
    """Return the jurisdictions of an organisation's parent and children."""
    beside = or_(Organisation.id == organisation.parent_id, Organisation.parent_id == organisation.id)
    return set(db.session.scalars(select(Organisation.jurisdiction).where(beside).distinct()))


def dependants(organisation_id: int) -> tuple[str, ...]:
    """Return what depends on it: ``people``, ``accounts``, ``bodies``, ``projects``, ``cohorts``, ``venues``."""
    going_on = Cohort.state.not_in((CohortState.CLOSED, CohortState.CANCELLED))
    invited = select(CohortInvitation.cohort_id).where(CohortInvitation.organisation_id == organisation_id)
    asked: dict[str, ColumnElement[bool]] = {
        "people": exists().where(Person.organisation_id == organisation_id),
        "accounts": exists().where(User.organisation_id == organisation_id, User.is_active),
        "bodies": exists().where(Organisation.parent_id == organisation_id, Organisation.is_active),
        "projects": exists().where(Project.organisation_id == organisation_id),
        "cohorts": exists().where(going_on, or_(Cohort.host_id == organisation_id, Cohort.id.in_(invited))),
        "venues": exists().where(Venue.keeper_id == organisation_id, Venue.is_active),
    }
    statement = unscoped(select(*asked.values()), because="a rule asks whether there is anything; nobody is shown")
    return tuple(kind for kind, is_there in zip(asked, db.session.execute(statement).one(), strict=True) if is_there)


@dataclass
class Node:
    """An organisation in the tree, with those below it."""

    body: Organisation
    below: list["Node"] = field(default_factory=list)


def tree(jurisdiction: Jurisdiction, actor: Actor) -> list[Node]:
    """Return the tree of a jurisdiction, in one statement; a few hundred organisations at most."""
    statement = select(Organisation).where(Organisation.jurisdiction == jurisdiction).order_by(Organisation.name_en)
    found = db.session.scalars(seen(statement, actor, Permission.SEE_ORGANISATION, Organisation)).all()
    nodes = {body.id: Node(body) for body in found}
    for node in nodes.values():
        if node.body.parent_id in nodes:
            nodes[node.body.parent_id].below.append(node)
    return [node for node in nodes.values() if node.body.parent_id not in nodes]


@dataclass(frozen=True)
class OrganisationPage:
    """An organisation with its parent and children.

    ``people`` counts those the reader may see, up to ``MOST_COUNTED`` + 1; None for readers who see only themselves.
    """

    organisation: Organisation
    below: Sequence[Organisation]
    people: int | None
    may_edit: bool


def organisation_page(organisation: Organisation, actor: Actor) -> OrganisationPage:
    """Return what the page of an organisation shows to ``actor``."""
    key = organisation.id
    may_edit = where(actor, Permission.EDIT_ORGANISATION, Organisation)
    whole = (
        select(Organisation, may_edit)
        .where(Organisation.id == key)
        .options(joinedload(Organisation.parent))
        .execution_options(populate_existing=True)
    )
    fresh, is_editor = db.session.execute(seen(whole, actor, Permission.SEE_ORGANISATION, Organisation)).one()
    below = select(Organisation).where(Organisation.parent_id == key).order_by(Organisation.name_en)
    return OrganisationPage(
        organisation=fresh,
        below=db.session.scalars(seen(below, actor, Permission.SEE_ORGANISATION, Organisation)).all(),
        people=_people_in_sight(key, actor) if sees_others(actor, Permission.SEE_PERSON) else None,
        may_edit=bool(is_editor),
    )


def _people_in_sight(organisation_id: int, actor: Actor) -> int:
    is_listed = Person.organisation_id == organisation_id, Person.inactive_because.is_(None)
    statement = select(Person.id).where(*is_listed).limit(MOST_COUNTED + 1)
    return len(db.session.scalars(seen(statement, actor, Permission.SEE_PERSON, Person)).all())


def parents_for(actor: Actor, jurisdiction: Jurisdiction | None = None) -> dict[str, Organisation]:
    """Return the active organisations that ``actor`` may choose as a parent, by public id."""
    statement = select(Organisation).where(Organisation.is_active)
    if jurisdiction:
        statement = statement.where(Organisation.jurisdiction == jurisdiction)
    statement = statement.order_by(Organisation.jurisdiction, Organisation.name_en)
    found = db.session.scalars(seen(statement, actor, Permission.EDIT_ORGANISATION, Organisation))
    return {body.public_id: body for body in found}


@dataclass(frozen=True)
class MoveEffect:
    """The effect of a move: how many records it moves, and how many accounts gain and lose sight of them."""

    people: int
    accounts: int
    beginning: int
    ceasing: int


def effect_of_move(organisation: Organisation, parent: Organisation | None) -> MoveEffect:
    """Return the effect on visibility of moving an organisation under ``parent``: counts only, never names."""
    below = _below(organisation.id)
    before, after = (
        set(db.session.scalars(select(organisation_trees.above(key).c.id)))
        for key in (organisation.parent_id, parent.id if parent else None)
    )
    people = select(func.count()).select_from(Person).where(Person.organisation_id.in_(below))
    accounts = select(func.count()).select_from(User).where(User.organisation_id.in_(below), User.is_active)
    why = "counts only: the effect of a move is shown before it"
    return MoveEffect(
        people=db.session.scalar(unscoped(people, because=why)) or 0,
        accounts=db.session.scalar(accounts) or 0,
        beginning=_overseers(after - before),
        ceasing=_overseers(before - after),
    )


def _overseers(organisations: set[int]) -> int:
    """Return how many active accounts at these organisations see the people of their own subtree."""
    roles = [role for role, scopes in MATRIX[Permission.SEE_PERSON].items() if Scope.ORG in scopes]
    statement = (
        select(func.count(User.id.distinct()))
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(
            User.organisation_id.in_(organisations),
            User.is_active,
            RoleAssignment.role.in_(roles),
            stands(),
        )
    )
    return db.session.scalar(statement) or 0
