"""What a new deployment is missing, in the order in which it is best made."""

from dataclasses import replace

import pytest

from training.domain.oversight.setting_up import Need, missing
from training.models.identity.accounts import Role
from training.queries.oversight.setting_up import Deployment

COMPLETE = Deployment(
    holders=dict.fromkeys(Role, 2),
    has_partner=True,
    has_venue=True,
    has_course=True,
    has_ceiling=True,
    has_allocated_line=True,
    has_assessment=True,
    has_opened=True,
    has_backup=True,
    sends_mail=True,
)


def test_nothing_is_missing_where_all_is_there() -> None:
    assert missing(COMPLETE) == []


def test_everything_is_missing_at_first() -> None:
    there = {name: False for name, value in vars(COMPLETE).items() if value is True}
    assert missing(replace(COMPLETE, holders={Role.ADMINISTRATOR: 1}, **there)) == list(Need)


@pytest.mark.parametrize(
    ("role", "need"),
    [
        (Role.UK_COORDINATOR, Need.UK_COORDINATOR),
        (Role.PARTNER_COORDINATOR, Need.PARTNER_COORDINATOR),
        (Role.FUNDER, Need.FUNDER),
        (Role.ADMINISTRATOR, Need.SECOND_ADMINISTRATOR),
    ],
)
def test_role_that_nobody_has_is_missing(role: Role, need: Need) -> None:
    holders = {one: number for one, number in COMPLETE.holders.items() if one is not role}
    assert missing(replace(COMPLETE, holders=holders)) == [need]


def test_mail_alone_is_not_asked_for_again() -> None:
    assert missing(replace(COMPLETE, sends_mail=False)) == []
    assert missing(replace(COMPLETE, sends_mail=False, has_venue=False)) == [Need.VENUE, Need.MAIL]
