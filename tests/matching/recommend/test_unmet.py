"""Needs that nobody answers, and offers that nobody seeks."""

from dataclasses import replace

import numpy as np

from matching.policy import MatchingPolicy
from matching.recommend.candidates import score_candidates
from matching.recommend.dataset import prepare_dataset
from matching.recommend.features import prepare_features
from matching.recommend.run import compute_run
from matching.recommend.scoring import Scorer, fit_standardiser, need, standardised_features
from matching.recommend.unmet import ANSWERED, BestAnswers
from matching.types import Participant, Vectors
from tests.matching.recommend.strategies import make_people

NO_TOPICS = {"seeks_topics": frozenset(), "offers_topics": frozenset()}


def test_the_best_answers_are_the_largest_over_allowed_pairs_of_any_tiling():
    people, ties, vectors = make_people(60, 2, ties=30)
    policy = MatchingPolicy()
    dataset = prepare_dataset(people, ties, vectors, (), policy)
    features = fit_standardiser(prepare_features(dataset.participants, vectors, dataset.incidence, policy), policy)
    best = score_candidates(Scorer.from_features(features, policy), dataset.groups, dataset.exclusions)[1]
    left, right = (ends.ravel() for ends in np.indices((60, 60)))
    parts = standardised_features(features, policy, left, right, None)
    answers = need({name: parts[name] for name in ("text", "topic")}, policy).reshape(60, 60)
    answers[dataset.exclusions.mask(slice(0, 60), slice(0, 60))] = -np.inf
    assert np.allclose(best.need, answers.max(axis=1), atol=1e-4)
    assert np.allclose(best.offer, answers.max(axis=0), atol=1e-4)
    tiled = BestAnswers.empty(60)
    for i, j in ((slice(0, 40), slice(0, 40)), (slice(0, 40), slice(40, 60)), (slice(40, 60), slice(40, 60))):
        of_rows, of_columns = BestAnswers.of_tile(answers[i, j], answers[j, i].T)
        tiled.update(i, of_rows)
        tiled.update(j, of_columns)
    assert (tiled.need == answers.max(axis=1).astype(np.float32)).all()
    assert (tiled.offer == answers.max(axis=0).astype(np.float32)).all()


def test_a_need_is_unmet_when_its_only_answer_may_not_be_contacted():
    people, _, vectors = make_people(40, 4)
    offers = vectors.offers.copy()
    offers[7] = vectors.seeks[3]
    people = [replace(p, organisation=str(p.id), **NO_TOPICS) for p in people]
    fitting = Vectors(vectors.seeks, offers, vectors.about)
    seeker, giver = people[3].id, people[7].id
    free = compute_run(people, [], fitting).report
    assert seeker not in free.unmet_needs
    assert giver not in free.unsought_offers
    refused = compute_run(people, [], fitting, excluded=[(giver, seeker)]).report
    assert set(refused.unmet_needs) - set(free.unmet_needs) == {seeker}
    assert set(refused.unsought_offers) - set(free.unsought_offers) <= {giver}
    assert refused.as_dict()["unmet_needs"] == refused.unmet_needs


def test_who_declares_nothing_is_on_neither_list_and_topics_alone_are_met_by_one_offer():
    safety, judges = frozenset({"safety"}), frozenset({"judges"})
    people = [
        Participant(1, about="x"),
        Participant(2, seeks_topics=safety),
        Participant(3, offers_topics=safety),
        Participant(4, seeks_topics=judges),
        Participant(5, offers_topics=frozenset({"parents"})),
    ]
    report = compute_run(people, [], Vectors.empty(5)).report
    assert (report.unmet_needs, report.unsought_offers) == ((4,), (5,))
    assert ANSWERED > 0
