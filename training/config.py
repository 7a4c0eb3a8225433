"""Settings: read once from the environment, frozen, and refused at start where they are unsafe."""

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from training.kit.files import make_private_folder
from training.kit.mail import MailServer, Security, is_address
from training.models.assurance.rights_assessments import RiskLevel
from training.models.identity.accounts import ApprovalGrade

DEMO, PRODUCTION = "demo", "production"
_SHORTEST_SECRET = 32
_OFF = {"", "0", "no", "false"}
_OWN_HOSTS = "127.0.0.1,localhost"
_LAST_PORT = 65535
_MAIL = ("SMTP_PORT", "SMTP_SECURITY", "SMTP_USER", "SMTP_PASSWORD", "MAIL_FROM")
_MAIL_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}
_RIGHTS_APPROVAL = "low=official,medium=senior,high=ministerial"


class SettingsError(Exception):
    """The environment asks for an impossible or unsafe setting."""


@dataclass(frozen=True)
class Settings:
    """The settings of an application. ``demo_password`` is None in production.

    ``rights_approval`` has the grade of rights approver that each level of risk requires. Without ``mail`` no letter
    is posted. ``postgresql_programs`` is the folder of pg_dump and pg_restore, if they are not on the PATH.
    """

    database_url: str
    evidence_folder: Path
    queue_file: Path
    secret_key: str
    mode: str
    demo_password: str | None
    wants_demo_data: bool
    has_secure_cookies: bool
    trusted_hosts: tuple[str, ...]
    proxy_hops: int
    port: int
    rights_approval: Mapping[RiskLevel, ApprovalGrade]
    mail: MailServer | None = None
    postgresql_programs: Path | None = None

    @property
    def is_production(self) -> bool:
        """Return whether real people and money are at stake."""
        return self.mode == PRODUCTION

    @property
    def base_address(self) -> str:
        """Return how an address of this deployment begins; never what a request says it is."""
        if self.is_production:
            return f"https://{self.trusted_hosts[0]}"
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    def of(cls, app: Flask) -> "Settings":
        """Return the settings of ``app``."""
        settings: Settings = app.config["SETTINGS"]
        return settings

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str] = os.environ,
    ) -> "Settings":
        """Read the settings; ``TRAINING_INSTANCE`` is the folder for what a demonstration stores.

        Raises SettingsError with one sentence that says what to change.
        """
        mode = environment.get("TRAINING_MODE", DEMO)
        if mode not in (DEMO, PRODUCTION):
            raise SettingsError(f"TRAINING_MODE is {mode!r}: use {DEMO} or {PRODUCTION}.")
        if mode == PRODUCTION:
            _check_production(environment)
        instance = Path(environment.get("TRAINING_INSTANCE") or "instance").absolute()
        make_private_folder(instance)
        is_demo = mode == DEMO
        database_url = environment.get("DATABASE_URL") or f"sqlite:///{instance / 'training.sqlite'}"
        return cls(
            database_url=database_url,
            evidence_folder=Path(environment.get("EVIDENCE_FOLDER") or instance / "evidence"),
            queue_file=Path(environment.get("QUEUE_FILE") or instance / f"queue-{_short_hash(database_url)}.sqlite"),
            secret_key=environment.get("SECRET_KEY") or _stored_secret(instance / "secret_key"),
            mode=mode,
            demo_password=(environment.get("DEMO_PASSWORD") or _stored_secret(instance / "demo_password", 16))
            if is_demo
            else None,
            wants_demo_data=is_demo and environment.get("DEMO", "1").lower() not in _OFF,
            has_secure_cookies=environment.get("COOKIE_SECURE", "0" if is_demo else "1").lower() not in _OFF,
            trusted_hosts=_hosts(environment.get("TRUSTED_HOSTS", _OWN_HOSTS)),
            proxy_hops=_whole(environment, "PROXY_HOPS", 0),
            port=_port(environment),
            rights_approval=rights_approval(environment.get("RIGHTS_APPROVAL") or _RIGHTS_APPROVAL),
            mail=mail_server(environment),
            postgresql_programs=Path(programs) if (programs := environment.get("PG_PROGRAMS")) else None,
        )


def _check_production(environment: Mapping[str, str]) -> None:
    if len(environment.get("SECRET_KEY", "")) < _SHORTEST_SECRET:
        raise SettingsError(f"SECRET_KEY must be set in production, with {_SHORTEST_SECRET} characters or more.")
    if environment.get("COOKIE_SECURE", "1").lower() in _OFF:
        raise SettingsError("COOKIE_SECURE cannot be off in production: sign-ins would travel over plain HTTP.")
    if environment.get("FLASK_DEBUG", "0").lower() not in _OFF:
        raise SettingsError("FLASK_DEBUG cannot be on in production.")
    if not _hosts(environment.get("TRUSTED_HOSTS", "")):
        raise SettingsError("TRUSTED_HOSTS must name the hosts that production answers to, separated by commas.")
    if not environment.get("PROXY_HOPS"):
        raise SettingsError(
            "PROXY_HOPS must say in production how many proxies stand in front: 1 behind a TLS proxy, 0 for none."
        )
    if environment.get("DEMO_PASSWORD"):
        raise SettingsError("DEMO_PASSWORD is for demonstrations: production has no demonstration accounts.")


def rights_approval(text: str = _RIGHTS_APPROVAL) -> Mapping[RiskLevel, ApprovalGrade]:
    """Parse the grades written as ``low=official,medium=senior,high=ministerial``.

    Raises SettingsError unless each level of risk occurs once with a grade, and no grade is lower than that of the
    level before: the level of approval rises with the risk (domain §2, OSJA).
    """
    pairs = [tuple(part.strip() for part in entry.split("=")) for entry in text.split(",")]
    expected = f"write each level of risk once with its grade, as in {_RIGHTS_APPROVAL}."
    try:
        table = {RiskLevel(level): ApprovalGrade(grade) for level, grade in pairs}
    except ValueError as error:
        raise SettingsError(f"RIGHTS_APPROVAL is {text!r}: {expected}") from error
    if len(pairs) != len(RiskLevel) or set(table) != set(RiskLevel):
        raise SettingsError(f"RIGHTS_APPROVAL is {text!r}: {expected}")
    grades = [list(ApprovalGrade).index(table[level]) for level in RiskLevel]
    if grades != sorted(grades):
        raise SettingsError(f"RIGHTS_APPROVAL is {text!r}: a higher risk cannot ask for a lower grade.")
    return table


def mail_server(environment: Mapping[str, str]) -> MailServer | None:
    """Return the mail server that ``SMTP_HOST`` names; None without one. Raises SettingsError for an unsafe one."""
    host = environment.get("SMTP_HOST", "")
    if not host:
        if left := next((name for name in _MAIL if environment.get(name)), None):
            raise SettingsError(f"{left} is set, but SMTP_HOST, which turns mail on, is not.")
        return None
    security = _security(environment.get("SMTP_SECURITY") or "starttls", host)
    sender = environment.get("MAIL_FROM", "")
    if not is_address(sender):
        raise SettingsError("MAIL_FROM must be the e-mail address from which letters come.")
    user, password = environment.get("SMTP_USER", ""), environment.get("SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise SettingsError("SMTP_USER and SMTP_PASSWORD belong together: set both or neither.")
    if not (user + password).isascii():
        raise SettingsError("SMTP_USER and SMTP_PASSWORD may hold ASCII characters alone.")
    port = _whole(environment, "SMTP_PORT", _MAIL_PORTS[security])
    if not 0 < port <= _LAST_PORT:
        raise SettingsError(f"SMTP_PORT is {port}: use a number up to {_LAST_PORT}.")
    return MailServer(host, port, security, sender, user, password)


def _security(text: str, host: str) -> Security:
    try:
        security = Security(text.lower())
    except ValueError as error:
        raise SettingsError(f"SMTP_SECURITY is {text!r}: use starttls or tls.") from error
    if security is Security.NONE and host not in _THIS_MACHINE:
        raise SettingsError(
            "SMTP_SECURITY cannot be none but for a mail server on this machine: letters hold one-time addresses."
        )
    return security


def _hosts(named: str) -> tuple[str, ...]:
    return tuple(host.strip() for host in named.split(",") if host.strip())


def _port(environment: Mapping[str, str]) -> int:
    port = _whole(environment, "PORT", 8000)
    if port > _LAST_PORT:
        raise SettingsError(f"PORT is {port}: use a number up to {_LAST_PORT}.")
    return port


def _short_hash(url: str) -> str:
    """Return eight letters that distinguish the queues of two databases."""
    return hashlib.sha256(url.encode()).hexdigest()[:8]


def _whole(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit():
        raise SettingsError(f"{name} is {text!r}: use a whole number.")
    return int(text)


def _stored_secret(path: Path, length: int = 43) -> str:
    """Return the secret stored in ``path``, readable by its owner alone; create it if it is missing."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        path.chmod(0o600)
        return path.read_text(encoding="ascii").strip()
    secret = secrets.token_urlsafe(32)[:length]
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{secret}\n")
    return secret
