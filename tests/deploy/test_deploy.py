"""What is deployed is what is tested: units, steps, containers and the table of settings name what exists."""

from __future__ import annotations

import ast
import configparser
import os
import re
import runpy
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ROOT: Path = settings.BASE_DIR
DEPLOY = ROOT / "deploy"
STEPS = DEPLOY / "steps.sh"
SETTINGS = ROOT / "backend" / "config" / "settings.py"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
COMMANDS = {path.stem for path in ROOT.glob("backend/*/management/commands/*.py")}


def settings_of_the_table() -> list[str]:
    """The names in the first column of the table under "Settings", but for those of a provider."""
    text = (ROOT / "docs" / "running.md").read_text()
    section = text.split("\n## Settings\n")[1].split("\n## ")[0]
    return [
        name
        for row in re.findall(r"^\| (`[^|]*) \|", section, re.M)
        for name in re.findall(r"`((?!TITIAN_OIDC_)\w+)`", row)
    ]


def settings_of_the_code() -> list[str]:
    """The names that settings.py reads from the environment."""
    calls = [node for node in ast.walk(ast.parse(SETTINGS.read_text())) if isinstance(node, ast.Call)]
    read = {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Name) and node.func.id.endswith("_from") and node.args
        if isinstance(node.args[0], ast.Constant)
    }
    return sorted(read | {"TITIAN_HSTS_SUBDOMAINS", "TITIAN_HSTS_PRELOAD"})  # of hsts_from


def test_the_table_of_settings_is_what_the_code_reads() -> None:
    assert sorted(settings_of_the_table()) == settings_of_the_code()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TITIAN_DEMO", "maybe"),
        ("TITIAN_HTTPS", "https"),
        ("TITIAN_PORT", "eighty"),
        ("TITIAN_PORT", "70000"),
        ("TITIAN_VAR", "var"),
        ("TITIAN_BACKUPS", "../backups"),
        ("TITIAN_BACKUP_DAYS", "0"),
        ("TITIAN_BACKUP_KEY", "AGE-SECRET-KEY-1QQQ"),
        ("TITIAN_LOGS", "xml"),
        ("TITIAN_CLUSTER", "tcp://10.0.0.5:8786"),
        ("TITIAN_CLUSTER", "tls://10.0.0.5:8786"),
        ("TITIAN_CLUSTER_CERTIFICATES", "certificates"),
        ("TITIAN_PROGRAMS", "web,wroker"),
        ("TITIAN_SECURITY_CONTACT", "somebody"),
        ("DATABASE_URL", "mysql://somewhere/titian"),
        ("EMAIL_URL", "http://mail"),
        ("TITIAN_HSTS_PRELOAD", "1"),
        ("TITIAN_BACKUP_DAY", "30"),
    ],
)
def test_a_wrong_setting_is_refused_at_the_start_in_one_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(SETTINGS))
    assert str(refused.value).startswith(name)
    assert str(refused.value).count(". ") == 0
    assert "QQQ" not in str(refused.value)


def test_a_misspelt_setting_is_answered_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TITIAN_BACKUP_DAY", "30")
    with pytest.raises(ImproperlyConfigured, match="did you mean TITIAN_BACKUP_DAYS"):
        runpy.run_path(str(SETTINGS))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_of_titian_with_known_settings(unit: Path) -> None:
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service").exists()
        assert parser["Timer"]["OnCalendar"]
        return
    service = parser["Service"]
    assert service["User"] == "titian"
    python, manage, command = service["ExecStart"].split()
    assert (python, manage) == ("/srv/titian/.venv/bin/python", "manage.py")
    assert command in COMMANDS
    names = [setting.partition("=")[0] for setting in service["Environment"].split()]
    assert set(names) <= set(settings_of_the_code())


def test_containers_and_the_page_run_the_steps_that_there_are() -> None:
    steps = set(re.findall(r"^(\w+)\(\) \{$", STEPS.read_text(), re.M))
    for file in (DEPLOY / "Containerfile", ROOT / "docs" / "deploy.md"):
        named = re.findall(r"steps\.sh ([a-z ]+)", file.read_text())
        assert named
        assert {step for words in named for step in words.split()} <= steps, file.name
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    built = compose["services"]["titian"]["build"]
    assert (DEPLOY / built["context"] / built["dockerfile"]).resolve() == DEPLOY / "Containerfile"


def test_the_steps_are_a_sound_script_and_refuse_what_is_none() -> None:
    assert os.access(STEPS, os.X_OK)
    assert subprocess.run(["sh", "-n", STEPS], check=False).returncode == 0
    done = subprocess.run([STEPS, "everything"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_the_check_of_the_steps_passes_with_the_settings_of_a_machine(tmp_path: Path) -> None:
    given = {"ALLOWED_HOSTS": "forum.example.org", "TITIAN_HTTPS": "1", "TITIAN_VAR": str(tmp_path)}
    done = subprocess.run([STEPS, "check"], check=False, capture_output=True, text=True, env={**os.environ, **given})
    assert done.returncode == 0, done.stderr
