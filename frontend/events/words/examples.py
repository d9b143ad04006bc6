"""Examples of what somebody offers and seeks, to press on while joining."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from backend.events.rules.topics import shipped_themes

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

SHIPPED: dict[str, tuple[_StrOrPromise, ...]] = {
    "offers": (
        _("A training for prosecutors on evidence from chats, two days, in Thai and English."),
        _("A helpline protocol for children who are blackmailed with pictures, tested for three years."),
    ),
    "seeks": (
        _("A company that tells a hotline what becomes of its reports."),
        _("A ministry that has written platform rules and can say what worked."),
    ),
}
ANY: dict[str, tuple[_StrOrPromise, ...]] = {
    "offers": (
        _("A training of two days for civil servants, in Thai and English."),
        _("A guide that three partners have used for a year, free to translate."),
    ),
    "seeks": (
        _("A partner in another country who has tried this and can say what worked."),
        _("A company that shares its figures with researchers."),
    ),
}


def examples_for(text: str, themes: Collection[str]) -> tuple[_StrOrPromise, ...]:
    """Examples for a text; of the first forum's subject only where the forum has all of its themes."""
    is_shipped = {theme["key"] for theme in shipped_themes()} <= set(themes)
    return (SHIPPED if is_shipped else ANY).get(text, ())
