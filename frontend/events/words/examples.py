"""Examples of what somebody offers and seeks, to press on while joining."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

EXAMPLES: dict[str, tuple[_StrOrPromise, ...]] = {
    "offers": (
        _("A training for prosecutors on evidence from chats, two days, in Thai and English."),
        _("A helpline protocol for children who are blackmailed with pictures, tested for three years."),
    ),
    "seeks": (
        _("A company that tells a hotline what becomes of its reports."),
        _("A ministry that has written platform rules and can say what worked."),
    ),
}
