"""Authentication and authorisation of endpoints."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Flask, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user

from training.domain.identity import accounts
from training.kit.clock import now
from training.kit.db import transaction
from training.kit.ids import token_hash
from training.models.common.base import Base
from training.models.identity.accounts import User
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries.common import records
from training.queries.identity import accounts as account_rows

View = Callable[..., ResponseReturnValue]
login_manager = LoginManager()


@dataclass(frozen=True)
class Declaration:
    """What an endpoint requires: a permission (on a kind of record), or a stated reason to require none.

    ``offers`` are the permissions that decide what its page shows and offers.
    """

    permission: Permission | None = None
    on: type[Base] | None = None
    offers: tuple[Permission, ...] = ()
    reason: str = ""
    is_public: bool = False


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login is not typed
    """The signed-in user (Flask-Login adapter); ``get_id`` is the token of the server-side session."""

    def __init__(self, token: str, user: User, who: Actor) -> None:
        self.token, self.actor = token, who
        self.public_id, self.username = user.public_id, user.username
        self.display_name, self.language = user.display_name, user.language

    def get_id(self) -> str:
        """Return what the session cookie stores."""
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]
def signed_in_as(token: str) -> SignedIn | None:
    """Return the user signed in with this token; roles are read again at each request."""
    at = now()
    found = account_rows.signed_in(token_hash(token))
    if found is None or not accounts.is_alive(found[0], at):
        return None
    sign_in, actor = found
    who = SignedIn(token, sign_in.user, actor)
    if accounts.needs_refresh(sign_in, at):
        with transaction():
            sign_in.last_seen_at = at
    return who


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def _ask_to_sign_in() -> ResponseReturnValue:
    """Redirect to the sign-in page and back afterwards; a form sent without a sign-in is 401."""
    if request.method != "GET":
        abort(401)
    here = request.full_path if request.query_string else request.path
    return redirect(url_for("identity.accounts.sign_in", next=None if here == "/" else here))


def actor() -> Actor:
    """Return the signed-in actor. Only for views behind ``needs`` or ``signed_in``."""
    who: Actor = current_user.actor
    return who


def known_reader() -> SignedIn | None:
    """Return the signed-in user if this request asked who that is, without asking now."""
    who = g.get("_login_user")
    return who if isinstance(who, SignedIn) else None


def visit_before() -> dt.datetime | None:
    """Return when the account of the actor signed in before this time; None if it had not."""
    return account_rows.visit_before(actor().user_id, token_hash(current_user.token))


def may(permission: Permission) -> bool:
    """Return whether the actor has ``permission``, one of the endpoint's ``offers``, for the record in the address.

    At an address without a record: for any record at all.
    """
    offered: Mapping[Permission, bool] = g.get("offered", {})
    if permission not in offered:
        raise LookupError(f"{request.endpoint} does not declare that it offers: {permission}")
    return offered[permission]


def needs(
    permission: Permission, on: type[Base] | None = None, offers: Sequence[Permission] = ()
) -> Callable[[View], View]:
    """Require ``permission``; with ``on``, for the record whose ``public_id`` is in the address.

    The view receives the record. Not visible is 404, visible but not allowed is 403. ``may`` answers about ``offers``.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return login_manager.unauthorized()  # type: ignore[no-any-return]
            if on is None:
                g.offered = {offer: holds(actor(), offer) for offer in offers}
                return view(**arguments) if holds(actor(), permission) else abort(403)
            found = records.find(on, arguments.pop("public_id"), actor(), permission, offers)
            if found is None:
                abort(404)
            g.offered = found.offers
            return view(found.record, **arguments) if found.is_allowed else abort(403)

        return _declare(guarded, Declaration(permission, on, tuple(offers)))

    return decorate


def signed_in(*, because: str) -> Callable[[View], View]:
    """Require a sign-in and no permission; ``because`` states why that is enough."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return login_manager.unauthorized()  # type: ignore[no-any-return]
            return view(**arguments)

        return _declare(guarded, Declaration(reason=because))

    return decorate


def public(*, because: str) -> Callable[[View], View]:
    """Allow everyone; ``because`` states why that is right."""
    return lambda view: _declare(view, Declaration(reason=because, is_public=True))


def _declare(view: View, declaration: Declaration) -> View:
    view.declaration = declaration  # type: ignore[attr-defined]
    return view


def declaration_of(app: Flask, endpoint: str) -> Declaration | None:
    """Return the declaration of an endpoint, or None."""
    return getattr(app.view_functions[endpoint], "declaration", None)


def check_declared(app: Flask) -> None:
    """Raise RuntimeError if an endpoint has no declaration, so that the application does not start."""
    bare = sorted(endpoint for endpoint in app.view_functions if declaration_of(app, endpoint) is None)
    if bare:
        raise RuntimeError(f"no permission declared for: {', '.join(bare)}")


def init_app(app: Flask) -> None:
    """Set up Flask-Login on the product's server-side sessions."""
    login_manager.session_protection = None  # phones change their address; the token identifies the session
    # The extension's context processor would read the user while an error page is rendered.
    login_manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user


def clear_session() -> None:
    """Clear the browser's session."""
    session.clear()
