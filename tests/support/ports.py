"""Ports for test servers."""

import random
import socket

_BELOW_OUTGOING = range(20_000, 32_000)
"""Ports outside the ephemeral range: an outgoing connection could take one of those before the server does."""


def free_port() -> int:
    """Return an unused port of 127.0.0.1."""
    for port in random.sample(_BELOW_OUTGOING, k=50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port was found")
