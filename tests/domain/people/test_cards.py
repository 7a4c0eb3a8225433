"""Cards: for whom they are made, how often and how long they work, and what the trail says of them."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.support.world import PASSWORD, World
from tests.web.browsing import together
from training.domain.admissions import deactivation
from training.domain.identity import accounts
from training.domain.identity.refusals import AccountDisabled, OwnRecord, WeakPassword
from training.domain.identity.sign_in_limits import Attempt
from training.domain.people import cards, duplicates
from training.domain.people.cards import CardChoice, MadeCards, PrintedCard
from training.domain.people.refusals import CardRefused, NotATrainee, PersonInactive
from training.kit import card_codes
from training.kit.clock import now
from training.kit.db import db, transaction
from training.kit.ids import token_hash
from training.models.identity.accounts import Role, RoleAssignment, User
from training.models.identity.audit import AuditEntry
from training.models.identity.organisations import Jurisdiction
from training.models.people.cards import Card, CardEnd
from training.models.people.people import InactiveReason, Person
from training.policy.scopes import unscoped
from training.queries.identity import accounts as account_rows

SECRET = "a secret of the server"
NEW = "copper window ladder fog"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        yield World(app)


def fresh(*people: Person) -> list[Person]:
    return with_keys([one.id for one in people])


def with_keys(keys: Sequence[int]) -> list[Person]:
    statement = select(Person).where(Person.id.in_(keys)).order_by(Person.id)
    return list(db.session.scalars(unscoped(statement, because="test")))


def make(world: World, *people: Person, by: str = "iraq", at: dt.datetime | None = None) -> MadeCards:
    actor, moment = world.actor(by), at or now()
    with transaction():
        return cards.make_each(fresh(*people), SECRET, actor, moment)


def card_of(world: World, person: Person, **how: object) -> PrintedCard:
    made = make(world, person, **how)  # type: ignore[arg-type]
    assert made.left == []
    return made.printed[0]


def prove(card: PrintedCard, code: str | None = None, at: dt.datetime | None = None) -> str | None:
    with transaction():
        proved = cards.prove(card.username, code or card.code, SECRET, at or now())
    return proved.public_id if proved else None


def use(card_id: str, username: str, password: str = NEW) -> str:
    with transaction():
        choice = CardChoice(password)
        _user, tokens = cards.use(card_id, choice, Attempt(username, "", "192.0.2.1"), now())
    return tokens.session


def account(username: str) -> User:
    found = account_rows.user_named(username)
    assert found is not None
    db.session.refresh(found)
    return found


def roles(user: User) -> list[Role]:
    return list(db.session.scalars(select(RoleAssignment.role).where(RoleAssignment.user_id == user.id)))


def ends(username: str) -> list[CardEnd | None]:
    statement = select(Card.ended_because).where(Card.user_id == account(username).id).order_by(Card.id)
    return list(db.session.scalars(statement))


def trail(*actions: str) -> list[tuple[str, str, str, dict[str, object]]]:
    statement = select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.id)
    return [(row.action, row.subject_kind, row.subject_id, row.details) for row in db.session.scalars(statement)]


def signs_in(username: str, password: str) -> bool:
    return accounts.verify(Attempt(username, password, "192.0.2.1")) is not None


def test_card_gives_a_person_an_account_of_a_trainee(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    card = card_of(world, person)
    user = account(card.username)
    assert (user.person_id, user.organisation_id) == (person.id, world.organisations["iraq"].id)
    assert roles(user) == [Role.TRAINEE]
    assert len(card.username) == 8
    assert not signs_in(card.username, PASSWORD)


def test_code_is_stored_only_as_a_hash_and_shown_nowhere_else(world: World) -> None:
    card = card_of(world, world.person("Trainee one", "iraq"))
    stored = db.session.scalars(select(Card)).one()
    assert card.code not in f"{vars(stored)} {card} {trail('card made', 'account created', 'role granted')}"
    assert stored.code_hash == card_codes.code_hash(SECRET, stored.public_id, card.code)


def test_card_works_once_and_sets_a_password(world: World) -> None:
    card = card_of(world, world.person("Trainee one", "iraq"))
    proved = prove(card)
    assert proved
    assert prove(card) == proved, "the card is used only when the password is set"
    token = use(proved, card.username)
    assert account_rows.signed_in(token_hash(token)) is not None
    assert signs_in(card.username, NEW)
    assert prove(card) is None
    with pytest.raises(CardRefused):
        use(proved, card.username, "another window ladder fog")
    assert signs_in(card.username, NEW)
    assert ends(card.username) == [CardEnd.USED]


def test_weak_password_leaves_the_card_as_it_was(world: World) -> None:
    card = card_of(world, world.person("Trainee one", "iraq"))
    proved = prove(card)
    assert proved
    with pytest.raises(WeakPassword):
        use(proved, card.username, "trainee one trainee one")
    assert use(proved, card.username)


def test_card_works_for_seven_days(world: World) -> None:
    made_at = now()
    card = card_of(world, world.person("Trainee one", "iraq"), at=made_at)
    last = made_at + dt.timedelta(days=7)
    assert prove(card, at=last) is None
    assert prove(card, at=last - dt.timedelta(seconds=1))


def test_fifth_wrong_code_ends_a_card(world: World) -> None:
    card = card_of(world, world.person("Trainee one", "iraq"))
    for _try in range(4):
        assert prove(card, card_codes.new_code()) is None
    assert prove(card)
    assert prove(card, card_codes.new_code()) is None
    assert prove(card) is None
    assert ends(card.username) == [CardEnd.WRONG_CODES]


def test_many_wrong_codes_at_once_are_no_more_tries(world: World) -> None:
    card = card_of(world, world.person("Trainee one", "iraq"))
    app = world.app
    db.session.rollback()

    def guess() -> bool:
        with app.app_context():
            return prove(card, card_codes.new_code()) is not None

    assert not any(together([guess] * 8))
    db.session.rollback()
    assert db.session.scalar(select(Card.wrong_codes)) in range(5, 9)
    assert prove(card) is None


def test_new_card_ends_the_one_before_and_nothing_else(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    first = card_of(world, person)
    proved = prove(first)
    assert proved
    token = use(proved, first.username)
    second, third = card_of(world, person), card_of(world, person)
    assert first.username == second.username == third.username
    assert prove(second) is None
    assert signs_in(first.username, NEW), "a card made by mistake locks nobody out"
    assert account_rows.signed_in(token_hash(token)) is not None
    again = prove(third)
    assert again
    use(again, third.username, "velvet anchor turnip sky")
    assert not signs_in(first.username, NEW)
    assert account_rows.signed_in(token_hash(token)) is None, "what was signed in ends when the card is used"
    assert ends(first.username) == [CardEnd.USED, CardEnd.REPLACED, CardEnd.USED]
    assert roles(account(first.username)) == [Role.TRAINEE]


def test_card_that_was_replaced_after_it_was_proved_sets_no_password(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    first = card_of(world, person)
    proved = prove(first)
    assert proved
    card_of(world, person)
    with pytest.raises(CardRefused):
        use(proved, first.username)
    assert not signs_in(first.username, NEW)


def test_expired_card_is_said_to_have_expired(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    first = card_of(world, person, at=now() - dt.timedelta(days=8))
    card_of(world, person)
    assert ends(first.username) == [CardEnd.EXPIRED, None]


def test_account_that_exists_gets_the_card(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    world.account("sara.ahmed", Role.TRAINEE, "iraq", person=person)
    card = card_of(world, person)
    assert card.username == "sara.ahmed"
    assert signs_in("sara.ahmed", PASSWORD)
    assert db.session.scalar(select(func.count()).where(User.person_id == person.id)) == 1


@pytest.mark.parametrize("role", [Role.TRAINER, Role.PARTNER_COORDINATOR, Role.AUDITOR])
def test_staff_get_no_card(world: World, role: Role) -> None:
    person = world.person("Trainer one", "iraq")
    world.account("staff", role, "iraq", person=person)
    world.grant("staff", Role.TRAINEE)
    (left,) = make(world, person).left
    assert isinstance(left.refusal, NotATrainee)
    assert db.session.scalars(select(Card)).all() == []


def end_role(username: str, role: Role) -> None:
    """Let the last day of a role be past."""
    mine = (RoleAssignment.user_id == account(username).id, RoleAssignment.role == role)
    with transaction():
        db.session.execute(update(RoleAssignment).where(*mine).values(until=dt.date(2020, 1, 1)))


def test_trainee_whose_role_is_over_has_it_again_with_a_card(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    username = card_of(world, person).username
    end_role(username, Role.TRAINEE)
    assert world.actor(username).roles == frozenset()
    assert prove(card_of(world, person))
    assert world.actor(username).roles == {Role.TRAINEE}


def test_somebody_whose_other_role_is_over_gets_a_card(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    username = card_of(world, person).username
    world.grant(username, Role.TRAINER)
    end_role(username, Role.TRAINER)
    assert prove(card_of(world, person))


def test_card_of_somebody_who_became_staff_no_longer_works(world: World) -> None:
    card, other = (card_of(world, world.person(name, "iraq")) for name in ("Trainee one", "Trainee two"))
    proved = prove(card)
    assert proved
    for username in (card.username, other.username):
        world.grant(username, Role.TRAINER)
    assert prove(other) is None
    with pytest.raises(CardRefused):
        use(proved, card.username)


def test_disabled_account_gets_no_card_and_its_card_no_longer_works(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    card = card_of(world, person)
    with transaction():
        account(card.username).is_active = False
    assert prove(card) is None
    (left,) = make(world, person).left
    assert isinstance(left.refusal, AccountDisabled)


def test_deactivated_person_gets_no_card_and_theirs_no_longer_works(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    card = card_of(world, person)
    actor = world.actor("iraq")
    with transaction():
        deactivation.deactivate(fresh(person)[0], InactiveReason.LEFT_SERVICE, actor)
    assert prove(card) is None
    (left,) = make(world, person).left
    assert isinstance(left.refusal, PersonInactive)


def test_merged_person_gets_no_card_and_the_account_goes_along(world: World) -> None:
    kept, merged = world.person("Trainee one", "iraq"), world.person("Trainee uno", "iraq")
    card = card_of(world, merged)
    actor = world.actor("uk")
    with transaction():
        duplicates.merge(*fresh(kept, merged), actor)
    (left,) = make(world, merged).left
    assert isinstance(left.refusal, PersonInactive)
    assert prove(card)
    assert card_of(world, kept).username == card.username


def test_nobody_makes_their_own_card(world: World) -> None:
    me, other = world.person("Coordinator one", "iraq"), world.person("Trainee one", "iraq")
    with transaction():
        account("iraq").person_id = me.id
    made = make(world, me, other)
    assert [one.public_id for one in made.printed] == [other.public_id]
    assert [(one.person.public_id, type(one.refusal)) for one in made.left] == [(me.public_id, OwnRecord)]


def test_two_coordinators_at_once_make_one_account_with_one_card(world: World) -> None:
    people = [world.person(f"Trainee {number}", "iraq") for number in ("one", "two", "three")]
    actors = [world.actor("iraq"), world.actor("uk")]
    app, keys = world.app, [one.id for one in people]
    db.session.rollback()

    def press(number: int) -> MadeCards:
        with app.app_context(), transaction():
            found = with_keys(keys)
            return cards.make_each(found if number else found[::-1], SECRET, actors[number], now())

    both = together([lambda: press(0), lambda: press(1)])
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(User.person_id.in_(keys))) == 3
    valid = [[prove(card) is not None for card in made.printed] for made in both]
    assert sorted(valid) == [[False] * 3, [True] * 3]


def test_making_cards_takes_as_many_statements_for_ten_as_for_two_hundred(
    world: World, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    people = [world.person(f"Trainee {'abcdefghijklmnopqrst'[number]}", "iraq") for number in range(20)]
    actor = world.actor("iraq")
    counts = []
    for chosen in (people[:2], people[2:20], people[:2], people[2:20]):
        with transaction():
            found = fresh(*chosen)
            with statements() as seen:
                cards.make_each(found, SECRET, actor, now())
                db.session.flush()
        counts.append(len(seen))
    assert counts[0] == counts[1], "new accounts"
    assert counts[2] == counts[3], "accounts that exist"


def test_more_than_two_hundred_at_once_are_refused(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    actor = world.actor("iraq")
    with pytest.raises(ValueError, match="too many"), transaction():
        cards.make_each(fresh(person) * (cards.MOST_AT_ONCE + 1), SECRET, actor, now())


def test_trail_says_for_whom_a_card_was_made_used_and_ended(world: World) -> None:
    person = world.person("Trainee one", "iraq")
    card_of(world, person)
    card = card_of(world, person)
    proved = prove(card)
    assert proved
    use(proved, card.username)
    user = account(card.username)
    about = ("Person", person.public_id)
    assert trail("card made", "card ended", "card used") == [
        ("card made", *about, {"account": user.public_id}),
        ("card ended", *about, {"card_end": "replaced"}),
        ("card made", *about, {"account": user.public_id}),
        ("card used", *about, {"account": user.public_id}),
    ]
    by = {row.action: row.user_id for row in db.session.scalars(select(AuditEntry))}
    assert (by["card made"], by["card used"]) == (world.actor("iraq").user_id, user.id)
    assert by["account created"] == by["role granted"] == by["card made"]


@pytest.mark.parametrize(
    ("spoken", "jurisdiction", "language"),
    [
        ("", Jurisdiction.IRAQ, "ar"),
        ("", Jurisdiction.KURDISTAN, "ckb"),
        ("", Jurisdiction.UK, "en"),
        ("ckb", Jurisdiction.IRAQ, "ckb"),
        ("en ar", Jurisdiction.IRAQ, "ar"),
        ("tk syr", Jurisdiction.KURDISTAN, "ckb"),
        ("kmr en", Jurisdiction.KURDISTAN, "en"),
    ],
)
def test_account_has_the_language_of_the_person(spoken: str, jurisdiction: Jurisdiction, language: str) -> None:
    assert cards.language_of(spoken, jurisdiction) == language
