"""Which column a heading means, as lists of registration write it in the forum's languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation.trans_real import translation

from backend.roster.services.csv_tables import column_key

HEADINGS_FILE = Path(__file__).parents[1] / "data" / "headings.json"


@cache
def known_headings() -> Mapping[str, str]:
    """The column that each heading of the data file means, under `column_key`.

    So do the words for it that the pages have in their languages, unless they mean two columns.
    """
    columns: Mapping[str, list[str]] = json.loads(HEADINGS_FILE.read_text(encoding="utf-8"))
    own = {column_key(heading): column for column, headings in columns.items() for heading in headings}
    translated: dict[str, set[str]] = {}
    for language, _own_name in settings.LANGUAGES:
        catalogue = translation(language)
        for column, headings in columns.items():
            for heading in (column.replace("_", " ").capitalize(), *headings):
                translated.setdefault(column_key(catalogue.gettext(heading)), set()).add(column)
    return {key: found.pop() for key, found in translated.items() if key and len(found) == 1} | own


def guess_column(heading: str, names: Mapping[str, str]) -> str:
    """The column that a heading means, or nothing; `names` are the columns' own names under `column_key`.

    The heading as a whole is tried first, then without what stands in brackets, then its parts: those
    in two languages, such as "Nama / Name". Parts that mean different columns mean none.

    >>> guess_column("E-mail address *", {}), guess_column("ชื่อ-นามสกุล (Full name)", {})
    ('email', 'name')
    >>> guess_column("Name / Organisation", {}), guess_column("Guardian’s e-mail", {})
    ('', '')
    """
    known = {**known_headings(), **names}
    outside = re.sub(r"[(（\[].*?[)）\]]", " ", heading)
    for whole in (heading, outside):
        if column := known.get(column_key(whole)):
            return column
    found = _meant(re.split(r"[/|\n;:：／（）()\[\]]", heading), known)
    return found.pop() if len(found) == 1 else ""


def _meant(parts: Iterable[str], known: Mapping[str, str]) -> set[str]:
    return {known[key] for part in parts if (key := column_key(part)) in known}
