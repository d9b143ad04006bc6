"""Servers that others wrote, each installed below var/peers with an environment and a database of its own.

`make peers` installs them, makes their tables and fills them with a forum; `running` starts one on a copy of
what was filled. They need PostgreSQL and Redis: `apt-get install postgresql redis-server`.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from filelock import FileLock

BASE = Path(__file__).parents[2]
FOLDER = BASE / "var" / "peers"
FILLED = "filled"
EXTENSIONS = ("pg_trgm", "unaccent")  # without which Indico makes no tables
SECONDS = 600  # until what does not start fails: the machine may be busy


@dataclass(frozen=True)
class Place:
    """Where a peer runs: its files, its port under TLS, its database and its cache."""

    folder: Path
    port: int
    certificate: str
    database: str
    postgres: str  # the folder of the server's socket
    redis: str  # the server's socket

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Packages:
    """Packages of PyPI in an environment of their own; of npm where `python` is empty."""

    name: str
    requirements: tuple[str, ...]
    python: str = "python3.11"

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def is_ready(self) -> bool:
        """Whether these very requirements are installed."""
        return self._stamp.exists() and self._stamp.read_text() == self._wanted

    @property
    def _stamp(self) -> Path:
        return self.folder / "installed-from"

    @property
    def _wanted(self) -> str:
        return "\n".join((self.python, *self.requirements))

    def install(self) -> None:
        """Install them, unless that is done."""
        if self.is_ready:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._stamp.unlink(missing_ok=True)
        if self.python:
            self._run(self.python, "-m", "venv", "--clear", str(self.folder / "venv"))
            self._run(self.program("python"), "-m", "pip", "install", "-q", *self.requirements)
        else:
            self._run("npm", "install", "--silent", "--prefix", str(self.folder), *self.requirements)
        self._stamp.write_text(self._wanted)

    def program(self, name: str) -> str:
        """The path of a program of the environment."""
        return str(self.folder / "venv" / "bin" / name)

    def _run(self, *command: str, environment: Mapping[str, str] = os.environ) -> str:
        done = subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout


@dataclass(frozen=True, kw_only=True)
class Installation(Packages):
    """One peer: how it is told its place, and its commands by the programs of its environment."""

    script: str = ""  # of this folder, run by the peer's Python: `first` fills, any other word changes
    environment: Callable[[Place], dict[str, str]]
    serve: Callable[[Place], tuple[str, ...]]
    migrate: tuple[str, ...] = ()
    collect_files: tuple[str, ...] = ()  # styles and scripts, without which its pages answer 500

    @property
    def facts(self) -> Path:
        """What is known of the filled peer: the token, and what else its script gives."""
        return self.folder / "facts.json"

    @property
    def is_ready(self) -> bool:
        """Whether it is also filled, since these requirements were installed."""
        return super().is_ready and self.facts.exists()

    def install(self) -> None:
        """Install it, make its tables and fill them, unless that is done."""
        if self.is_ready:
            return
        self.facts.unlink(missing_ok=True)
        super().install()
        self._fill()

    def _fill(self) -> None:
        with _servers(self.folder) as (postgres, redis), tempfile.TemporaryDirectory() as folder:
            place = Place(Path(folder), free_port(), "", FILLED, postgres, redis)
            _psql(postgres, f"DROP DATABASE IF EXISTS {FILLED}", f"CREATE DATABASE {FILLED}")
            _psql(postgres, *(f"CREATE EXTENSION {one}" for one in EXTENSIONS), database=FILLED)
            for command in filter(None, (self.migrate, self.collect_files)):
                self._run(self.program(command[0]), *command[1:], environment=self._environment(place))
            facts = self._change(place, "first")
            self.facts.touch(mode=0o600)
            self.facts.write_text(json.dumps(facts))

    def _change(self, place: Place, stage: str) -> dict[str, Any]:
        """Run the script; what it prints last is JSON."""
        if not self.script:
            return {}
        path = str(Path(__file__).with_name(self.script))
        written = self._run(self.program("python"), "-P", path, stage, environment=self._environment(place))
        found: dict[str, Any] = json.loads(written.strip().splitlines()[-1])
        return found

    def _environment(self, place: Place) -> dict[str, str]:
        """Nothing of this process's own settings."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {"PYTHONDONTWRITEBYTECODE": "1"} | self.environment(place)


@dataclass(frozen=True)
class Running:
    """A peer that answers, on a copy of what was filled."""

    installation: Installation
    place: Place
    facts: dict[str, Any]

    def change(self, stage: str) -> dict[str, Any]:
        """What its script does of this name, as people there would."""
        return self.installation._change(self.place, stage)


SomePackages = TypeVar("SomePackages", bound=Packages)


@contextlib.contextmanager
def running(installation: Installation, certificate: Path) -> Iterator[Running]:
    """The peer under TLS, until the block ends."""
    with _servers(installation.folder) as (postgres, redis), tempfile.TemporaryDirectory() as folder:
        port = free_port()
        place = Place(Path(folder), port, str(certificate), f"run_{port}", postgres, redis)
        _psql(postgres, f"CREATE DATABASE {place.database} TEMPLATE {FILLED}")
        program, *arguments = installation.serve(place)
        log = installation.folder / "server.log"
        with log.open("w") as written:
            process = subprocess.Popen(
                [installation.program(program), *arguments],
                env=installation._environment(place), cwd=folder, stdout=written, stderr=written,
            )  # fmt: skip
        try:
            _until(lambda: _answers(port), process, log)
            yield Running(installation, place, json.loads(installation.facts.read_text()))
        finally:
            process.terminate()
            process.wait(timeout=SECONDS)
            _psql(postgres, f"DROP DATABASE {place.database} WITH (FORCE)")


def installed(one: SomePackages) -> SomePackages:
    """These; a test that asks is skipped where they are not installed."""
    if not one.is_ready:
        pytest.skip(f"{one.name} is not installed: `make peers` does that.")
    return one


def free_port() -> int:
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(port: int) -> bool:
    """Whether it answers, and so has read its own code; without collected files a page of pretalx is an error."""
    client = http.client.HTTPSConnection("localhost", port, timeout=SECONDS, context=ssl._create_unverified_context())
    with contextlib.suppress(OSError), contextlib.closing(client):
        client.request("GET", "/")
        return client.getresponse().status > 0
    return False


def _until(holds: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        is_late = process.poll() is not None or time.monotonic() > end
        assert not is_late, log.read_text()[-4000:]
        time.sleep(0.1)


@contextlib.contextmanager
def _servers(peer: Path) -> Iterator[tuple[str, str]]:
    """PostgreSQL and Redis of this system for one peer, on sockets in a folder of their own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert programs, "PostgreSQL is missing: apt-get install postgresql"
    assert shutil.which("redis-server"), "Redis is missing: apt-get install redis-server"
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    data = peer / "postgres"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs[-1] / program), "-D", str(data), "-s", *arguments], check=True, cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **identity,
        )  # fmt: skip

    data.mkdir(parents=True, exist_ok=True)
    with FileLock(peer / "servers.lock"), tempfile.TemporaryDirectory() as folder:
        for one in (data, Path(folder)):
            if account:
                os.chown(one, account.pw_uid, account.pw_gid)
            one.chmod(0o700)
        if not (data / "PG_VERSION").exists():
            run("pg_ctl", "initdb", "-o", "-U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync")
        with contextlib.suppress(subprocess.CalledProcessError):  # left by a run that was killed
            run("pg_ctl", "stop", "-m", "fast")
        options = f"-h '' -k {folder} -c fsync=off -c max_connections=60"
        run("pg_ctl", "start", "-w", "-l", str(data / "server.log"), "-o", options)
        try:
            path = f"{folder}/redis"
            cache = subprocess.Popen(
                ["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder],
                stdout=subprocess.DEVNULL,
            )
            try:
                _until(lambda: Path(path).exists(), cache, data / "server.log")
                yield folder, path
            finally:
                cache.terminate()
                cache.wait(timeout=SECONDS)
        finally:
            run("pg_ctl", "stop", "-w", "-m", "fast")


def _psql(postgres: str, *statements: str, database: str = "postgres") -> None:
    for one in statements:
        subprocess.run(["psql", "-h", postgres, "-U", "postgres", "-qc", one, database], check=True)


def _gunicorn(place: Place, application: str) -> tuple[str, ...]:
    own = ("--certfile", place.certificate, "--keyfile", place.certificate, "--bind", f"127.0.0.1:{place.port}")
    return ("gunicorn", "--threads", "4", "--graceful-timeout", "1", "--no-control-socket", *own, application)


def _of_pretix(place: Place) -> dict[str, str]:
    return {
        "PRETIX_PRETIX_URL": place.address, "PRETIX_PRETIX_DATADIR": str(place.folder),
        "PRETIX_DATABASE_BACKEND": "postgresql", "PRETIX_DATABASE_NAME": place.database,
        "PRETIX_DATABASE_USER": "postgres", "PRETIX_DATABASE_HOST": place.postgres,
        "PRETIX_REDIS_LOCATION": f"unix://{place.redis}", "DJANGO_SETTINGS_MODULE": "pretix.settings",
    }  # fmt: skip


def _of_pretalx(place: Place) -> dict[str, str]:
    return {
        "PRETALX_SITE_URL": place.address, "PRETALX_DATA_DIR": str(place.folder),
        "PRETALX_DB_TYPE": "postgresql", "PRETALX_DB_NAME": place.database, "PRETALX_DB_USER": "postgres",
        "PRETALX_DB_HOST": place.postgres, "PRETALX_REDIS": f"unix://{place.redis}",
        "DJANGO_SETTINGS_MODULE": "pretalx.settings",
    }  # fmt: skip


def _of_indico(place: Place) -> dict[str, str]:
    folder = str(place.folder)
    values = {
        "SECRET_KEY": "x" * 32, "BASE_URL": place.address, "REDIS_CACHE_URL": f"unix://{place.redis}",
        "CELERY_BROKER": f"redis+socket://{place.redis}", "DEFAULT_TIMEZONE": "UTC", "DEFAULT_LOCALE": "en_GB",
        "SQLALCHEMY_DATABASE_URI": f"postgresql:///{place.database}?host={place.postgres}&user=postgres",
        "ENABLE_ROOMBOOKING": False, "CACHE_DIR": folder, "TEMP_DIR": folder, "LOG_DIR": folder,
        "STORAGE_BACKENDS": {"default": f"fs:{folder}"}, "ATTACHMENT_STORAGE": "default",
        "SUPPORT_EMAIL": "a@b.example",
    }  # fmt: skip
    path = place.folder / "indico.conf"
    path.write_text("".join(f"{name} = {value!r}\n" for name, value in values.items()))
    return {"INDICO_CONFIG": str(path)}


def _of_radicale(place: Place) -> dict[str, str]:
    """Everybody reads and writes what is below /public/, and below /me/ who signs in as me."""
    rules = ("[public]\nuser: .*\ncollection: public(/.*)?\n", "[own]\nuser: .+\ncollection: {user}(/.*)?\n")
    (place.folder / "rights").write_text("".join(f"{one}permissions: RrWw\n" for one in rules))
    values = {
        "server": {"hosts": f"127.0.0.1:{place.port}", "ssl": True, "certificate": place.certificate,
                   "key": place.certificate},
        "storage": {"filesystem_folder": place.folder / "collections"},
        "auth": {"type": "none"}, "rights": {"type": "from_file", "file": place.folder / "rights"},
    }  # fmt: skip
    lines = [line for name, own in values.items() for line in (f"[{name}]", *(f"{k} = {v}" for k, v in own.items()))]
    (place.folder / "config").write_text("\n".join(lines))
    return {"RADICALE_CONFIG": str(place.folder / "config")}


def _pretalx(version: str, python: str) -> Installation:
    return Installation(
        name=f"pretalx-{version[:6]}", python=python,
        requirements=(f"pretalx=={version}", "psycopg[binary]==3.3.9", "redis<9", "gunicorn==27.0.1"),
        script="fill_pretalx.py", environment=_of_pretalx, serve=lambda place: _gunicorn(place, "pretalx.wsgi"),
        migrate=("python", "-m", "pretalx", "migrate"),
        collect_files=("python", "-m", "pretalx", "collectstatic", "--noinput"),
    )  # fmt: skip


def _indico(version: str, python: str, *more: str) -> Installation:
    return Installation(
        name=f"indico-{version[:3]}", python=python, requirements=(f"indico=={version}", "gunicorn==27.0.1", *more),
        script="fill_indico.py", environment=_of_indico,
        serve=lambda place: _gunicorn(place, "indico.web.flask.app:make_app()"), migrate=("indico", "db", "prepare"),
    )  # fmt: skip


PRETIX = Installation(
    name="pretix", requirements=("pretix==2026.8.0", "gunicorn==27.0.1"),
    script="fill_pretix.py", environment=_of_pretix, serve=lambda place: _gunicorn(place, "pretix.wsgi"),
    migrate=("python", "-m", "pretix", "migrate"),
)  # fmt: skip
PRETALX = (_pretalx("2025.2.2", "python3.11"), _pretalx("2026.2.1", "python3.13"))
# Indico 3.3 names Python 3.12 alone, which Debian 13 does not have; what it does here works with 3.13.
INDICO = (_indico("3.2.9", "python3.11", "setuptools<81"), _indico("3.3.14", "python3.13", "--ignore-requires-python"))
RADICALE = Installation(
    name="radicale", requirements=("radicale==3.9.0",), environment=_of_radicale,
    serve=lambda _place: ("python", "-m", "radicale"),
)  # fmt: skip
OIDC_MOCK = Packages(name="oidc-provider-mock", requirements=("oidc-provider-mock==0.3.4", "uvicorn==0.54.0"))
OIDC_PROVIDER = Packages(name="oidc-provider", requirements=("oidc-provider@9.13.3",), python="")
STANDARD_WEBHOOKS = Packages(name="standardwebhooks", requirements=("standardwebhooks@1.1.1",), python="")
ALL = (PRETIX, *PRETALX, *INDICO, RADICALE, OIDC_MOCK, OIDC_PROVIDER, STANDARD_WEBHOOKS)
