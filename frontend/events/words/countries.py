"""Countries in the language of the page."""

from __future__ import annotations

from django.utils.translation import get_language

from backend.events.rules.countries import country_in


def country_words(name: str) -> str:
    """The name of a country as the reader writes it; as it is where nobody translated it.

    >>> country_words("Viet Nam"), country_words("Atlantis")
    ('Viet Nam', 'Atlantis')
    """
    return country_in(name, get_language() or "en")
