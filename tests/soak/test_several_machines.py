"""Two web machines, a worker and a database with a standby, each in a network namespace: what the loss of one costs.

A lost machine falls silent, as where its power or its cable fails: nobody is told that it has gone. It needs
root, and `apt-get install haproxy pgbouncer postgresql-17 postgresql-17-pgvector`.
"""

from __future__ import annotations

import os
import pwd
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client as Browser
from django.utils import timezone

from backend.benchmarks.load import clients
from backend.benchmarks.load.clients import run_clients
from backend.benchmarks.load.consistency import check_load
from backend.benchmarks.load.event import SLUG, create_event
from backend.config.parent_watchdog import PARENT_ENV
from backend.events.models.attendees import Attendee
from tests.database import connected_as
from tests.servers import get
from tests.slow_clients import free_port
from tests.soak.test_failures import Seen
from tests.soak.waiting import seconds_until

PROGRAMS = Path("/usr/lib/postgresql/17/bin")
NAME = USER = "titian"
ACCOUNT = "postgres"  # of the system
PORT, POOLED = 5432, 6432
NETWORK = "10.177.0"
ADDRESSES = {"web1": 11, "web2": 12, "worker": 13, "db1": 21, "db2": 22}
MOST_SECONDS = 300.0  # beside much other work
CUT_SECONDS = 2.0  # between standby and primary, before the primary is lost
REPLICA = "select count(*) from pg_stat_replication where state = 'streaming'"
PGBOUNCER = """
[databases]
titian = host={folder}
[pgbouncer]
listen_addr = *
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = session
default_pool_size = 100
max_client_conn = 300
server_login_retry = 1
query_wait_timeout = 10
tcp_keepidle = 5
tcp_keepintvl = 5
tcp_keepcnt = 3
tcp_user_timeout = 10000
"""
HAPROXY = """
defaults
    mode http
    timeout connect 2s
    timeout check 5s
    timeout client 60s
    timeout server 60s
    retry-on conn-failure empty-response
    option redispatch 1
frontend pages
    bind 127.0.0.1:{port}
    http-request disable-l7-retry if METH_POST
    default_backend web
backend web
    option httpchk
    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host 127.0.0.1
    default-server check inter 1s fall 3 rise 1 on-marked-down shutdown-sessions
    server web1 {network}.11:8000
    server web2 {network}.12:8000
"""


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@dataclass(frozen=True)
class Machine:
    """A network namespace with one interface."""

    name: str
    programs: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        return f"titian-{self.name}"

    @property
    def address(self) -> str:
        return f"{NETWORK}.{ADDRESSES[self.name]}"

    def start(
        self, *command: str, account: str = "root", environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program there, as this account of the system."""
        inside = ("ip", "netns", "exec", self.namespace)
        as_account = ("setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups")
        program = subprocess.Popen(
            [*inside, *as_account, *command], cwd=settings.BASE_DIR, env=os.environ | (environment or {}),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL if account != "root" else None,
        )  # fmt: skip
        self.programs.append(program)
        return program

    def lose(self) -> None:
        """Silence first: no program there says farewell."""
        _run("ip", "link", "set", f"t-{self.name}", "down")
        self.kill()

    def kill(self) -> None:
        found = subprocess.run(["ip", "netns", "pids", self.namespace], check=True, capture_output=True, text=True)
        subprocess.run(["kill", "-9", *found.stdout.split()], check=False, stderr=subprocess.DEVNULL)
        for program in self.programs:
            program.wait()

    def bring_back(self) -> None:
        _run("ip", "link", "set", f"t-{self.name}", "up")

    def cut_from(self, other: Machine) -> None:
        """Nothing that is sent here reaches the other any more."""
        _run("ip", "-n", self.namespace, "route", "add", "blackhole", f"{other.address}/32")


@contextmanager
def network() -> Iterator[dict[str, Machine]]:
    """The machines, on a switch to which this process belongs too."""
    machines = {name: Machine(name) for name in ADDRESSES}
    with ExitStack() as undo:
        _run("ip", "link", "add", "t-switch", "type", "bridge")
        undo.callback(_run, "ip", "link", "delete", "t-switch")
        _run("ip", "address", "add", f"{NETWORK}.1/24", "dev", "t-switch")
        _run("ip", "link", "set", "t-switch", "up")
        for one in machines.values():
            _run("ip", "netns", "add", one.namespace)
            undo.callback(_run, "ip", "netns", "delete", one.namespace)
            undo.callback(_run, "ip", "link", "delete", f"t-{one.name}")
            _run("ip", "link", "add", f"t-{one.name}", "type", "veth", "peer", "eth0", "netns", one.namespace)
            _run("ip", "link", "set", f"t-{one.name}", "master", "t-switch", "up")
            _run("ip", "-n", one.namespace, "address", "add", f"{one.address}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                _run("ip", "-n", one.namespace, "link", "set", link, "up")
            undo.callback(one.kill)
        yield machines


@dataclass
class Database:
    """PostgreSQL and PgBouncer on one machine; this process reads it through its socket."""

    machine: Machine
    folder: Path
    password: str

    def make(self) -> None:
        """A new server, whose superuser is Titian's role."""
        word = self.folder / "password"
        word.write_text(self.password)
        self._own()
        arguments = ("-U", USER, "-A", "scram-sha-256", "--auth-local=trust", f"--pwfile={word}", "-E", "UTF8")
        assert self._program("initdb", *arguments, "-D", str(self.folder / "data")).wait() == 0
        with (self.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write("host all,replication all samenet scram-sha-256\n")

    def copy(self, primary: Database) -> None:
        """Become its standby."""
        self._own()
        source = f"host={primary.machine.address} user={USER} password={primary.password}"
        arguments = ("-d", source, "-D", str(self.folder / "data"), "-R", "-C", "-S", "standby", "-c", "fast")
        assert self._program("pg_basebackup", *arguments).wait() == 0

    def _own(self) -> None:
        """PgBouncer's files, in a folder that is the account's."""
        (self.folder / "users").write_text(f'"{USER}" "{self.password}"\n')
        (self.folder / "pgbouncer.ini").write_text(PGBOUNCER.format(folder=self.folder, port=POOLED))
        account = pwd.getpwnam(ACCOUNT)
        for one in (self.folder, *self.folder.iterdir()):
            os.chown(one, account.pw_uid, account.pw_gid)

    def start(self) -> None:
        options = ("-k", str(self.folder), "-c", "listen_addresses=*", "-c", "max_connections=200")
        self._program("postgres", "-D", str(self.folder / "data"), *options)
        self.machine.start("/usr/sbin/pgbouncer", str(self.folder / "pgbouncer.ini"), account=ACCOUNT)
        assert seconds_until(lambda: self.ask("select 1") == 1, most=MOST_SECONDS) < MOST_SECONDS

    def _program(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        return self.machine.start(str(PROGRAMS / name), *arguments, account=ACCOUNT)

    def ask(self, query: str, database: str = "postgres") -> object:
        with psycopg.connect(host=str(self.folder), user=USER, dbname=database, autocommit=True) as one:
            found = one.execute(query)
            return found.fetchone()[0] if found.description else None  # type: ignore[index]


@dataclass
class Readers:
    """One signed-in reader after the other, until told to end: what each page came to, and when."""

    port: int
    cookie: str
    pages: list[tuple[float, float, bool]] = field(default_factory=list)  # begun at, seconds, whether it came
    ending: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.ending.wait(0.2):
            began = time.monotonic()
            try:
                came = get(self.port, f"/e/{SLUG}/sessions/", {"Cookie": self.cookie}).status == 200
            except OSError:
                came = False
            self.pages.append((began, time.monotonic() - began, came))

    def seconds_without(self, since: float) -> float:
        """From then until the pages came again for good."""
        missed = [began + seconds for began, seconds, came in self.pages if began > since - 1 and not came]
        return max(missed, default=since) - since


@dataclass
class Installation:
    """All machines, and the port of the balancer, which runs beside this process."""

    machines: dict[str, Machine]
    first: Database
    second: Database
    port: int
    environment: dict[str, str]
    var: Path

    def serve(self, name: str) -> None:
        own = {
            "TITIAN_VAR": str(self.var / name),
            "TITIAN_HOST": self.machines[name].address,
            "TITIAN_PROGRAMS": "worker" if name == "worker" else "web",
        }
        command = (sys.executable, "manage.py", "serve")
        self.machines[name].start(*command, environment=self.environment | own)

    def answers(self, name: str) -> bool:
        given = subprocess.run(
            ["curl", "-sf", "-m", "5", "-H", "Host: 127.0.0.1", f"http://{self.machines[name].address}:8000/readyz"],
            check=False, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return given.returncode == 0

    def lose_web(self) -> None:
        self.machines["web1"].lose()

    def lose_database(self) -> None:
        """The primary, cut from its standby shortly before; then the standby takes its place."""
        self.first.machine.cut_from(self.second.machine)
        time.sleep(CUT_SECONDS)
        self.first.machine.lose()
        assert self.second.ask("select pg_promote()")


@pytest.fixture(params=[True, False], ids=["synchronous", "asynchronous"])
def installation(
    request: pytest.FixtureRequest, django_db_blocker: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """`synchronous`: a commit is answered once the standby has it."""
    monkeypatch.setenv(PARENT_ENV, str(os.getpid()))  # all end with this process, which starts no database itself
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())  # type: ignore[attr-defined]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="titian-")))
        folder.chmod(0o755)
        machines = stack.enter_context(network())
        password = secrets.token_hex(16)
        folders = {name: folder / name for name in ADDRESSES}
        for one in folders.values():
            one.mkdir()
        first, second = (Database(machines[name], folders[name], password) for name in ("db1", "db2"))
        first.make()
        first.start()
        first.ask(f"create database {NAME}")
        second.copy(first)
        second.start()
        assert seconds_until(lambda: first.ask(REPLICA) == 1, most=MOST_SECONDS) < MOST_SECONDS
        port = free_port()
        (folder / "haproxy.cfg").write_text(HAPROXY.format(port=port, network=NETWORK))
        balancer = subprocess.Popen(["haproxy", "-db", "-f", folder / "haproxy.cfg"], stderr=subprocess.DEVNULL)
        stack.callback(balancer.wait)
        stack.callback(balancer.terminate)
        hosts = ",".join(f"{one.machine.address}:{POOLED}" for one in (first, second))
        environment = {
            "DATABASE_URL": f"postgresql://{USER}:{password}@{hosts}/{NAME}"
            "?target_session_attrs=read-write&connect_timeout=2",
            "SECRET_KEY": settings.SECRET_KEY, "TITIAN_WEB_PROCESSES": "1", "TITIAN_MODEL": os.devnull,
            "TITIAN_DEMO": "0", "EMAIL_URL": "dummymail://",
        }  # fmt: skip
        both = Installation(machines, first, second, port, environment, folder)
        stack.callback(connections.close_all)
        with connected_to(first):
            call_command("migrate", verbosity=0)
        if request.param:  # after the copy: promoted, it waits for no standby of its own
            first.ask("alter system set synchronous_standby_names = '*'")
            first.ask("select pg_reload_conf()")
        for name in ("web1", "web2", "worker"):
            both.serve(name)
        for name in ("web1", "web2"):
            assert seconds_until(lambda name=name: both.answers(name), most=MOST_SECONDS) < MOST_SECONDS  # type: ignore[misc]
        yield both


@contextmanager
def connected_to(database: Database) -> Iterator[None]:
    with connected_as(NAME=NAME, USER=USER, PASSWORD="", HOST=str(database.folder), PORT=""):
        yield


def test_nothing_acknowledged_is_lost_with_a_machine(
    installation: Installation,
    request: pytest.FixtureRequest,
    amount: Callable[[int], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_synchronous, requests = "asynchronous" not in request.node.name, max(amount(600), 60)
    monkeypatch.setattr(clients, "MAX_ATTEMPTS", 60)  # until the standby has taken over
    losses = {"a web machine": installation.lose_web, "the database": installation.lose_database}
    print("\n| lost | repeated: 503, broken off | errors | slowest (s) | lost | pages | not given | back after (s) |")
    with connected_to(installation.first):
        event = create_event(people=120, seed=1, now=timezone.now())
        browser = Browser()
        browser.force_login(Attendee.objects.get(pk=event.users[0].attendee_id).person)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    for number, (name, lose) in enumerate(losses.items()):
        seen, readers, lost_at = Seen(), Readers(installation.port, cookie), list[float]()
        monkeypatch.setattr(clients, "Client", seen.client())
        threads = [threading.Thread(target=readers.run, daemon=True) for _ in range(2)]
        for one in threads:
            one.start()

        def lose_it(lose: Callable[[], None] = lose, lost_at: list[float] = lost_at) -> None:
            lost_at.append(time.monotonic())
            lose()

        log = run_clients(
            event, port=installation.port, requests=requests, workers=8, seed=number,
            on_half_way=lose_it, progress=lambda _text, _share: None,
        )  # fmt: skip
        readers.ending.set()
        for one in threads:
            one.join()
        of_web = name == "a web machine"
        with connected_to(installation.first if of_web else installation.second):
            result = check_load(log, requests=requests)
        missed = sum(not came for _began, _seconds, came in readers.pages)
        print(
            f"| {name} | {seen.counts['503']}, {seen.counts['broken']} | {result.errors_5xx} "
            f"| {max(log.latencies):.1f} | {result.lost} | {len(readers.pages)} | {missed} "
            f"| {readers.seconds_without(lost_at[0]):.1f} |\n{result}"
        )
        assert not result.errors_5xx
        if of_web:
            assert result.is_passed
            installation.machines["web1"].bring_back()
            installation.serve("web1")
            assert seconds_until(lambda: installation.answers("web1"), most=MOST_SECONDS) < MOST_SECONDS
        else:
            assert result.is_passed if is_synchronous else result.lost
