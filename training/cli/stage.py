"""The stage of the demonstration: its calendar, its accounts, its artificial people."""

import csv
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from training.cli.published import SEED, load_courses
from training.domain.identity import accounts, organisations
from training.domain.people import people
from training.kit import clock
from training.kit.db import db
from training.models.courses.cohorts import Venue
from training.models.finance.programmes import Programme
from training.models.identity.accounts import ApprovalGrade, Role
from training.models.identity.actor import Actor
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.people.people import Person, Sex
from training.queries.finance import programmes as programme_rows
from training.queries.identity import accounts as account_rows
from training.queries.identity import organisations as organisation_rows

BORDER, PASSPORTS = "Border Forces Command", "Passport and Residency Directorate"
TRAFFICKING, ERBIL = "Directorate of Combating Human Trafficking", "Erbil Governorate Police Directorate"
UK = "Home Office"
TRAINING, KURDISTAN = "PACT-TRAINING", "PACT-KURDISTAN"

# Username, name, role, organisation, language.
_COORDINATORS = (
    ("uk.coordinator", "UK coordinator 1", Role.UK_COORDINATOR, UK, "en"),
    ("uk.coordinator.2", "UK coordinator 2", Role.UK_COORDINATOR, UK, "en"),
    ("iraq.coordinator", "منسق العراق 1", Role.PARTNER_COORDINATOR, BORDER, "ar"),
    ("iraq.coordinator.2", "منسق العراق 2", Role.PARTNER_COORDINATOR, PASSPORTS, "ar"),
    ("kri.coordinator", "هەماهەنگکاری هەرێم 1", Role.PARTNER_COORDINATOR, TRAFFICKING, "ckb"),
    ("kri.coordinator.2", "هەماهەنگکاری هەرێم 2", Role.PARTNER_COORDINATOR, ERBIL, "ckb"),
)
_OTHERS = (
    ("trainer", "Trainer 001", Role.TRAINER, UK, "en"),
    ("trainer.2", "Trainer 002", Role.TRAINER, UK, "en"),
    ("trainee", "متدرب 001", Role.TRAINEE, BORDER, "ar"),
    ("trainee.2", "فێرخواز 001", Role.TRAINEE, TRAFFICKING, "ckb"),
    ("funder", "Funder 1", Role.FUNDER, UK, "en"),
    ("funder.2", "Funder 2", Role.FUNDER, UK, "en"),
    ("approver", "Finance approver 1", Role.FINANCE_APPROVER, UK, "en"),
    ("approver.2", "Finance approver 2", Role.FINANCE_APPROVER, UK, "en"),
    ("vetting", "Vetting officer 1", Role.VETTING_OFFICER, UK, "en"),
    ("rights.approver", "Rights approver 1", Role.RIGHTS_APPROVER, UK, "en"),
    ("rights.approver.2", "Rights approver 2 (senior official)", Role.RIGHTS_APPROVER, UK, "en"),
    ("rights.approver.3", "Rights approver 3 (minister)", Role.RIGHTS_APPROVER, UK, "en"),
    ("auditor", "Auditor 1", Role.AUDITOR, UK, "en"),
    ("admin", "Administrator 1", Role.ADMINISTRATOR, UK, "en"),
)
_FUNDED = {"funder": TRAINING, "funder.2": KURDISTAN}
_GRADES = {"rights.approver.2": ApprovalGrade.SENIOR, "rights.approver.3": ApprovalGrade.MINISTERIAL}
_IS_THE = {"trainer": (UK, 0), "trainer.2": (UK, 1), "trainee": (BORDER, 0), "trainee.2": (TRAFFICKING, 0)}
# Organisation, who registers, how many, the words for a person there.
_REGISTERS = (
    (BORDER, "iraq.coordinator", 24, "Trainee", "متدرب"),
    (PASSPORTS, "iraq.coordinator.2", 14, "Trainee", "متدرب"),
    (TRAFFICKING, "kri.coordinator", 16, "Trainee", "فێرخواز"),
    (ERBIL, "kri.coordinator.2", 12, "Trainee", "فێرخواز"),
    (UK, "uk.coordinator", 2, "Trainer", "مدرب"),
)
_SPOKEN = {Jurisdiction.UK: "en", Jurisdiction.IRAQ: "ar", Jurisdiction.KURDISTAN: "ckb ar"}
_RANKS = ("Lieutenant", "First Lieutenant", "Captain", "Sergeant")


class Stage:
    """Who acts, and when; days are counted from today."""

    def __init__(self, password: str, today: dt.date) -> None:
        self.today = today
        self.people: dict[str, list[Person]] = {}
        self._password = password
        self._actors: dict[str, Actor] = {}
        self._keys = 0

    @contextmanager
    def on(self, days: int) -> Iterator[dt.date]:
        """Let it be mid-morning of the day so many days after today (before it, when negative)."""
        day = self.day(days)
        with clock.pretend(dt.datetime.combine(day, dt.time(9, 30), dt.UTC)):
            yield day
            db.session.flush()
            db.session.expire_all()

    def day(self, days: int) -> dt.date:
        """Return the day so many days after today."""
        return self.today + dt.timedelta(days=days)

    def by(self, username: str) -> Actor:
        """Return somebody with an account, as one who acts."""
        return self._actors[username]

    def key(self) -> str:
        """Return an idempotency key that was not used before."""
        self._keys += 1
        return f"demonstration-{self._keys}"

    def set_up(self) -> None:
        """Load organisations, venues and courses; make accounts and people."""
        _load_organisations()
        _load_venues()
        list(load_courses((SEED / "demo" / "courses.csv").read_text(encoding="utf-8")))
        for account in _COORDINATORS:
            self._make_account(*account)
        for organisation, registrar, number, latin, native in _REGISTERS:
            self.people[organisation] = [
                self._register(organisation, registrar, index, (latin, native)) for index in range(1, number + 1)
            ]
        for account in _OTHERS:
            self._make_account(*account)

    def _make_account(self, username: str, name: str, role: Role, organisation: str, language: str) -> None:
        person = self.people[_IS_THE[username][0]][_IS_THE[username][1]] if username in _IS_THE else None
        user = accounts.create_account(
            accounts.NewAccount(username=username, display_name=name, password=self._password, language=language),
            organisation_named(organisation).id,
            person_id=person.id if person else None,
            is_demonstration=True,
        )
        funded = programme_coded(_FUNDED[username]).id if username in _FUNDED else None
        accounts.grant(user, role, programme_id=funded, grade=_GRADES.get(username), by=None)
        db.session.flush()
        known = account_rows.active_user(user.id)
        if known is None:
            raise LookupError(username)
        self._actors[username] = account_rows.actor_of(known)

    def _register(self, organisation: str, registrar: str, index: int, words: tuple[str, str]) -> Person:
        body = organisation_named(organisation)
        particulars = people.Particulars(
            name_latin=f"{words[0]} {index:03d} {body.name_en.split()[0]}",
            name_native=f"{words[1]} {index:03d}",
            rank=_RANKS[index % len(_RANKS)],
            unit=f"Unit {index % 4 + 1}",
            sex=Sex.FEMALE if index % 4 == 0 else Sex.MALE,
            languages=_SPOKEN[body.jurisdiction],
        )
        return people.register(body.id, particulars, self.by(registrar))

    def tend_register(self) -> None:
        """Let one officer be registered twice, in another spelling, and another be transferred."""
        with self.on(-12):
            again = people.Particulars("", "متدرّب ٠٢٢", rank="Captain", unit="Unit 3", languages="ar en")
            people.register(organisation_named(BORDER).id, again, self.by("iraq.coordinator"))
        with self.on(-10) as day:
            moved, to = self.people[BORDER][-1], organisation_named(PASSPORTS)
            people.transfer(moved, to, self.day(-15), self.by("uk.coordinator"), day)


def organisation_named(name: str) -> Organisation:
    """Return an organisation that was loaded before."""
    found = organisation_rows.organisation_named(name)
    if found is None:
        raise LookupError(name)
    return found


def programme_coded(code: str) -> Programme:
    """Return a programme of the pact."""
    found = programme_rows.programme_with_code(code)
    if found is None:
        raise LookupError(code)
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (SEED / "demo" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _load_organisations() -> None:
    for row in _rows("organisations.csv"):
        parent = organisation_named(row["parent"]) if row["parent"] else None
        body = organisations.Body(
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            name_ckb=row["name_ckb"],
            jurisdiction=Jurisdiction(row["jurisdiction"]),
            source=row["source"],
        )
        organisations.create(body, parent, by=None)


def _load_venues() -> None:
    for row in _rows("venues.csv"):
        values = {key: value for key, value in row.items() if key != "jurisdiction"}
        db.session.add(Venue(jurisdiction=Jurisdiction(row["jurisdiction"]), **values))
