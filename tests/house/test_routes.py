"""Every endpoint declares a permission or a reason for none."""

import pytest
from flask import Flask

from training.policy.matrix import Permission
from training.web.common import guard


def test_every_endpoint_declares_a_permission_or_a_reason(sqlite_app: Flask) -> None:
    for endpoint in sqlite_app.view_functions:
        declared = guard.declaration_of(sqlite_app, endpoint)
        assert declared, endpoint
        assert declared.permission or declared.reason, endpoint


def test_undeclared_endpoint_prevents_start(sqlite_app: Flask) -> None:
    planted = Flask("planted")
    planted.add_url_rule("/open", "open", lambda: "everybody")
    with pytest.raises(RuntimeError, match="open"):
        guard.check_declared(planted)


def test_public_endpoints_are_listed(sqlite_app: Flask) -> None:
    public = {
        endpoint
        for endpoint in sqlite_app.view_functions
        if (declared := guard.declaration_of(sqlite_app, endpoint)) and declared.is_public
    }
    assert public == {
        "identity.accounts.sign_in",
        "identity.accounts.invitation",
        "identity.account_recovery.confirm",
        "identity.account_recovery.forgotten",
        "identity.account_recovery.reset",
        "language.choose",
        "identity.health.show",
        "people.cards.enter",
        "people.cards.password",
    }


def test_every_permission_is_used(sqlite_app: Flask) -> None:
    asked = {guard.declaration_of(sqlite_app, endpoint).permission for endpoint in sqlite_app.view_functions}  # type: ignore[union-attr]
    # These two decide what a page shows, not whether it opens.
    assert set(Permission) - asked <= {Permission.SEE_BALANCES, Permission.SEE_NOMINATION}
