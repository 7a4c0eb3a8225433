"""The permission matrix: which role may do what to which records. ``flask policy`` prints it."""

import enum
from collections.abc import Mapping

from training.models.identity.accounts import Role


class Permission(enum.StrEnum):
    """An action that requires permission."""

    SEE_PROGRAMME = "see programme, project"
    SEE_BALANCES = "see a programme's balances and burn-down"
    SEE_MONEY = "see lines, commitments, entries"
    SEE_EVIDENCE = "see evidence files"
    PROPOSE_MONEY = "propose money, project, line"
    APPROVE_MONEY = "approve money (never one's own)"
    SEE_COURSE = "see course"
    EDIT_COURSE = "edit course"
    SEE_COHORT = "see cohort"
    SEE_ROSTER = "see roster (names)"
    DRAFT_COHORT = "draft cohort"
    RUN_COHORT = "ask to open, close, cancel a cohort, set its seats and deadlines"
    SEE_ORGANISATION = "see organisation"
    EDIT_ORGANISATION = "edit organisation"
    SEE_PERSON = "see person"
    EDIT_PERSON = "register, edit, merge, transfer, deactivate person"
    PRINT_CARDS = "give people without e-mail an account, and print their cards"
    NOMINATE = "nominate"
    SEE_NOMINATION = "see nomination, completion"
    SELECT_NOMINEES = "shortlist, send to vetting, confirm a seat, waiting list, turn down"
    WITHDRAW_NOMINATION = "withdraw a nomination"
    READ_NOTICE = "read one's notices"
    VET = "vet"
    SEE_RIGHTS = "see rights assessment"
    WRITE_RIGHTS = "write a rights assessment"
    APPROVE_RIGHTS = "approve a rights assessment (never one's own)"
    CLAIM_COMPLETION = "claim completion"
    CONFIRM_COMPLETION = "confirm completion (never one's own)"
    READ_AUDIT = "read audit"
    SEE_MAIL = "see outgoing mail, send a letter again"
    MANAGE_ACCOUNTS = "see, invite, disable accounts, ask for and give roles (never one's own)"


class Scope(enum.StrEnum):
    """The records to which a permission extends."""

    ALL = "ALL"
    ORG = "ORG"
    """The actor's organisation and those below it."""
    HOST = "HOST"
    """Cohorts hosted by the actor's organisation or one below it."""
    FUND = "FUND"
    TAUGHT = "TAUGHT"
    SELF = "SELF"
    VETTING = "VETTING"
    """Nominees from the state *in vetting* onwards."""
    GRADE = "GRADE"
    """Assessments that need the actor's grade of approval or a lower one."""


_ALL = frozenset({Scope.ALL})
_ORG = frozenset({Scope.ORG})
_HOST = frozenset({Scope.HOST})
_ORG_AND_HOST = frozenset({Scope.ORG, Scope.HOST})
_FUND = frozenset({Scope.FUND})
_TAUGHT = frozenset({Scope.TAUGHT})
_SELF = frozenset({Scope.SELF})
_VETTING = frozenset({Scope.VETTING})
_GRADE = frozenset({Scope.GRADE})

_UK, _PARTNER, _TRAINER, _TRAINEE = (
    Role.UK_COORDINATOR,
    Role.PARTNER_COORDINATOR,
    Role.TRAINER,
    Role.TRAINEE,
)
_FUNDER, _APPROVER, _VETTER, _RIGHTS = (
    Role.FUNDER,
    Role.FINANCE_APPROVER,
    Role.VETTING_OFFICER,
    Role.RIGHTS_APPROVER,
)
_AUDITOR, _ADMINISTRATOR = Role.AUDITOR, Role.ADMINISTRATOR

MATRIX: Mapping[Permission, Mapping[Role, frozenset[Scope]]] = {
    Permission.SEE_PROGRAMME: {
        _UK: _ALL, _PARTNER: _ORG, _FUNDER: _FUND, _APPROVER: _ALL, _RIGHTS: _ALL, _AUDITOR: _ALL,
    },
    Permission.SEE_BALANCES: {_UK: _ALL, _FUNDER: _FUND, _APPROVER: _ALL, _AUDITOR: _ALL},
    Permission.SEE_MONEY: {_UK: _ALL, _PARTNER: _ORG, _FUNDER: _FUND, _APPROVER: _ALL, _AUDITOR: _ALL},
    Permission.SEE_EVIDENCE: {_UK: _ALL, _APPROVER: _ALL, _AUDITOR: _ALL},
    Permission.PROPOSE_MONEY: {_UK: _ALL},
    Permission.APPROVE_MONEY: {_APPROVER: _ALL},
    Permission.SEE_COURSE: dict.fromkeys(Role, _ALL),
    Permission.EDIT_COURSE: {_UK: _ALL},
    Permission.SEE_COHORT: {
        _UK: _ALL, _PARTNER: _ORG_AND_HOST, _TRAINER: _TAUGHT, _TRAINEE: _SELF, _FUNDER: _FUND,
        _APPROVER: _ALL, _VETTER: _VETTING, _RIGHTS: _ALL, _AUDITOR: _ALL,
    },
    Permission.SEE_ROSTER: {_UK: _ALL, _PARTNER: _ORG_AND_HOST, _TRAINER: _TAUGHT, _AUDITOR: _ALL},
    Permission.DRAFT_COHORT: {_UK: _ALL, _PARTNER: _HOST},
    Permission.RUN_COHORT: {_UK: _ALL},
    Permission.SEE_ORGANISATION: dict.fromkeys(Role, _ALL),
    Permission.EDIT_ORGANISATION: {_ADMINISTRATOR: _ALL},
    Permission.SEE_PERSON: {_UK: _ALL, _PARTNER: _ORG, _TRAINEE: _SELF, _VETTER: _VETTING, _AUDITOR: _ALL},
    Permission.EDIT_PERSON: {_UK: _ALL, _PARTNER: _ORG},
    Permission.PRINT_CARDS: {_UK: _ALL, _PARTNER: _ORG},
    Permission.NOMINATE: {_UK: _ALL, _PARTNER: _ORG},
    Permission.SEE_NOMINATION: {
        _UK: _ALL, _PARTNER: _ORG_AND_HOST, _TRAINER: _TAUGHT, _TRAINEE: _SELF, _VETTER: _VETTING, _AUDITOR: _ALL,
    },
    Permission.SELECT_NOMINEES: {_UK: _ALL},
    Permission.WITHDRAW_NOMINATION: {_UK: _ALL, _PARTNER: _ORG, _TRAINEE: _SELF},
    Permission.READ_NOTICE: {_UK: _SELF, _PARTNER: _SELF},
    Permission.VET: {_VETTER: _VETTING},
    Permission.SEE_RIGHTS: {_UK: _ALL, _RIGHTS: _ALL, _AUDITOR: _ALL},
    Permission.WRITE_RIGHTS: {_UK: _ALL},
    Permission.APPROVE_RIGHTS: {_RIGHTS: _GRADE},
    Permission.CLAIM_COMPLETION: {_TRAINEE: _SELF},
    Permission.CONFIRM_COMPLETION: {_UK: _ALL, _TRAINER: _TAUGHT},
    Permission.READ_AUDIT: {_AUDITOR: _ALL},
    Permission.SEE_MAIL: {_ADMINISTRATOR: _ALL},
    Permission.MANAGE_ACCOUNTS: {_ADMINISTRATOR: _ALL},
}  # fmt: skip
