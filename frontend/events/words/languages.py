"""The languages a profile offers: their English name, and their own where it differs."""

from __future__ import annotations

from typing import NamedTuple

from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.events.rules.languages import REGIONAL


class Language(NamedTuple):
    code: str
    name: str | Promise
    own_name: str = ""


LANGUAGES = (
    Language("en", _("English")),
    Language("id", _("Indonesian"), "Bahasa Indonesia"),
    Language("ms", _("Malay"), "Bahasa Melayu"),
    Language("th", _("Thai"), "ไทย"),
    Language("vi", _("Vietnamese"), "Tiếng Việt"),
    Language("fil", _("Filipino"), "Filipino"),
    Language("km", _("Khmer"), "ខ្មែរ"),
    Language("lo", _("Lao"), "ລາວ"),
    Language("my", _("Burmese"), "မြန်မာ"),
    Language("zh", _("Chinese"), "中文"),
    Language("ta", _("Tamil"), "தமிழ்"),
    Language("pt", _("Portuguese"), "Português"),
    Language("tet", _("Tetum"), "Tetun"),
    Language("ja", _("Japanese"), "日本語"),
    Language("ko", _("Korean"), "한국어"),
    Language("hi", _("Hindi"), "हिन्दी"),
    Language("ar", _("Arabic"), "العربية"),
    Language("fr", _("French"), "Français"),
    Language("es", _("Spanish"), "Español"),
    Language("de", _("German"), "Deutsch"),
)

# Scripts that only one language of the region is written in.
_SCRIPTS = (
    ("th", 0x0E00, 0x0E7F),
    ("lo", 0x0E80, 0x0EFF),
    ("my", 0x1000, 0x109F),
    ("km", 0x1780, 0x17FF),
    ("ta", 0x0B80, 0x0BFF),
    ("hi", 0x0900, 0x097F),
    ("ko", 0xAC00, 0xD7AF),
    ("ja", 0x3040, 0x30FF),
    ("zh", 0x4E00, 0x9FFF),
)

_NAMES = {language.code: language.name for language in LANGUAGES}


def language_name(code: str) -> str:
    """The language's name; an unknown code stays as it is.

    >>> language_name("jv"), language_name("xx")
    ('Javanese', 'xx')
    """
    if code in _NAMES:
        return str(_NAMES[code])
    if code in REGIONAL:
        return REGIONAL[code][0]
    return str(LANG_INFO.get(code, {}).get("name", code))


def language_of(text: str) -> str:
    """The code of the language whose script most of the letters belong to; empty where no script decides.

    >>> language_of("ต้องการแนวปฏิบัติร่วมกัน"), language_of("Who can help?")
    ('th', '')
    """
    letters = [ord(letter) for letter in text if letter.isalpha()]
    for code, first, last in _SCRIPTS:
        if sum(first <= letter <= last for letter in letters) * 2 > len(letters):
            return code
    return ""
