"""Ask for a role of an account, or for an invitation with one."""

from flask_babel import lazy_gettext as _l

from training.domain.identity.invitations import Invitee
from training.domain.identity.roles import RoleTerms
from training.forms.common.base import BaseForm
from training.forms.common.checks import choose_one, longest, may_be_empty, required
from training.forms.common.fields import DateField, EmailField, SelectField, TextAreaField, UsernameField
from training.models.identity.accounts import ApprovalGrade, Role


class InviteeForm(BaseForm):
    """Whom to invite, and for which organisation."""

    username = UsernameField(
        _l("Username"),
        [may_be_empty(), longest(60)],
        description=_l("Letters of one script, digits and . - _ ; whoever is invited may choose another"),
    )
    email = EmailField(
        _l("E-mail"),
        [may_be_empty(), longest(254)],
        description=_l("A username or an e-mail address is needed, or both"),
    )
    organisation = SelectField(_l("Organisation"), [choose_one()])

    def invitee(self) -> Invitee:
        """Return whom the invitation is for."""
        return Invitee(self.username.data or "", self.email.data or "")


class RoleForm(BaseForm):
    """A role with its scope, its days and why it is needed."""

    role = SelectField(_l("Role"), [choose_one()])
    programme = SelectField(
        _l("Programme"), [may_be_empty()], blank=_l("None"), description=_l("For a funder: the programme they fund")
    )
    grade = SelectField(
        _l("Grade"),
        [may_be_empty()],
        blank=_l("None"),
        description=_l("For a rights approver: the highest grade for which they approve"),
    )
    since = DateField(_l("First day"), [may_be_empty()], description=_l("Empty: from the moment it is given"))
    until = DateField(_l("Last day"), [may_be_empty()], description=_l("Empty: until somebody ends it"))
    reason = TextAreaField(
        _l("Why is it needed?"),
        [required(_l("Say why it is needed: another administrator decides by that")), longest(500)],
    )

    def terms(self, programmes: dict[str, int]) -> RoleTerms:
        """Return what was chosen; ``programmes`` has the keys of programmes by public id."""
        return RoleTerms(
            role=Role(self.role.data or ""),
            programme_id=programmes.get(self.programme.data or ""),
            grade=ApprovalGrade(self.grade.data) if self.grade.data else None,
            since=self.since.data,
            until=self.until.data,
            reason=self.reason.data or "",
        )


class InvitationForm(InviteeForm, RoleForm):
    """Whom to invite, and the role that they get."""
