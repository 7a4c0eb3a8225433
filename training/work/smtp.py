"""Speak to the mail server, and tell what it certainly has not taken from what it may have."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from training.kit.mail import MailServer, Security
from training.models.identity.mail import LetterProblem

_OK, _GO_ON, _FINAL = 2, 354, 5
_LINE_START = re.compile(rb"^\.", re.MULTILINE)
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


class NotSentError(Exception):
    """The server has certainly not taken the letter; ``reply`` is the code of its answer, if there was one.

    One that ``is_final`` would be refused again.
    """

    def __init__(self, problem: LetterProblem, reply: str = "", *, is_final: bool = False) -> None:
        super().__init__(problem.value, reply)
        self.problem, self.reply, self.is_final = problem, reply, is_final


class UnansweredError(Exception):
    """The server was given the whole letter and did not answer: it may have taken it."""


class MailLine:
    """A connection to the mail server, signed in."""

    def __init__(self, connection: smtplib.SMTP, server: MailServer) -> None:
        self._connection, self._server = connection, server

    @property
    def is_open(self) -> bool:
        """Return whether another letter can be offered."""
        return self._connection.sock is not None

    def offer(self, to: str) -> None:
        """Offer a letter, up to where the server waits for its text; it has nothing yet. Raises NotSentError."""
        with _certain():
            self._ask(f"MAIL FROM:<{self._server.sender}>", LetterProblem.SENDER_REFUSED, is_ever_final=False)
            self._ask(f"RCPT TO:<{to}>", LetterProblem.ADDRESS_REFUSED)
            self._ask("DATA", LetterProblem.TEXT_REFUSED)

    def _ask(self, command: str, problem: LetterProblem, *, is_ever_final: bool = True) -> None:
        code, said = self._connection.docmd(command)
        if code // 100 == _OK or code == _GO_ON:
            return
        with suppress(OSError, smtplib.SMTPException):
            self._connection.rset()
        raise NotSentError(problem, _code(code, said), is_final=is_ever_final and code // 100 == _FINAL)

    def hand_over(self, letter: bytes) -> None:
        """Send the text of the offered letter. Raises NotSentError, and UnansweredError if nobody can know."""
        with _certain():
            self._connection.send(_LINE_START.sub(b"..", letter.rstrip(b"\r\n")) + b"\r\n.\r\n")
        if self._connection.sock is not None:
            self._connection.sock.settimeout(self._server.patience_at_end)
        try:
            code, said = self._connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise UnansweredError from error
        if self._connection.sock is not None:
            self._connection.sock.settimeout(self._server.patience)
        if code // 100 != _OK:
            raise NotSentError(LetterProblem.TEXT_REFUSED, _code(code, said), is_final=code // 100 == _FINAL)


@contextmanager
def connected(server: MailServer) -> Iterator[MailLine]:
    """Yield a line to the mail server. Raises NotSentError while there is none."""
    with _certain():
        connection = _opened(server)
    try:
        with _certain():
            _secured(connection, server)
        yield MailLine(connection, server)
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
    finally:
        # After a failure without a word: in the middle of a letter, whatever is said would belong to it.
        connection.close()


def _opened(server: MailServer) -> smtplib.SMTP:
    own_name = server.sender.rpartition("@")[2]
    if server.security is Security.TLS:
        trusted = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, own_name, timeout=server.patience, context=trusted)
    return smtplib.SMTP(server.host, server.port, own_name, timeout=server.patience)


def _secured(connection: smtplib.SMTP, server: MailServer) -> None:
    """Encrypt where that comes second, and sign in. A server that offers no encryption gets nothing."""
    connection.ehlo_or_helo_if_needed()
    if server.security is Security.STARTTLS:
        connection.starttls(context=ssl.create_default_context())
        connection.ehlo_or_helo_if_needed()
    if server.user:
        _sign_in(connection, server)


def _sign_in(connection: smtplib.SMTP, server: MailServer) -> None:
    try:
        connection.login(server.user, server.password)
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        code = _code(error.smtp_code, said if isinstance(said, bytes) else said.encode())
        raise NotSentError(LetterProblem.SIGN_IN_REFUSED, code) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotSentError(LetterProblem.SIGN_IN_REFUSED) from error


@contextmanager
def _certain() -> Iterator[None]:
    """Tell a failure in the block as one before which the server took nothing."""
    try:
        yield
    except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
        raise NotSentError(LetterProblem.NOT_SECURE) from error
    except smtplib.SMTPResponseException as error:
        raise NotSentError(LetterProblem.UNREACHABLE, str(error.smtp_code)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSentError(LetterProblem.UNREACHABLE) from error


def _code(code: int, said: bytes) -> str:
    """Return the code of an answer and its extended code; its words may name people and are left out."""
    extended = _ENHANCED.match(said)
    return f"{code} {extended[0].decode()}" if extended else str(code)
