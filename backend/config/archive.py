"""The file of a backup: a tar with a manifest of checksums, encrypted by age where there is a key.

It gets its name only when all of it is on the disk, so a file with the name of a backup is a whole one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from pathlib import Path
from typing import IO, Any, cast

from backend.core.errors import BusinessError

FORMAT = 1
MANIFEST = "manifest.json"
PLAIN, ENCRYPTED = ".tar", ".tar.age"
UNFINISHED = ".unfinished-"
# What a changed tar, or a changed manifest in it, makes the libraries raise.
UNREADABLE = (tarfile.TarError, OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError)


class CannotBackUp(BusinessError):
    """No backup was made; those made before are as they were."""

    code = "cannot_back_up"


class CannotRestore(BusinessError):
    """A backup cannot be restored here; nothing was changed."""

    code = "cannot_restore"


def write_archive(*, contents: Path, to: Path, about: dict[str, Any], recipient: str) -> None:
    """Write the files of a folder, and what is to be known about them, as the archive `to`.

    recipient: a public key of age, for an archive that only its other half opens; or empty.
    """
    files = {path.name: [path.stat().st_size, _sha256(path)] for path in sorted(contents.iterdir())}
    (contents / MANIFEST).write_text(json.dumps({"format": FORMAT, **about, "files": files}, indent=1))
    aside = to.with_name(UNFINISHED + to.name)
    os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    plain = contents.with_name(contents.name + PLAIN) if recipient else aside
    with tarfile.open(plain, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in (MANIFEST, *files):
            tar.add(contents / name, arcname=name)
    if recipient:
        _encrypt(plain, aside, recipient)
    put_in_place(aside, to)


def _encrypt(path: Path, to: Path, recipient: str) -> None:
    import pyrage

    try:
        reader = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise CannotBackUp(f"TITIAN_BACKUP_KEY is no public key of age: {recipient}.") from error
    pyrage.encrypt_file(str(path), str(to), [reader])
    path.unlink()


def put_in_place(aside: Path, to: Path) -> None:
    """Give a finished file its name, once its bytes are on the disk."""
    _sync(aside)
    aside.replace(to)
    _sync(to.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_archive(path: Path, *, into: Path, identity: Path | None) -> dict[str, Any]:
    """Unpack an archive into an empty folder, check that it holds the files of its manifest and every byte of
    them; gives the manifest.

    identity: a file with the secret half of the key. Refuses CannotRestore.
    """
    if not path.is_file():
        raise CannotRestore(f"There is no backup {path}.")
    tar_file = path
    if path.name.endswith(ENCRYPTED):
        tar_file = into.with_name(into.name + PLAIN)
        _decrypt(path, tar_file, identity)
    try:
        with tarfile.open(tar_file, "r:") as tar:
            members = tar.getmembers()
            is_plain = all(member.isfile() and member.name == Path(member.name).name for member in members)
            for member in members if is_plain else ():
                # Not extractall: the Python of Debian 12, 3.11.2, knows no filter of what it may write.
                with (into / member.name).open("xb") as file:
                    shutil.copyfileobj(cast(IO[bytes], tar.extractfile(member)), file)
        manifest = dict(json.loads((into / MANIFEST).read_bytes()))
        found = {one.name: [one.stat().st_size, _sha256(one)] for one in into.iterdir() if one.name != MANIFEST}
    except UNREADABLE as error:
        raise not_whole(path) from error
    if isinstance(manifest.get("format"), int) and manifest["format"] > FORMAT:
        raise CannotRestore(f"{path} was made by a newer version of Titian: restore it with that one.")
    if not is_plain or manifest.get("format") != FORMAT or manifest.get("files") != found:
        raise not_whole(path)
    return manifest


def _decrypt(path: Path, to: Path, identity: Path | None) -> None:
    import pyrage

    if identity is None:
        raise CannotRestore(f"{path} is encrypted: name the file with the secret key, --identity FILE.")
    try:
        lines = identity.read_text().split()
        secret = next(line for line in lines if line.startswith("AGE-SECRET-KEY-1"))
        opened_by = pyrage.x25519.Identity.from_str(secret)
    except (OSError, ValueError, StopIteration, pyrage.IdentityError) as error:
        raise CannotRestore(f"{identity} holds no secret key of age (AGE-SECRET-KEY-1...).") from error
    try:
        pyrage.decrypt_file(str(path), str(to), [opened_by])
    except pyrage.DecryptError as error:
        raise CannotRestore(f"{path} was encrypted for another key, or is not whole.") from error


def not_whole(path: Path) -> CannotRestore:
    return CannotRestore(f"{path} is not a whole backup: a part of it is missing or changed.")


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed backup left; the caller makes sure that none is being made."""
    for path in folder.glob(UNFINISHED + "*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
