"""Countries in the language of the page, as the project iso-codes has them."""

from __future__ import annotations

import gettext
from functools import cache

import pycountry
from django.utils.translation import get_language, to_locale

from backend.events.rules.countries import iso_names

DOMAIN = "iso3166-1"
OTHER_FOLDERS = {"zh_Hans": "zh_CN"}  # of languages named otherwise there


def country_words(name: str) -> str:
    """The name of a country as the reader writes it; as it is where nobody translated it.

    >>> country_words("Viet Nam"), country_words("Atlantis")
    ('Viet Nam', 'Atlantis')
    """
    return _in_language(name, get_language() or "en")


@cache
def _in_language(name: str, language: str) -> str:
    catalogue = _catalogue(language)
    translated = (catalogue.gettext(one) for one in iso_names(name))
    return next((word for word, one in zip(translated, iso_names(name), strict=True) if word != one), name)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = to_locale(language)
    folder = OTHER_FOLDERS.get(folder, folder)
    return gettext.translation(DOMAIN, pycountry.LOCALES_DIR, languages=[folder], fallback=True)
