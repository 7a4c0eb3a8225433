"""As deployed: production mode, PostgreSQL, behind the TLS proxy of ``deploy/``. The journey adds no header by hand."""

import http.client
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from tests.e2e.people import Reader, said
from tests.support.application import application
from tests.support.caddy import DEPLOYED, HOST, Client, Proxy, behind_tls
from tests.support.databases import deployed_postgresql
from tests.support.secrets import SECRET
from tests.support.server import command, serving
from training.domain.identity import accounts, organisations
from training.kit.clock import now
from training.kit.db import db, transaction
from training.models.identity.accounts import Role
from training.models.identity.audit import AuditEntry
from training.models.identity.organisations import Jurisdiction
from training.policy.scopes import unscoped
from training.queries.identity import deployment

PASSWORD = "kestrel-lantern-orchard-58"
PRODUCTION = {
    "TRAINING_MODE": "production",
    "SECRET_KEY": SECRET,
    "TRUSTED_HOSTS": f"{HOST},127.0.0.1",
    "PROXY_HOPS": "1",
    "DEMO_PASSWORD": "",
}
RATES = b"currency,month,rate,source\nUSD,2026-10,1.25,HMRC monthly rates\n"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Return the address of a prepared database, as the role of the service, which owns no table."""
    with deployed_postgresql() as (owner, service):
        command(owner, "prepare", **PRODUCTION)
        yield service


@pytest.fixture(scope="module")
def deployed_app(database: str) -> Iterator[Flask]:
    """Return an application on the database of the deployment."""
    with application(database) as app:
        yield app


@pytest.fixture(scope="module")
def proxy(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Return the proxy of a deployment, shared by the tests of this file."""
    folder = tmp_path_factory.mktemp("deployed")
    with serving(database, folder / "server.log", **PRODUCTION) as base, behind_tls(base, folder) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def coordinator(deployed_app: Flask) -> str:
    """Return the username of a UK coordinator."""
    with deployed_app.app_context(), transaction():
        home = organisations.create(organisations.OrganisationDetails("Another Office", Jurisdiction.UK), by=None)
        offered = accounts.open_invitation(accounts.invite(Role.UK_COORDINATOR, home, now()), now())
        accounts.accept_invitation(offered, accounts.NewAccount("uk", "Coordinator 002", PASSWORD, "ckb"), now())
    return "uk"


def invited(app: Flask) -> str:
    """Invite a UK coordinator; return the one-time address."""
    with app.app_context(), transaction():
        home = organisations.create(organisations.OrganisationDetails("Home Office", Jurisdiction.UK), by=None)
        return f"/invitation/{accounts.invite(Role.UK_COORDINATOR, home, now())}"


def create_account(reader: Reader, address: str) -> None:
    reader.page.goto(address)
    reader.fill("Your name", "Coordinator 001")
    reader.fill("Username", "coordinator")
    reader.fill("Password", PASSWORD)
    reader.press("Create my account")
    reader.reads("Your account is ready. Sign in.")


def send_file(reader: Reader) -> None:
    reader.page.goto("/rates/import")
    reader.page.set_input_files("[name=file]", files=[{"name": "r.csv", "mimeType": "text/csv", "buffer": RATES}])
    reader.main.locator("form[enctype] button").click()
    reader.fits()
    reader.page.goto("/rates")
    expect(reader.row("HMRC monthly rates")).to_be_visible()


def test_everyday_acts_work_behind_a_tls_proxy(
    deployed_app: Flask, proxy: Proxy, open_page: Callable[..., Page]
) -> None:
    page = open_page(proxy.base, own_authority=True)
    reader = Reader(page)
    create_account(reader, invited(deployed_app))
    reader.sign_in("coordinator", PASSWORD)
    (cookie,) = [each for each in page.context.cookies() if "session" in each["name"]]
    assert cookie["name"] == "__Host-session"
    assert cookie["secure"]
    assert page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    reader.speak("العربية")
    reader.arrives("Your programmes")
    assert reader.language == "ar"
    send_file(reader)
    page.get_by_role("banner").get_by_role("button", name=reader.words("Sign out")).click()
    reader.arrives("Sign in")
    answer = page.goto("/account")
    assert answer
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert answer.headers["content-encoding"] == "gzip"
    reader.arrives("Sign in")


def test_pages_are_compressed_and_say_nothing_of_the_servers(proxy: Proxy) -> None:
    answer = Client(proxy).ask("/sign-in")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "</html>" in answer.page
    assert {"Server", "Via", "X-Powered-By"} & set(answer.headers) == set()
    elsewhere = Client(proxy).ask("/sign-in", Sec_Fetch_Site="cross-site")
    assert "Content-Encoding" not in elsewhere.headers, "the proxy must not compress what the register did not"


def test_without_tls_there_is_a_redirect_alone(proxy: Proxy) -> None:
    """HSTS belongs to answers over TLS: elsewhere a browser has to ignore it, and anybody may have written it."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=10)
    connection.request("GET", "/account", headers={"Host": HOST})
    with connection.getresponse() as answer:
        assert answer.status in {301, 308}
        assert answer.headers["Location"].startswith(f"https://{HOST}")
        assert "Strict-Transport-Security" not in answer.headers
        assert "Set-Cookie" not in answer.headers
    connection.close()
    assert "Strict-Transport-Security" in Client(proxy).ask("/account").headers


def test_guesses_are_counted_for_the_address_of_the_client(deployed_app: Flask, proxy: Proxy, coordinator: str) -> None:
    """Each guesser is counted apart: not the proxy for all of them, nor what a client says that its address is."""
    guesser = Client(proxy, "127.0.0.2")
    tried = [
        guesser.send("/sign-in", {"username": "nobody", "password": "x"}, X_Forwarded_For=f"203.0.113.{n}")
        for n in range(11)
    ]
    assert [answer.status for answer in tried] == [200] * 10 + [429]
    other = Client(proxy, "127.0.0.3")
    assert other.send("/sign-in", {"username": coordinator, "password": PASSWORD}).status == 302
    with deployed_app.app_context():
        rows = db.session.scalars(unscoped(select(AuditEntry.details), because="a test")).all()
    assert {row["address"] for row in rows if "address" in row} == {"127.0.0.2"}


def test_forged_host_is_refused(proxy: Proxy) -> None:
    for forged in ({"X_Forwarded_Host": "evil.example"}, {"Forwarded": "host=evil.example;proto=http"}):
        answer = Client(proxy).ask("/account", **forged)
        assert answer.status == 302
        assert "evil" not in answer.headers["Location"]
    for host in ("evil.example", "127.0.0.1", ""):
        answer = Client(proxy).ask("/healthz", Host=host)
        assert answer.status in {400, 421}, "an empty 200 would tell who watches over the register that it is well"


def test_file_that_is_too_large_is_answered_in_words(
    proxy: Proxy, coordinator: str, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    """Of each size: one that the form refuses, one that the register does, one that the proxy would."""
    page = open_page(proxy.base, own_authority=True)
    reader = Reader(page)
    reader.sign_in(coordinator, PASSWORD)
    for megabytes, words in ((6, None), (42, "Too much was sent"), (60, "Too much was sent")):
        file = tmp_path / f"{megabytes}.csv"
        with file.open("wb") as sparse:
            sparse.truncate(megabytes * MIB)
        page.goto("/rates/import")
        page.set_input_files("[name=file]", file)
        reader.main.locator("form[enctype] button").click()
        if words:
            reader.reads(words)
        else:
            expect(page.locator(".govuk-error-summary")).to_be_visible()


def test_while_the_register_is_away_the_proxy_has_words(tmp_path: Path) -> None:
    """Nor has its log an address, even where somebody switches the log of requests on: invitations are secrets."""
    logging = tmp_path / "Caddyfile"
    logging.write_text(DEPLOYED.read_text().replace("header -Server", "header -Server\n\tlog", 1))
    with behind_tls("http://127.0.0.1:9", tmp_path, logging) as proxy:
        answer = Client(proxy).ask("/invitation/a-secret-token?name=canary")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "60"
    for language in ("en", "ar", "ckb"):
        assert said(language, "The register cannot be used now") in answer.page
        assert f'lang="{language}"' in answer.page
    written = proxy.log.read_text()
    assert "handled request" in written
    assert "Server" not in answer.headers
    assert "a-secret-token" not in written
    assert "canary" not in written


def test_service_owns_no_table(deployed_app: Flask) -> None:
    with deployed_app.app_context():
        role = deployment.database_role()
        assert role
        assert role == deployment.DatabaseRole(role.name, False, False, False, False, False)
        for change in (
            "DROP TRIGGER ledger_entries_no_change ON ledger_entries",
            "TRUNCATE people",
            "DROP TABLE people",
        ):
            with pytest.raises(ProgrammingError, match="InsufficientPrivilege"), db.engine.begin() as connection:
                connection.execute(text(change))
