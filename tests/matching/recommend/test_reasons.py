"""Reasons: codes with evidence that can be checked against what people wrote."""

import numpy as np
import pytest

from matching.errors import UnknownPerson
from matching.policy import MatchingPolicy
from matching.recommend.dataset import prepare_dataset
from matching.recommend.explain import explain_pair
from matching.recommend.features import prepare_features
from matching.recommend.pagerank import resolvent
from matching.recommend.run import compute_run
from matching.recommend.scoring import (
    FEATURES,
    acceptance_probabilities,
    need,
    own_and_other_odds,
    standardised_features,
)
from matching.types import Participant, Reason, Tie, Vectors
from tests.matching.recommend.strategies import make_people


def pair_of(a, b, *more, ties=(), policy=None):
    """The reasons of a list holding b, seen from a."""
    people = [a, b, *more]
    run = compute_run(people, list(ties), Vectors.empty(len(people)), policy=policy)
    return next(s for s in run.lists[a.id] if s.other == b.id).reasons


def test_a_topic_sought_and_offered_is_a_reason_for_both():
    seeker = Participant(1, "youth", seeks_topics=frozenset({"design"}))
    giver = Participant(2, "industry", offers_topics=frozenset({"design"}))
    assert pair_of(seeker, giver)[0].code == "topic_offered"
    assert pair_of(seeker, giver)[0].evidence == {"topic": "design"}
    assert pair_of(giver, seeker)[0].code == "topic_sought"


def test_the_person_in_between_is_named_with_the_occasion():
    people = [Participant(k, "youth") for k in range(1, 4)]
    reasons = pair_of(people[0], people[1], people[2], ties=[Tie(1, 3, label="2025"), Tie(2, 3, label="2024")])
    assert Reason("tie_through", reasons[0].weight, {"person": 3, "label": "2025"}) == reasons[0]


def test_shared_sessions_are_counted_and_a_shared_language_named():
    both = frozenset({"opening", "panel"})
    a, b = (Participant(k, languages=frozenset({"en", "th"}), sessions=both) for k in (1, 2))
    found = {r.code: dict(r.evidence) for r in pair_of(a, b)}
    assert found["session"]["count"] == 2
    assert found["language"] == {"language": "th"}


def test_a_session_that_everybody_attends_is_no_reason():
    others = [Participant(k, "youth", sessions=frozenset({"opening"})) for k in range(3, 6)]
    a, b = (Participant(k, "youth", sessions=frozenset({"opening", "panel"})) for k in (1, 2))
    policy = MatchingPolicy(crowd_people=2, crowd_share=0)
    found = {r.code: dict(r.evidence) for r in pair_of(a, b, *others, policy=policy)}
    assert found["session"] == {"session": "panel", "count": 1}


def test_people_without_features_get_the_reasons_bridge_or_peer():
    assert [r.code for r in pair_of(Participant(1, "youth"), Participant(2, "industry"))] == ["bridge"]
    assert dict(pair_of(Participant(1, "youth"), Participant(2, "youth"))[0].evidence) == {"constituency": "youth"}


def texts_forum():
    """1 seeks what 2 offers; 3 and 4 are about something else."""
    axes = np.eye(4, dtype=np.float32)
    people = [
        Participant(1, "youth", seeks="chat evidence. And coffee."),
        Participant(2, "industry", offers="We preserve evidence of chats."),
        Participant(3, "youth", about="parents"),
        Participant(4, "industry", about="schools"),
    ]
    seeks, offers, about = (np.zeros((4, 4), np.float32) for _ in range(3))
    seeks[0] = offers[1] = axes[0]
    about[2], about[3] = axes[1], axes[1] * 0.8 + axes[2] * 0.6
    return people, Vectors(seeks, offers, about)


def test_an_explanation_adds_up_to_the_probability_and_names_the_exclusion():
    people, vectors = texts_forum()
    found = explain_pair(people, [Tie(3, 4)], vectors, pair=(1, 2))
    needs = [np.array([sum(part.contribution for part in parts)]) for parts in (found.a_to_b, found.b_to_a)]
    forward, backward = acceptance_probabilities(*needs, MatchingPolicy())
    assert (found.p_ab, found.p_ba) == (pytest.approx(forward[0]), pytest.approx(backward[0]))
    assert found.score == found.p_ab
    assert [row[0] for row in found.rows()] == list(FEATURES)
    excluded = explain_pair(people, [Tie(3, 4)], vectors, pair=(3, 4))
    assert (excluded.exclusion, excluded.proposable, excluded.score, excluded.reasons) == ("met", False, 0.0, ())


def test_an_explanation_of_somebody_absent_is_refused():
    with pytest.raises(UnknownPerson, match="9"):
        explain_pair([Participant(1)], [], Vectors.empty(1), pair=(1, 9))


def test_an_explanation_by_a_runs_state_equals_the_listed_score():
    people, vectors = texts_forum()
    run = compute_run(people, [], vectors)
    listed = run.lists[1][0]
    assert explain_pair(people, [], vectors, pair=(1, listed.other), state=run.state).score == pytest.approx(
        listed.score, abs=1e-3
    )


def weighed_forum(seed=3, size=40):
    """People with texts in all fields, topics, sessions, languages and ties."""
    return make_people(size, seed, ties=20)


@pytest.mark.slow
def test_the_first_reason_weighs_most_by_the_shares_of_the_score_and_no_text_below_average_is_one():
    people, ties, vectors = weighed_forum()
    run = compute_run(people, ties, vectors)
    policy = MatchingPolicy()
    dataset = prepare_dataset(people, ties, vectors, (), policy)
    features = prepare_features(
        dataset.participants, vectors, dataset.incidence, policy, standardiser=run.state.standardiser
    )
    walked = resolvent(features.walk, tolerance=1e-6)
    for owner, places in run.lists.items():
        for place in places:
            told = [reason.weight for reason in place.reasons if reason.code not in ("bridge", "peer")]
            assert told == sorted(told, reverse=True)
            ends = np.array([dataset.row_of[owner]]), np.array([dataset.row_of[place.other]])
            forward, backward = (
                standardised_features(features, policy, *pair, walked[pair]) for pair in (ends, ends[::-1])
            )
            own, other = own_and_other_odds(need(forward, policy), need(backward, policy), policy)
            shares = {"seeks_offers": own / (own + other), "offers_seeks": other / (own + other)}
            for reason in place.reasons:
                if reason.code in shares:
                    text = (forward if reason.code == "seeks_offers" else backward)["text"][0]
                    assert text > 0
                    expected = policy.slope * policy.text * text * shares[reason.code][0]
                    assert reason.weight == pytest.approx(expected, rel=1e-4)
