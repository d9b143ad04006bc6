"""What an event, a theme, a topic, a sector or a session is called in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from django.utils.functional import lazy
from django.utils.translation import get_language


def local_name(name: str, names: Mapping[str, str]) -> str:
    """The name in the language being read, from `names` by language code; else the one all know it by.

    >>> local_name("Justice", {})
    'Justice'
    """
    return names.get(get_language() or "", "") or name


class Named(Protocol):
    """A row with a name in each of several languages."""

    @property
    def local_name(self) -> str: ...


def lazy_local_name(row: Named) -> str:
    """What the row is called where it is written: for mails that are written in two languages."""
    return lazy(lambda: row.local_name, str)()


def kept_names(before: str, after: str, names: dict[str, str]) -> dict[str, str]:
    """The names in other languages of a row that is renamed: none, as they say what the former name said."""
    return names if before == after else {}
