"""Artificial people, courses and cohorts for the benchmark."""

import datetime as dt
from collections.abc import Sequence
from itertools import cycle, islice

from sqlalchemy import Connection, insert, select, update

from tests.support.world import TODAY
from training.kit.clock import now
from training.kit.names import fold
from training.models.admissions.nominations import Nomination, NominationState
from training.models.admissions.vetting import CurrentDecision, VettingDecision, VettingOutcome
from training.models.courses.cohorts import Cohort, CohortState
from training.models.courses.courses import Course, Theme
from training.models.identity.organisations import Jurisdiction, Organisation
from training.models.outcomes.completions import Completion
from training.models.people.people import Person

TRAINEES = 1000
_LISTED = 60
"""Courses and cohorts: more than one page of fifty."""

_GIVEN = ("Ahmed أحمد", "Shilan شیلان", "Zainab زينب", "Karwan کاروان", "Mustafa مصطفى", "Noor نور", "Hiwa هیوا")
_FAMILY = ("al-Jubouri الجبوري", "Barzan بارزان", "al-Saadi الساعدي", "Hawrami هەورامی", "al-Rubaie الربيعي")
_S = NominationState
_STATES = (_S.NOMINATED,) * 3 + (_S.SHORTLISTED,) * 2 + (_S.IN_VETTING,) * 2 + (_S.CONFIRMED,) * 3


def fill_lists(connection: Connection, like: int) -> None:
    """Add courses, and cohorts of them copied from the one with the key ``like``."""
    themes = islice(cycle(Theme), _LISTED)
    connection.execute(
        insert(Course),
        [
            {
                "title_en": f"Detection of forged travel documents, part {number}",
                "title_key": fold(f"Detection of forged travel documents, part {number}"),
                "search_key": fold(
                    f"Detection of forged travel documents, part {number} International Organization for Migration"
                ),
                "provider": "International Organization for Migration",
                "theme": theme,
                "days": 5,
                "contact_hours": 30,
            }
            for number, theme in enumerate(themes, start=1)
        ],
    )
    courses = connection.scalars(select(Course.id).order_by(Course.id.desc()).limit(_LISTED)).all()
    shared = ("programme_id", "host_id", "venue_id", "capacity", "planned_cost")
    model = connection.execute(select(*(getattr(Cohort, name) for name in shared)).where(Cohort.id == like)).one()
    connection.execute(
        insert(Cohort),
        [
            {
                **model._mapping,
                "code": f"2027-{number + 500}",
                "course_id": course,
                "starts_on": TODAY + dt.timedelta(days=number),
                "ends_on": TODAY + dt.timedelta(days=number + 4),
                "state": CohortState.DRAFT,
            }
            for number, course in enumerate(courses)
        ],
    )


def fill_roster(connection: Connection, cohort: int, by: int) -> None:
    """Nominate a thousand new people for a cohort; most are cleared, three in ten seated, one has completed."""
    people = _register(connection)
    connection.execute(
        insert(VettingDecision),
        [
            {
                "person_id": person,
                "outcome": VettingOutcome.CLEARED,
                "authority": "An authority",
                "decided_on": TODAY,
                "expires_on": TODAY + dt.timedelta(days=400),
                "recorded_by_id": by,
                "recorded_at": now(),
            }
            for number, (person, _) in enumerate(people)
            if _STATES[number % 10] in (_S.IN_VETTING, _S.CONFIRMED)
        ],
    )
    recorded = select(VettingDecision.person_id, VettingDecision.id).where(
        VettingDecision.person_id.in_([key for key, _ in people])
    )
    connection.execute(insert(CurrentDecision).from_select(["person_id", "decision_id"], recorded))
    connection.execute(
        insert(Nomination),
        [
            {
                "cohort_id": cohort,
                "person_id": person,
                "organisation_id": organisation,
                "state": _STATES[number % 10],
                "nominated_by_id": by,
                "nominated_at": now(),
                "moved_at": now(),
            }
            for number, (person, organisation) in enumerate(people)
        ],
    )
    seated = select(Nomination.id).where(Nomination.cohort_id == cohort, Nomination.state == _S.CONFIRMED)
    nominations = connection.scalars(seated.order_by(Nomination.id)).all()
    connection.execute(update(Cohort).where(Cohort.id == cohort).values(seats_taken=len(nominations)))
    connection.execute(
        insert(Completion),
        [
            {"nomination_id": nomination, "completed_on": TODAY, "claimed_by_id": by, "claimed_at": now()}
            for nomination in nominations[::3]
        ],
    )


def _register(connection: Connection) -> Sequence[tuple[int, int]]:
    """Add people of the partner organisations; return key and organisation of each."""
    partners = select(Organisation.id).where(Organisation.jurisdiction != Jurisdiction.UK)
    organisations = cycle(connection.scalars(partners.order_by(Organisation.id)).all())
    names = [
        (given.split(), family.split(), number)
        for number, given, family in zip(range(TRAINEES), cycle(_GIVEN), cycle(_FAMILY), strict=False)
    ]
    connection.execute(
        insert(Person),
        [
            {
                "organisation_id": organisation,
                "name_latin": f"{given[0]} {number} {family[0]}",
                "name_native": f"{given[1]} {number} {family[1]}",
                "name_key": fold(f"{given[0]} {number} {family[0]}"),
                "rank": "Captain",
                "unit": "Airport unit",
            }
            for (given, family, number), organisation in zip(names, organisations, strict=False)
        ],
    )
    added = select(Person.id, Person.organisation_id).order_by(Person.id.desc()).limit(TRAINEES)
    return [(person, organisation) for person, organisation in connection.execute(added)]
