"""The one canonical form of an e-mail address: what is accepted, how it is stored, and what is compared."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

import email_validator
import regex

HIDDEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]")
"""Characters that nobody sees: mail finds its way without them, and a comparison does not."""
MAX_LENGTH = 254
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()  # a forum's own network may end in .local


def stored_address(text: str) -> str:
    """The address as it is kept and mailed: trimmed, its domain in small ASCII letters (IDNA 2008).

    Raises ValueError where it is none, or holds a character that nobody sees.

    >>> stored_address(" Ann.B@BÜCHER.example ")
    'Ann.B@xn--bcher-kva.example'
    """
    return _parsed(text.strip())[0]


def canonical_address(text: str) -> str:
    """What is compared: equal for every spelling of one mailbox, in any case and form of the domain.

    An address that is refused today, of an account from before, is compared as it always was.

    >>> canonical_address("ANN@bücher.example") == canonical_address("ann@XN--bcher-kva.example")
    True
    """
    try:
        return stored_address(text).lower()
    except ValueError:
        return _as_before(text)


def older_form(text: str) -> str:
    """What earlier versions compared; of an address refused today, what is left without hidden characters.

    >>> older_form("m@xn--bcher-kva.example"), older_form("m@exam\\u00adple.org")
    ('m@bücher.example', 'm@example.org')
    """
    try:
        return _as_before(_parsed(text.strip())[1])
    except ValueError:
        return canonical_address(seen) if (seen := HIDDEN.sub("", text)) != text else _as_before(text)


def skeleton(text: str) -> str:
    """Equal for addresses that look alike: the skeleton of UTS 39, of the domain as people read it.

    >>> skeleton("alice@example.org") == skeleton("A1ice@ex\\u0430mple.org")
    True
    >>> skeleton("bob0@example.org") == skeleton("BOBO@example.org")
    True
    """
    try:
        text = _parsed(HIDDEN.sub("", text).strip())[1]
    except ValueError:
        text = HIDDEN.sub("", text)
    decomposed = unicodedata.normalize("NFD", _as_before(text))
    return unicodedata.normalize("NFD", decomposed.translate(_prototypes()).casefold())  # 0 looks like O


def _as_before(text: str) -> str:
    return unicodedata.normalize("NFKC", text.strip()).casefold()


@lru_cache(maxsize=20_000)  # a list of everybody is compared several times
def _parsed(text: str) -> tuple[str, str]:
    """The address with the domain in ASCII, and with the domain as people read it; raises ValueError."""
    if HIDDEN.search(text):
        raise ValueError
    found = email_validator.validate_email(
        text,
        allow_smtputf8=False,
        check_deliverability=False,
        globally_deliverable=not text.endswith("@localhost"),  # a domain has a dot and ends in letters
    )
    stored = f"{found.local_part}@{found.ascii_domain}"
    if len(stored) > MAX_LENGTH:
        raise ValueError
    return stored, f"{found.local_part}@{found.domain}"


@cache
def _prototypes() -> dict[int, str]:
    """Which letters stand for each letter in a skeleton.

    The package's table has each pair of Unicode's confusables.txt both ways. There a letter has one
    prototype, and a prototype none: so the prototype is what has several others, or several letters.
    """
    from confusable_homoglyphs.confusables import confusables_data  # a large table, read when it is needed

    alike = {
        HIDDEN.sub("", one): {HIDDEN.sub("", other["c"]) for other in others}
        for one, others in confusables_data.items()
    }
    return {
        ord(one): other if len(other) > 1 or len(alike[other]) > 1 else min(one, other)
        for one, others in alike.items()
        if len(one) == len(others) == 1
        for other in others
        if other
    }
