"""The stylesheet works in both reading directions and contains no GOV.UK branding."""

import gzip
import re
from pathlib import Path

import pytest

from tools import build_css

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def stylesheet() -> str:
    return build_css.stylesheet()


@pytest.mark.parametrize(
    ("physical", "logical"),
    [
        ("margin-left:1px", "margin-inline-start:1px"),
        ("right:0", "inset-inline-end:0"),
        ("border-left-width:5px", "border-inline-start-width:5px"),
        ("border-top-right-radius:3px", "border-start-end-radius:3px"),
        ("text-align:right!important", "text-align:end!important"),
        ("float:left", "float:inline-start"),
        ("padding:1px 2px 3px 4px", "padding-block:1px 3px;padding-inline:4px 2px"),
        ("padding:1px 2px 3px 2px", "padding:1px 2px 3px 2px"),
        ("margin:0 calc(1px + 2px) 0 3px", "margin-block:0 0;margin-inline:3px calc(1px + 2px)"),
        (
            "border-width:1px 0 1px 5px!important",
            "border-block-width:1px 1px!important;border-inline-width:5px 0!important",
        ),
    ],
)
def test_physical_sides_become_logical(physical: str, logical: str) -> None:
    assert build_css.neutral(f".a{{{physical}}}") == f".a{{{logical}}}"


def test_arrow_keeps_its_borders_across_rules() -> None:
    css = ".a{transform:rotate(45deg)}@supports (top:0){.a{border-width:1px 2px 0 0}.b{border-width:1px 2px 0 0}}"
    assert ".a{border-width:1px 2px 0 0}.b{border-block-width:1px 0;" in build_css.neutral(css)


def test_safe_area_insets_stay_physical() -> None:
    rule = ".a{margin-left:max(15px,env(safe-area-inset-left))}"
    assert build_css.neutral(rule) == rule


def test_unused_components_and_empty_groups_are_removed() -> None:
    assert build_css.neutral("@media print{.govuk-tabs__item{top:0}}.govuk-tabs,.govuk-tag--red{top:0}") == (
        ".govuk-tag--red{top:0}"
    )


@pytest.mark.parametrize("broken", [".a{top 0}", "@media print{.a{top:0}.b}", ".a{top:0}.b"])
def test_invalid_css_stops_the_build(broken: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        build_css.neutral(broken)


def test_stylesheet_has_no_physical_sides(stylesheet: str) -> None:
    declared = re.findall(
        r"[{;](?:[a-z-]*-)?(?:left|right)(?:-[a-z]+)?:[^;}]*|[{;][a-z-]+:(?:left|right)\b", stylesheet
    )
    assert [found for found in declared if "safe-area-inset" not in found] == []


def test_rotated_and_clipped_rules_are_reviewed(stylesheet: str) -> None:
    """Logical properties cannot mirror these: if an upgrade adds one, review it and add a rule if needed."""
    rotated = {
        selector
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", stylesheet)
        if re.search(r"rotate\(|clip-path:polygon", body)
    }
    assert rotated == {
        ".govuk-back-link:before",
        ".govuk-breadcrumbs__list-item:before",
        ".govuk-checkboxes__label:after",
        ".govuk-details__summary:before",
        ".govuk-details[open]>.govuk-details__summary:before",
        '[dir="rtl"] .govuk-back-link:before',
        '[dir="rtl"] .govuk-breadcrumbs__list-item:before',
        '[dir="rtl"] .govuk-details:not([open]) > .govuk-details__summary:before',
    }


@pytest.mark.parametrize("foreign", ["@font-face", "GDS Transport", "crest", "url(", "/assets/"])
def test_branding_of_other_sites_is_removed(stylesheet: str, foreign: str) -> None:
    assert foreign not in stylesheet


def test_every_design_system_class_in_use_is_kept(stylesheet: str) -> None:
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"\bgovuk-[a-z][\w-]*[a-z]\b(?!-)", template.read_text(encoding="utf-8"))
    }
    unknown = {name for name in named if f".{name}" not in stylesheet}
    assert named
    assert unknown == set(), "add the component to KEPT in tools/build_css.py"


def test_stylesheet_stays_small(stylesheet: str) -> None:
    assert len(gzip.compress(stylesheet.encode())) < 14_000


def test_build_is_reproducible_and_removes_older_files(tmp_path: Path) -> None:
    build_css.publish({"app.css": b"old"}, tmp_path)
    first = build_css.publish({"app.css": b"new"}, tmp_path)
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert build_css.publish({"app.css": b"new"}, tmp_path) == first
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == written
    assert set(written) == {first["app.css"], first["app.css"] + ".gz", "manifest.json"}
