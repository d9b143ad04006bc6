"""Languages: read as short ISO codes, shown by name, and who needs an interpreter or a device."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple, Protocol

import pycountry
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from backend.events.models.events import Event
from backend.events.rules.iso_codes import LANGUAGES as ISO_LANGUAGES
from backend.events.rules.iso_codes import translated


class Language(NamedTuple):
    """A language a profile offers; its own name where that differs from the English one."""

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

# Languages of the region, and names for them, that Django lacks.
REGIONAL = {
    "ban": ("Balinese",),
    "bjn": ("Banjarese", "Banjar"),
    "bn": ("Bangla",),
    "bug": ("Buginese", "Bugis"),
    "ceb": ("Cebuano", "Bisaya"),
    "fa": ("Farsi",),
    "fil": ("Filipino", "Tagalog", "Pilipino", "tl", "tgl"),
    "hil": ("Hiligaynon", "Ilonggo"),
    "hmn": ("Hmong",),
    "id": ("Bahasa Indonesia", "ind", "in"),
    "ils": ("International Sign",),
    "ilo": ("Ilocano", "Ilokano"),
    "jv": ("Javanese", "jav"),
    "kac": ("Kachin", "Jinghpaw"),
    "km": ("Cambodian", "khm"),
    "ksw": ("Karen", "S'gaw Karen"),
    "lo": ("Lao", "Laotian", "ລາວ"),
    "mad": ("Madurese",),
    "min": ("Minangkabau", "Minang"),
    "mnw": ("Mon",),
    "ms": ("Bahasa Melayu", "Bahasa Malaysia", "Malaysian", "msa", "may"),
    "my": ("Myanmar", "mya", "bur"),
    "rhg": ("Rohingya",),
    "shn": ("Shan",),
    "si": ("Sinhala", "Sinhalese"),
    "su": ("Sundanese", "sun"),
    "tet": ("Tetum", "Tetun"),
    "th": ("tha", "ไทย"),
    "tsq": ("Thai Sign Language",),
    "vi": ("vie",),
    "yue": ("Cantonese",),
    "zh": ("Chinese", "Mandarin", "zho", "chi"),
}
# Before or after its name: "ภาษาไทย", "bahasa Jawa", "မြန်မာဘာသာ".
_WORD_FOR_LANGUAGE = re.compile(
    r"^(ภาษา|ພາສາ|ភាសា|bahasa |tiếng |wikang |lian |língua )|(ဘာသာစကား|ဘာသာ|စကား|语|语言|文)$"
)
_NAMES = {language.code: language.name for language in LANGUAGES}
ISO_639_2 = {
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "por": "pt", "jpn": "ja",
    "kor": "ko", "tam": "ta", "hin": "hi", "ara": "ar", "rus": "ru", "ben": "bn", "urd": "ur", "nld": "nl",
}  # fmt: skip


@cache
def _codes() -> dict[str, str]:
    codes = dict(ISO_639_2)
    for tag, info in LANG_INFO.items():
        code = tag.partition("-")[0]
        for word in (tag, code, info.get("name", ""), info.get("name_local", "")):
            codes.setdefault(word.casefold(), code)
    for code, names in REGIONAL.items():
        codes |= {word.casefold(): code for word in (code, *names)}
    for name, code in _local_names():
        word = name.casefold()
        codes.setdefault(word, code)
        codes.setdefault(_WORD_FOR_LANGUAGE.sub("", word), code)
    codes.pop("", None)
    return codes


def _local_names() -> Iterator[tuple[str, str]]:
    """What the languages are called in each language of the pages."""
    for language, _own_name in settings.LANGUAGES:
        with override(language):
            for code in (*_NAMES, *REGIONAL):
                yield language_name(code), code


def language_code(word: str) -> str:
    """The code of a language given as code, tag or name in a language of the pages; "" for an unknown one.

    >>> [language_code(word) for word in ("Thai", "en-GB", "Bahasa Indonesia", "ภาษาเขมร", "Klingon")]
    ['th', 'en', 'id', 'km', '']
    """
    word = word.strip().casefold().replace("_", "-")
    codes = _codes()
    if code := codes.get(word) or codes.get(_WORD_FOR_LANGUAGE.sub("", word)):
        return code
    primary, dash, _rest = word.partition("-")
    return codes.get(primary, "") if dash and len(primary) in (2, 3) else ""


def languages_in(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of the languages in a list separated by ; , | or /, in order and once, and the unknown words.

    >>> languages_in("Thai; English, th")
    (('th', 'en'), ())
    """
    words = [word.strip() for word in re.split(r"[;,|/\n]", text) if word.strip()]
    codes = [language_code(word) for word in words]
    unknown = [word for word, code in zip(words, codes, strict=True) if not code]
    return tuple(dict.fromkeys(code for code in codes if code)), tuple(dict.fromkeys(unknown))


def language_name(code: str) -> str:
    """The language's name in that of the page; an unknown code stays as it is.

    >>> language_name("jv"), language_name("xx")
    ('Javanese', 'xx')
    """
    if code in _NAMES:
        return str(_NAMES[code])
    if code in REGIONAL:
        return _iso_name(code, get_language() or "en") or REGIONAL[code][0]
    return str(LANG_INFO.get(code, {}).get("name", code))


@cache
def _iso_name(code: str, language: str) -> str:
    """What the standard's project calls it in this language; empty where nobody translated it."""
    found = pycountry.languages.get(**{"alpha_2" if len(code) == 2 else "alpha_3": code})
    word = translated(found.name, ISO_LANGUAGES, language) if found else ""
    return "" if found is None or word == found.name else word


class HasLanguages(Protocol):
    """Somebody who states languages: an attendee, or what is shown of one."""

    @property
    def languages(self) -> Sequence[str]: ...

    @property
    def translating_device(self) -> bool: ...


def languages_in_common(a: HasLanguages, b: HasLanguages) -> tuple[str, ...]:
    """The codes of the languages both state, in the order of the first."""
    return tuple(code for code in a.languages if code in set(b.languages))


def _share_none(a: HasLanguages, b: HasLanguages) -> bool:
    """Whether both state languages without one in common."""
    return bool(a.languages and b.languages) and not languages_in_common(a, b)


def needs_interpreter(a: HasLanguages, b: HasLanguages, event: Event) -> bool:
    """Whether the event has interpreters, and both state languages without one in common."""
    return event.interpreters and _share_none(a, b)


def needs_device(a: HasLanguages, b: HasLanguages, event: Event) -> bool:
    """Whether two without a language in common are both glad of a device, and there are no interpreters."""
    is_welcome = a.translating_device and b.translating_device
    return is_welcome and not event.interpreters and _share_none(a, b)


def cannot_talk(a: HasLanguages, b: HasLanguages, event: Event) -> bool:
    """Whether both state languages without one in common, and neither interpreter nor device helps them."""
    return _share_none(a, b) and not event.interpreters and not needs_device(a, b, event)


def interpreter_text(a: HasLanguages, b: HasLanguages, event: Event) -> str:
    """Between which languages the two need an interpreter or a translating device; empty where neither."""
    if needs_interpreter(a, b, event):
        text = gettext("Interpreter needed: %(one)s – %(other)s")
    elif needs_device(a, b, event):
        text = gettext("Translating device: %(one)s – %(other)s")
    else:
        return ""
    one, other = ("/".join(language_name(code) for code in side.languages) for side in (a, b))
    return text % {"one": one, "other": other}


def own_interpreter_text(viewer: HasLanguages, other: HasLanguages, event: Event) -> str:
    """`interpreter_text` as one of the two reads it."""
    if needs_device(viewer, other, event):
        return gettext("You have no language in common; you both are glad to meet with a translating device.")
    return interpreter_text(viewer, other, event)
