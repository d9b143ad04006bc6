"""People, ties and vectors for property tests, with edge cases."""

import numpy as np
from hypothesis import strategies as st

from matching.types import Participant, Tie, Vectors

TEXTS = (
    "",
    "chat evidence across borders",
    "training for judges",
    "หลักฐานการสนทนาข้ามพรมแดน",
    "\x00\ufdfa",
    "safety by design",
)
CONSTITUENCIES = ["government", "civil society", "industry", "academia", "youth"]
TOPICS = ("evidence", "training", "design", "parents")
names = st.sampled_from(["", "government", "industry", "youth"])
topics = st.frozensets(st.sampled_from(TOPICS), max_size=3)
texts = st.sampled_from(TEXTS)
DIMENSIONS = 6


@st.composite
def people(draw, least=0, most=12):
    """Participants with distinct ids in any order."""
    ids = draw(st.lists(st.integers(0, 10**6), min_size=least, max_size=most, unique=True))
    return [
        Participant(
            id=person,
            constituency=draw(names),
            organisation=draw(st.sampled_from(["", "", "", "A", "B"])),
            languages=draw(st.frozensets(st.sampled_from(["en", "th", "vi"]), max_size=2)),
            seeks=draw(texts),
            offers=draw(texts),
            about=draw(texts),
            about_language=draw(st.sampled_from(["", "en", "th"])),
            seeks_topics=draw(topics),
            offers_topics=draw(topics),
            sessions=draw(st.frozensets(st.sampled_from(["opening", "panel"]), max_size=2)),
            capacity=draw(st.integers(0, 6)),
        )
        for person in ids
    ]


@st.composite
def datasets(draw, least=0, most=12):
    """(participants, ties, vectors in order of ids): texts may be missing, tied people may be absent."""
    found = draw(people(least, most))
    ids = [p.id for p in found] + [10**7, 10**7 + 1]
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(lambda pair: pair[0] != pair[1])
    pairs = draw(st.lists(ends, max_size=8))
    ties = [Tie(a, b, age_years=draw(st.integers(0, 5)), label="2025") for a, b in pairs]
    seed = np.random.default_rng(draw(st.integers(0, 1000)))
    ordered = sorted(found, key=lambda p: p.id)

    def rows(field):
        made = seed.standard_normal((len(ordered), DIMENSIONS)).astype(np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        made[[k for k, p in enumerate(ordered) if not getattr(p, field)]] = 0
        return made

    return found, ties, Vectors(rows("seeks"), rows("offers"), rows("about"))


def make_people(size, seed=0, *, ties=0, dimensions=32, capacity=5):
    """A dataset of a given size: five constituencies, texts of common and rare words, topics, sessions, old
    ties."""
    draw = np.random.default_rng(seed)
    shares = [0.35, 0.25, 0.2, 0.12, 0.08]
    words = np.array([f"word{k}" for k in range(800)])
    weights = 1 / np.arange(1, 801)
    weights /= weights.sum()

    def text():
        return " ".join(draw.choice(words, 20, p=weights))

    found = [
        Participant(
            id=3 * k + 1,
            constituency=str(draw.choice(CONSTITUENCIES, p=shares)),
            organisation=f"organisation {draw.integers(size)}",
            languages=frozenset([*draw.choice(["th", "vi", "id"], 2).tolist(), "en"]),
            seeks=text(),
            offers=text(),
            about=text(),
            seeks_topics=frozenset(f"topic {t}" for t in draw.integers(0, 17, 3)),
            offers_topics=frozenset(f"topic {t}" for t in draw.integers(0, 17, 3)),
            sessions=frozenset(f"session {t}" for t in draw.integers(0, 40, 3)),
            capacity=capacity,
        )
        for k in range(size)
    ]
    ends = draw.integers(0, size, (ties, 2))
    made = [Tie(3 * int(a) + 1, 3 * int(b) + 1, 1.0, 1.0, "2025") for a, b in ends if a != b]

    def rows():
        table = draw.standard_normal((size, dimensions)).astype(np.float32)
        return table / np.linalg.norm(table, axis=1, keepdims=True)

    return found, made, Vectors(rows(), rows(), rows())
