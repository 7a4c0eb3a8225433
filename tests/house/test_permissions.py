"""Permissions for a record are checked on that record, not on whether the actor has them for any record."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from training.policy.matrix import Permission
from training.web.common import guard

TRAINING = Path(__file__).parents[2] / "training"
AT_ALL = {"holds", "sees_others", "scopes_of"}
"""The functions of ``policy/scopes.py`` that take no record."""

WITHOUT_RECORD = {
    "queries/courses/cohorts.py draft_options": "the choice of hosts before the cohort exists",
    "queries/courses/venues.py keepers_for": "whether a venue may have no keeper, before it exists",
    "queries/identity/organisations.py organisation_page": "whether people are counted, each in its own scope",
    "web/oversight/exports.py of_people": "the list of people",
    "web/common/guard.py needs": "endpoints without a record",
    "queries/oversight/home.py waiting": "what waits for somebody, each list scoped by itself",
    "web/oversight/home.py show": "the cards of the first page, each scoped by itself",
    "web/common/navigation.py may_open": "the menu",
    "web/oversight/setting_up.py list_for": "what the whole deployment is missing",
    "web/people/people.py _listed": "the list of people",
}


def recordless_checks(source: str) -> Iterator[str]:
    """Yield the outermost functions, or statements, of a module that check permissions without a record."""
    tree = ast.parse(source)
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {one.asname or one.name for node in imported for one in node.names if one.name in AT_ALL}
    for part in tree.body:
        used = [node for node in ast.walk(part) if isinstance(node, ast.Name | ast.Attribute)]
        if any(_name(node) in (names if isinstance(node, ast.Name) else AT_ALL) for node in used):
            yield getattr(part, "name", ast.unparse(part))


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        is_policy = isinstance(node.value, ast.Name) and node.value.id == "scopes"
        return node.attr if is_policy else ""
    return node.id if isinstance(node, ast.Name) else ""


def _modules() -> Iterator[tuple[str, str]]:
    for path in sorted(TRAINING.rglob("*.py")):
        if path != TRAINING / "policy" / "scopes.py":
            yield path.relative_to(TRAINING).as_posix(), path.read_text(encoding="utf-8")


def test_recordless_checks_are_only_where_there_is_no_record() -> None:
    assert {f"{name} {asker}" for name, source in _modules() for asker in recordless_checks(source)} == set(
        WITHOUT_RECORD
    )


def test_no_record_view_uses_a_recordless_check(sqlite_app: Flask) -> None:
    for view in sqlite_app.view_functions.values():
        module, declared = view.__module__.removeprefix("training.").replace(".", "/"), view.declaration  # type: ignore[attr-defined]
        assert f"{module}.py {view.__name__}" not in WITHOUT_RECORD or declared.on is None, view


@pytest.mark.parametrize(
    "planted",
    [
        "def show(cohort):\n    return cost(cohort) if holds(actor(), Permission.SEE_BALANCES) else None",
        "def _also(build):\n    def checked(one):\n        return build(one) if may_at_all(me, it) else None",
        "may_see = functools.partial(sees_others, permission=Permission.SEE_PERSON)",
        "def may(one):\n    return scopes.holds(one, Permission.SEE_PERSON)",
    ],
)
def test_planted_recordless_check_is_detected(planted: str) -> None:
    imports = (
        "from training.policy import scopes\nfrom training.policy.scopes import holds, holds as may_at_all, sees_others"
    )
    assert len(list(recordless_checks(f"{imports}\n{planted}"))) == 1


def test_view_cannot_check_an_undeclared_permission(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context("/"), pytest.raises(LookupError, match=r"home\.show"):
        guard.may(Permission.SEE_BALANCES)
