"""Tell people by letter, at most once a day, that something waits for them; what it is about, and nobody's name."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError

from training.domain.identity import mail
from training.domain.identity.mail import Letter
from training.kit.clock import today
from training.kit.db import transaction
from training.kit.ids import token_hash
from training.queries.identity import account_recovery, accounts
from training.queries.oversight import home
from training.queries.oversight.home import FirstPage

_ABOUT: Mapping[str, tuple[str, ...]] = {
    "proposals": ("proposals", "ceilings", "assessments"),
    "accounts": ("accounts",),
    "nominees": ("notices", "steps", "in_vetting", "lapsing"),
    "completions": ("claims",),
    "nominations": ("nominable",),
}
"""What a letter says of each part of the first page."""


def post_all(address: str) -> int:
    """Post a letter to everybody with a confirmed e-mail for whom something waits; return how many were posted.

    ``address`` is that of the first page. Nobody gets two on one day, whoever else posts at the same moment.
    """
    if not mail.is_set_up():
        return 0
    return sum(_post(user_id, address) for user_id in account_recovery.readers_of_mail())


def _post(user_id: int, address: str) -> bool:
    user, on = accounts.active_user(user_id), today()
    if user is None or user.email is None:
        return False
    about = _kinds(home.waiting(accounts.actor_of(user), on))
    if not about:
        return False
    to, language, once = user.email, user.language, token_hash(f"digest {user.public_id} {on}")
    try:
        with transaction():
            return mail.post(Letter.DIGEST, to, language, {"about": " ".join(about), "address": address}, once=once)
    except IntegrityError:  # today's is posted already
        return False


def _kinds(waiting: FirstPage) -> list[str]:
    """Return which kinds of matters wait."""
    return [kind for kind, parts in _ABOUT.items() if any(getattr(waiting, part) for part in parts)]
