"""Cards for people without e-mail: made and printed by a coordinator, used by whom they are for (ADR 36)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from training.config import Settings
from training.domain.common.refusals import Refusal
from training.domain.identity import sign_in_limits
from training.domain.identity.refusals import SignInDelayed
from training.domain.identity.sign_in_limits import Attempt
from training.domain.people import cards as rules
from training.domain.people.cards import CardChoice, PrintedCard, ProvedCard
from training.domain.people.refusals import CardRefused
from training.forms.people.cards import CardForm, CardPasswordForm, CardsForm
from training.kit.clock import BOOKS_ZONE, now
from training.kit.db import transaction
from training.kit.locale import LANGUAGES, Language
from training.kit.months import day_text
from training.kit.qr import qr_code
from training.models.identity.reading import ReadEvent
from training.models.people.people import Person
from training.policy.matrix import Permission
from training.queries.common import records
from training.queries.people import cards
from training.web.common import guard, reading
from training.web.common.filters import person as person_name
from training.web.common.guard import actor, needs
from training.web.common.labels import refuse, words_for
from training.web.common.language import speaking
from training.web.common.lists import are_all_ticked
from training.web.common.sending import made, makes
from training.web.common.use_case import attempt
from training.web.identity import devices, signing_in

bp = Blueprint("cards", __name__)

_IN_HAND = "card"
_TIME_TO_CHOOSE = dt.timedelta(minutes=30)
"""How long somebody who proved the code may take to choose a password."""


@dataclass(frozen=True)
class CardSheet:
    """The cards that were made, and the name of each person who was left out, with the reason."""

    printed: Sequence[PrintedCard]
    left: Sequence[tuple[Markup, str]]


@bp.get("/people/cards")
@needs(Permission.PRINT_CARDS)
def index() -> ResponseReturnValue:
    """List the cards that nobody has used yet."""
    return _list(CardsForm(formdata=None))


def _list(form: CardsForm) -> ResponseReturnValue:
    return render_template(
        "people/cards/index.html",
        form=form,
        unused=cards.open_cards(actor(), now()),
        are_all_ticked=are_all_ticked(),
        most_listed=cards.MOST_LISTED,
    )


@bp.post("/people/cards")
@needs(Permission.PRINT_CARDS)
@makes
def make_each() -> ResponseReturnValue:
    """Make a card for each person chosen, and show the cards to be printed."""
    form = CardsForm()
    form.chosen.most = rules.MOST_AT_ONCE
    if not form.validate_on_submit():
        return _list(form)
    with attempt(form) as done:
        sheet = written(records.find_each(Person, form.ids, actor(), Permission.PRINT_CARDS))
        made(url_for(".index"))
    return printed(sheet) if done else _list(form)


@bp.post("/people/<public_id>/card")
@needs(Permission.PRINT_CARDS, on=Person)
@makes
def make(person: Person) -> ResponseReturnValue:
    """Make a card for one person, and show it to be printed."""
    back = url_for("oversight.person_page.show", public_id=person.public_id)
    with attempt() as done:
        sheet = written([person])
        made(back)
    return printed(sheet) if done else redirect(back)


def written(people: Sequence[Person]) -> CardSheet:
    """Make cards in the transaction of the caller, and count whom the page will name. Raises as the rules do.

    Nobody among whom was chosen may be seen: 404.
    """
    if not people:
        abort(404)
    by_name = sorted(people, key=lambda one: one.name_key)
    cards_made = rules.make_each(by_name, _secret(), actor(), now())
    reading.note_people(ReadEvent.CARDS, [one.public_id for one in people if one.id != actor().person_id])
    return CardSheet(cards_made.printed, [(person_name(one.person), words_for(one.refusal)) for one in cards_made.left])


def printed(sheet: CardSheet) -> ResponseReturnValue:
    """Return the page of cards. It is the only one with the codes, and answers the form that made them."""
    address = url_for("people.cards.enter", _external=True)
    return render_template(
        "people/cards/printed.html",
        sheet=sheet,
        address=address.partition("//")[2],
        qr=qr_code(address),
        texts=_texts(sheet.printed[0].expires_at) if sheet.printed else (),
    )


class CardText(NamedTuple):
    """What stands on every card in one language."""

    language: Language
    title: str
    username: str
    code: str
    steps: Sequence[str]
    warning: str


def _texts(expires_at: dt.datetime) -> list[CardText]:
    """Return what stands on every card, in each language, whatever the reader's; the day named is a whole one."""
    last = expires_at.astimezone(BOOKS_ZONE).date() - dt.timedelta(days=1)
    texts = []
    for language in LANGUAGES.values():
        with speaking(language):
            texts.append(_text(language, day_text(last, language.code)))
    return texts


def _text(language: Language, last: str) -> CardText:
    return CardText(
        language=language,
        title=_("Border Training Register"),
        username=_("Username"),
        code=_("Code"),
        steps=(
            _("Open the address, or point the camera of a phone at the square."),
            _("Enter the username and the code, with the digits of any keyboard."),
            _("Choose a password of 15 characters or more: four unrelated words. From then on, sign in with it."),
        ),
        warning=_(
            "The code works once, until %(day)s. Show it to nobody. Card lost or password forgotten? Ask your "
            "coordinator for a new card.",
            day=last,
        ),
    )


def _secret() -> str:
    return Settings.of(current_app).secret_key


@bp.route("/card", methods=["GET", "POST"])
@guard.public(because="the one-time code of a card is the proof")
def enter() -> ResponseReturnValue:
    """Take the username and the code of a card; whoever has proved the code chooses a password next."""
    form = CardForm()
    if form.validate_on_submit():
        tried = _attempt(form.username.data or "")
        try:
            proved = _prove(tried, form.code.data or "")
        except Refusal as refusal:
            reading.note_failed_sign_in(tried.username)
            refuse(form, refusal)
            if isinstance(refusal, SignInDelayed):
                later = {"Retry-After": str(refusal.seconds)}
                return render_template("people/cards/enter.html", form=form), 429, later
        else:
            session[_IN_HAND] = [proved.public_id, now().timestamp()]
            session.setdefault("language", proved.language)
            return redirect(url_for(".password"))
    return render_template("people/cards/enter.html", form=form)


def _attempt(username: str) -> Attempt:
    return Attempt(username, "", request.remote_addr or "", devices.token_of_browser())


def _prove(tried: Attempt, code: str) -> ProvedCard:
    """Return the card. The attempt is counted first, as at the sign-in. Raises CardRefused."""
    with transaction():
        counters = sign_in_limits.count(tried, now())
    with transaction():
        proved = rules.prove(tried.username, code, _secret(), now())
        if proved:
            sign_in_limits.forgive(counters)
    if proved is None:
        raise CardRefused
    return proved


@bp.route("/card/password", methods=["GET", "POST"])
@guard.public(because="the code of the card was proved in this browser")
def password() -> ResponseReturnValue:
    """Set a password with the card that was proved, and sign in."""
    card_id = _card_in_hand()
    found = cards.card_in_hand(card_id, now())
    if found is None:
        session.pop(_IN_HAND, None)
        flash(_("Enter the username and the code of your card"), "important")
        return redirect(url_for(".enter"))
    form, username = CardPasswordForm(), found.user.username
    if form.validate_on_submit():
        choice = CardChoice(form.password.data or "", session.get("language"))
        with attempt(form) as done:
            user, tokens = rules.use(card_id, choice, _attempt(username), now())
            spoken = user.language
        if done:
            answer = signing_in.begin(redirect(url_for("oversight.home.show")), tokens, spoken)
            flash(_("Your password is set. From now on, sign in with your username and this password."))
            return answer
    return render_template("people/cards/password.html", form=form, username=username)


def _card_in_hand() -> str:
    """Return the opaque id of the card whose code was proved in this browser not long ago; empty without one."""
    card_id, since = session.get(_IN_HAND) or ("", 0.0)
    return card_id if now().timestamp() < since + _TIME_TO_CHOOSE.total_seconds() else ""
