"""The endpoint ``area.feature.view`` gives the path of the code in each room."""

import ast
from pathlib import Path

from flask import Flask

import training
from training.web.common import guard

TRAINING = Path(training.__file__).parent
ROOT = TRAINING.parent
ROOMS = ("web", "forms", "domain", "queries", "models")
AREAS = {"common", "identity", "people", "finance", "courses", "assurance", "admissions", "outcomes", "oversight"}


def _folders(whole: Path) -> set[str]:
    return {path.name for path in whole.iterdir() if path.is_dir() and path.name != "__pycache__"}


def test_each_endpoint_names_the_module_of_its_view(sqlite_app: Flask) -> None:
    for endpoint, view in sqlite_app.view_functions.items():
        if guard.declaration_of(sqlite_app, endpoint) and endpoint != "language.choose":
            area, feature, name = endpoint.split(".")
            assert (view.__module__, view.__name__) == (f"training.web.{area}.{feature}", name)


def test_each_room_has_the_same_areas() -> None:
    for room in ROOMS:
        assert _folders(TRAINING / room) <= AREAS
    assert _folders(ROOT / "templates") <= AREAS
    assert _folders(ROOT / "tests" / "web") <= AREAS


def test_every_feature_is_in_an_area() -> None:
    for room in ROOMS:
        assert [path.name for path in (TRAINING / room).glob("*.py")] == ["__init__.py"], room


def test_templates_are_in_the_folder_of_their_feature() -> None:
    kinds = {"components", "layouts", "errors"}
    for area in AREAS:
        for folder in _folders(ROOT / "templates" / area) - kinds:
            assert (TRAINING / "web" / area / f"{folder}.py").exists(), folder


def test_class_names_are_unique() -> None:
    homes: dict[str, list[str]] = {}
    for path in TRAINING.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(path.relative_to(TRAINING).as_posix())
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}
