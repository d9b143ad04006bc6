"""Languages as attendee lists and profiles write them, kept as short ISO codes."""

from __future__ import annotations

import re
from functools import cache

from django.conf.locale import LANG_INFO

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
    codes.pop("", None)
    return codes


def language_code(word: str) -> str:
    """The code of a language given as code, tag or English name; "" for an unknown one.

    >>> [language_code(word) for word in ("Thai", "en-GB", "Bahasa Indonesia", "Klingon")]
    ['th', 'en', 'id', '']
    """
    word = word.strip().casefold().replace("_", "-")
    codes = _codes()
    if word in codes:
        return codes[word]
    primary, dash, _ = word.partition("-")
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
