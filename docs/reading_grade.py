"""How hard the prose of the parts for users is to read, by Flesch and Kincaid (1975), at most grade 9.

grade = .39 words / sentences + 11.8 syllables / words - 15.59; syllables by pyphen's hyphenation. Headings,
tables and code do not count; each paragraph and each item of a list is at least one sentence.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pyphen

MOST = 9.0
PARTS = ("organiser", "safeguarding-lead", "attendee", "guardian", "administrator", "integrator")
HYPHENS = pyphen.Pyphen(lang="en_US", left=1, right=1)


def grade_of(text: str) -> float:
    """The grade of this Markdown's prose."""
    text = re.sub(r"^```.*?^```|^    .*?$|^[#|].*?$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"\]\([^)]*\)|`[^`]*`|[*\[\]]", "", text)
    parts = re.split(r"\n\s*\n|^\s*(?:-|\d+\.) ", text, flags=re.MULTILINE)
    sentences = [s for part in parts for s in re.split(r"(?<=[.!?])\s+", part) if re.search(r"[A-Za-z]{2}", s)]
    words = [word for sentence in sentences for word in re.findall(r"[A-Za-z’']+", sentence)]
    syllables = sum(len(HYPHENS.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def main() -> int:
    folder = Path(__file__).parent / "handbook"
    grades = {part: grade_of((folder / f"{part}.md").read_text()) for part in PARTS}
    print("Reading grades: " + ", ".join(f"{part} {grade:.1f}" for part, grade in grades.items()))
    return any(grade > MOST for grade in grades.values())


if __name__ == "__main__":
    sys.exit(main())
