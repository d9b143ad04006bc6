"""What Titian takes of libraries that they do not publish: each part with why, and as it was then."""

from __future__ import annotations

import ast
import importlib
import inspect

import pytest
from django.conf import settings

# A release that changes one of these fails here first, with the reason why it is used.
UNPUBLISHED = {
    "allauth.account.internal.flows.login.get_authentication_records": (
        "(request: 'HttpRequest', user: 'AbstractBaseUser | None' = None) -> 'list[dict]'",
        "how a session was proved; allauth publishes no reading of it",
    ),
    "allauth.account.internal.flows.login.record_authentication": (
        "(request: 'HttpRequest', user: 'AbstractBaseUser | None', method: 'str', **extra_data) -> 'None'",
        "that a code or a link was right, which allauth notes for its own pages alone",
    ),
    "allauth.account.internal.flows.login_by_code.LoginCodeVerificationProcess": (
        "(stage) -> 'None'",
        "a code that counts for the browser that asked (decision 12); allauth publishes no hook",
    ),
    "allauth.core.internal.cryptokit.compare_user_code": (
        "(*, actual: str, expected: str) -> bool",
        "codes compared in constant time, with the spaces and hyphens that people type",
    ),
    "waitress.wasyncore": ("", "waitress ends at once; its own loop lets requests end that have begun"),
    "waitress.wasyncore.loop": ("(timeout=30.0, use_poll=False, map=None, count=None)", "the same"),
    "waitress.wasyncore.dispatcher.close": ("(self)", "the same"),
    "django.db.models.sql.Query.get_compiler": (
        "(self, using=None, connection=None, elide_empty=True)",
        "SQL written once a process (core/compiled.py), where writing takes longer than running",
    ),
    "psycopg._preparing.PrepareManager": (
        "() -> 'None'",
        "in tests alone: each ends by a rollback, and planning all statements anew took a tenth of the time",
    ),
}


def test_what_is_taken_unpublished_is_as_it_was() -> None:
    assert {name: _signature(name) for name in UNPUBLISHED} == {
        name: signature for name, (signature, _why) in UNPUBLISHED.items()
    }


@pytest.mark.slow
def test_nothing_else_unpublished_is_imported() -> None:
    found = set()
    for package in ("backend", "frontend", "matching"):
        for path in (settings.BASE_DIR / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module:
                    found |= {f"{node.module}.{one.name}" for one in node.names if node.level == 0}
    private = {
        name
        for name in found
        if not name.startswith(("backend.", "frontend.", "matching.", "__future__."))
        and any(part == "internal" or part.startswith("_") or part == "wasyncore" for part in name.split("."))
    }
    assert private - TYPES <= set(UNPUBLISHED)


TYPES = {  # for the type checker alone
    "django.utils.functional._StrOrPromise",
    "django.utils.functional._StrPromise",
    "functools._lru_cache_wrapper",
}


def _signature(name: str) -> str:
    """As `inspect` gives it; empty for a module."""
    found: object = None
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        break
    return "" if inspect.ismodule(found) else str(inspect.signature(found))  # type: ignore[arg-type]
