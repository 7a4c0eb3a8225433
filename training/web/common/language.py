"""The language of the page: chosen by the reader and remembered, or negotiated with the browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, abort, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Domain
from flask_login import current_user

from training.domain.identity import accounts
from training.kit.db import transaction
from training.kit.locale import DEFAULT_LANGUAGE, LANGUAGES, Language
from training.kit.resources import TRANSLATIONS
from training.queries.identity import accounts as account_rows
from training.web.common import guard
from training.web.common.addresses import safe_next

bp = Blueprint("language", __name__)

_FOLDER = str(TRANSLATIONS)


def language() -> Language:
    """Return the language of this request; determined once, as every name and date asks for it."""
    try:
        here: Language = g.language
    except AttributeError:
        here = g.language = _determine()
    return here


@contextmanager
def speaking(other: Language) -> Iterator[None]:
    """Let the block say everything in another language than that of the request."""
    before = language()
    g.language = other
    try:
        yield
    finally:
        g.language = before


def _determine() -> Language:
    chosen = session.get("language")
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE
    return LANGUAGES[chosen]


@bp.post("/language")
@guard.public(because="the sign-in page has a language too")
def choose() -> ResponseReturnValue:
    """Switch to another language; an account remembers it."""
    code = request.form.get("language", "")
    if code not in LANGUAGES:
        abort(400)
    session["language"] = code
    session.permanent = True
    if current_user.is_authenticated:
        with transaction():
            user = account_rows.active_user(guard.actor().user_id)
            if user:
                accounts.choose_language(user, code)
    return redirect(safe_next(request.form.get("next")))


def _this_page() -> str:
    """Return the address of this page in another language: the home page if its address accepts only forms."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not adapter.test(request.path, "GET"):
        return "/"
    return request.full_path if request.query_string else request.path


def _page_language() -> dict[str, Any]:
    here = language()
    return {"lang_code": here.code, "text_dir": here.direction}


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(_FOLDER, [locale])


class _Texts(Domain):  # type: ignore[misc]  # Flask-Babel is not typed
    """The translations of a request, from a cached catalogue: the extension searches for one at each text."""

    def get_translations(self) -> NullTranslations:
        """Return the catalogue in the language of this request."""
        return _catalogue(language().locale)


def init_app(app: Flask) -> None:
    """Set up translations, and register the language with templates."""
    babel = Babel(
        app,
        default_translation_directories=_FOLDER,
        default_locale=LANGUAGES[DEFAULT_LANGUAGE].locale,
        locale_selector=lambda: language().locale,
    )
    babel.domain_instance = texts = _Texts()
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: texts.get_translations().gettext(text),
        lambda one, many, number: texts.get_translations().ngettext(one, many, number),
        newstyle=True,
    )
    app.context_processor(_page_language)
    app.jinja_env.globals["languages"] = list(LANGUAGES.values())
    app.jinja_env.globals["this_page"] = _this_page
