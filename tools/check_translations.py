"""Fail if a text of the product lacks a complete translation into Arabic or Sorani Kurdish."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
}
PLURALS = {"ar": 6, "ckb": 2}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

Text = str | tuple[str, str]


def texts() -> set[Text]:
    """Return every translatable text of the code and the templates."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        mapping, options = parse_mapping_cfg(file)
    found: set[Text] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(ROOT, mapping, options, KEYWORDS):
        found.add((message[0], message[1]) if isinstance(message, tuple) else message)
    return found


def catalogue(language: str) -> Catalog:
    """Read a catalogue."""
    with (ROOT / f"training/translations/{language}/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=language)


def faults(language: str, expected: set[Text]) -> Iterator[str]:
    """Yield the faults in the catalogue of a language."""
    known = catalogue(language)
    if known.num_plurals != PLURALS[language]:
        yield f"{known.num_plurals} plural forms instead of {PLURALS[language]}"
    said = {_key(message): message for message in known if message.id}
    for text in sorted(expected, key=str):
        message = said.get(text)
        if message is None:
            yield f"missing: {text!r}"
        else:
            yield from _message_faults(message, PLURALS[language])
    for text in sorted(said.keys() - expected, key=str):
        yield f"said nowhere any more: {text!r}"


def _key(message: Message) -> Text:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def _message_faults(message: Message, plurals: int) -> Iterator[str]:
    source = _key(message)
    is_plural = isinstance(source, tuple)
    forms = list(message.string) if isinstance(message.string, (tuple, list)) else [message.string]
    if message.fuzzy:
        yield f"fuzzy: {source!r}"
    if not all(forms) or (is_plural and len(forms) != plurals):
        yield f"not translated: {source!r}"
        return
    allowed = set(_PLACEHOLDER.findall(source[1] if is_plural else source))
    for form in forms:
        used = set(_PLACEHOLDER.findall(form))
        # A plural form may omit the number ("one day"); other texts keep all placeholders.
        if not used <= allowed or (not is_plural and used != allowed):
            yield f"placeholders differ: {source!r} and {form!r}"


def main() -> int:
    """Check both catalogues."""
    expected = texts()
    found = [f"{language}: {fault}" for language in PLURALS for fault in faults(language, expected)]
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(expected)} texts, {len(found)} faults in the catalogues")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
