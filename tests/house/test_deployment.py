"""What ``deploy/`` says is true: units that systemd reads without complaint, with commands that exist and bounds."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from training.__main__ import main
from training.config import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/opt/border-training/bin/border-training"
_EXPOSED = "20"
"""In tenths: what systemd calls safe begins below."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the units that start a program of this machine."""
    copy = shutil.copytree(DEPLOY / "systemd", tmp_path / "systemd")
    for unit in copy.glob("*.service"):
        unit.write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    return copy


def analyzed(*words: object) -> str:
    """Return what ``systemd-analyze`` complains about; nothing where there is no systemd."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return ""
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)
    return done.stderr if done.returncode == 0 else done.stdout + done.stderr


def test_systemd_reads_the_units_without_complaint(folder: Path) -> None:
    assert analyzed("verify", *folder.glob("*.service"), *folder.glob("*.timer")) == ""


def test_units_are_bounded(folder: Path) -> None:
    for unit in UNITS:
        assert analyzed("security", "--offline=yes", f"--threshold={_EXPOSED}", folder / unit.name) == "", unit.name


def test_units_start_commands_that_exist(sqlite_app: Flask) -> None:
    known = {*main.commands, *sqlite_app.cli.commands}
    for unit in UNITS:
        [command] = re.findall(rf"^ExecStart={PROGRAM} (\S+)", unit.read_text(), re.MULTILINE)
        assert command in known, unit.name


def test_settings_of_a_deployment_are_accepted_once_its_secret_is_drawn(tmp_path: Path) -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string("[settings]\n" + (DEPLOY / "environment").read_text())
    given = dict(parser["settings"])
    assert given.pop("SECRET_KEY") == "", "everybody draws their own"
    given |= {"SECRET_KEY": "x" * 48, "TRAINING_INSTANCE": str(tmp_path / "instance")}
    settings = Settings.from_environment(given)
    assert settings.is_production
    assert settings.proxy_hops == 1
    assert settings.trusted_hosts[0] in (DEPLOY / "Caddyfile").read_text()


def test_page_about_deploying_names_files_that_exist() -> None:
    page = (DEPLOY.parent / "docs/deploy.md").read_text()
    named = set(re.findall(r"\bdeploy/[\w./-]*\w", page))
    assert len(named) > 4
    assert [name for name in named if not (DEPLOY.parent / name).exists()] == []
