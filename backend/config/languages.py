"""The languages of the pages: English, and those that have a catalogue under frontend/locale.

Reads files alone, so that settings and the installation can ask it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = ROOT / "frontend" / "locale"
OFFERED = LOCALE / "offered.txt"
TEMPLATE = LOCALE / "django.pot"
ONE_FORM = "nplurals=1; plural=0;"


class PageLanguage(NamedTuple):
    """A language with a catalogue; `folder` is its name among locales, `own_name` in its own script."""

    code: str
    folder: str
    name: str
    own_name: str
    plural_forms: str = ONE_FORM


ENGLISH = PageLanguage("en", "en", "English", "English", "nplurals=2; plural=(n != 1);")
TRANSLATED = (
    PageLanguage("th", "th", "Thai", "ไทย"),
    PageLanguage("id", "id", "Indonesian", "Bahasa Indonesia"),
    PageLanguage("vi", "vi", "Vietnamese", "Tiếng Việt"),
    PageLanguage("km", "km", "Khmer", "ភាសាខ្មែរ"),
    PageLanguage("my", "my", "Burmese", "မြန်မာဘာသာ"),
    PageLanguage("lo", "lo", "Lao", "ພາສາລາວ"),
    PageLanguage("ms", "ms", "Malay", "Bahasa Melayu"),
    PageLanguage("fil", "fil", "Filipino", "Filipino", "nplurals=2; plural=(n > 1);"),
    PageLanguage("pt", "pt", "Portuguese", "Português", "nplurals=2; plural=(n != 1);"),
    PageLanguage("zh-hans", "zh_Hans", "Chinese (simplified)", "简体中文"),
    PageLanguage("tet", "tet", "Tetum", "Tetun"),
)
# Whose organisers', leads' and administrators' pages are translated, too.
WHOLE = ("th", "id", "vi")


def lines_of(path: Path) -> tuple[str, ...]:
    """The lines of a list kept in a file, without comments and empty ones."""
    if not path.exists():
        return ()
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return tuple(line for line in lines if line)


def offered_languages(path: Path = OFFERED) -> tuple[PageLanguage, ...]:
    """English, and each language that the file names, in the order in which languages are listed here."""
    codes = lines_of(path)
    if unknown := set(codes) - {language.code for language in TRANSLATED}:
        raise ValueError(f"{path.name} names languages without a catalogue: {', '.join(sorted(unknown))}")
    return (ENGLISH, *(language for language in TRANSLATED if language.code in codes))


def catalogue_path(language: PageLanguage, locale: Path = LOCALE) -> Path:
    return locale / language.folder / "LC_MESSAGES" / "django.po"
