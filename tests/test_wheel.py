"""The wheel holds what an installed Titian reads, and the same sources give the same bytes."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Path = settings.BASE_DIR
PACKAGES = ("backend", "frontend", "matching")
CATALOGUES = (".po", ".pot")  # of which the wheel has the compiled ones
CLUSTER = {"dask", "distributed"}  # the extra


def release_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def build_wheel(target: Path) -> Path:
    return Path(release_script().build_wheel(target))


def _pinned(lock: str) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / lock).read_text().splitlines())
    return [canonicalize_name(Requirement(line).name) for line in lines if line]


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_packages_and_is_the_same_when_built_again(tmp_path: Path) -> None:
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
    wheel = build_wheel(tmp_path / "first")
    assert build_wheel(tmp_path / "again").read_bytes() == wheel.read_bytes()
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, check=True, capture_output=True)
    kept = listed.stdout.decode().splitlines()
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        about = next(name for name in held if name.endswith("/METADATA"))
        told = archive.read(about).decode()
    wanted = {path for path in kept if not path.endswith(CATALOGUES)}
    wanted |= {f"{path.removesuffix('.po')}.mo" for path in kept if path.endswith(".po")}
    assert wanted - held == set()
    assert {path.partition("/")[0] for path in held} - set(PACKAGES) == {about.partition("/")[0]}
    required = re.findall(r"^Requires-Dist: ([\w.-]+)[^;\n]*$", told, re.MULTILINE)  # of no extra
    assert sorted(map(canonicalize_name, required)) == sorted(_pinned("requirements.lock"))


def test_no_package_is_in_both_locks() -> None:
    pinned = _pinned("requirements.lock") + _pinned("requirements-dev.lock")
    assert sorted(pinned) == sorted(set(pinned))


def test_what_running_imports_and_what_that_needs_is_in_the_running_lock() -> None:
    """Of the packages that are installed here: another system may need one more."""
    of_module = metadata.packages_distributions()
    needed = {canonicalize_name(name) for one in _imported() for name in of_module.get(one, ())} - CLUSTER
    running = set(_pinned("requirements.lock"))
    assert needed - running == set()
    for name in running:
        for requirement in map(Requirement, metadata.requires(name) or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in running, f"{name} needs {requirement.name}"


def _imported() -> set[str]:
    """The names of the modules that our packages import."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    found |= {name.name.partition(".")[0] for name in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return found


def test_titian_without_arguments_serves_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.config import commands

    ran: list[list[str]] = []
    monkeypatch.delenv("TITIAN_DEMO", raising=False)
    monkeypatch.setattr(sys, "argv", ["titian"])
    monkeypatch.setattr(commands, "run_command", ran.append)
    with pytest.raises(SystemExit):
        commands.titian()
    assert ran == [["titian", "serve"]]


def test_a_machine_that_can_make_no_image_is_told_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = release_script()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert script.what_an_image_needs("debian") == "buildah"
    (tmp_path / "buildah").touch(mode=0o755)
    assert script.what_an_image_needs("debian") == ""
    assert script.what_an_image_needs("").startswith("debootstrap and root, or BASE")


def test_the_packages_of_an_image_are_listed_in_one_order_with_their_addresses() -> None:
    packages = {("pypi", "torch", "2.13.0+cpu"), ("deb/debian", "tzdata", "2026b-0+deb13u1")}
    listed = json.loads(release_script().sbom_of(packages, "0.3.0"))
    assert [part["purl"] for part in listed["components"]] == [
        "pkg:deb/debian/tzdata@2026b-0%2Bdeb13u1",
        "pkg:pypi/torch@2.13.0%2Bcpu",
    ]


def test_notes_of_a_release_are_the_section_of_its_version() -> None:
    script = release_script()
    told = "# Changelog\n\n## 0.3.0 (2026-11-30)\n\nNew.\n\n## 0.2.0 (2026-10-01)\n\nOld.\n"
    assert script.notes_of("0.3.0", told) == "## 0.3.0 (2026-11-30)\n\nNew.\n"
    with pytest.raises(SystemExit, match="0 sections"):
        script.notes_of("0.4.0", told)


def test_what_changed_in_the_api_is_listed_once_each() -> None:
    one = {"get": {"parameters": [{"name": "page", "in": "query"}], "tags": ["a"]}, "post": {"tags": ["a"]}}
    other = {"get": {"parameters": [{"name": "page", "in": "path"}], "tags": ["a", "b"]}}
    changes = [*release_script().api_changes({"/people/": one}, {"/people/": other, "/me/": {"get": {}}})]
    assert changes == [
        "`/me/` is new",
        "`/people/ get parameters page in`: 'query' became 'path'",
        "`/people/ get tags b` is new",
        "`/people/ post` is gone",
    ]


def test_checksums_are_signed_and_a_changed_file_is_found(tmp_path: Path) -> None:
    script = release_script()
    (tmp_path / "titian.whl").write_bytes(b"a wheel")
    script.write_checksums(tmp_path)
    script.sign(tmp_path, None)
    script.verify(tmp_path)
    (tmp_path / "titian.whl").write_bytes(b"another")
    with pytest.raises(subprocess.CalledProcessError):
        script.verify(tmp_path)
