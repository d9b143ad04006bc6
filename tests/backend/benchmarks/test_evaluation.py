"""Measures against hand-checked rankings and scikit-learn, intervals against scipy, and the file format."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap
from sklearn.metrics import ndcg_score, roc_auc_score

from backend.benchmarks.evaluation import (
    across_sectors,
    bootstrap_interval,
    evaluate,
    measure_ranking,
    questions_of,
    score_by_titian,
)
from backend.benchmarks.evaluation_set import read_evaluation_set
from matching.errors import BadEvaluationSet
from matching.policy import Policy
from matching.types import Vectors

PEOPLE = [
    json.dumps({"id": f"p{k}", "sector": ["a", "b"][k % 2], "about": [f"text {k % 4}"]}) for k in range(12)
]
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


@settings(deadline=None)
@given(st.data())
def test_ndcg_and_auc_equal_scikit_learn(data):
    size = data.draw(st.integers(2, 30))
    scores = np.array(
        data.draw(st.lists(st.integers(0, 10**6), min_size=size, max_size=size, unique=True)), float
    )
    positive = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    positive[data.draw(st.integers(0, size - 1))] = True
    ndcg, recall, hit, mrr, auc = measure_ranking(scores, positive, np.zeros(size))
    assert ndcg == pytest.approx(ndcg_score([positive.astype(float)], [scores], k=10))
    order = np.argsort(-scores)
    assert recall == pytest.approx(positive[order[:10]].sum() / positive.sum())
    assert hit == float(positive[order[:10]].any())
    assert mrr == pytest.approx(1 / (1 + np.argmax(positive[order])))
    if not positive.all():
        assert auc == pytest.approx(roc_auc_score(positive, scores))


def test_equal_scores_are_ordered_by_the_draw():
    positive = np.array([True, False])
    assert measure_ranking(np.zeros(2), positive, np.array([0.2, 0.1]))[3] == 0.5
    assert measure_ranking(np.zeros(2), positive, np.array([0.1, 0.2]))[3] == 1.0


def test_the_interval_agrees_with_scipy():
    values = np.random.default_rng(3).beta(0.3, 1, 250)
    ours = bootstrap_interval(values)
    oracle = bootstrap((values,), np.mean, method="percentile", n_resamples=2000, rng=1).confidence_interval
    assert ours == pytest.approx((oracle.low, oracle.high), abs=0.004)
    assert bootstrap_interval(values) == ours


def test_past_partners_and_oneself_are_no_candidates_and_cross_keeps_other_sectors():
    given_set = read()
    first = questions_of(given_set)[0]
    named = {given_set.names[k] for k in first.candidates}
    assert named == set(POOL) - {"p0", "p5"}
    crossed = across_sectors(questions_of(given_set), [p.constituency for p in given_set.people])
    assert [given_set.names[q.query] for q in crossed] == ["p0", "p3"]


def test_ties_age_from_the_newest():
    ages = [round(t.age_years, 2) for t in read().ties]
    assert ages == [1.75, 0.0]


def test_every_figure_of_the_format_is_there_and_two_runs_agree():
    given_set = read()
    found = evaluate(given_set, some_vectors(12), name="small")
    assert json.loads(json.dumps(found)) == evaluate(given_set, some_vectors(12), name="small")
    names = ["random", "popularity", "tfidf", "text", "adamic_adar", "pagerank", "rrf", "titian"]
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
        {
            "people": [
                json.dumps({"id": f"p{k}", "seeks": ["x"], "offers": ["y"], "topics": ["t"]})
                for k in range(12)
            ]
        },
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


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"people": [*PEOPLE, "{"]}, "people.jsonl, line 13: not a JSON object"),
        ({"people": [*PEOPLE, PEOPLE[0]]}, "people.jsonl, line 13: the id p0 appears twice"),
        ({"people": [*PEOPLE, '{"name": "x"}']}, "people.jsonl, line 13: id is missing"),
        ({"people": [*PEOPLE, '{"id": "x", "about": "x"}']}, "people.jsonl, line 13: about must be a list"),
        ({"ties": [*TIES, "p0,zz,2019-01-01,1"]}, "ties.csv, line 4: nobody in people.jsonl has the id zz"),
        ({"ties": [*TIES, "p0,p0,2019-01-01,1"]}, "ties.csv, line 4: p0 is tied to itself"),
        ({"ties": [*TIES, "p0,p1,soon,1"]}, "ties.csv, line 4: soon is not an ISO date"),
        ({"ties": [*TIES, "p0,p1,2019-01-01,-1"]}, "ties.csv, line 4: the weight -1 must be above zero"),
        ({"ties": [*TIES, "p0,p1"]}, "ties.csv, line 4: 4 columns expected, 2 found"),
        ({"queries": ["query", "p0"]}, "queries.csv, line 1: the column positive is missing"),
        ({"queries": [*QUERIES, "p0,"]}, "queries.csv, line 6: positive is empty"),
        ({"queries": QUERIES[:1]}, "queries.csv: holds no pair"),
        ({"pool": [*POOL, "p1"]}, "pool.txt, line 13: p1 was named in line 2 already"),
        ({"pool": [*POOL, "zz"]}, "pool.txt, line 13: nobody in people.jsonl has the id zz"),
        ({"groups": ["person,node", "zz,x"]}, "groups.csv, line 2: nobody"),
        ({"people": []}, "people.jsonl: holds nobody"),
    ],
)
def test_a_bad_line_names_file_line_and_cause(changed, message):
    with pytest.raises(BadEvaluationSet) as caught:
        read(**changed)
    assert str(caught.value).startswith(message)


def test_pairs_that_cannot_count_are_noticed():
    found = read(queries=[*QUERIES, "p0,p5", "p7,p8"], pool=[p for p in POOL if p != "p8"])
    assert [notice.split(":")[0] for notice in found.notices] == [
        "queries.csv, line 6",
        "queries.csv, line 7",
        "queries.csv",
    ]


def test_ours_finds_who_is_alike_when_only_texts_are_given():
    given_set = read(ties=())
    vectors = some_vectors(12)
    vectors.about[1] = vectors.about[0]
    scores = score_by_titian(given_set, vectors, Policy())
    row = given_set.names.index("p0")
    best = max((k for k in range(12) if k != row), key=lambda k: scores[row, k])
    assert given_set.names[best] == "p1"
    assert np.allclose(scores, scores.T)
