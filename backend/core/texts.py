"""Texts of one line: names, titles and places, which calendars, mails and files write on one line."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # with line and paragraph separators
# Embeddings, overrides and isolates: they turn around the letters that stand after a name, as well.
BIDI_CONTROLS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")

UNDECOMPOSED = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})


@lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """The text as a search compares it: without regard to case, accents and the width of letters.

    The last ten thousand are kept: a list of everybody is put in order by all their names.

    >>> folded("NGUYỄN Thị Đào"), folded("Ｓｔｒａßｅ")
    ('nguyen thi dao', 'strasse')
    """
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(one for one in letters if not unicodedata.combining(one)).translate(UNDECOMPOSED)


def without_bidi_controls(text: str) -> str:
    r"""The text without the characters that set the direction of what follows; the letters decide it.

    >>> without_bidi_controls("Bank\u202e gro")
    'Bank gro'
    """
    return BIDI_CONTROLS.sub("", text)


def one_line(text: str) -> str:
    r"""The text on one line, with a space for control characters and for runs of white space.

    >>> one_line("Forum\r\n2026\x0b "), one_line("Forum\u202e")
    ('Forum 2026', 'Forum')
    """
    return " ".join(CONTROL.sub(" ", without_bidi_controls(text)).split())


def validate_one_line(text: str) -> None:
    """Raise ValidationError where the text holds a line break or another control character."""
    if CONTROL.search(text) or BIDI_CONTROLS.search(text):
        raise ValidationError(_("Write it on one line, without control characters."), code="control")
