"""Ports for the servers that tests start."""

import random
import socket

_BELOW_OUTGOING = range(20_000, 32_000)
"""Ports that no system deals out to outgoing connections: one of those could take the port before the server does."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on."""
    for port in random.sample(_BELOW_OUTGOING, k=50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port was found")
