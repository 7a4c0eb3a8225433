"""The list on the first page of what a new deployment is missing, each with the page where it is made."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from training.config import Settings
from training.domain.identity import mail
from training.domain.oversight.setting_up import Need, missing
from training.models.identity.actor import Actor
from training.policy.matrix import Permission
from training.policy.scopes import holds
from training.queries.oversight import setting_up
from training.web.common.navigation import may_open
from training.work import backups

_INVITE = "identity.invitations.new"


class _Words(NamedTuple):
    """What is missing in words, the page where it is made, and what one needs to make it, if more than to read that."""

    text: LazyString
    endpoint: str
    made_with: Permission | None = None


_WORDS: Mapping[Need, _Words] = {
    Need.SECOND_ADMINISTRATOR: _Words(
        _l("A second administrator: what one asks for, another gives"),
        "oversight.role_help.show",
        Permission.MANAGE_ACCOUNTS,
    ),
    Need.UK_COORDINATOR: _Words(_l("A UK coordinator"), _INVITE),
    Need.FINANCE_APPROVER: _Words(_l("A finance approver"), _INVITE),
    Need.RIGHTS_APPROVER: _Words(_l("A rights approver"), _INVITE),
    Need.VETTING_OFFICER: _Words(_l("A vetting officer"), _INVITE),
    Need.FUNDER: _Words(_l("A funder"), _INVITE),
    Need.ORGANISATION: _Words(_l("An organisation in Iraq or the Kurdistan Region"), "identity.organisations.new"),
    Need.PARTNER_COORDINATOR: _Words(_l("A coordinator of that organisation"), _INVITE),
    Need.VENUE: _Words(_l("A venue where courses are held"), "courses.venues.new"),
    Need.COURSE: _Words(_l("A course"), "courses.courses.new"),
    Need.CEILING: _Words(_l("A programme with a ceiling"), "finance.programmes.index"),
    Need.LINE: _Words(_l("A budget line with approved money"), "finance.programmes.index"),
    Need.ASSESSMENT: _Words(_l("An approved rights assessment"), "assurance.rights_assessments.index"),
    Need.COHORT: _Words(_l("A cohort that was opened"), "courses.courses.index", Permission.DRAFT_COHORT),
    Need.BACKUP: _Words(
        _l("A backup: whoever runs the server sets up one for each night"),
        "oversight.role_help.show",
        Permission.MANAGE_ACCOUNTS,
    ),
    Need.MAIL: _Words(
        _l("Outgoing mail, set up on the server; until then addresses and cards are printed"), "identity.mail.index"
    ),
}


class Missing(NamedTuple):
    """Something that is missing, and the address where the reader makes it; empty if somebody else does."""

    text: str
    address: str


def list_for(reader: Actor) -> Sequence[Missing]:
    """Return what this deployment is missing; empty for whoever neither manages accounts nor runs cohorts."""
    if not (holds(reader, Permission.MANAGE_ACCOUNTS) or holds(reader, Permission.RUN_COHORT)):
        return []
    settings = Settings.of(current_app)
    has_backup = not settings.is_production or backups.last_backup(settings).exists()
    there = setting_up.deployment(has_backup=has_backup, sends_mail=mail.is_set_up())
    return [
        Missing(
            str(words.text),
            url_for(words.endpoint)
            if may_open(words.endpoint, reader) and (words.made_with is None or holds(reader, words.made_with))
            else "",
        )
        for words in map(_WORDS.__getitem__, missing(there))
    ]
