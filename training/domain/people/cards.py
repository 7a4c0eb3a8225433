"""Cards with one-time codes: the way in, and back in, for trainees without e-mail (ADR 36)."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import insert, update

from training.domain.common.refusals import Refusal
from training.domain.identity import accounts, audit, credentials, own_record
from training.domain.identity.accounts import Tokens
from training.domain.identity.events import IdentityEvent
from training.domain.identity.hashing import NOBODY
from training.domain.identity.refusals import AccountDisabled, OwnRecord
from training.domain.identity.sign_in_limits import Attempt
from training.domain.people.events import PeopleEvent
from training.domain.people.refusals import CardRefused, NotATrainee, PersonInactive
from training.kit import card_codes
from training.kit.db import add_missing_rows, changed, db
from training.kit.ids import new_public_id
from training.kit.locale import DEFAULT_LANGUAGE, LANGUAGES
from training.kit.usernames import new_username
from training.models.identity.accounts import User
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction
from training.models.people.cards import Card, CardEnd
from training.models.people.people import Person
from training.queries.people import cards
from training.queries.people.cards import PersonAccount

MOST_AT_ONCE = 200
LIFE = dt.timedelta(days=7)
MOST_WRONG = 5
"""The wrong code that ends a card."""

_TRIES = 5
_LANGUAGES = {Jurisdiction.IRAQ: "ar", Jurisdiction.KURDISTAN: "ckb"}
_NO_CARD = Card(id=0, public_id="", code_hash="0" * 64)
"""What a code is compared with where there is no card: an unknown username costs the same."""


@dataclass(frozen=True)
class PrintedCard:
    """What stands on a card. The code is nowhere else, and is not shown where a record is written out."""

    public_id: str
    """The opaque id of the person."""
    name_latin: str
    name_native: str
    username: str
    code: str = field(repr=False)
    expires_at: dt.datetime


class WithoutCard(NamedTuple):
    """Somebody for whom no card was made, and why."""

    person: Person
    refusal: Refusal


@dataclass(frozen=True)
class MadeCards:
    """The cards that were made, in the order of the people, and who was left out."""

    printed: Sequence[PrintedCard]
    left: Sequence[WithoutCard]


def make_each(people: Sequence[Person], secret: str, by: Actor, at: dt.datetime) -> MadeCards:
    """Make a card for each of at most ``MOST_AT_ONCE`` people; whoever may have none is left out.

    Who has no account gets one, a trainee's without a password. An open card ends; the password and the sessions of an
    account stay until the new card is used, so that a card made by mistake locks nobody out. ``secret`` is that of the
    server, under which codes are hashed. Whoever makes cards for the same people at once waits at the lock.
    """
    if len(people) > MOST_AT_ONCE:
        raise ValueError("too many people")
    ids = [person.id for person in people]
    active, known = cards.lock_people(ids), cards.accounts_of(ids)
    refused = {one.id: _hindrance(one, known.get(one.id), by, is_active=active.get(one.id, False)) for one in people}
    chosen = [person for person in people if refused[person.id] is None]
    holders = {**known, **_enrol([person for person in chosen if person.id not in known], by)}
    accounts.enrol([holders[one.id].user for one in chosen if not holders[one.id].is_trainee], by=by.user_id)
    _replace({holders[person.id].user.id: person for person in chosen}, by, at)
    left = [WithoutCard(person, why) for person in people if (why := refused[person.id])]
    return MadeCards(_print({person: holders[person.id].user for person in chosen}, secret, by, at), left)


def _hindrance(person: Person, account: PersonAccount | None, by: Actor, *, is_active: bool) -> Refusal | None:
    """Return why no card can be made for a person."""
    if own_record.is_own(person.id, by):
        return OwnRecord()
    if not is_active:
        return PersonInactive()
    if account is None:
        return None
    if account.is_staff:
        return NotATrainee()
    return None if account.user.is_active else AccountDisabled()


def _enrol(people: Sequence[Person], by: Actor) -> Mapping[int, PersonAccount]:
    """Add an account for each of these people, who have none; return the accounts by the keys of the people.

    A username that somebody took in the meantime is drawn again.
    """
    if not people:
        return {}
    tongues, made = _languages(people), dict[int, PersonAccount]()
    for _attempt in range(_TRIES):
        missing = [person for person in people if person.id not in made]
        if not missing:
            break
        rows = [_account(*pair, tongues) for pair in zip(missing, _free_usernames(len(missing)), strict=True)]
        add_missing_rows(User.__table__, rows)
        made |= cards.accounts_of([person.id for person in missing])
    audit.record_each(IdentityEvent.ACCOUNT_CREATED, {one.user: {} for one in made.values()}, by=by.user_id)
    return made


def _free_usernames(number: int) -> Collection[str]:
    """Return so many new usernames that nobody has."""
    drawn: set[str] = set()
    while len(drawn) < number:
        drawn |= {new_username() for _one in range(number - len(drawn))}
        drawn -= cards.usernames_among(drawn)
    return drawn


def _account(person: Person, username: str, tongues: Mapping[int, str]) -> dict[str, object]:
    """Return the row of an account with a password that nobody knows."""
    language = tongues[person.id]
    is_native = LANGUAGES[language].direction == "rtl"
    names = (person.name_native, person.name_latin) if is_native else (person.name_latin, person.name_native)
    return {
        "public_id": new_public_id(),
        "username": username,
        "display_name": names[0] or names[1],
        "password_hash": NOBODY,
        "organisation_id": person.organisation_id,
        "person_id": person.id,
        "language": language,
        "is_active": True,
        "is_demonstration": False,
    }


def _languages(people: Sequence[Person]) -> Mapping[int, str]:
    """Return for each person the language of the register that they speak, else that of their jurisdiction."""
    where = cards.jurisdictions_of({person.organisation_id for person in people})
    return {one.id: language_of(one.languages, where[one.organisation_id]) for one in people}


def language_of(spoken: str, jurisdiction: Jurisdiction) -> str:
    """Return the language in which somebody reads the register, who speaks the languages with these codes.

    That of the jurisdiction if it is among them or none is; else the first one that the register has.
    """
    usual = _LANGUAGES.get(jurisdiction, DEFAULT_LANGUAGE)
    offered = [code for code in spoken.split() if code in LANGUAGES]
    return usual if not offered or usual in offered else offered[0]


def _replace(people: Mapping[int, Person], by: Actor, at: dt.datetime) -> None:
    """End the open cards of the accounts with these keys."""
    is_open = (Card.user_id.in_(people), Card.ended_at.is_(None))
    old = update(Card).where(*is_open, Card.expires_at <= at).values(ended_at=at, ended_because=CardEnd.EXPIRED)
    new = update(Card).where(*is_open).values(ended_at=at, ended_because=CardEnd.REPLACED)
    ended = {
        people[key]: {"card_end": end.value}
        for statement, end in ((old, CardEnd.EXPIRED), (new, CardEnd.REPLACED))
        for key in db.session.scalars(statement.returning(Card.user_id))
    }
    if ended:
        audit.record_each(PeopleEvent.CARD_ENDED, ended, by=by.user_id)


def _print(holders: Mapping[Person, User], secret: str, by: Actor, at: dt.datetime) -> list[PrintedCard]:
    """Add a card to the account of each person, and return what stands on them."""
    rows, printed = [], []
    for person, user in holders.items():
        code, public_id = card_codes.new_code(), new_public_id()
        rows.append(
            {
                "public_id": public_id,
                "user_id": user.id,
                "code_hash": card_codes.code_hash(secret, public_id, code),
                "made_by_id": by.user_id,
                "made_at": at,
                "expires_at": at + LIFE,
                "wrong_codes": 0,
            }
        )
        names = (person.public_id, person.name_latin, person.name_native)
        printed.append(PrintedCard(*names, user.username, code, at + LIFE))
    if rows:
        db.session.execute(insert(Card), rows)
        about = {person: {"account": user.public_id} for person, user in holders.items()}
        audit.record_each(PeopleEvent.CARD_MADE, about, by=by.user_id)
    return printed


class ProvedCard(NamedTuple):
    """The opaque id of a card whose code was typed, and the language of its account."""

    public_id: str
    language: str


def prove(username: str, code: str, secret: str, at: dt.datetime) -> ProvedCard | None:
    """Return the card of this username if ``code`` is its code; count a wrong code, the fifth of which ends the card.

    Codes are compared one after the other, so that no more are tried at once than may. Whether or not there is such an
    account, the statements are the same, but for the fifth.
    """
    found = cards.lock_card_of(username)
    card = found.card if found else _NO_CARD
    is_right = card_codes.is_code(card.code_hash, secret, card.public_id, code)
    if found and is_right and at < card.expires_at:
        return ProvedCard(card.public_id, found.user.language)
    changed(update(Card).where(Card.id == card.id).values(wrong_codes=Card.wrong_codes + 1))
    spent = update(Card).where(Card.id == card.id, Card.wrong_codes >= MOST_WRONG, Card.ended_at.is_(None))
    if changed(spent.values(ended_at=at, ended_because=CardEnd.WRONG_CODES)) and found:
        audit.record(PeopleEvent.CARD_ENDED, found.person, by=None, card_end=CardEnd.WRONG_CODES.value)
    return None


@dataclass(frozen=True)
class CardChoice:
    """What somebody chooses when they use a card: a password, and a language unless they keep that of the account."""

    password: str = field(repr=False)
    language: str | None = None


def use(card_id: str, choice: CardChoice, attempt: Attempt, at: dt.datetime) -> tuple[User, Tokens]:
    """Use the card with this opaque id, whose code was proved: set the password and sign in.

    All sessions of the account end, and its old password with them. Raises CardRefused if the card has ended in the
    meantime, and WeakPassword.
    """
    found = cards.lock_card(card_id, at)
    if found is None:
        raise CardRefused
    card, user, person = found
    credentials.set_password(user, choice.password, at, user.id)
    card.ended_at, card.ended_because = at, CardEnd.USED
    if choice.language:
        accounts.choose_language(user, choice.language)
    audit.record(PeopleEvent.CARD_USED, person, by=user.id, account=user.public_id)
    return user, accounts.start_sign_in(user, attempt, (), at)
