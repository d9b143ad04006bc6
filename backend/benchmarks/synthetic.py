"""Synthetic people for timing: texts, topics, sessions, ties and vectors of a plausible density."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from matching.types import Participant, Tie, Vectors

DIMENSIONS = 384
CONSTITUENCIES = ("government", "civil society", "industry", "academia", "intergovernmental")
SHARES = (0.35, 0.25, 0.2, 0.12, 0.08)
WORDS_PER_TEXT, WORDS = 25, 4_000
THEMES, THEME_SHARE = 40, 0.4
"""Vectors of one theme have this cosine on average."""


def synthetic_people(people: int, seed: int = 0) -> tuple[list[Participant], list[Tie], Vectors]:
    """Three texts of 25 words from a Zipf vocabulary, 3 of 17 topics sought and offered, 4 sessions, 3 old
    ties each, an organisation for every four; vectors about the theme of each text, of which there are 40."""
    rng = np.random.default_rng(seed)
    words = np.array([f"word{k}" for k in range(WORDS)])
    weights = 1 / np.arange(1, WORDS + 1)
    texts = rng.choice(words, (people, 3, WORDS_PER_TEXT), p=weights / weights.sum())
    constituencies = rng.choice(CONSTITUENCIES, people, p=SHARES)
    topics = rng.integers(0, 17, (people, 2, 3))
    sessions = rng.integers(0, max(40, people // 25), (people, 4))
    organisations = rng.integers(0, max(1, people // 4), people)
    languages = rng.choice(["en", "th", "vi", "id"], people, p=[0.7, 0.1, 0.1, 0.1])
    participants = [
        Participant(
            id=k,
            constituency=str(constituencies[k]),
            organisation=f"organisation {organisations[k]}",
            languages=frozenset({"en", str(languages[k])}),
            seeks=" ".join(texts[k, 0]),
            offers=" ".join(texts[k, 1]),
            about=" ".join(texts[k, 2]),
            seeks_language=str(languages[k]),
            offers_language=str(languages[k]),
            about_language=str(languages[k]),
            seeks_topics=frozenset(f"topic {t}" for t in topics[k, 0]),
            offers_topics=frozenset(f"topic {t}" for t in topics[k, 1]),
            sessions=frozenset(f"session {s}" for s in sessions[k]),
        )
        for k in range(people)
    ]
    ends = rng.integers(0, people, (people * 3 // 2, 2))
    ties = [
        Tie(int(a), int(b), float(age), 1.0, "2025")
        for (a, b), age in zip(ends, rng.integers(1, 4, len(ends)), strict=True)
        if a != b
    ]
    return participants, ties, Vectors(*(_about_themes(rng, people) for _ in range(3)))


def _about_themes(rng: np.random.Generator, people: int) -> npt.NDArray[np.float32]:
    """Unit rows (people, DIMENSIONS), each of a random theme; themes are those of any call."""
    themes = _unit_rows(np.random.default_rng(0), THEMES)[rng.integers(0, THEMES, people)]
    rows = np.sqrt(THEME_SHARE) * themes + np.sqrt(1 - THEME_SHARE) * _unit_rows(rng, people)
    return _normalised(rows.astype(np.float32))


def _unit_rows(rng: np.random.Generator, rows: int) -> npt.NDArray[np.float32]:
    return _normalised(rng.standard_normal((rows, DIMENSIONS), dtype=np.float32))


def _normalised(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
