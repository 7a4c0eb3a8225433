"""As deployed: production mode, PostgreSQL, behind a real TLS proxy. No header is added by hand."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.people import Reader
from tests.support.application import application
from tests.support.caddy import HOST, behind_tls
from tests.support.secrets import SECRET
from training.domain.identity import accounts, organisations
from training.kit.clock import now
from training.kit.db import transaction
from training.models.identity.accounts import Role
from training.models.identity.organisations import Jurisdiction

PASSWORD = "kestrel-lantern-orchard-58"
PRODUCTION = {
    "TRAINING_MODE": "production",
    "SECRET_KEY": SECRET,
    "TRUSTED_HOSTS": f"{HOST},127.0.0.1",
    "PROXY_HOPS": "1",
    "DEMO_PASSWORD": "",
}
RATES = b"currency,month,rate,source\nUSD,2026-10,1.25,HMRC monthly rates\n"


def invited(url: str) -> str:
    """Invite a UK coordinator; return the one-time address."""
    with application(url) as app, app.app_context(), transaction():
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
    postgresql_url: str, live_server: Callable[..., str], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    address = invited(postgresql_url)
    with behind_tls(live_server(postgresql_url, **PRODUCTION), tmp_path) as base:
        page = open_page(base, own_authority=True)
        reader = Reader(page)
        create_account(reader, address)
        reader.sign_in("coordinator", PASSWORD)
        (cookie,) = [each for each in page.context.cookies() if "session" in each["name"]]
        assert cookie["name"] == "__Host-session"
        assert cookie["secure"]
        reader.speak("العربية")
        reader.arrives("What needs your attention")
        assert reader.language == "ar"
        send_file(reader)
        page.get_by_role("banner").get_by_role("button", name=reader.words("Sign out")).click()
        reader.arrives("Sign in")
        answer = page.goto("/account")
        assert answer
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        reader.arrives("Sign in")
        page.context.close()
