"""The wheel, built, installed and run in an empty folder, serves the same as a checkout."""

import json
import os
import re
import site
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.application import SECRET
from tests.support.ports import free_port
from training.kit.resources import ROOT

_SECONDS = 60
_BESIDE_THE_PACKAGE = ("migrations", "seed", "static", "templates")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    [built] = folder.glob("*.whl")
    return built


def test_wheel_contains_every_file_the_code_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [file for folder in _BESIDE_THE_PACKAGE for file in (ROOT / folder).rglob("*") if file.is_file()]
    wanted = {f"training/_data/{file.relative_to(ROOT)}" for file in files if file.suffix != ".pyc"}
    assert len(wanted) > 100
    assert wanted - names == set()
    assert {f"training/translations/{code}/LC_MESSAGES/messages.mo" for code in ("ar", "ckb")} <= names
    assert [name for name in names if name.startswith(("tests/", "tools/", "bench/")) or name.endswith(".pyc")] == []


def test_wheel_requires_the_runtime_dependencies(wheel: Path) -> None:
    [metadata] = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA")]
    asked = re.findall(r"^Requires-Dist: (.+)$", zipfile.ZipFile(wheel).read(metadata).decode(), re.MULTILINE)
    written = (ROOT / "requirements.in").read_text().splitlines()
    assert sorted(asked) == sorted(line for line in written if line and not line.startswith("#"))


def _install(wheel: Path, folder: Path) -> Path:
    """Install the wheel alone into a new environment that uses the dependencies of this one; return its programs."""
    venv.create(folder, symlinks=True)
    programs = folder / "bin"
    pip = [sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-index", wheel], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    return programs


def _read(address: str, language: str = "en") -> tuple[str, str]:
    """Return the content type and text of a URL."""
    request = urllib.request.Request(address, headers={"Accept-Language": language})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def _wait_until_healthy(base: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            health = json.loads(_read(f"{base}/healthz")[1])
        except OSError:
            health = {}
        if health.get("worker") == "well":
            return
        time.sleep(0.2)
    pytest.fail(log.read_text())


def test_installed_package_serves_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    programs = _install(wheel, tmp_path / "environment")
    here, log, port = tmp_path / "empty", tmp_path / "log", free_port()
    here.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "SECRET_KEY": SECRET,
        "DEMO": "0",
        "WEB_CONCURRENCY": "1",
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "border-training", "run"], cwd=here, env=environment, stdout=output, stderr=output
        )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_until_healthy(base, server, log)
        assert (here / "instance" / "training.sqlite").is_file()
        arabic = _read(f"{base}/sign-in", "ar")[1]
        assert 'lang="ar" dir="rtl"' in arabic
        assert "تسجيل الدخول" in arabic
        page = _read(f"{base}/sign-in")[1]
        assert "Sign in" in page
        [stylesheet] = re.findall(r'<link[^>]+href="(/static/[^"]+\.css)"', page)
        kind, text = _read(base + stylesheet)
        assert kind.startswith("text/css")
        assert ".govuk-button" in text
    finally:
        server.terminate()
        assert server.wait(_SECONDS) == 0
    with pytest.raises(OSError, match="refused"):
        _read(f"{base}/healthz")
