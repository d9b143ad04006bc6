"""Backups: the database, erasures and, where they are encrypted, the secret key; made, pruned, restored."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.utils.crypto import salted_hmac
from filelock import FileLock, Timeout
from psycopg import pq
from psycopg.conninfo import make_conninfo

from backend.config.archive import (
    ENCRYPTED,
    PLAIN,
    UNFINISHED,
    CannotBackUp,
    CannotRestore,
    not_whole,
    put_in_place,
    read_archive,
    remove_unfinished,
    write_archive,
)
from backend.config.database import MADE_BEFORE, check_database, is_of_earlier_version, our_apps
from backend.config.embedded import DatabaseUnusable, binaries
from backend.core.errors import BusinessError
from backend.privacy.services.remembering import merge_erasures

DUMP, ERASURES, SECRET_KEY = "database.dump", "erasures.jsonl", "secret_key"
# What lets somebody in: waiting codes, who is signed in; counts, uploads and files of the last hour.
LEFT_OUT = ("people_accountmail", "django_session", "usersessions_usersession", "core_usecount", "events_longjob")
NAME = re.compile(rf"titian-(\d{{8}}T\d{{6}}Z)({re.escape(ENCRYPTED)}|{re.escape(PLAIN)})")
TIME = "%Y%m%dT%H%M%SZ"
SALT = "titian.backup"
TABLES = "select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made: its file, the number of old ones deleted, whether the secret key is in it."""

    path: Path
    deleted: int
    holds_secret: bool


def make_backup(*, now: dt.datetime) -> Backup:
    """Write one backup to `settings.BACKUPS`, then delete those that are too old.

    Encrypted for `settings.BACKUP_KEY` where there is one, and then with the secret key in it. Refuses
    CannotBackUp and DatabaseUnusable.
    """
    check_database()
    if not _count_tables():
        raise CannotBackUp("The database is empty: there is nothing to back up.")
    folder, recipient = settings.BACKUPS, settings.BACKUP_KEY
    path = folder / f"titian-{now:{TIME}}{ENCRYPTED if recipient else PLAIN}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _scratch(CannotBackUp) as contents:
            remove_unfinished(folder)
            _fill(contents)
            write_archive(contents=contents, to=path, about=_about(now), recipient=recipient)
        _keep_erasures(folder)
        return Backup(path, _prune(folder, now), bool(recipient))
    except OSError as error:
        raise CannotBackUp(f"No backup can be written to {folder}: {error.strerror or error}.") from error


def _fill(contents: Path) -> None:
    """Put into the folder what a backup is made of."""
    _run("pg_dump", "--format=custom", f"--file={contents / DUMP}", *_left_out(), refused=CannotBackUp)
    # After the dump: a line too many does no harm, one too few does.
    if settings.ERASURES.exists():
        shutil.copyfile(settings.ERASURES, contents / ERASURES)
    if settings.BACKUP_KEY:
        (contents / SECRET_KEY).write_text(settings.SECRET_KEY + "\n")


def restore_backup(*, path: Path, identity: Path | None, erasures: list[Path]) -> int:
    """Restore a backup into an empty database; gives the number of erasures remembered anew.

    erasures: copies of their file that were kept elsewhere, beside the backup's own and the one in its
    folder. Refuses CannotRestore and changes nothing where the database is not empty, the backup not whole,
    or does not fit this version, server or secret key.
    """
    is_served = CannotRestore("Titian runs from this folder: end it before you restore.")
    with _locked(settings.VAR / "serve.lock", is_served), _scratch(CannotRestore) as contents:
        check_database()
        _check_empty()
        _check_erasures(erasures)
        about = _read_backup(path, into=contents, identity=identity)
        _check_fits(path, about)
        _put_secret_key(path, about, contents / SECRET_KEY)
        added = merge_erasures(files=[contents / ERASURES, path.parent / ERASURES, *erasures])
        _run(
            "pg_restore",
            *("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", "--no-comments"),
            str(contents / DUMP),
            refused=CannotRestore,
        )
        return added


def _about(now: dt.datetime) -> dict[str, Any]:
    ours = our_apps()
    return {
        "made_at": now.isoformat(),
        "postgresql": _server_major(),
        "secret": _mark_of(settings.SECRET_KEY),
        "migrations": sorted(".".join(key) for key in _migrations().applied_migrations if key[0] in ours),
    }


def _read_backup(path: Path, *, into: Path, identity: Path | None) -> dict[str, Any]:
    """The manifest of the unpacked backup, with all that `_about` writes."""
    about = read_archive(path, into=into, identity=identity)
    migrations = about.get("migrations")
    can_take_place = (
        DUMP in about["files"]
        and isinstance(about.get("postgresql"), int)
        and isinstance(about.get("secret"), str)
        and isinstance(migrations, list)
        and all(isinstance(one, str) for one in migrations)
    )
    if not can_take_place:
        raise not_whole(path)
    return about


def _check_erasures(files: list[Path]) -> None:
    """A copy that was named and is not read would bring somebody back."""
    for file in files:
        try:
            file.open("rb").close()
        except OSError as error:
            raise CannotRestore(f"The erasures in {file} cannot be read: {error.strerror}.") from error


def _check_fits(path: Path, about: dict[str, Any]) -> None:
    if about["postgresql"] > (here := _server_major()):
        raise CannotRestore(
            f"{path} is of PostgreSQL {about['postgresql']} and this server is {here}: restore it into a newer one."
        )
    loader, made_with = _migrations(), {tuple(name.split(".")) for name in about["migrations"]}
    if is_of_earlier_version(made_with, loader.graph):
        raise CannotRestore(f"{path} {MADE_BEFORE}.")
    if not made_with <= loader.disk_migrations.keys():
        raise CannotRestore(f"{path} was made by a newer version of Titian: restore it with that one.")


def _check_empty() -> None:
    if not _count_tables():
        return
    used = connection.settings_dict
    if "EMBEDDED" in used:
        way_out = f"move {used['EMBEDDED']['data']} away first"
    else:
        way_out = "name an empty database in DATABASE_URL"
    raise CannotRestore(f"The database {used['NAME']!r} is not empty, and a restore replaces nothing: {way_out}.")


def _put_secret_key(path: Path, about: dict[str, Any], kept: Path) -> None:
    """Have the key in force that the backup was made under: its own takes the place of the one in var/."""
    if about["secret"] == _mark_of(settings.SECRET_KEY):
        return
    file = settings.VAR / SECRET_KEY
    if not kept.exists():
        raise CannotRestore(
            f"{path} was made under another SECRET_KEY, which is not in it: set that one, or put it into {file}."
        )
    if os.environ.get("SECRET_KEY", "").strip():
        raise CannotRestore(f"{path} was made under another SECRET_KEY and holds it: unset the variable SECRET_KEY.")
    if settings.ERASURES.exists() and settings.ERASURES.stat().st_size:
        raise CannotRestore(
            f"{settings.ERASURES} was written under another SECRET_KEY than {path}: "
            "move it away where it is of another installation."
        )
    secret = kept.read_bytes().decode(errors="replace").strip()
    if _mark_of(secret) != about["secret"]:
        raise not_whole(path)
    aside = file.with_name(UNFINISHED + SECRET_KEY)
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as draft:
        draft.write(secret + "\n")
    put_in_place(aside, file)


def _keep_erasures(folder: Path) -> None:
    """A copy beside the backups, always the newest: an older backup is cleaned by it, too."""
    if settings.ERASURES.exists():
        aside = folder / (UNFINISHED + ERASURES)
        shutil.copyfile(settings.ERASURES, aside)
        aside.chmod(0o600)
        put_in_place(aside, folder / ERASURES)


def newest_backup(folder: Path) -> dt.datetime | None:
    """When the newest backup in a folder was made; None where there is none."""
    if not folder.is_dir():
        return None
    times = [found[1] for path in folder.iterdir() if (found := NAME.fullmatch(path.name))]
    return _time_of(max(times)) if times else None


def _time_of(name: str) -> dt.datetime:
    return dt.datetime.strptime(name, TIME).replace(tzinfo=dt.UTC)


def _prune(folder: Path, now: dt.datetime) -> int:
    """Delete the backups that are older than `settings.BACKUP_DAYS`; the newest always stays."""
    oldest = now - dt.timedelta(days=settings.BACKUP_DAYS)
    made = sorted((found[1], path) for path in folder.iterdir() if (found := NAME.fullmatch(path.name)))
    old = [path for time, path in made[:-1] if _time_of(time) < oldest]
    for path in old:
        path.unlink()
    return len(old)


@contextlib.contextmanager
def _locked(path: Path, refusal: BusinessError) -> Iterator[None]:
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise refusal from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _scratch(refused: type[BusinessError]) -> Iterator[Path]:
    """A folder for what is not encrypted yet, on this machine and for this user alone; one at a time."""
    with _locked(settings.VAR / "backup.lock", refused("Another backup is being made or restored.")):
        remove_unfinished(settings.VAR)
        with tempfile.TemporaryDirectory(dir=settings.VAR, prefix=UNFINISHED) as folder:
            contents = Path(folder, "contents")
            contents.mkdir()
            yield contents


def _left_out() -> list[str]:
    return [f"--exclude-table-data=public.{table}" for table in LEFT_OUT]


def _run(program: str, *arguments: str, refused: type[BusinessError]) -> None:
    """Run one of the server's own programs on the database; its password is in no command line."""
    parameters = connection.get_connection_params()
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - {"password"}
    address = make_conninfo("", **{name: given for name, given in parameters.items() if name in known})
    done = subprocess.run(  # noqa: S603 - fixed programs, no shell
        [str(_tools(_server_major()) / program), "--dbname", address, "--no-password", *arguments],
        env=os.environ | {"PGPASSWORD": str(parameters.get("password") or "")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        said = errors[0].removeprefix(f"{program}: ") if errors else f"code {done.returncode}"
        raise refused(f"{program} failed: {said}.")


def _tools(major: int) -> Path:
    """The folder of the programs of this version of PostgreSQL; refuses DatabaseUnusable."""
    folders = [Path("/usr/lib/postgresql", str(major), "bin"), Path(f"/usr/pgsql-{major}/bin")]
    with contextlib.suppress(DatabaseUnusable):
        folders.insert(0, binaries())
    if found := shutil.which("pg_dump"):
        folders.append(Path(found).parent)
    for folder in folders:
        if (folder / "pg_dump").exists() and _major_of(folder / "pg_dump") == major:
            return folder
    raise DatabaseUnusable(
        f"The server is PostgreSQL {major} and there is no pg_dump {major} here: install postgresql-client-{major}."
    )


def _major_of(program: Path) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found[1]) if found else 0


def _server_major() -> int:
    with connection.cursor() as cursor:
        cursor.execute("show server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def _count_tables() -> int:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return int(cursor.fetchone()[0])


def _migrations() -> MigrationLoader:
    return MigrationLoader(connections[DEFAULT_DB_ALIAS])


def _mark_of(secret: str) -> str:
    """Tells one key from another, and nothing of it."""
    return salted_hmac(SALT, "secret key", secret=secret, algorithm="sha256").hexdigest()
