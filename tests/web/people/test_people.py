"""The register of people in the browser: search in any spelling, isolation, validation of input."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.support.statements import counted
from tests.support.world import World, form_token
from tests.web.browsing import building, links, press, typed, words
from training.domain.outcomes import completions
from training.kit.db import db, transaction
from training.models.admissions.nominations import Nomination
from training.models.courses.cohorts import CohortTrainer
from training.models.identity.accounts import Role
from training.models.outcomes.completions import Completion
from training.models.people.people import Person
from training.policy.scopes import unscoped
from training.web.common import guard

pytestmark = pytest.mark.usefixtures("noon")
UNNAMED = "Enter the name in Latin letters, in Arabic or Kurdish letters, or both"


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        return World(app)


@pytest.fixture
def iraq(world: World) -> FlaskClient:
    return world.sign_in(world.app.test_client(), "iraq")


def organisation(client: FlaskClient) -> str:
    """Return the first organisation in which the user may register people."""
    select = client.get("/people/new").text.partition('name="organisation"')[2]
    found = re.search(r'<option value="([0-9a-z]{12})"', select)
    assert found
    return found[1]


def register(client: FlaskClient, **form: object) -> TestResponse:
    """Register a person, even if there are possible matches."""
    form = {"organisation": organisation(client)} | form
    answer = press(client, "/people/new", form, page="/people/new")
    told = re.search(r'name="apart"[^>]*value="([^"]+)"', answer.text)
    return press(client, "/people/new", form | {"apart": told[1]}, page="/people/new") if told else answer


# Searching.

SPELLINGS = (
    ("أحمد علي", "احمد"),
    ("أحمد علي", "علي احمد"),
    ("فاطمة", "فاطمه"),
    ("مُحَمَّد", "محمد"),
    ("كەمال", "کەمال"),
    ("مصطفى", "مصطفي"),
    ("José Müller", "jose muller"),
    ("Ahmed al-Jaburi", "JABURI"),
    ("Ahmed al-Jaburi", "ahm"),
    ("محـــمد", "محمد"),
)


def test_name_is_found_in_another_spelling(world: World, iraq: FlaskClient) -> None:
    register(iraq, name_native="زينب", name_latin="Somebody Else")
    for number, (name, spelling) in enumerate(SPELLINGS):
        register(iraq, name_native=name, rank=f"rank {number}")
        page = words(press(iraq, "/people", {"words": spelling}, page="/people"))
        assert f"rank {number}" in page, (name, spelling)
        assert "Somebody Else" not in page


def test_names_never_appear_in_urls(world: World, iraq: FlaskClient) -> None:
    address = register(iraq, name_latin="Canary Name").request.path
    found = press(iraq, "/people", {"words": "Canary"}, page="/people")
    assert found.request.query_string == b""
    assert links(found, "people") == [address]
    for page in (found, iraq.get(address), iraq.get(f"{address}/edit"), iraq.get("/people")):
        addresses = re.findall(r'(?:href|action)="([^"]*)"|name="next" value="([^"]*)"', page.text)
        assert not [pair for pair in addresses if "anary" in "".join(pair)]
        for form in re.findall(r'<form[^>]*method="get".*?</form>', page.text, re.DOTALL | re.IGNORECASE):
            assert set(re.findall(r' name="([^"]*)"', form)) <= {"organisation", "here_as"}, "no field for a name"


def test_empty_search_is_explained(world: World, iraq: FlaskClient) -> None:
    for nothing in ("", "   ", "\x00", "w" * 201):
        answer = press(iraq, "/people", {"words": nothing}, page="/people")
        assert answer.status_code == 200
        assert "There is a problem" in words(answer)
    for strange in ("%", "_", "'", "\u202e", "\uffff", "😀", "*", "\\"):
        assert press(iraq, "/people", {"words": strange}, page="/people").status_code == 200, strange


def test_search_words_are_limited(sqlite_app: Flask) -> None:
    """Each word is one more join: PostgreSQL planned the 800 words of the last of these for ten minutes, in 1.4 GB."""
    with sqlite_app.app_context():
        world, engine = World(sqlite_app), db.engine
    iraq = world.sign_in(sqlite_app.test_client(), "iraq")
    for many in ("a " * 99, " ".join(chr(0x627 + number) for number in range(25)) * 4, "ﷺ" * 200):
        token = form_token(iraq, "/people")
        with counted(engine) as statements:
            answer = iraq.post("/people", data={"csrf_token": token, "words": many})
        assert answer.status_code == 200
        assert max(statement.count("FROM person_words") for statement in statements) <= 20


def test_search_is_limited_to_own_organisation(world: World, iraq: FlaskClient) -> None:
    with building(world):
        world.person("Canary Own"), world.person("Canary Other", "kri")
    page = words(press(iraq, "/people", {"words": "Canary"}, page="/people"))
    assert "Canary Own" in page
    assert "Canary Other" not in page
    assert "Canary Other" not in iraq.get("/people").text


# Registering.


def test_input_is_kept_on_error(world: World, iraq: FlaskClient) -> None:
    for name, said in (
        ("   ", UNNAMED),
        ("\x00", UNNAMED),
        ("\u202e\u2066\u200f", UNNAMED),
        ("...", UNNAMED),
        ("  \u0661\u0662\u0663 ", "A name has letters"),
        ("😀", UNNAMED),
        ("n" * 300, "Use 200 characters or fewer"),
        ("م" * 300, "Use 200 characters or fewer"),
    ):
        answer = register(iraq, name_latin=name, rank="<b>Major", phone="+964 1", sex="female")
        assert answer.status_code == 200
        assert said in words(answer), name[:5]
        assert typed(answer, "name_latin") == re.sub("[\x00\u200f\u202e\u2066]", "", name).strip()
        assert (typed(answer, "rank"), typed(answer, "phone")) == ("<b>Major", "+964 1")
        assert "<b>" not in answer.text
        assert re.search(r'<option value="female" selected', answer.text)
    assert links(iraq.get("/people"), "people") == []


def test_input_is_redisplayed_escaped(world: World, iraq: FlaskClient) -> None:
    for name in (
        "<script>alert('x')</script>",
        '" onmouseover="x',
        "{{ 7*7 }} x",
        "O'Neil & Söhne",
        "A",
        "=cmd()",
        "%s %(name)s {0}",
        "😀 Ali",
        "n" * 200,
        "ع" * 200,
    ):
        page = register(iraq, name_latin=name)
        assert "Registered." in words(page), name
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", page.text)
        assert heading
        assert heading[1] == f'<bdi dir="auto">{heading[1][16:-6]}</bdi>', "isolated, so that it turns nothing round"
        assert unescape(heading[1][16:-6]) == name
        assert "<script" not in page.text


def test_nul_and_direction_marks_are_dropped(world: World, iraq: FlaskClient) -> None:
    fields = ("name_latin", "name_native", "rank", "unit")
    page = register(iraq, **dict.fromkeys(fields, "A\x00\u202eB\u2066"), service_number="A\x00B")
    assert words(page).count("AB") >= len(fields) + 1
    assert not re.search("[\x00\u202e\u2066]", page.text)


def test_joiner_in_a_kurdish_name_is_kept(world: World, iraq: FlaskClient) -> None:
    assert "كاوه\u200c" in register(iraq, name_native="كاوه\u200c").text


def test_telephone_and_email_are_validated(world: World, iraq: FlaskClient) -> None:
    for field, wrong, said in (
        ("phone", "tomorrow", "Enter a telephone number"),
        ("phone", "12", "Enter a telephone number"),
        ("email", "a@b", "Enter an e-mail address"),
        ("email", "a b@example.iq", "Enter an e-mail address"),
    ):
        answer = register(iraq, name_latin="Sherko", **{field: wrong})
        assert said in words(answer), wrong
        assert typed(answer, field) == wrong
    page = register(iraq, name_latin="Sherko", phone="+964 (750) 000-0000", email="a.b@example.iq")
    assert "+964 (750) 000-0000" in words(page)


def test_name_of_expanding_letters_is_accepted(world: World, iraq: FlaskClient) -> None:
    """Such a letter expands to eighteen, so two hundred of them fit the form but not the key."""
    for name in ("ﷺ" * 200, "ﷺ" * 20, "½" * 200):
        assert register(iraq, name_native=name).status_code == 200


def test_person_is_corrected(world: World, iraq: FlaskClient) -> None:
    address = register(iraq, name_latin="Ahmad", rank="Captain").request.path
    assert typed(iraq.get(f"{address}/edit"), "rank") == "Captain"
    answer = press(iraq, f"{address}/edit", {"name_latin": " ", "rank": "Major"}, page=f"{address}/edit")
    assert UNNAMED in words(answer)
    assert typed(answer, "rank") == "Major"
    assert "Ahmad" in words(iraq.get(address)), "a refused correction changes nothing"
    assert "Saved." in words(press(iraq, f"{address}/edit", {"name_latin": "Kawa", "rank": "Major"}))
    assert "Kawa" in words(press(iraq, "/people", {"words": "kawa"}, page="/people"))
    assert "No one matches." in words(press(iraq, "/people", {"words": "ahmad"}, page="/people"))


def test_registration_is_limited_to_own_organisation(world: World, iraq: FlaskClient) -> None:
    with building(world):
        other = world.organisations["kri"].public_id
    for chosen in (other, "0123456789ab", "\x00", "x" * 5000):
        answer = register(iraq, name_latin="Canary Stray", organisation=chosen)
        assert "Choose one of the answers in the list" in words(answer)
        assert typed(answer, "name_latin") == "Canary Stray"
    assert links(iraq.get("/people"), "people") == []


# Another organisation.


@pytest.fixture
def foreign(world: World) -> dict[type, str]:
    """Seat a person of the Iraqi side, with a claim of completion; return the ids of the three records."""
    with building(world):
        person = world.person("Canary Baghdad")
        world.account("trainee", Role.TRAINEE, "iraq", person=person)
        cohort = world.open_cohort(invited=("iraq",))
        nomination = world.seated(cohort, person)
        with transaction():
            claim = completions.claim(nomination, cohort.ends_on, "", world.actor("trainee"), cohort.ends_on)
        return {record.__class__: record.public_id for record in (person, nomination, claim)}


def test_other_organisations_person_is_404(world: World, foreign: dict[type, str]) -> None:
    app, tried = world.app, 0
    clients = {name: world.sign_in(app.test_client(), name) for name in ("kri", "iraq.2")}
    for rule in app.url_map.iter_rules():
        declared = guard.declaration_of(app, rule.endpoint)
        if declared is None or declared.on not in (Person, Nomination, Completion):
            continue
        with app.test_request_context():
            other = {"other_id": "0123456789ab"} if "other_id" in rule.arguments else {}
            address = url_for(rule.endpoint, public_id=foreign[declared.on], **other)
            unknown = url_for(rule.endpoint, public_id="0123456789ab", **other)
        for username, client in clients.items():
            token = form_token(client, "/account")
            for method in {"GET", "POST"} & (rule.methods or set()):
                answers = [client.open(at, method=method, data={"csrf_token": token}) for at in (address, unknown)]
                assert [answer.status_code for answer in answers] == [404, 404], (username, method, rule.rule)
                bare = [re.sub(r"\b[0-9a-z]{12}\b", "", words(answer)) for answer in answers]
                assert bare[0] == bare[1], "what exists and what does not look the same"
                assert "Canary" not in answers[0].text
                tried += 1
    assert tried > 20
    assert world.sign_in(app.test_client(), "iraq").get(f"/people/{foreign[Person]}").status_code == 200


STRANGE = ("%00", "a%00b", "x" * 3000, "أحمد", "%2e%2e", "0' OR 1=1", "%ff", "9223372036854775808")


def test_malformed_id_is_404(world: World, iraq: FlaskClient) -> None:
    wrong = []
    for strange in STRANGE:
        for kind in ("people", "cohorts", "lines", "entries", "courses"):
            if (status := iraq.get(f"/{kind}/{strange}").status_code) != 404:
                wrong.append(f"/{kind}/{strange[:10]}: {status}")
        for where in ("/people?after=", "/people?before=", "/cohorts?after=", "/cohorts?state=", "/courses?words="):
            if (status := iraq.get(f"{where}{strange}").status_code) not in (200, 400, 404):
                wrong.append(f"{where}{strange[:10]}: {status}")
    assert wrong == []


def test_register_stores_exactly_what_was_registered(world: World, iraq: FlaskClient) -> None:
    register(iraq, name_latin="Sara", sex="female", email="sara@example.iq")
    with building(world):
        found = db.session.scalars(unscoped(select(Person).where(Person.name_key == "sara"), because="a test")).one()
        assert (found.email, found.phone, str(found.sex), found.name_key) == ("sara@example.iq", "", "female", "sara")
        db.session.rollback()


# Filtering the list.


def test_list_is_filtered_by_organisation_and_kind(app: Flask) -> None:
    with app.app_context():
        world = World(app)
        teacher = world.person("Ahmed Kadhim")
        world.person("Zainab Hassan")
        world.person("Canary Erbil", "kri")
        cohort = world.open_cohort()
        with transaction() as session:
            session.add(CohortTrainer(cohort_id=cohort.id, person_id=teacher.id))
        ids = {code: world.organisations[code].public_id for code in ("iraq", "kri")}
    uk, iraq = (world.sign_in(app.test_client(), username) for username in ("uk", "iraq"))

    def shown(client: FlaskClient, **place: str) -> list[str]:
        page = words(client.get(url_of(place)))
        return [name for name in ("Ahmed Kadhim", "Zainab Hassan", "Canary Erbil") if name in page]

    assert shown(uk, organisation=ids["iraq"]) == ["Ahmed Kadhim", "Zainab Hassan"]
    assert shown(uk, organisation=ids["kri"]) == ["Canary Erbil"]
    assert shown(uk, here_as="trainer") == ["Ahmed Kadhim"]
    assert shown(uk, organisation=ids["iraq"], here_as="trainee") == ["Zainab Hassan"]
    assert shown(iraq, organisation=ids["kri"]) == ["Ahmed Kadhim", "Zainab Hassan"], "of others no list can be asked"
    assert url_of({"organisation": ids["iraq"]}) in uk.get(f"/organisations/{ids['iraq']}").text
    found = press(uk, url_of({"here_as": "trainee"}), {"words": "a"}, page="/people")
    assert "Ahmed" not in words(found)
    sent = press(uk, url_of({"here_as": "trainer"}, "/people/table.csv"), {"words": ""}, page="/people")
    assert "Ahmed Kadhim" in sent.text
    assert "Zainab" not in sent.text


def url_of(place: dict[str, str], path: str = "/people") -> str:
    """Return the address of the filtered list."""
    return f"{path}?{urlencode(place)}"


def test_search_by_service_number(world: World, iraq: FlaskClient) -> None:
    register(iraq, name_latin="Ahmed Kadhim", service_number="AB-4711")
    assert "Ahmed Kadhim" in words(press(iraq, "/people", {"words": "AB-٤٧١١"}, page="/people"))
    assert "Ahmed Kadhim" not in words(press(iraq, "/people", {"words": "AB-471"}, page="/people"))
    kri = world.sign_in(world.app.test_client(), "kri")
    assert "Ahmed Kadhim" not in words(press(kri, "/people", {"words": "AB-4711"}, page="/people"))


def test_inactive_person_is_suggested_at_registration(world: World, iraq: FlaskClient) -> None:
    person = register(iraq, name_latin="Kadhem Jasim").request.path.removeprefix("/people/")
    press(iraq, f"/people/{person}/deactivate", {"reason": "died"}, page=f"/people/{person}/deactivate")
    form = {"organisation": organisation(iraq), "name_native": "كاظم جاسم"}
    answer = press(iraq, "/people/new", form, page="/people/new")
    assert "The person may be registered already" in answer.text
    assert "Died" in words(answer)
    assert f"/people/{person}/reactivate" in answer.text
    assert "Kadhem" not in words(press(iraq, "/people", {"words": "Kadhem Jasim"}, page="/people")), "found by nobody"
    kri = world.sign_in(world.app.test_client(), "kri")
    other = press(kri, "/people/new", form | {"organisation": organisation(kri)}, page="/people/new")
    assert "Kadhem" not in words(other)
    press(iraq, f"/people/{person}/reactivate", {}, page="/people/new")
    assert "Kadhem" in words(press(iraq, "/people", {"words": "Kadhem Jasim"}, page="/people"))
