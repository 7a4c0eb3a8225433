"""Let the help in ``docs/roles`` be translated: an extractor for Babel."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

from training.kit.role_help import items_of


def extract(
    file: BinaryIO,
    _keywords: Mapping[str, Any],
    _comment_tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001  # Babel names it
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the texts of a role's page."""
    for text in items_of(file.read().decode()):
        yield 1, "gettext", text, []
