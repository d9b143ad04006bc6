"""What an event, a theme, a topic, a sector or a session is called, and what mails say, by language."""

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
    return (names.get(get_language() or "", "") if names else "") or name


class HasTexts(Protocol):
    """A row with texts that organisers translated: by field, then by language code."""

    @property
    def translations(self) -> Mapping[str, Mapping[str, str]]: ...


def local_text(row: HasTexts, field: str) -> str:
    """The text of this field in the language being read; else as it was written first."""
    return local_name(getattr(row, field), row.translations.get(field, {}))


def kept_texts(row: HasTexts, values: Mapping[str, object]) -> dict[str, Mapping[str, str]]:
    """The translations of a row whose fields get these values: those of a text that changes are gone."""
    kept = row.translations.items()
    return {field: texts for field, texts in kept if getattr(row, field) == values[field]}


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
