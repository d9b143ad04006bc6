"""The file of a forum that moves: lines of JSON, compressed, and encrypted by age for a key shown once."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.conf import settings

from backend.core.errors import BusinessError
from backend.moving.engine import ExactEncoder

FORMAT = 1
NOT_WHOLE = "is not a whole file of a forum: a part of it is missing or changed"


class CannotExport(BusinessError):
    """No file was written."""

    code = "cannot_export"


class CannotImport(BusinessError):
    """A file cannot be imported here; nothing was changed."""

    code = "cannot_import"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what is not encrypted, on this machine and for this user alone."""
    settings.VAR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.VAR, prefix=".unfinished-move-") as folder:
        yield Path(folder)


class LineWriter:
    """Writes lines, and counts them."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file, self.count = file, 0

    def write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, cls=ExactEncoder, ensure_ascii=False).encode() + b"\n")
        self.count += 1


def encrypt_for_new_key(plain: Path, to: Path) -> str:
    """Encrypt a file, which gets its name only when all of it is on the disk; gives the secret key."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    aside = to.with_name(f".unfinished-{to.name}")
    try:
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        pyrage.encrypt_file(str(plain), str(aside), [identity.to_public()])
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(to)
    except OSError as error:
        raise CannotExport(f"The file {to} cannot be written: {error.strerror}.") from error
    return str(identity)


def decrypt(file: Path, to: Path, key: str) -> None:
    """Decrypt a file; refuses CannotImport where there is none, or it is another key's or not whole."""
    import pyrage

    if not file.is_file():
        raise CannotImport(f"There is no file {file}.")
    try:
        opened_by = pyrage.x25519.Identity.from_str(key.strip())
    except pyrage.IdentityError as error:
        raise CannotImport("This is no key of an export: it begins with AGE-SECRET-KEY-1.") from error
    try:
        pyrage.decrypt_file(str(file), str(to), [opened_by])
    except (pyrage.DecryptError, OSError) as error:
        raise CannotImport(f"{file} was encrypted for another key, or is not whole.") from error


def read_lines(plain: Path) -> Iterator[dict[str, Any]]:
    """The lines of a decrypted file, the first with what is to be known of it."""
    with gzip.open(plain, "rb") as lines:
        for line in lines:
            yield cast(dict[str, Any], json.loads(line))
