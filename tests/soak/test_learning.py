"""Learned weights are the same for people in any order, whatever the order of Python's sets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

from matching.policy import MatchingPolicy

ORDERS = 20
PROGRAM = """
import json, sys
import numpy as np
from matching.policy import MatchingPolicy
from matching.recommend.learning import learn
from matching.recommend.past_ties import Edition, edition_answers
from matching.types import Participant, Tie, Vectors

rng = np.random.default_rng(0)
words, topics = [f"word{k}" for k in range(60)], [f"topic{k}" for k in range(12)]
people = [
    Participant(
        id=k,
        about=" ".join(rng.choice(words, 8)) + ".",
        seeks_topics=frozenset(rng.choice(topics, 4)),
        offers_topics=frozenset(rng.choice(topics, 4)),
        sessions=frozenset(rng.choice(topics, 2)),
    )
    for k in range(160)
]
vectors = Vectors(*(rng.standard_normal((160, 12)).astype(np.float32) for _ in range(3)))
pairs = [tuple(map(int, rng.choice(160, 2, replace=False))) for _ in range(300)]
ties, met = [Tie(a, b) for a, b in pairs[:60]], pairs[60:]

shuffle = np.random.default_rng(int(sys.argv[1]))
for given in (people, ties, met):
    shuffle.shuffle(given)
answers = edition_answers(people, Edition(7, tuple(ties), frozenset(met)), vectors, policy=MatchingPolicy())
answers = answers.take(shuffle.permutation(len(answers)))
learned = learn(answers, MatchingPolicy())
print(json.dumps({name: [w.value, w.low, w.high] for name, w in learned.weights.items()}))
"""


def test_the_order_of_people_answers_and_sets_changes_no_learned_weight(amount: Callable[[int], int]) -> None:
    found = []
    for seed in range(1 + amount(ORDERS)):
        environment = os.environ | {"PYTHONHASHSEED": str(seed)}
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(seed)], env=environment, capture_output=True, text=True, check=True
        )
        found.append(json.loads(ran.stdout))
    print(f"{len(found)} orders, {len(found[0])} weights")
    assert found[0]["text"][0] != MatchingPolicy().text
    assert all(weights == found[0] for weights in found)
