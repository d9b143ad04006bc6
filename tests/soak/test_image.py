"""The image behind nginx and Caddy with TLS, on Debian's PostgreSQL; a backup of it is restored beside it.

It needs root, a package registry and, of Debian, buildah, podman, runc, debootstrap, nginx, caddy, curl,
openssl, postgresql-17 and postgresql-17-pgvector. TITIAN_SOAK_IMAGE names an image that is there already.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from django.conf import settings

from backend.config.backup import LEFT_OUT
from backend.config.processes import bound_socket
from tests.backend.config.test_backup import digests_by
from tests.pages import Page, page_of
from tests.servers import get
from tests.smtp import MailServer
from tests.soak.waiting import MOST_SECONDS, seconds_until
from tests.test_wheel import release_script
from tests.venue import ASK, CODE, CONFIRM

HOST = "forum.example.org"
ORGANISER, LEAD = "mali@example.org", "ploy@example.org"  # each may sign in once without a second factor
PROGRAMS = ("buildah", "podman", "runc", "debootstrap", "nginx", "caddy", "curl", "openssl")
POSTGRES = Path("/usr/lib/postgresql/17/bin")
AS_POSTGRES = ("runuser", "-u", "postgres", "--")
DEPLOY = (settings.BASE_DIR / "docs" / "deploy.md").read_text()
VOLUME = "/var/lib/titian"
MANAGE = (".venv/bin/python", "manage.py")
CREATE_EVENT = (
    *("create_event", "acop", "--name", "ICT Forum", "--starts", "2030-11-17", "--ends", "2030-11-18"),
    *("--timezone", "Asia/Bangkok", "--organiser", ORGANISER),
    *("--safeguarding-lead", LEAD, "--safeguarding-lead", "nok@example.org"),
)
TOPICS = ("Drought maps for farmers", "Village internet", "Reviewing rules for data", "Training of teachers")
PEOPLE = 40


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def _podman(*command: str) -> str:
    # runc: crun refuses a machine with both versions of cgroups.
    return _run("podman", "--runtime=runc", *command)


def _free_port() -> int:
    with bound_socket("127.0.0.1", 0) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    assert not missing, f"This test needs {', '.join(missing)}."
    assert POSTGRES.is_dir(), "This test needs postgresql-17 and postgresql-17-pgvector."
    if named := os.environ.get("TITIAN_SOAK_IMAGE"):
        yield named
        return
    script, name = release_script(), "localhost/titian:soak"
    script.build_image(name, script.make_base(script.DEBIAN))
    yield name
    _run("buildah", "rmi", name)


class Container:
    """The image with a read-only root, without capabilities, and with a volume of its own."""

    def __init__(self, image: str, name: str) -> None:
        self.image, self.name, self.port = image, f"titian-soak-{name}", _free_port()
        self.environment = {"ALLOWED_HOSTS": HOST, "TITIAN_HTTPS": "1", "TITIAN_PORT": str(self.port)}

    def run(self, *command: str, options: tuple[str, ...] = ("--rm",)) -> str:
        return _podman(
            *("run", "--network=host", "--read-only", "--tmpfs=/tmp", "--cap-drop=all", *options),
            *("--security-opt=no-new-privileges", *release_script().limits(), f"--volume={self.name}:{VOLUME}"),
            *(f"--env={name}={value}" for name, value in self.environment.items()),
            *(self.image, *command),
        )

    def manage(self, *command: str) -> str:
        """In the container whose pages are served."""
        return _podman("exec", self.name, *MANAGE, *command)

    @contextmanager
    def serving(self, *options: str) -> Iterator[None]:
        self.run(options=("--detach", f"--name={self.name}", *options))
        try:
            seconds = seconds_until(lambda: get(self.port, "/healthz", {"Host": HOST}).status < 400, most=300)
            print(f"\n{self.name} answers after {seconds:.1f} s")
            _podman("healthcheck", "run", self.name)
            yield
        finally:
            print(_podman("logs", "--tail=20", self.name))
            _podman("rm", "--force", "--time=60", self.name)


@pytest.fixture
def containers(image: str) -> Iterator[tuple[Container, Container]]:
    both = Container(image, "first"), Container(image, "second")
    yield both
    for container in both:
        _podman("volume", "rm", "--force", container.name)


@pytest.fixture
def new_database() -> Iterator[Callable[[str], str]]:
    """Makes one of Debian's PostgreSQL, as docs/deploy.md says; gives its address."""
    with tempfile.TemporaryDirectory(prefix="titian-") as folder:
        shutil.chown(folder, "postgres")
        port, control = _free_port(), (*AS_POSTGRES, POSTGRES / "pg_ctl", "-w", "-D", f"{folder}/data")
        _run(*AS_POSTGRES, POSTGRES / "initdb", "-D", f"{folder}/data", "--auth-host=scram-sha-256")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        _run(*control, "-l", f"{folder}/log", "-o", options, "start")

        def ask(database: str, sql: str) -> None:
            _run(*AS_POSTGRES, "psql", "-qX", f"--host={folder}", f"--port={port}", "-d", database, "-c", sql)

        def make(name: str) -> str:
            ask("postgres", f"create database {name} owner titian")
            ask(name, "create extension vector")
            return f"postgresql://titian:password@127.0.0.1:{port}/{name}"

        try:
            ask("postgres", "create role titian login password 'password'")
            yield make
        finally:
            _run(*control, "-m", "fast", "stop")


class Browser:
    """curl, which keeps secure cookies for TLS alone, and finds the host at a proxy of this machine."""

    def __init__(self, folder: Path, port: int, authority: Path) -> None:
        self.headers, self.url = folder / "headers", ""
        self.options = (
            *("--silent", "--show-error", "--fail-with-body", "--location", "--cacert", authority),
            *("--connect-to", f"{HOST}:443:127.0.0.1:{port}", "--dump-header", self.headers),
            *("--cookie", folder / "cookies", "--cookie-jar", folder / "cookies"),
            *("--header", "X-Forwarded-Proto: http", "--referer", f"https://{HOST}/"),  # the first is a lie
        )

    def open(self, path: str, **fields: str) -> Page:
        """A page, or what a form that is sent leads to."""
        sent = [part for field in fields.items() for part in ("--data-urlencode", "=".join(field))]
        answer = _run("curl", *self.options, *sent, "-w", "\n%{url_effective}", f"https://{HOST}{path}")
        html, _newline, self.url = answer.rpartition("\n")
        return page_of(html)

    def send(self, path: str, **fields: str) -> Page:
        token = self.open(path).all("input[name=csrfmiddlewaretoken]")[0].attributes["value"]
        return self.open(path, csrfmiddlewaretoken=str(token), **fields)

    def sign_in(self, email: str, mails: MailServer) -> Page:
        mails.mails.clear()
        self.send(ASK, email=email)
        assert seconds_until(lambda: bool(mails.received_by(email))) < MOST_SECONDS
        found = CODE.search(str(mails.received_by(email)[0].get_body(("plain",))))
        assert found is not None
        return self.send(CONFIRM, code=found[1])


@contextmanager
def nginx(folder: Path, to: int) -> Iterator[Browser]:
    """With a certificate that signs itself."""
    port, key, certificate = _free_port(), folder / "key.pem", folder / "certificate.pem"
    _run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"),
        *("-addext", f"subjectAltName=DNS:{HOST}", "-keyout", key, "-out", certificate),
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}} http {{ access_log off; server {{"
        f" listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};"
        f"{_of_the_page('location / {', to)} }} }}\n"
    )
    with _proxy(port, "nginx", "-c", str(folder / "nginx.conf")):
        yield Browser(folder, port, certificate)


@contextmanager
def caddy(folder: Path, to: int) -> Iterator[Browser]:
    """With an authority of its own."""
    port = _free_port()
    (folder / "Caddyfile").write_text(
        "{\n admin off\n local_certs\n skip_install_trust\n auto_https disable_redirects\n"
        f" default_bind 127.0.0.1\n https_port {port}\n"
        f" storage file_system {folder}/storage\n}}\n{_of_the_page(f'{HOST} {{', to)}\n"
    )
    with _proxy(port, "env", f"XDG_CONFIG_HOME={folder}", "caddy", "run", "--config", str(folder / "Caddyfile")):
        yield Browser(folder, port, folder / "storage" / "pki" / "authorities" / "local" / "root.crt")


def _of_the_page(opening: str, to: int) -> str:
    """What docs/deploy.md tells to write, for this port of Titian."""
    found = re.search(rf"^    {re.escape(opening)}$.*?^    }}$", DEPLOY, re.MULTILINE | re.DOTALL)
    assert found is not None, opening
    return found[0].replace("127.0.0.1:8000", f"127.0.0.1:{to}")


@contextmanager
def _proxy(port: int, *command: str) -> Iterator[None]:
    process = subprocess.Popen(command)
    try:
        assert seconds_until(lambda: _listens(port)) < MOST_SECONDS, command
        yield
    finally:
        process.terminate()
        process.wait(timeout=MOST_SECONDS)


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def _check_pages(browser: Browser, email: str, mails: MailServer) -> None:
    """The page to sign in is the host's, by TLS whatever a client says, and its cookies are secure."""
    assert browser.open(ASK).all("input[type=email]")
    assert browser.url == f"https://{HOST}{ASK}"
    headers = browser.headers.read_text().lower()
    cookies = re.findall(r"^set-cookie: (.*)$", headers, re.MULTILINE)
    assert cookies
    assert all("; secure" in cookie for cookie in cookies)
    assert "strict-transport-security: max-age=" in headers
    browser.sign_in(email, mails)
    assert browser.url.startswith(f"https://{HOST}/e/acop/")


def _digests(database: str) -> dict[str, str | None]:
    with psycopg.connect(database) as connection:
        found = digests_by(lambda sql: connection.execute(cast(LiteralString, sql)).fetchall())
    return {table: digest for table, digest in found.items() if table not in LEFT_OUT}


def _attendees(path: Path) -> Path:
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("email", "name", "organisation", "age class", "seeks", "offers"))
        for number in range(PEOPLE):
            seeks, offers = TOPICS[number % len(TOPICS)], TOPICS[(number + 1) % len(TOPICS)]
            person = (f"p{number}@example.org", f"Person {number}", f"House {number % 7}", "adult")
            table.writerow((*person, seeks, offers))
    return path


def test_the_image_has_no_compiler_and_its_account_writes_to_its_volume_alone(
    containers: tuple[Container, Container],
) -> None:
    look = "id -un; command -v cc gcc clang ld as; touch /srv/titian/x 2>&1; touch $TITIAN_VAR/x && echo ok"
    said = containers[0].run("sh", "-c", look).splitlines()
    assert said == ["titian", "touch: cannot touch '/srv/titian/x': Read-only file system", "ok"]


def test_people_sign_in_behind_a_proxy_with_tls_and_a_backup_is_restored_beside_it(
    containers: tuple[Container, Container], new_database: Callable[[str], str], post: MailServer, tmp_path: Path
) -> None:
    first, second = containers
    for container, name in zip(containers, ("first", "second"), strict=True):
        container.environment["DATABASE_URL"] = new_database(name)
        container.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{post.port}"
    key = f"{VOLUME}/backup.key"
    made = first.run(*MANAGE, "make_backup_key", key)
    first.environment["TITIAN_BACKUP_KEY"] = re.findall(r"age1\w+", made)[0]
    given = _attendees(tmp_path / "attendees.csv")
    with first.serving(f"--volume={given}:/given.csv:ro"), nginx(tmp_path, first.port) as browser:
        first.manage(*CREATE_EVENT)
        first.manage("import_attendees", "acop", "/given.csv")
        print(first.manage("build_suggestions", "acop"))
        _check_pages(browser, ORGANISER, post)
    first.run(*MANAGE, "backup")
    mine = (f"--volume={first.name}:/first:ro", "--rm")
    [backup] = second.run("sh", "-c", "ls /first/backups/*.age", options=mine).split()
    second.run(*MANAGE, "restore", backup, "--identity", "/first/backup.key", options=mine)
    assert _digests(second.environment["DATABASE_URL"]) == _digests(first.environment["DATABASE_URL"])
    (tmp_path / "second").mkdir()
    with second.serving(), caddy(tmp_path / "second", second.port) as browser:
        _check_pages(browser, LEAD, post)
