"""Names of countries and languages in the languages of the pages, as the project iso-codes has them."""

from __future__ import annotations

import gettext
from functools import cache

import pycountry
from django.utils.translation import to_locale

COUNTRIES, LANGUAGES = "iso3166-1", "iso639-3"
OTHER_FOLDERS = {"zh_Hans": "zh_CN"}  # of languages named otherwise there


def translated(name: str, domain: str, language: str) -> str:
    """What a name of the standard is in this language; itself where nobody translated it.

    >>> translated("Viet Nam", COUNTRIES, "pt"), translated("Atlantis", COUNTRIES, "pt")
    ('Vietname', 'Atlantis')
    """
    return _catalogue(domain, language).gettext(name)


@cache
def _catalogue(domain: str, language: str) -> gettext.NullTranslations:
    folder = to_locale(language)
    folder = OTHER_FOLDERS.get(folder, folder)
    return gettext.translation(domain, pycountry.LOCALES_DIR, languages=[folder], fallback=True)
