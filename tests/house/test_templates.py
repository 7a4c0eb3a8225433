"""Each template belongs to a page, and none disables escaping."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
WEB = Path(__file__).parents[2] / "training" / "web"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name not in ("layouts", "components"))
ALL = sorted(TEMPLATES.rglob("*.html"))


def _named(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


def test_every_page_is_rendered_by_a_view() -> None:
    rendered = set(re.findall(r'"([\w/]+\.html)"', "".join(path.read_text() for path in WEB.rglob("*.py"))))
    assert rendered == {_named(path) for path in PAGES}


def test_every_component_is_used() -> None:
    texts = "".join(path.read_text() for path in ALL)
    for path in ALL:
        if path not in PAGES:
            assert f'"{_named(path)}"' in texts, path


@pytest.mark.parametrize("path", ALL, ids=_named)
def test_templates_are_escaped(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("{#-"), "says what it is for"
    for unsafe in ("|safe", "| safe", "<script", "style=", "onclick", "autoescape false"):
        assert unsafe not in text


@pytest.mark.parametrize("path", PAGES, ids=_named)
def test_template_names_its_endpoint(path: Path) -> None:
    if path.parent.name == "mail" and path.stem != "index":
        assert path.read_text().startswith(f"{{#- Letter {path.stem}. ")
    elif path.parent.name != "errors":
        assert re.match(r"\{#- Endpoints? [\w.]+", path.read_text())


@pytest.mark.parametrize("path", ALL, ids=_named)
def test_days_from_one_to_another_are_written_by_their_filter(path: Path) -> None:
    assert not re.search(r"_date(?:\([^)]*\))? *\}\} *[–-] *\{\{[^}]*_date", path.read_text())
