"""Reasons: codes with evidence that can be checked against what people wrote."""

from dataclasses import replace

import numpy as np
import pytest

from matching.errors import UnknownPerson
from matching.policy import MatchingPolicy
from matching.recommend.dataset import prepare_dataset
from matching.recommend.explain import explain_pair
from matching.recommend.features import prepare_features
from matching.recommend.pagerank import resolvent
from matching.recommend.reasons import (
    QuotedText,
    closest_sentences,
    excerpt,
    quoted_fields,
    quoted_texts,
    with_quotations,
)
from matching.recommend.run import compute_run
from matching.recommend.scoring import (
    FEATURES,
    acceptance_probabilities,
    need,
    own_and_other_odds,
    standardised_features,
)
from matching.types import Participant, Reason, Suggested, Tie, Vectors
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
    reasons = pair_of(
        people[0], people[1], people[2], ties=[Tie(1, 3, label="2025"), Tie(2, 3, label="2024")]
    )
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
    assert dict(pair_of(Participant(1, "youth"), Participant(2, "youth"))[0].evidence) == {
        "constituency": "youth"
    }


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


def test_texts_that_match_are_quoted_from_both_sides():
    draw = np.random.default_rng(0)

    def rows():
        made = draw.standard_normal((30, 8)).astype(np.float32)
        return made / np.linalg.norm(made, axis=1, keepdims=True)

    others = [Participant(k, "youth", seeks=f"seeking {k}", offers=f"offering {k}") for k in range(30)]
    seeks, offers = rows(), rows()
    offers[7] = seeks[3]
    run = compute_run(others, [], Vectors(seeks, offers, np.zeros((30, 8), np.float32)))
    reason = next(s for s in run.lists[3] if s.other == 7).reasons[0]
    assert reason.code == "seeks_offers"
    assert reason.evidence == {"seek": "seeking 3", "offer": "offering 7"}
    assert next(s for s in run.lists[7] if s.other == 3).reasons[0].evidence == {
        "offer": "offering 7",
        "seek": "seeking 3",
    }


COFFEE = "I look for coffee. I look for evidence."


def quoting(seek_text):
    quote = Reason("seeks_offers", 1.0, {"seek": "whole seek", "offer": "whole offer"})
    lists = {1: (Suggested(2, 0.5, 1, (quote,)), Suggested(3, 0.4, 2, (quote, Reason("peer", 0.0))))}
    texts = {
        (1, "seeks"): QuotedText(seek_text, ["I look for coffee.", "I look for evidence."], np.eye(2)),
        (2, "offers"): QuotedText("We keep evidence.", ["We keep evidence."], np.array([[0.1, 0.9]])),
    }
    return lists, with_quotations(lists, texts)


def test_the_closest_sentence_of_a_short_text_is_highlighted_unless_it_is_all():
    lists, quoted = quoting(COFFEE)
    assert quoted[1][0].reasons[0].evidence == {
        "seek": COFFEE,
        "seek_highlight": "I look for evidence.",
        "offer": "We keep evidence.",
    }
    assert quoted[1][1].reasons == lists[1][1].reasons, "the other text is not known"
    assert quoted_texts(lists) == [(1, "seeks"), (2, "offers"), (3, "offers")]


def test_the_closest_sentence_of_a_long_text_is_quoted_alone():
    _, quoted = quoting(COFFEE + " And more." * 30)
    assert quoted[1][0].reasons[0].evidence == {"seek": "I look for evidence.", "offer": "We keep evidence."}


def test_the_closest_sentences_are_the_pair_of_the_highest_cosine():
    assert closest_sentences(np.eye(2), np.array([[0.1, 0.9]])) == (1, 0, pytest.approx(0.9))


@pytest.mark.parametrize(
    "text", ["word " * 100, "ก" * 500, "ទី" * 300, "A first sentence that is long enough. " * 9]
)
def test_an_excerpt_is_short_and_starts_like_the_text(text):
    cut = excerpt(text)
    assert 40 < len(cut) <= 162
    assert " ".join(text.split()).startswith(cut.rstrip("… "))


def test_an_explanation_adds_up_to_the_probability_and_names_the_exclusion():
    people, vectors = texts_forum()
    found = explain_pair(people, [Tie(3, 4)], vectors, pair=(1, 2))
    needs = [np.array([sum(part.contribution for part in parts)]) for parts in (found.a_to_b, found.b_to_a)]
    forward, backward = acceptance_probabilities(*needs, MatchingPolicy())
    assert (found.p_ab, found.p_ba) == (pytest.approx(forward[0]), pytest.approx(backward[0]))
    assert found.score == found.p_ab
    assert [row[0] for row in found.rows()] == list(FEATURES)
    excluded = explain_pair(people, [Tie(3, 4)], vectors, pair=(3, 4))
    assert (excluded.exclusion, excluded.proposable, excluded.score, excluded.reasons) == (
        "met",
        False,
        0.0,
        (),
    )


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


def test_the_first_reason_weighs_most_by_the_shares_of_the_score_and_no_text_below_average_is_quoted():
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
            told = [
                reason.weight for reason in place.reasons if reason.code not in ("bridge", "peer", "nearest")
            ]
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


def test_the_quoted_text_is_the_one_that_carried_the_match():
    people, _, vectors = weighed_forum(5)
    offers, about = vectors.offers.copy(), vectors.about.copy()
    offers[7], about[8] = vectors.seeks[3], vectors.seeks[3]
    people = [replace(p, organisation=str(p.id), languages=frozenset()) for p in people]
    run = compute_run(people, [], Vectors(vectors.seeks, offers, about))
    reasons = {place.other: place.reasons for place in run.lists[people[3].id]}
    offered = next(r for r in reasons[people[7].id] if r.code == "seeks_offers")
    assert offered.evidence["offer"] == excerpt(people[7].offers)
    described = next(r for r in reasons[people[8].id] if r.code == "about_about")
    assert described.evidence["other"] == excerpt(people[8].about)
    assert (described.evidence["own_field"], described.evidence["other_field"]) == ("seeks", "about")


def test_where_neither_answers_the_other_the_nearest_is_named_and_not_quoted():
    axes = np.eye(6, dtype=np.float32)
    people = [Participant(k, "youth", seeks=f"seeking {k}", offers=f"offering {k}") for k in range(6)]
    seeks, offers = axes, np.roll(axes, 1, axis=0)
    run = compute_run(people, [], Vectors(seeks, offers, axes * 0))
    reasons = {place.other: place.reasons for place in run.lists[0]}
    assert reasons[1][0].code == "seeks_offers"
    nearest = next(r for r in reasons[3] if r.code == "nearest")
    assert nearest.evidence == {"seek": "seeking 0", "other": "offering 3", "other_field": "offers"}
    assert quoted_fields(nearest) is None
    assert all(r.code != "nearest" for r in reasons[1])
