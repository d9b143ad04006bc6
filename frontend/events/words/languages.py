"""The languages a profile offers, and the language of a text by its script."""

from __future__ import annotations

import re

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
_OF_ONE_LANGUAGE = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for _code, first, last in _SCRIPTS)}]")


def language_of(text: str) -> str:
    """The code of the language whose script most of the letters belong to; empty where no script decides.

    >>> language_of("ต้องการแนวปฏิบัติร่วมกัน"), language_of("Who can help?")
    ('th', '')
    """
    if not _OF_ONE_LANGUAGE.search(text):
        return ""
    letters = [ord(letter) for letter in text if letter.isalpha()]
    for code, first, last in _SCRIPTS:
        if sum(first <= letter <= last for letter in letters) * 2 > len(letters):
            return code
    return ""
