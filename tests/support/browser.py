"""A real browser whose pages report errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Response, sync_playwright

from tools.prepare_tests import find_chromium

ADVICE = "The tests need Chromium and it could not be started. Run: apt-get install -y chromium"
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_OUR_FAULT = 500
"""The lowest status that is always reported as a failure."""


class BrowserError(Exception):
    """No browser could be started; the message says what to do."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium, the system's or else Playwright's, during the block. Raises BrowserError."""
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=find_chromium(), args=list(_FLAGS))
        except Error as error:
            raise BrowserError(f"{ADVICE}\n{error}") from None
        try:
            yield started
        finally:
            started.close()


@dataclass
class Pages:
    """Opens pages, each in its own context (no shared cookies), and collects their errors."""

    browser: Browser
    _contexts: list[BrowserContext] = field(default_factory=list)
    _said: list[tuple[str, str]] = field(default_factory=list)
    _refused: set[str] = field(default_factory=set)

    def open(
        self,
        base_url: str,
        *,
        language: str = "en-GB",
        width: int = 1280,
        java_script: bool = True,
        reduced: bool = False,
        own_authority: bool = False,
    ) -> Page:
        """Return an empty page; ``page.goto("/sign-in")`` is relative to ``base_url``.

        ``language`` is the browser's preferred language, ``width`` is in CSS pixels, ``reduced`` prefers less motion.
        ``own_authority`` accepts a certificate of an authority that the machine does not know.
        """
        context = self.browser.new_context(
            base_url=base_url,
            locale=language,
            viewport={"width": width, "height": 900},
            java_script_enabled=java_script,
            reduced_motion="reduce" if reduced else "no-preference",
            ignore_https_errors=own_authority,
        )
        self._contexts.append(context)
        context.on("console", self._hear)
        context.on(
            "weberror", lambda error: self._said.append((str(error.error), error.page.url if error.page else ""))
        )
        context.on("response", self._watch)
        return context.new_page()

    @property
    def complaints(self) -> list[str]:
        """Return the errors the browser reported, except 4xx answers to navigation, which tests check themselves."""
        return [
            f"{text} ({url})"
            for text, url in self._said
            if not (url in self._refused and text.startswith("Failed to load resource"))
        ]

    def close(self) -> None:
        """Close all pages."""
        while self._contexts:
            self._contexts.pop().close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._said.append((message.text, message.location["url"]))

    def _watch(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.status < _OUR_FAULT:
            self._refused.add(response.url)
