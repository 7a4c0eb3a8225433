"""A real TLS proxy: Caddy, with a certificate of its own internal authority."""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port
from tests.support.server import running, wait
from tools.prepare_tests import find_caddy

ADVICE = "The tests need Caddy and it could not be started. Run: apt-get install -y caddy"
HOST = "register.localhost"
_CONFIGURATION = """
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
    servers {{
        protocols h1 h2
    }}
}}
https://{host}:{port} {{
    bind 127.0.0.1
    tls internal
    encode gzip
    reverse_proxy {behind}
}}
"""


@contextmanager
def behind_tls(base: str, folder: Path) -> Iterator[str]:
    """Put the server at ``base`` behind a TLS proxy during the block; yield the proxy's base URL, at ``HOST``.

    Configuration, keys and log are in ``folder``. Raises RuntimeError with what to install.
    """
    program = find_caddy()
    if program is None:
        raise RuntimeError(ADVICE)
    port, file, log = free_port(), folder / "Caddyfile", folder / "caddy.log"
    file.write_text(_CONFIGURATION.format(host=HOST, port=port, behind=base.removeprefix("http://")))
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    arguments = [program, "run", "--config", str(file), "--adapter", "caddyfile"]
    with running(arguments, log, {"PATH": os.environ["PATH"]} | home) as proxy:
        wait(proxy, lambda: _is_encrypted(port), log)
        yield f"https://{HOST}:{port}"


def _is_encrypted(port: int) -> bool:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=HOST),
        ):
            return True
    except OSError:
        return False
