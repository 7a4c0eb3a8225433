"""Day one: from an empty database to a working team in the browser, and back from the backup of a lost database."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from tests.e2e.people import Reader
from tests.support.application import application
from tests.support.databases import empty_postgresql, postgresql_programs
from tests.support.visitor import Visitor
from tests.support.world import post
from training.config import Settings
from training.kit.clock import today
from training.kit.locale import LANGUAGES

PHONE = 320
TRAINEES = 30
FOUND = 302
PASSWORD = "violet harbour spoon cactus"
OWN = "چرا ڕووبار بەرد هەورێک"
REST = [
    "A budget line with approved money",
    "An approved rights assessment",
    "A cohort that was opened",
    "Outgoing mail, set up on the server; until then addresses and cards are printed",
]
"""What is still missing when the team, a venue and a course are there: money, rights and the opening itself."""

_NAMES = re.findall(
    r"\w+",
    "Adel Basim Dawud Emad Faris Ghazi Hazim Idris Jalal Kadhim Layth Majid Nabil Omar Qasim Rashid Sabah Tariq Uday "
    "Walid Yasin Zaid Anwar Badr Dilshad Farhad Hiwa Karwan Rebwar Soran",
)


@dataclass
class Office:
    """The register at ``base``, and who is signed in to it."""

    base: str
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def __getitem__(self, username: str) -> Visitor:
        if username not in self.visitors:
            self.visitors[username] = Visitor(self.base, username, PASSWORD)
        return self.visitors[username]

    def accept(self, address: str, username: str) -> None:
        """Create the account at a one-time address, whatever host it names."""
        path = "/invitation/" + address.strip().rpartition("/")[2]
        form = [("display_name", f"Person {username}"), ("username", username), ("password", PASSWORD)]
        assert "Your account is ready" in Visitor(self.base).send(path, form)[1]

    def ask(self, username: str, role: str, organisation: str, **scope: str) -> None:
        """Invite somebody: one administrator asks, the other agrees and hands over the address."""
        form = {"username": username, "role": role, "organisation": organisation, "reason": "The first team"} | scope
        asked = sent(self["first"], "/invitations/new", form)
        assert "Asked for. It is sent when another administrator has agreed" in asked
        (waiting,) = re.findall(r'href="(/invitations/[0-9a-z]{12})"', self["second"].read("/grants")[1])
        assert "You asked for it" in self["first"].read(waiting)[1]
        page = self["second"].send(f"{waiting}/agree", [], page=waiting)[1]
        found = re.search(r"https?://[^<\s]+/invitation/[\w-]+", page)
        assert found, page
        self.accept(found[0], username)

    def missing(self, username: str) -> list[str]:
        """Return what the first page says is missing."""
        return shown_missing(self[username].read("/")[1])


def shown_missing(page: str) -> list[str]:
    """Return what a first page says is missing."""
    listed = re.search(r"Setting up: what is still missing</h2>\s*<ol[^>]*>(.*?)</ol>", page, re.DOTALL)
    assert listed, page
    return [bare(one) for one in re.findall(r"<li>(.*?)</li>", listed[1], re.DOTALL)]


def bare(html: str) -> str:
    """Return the text of a piece of a page."""
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()


def sent(visitor: Visitor, path: str, form: Mapping[str, str]) -> str:
    """Send a form; return the page to which it leads. Fails with what the page says is wrong."""
    status, page = visitor.send(path, form.items())
    wrong = [bare(one) for one in re.findall(r'class="govuk-error-message"[^>]*>(.*?)</p>', page, re.DOTALL)]
    assert (status, wrong) == (200, []), page
    return page


def option(visitor: Visitor, path: str, text: str) -> str:
    """Return the value of the choice of a form whose text begins so."""
    page = visitor.read(path)[1]
    found = re.search(rf'<option[^>]*value="([^"]+)"[^>]*>\s*{re.escape(text)}', page)
    found = found or re.search(rf'value="([^"]+)"[^>]*>\s*<label[^>]*>\s*(?:<bdi>)?{re.escape(text)}', page)
    assert found, f"{text} is no choice of {path}"
    return found[1]


def date(name: str, day: dt.date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def gather_administrators(app: Flask, base: str) -> Office:
    office = Office(base)
    office.accept(run(app, "account", "invite", "--role", "administrator"), "first")
    assert office.missing("first")[0].startswith("A second administrator")
    office.accept(run(app, "account", "invite", "--role", "administrator"), "second")
    assert office.missing("first")[0] == "A UK coordinator"
    return office


def gather_team(office: Office) -> str:
    """Invite everybody; each makes the list of what is missing one line shorter. Return the partner's public id."""
    body = {"name_en": "Border Guard of the test", "jurisdiction": "IQ", "name_ar": "حرس الحدود"}
    home = option(office["first"], "/invitations/new", "Home Office")
    pact = option(office["first"], "/invitations/new", "Training of Iraqi law enforcement")
    staff = {
        "uk": ("uk_coordinator", {}),
        "finance": ("finance_approver", {}),
        "rights": ("rights_approver", {"grade": "ministerial"}),
        "vetting": ("vetting_officer", {}),
        "funder": ("funder", {"programme": pact}),
    }
    before = office.missing("first")
    for done, (username, (role, scope)) in enumerate(staff.items(), 1):
        office.ask(username, role, home, **scope)
        assert office.missing("first") == before[done:]
    sent(office["first"], "/organisations/new", body)
    partner = option(office["first"], "/invitations/new", body["name_en"])
    office.ask("iraq", "partner_coordinator", partner)
    assert office.missing("second") == office.missing("uk") == ["A venue where courses are held", "A course", *REST]
    return partner


def prepare_cohort(coordinator: Visitor, partner: str) -> str:
    """Enter a venue and a course, and draft a cohort there; return the address of the cohort."""
    venue = {
        "name_en": "Hall by the river",
        "name_ckb": "هۆڵی ڕووبار",
        "jurisdiction": "IQ",
        "time_zone": "Asia/Baghdad",
    }
    sent(coordinator, "/venues/new", venue)
    course = {"title_en": "Reading documents", "provider": "Home Office", "theme": "document fraud", "days": "5"}
    page = sent(coordinator, "/courses/new", course | {"attendance_percent": "80"})
    (new,) = set(re.findall(r"/courses/[0-9a-z]{12}/cohorts/new", page))
    first = today() + dt.timedelta(days=60)
    plan = {
        "venue": option(coordinator, new, "Hall by the river"),
        "host": partner,
        "invited": partner,
        "programme": option(coordinator, new, "Training of Iraqi law enforcement"),
        "capacity": str(TRAINEES),
    }
    days = date("starts_on", first) | date("ends_on", first + dt.timedelta(days=4))
    page = sent(coordinator, new, plan | days)
    assert "Drafted. Plan what it is to cost" in page
    (costs,) = set(re.findall(r"/cohorts/[0-9a-z]{12}", page))
    return costs


def enrol(coordinator: Visitor) -> None:
    """Register the trainees one by one, under names of which no two sound alike."""
    body = option(coordinator, "/people/new", "Border Guard of the test")
    blank = coordinator.with_token("/people/new", [("organisation", body)])
    for name, father in zip(_NAMES, _NAMES[7:] + _NAMES[:7], strict=True):
        assert coordinator.sent("/people/new", [*blank, ("name_latin", f"{name} {father}")])[0] == FOUND


def make_cards(coordinator: Visitor) -> list[tuple[str, str]]:
    """Make a card for everybody in one go; return username and code of each."""
    everybody = re.findall(r'name="chosen"[^>]*value="([0-9a-z]{12})"', coordinator.read("/people?ticked=all")[1])
    assert len(everybody) == TRAINEES
    page = coordinator.send("/people/cards", [("chosen", one) for one in everybody], page="/people")[1]
    facts = [unescape(one) for one in re.findall(r'<dd><bdi dir="ltr">([^<]+)</bdi></dd>', page)]
    return list(zip(facts[::2], facts[1::2], strict=True))


def use_card(page: Page, username: str, code: str) -> None:
    trainee = Reader(page)
    page.goto("/card")
    trainee.speak(LANGUAGES["ckb"].endonym)
    trainee.fill("Username", username)
    trainee.fill("Code", code)
    trainee.main.get_by_role("button").click()
    trainee.arrives("Choose a password")
    trainee.fits()
    trainee.fill("Password", OWN)
    trainee.main.get_by_role("button").click()
    trainee.reads("Your password is set. From now on, sign in with your username and this password.")
    trainee.fits()
    expect(page.locator("html")).to_have_attribute("lang", "ckb")


@contextmanager
def replacement(app: Flask, folder: Path) -> Iterator[Flask]:
    """Yield the register of a new machine on an empty database of the same kind."""
    with ExitStack() as made:
        is_sqlite = on_machine(app).database_url.startswith("sqlite")
        url = f"sqlite:///{folder / 'new.sqlite'}" if is_sqlite else made.enter_context(empty_postgresql())
        other = made.enter_context(application(url))
        other.config["SETTINGS"] = files_in(folder / "new", on_machine(other))
        yield other


def on_machine(app: Flask) -> Settings:
    settings: Settings = app.config["SETTINGS"]
    return settings


def files_in(folder: Path, settings: Settings) -> Settings:
    """Return the settings of a machine with its files in ``folder``."""
    folder.mkdir()
    programs = None if settings.database_url.startswith("sqlite") else postgresql_programs()
    return replace(
        settings,
        evidence_folder=folder / "evidence",
        queue_file=folder / "queue.sqlite",
        postgresql_programs=programs,
    )


def run(app: Flask, *arguments: str) -> str:
    """Run a command of the product; return what it says."""
    with app.app_context():
        done = app.test_cli_runner().invoke(args=arguments)
    assert done.exit_code == 0, done.output
    return done.output


def signs_in(app: Flask, username: str, password: str) -> FlaskClient:
    """Sign in to a register that is not served."""
    client = app.test_client()
    answer = post(client, "/sign-in", {"username": username, "password": password})
    assert answer.location == "/", answer.text
    return client


def test_team_starts_from_nothing_and_comes_back_from_the_backup(
    app: Flask, live_server: Callable[..., str], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    (out := tmp_path / "backups").mkdir()
    app.config["SETTINGS"] = files_in(tmp_path / "old", on_machine(app))
    assert "Nobody has an account yet" in run(app, "prepare")
    base = live_server(on_machine(app).database_url, TRAINING_INSTANCE=str(tmp_path / "old"))
    office = gather_administrators(app, base)
    partner = gather_team(office)
    cohort = prepare_cohort(office["uk"], partner)
    assert office.missing("uk") == REST
    enrol(office["iraq"])
    cards = make_cards(office["iraq"])
    assert len(set(cards)) == TRAINEES
    username, code = cards[-1]
    use_card(open_page(base, width=PHONE, java_script=False), username, code)

    run(app, "backup", str(out))
    (backup,) = out.iterdir()
    with replacement(app, tmp_path) as other:
        assert "The ledger is whole." in run(other, "restore", str(backup))
        assert "The ledger is whole." in run(other, "ledger", "verify")
        assert 'lang="ckb"' in signs_in(other, username, OWN).get("/").text
        coordinator = signs_in(other, "uk", PASSWORD)
        assert shown_missing(coordinator.get("/").text) == REST
        assert "Hall by the river" in coordinator.get(cohort).text
        waiting = signs_in(other, "iraq", PASSWORD).get("/people/cards?ticked=all").text
        assert len(set(re.findall(r'name="chosen"[^>]*value="([0-9a-z]{12})"', waiting))) == TRAINEES - 1
