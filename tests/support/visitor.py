"""A client of the real server, with its cookies."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from http.client import HTTPResponse
from http.cookiejar import CookieJar

from tests.support.world import PASSWORD

Form = Iterable[tuple[str, str]]


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Returns a redirect as the answer instead of following it."""

    def redirect_request(self, *_answer: object) -> None:
        return None


class Visitor:
    """A client of the server at ``base``, signed in unless ``username`` is empty."""

    def __init__(self, base: str, username: str = "", password: str = PASSWORD) -> None:
        self._base = base
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._follow = urllib.request.build_opener(cookies)
        self._stay = urllib.request.build_opener(cookies, _StayHere())
        if username:
            self.send("/sign-in", [("username", username), ("password", password)])

    def read(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Return status and page, after redirects."""
        with self._answer(self._follow, path, body, headers) as answer:
            return answer.status, answer.read().decode()

    def send(self, path: str, form: Form, page: str = "") -> tuple[int, str]:
        """Send a form with the token of its page (by default ``path`` itself); return status and page."""
        return self.read(path, encoded(self.with_token(page or path, form)))

    def sent(self, path: str, form: Form) -> tuple[int, str]:
        """Send a form that has its token; return the status and where it leads."""
        with self._answer(self._stay, path, encoded(form), {}) as answer:
            return answer.status, answer.headers.get("Location", "")

    def upload(self, path: str, content: bytes) -> tuple[int, str]:
        """Send a file with the form at ``path``; return status and page."""
        head = f'--cut\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self._token(path)}\r\n--cut\r\n'
        head += 'Content-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
        body = head.encode() + content + b"\r\n--cut--\r\n"
        return self.read(path, body, **{"Content-Type": "multipart/form-data; boundary=cut"})

    def with_token(self, page: str, form: Form) -> list[tuple[str, str]]:
        """Return the fields of a form with the token of the forms on ``page``."""
        return [("csrf_token", self._token(page)), *form]

    def _token(self, page: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.read(page)[1])
        assert found, page
        return found[1]

    def _answer(
        self, opener: urllib.request.OpenerDirector, path: str, body: bytes | None, headers: dict[str, str]
    ) -> HTTPResponse | urllib.error.HTTPError:
        try:
            answer: HTTPResponse = opener.open(urllib.request.Request(self._base + path, body, headers), timeout=60)
        except urllib.error.HTTPError as error:
            return error
        return answer


def encoded(form: Form) -> bytes:
    """Return the body of a form without files."""
    return urllib.parse.urlencode(list(form)).encode()
