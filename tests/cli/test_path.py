"""The printed path of a nomination, and its documentation page."""

from pathlib import Path

from flask import Flask

DOCUMENT = Path(__file__).parents[2] / "docs" / "nominations.md"


def test_documentation_equals_the_printed_path(sqlite_app: Flask) -> None:
    printed = sqlite_app.test_cli_runner().invoke(args=["nominations", "path"])
    assert printed.exit_code == 0
    assert DOCUMENT.read_text(encoding="utf-8") == printed.output
    assert "| turn down |" in printed.output
