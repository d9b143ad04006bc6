"""Titian installs and answers on a Debian that has nothing but its base, by the steps and units of deploy/.

It needs root, debootstrap and a package registry. TITIAN_SOAK_DEBIAN names another release than trixie, and
TITIAN_SOAK_MIRROR another place of packages than debootstrap's own.
"""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

from backend.config.processes import bound_socket
from tests.servers import get

RELEASE = os.environ.get("TITIAN_SOAK_DEBIAN", "trixie")
MIRROR = os.environ.get("TITIAN_SOAK_MIRROR")
# How this machine reaches the registries; what is not there is not copied.
OF_THIS_MACHINE = ("etc/resolv.conf", "etc/hosts", "etc/pip.conf", "etc/xdg/pip", "etc/apt/apt.conf.d", "opt/wheels")
SYSTEMD = "DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends systemd"
AUTHORITIES = "etc/ssl/certs/ca-certificates.crt"


def _copy(name: str, tree: Path) -> None:
    source, target = Path("/", name), tree / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        shutil.copy(source, target)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    """A clean Debian with these sources, in a folder."""
    assert os.geteuid() == 0, "This test mounts folders: run it as root."
    assert shutil.which("debootstrap"), "This test needs debootstrap: apt-get install debootstrap."
    tree = tmp_path / "tree"
    subprocess.run(["debootstrap", "--variant=minbase", RELEASE, tree, *filter(None, [MIRROR])], check=True)
    for name in OF_THIS_MACHINE:
        _copy(name, tree)
    sources = tree / "srv" / "titian"
    sources.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=settings.BASE_DIR, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", sources], input=archive.stdout, check=True)
    mounts = [("-t", "proc", "proc", tree / "proc"), ("--bind", "/dev", tree / "dev")]
    for mount in mounts:
        subprocess.run(["mount", *mount], check=True)
    try:
        yield tree
    finally:
        for mount in mounts:
            subprocess.run(["umount", "--lazy", mount[-1]], check=True)


def _steps(tree: Path, *steps: str) -> None:
    subprocess.run(["chroot", tree, "/srv/titian/deploy/steps.sh", *steps], check=True)


def _command_of(unit: str, tree: Path) -> list[str]:
    """How systemd runs it, but for its shields: as its user, in its folder, with its variables."""
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(tree / "etc" / "systemd" / "system" / unit)
    service = parser["Service"]
    given = [*service["Environment"].split(), *(tree / service["EnvironmentFile"][1:]).read_text().split()]
    inside = ["env", f"--chdir={service['WorkingDirectory']}", *given, *service["ExecStart"].split()]
    return ["chroot", f"--userspec={service['User']}:{service['User']}", str(tree), *inside]


def test_the_steps_and_units_make_a_titian_that_answers_and_is_restored(tree: Path) -> None:
    _steps(tree, "packages", "account")
    _copy(AUTHORITIES, tree)
    _steps(tree, "application", "check", "units")
    subprocess.run(["chroot", tree, "sh", "-c", SYSTEMD], check=True)
    units = [f"/etc/systemd/system/{path.name}" for path in (settings.BASE_DIR / "deploy").glob("titian*")]
    verify = ["chroot", tree, "systemd-analyze", "verify", *units]
    assert subprocess.run(verify, check=True, capture_output=True, text=True).stderr == ""
    home = tree / "var" / "lib" / "titian"
    assert not (home / "secret_key").exists()  # an image of it has no secret that others know
    with bound_socket("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    (tree / "etc" / "titian.env").write_text(f"TITIAN_PORT={port}\nPYTHONUNBUFFERED=1\n")
    serve = subprocess.Popen(
        _command_of("titian.service", tree),
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with serve:
        assert serve.stdout is not None
        try:
            while "Titian answers at" not in (line := serve.stdout.readline()):
                assert line, "serve ended"
                print(line, end="")
            assert get(port, "/readyz").status == 200
            subprocess.run(_command_of("titian-backup.service", tree), check=True)
        finally:
            serve.terminate()
            with suppress(subprocess.TimeoutExpired):
                serve.communicate(timeout=60)
            serve.kill()
    [backup] = home.glob("backups/*.tar")
    (home / "postgres").rename(home / "postgres.before")
    *manage, _backup = _command_of("titian-backup.service", tree)
    subprocess.run([*manage, "restore", f"/{backup.relative_to(tree)}"], check=True)
