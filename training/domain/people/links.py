"""The link between an account and a person: asked for by one, given by another (ADR 35)."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from training.domain.identity import audit, own_record
from training.domain.identity.refusals import AccountDisabled, DecidedAlready, NotByAsker, NotTheirRequest, OwnRecord
from training.domain.people import people
from training.domain.people.events import PeopleEvent
from training.domain.people.refusals import AccountUnknown, LinkAsked, LinkedAlready, NotLinked
from training.kit.clock import now
from training.kit.db import changed, db
from training.models.identity.accounts import RequestState, User
from training.models.identity.actor import Actor
from training.models.people.links import LinkAct, LinkRequest
from training.models.people.people import Person
from training.queries.people import links


def ask_to_link(person: Person, username: str, reason: str, by: Actor) -> LinkRequest:
    """Ask that the account with this username belongs to ``person``.

    Raises OwnRecord, PersonInactive, LinkedAlready, AccountUnknown (also for one outside the reach of ``by``),
    AccountDisabled, LinkAsked.
    """
    own_record.check(by, person.id)
    people.check_active(person)
    user = links.account_in_reach(username, by)
    if user is None:
        raise AccountUnknown
    if user.id == by.user_id:
        raise OwnRecord
    if user.person_id is not None or links.account_of(person.id) is not None:
        raise LinkedAlready
    if not user.is_active:
        raise AccountDisabled
    return _ask(LinkAct.LINK, user, person.id, reason, by)


def ask_to_part(user: User | None, reason: str, by: Actor) -> LinkRequest:
    """Ask that an account no longer belongs to its person. Raises OwnRecord, NotLinked, LinkAsked."""
    if user is None or user.person_id is None:
        raise NotLinked
    own_record.check(by, user.person_id)
    return _ask(LinkAct.PART, user, user.person_id, reason, by)


def _ask(act: LinkAct, user: User, person_id: int, reason: str, by: Actor) -> LinkRequest:
    asked = LinkRequest(
        act=act, user_id=user.id, person_id=person_id, reason=reason, asked_by_id=by.user_id, asked_at=now()
    )
    try:
        with db.session.begin_nested():
            db.session.add(asked)
    except IntegrityError as error:
        raise LinkAsked from error
    _record(PeopleEvent.LINK_ASKED, asked, by)
    return asked


def give(asked: LinkRequest, by: Actor) -> None:
    """Make or part the link that another asked for.

    Raises NotByAsker, OwnRecord, DecidedAlready, PersonInactive, LinkedAlready, NotLinked.
    """
    _check_two_people(asked, by)
    _decide(asked, RequestState.GIVEN, by)
    if asked.act is LinkAct.LINK:
        people.check_all_active([asked.person_id])
        _link(asked)
    else:
        linked = (User.id == asked.user_id, User.person_id == asked.person_id)
        if not changed(update(User).where(*linked).values(person_id=None)):
            raise NotLinked
    _record(PeopleEvent.LINK_MADE if asked.act is LinkAct.LINK else PeopleEvent.LINK_PARTED, asked, by)


def _link(asked: LinkRequest) -> None:
    free = (User.id == asked.user_id, User.person_id.is_(None), User.is_active)
    try:
        with db.session.begin_nested():
            is_linked = changed(update(User).where(*free).values(person_id=asked.person_id))
    except IntegrityError as error:
        raise LinkedAlready from error
    if not is_linked:
        raise LinkedAlready


def _check_two_people(asked: LinkRequest, by: Actor) -> None:
    if by.user_id == asked.asked_by_id:
        raise NotByAsker
    own_record.check(by, asked.person_id)
    if by.user_id == asked.user_id:
        raise OwnRecord


def refuse(asked: LinkRequest, by: Actor) -> None:
    """Refuse what another asked for. Raises NotByAsker, OwnRecord, DecidedAlready."""
    _check_two_people(asked, by)
    _decide(asked, RequestState.REFUSED, by)
    _record(PeopleEvent.LINK_REFUSED, asked, by)


def withdraw(asked: LinkRequest, by: Actor) -> None:
    """Withdraw what one asked for. Raises NotTheirRequest, DecidedAlready."""
    if by.user_id != asked.asked_by_id:
        raise NotTheirRequest
    _decide(asked, RequestState.WITHDRAWN, by)
    _record(PeopleEvent.LINK_WITHDRAWN, asked, by)


def _decide(asked: LinkRequest, state: RequestState, by: Actor) -> None:
    open_still = (LinkRequest.id == asked.id, LinkRequest.state == RequestState.ASKED)
    values = {"state": state, "decided_by_id": by.user_id, "decided_at": now()}
    if not changed(update(LinkRequest).where(*open_still).values(**values)):
        raise DecidedAlready


def _record(event: PeopleEvent, asked: LinkRequest, by: Actor) -> None:
    person, account = links.public_ids(asked)
    audit.record_about(
        event, audit.Subject("Person", person), by=by.user_id, account=account, act=LinkAct(asked.act).value
    )
