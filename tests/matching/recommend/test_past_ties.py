"""Answers from past editions, and features of pairs without what both texts share."""

from dataclasses import fields, replace

import numpy as np
import pytest

from matching.policy import MatchingPolicy
from matching.recommend.dataset import prepare_dataset
from matching.recommend.features import prepare_features
from matching.recommend.learning import learn
from matching.recommend.pair_features import pair_features, without_shared_sentences
from matching.recommend.past_ties import NON_TIES, Edition, edition_answers, new_and_unmet_pairs
from matching.recommend.scoring import FEATURES, Scorer, acceptance_probabilities, fit_standardiser, need, probability
from matching.recommend.tiles import predict_all
from matching.types import Participant, Tie, Vectors

TEXT, SMOOTH, LEXICAL, LATENT = (FEATURES.index(name) for name in ("text", "smooth", "lexical", "latent"))
DIMENSIONS = 12


def read(participants):
    """Vectors of bags of words: each word has a direction of its own, drawn from its letters."""

    def vector(text):
        found = np.zeros(DIMENSIONS)
        for word in text.lower().replace(".", " ").split():
            found += np.random.default_rng(list(word.encode())).standard_normal(DIMENSIONS)
        norm = np.linalg.norm(found)
        return found / norm if norm else found

    fields = ("seeks", "offers", "about")
    return Vectors(
        **{
            name: np.array([vector(getattr(p, name)) for p in participants], np.float32).reshape(
                len(participants), DIMENSIONS
            )
            for name in fields
        }
    )


def people(count=40, seed=0):
    rng = np.random.default_rng(seed)
    words = [f"word{k}" for k in range(60)]
    return [Participant(k, about=" ".join(rng.choice(words, 8)) + ".", capacity=5) for k in range(count)]


def table(given, ties, pairs):
    return pair_features(given, ties, read(given), np.array(pairs), policy=MatchingPolicy())[0]


@pytest.mark.slow
def test_what_several_say_in_the_same_words_does_not_count():
    """Two people with one project text are scored as without it, in text, words and smoothed text."""
    plain, ties, pairs = people(), [Tie(0, 9), Tie(1, 8)], [(0, 1), (0, 2)]
    project = " Mangroves of the delta replanted by villages."
    shared = [replace(p, about=p.about + project) if p.id in (0, 1) else p for p in plain]
    kept = without_shared_sentences(shared)
    assert kept == plain
    for column in (TEXT, LEXICAL, SMOOTH, LATENT):
        assert table(shared, ties, pairs)[0, column] > table(kept, ties, pairs)[0, column] + 0.1


def test_pairs_are_scored_as_by_a_run():
    given, ties = people(), [Tie(0, 9), Tie(1, 8), Tie(9, 1)]
    policy = MatchingPolicy()
    dataset = prepare_dataset(given, ties, read(given), (), policy)
    features = fit_standardiser(prepare_features(dataset.participants, read(given), dataset.incidence, policy), policy)
    p = probability(predict_all(Scorer.from_features(features, policy)))
    there, back = pair_features(given, ties, read(given), np.array([(0, 1), (7, 3)]), policy=policy)
    needs = [need(dict(zip(FEATURES, side.T, strict=True)), policy) for side in (there, back)]
    assert acceptance_probabilities(*needs, policy)[0] == pytest.approx(p[[0, 7], [1, 3]], rel=1e-3)


def test_negatives_are_pairs_of_its_people_who_never_met():
    met = frozenset((a, a + 1) for a in range(0, 30, 2))
    edition = Edition(7, (Tie(0, 2), Tie(0, 1)), met, frozenset({(9, 4)}))
    new, unmet = new_and_unmet_pairs(edition, {}, seed=0)
    assert sorted(map(tuple, new.tolist())) == sorted(met - {(0, 1)})
    pairs = set(map(tuple, unmet.tolist()))
    assert len(pairs) == len(unmet) <= NON_TIES * len(new)
    assert not pairs & met
    assert not pairs & {(0, 2), (4, 9)}
    assert all(a < b < 30 for a, b in pairs)


def test_where_two_sides_meet_a_sampled_pair_is_of_both():
    """Else weights would be learned that tell the sides apart, which orders nobody's list."""
    sides = {person: "ab"[person % 2] for person in range(40)}
    edition = Edition(7, (Tie(0, 3), Tie(2, 1)), frozenset((a, (a + 7) % 40) for a in range(0, 40, 2)))
    _, unmet = new_and_unmet_pairs(edition, sides, seed=0)
    assert len(unmet) > 100
    assert all(sides[a] != sides[b] for a, b in unmet.tolist())


def test_an_edition_without_new_ties_answers_nothing():
    given = people()
    for edition in (Edition(1, (), frozenset()), Edition(1, (Tie(0, 1),), frozenset({(1, 0)}))):
        assert len(edition_answers(given, edition, read(given), policy=MatchingPolicy())) == 0


@pytest.mark.slow
def test_ties_that_follow_texts_raise_the_weight_of_text():
    """People met whose texts are close: the weight of text grows, that of what says nothing hardly moves."""
    given = people(160)
    vectors = read(given)
    close = vectors.about @ vectors.about.T
    np.fill_diagonal(close, -1)
    nearest = np.argsort(-close, axis=1)[:, :2]
    met = frozenset((min(a, b), max(a, b)) for a, row in enumerate(nearest.tolist()) for b in row)
    answers = edition_answers(given, Edition(3, (), met), vectors, policy=MatchingPolicy())
    assert len(met) * (1 + NON_TIES / 2) < answers.weight.sum() <= len(met) * (1 + NON_TIES)
    assert answers.yes.sum() == 2 * len(met)
    assert answers.sampled.tolist() == (~answers.yes).tolist()
    learned = learn(answers, MatchingPolicy())
    assert learned.weights["text"].value > MatchingPolicy().text
    assert learned.weights["topic"].value == pytest.approx(MatchingPolicy().topic)


def test_the_order_of_people_and_of_ties_changes_no_answer():
    given, rng = people(), np.random.default_rng(0)
    vectors = read(given)
    earlier, met = (Tie(0, 9), Tie(1, 8), Tie(9, 1)), [(a, a + 1) for a in range(0, 30, 2)]
    first = edition_answers(given, Edition(7, earlier, frozenset(met)), vectors, policy=MatchingPolicy()).sorted()
    for _ in range(3):
        shuffled = [given[k] for k in rng.permutation(len(given))]
        edition = Edition(7, earlier[::-1], frozenset((b, a) for a, b in rng.permutation(met).tolist()))
        again = edition_answers(shuffled, edition, vectors, policy=MatchingPolicy()).sorted()
        for field in fields(first):
            assert np.array_equal(getattr(first, field.name), getattr(again, field.name)), field.name
