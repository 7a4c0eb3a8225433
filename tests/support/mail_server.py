"""A real mail server on loopback that takes, refuses or ponders letters as a test says."""

import asyncio
import datetime as dt
import ipaddress
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.ports import free_port

USER, PASSWORD = "register", "a password of the mail server"


@dataclass
class Mailbox:
    """What the server got, and what it answers: a code with words, or nothing for as long as it ponders."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    sender_answer: str = ""
    recipient_answer: str = ""
    letter_answer: str = ""
    ponders: float = 0
    on_letter: Callable[[], None] = field(default=lambda: None)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to the sender."""
        envelope.mail_from = address
        return self.sender_answer or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to a recipient."""
        envelope.rcpt_tos.append(address)
        return self.recipient_answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter, and then answer."""
        if not self.letter_answer:
            assert isinstance(envelope.content, bytes)
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.on_letter()
        await asyncio.sleep(self.ponders)
        return self.letter_answer or "250 OK"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextmanager
def mail_server(certificate: Path | None = None, *, is_tls: bool = False, signs_in: bool = False) -> Iterator[Mailbox]:
    """Run a mail server; with ``certificate`` it encrypts, from the first byte where ``is_tls``, else by STARTTLS."""
    mailbox, port, context = Mailbox(), free_port(), None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    settings: dict[str, Any] = {"enable_SMTPUTF8": False}
    if signs_in:
        settings |= {"authenticator": _authenticate, "auth_required": True}
    if context is not None:
        settings |= {"ssl_context": context} if is_tls else {"tls_context": context, "require_starttls": True}
    settings["auth_require_tls"] = not is_tls  # to it, encryption from the first byte is none
    controller = Controller(mailbox, "127.0.0.1", port, server_hostname="localhost", **settings)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
        controller.start()
        mailbox.port = port
        try:
            yield mailbox
        finally:
            controller.stop(no_assert=True)


def self_signed(folder: Path) -> Path:
    """Return a file with the key and the certificate of localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = folder / "localhost.pem"
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file
