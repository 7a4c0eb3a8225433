"""The flask commands: seeds, policy, verification, accounts."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the commands."""
