"""A backup is whole or has no name, and what is restored is what was live, cleaned before it is served."""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path

import psycopg
import pyrage
import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from backend.config import backup
from backend.config.archive import CannotBackUp, CannotRestore, read_archive, remove_unfinished, write_archive
from backend.config.backup import LEFT_OUT, make_backup, restore_backup
from backend.config.embedded import DATABASE, USER, DatabaseUnusable, EmbeddedPostgres
from backend.config.environment import backup_key_from, folder_from
from backend.config.processes import bound_socket
from backend.people.models import AccountMail
from backend.privacy.services.leaving import erase_account
from backend.privacy.services.remembering import merge_erasures
from tests.backend.config.test_database import HISTORIES, earlier_history
from tests.other_forums import make_stage
from tests.reading_everything import NO_EVENT, mark
from tests.servers import address_of_the_database, get

TABLES = "select table_name from information_schema.tables where table_schema = 'public'"
DIGEST = "select md5(string_agg(t::text, '|' order by t::text collate \"C\")) from {} t"  # none without rows


@pytest.fixture
def var(tmp_path: Path, settings: Settings) -> Path:
    """A folder in the place of var/, with the secret key in force."""
    folder = tmp_path / "live"
    folder.mkdir()
    settings.VAR, settings.ERASURES = folder, folder / "erasures.jsonl"
    settings.BACKUPS, settings.BACKUP_KEY, settings.BACKUP_DAYS = tmp_path / "backups", "", 30
    return folder


class Elsewhere:
    """Another machine: an empty folder in the place of var/, and the commands that are run there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = EmbeddedPostgres(folder / "postgres", durable=False)
        (folder / "models").symlink_to(project.MODEL_FOLDER)
        given = {"TITIAN_VAR": str(folder), "TITIAN_DEMO": "0", "PYTHONUNBUFFERED": "1"}
        self.environment = {**os.environ, **given}
        self.environment.pop("DATABASE_URL", None)

    def manage(self, *command: str, **environment: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=project.BASE_DIR,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def query(self, sql: str) -> list[tuple[str]]:
        self.server.ensure_running()
        address = {"host": str(self.server.socket_folder), "user": USER, "password": self.server.password}
        with psycopg.connect(dbname=DATABASE, **address) as database:
            return database.execute(sql).fetchall()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """Not below pytest's own folder: any pytest that starts meanwhile closes that to the server's account."""
    with tempfile.TemporaryDirectory(prefix="titian-") as folder:
        other = Elsewhere(Path(folder))
        yield other
        other.server.stop()


def digests_by(ask: Callable[[str], list[tuple[str]]]) -> dict[str, str | None]:
    """A digest of the rows of each table."""
    return {table: ask(DIGEST.format(table))[0][0] for (table,) in ask(TABLES)}


def ask_live(sql: str) -> list[tuple[str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_is_restored_is_what_was_live_and_serve_erases_again_before_it_answers(
    var: Path, tmp_path: Path, settings: Settings, elsewhere: Elsewhere
) -> None:
    stage = make_stage()
    AccountMail.objects.create(content=b"a waiting code", queued_at=timezone.now())
    Client().force_login(stage.people[1])
    key = tmp_path / "identity.txt"
    call_command("make_backup_key", str(key), stdout=(public := StringIO()), stderr=StringIO())
    settings.BACKUP_KEY = public.getvalue().strip()
    live = digests_by(ask_live)
    made = make_backup(now=timezone.now()).path
    assert b"Zfirst" not in made.read_bytes()

    leaver = stage.people[5]
    erase_account(person=leaver, is_confirmed=True, by=leaver, now=timezone.now())
    restore = ("restore", str(made), "--identity", str(key), "--erasures", str(settings.ERASURES))
    code, said = elsewhere.manage(*restore)
    assert code == 0, said
    restored = digests_by(elsewhere.query)
    filled = {table for table, digest in restored.items() if digest}
    assert len(filled) > 30
    assert not filled & set(LEFT_OUT)
    differ = {name for name, digest in live.items() if restored[name] != digest}
    assert differ <= set(LEFT_OUT)
    assert live["people_accountmail"]
    assert live["django_session"]
    assert (elsewhere.folder / "secret_key").read_text().strip() == project.SECRET_KEY

    elsewhere.server.stop()
    code, said_again = elsewhere.manage(*restore)
    assert (code, said_again.count("\n")) == (1, 1), said_again
    assert "is not empty" in said_again

    name = mark("first", 5, NO_EVENT)
    holds_name = f"select count(*) from people_person where name like '%{name}%'"
    assert elsewhere.query(holds_name) == [(1,)]
    elsewhere.server.stop()
    with bound_socket("127.0.0.1", 0) as kept:  # bound twice, so that no other program gets the port
        port = kept.getsockname()[1]
        serve = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=project.BASE_DIR,
            env=elsewhere.environment | {"TITIAN_PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with serve:
            assert serve.stdout is not None
            lines: list[str] = []
            try:
                while "Titian answers at" not in (line := serve.stdout.readline()):
                    lines.append(line)
                    assert line, "serve ended: " + "".join(lines)
                assert any("Erasing again" in line for line in lines), lines
                assert get(port, "/healthz").status == 200
                assert elsewhere.query(holds_name) == [(0,)]
            finally:
                serve.send_signal(signal.SIGTERM)
                serve.communicate(timeout=60)


@pytest.mark.django_db
def test_a_database_that_is_not_empty_is_left_as_it_is(var: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotRestore, match="is not empty, and a restore replaces nothing"):
        restore_backup(path=tmp_path / "any.tar", identity=None, erasures=[])


@pytest.mark.slow
def test_a_backup_that_the_disk_cuts_short_gets_no_name(transactional_db: None, var: Path) -> None:
    def no_file_over_20_kb() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [sys.executable, "-B", "manage.py", "backup"],
        cwd=project.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address_of_the_database(), "TITIAN_VAR": str(var)},
        preexec_fn=no_file_over_20_kb,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert not list((var / "backups").glob("titian-*"))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    contents = tmp_path / "contents"
    contents.mkdir()
    (contents / "database.dump").write_bytes(b"rows" * 10_000)
    path = tmp_path / "titian-20261127T070000Z.tar"
    write_archive(contents=contents, to=path, about={}, recipient="")
    return path


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


@pytest.mark.parametrize("kept", [0, 600, 20_000, 40_000])
def test_a_backup_that_was_cut_off_is_refused(archive: Path, into: Path, kept: int) -> None:
    with archive.open("r+b") as file:
        file.truncate(kept)
    with pytest.raises(CannotRestore, match="is not a whole backup"):
        read_archive(archive, into=into, identity=None)


def test_a_backup_in_which_one_byte_differs_is_refused(archive: Path, into: Path) -> None:
    assert read_archive(archive, into=into, identity=None)["files"].keys() == {"database.dump"}
    whole = archive.read_bytes()
    archive.write_bytes(whole.replace(b"rowsrows", b"rowsrowz", 1))
    with pytest.raises(CannotRestore, match="is not a whole backup"):
        read_archive(archive, into=into, identity=None)


def test_a_file_that_leads_out_of_the_folder_is_not_unpacked(archive: Path, into: Path) -> None:
    with tarfile.open(archive, "a") as tar:
        tar.add(__file__, arcname="../outside")
    with pytest.raises(CannotRestore, match="is not a whole backup"):
        read_archive(archive, into=into, identity=None)
    assert not (into.parent / "outside").exists()


ABOUT = {"postgresql": 15, "secret": "x", "migrations": ["people.0001_initial"], "made_at": "2026-11-27T07:00:00"}
DEEP = "[" * 5000


def _pack(path: Path, manifest: str | None, **files: bytes) -> None:
    with tarfile.open(path, "w") as tar:
        manifests = {} if manifest is None else {"manifest.json": manifest.encode()}
        for name, content in (manifests | files).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, BytesIO(content))


def test_a_backup_with_any_part_left_out_or_replaced_is_refused_in_one_sentence(tmp_path: Path) -> None:
    contents, path = tmp_path / "contents", tmp_path / "titian-20261127T070000Z.tar"
    contents.mkdir()
    for name in ("database.dump", "secret_key"):
        (contents / name).write_bytes(b"rows")
    write_archive(contents=contents, to=path, about=ABOUT, recipient="")
    assert backup._read_backup(path, into=_empty(tmp_path), identity=None)["postgresql"] == 15
    manifest = json.loads((contents / "manifest.json").read_text())
    (digest,) = {str(found[1]) for found in manifest["files"].values()}
    tampered = [None, "", "x", DEEP, "null", "[]", "9" * 5000]
    for key in manifest.keys() - {"made_at"}:
        tampered.append(json.dumps({name: value for name, value in manifest.items() if name != key}))
        others = (None, {}, "", -1.5, [None], {"database.dump": None}, {"/etc/passwd": [4, digest]})
        tampered += [json.dumps(manifest | {key: other}) for other in others if (key, other) != ("secret", "")]
    for one in tampered:
        _pack(path, one, **{"database.dump": b"rows", "secret_key": b"rows"})
        with pytest.raises(CannotRestore, match=r"^\S+ is not a whole backup: a part of it is missing or changed\.$"):
            backup._read_backup(path, into=_empty(tmp_path), identity=None)
    for files in ({}, {"database.dump": b"rows"}, {"database.dump": b"r", "secret_key": b"rows"}):
        _pack(path, json.dumps(manifest), **files)
        with pytest.raises(CannotRestore, match="is not a whole backup"):
            backup._read_backup(path, into=_empty(tmp_path), identity=None)
    _pack(path, json.dumps(manifest), **dict.fromkeys(("database.dump", "secret_key", "erasures.jsonl"), b"rows"))
    with pytest.raises(CannotRestore, match="is not a whole backup"):
        backup._read_backup(path, into=_empty(tmp_path), identity=None)


def _empty(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, b"?"])
def test_a_backup_that_holds_anything_but_files_is_refused(archive: Path, into: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("erasures.jsonl")
    member.type, member.linkname = kind, "database.dump"
    with tarfile.open(archive, "a") as tar:
        tar.addfile(member)
    with pytest.raises(CannotRestore, match="is not a whole backup"):
        read_archive(archive, into=into, identity=None)


@pytest.mark.parametrize("content", [b"", b"age-encryption.org/v1\n", b"\xff" * 999, b"-----BEGIN AGE"])
def test_what_is_no_encrypted_backup_and_a_key_that_is_no_text_are_refused(
    tmp_path: Path, into: Path, content: bytes
) -> None:
    path, key = tmp_path / "titian-20261127T070000Z.tar.age", tmp_path / "key"
    path.write_bytes(content)
    key.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    with pytest.raises(CannotRestore, match="another key, or is not whole"):
        read_archive(path, into=into, identity=key)
    for wrong in (path, tmp_path, tmp_path / "none"):
        with pytest.raises(CannotRestore, match="holds no secret key of age"):
            read_archive(path, into=into, identity=wrong)


@pytest.mark.django_db
def test_a_secret_key_in_a_backup_that_is_not_the_one_it_names_is_not_put_in_place(var: Path, tmp_path: Path) -> None:
    about, kept = {"secret": backup._mark_of("the key of then")}, tmp_path / "kept"
    for content in (b"another key", b"\xff\xfe", b""):
        kept.write_bytes(content)
        with pytest.raises(CannotRestore, match="is not a whole backup"):
            backup._put_secret_key(tmp_path / "b", about, kept)
    assert not (var / "secret_key").exists()


@pytest.mark.django_db
def test_kept_erasures_that_are_not_there_or_no_text_end_in_a_sentence_or_are_left_out(
    var: Path, tmp_path: Path
) -> None:
    for named in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(CannotRestore, match=r"^The erasures in \S+ cannot be read: "):
            backup._check_erasures([named])
    lines = [
        "[]",
        "{}",
        DEEP,
        '{"erased": [], "at": "2026-01-01T00:00:00+00:00"}',
        '{"erased": "a", "at": "2026-01-01"}',
    ]
    kept, sound = tmp_path / "kept.jsonl", '{"erased": "b", "at": "2026-01-01T00:00:00+00:00"}'
    kept.write_bytes("\n".join([*lines, sound]).encode() + b"\n\xff\xfe\n")
    assert merge_erasures(files=[kept]) == 1


def test_an_encrypted_backup_is_read_with_its_own_key_alone(tmp_path: Path, into: Path) -> None:
    contents, path = tmp_path / "contents", tmp_path / "titian-20261127T070000Z.tar.age"
    contents.mkdir()
    (contents / "database.dump").write_bytes(b"rows")
    own, other, none = tmp_path / "own", tmp_path / "other", tmp_path / "none"
    identity = pyrage.x25519.Identity.generate()
    own.write_text(f"# created for a test\n{identity}\n")
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    none.write_text("not a key\n")
    write_archive(contents=contents, to=path, about={}, recipient=str(identity.to_public()))
    assert [file.name for file in tmp_path.glob("*.tar")] == []
    for file, said in ((None, "--identity FILE"), (none, "no secret key of age"), (other, "another key")):
        with pytest.raises(CannotRestore, match=said):
            read_archive(path, into=into, identity=file)
    read_archive(path, into=into, identity=own)
    assert (into / "database.dump").read_bytes() == b"rows"


@pytest.mark.django_db
def test_a_wrong_key_makes_no_backup_and_what_it_left_is_removed(var: Path, settings: Settings) -> None:
    settings.BACKUP_KEY = "age1" + "q" * 58
    with pytest.raises(CannotBackUp, match="is no public key of age"):
        make_backup(now=timezone.now())
    assert not list(settings.BACKUPS.glob("titian-*"))
    remove_unfinished(settings.BACKUPS)
    assert not [path for path in (*settings.BACKUPS.iterdir(), *var.iterdir()) if path.suffix != ".lock"]


def test_old_backups_are_deleted_but_never_the_newest_nor_what_is_none(var: Path, settings: Settings) -> None:
    settings.BACKUPS.mkdir()
    names = ["titian-20260101T000000Z.tar.age", "titian-20260201T000000Z.tar", "notes.txt", "titian-mine.tar"]
    for name in names:
        (settings.BACKUPS / name).touch()
    now = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
    assert backup._prune(settings.BACKUPS, now) == 1
    assert sorted(path.name for path in settings.BACKUPS.iterdir()) == sorted(names[1:])
    (settings.BACKUPS / "titian-20261126T000000Z.tar").touch()
    assert backup._prune(settings.BACKUPS, now) == 1


@pytest.mark.django_db
def test_a_backup_without_its_secret_key_is_not_restored_under_another(
    var: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    about, kept = {"secret": backup._mark_of("the key of then")}, tmp_path / "kept"
    with pytest.raises(CannotRestore, match="another SECRET_KEY, which is not in it"):
        backup._put_secret_key(tmp_path / "b", about, kept)
    kept.write_text("the key of then\n")
    settings.ERASURES.write_text("{}\n")
    with pytest.raises(CannotRestore, match="was written under another SECRET_KEY"):
        backup._put_secret_key(tmp_path / "b", about, kept)
    settings.ERASURES.unlink()
    monkeypatch.setenv("SECRET_KEY", "set")
    with pytest.raises(CannotRestore, match="unset the variable SECRET_KEY"):
        backup._put_secret_key(tmp_path / "b", about, kept)
    monkeypatch.delenv("SECRET_KEY")
    backup._put_secret_key(tmp_path / "b", about, kept)
    assert (var / "secret_key").read_text() == "the key of then\n"
    assert (var / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_a_backup_of_a_newer_server_or_version_is_refused(tmp_path: Path) -> None:
    fits = {"postgresql": 15, "migrations": ["people.0001_initial"]}
    backup._check_fits(tmp_path, fits)
    with pytest.raises(CannotRestore, match="restore it into a newer one"):
        backup._check_fits(tmp_path, fits | {"postgresql": 99})
    with pytest.raises(CannotRestore, match="a newer version of Titian"):
        backup._check_fits(tmp_path, fits | {"migrations": ["people.9999_next"]})


@pytest.mark.django_db
@pytest.mark.parametrize("history", HISTORIES)
def test_a_backup_of_an_earlier_version_is_refused_with_the_last_commit_that_restores_it(
    tmp_path: Path, history: str
) -> None:
    migrations = [".".join(key) for key in earlier_history(history)]
    with pytest.raises(CannotRestore, match="check out commit 62c88229, the last that opens it"):
        backup._check_fits(tmp_path, {"postgresql": 15, "migrations": migrations})


def test_without_the_servers_own_pg_dump_it_is_said_which_to_install() -> None:
    with pytest.raises(DatabaseUnusable, match="there is no pg_dump 99 here: install postgresql-client-99"):
        backup._tools(99)


def test_a_secret_key_or_a_relative_folder_in_a_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TITIAN_BACKUP_KEY", "AGE-SECRET-KEY-1QQQ")
    with pytest.raises(ImproperlyConfigured, match="must be a public key") as refused:
        backup_key_from("TITIAN_BACKUP_KEY")
    assert "QQQ" not in str(refused.value)
    monkeypatch.setenv("TITIAN_VAR", "var")
    with pytest.raises(ImproperlyConfigured, match="must be a whole path"):
        folder_from("TITIAN_VAR", Path("/srv/titian"))
