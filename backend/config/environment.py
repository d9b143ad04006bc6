"""Settings read from the environment: a value that cannot be used is named in one sentence, never guessed."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

READ: set[str] = set()  # the names that were asked for
# Of Titian's own processes and of its tests.
NOT_SETTINGS = ("TITIAN_PARENT", "TITIAN_TEST_", "TITIAN_SOAK", "TITIAN_PATIENCE_MS")

JITSI_SECRET = 32  # characters at least, as its tokens are signed with HMAC-SHA256 (RFC 7518, 3.2)
MAX_PROVIDER_NAME = 60
CLUSTER_CERTIFICATES = ("ca.pem", "cert.pem", "key.pem")

MAX_WEB_PROCESSES = 4  # unless more are asked for: the embedded database has connections for so many
WEB_MB, OTHERS_MB = 200, 2_500  # memory of a web process, and of database, worker and encoder (docs/running.md)

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


def text_from(name: str, default: str = "") -> str:
    READ.add(name)
    return os.environ.get(name, "").strip() or default


def words_from(name: str, default: list[str]) -> list[str]:
    """A list written with commas."""
    return [word.strip() for word in text_from(name).split(",") if word.strip()] or default


def folder_from(name: str, default: Path) -> Path:
    """A folder by its whole path, so that it is the same one from wherever a command is run."""
    given = text_from(name)
    if given and not given.startswith("/"):
        raise ImproperlyConfigured(f"{name} must be a whole path such as {default}, not {given!r}.")
    return Path(given) if given else default


def backup_key_from(name: str) -> str:
    """The public key of age for which backups are encrypted; empty where none is given."""
    given = text_from(name)
    if given and not re.fullmatch(r"age1[0-9a-z]{58}", given):
        # The value is not shown: somebody may have given the secret half.
        raise ImproperlyConfigured(f"{name} must be a public key (age1...), as `manage.py make_backup_key` prints.")
    return given


def choice_from(name: str, choices: list[str]) -> str:
    """One of the choices; empty where none is given."""
    given = text_from(name)
    if given and given not in choices:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(choices)}, not {given!r}.")
    return given


def flag_from(name: str, *, default: bool = False) -> bool:
    READ.add(name)
    given = os.environ.get(name)
    if given is None:
        return default
    word = given.strip().lower()
    if word not in _YES | _NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {given!r}.")
    return word in _YES


def choices_from(name: str, choices: list[str]) -> list[str]:
    """Some of the choices, written with commas; all where none is given."""
    given = words_from(name, choices)
    for word in given:
        if word not in choices:
            raise ImproperlyConfigured(f"{name} must be some of {', '.join(choices)}, not {word!r}.")
    return given


def refuse_unknown() -> None:
    """Raise ImproperlyConfigured where a variable of Titian is set that nothing reads: it is misspelt."""
    for name in sorted(os.environ):
        if name.startswith("TITIAN_") and name not in READ and not name.startswith(NOT_SETTINGS):
            near = get_close_matches(name, READ, n=1)
            advice = f"did you mean {near[0]}?" if near else "docs/running.md lists them."
            raise ImproperlyConfigured(f"{name} is no setting of Titian: {advice}")


def contact_from(name: str) -> str:
    """Whom to write to, as an address of mail or of a page; empty where none is given."""
    given = text_from(name).removeprefix("mailto:")
    if not given or re.fullmatch(r"https://[^\s/]+\S*", given):
        return given
    if re.fullmatch(r"[^\s@]+@[^\s@]+", given):
        return f"mailto:{given}"
    raise ImproperlyConfigured(f"{name} must be a mail address or an https:// address, not {given!r}.")


def hsts_from(*, is_https: bool) -> tuple[bool, bool]:
    """Whether HTTPS alone holds for subdomains too, and whether browsers may list the host."""
    subdomains, preload = flag_from("TITIAN_HSTS_SUBDOMAINS"), flag_from("TITIAN_HSTS_PRELOAD")
    if preload and not subdomains:
        raise ImproperlyConfigured("TITIAN_HSTS_PRELOAD=1 needs TITIAN_HSTS_SUBDOMAINS=1.")
    return is_https and subdomains, is_https and preload


def number_from(name: str, default: int, *, least: int, most: int) -> int:
    given = text_from(name)
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or not least <= int(given) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {given!r}.")
    return int(given)


def web_processes_here() -> int:
    """As many web processes as this machine has processors for, at most four, and fewer where memory is short."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, MAX_WEB_PROCESSES, (memory_mb - OTHERS_MB) // WEB_MB))


def _address_from(name: str, read: Callable[[str], dict[str, Any]], schemes: list[str]) -> dict[str, Any] | None:
    given = text_from(name)
    if not given:
        return None
    scheme = given.partition("://")[0]
    try:
        if scheme not in schemes:
            raise ValueError(scheme)
        return read(given)
    except (ValueError, ImproperlyConfigured):
        # The value is not shown: it may hold a password.
        message = f"{name} must be an address such as {schemes[0]}://user:password@host:port/name."
        raise ImproperlyConfigured(message) from None


def database_from(name: str) -> dict[str, Any] | None:
    """Django's description of the PostgreSQL that the address names, or None where none is given."""
    return _address_from(name, environ.Env.db_url_config, ["postgresql", "postgres"])


def mail_from(name: str) -> dict[str, Any] | None:
    """Django's mail settings for the address, or None where none is given."""
    schemes = ["smtp+tls", "smtp+ssl", "smtps", "smtp", "consolemail", "filemail", "dummymail"]
    return _address_from(name, environ.Env.email_url_config, schemes)


def cluster_from(name: str, certificates: Path) -> str:
    """The address of a Dask scheduler for which the folder has certificates; empty where none is given."""
    given = text_from(name)
    if not given:
        return ""
    if not re.fullmatch(r"tls://[^\s/@]+:\d+", given):
        raise ImproperlyConfigured(f"{name} must be an address such as tls://10.0.0.5:8786, not {given!r}.")
    for file in CLUSTER_CERTIFICATES:
        if not (certificates / file).is_file():
            raise ImproperlyConfigured(f"{name} needs {certificates / file}: {name}_CERTIFICATES names its folder.")
    if find_spec("distributed") is None:
        raise ImproperlyConfigured(f"{name} needs Dask, the extra “cluster”: pip install dask distributed.")
    return given


def jitsi_from(name: str, secret: str) -> str:
    """The https address of a Jitsi without its last slash, or "". Raises ImproperlyConfigured."""
    address = text_from(name).rstrip("/")
    if address and not address.startswith("https://"):
        raise ImproperlyConfigured(f"{name} is “{address}”: write the address of your Jitsi with https://.")
    if address and len(secret) < JITSI_SECRET:
        raise ImproperlyConfigured(
            f"{name} needs TITIAN_JITSI_SECRET, the secret of your Jitsi’s app, of at least {JITSI_SECRET} characters."
        )
    return address


def providers_from(name: str) -> list[dict[str, Any]]:
    """The OpenID Connect providers that the keys in `name` list. Raises ImproperlyConfigured."""
    found = [_provider_from(name, key) for key in words_from(name, [])]
    for what in ("key", "issuer"):
        if len({one[what] for one in found}) < len(found):
            raise ImproperlyConfigured(f"{name} names one {what} twice.")
    return found


def _provider_from(name: str, key: str) -> dict[str, Any]:
    """One provider, from variables of its own; no secret is shown."""
    own = f"{name}_{key.upper()}"
    if not re.fullmatch(r"[a-z][a-z0-9]{0,19}", key):
        raise ImproperlyConfigured(f"{name} lists keys such as moe, in small letters and digits, not {key!r}.")
    issuer, client, secret = (text_from(f"{own}_{part}") for part in ("ISSUER", "CLIENT", "SECRET"))
    if not re.fullmatch(r"https://[^\s/?#@]+(/[^\s?#]*)?", issuer):
        raise ImproperlyConfigured(f"{own}_ISSUER must be an https address, as the issuer itself writes it.")
    if not client or not secret:
        raise ImproperlyConfigured(f"{name} lists {key}, which needs {own}_CLIENT and {own}_SECRET.")
    label = text_from(f"{own}_NAME", key)
    if len(label) > MAX_PROVIDER_NAME:
        raise ImproperlyConfigured(f"{own}_NAME is longer than {MAX_PROVIDER_NAME} characters.")
    factors = words_from(f"{own}_SECOND_FACTOR", [])
    for word in factors:
        if not re.fullmatch(r"(amr|acr):\S+", word):
            raise ImproperlyConfigured(f"{own}_SECOND_FACTOR lists what counts, such as amr:mfa, not {word!r}.")
    return {
        "key": key,
        "name": label,
        "issuer": issuer,
        "client": client,
        "secret": secret,
        "factors": tuple(tuple(word.split(":", 1)) for word in factors),
    }


def refuse_public_demo(hosts: Iterable[str]) -> None:
    """Raise ImproperlyConfigured where one of the hosts is more than this machine: the demo has no locks."""
    for host in hosts:
        if not is_this_machine(host):
            raise ImproperlyConfigured(
                f"In the demo anybody enters as anybody and reads the mail; “{host}” is not this machine: "
                "set TITIAN_DEMO=0 or, where that is meant, TITIAN_DEMO_PUBLIC=1."
            )


def is_this_machine(host: str) -> bool:
    """Whether no other machine can reach an address of this host."""
    name = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
