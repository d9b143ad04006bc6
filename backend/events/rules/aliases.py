"""Who appears under an alias, and which words would tell who they are (S11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.texts import folded
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee

TEXTS = ("about", "seeks", "offers")  # that can be taken off a profile
MOVED = ("name", "short_name", "title", "country")  # fields of an attendee that an alias replaces
WRITTEN = ("short_name", "title", "country", *TEXTS)  # by the attendee
SHORTEST_WORD = 3  # letters of a part of a name that is looked for; one less in other scripts than Latin
BETWEEN_WORDS = re.compile(r"[\s.,;:'’\-–_()/@]+")


class RealNameInText(BusinessError):
    """A text of somebody under an alias holds their real name or affiliation; `field` says which."""

    code = "real_name_in_text"
    status = 400


def is_under_alias() -> Q:
    """Condition on attendees: they appear under an alias at their event."""
    return Q(alias__isnull=False)


def appears_under_alias(attendee: Attendee) -> bool:
    """The same of one attendee."""
    return Alias.objects.filter(attendee=attendee.pk).exists()


def has_alias_anywhere() -> Q:
    """Condition on attendees: the person appears under an alias at this event or another."""
    return Q(Exists(Alias.objects.filter(attendee__person=OuterRef("person"))))


def name_of_list(attendee: Attendee) -> str:
    """The name by which a list knows the attendee, loaded with the alias: what that took the place of."""
    alias = getattr(attendee, "alias", None)
    return str(alias.name) if alias else attendee.name


def put_back(attendee: Attendee, alias: Alias) -> None:
    """Give the attendee, unsaved, what the alias took the place of; the organisation is not among it."""
    for field in MOVED:
        setattr(attendee, field, getattr(alias, field))
    for field in TEXTS:
        setattr(attendee, field, getattr(attendee, field) or getattr(alias, field))


def telling_words(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """What tells who somebody is: each name whole and in parts, the others whole; folded.

    >>> telling_words(["Somchai J. Jaidee"], ["Royal Thai Police", ""])
    ('somchai j. jaidee', 'somchai', 'jaidee', 'royal thai police')
    """
    found = []
    for name in names:
        parts = BETWEEN_WORDS.split(folded(name))
        found += [_plain(name), *(one for one in parts if len(one) >= SHORTEST_WORD - (not one.isascii()))]
    found += [_plain(other) for other in others]
    return tuple(dict.fromkeys(filter(None, found)))


def words_of_alias(alias: Alias) -> tuple[str, ...]:
    """What tells who the attendee behind this alias is: the real names, the organisation, the address."""
    return telling_words([alias.name, alias.short_name], [alias.organisation, alias.attendee.person.email])


def word_in(text: str, words: Sequence[str]) -> str:
    """The first of these folded words that stands in the text; empty where none does.

    In Latin letters whole words are compared; scripts without spaces are searched for the letters.

    >>> word_in("Call SOMCHAI, please", ["somchai"]), word_in("somchais", ["somchai"])
    ('somchai', '')
    """
    plain = _plain(text)
    return next((word for word in words if _stands_in(plain, word)), "")


def check_tells_nothing(attendee: Attendee, profile: Mapping[str, object]) -> None:
    """Refuse RealNameInText where the profile of an attendee under an alias would hold their real name."""
    alias = Alias.objects.select_related("attendee__person").filter(attendee=attendee.pk).first()
    words = words_of_alias(alias) if alias else ()
    for field in WRITTEN:
        if word := word_in(str(profile[field]), words):
            raise RealNameInText(
                _(
                    "“%(field)s” holds “%(word)s”. You appear under an alias here, and this would tell "
                    "who you are: please leave it out."
                )
                % {"field": field, "word": word},
                field=field,
            )


def _stands_in(plain: str, word: str) -> bool:
    if not word.isascii():
        return word in plain
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", plain) is not None


def _plain(text: str) -> str:
    return " ".join(folded(text).split())
