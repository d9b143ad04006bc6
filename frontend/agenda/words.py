"""What a bookmark did, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.agenda.selectors.sessions import SessionRow


def bookmark_words(row: SessionRow, added: bool) -> str:
    """The confirmation after a bookmark was added or removed, with its effect on one's open times."""
    if not row.times:
        text = _("“%(title)s” is in your agenda.") if added else _("“%(title)s” is out of your agenda.")
    elif added:
        text = ngettext(
            "“%(title)s” is in your agenda. Nobody can ask you for the one open time it takes.",
            "“%(title)s” is in your agenda. Nobody can ask you for the %(count)d open times it takes.",
            row.times,
        )
    else:
        text = ngettext(
            "“%(title)s” is out of your agenda. The time it took is open again.",
            "“%(title)s” is out of your agenda. The %(count)d times it took are open again.",
            row.times,
        )
    return text % {"title": row.title, "count": row.times}
