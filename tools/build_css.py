"""Build the stylesheet of the product, for left-to-right and right-to-left pages alike.

Reads the pinned design system and our own ``assets/*.css``; writes ``static/`` with names that contain a hash of the
content, compressed siblings, and ``manifest.json`` (plain name → hashed name). The design system

- loses the typeface, the crest and the GOV.UK branding, which its licence restricts to that site;
- loses unused components;
- gets logical properties instead of physical ones ("inline-start" for "left"), so that ``dir`` alone mirrors a page.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tinycss2

ROOT = Path(__file__).resolve().parent.parent
DESIGN_SYSTEM = ROOT / "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.css"
ASSETS = ROOT / "assets"
STATIC = ROOT / "static"

KEPT = set(
    """
    template width-container main-wrapper grid-row grid-column-full grid-column-one-half grid-column-one-third
    grid-column-two-thirds body body-l body-m body-s body-lead heading-xl heading-l heading-m heading-s caption-xl
    caption-l caption-m link list section-break visually-hidden skip-link back-link breadcrumbs button button-group
    checkboxes date-input details error-message error-summary fieldset form-group hint input inset-text label
    notification-banner panel radios select summary-list tag textarea warning-text
    """.split()  # noqa: SIM905  # easier to read than a list of quoted words
)
"""The components and styles that pages may use; add a name here before using its classes."""

LOGICAL = {
    "left": "inset-inline-start",
    "right": "inset-inline-end",
    "margin-left": "margin-inline-start",
    "margin-right": "margin-inline-end",
    "padding-left": "padding-inline-start",
    "padding-right": "padding-inline-end",
    "border-left": "border-inline-start",
    "border-right": "border-inline-end",
    "border-top-left-radius": "border-start-start-radius",
    "border-top-right-radius": "border-start-end-radius",
    "border-bottom-left-radius": "border-end-start-radius",
    "border-bottom-right-radius": "border-end-end-radius",
} | {
    f"border-{side}-{aspect}": f"border-inline-{end}-{aspect}"
    for side, end in (("left", "start"), ("right", "end"))
    for aspect in ("width", "style", "color")
}
SHORTHANDS = {
    "margin": ("margin-block", "margin-inline"),
    "padding": ("padding-block", "padding-inline"),
    "inset": ("inset-block", "inset-inline"),
    "border-width": ("border-block-width", "border-inline-width"),
    "border-style": ("border-block-style", "border-inline-style"),
    "border-color": ("border-block-color", "border-inline-color"),
}
SIDES = {"left": "start", "right": "end"}
GROUPS = ("media", "supports")

Declaration = tuple[str, str]
"""A property and its value, with ``!important`` where it has that."""


def logical(name: str, value: str) -> list[Declaration]:
    """Return a declaration with logical instead of physical sides."""
    if "safe-area-inset" in value:  # the safe area of a phone does not depend on the language
        return [(name, value)]
    if name in LOGICAL:
        return [(LOGICAL[name], value)]
    plain, important = _without_importance(value)
    if name == "text-align" and plain in SIDES:
        return [(name, SIDES[plain] + important)]
    if name in ("float", "clear") and plain in SIDES:
        return [(name, f"inline-{SIDES[plain]}{important}")]
    if name in SHORTHANDS:
        return _logical_shorthand(name, plain, important)
    return [(name, value)]


def _without_importance(value: str) -> tuple[str, str]:
    plain, mark, _ = value.partition("!important")
    return plain.strip(), mark


def _logical_shorthand(name: str, plain: str, important: str) -> list[Declaration]:
    """Split a shorthand with different sides; one with equal sides has no direction."""
    parts = _parts(plain)
    if len(parts) != 4 or parts[1] == parts[3]:
        return [(name, plain + important)]
    top, right, bottom, left = parts
    block, inline = SHORTHANDS[name]
    return [(block, f"{top} {bottom}{important}"), (inline, f"{left} {right}{important}")]


def _parts(value: str) -> list[str]:
    tokens = tinycss2.parse_component_value_list(value, skip_comments=True)
    return [token.serialize() for token in tokens if token.type != "whitespace"]


def declarations(content: list[Any], *, turned: bool) -> list[Declaration]:
    """Return the declarations of one rule, direction-neutral and in our typeface.

    ``turned``: the rule draws an arrow from two borders and a rotation, so its borders stay physical.
    """
    parsed = _checked(tinycss2.parse_declaration_list(content, skip_comments=True, skip_whitespace=True))
    return [
        pair
        for rule in parsed
        for pair in (
            [(rule.name, _value(rule))]
            if turned and rule.name.startswith("border-")
            else logical(rule.name, _value(rule))
        )
    ]


def _checked(nodes: list[Any]) -> list[Any]:
    """Return the nodes; raises ValueError on invalid CSS, which the parser would silently skip."""
    for node in nodes:
        if node.type == "error":
            raise ValueError(f"line {node.source_line}: {node.message}")
    return nodes


def _value(declaration: Any) -> str:
    value = _on_one_line(declaration.value)
    if declaration.name == "font-family" and "GDS Transport" in value:
        value = "arial,sans-serif"
    return value + ("!important" if declaration.important else "")


def _on_one_line(tokens: Iterable[Any]) -> str:
    return " ".join(tinycss2.serialize(tokens).split())


def selectors(prelude: list[Any]) -> list[str]:
    """Return the selectors of a rule that our pages can match."""
    groups: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    return [selector for selector in map(_on_one_line, groups) if _is_used(selector)]


def _is_used(selector: str) -> bool:
    names = re.findall(r"\.govuk-((?:\\!|[a-z]|\d|-(?!-))+)", selector)
    return all(name in KEPT for name in names)


def rules(parsed: Iterable[Any], turned: set[str]) -> Iterator[str]:
    """Yield the rules to keep, as text; ``turned`` are the selectors of arrows, see ``declarations``."""
    for rule in parsed:
        if rule.type == "qualified-rule":
            yield from _qualified(rule, turned)
        elif rule.lower_at_keyword in GROUPS:
            inner = "".join(rules(_inside(rule), turned))
            if inner:
                yield f"@{rule.lower_at_keyword} {_on_one_line(rule.prelude)}{{{inner}}}"
        elif rule.lower_at_keyword == "page":
            yield _on_one_line([rule])


def _inside(group: Any) -> list[Any]:
    return _checked(tinycss2.parse_rule_list(group.content, skip_comments=True, skip_whitespace=True))


def _qualified(rule: Any, turned: set[str]) -> Iterator[str]:
    kept = selectors(rule.prelude)
    pairs = declarations(rule.content, turned=not turned.isdisjoint(kept))
    if kept and pairs:
        yield f"{','.join(kept)}{{{';'.join(f'{name}:{value}' for name, value in pairs)}}}"


def _turned(parsed: Iterable[Any]) -> Iterator[str]:
    """Yield the selectors of rotated elements; their borders may be in another rule than the rotation."""
    for rule in parsed:
        if rule.type == "at-rule" and rule.lower_at_keyword in GROUPS:
            yield from _turned(_inside(rule))
        elif rule.type == "qualified-rule" and "rotate(" in tinycss2.serialize(rule.content):
            yield from selectors(rule.prelude)


def neutral(css: str) -> str:
    """Return a direction-neutral stylesheet without unused components and foreign fonts."""
    parsed = _checked(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))
    return "".join(rules(parsed, set(_turned(parsed))))


def stylesheet() -> str:
    """Return the design system followed by our own rules."""
    sources = [DESIGN_SYSTEM, *sorted(ASSETS.glob("*.css"))]
    return "".join(neutral(source.read_text(encoding="utf-8")) for source in sources)


def publish(files: dict[str, bytes], folder: Path) -> dict[str, str]:
    """Write files under hashed names, remove their older versions, return the new names."""
    folder.mkdir(exist_ok=True)
    names = {}
    for plain, content in files.items():
        stem, _, ending = plain.rpartition(".")
        for older in folder.glob(f"{stem}.*.{ending}*"):
            older.unlink()
        name = names[plain] = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
        (folder / name).write_bytes(content)
        (folder / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    (folder / "manifest.json").write_text(json.dumps(names, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return names


def main() -> None:
    """Build everything under ``static/`` and print its compressed size."""
    files = {"app.css": stylesheet().encode()}
    files |= {path.name: path.read_bytes() for path in sorted([*ASSETS.glob("*.svg"), *ASSETS.glob("*.js")])}
    for name in publish(files, STATIC).values():
        print(f"static/{name}: {(STATIC / f'{name}.gz').stat().st_size:,} bytes compressed")


if __name__ == "__main__":
    main()
