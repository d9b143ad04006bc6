"""Fonts of scripts that many systems lack: ours, of one weight, loaded only where such letters stand."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

STATIC = settings.BASE_DIR / "frontend" / "static"
FACES = re.findall(
    r'@font-face \{ font-family: "([^"]+)"; src: url\("\.\./([^"]+)"\)[^}]*unicode-range: ([^;]+); \}',
    (STATIC / "css" / "tokens.css").read_text(),
)
MAX_BYTES = 48_000


def ranges(text: str) -> list[tuple[int, int]]:
    found = [part.strip().removeprefix("U+").partition("-") for part in text.split(",")]
    return [(int(first, 16), int(last or first, 16)) for first, _dash, last in found]


@pytest.mark.parametrize(
    ("script", "text"), [("Thai", "ไทยน้ำ"), ("Lao", "ລາວນ້ຳ"), ("Khmer", "ភាសាខ្មែរ"), ("Myanmar", "မြန်မာဘာသာ")]
)
def test_each_script_has_a_font_of_its_own_that_holds_its_letters_and_no_latin(script, text):
    ((_family, file, covered),) = [face for face in FACES if face[0] == f"Noto Sans {script}"]
    size = (STATIC / file).stat().st_size
    assert 8_000 < size < MAX_BYTES
    for letter in text:
        assert any(first <= ord(letter) <= last for first, last in ranges(covered)), letter
    assert not any(first <= ord("a") <= last or first <= 0x20 <= last for first, last in ranges(covered))
    assert (STATIC / "fonts" / "OFL.txt").exists()


def test_each_of_them_stands_first_in_both_stacks():
    css = (STATIC / "css" / "tokens.css").read_text()
    for stack in ("--serif", "--sans"):
        names = re.search(rf"{stack}: ([^;]+);", css)
        assert names is not None
        assert re.findall(r'"([^"]+)"', names[1])[:4] == [
            "Noto Sans Thai", "Noto Sans Khmer", "Noto Sans Lao", "Noto Sans Myanmar",
        ]  # fmt: skip
