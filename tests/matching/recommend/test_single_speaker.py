"""One speaker of a language among others, with the real model: a prior against a mean of her own."""

import json
from pathlib import Path

import numpy as np
import pytest

from matching.policy import MatchingPolicy
from matching.recommend.run import compute_run
from matching.text.encoder import Encoder
from matching.text.priors import language_priors
from matching.types import Participant, Vectors

DEMO = Path("backend/demo/data")
ENGLISH = 60
ANSWERS = {
    1: "We run a course that prepares short-term foster carers for children harmed before a camera.",
    2: "We print lesson sets on staying safe online for schools that have no power or connection.",
    7: "Our foundation pays for vehicles and equipment of mobile teams that visit remote villages.",
    9: "I research how loans of families expose children to abuse online, and want co-authors.",
}
"""What answers the need of each of these Khmer speakers of the demo, in English."""


def texts_of(part: str) -> list[str]:
    profiles = json.loads((DEMO / "english_profiles.json").read_text("utf-8"))
    return [profile[part]["text"] for profile in profiles[:ENGLISH]]


@pytest.fixture(scope="module")
def ranks(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory):
    """The place of the answer on the Khmer speaker's list, for each need."""
    khmer = json.loads((DEMO / "local_language_profiles.json").read_text("utf-8"))["km"]
    seeks = encoder.encode(texts_of("seeks"), "query")
    offers = encoder.encode(texts_of("offers"), "passage")
    needs = encoder.encode([khmer[k]["seeks"]["text"] for k in ANSWERS], "query")
    answers = encoder.encode(list(ANSWERS.values()), "passage")
    known = language_priors(encoder.name, tmp_path_factory.mktemp("priors"), encoder.encode)
    priors = {"seeks": known["query"], "offers": known["passage"], "about": known["query"]}
    empty = np.zeros_like(needs[:1])
    people = [
        Participant(0, seeks="need", seeks_language="km"),
        *(Participant(k, seeks="s", offers="o", seeks_language="en", offers_language="en") for k in range(1, 61)),
        Participant(61, offers="answer", offers_language="en"),
    ]

    def rank_answers(*, with_priors: bool, shrink: float) -> list[int]:
        policy = MatchingPolicy(
            list_size=60, exploratory_share=0, variety=0, least_other=0, exposure_cap=100, shrink=shrink
        )
        found = []
        for need, answer in zip(needs, answers, strict=True):
            vectors = Vectors(
                np.vstack([need, seeks, empty]),
                np.vstack([empty, offers, answer]),
                np.zeros((len(people), len(need)), np.float32),
            )
            run = compute_run(people, [], vectors, policy=policy, priors=priors if with_priors else None)
            listed = [place.other for place in run.lists[0]]
            found.append(listed.index(61) + 1 if 61 in listed else 99)
        return found

    return rank_answers


def test_the_only_khmer_speaker_finds_her_english_answer_among_the_first_five(ranks) -> None:
    assert max(ranks(with_priors=True, shrink=5)) <= 5


def test_without_the_prior_her_own_mean_erases_her_text(ranks) -> None:
    assert np.median(ranks(with_priors=False, shrink=0)) > 5
