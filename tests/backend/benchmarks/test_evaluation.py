"""Queries, baselines and figures of an evaluation."""

import json

import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics.pairwise import cosine_similarity

from backend.benchmarks.evaluation import (
    across_sectors,
    baseline_rankers,
    evaluate,
    ranking_queries,
    scores_of_candidates,
    titian_scores,
)
from backend.benchmarks.evaluation_set import read_evaluation_set
from matching.policy import MatchingPolicy
from matching.text.tfidf import fit_idf, term_frequencies, tfidf_vectors
from matching.types import Vectors

PEOPLE = [json.dumps({"id": f"p{k}", "sector": ["a", "b"][k % 2], "about": [f"text {k % 4}"]}) for k in range(12)]
QUERIES = ["query,positive", "p0,p1", "p0,p2", "p3,p0", "p4,p6"]
POOL = [f"p{k}" for k in range(12)]
TIES = ["a,b,time,weight", "p0,p5,2018-03-01,2", "p5,p1,2019-12-01,1"]


def read(**changed):
    files = {"people": PEOPLE, "queries": QUERIES, "pool": POOL, "ties": TIES, "groups": ()} | changed
    return read_evaluation_set(**files)


def some_vectors(people, seed=0):
    rows = np.random.default_rng(seed).standard_normal((people, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return Vectors(np.zeros_like(rows), np.zeros_like(rows), rows)


def test_past_partners_and_oneself_are_no_candidates_and_cross_keeps_other_sectors():
    given_set = read()
    first = ranking_queries(given_set)[0]
    named = {given_set.names[k] for k in first.candidates}
    assert named == set(POOL) - {"p0", "p5"}
    crossed = across_sectors(ranking_queries(given_set), [p.constituency for p in given_set.people])
    assert [given_set.names[q.query] for q in crossed] == ["p0", "p3"]


def test_every_figure_of_the_format_is_there_and_two_runs_agree():
    given_set = read()
    found = evaluate(given_set, some_vectors(12), name="small")
    assert json.loads(json.dumps(found)) == evaluate(given_set, some_vectors(12), name="small")
    baselines = ["random", "popularity", "tfidf", "lsa", "text", "adamic_adar", "pagerank", "rrf", "rrf_3path"]
    names = [*baselines, "titian"]
    assert list(found["rankers"]) == names
    assert found["best_baseline"] in names[:-1]
    for view, queries in (("all", 3), ("cross", 2)):
        assert found["rankers"]["titian"][view]["queries"] == queries
        for measure in ("ndcg10", "recall10", "hit10", "mrr", "auc"):
            one = found["rankers"]["titian"][view]
            assert one[f"{measure}_low"] <= one[measure] <= one[f"{measure}_high"]
        assert set(found["paired"][view]) == {"difference", "low", "high"}


@pytest.mark.parametrize(
    "changed",
    [
        {"ties": ()},
        {"people": [json.dumps({"id": f"p{k}"}) for k in range(12)]},
        {"people": [json.dumps({"id": f"p{k}", "seeks": ["x"], "offers": ["y"], "topics": ["t"]}) for k in range(12)]},
        {"groups": ["person,node", "p0,panel", "p1,panel"]},
        {"ties": ["a,b", "p0,p5"]},
        {"people": PEOPLE, "ties": (), "groups": ["person,node"]},
    ],
)
def test_whatever_is_optional_may_be_missing(changed):
    given_set = read(**changed)
    vectors = some_vectors(12) if given_set.people[0].about else Vectors.empty(12)
    found = evaluate(given_set, vectors)
    assert found["rankers"]["titian"]["all"]["queries"] == 3
    assert (found["paired"]["cross"] is None) == (not given_set.people[0].constituency)


def test_ours_finds_who_is_alike_when_only_texts_are_given():
    given_set = read(ties=())
    vectors = some_vectors(12)
    vectors.about[1] = vectors.about[0]
    scores = titian_scores(given_set, vectors, MatchingPolicy())
    row = given_set.names.index("p0")
    best = max((k for k in range(12) if k != row), key=lambda k: scores[row, k])
    assert given_set.names[best] == "p1"


def test_our_score_is_the_seekers_own():
    people = [{"id": "asker", "topics_seek": ["x"]}, {"id": "giver", "topics_offer": ["x"]}, {"id": "other"}]
    given_set = read(
        people=[json.dumps(row) for row in people],
        queries=["query,positive", "asker,giver"],
        pool=["giver", "other"],
        ties=(),
    )
    scores = titian_scores(given_set, Vectors.empty(3), MatchingPolicy())
    assert scores[0, 1] > scores[0, 2]
    assert scores[0, 1] > scores[1, 0]


def test_the_latent_baseline_is_that_of_scikit_learn():
    texts = [f"about subject {k % 5} and matter {k % 3} of case {k}" for k in range(12)]
    given_set = read(people=[json.dumps({"id": f"p{k}", "about": [texts[k]]}) for k in range(12)])
    counts = term_frequencies([p.about for p in given_set.people])
    rows = tfidf_vectors(counts, fit_idf(counts))
    exact = cosine_similarity(TruncatedSVD(12, random_state=0).fit_transform(rows))
    found = baseline_rankers(given_set, some_vectors(12))["lsa"]()
    assert np.allclose(found, exact, atol=1e-4)


def test_the_fused_baseline_ranks_by_words_and_by_paths_of_three_ties():
    # p0-p1-p2-p3 is one path of three ties; nobody is alike in words, so the path decides.
    given_set = read(
        people=[json.dumps({"id": f"p{k}", "about": [f"word{k}"]}) for k in range(6)],
        queries=["query,positive", "p0,p3"],
        pool=["p3", "p4", "p5"],
        ties=["a,b", "p0,p1", "p1,p2", "p2,p3", "p4,p5"],
    )
    rankers = baseline_rankers(given_set, some_vectors(6))
    candidates = np.array([3, 4, 5])
    by_words, by_paths = 1 / (60 + 2), [1 / (60 + 1), 1 / (60 + 2.5), 1 / (60 + 2.5)]
    fused = scores_of_candidates(rankers["rrf_3path"](), 0, candidates)
    assert fused == pytest.approx([by_words + path for path in by_paths])
    assert scores_of_candidates(rankers["adamic_adar"](), 0, candidates).tolist() == [0, 0, 0]
