"""The folder format of an evaluation: what is read, noticed and refused."""

import json

import pytest

from backend.benchmarks.evaluation_set import BadEvaluationSet, read_evaluation_set

PEOPLE = [
    json.dumps({"id": f"p{k}", "sector": ["a", "b"][k % 2], "about": [f"text {k % 4}"]}) for k in range(12)
]
QUERIES = ["query,positive", "p0,p1", "p0,p2", "p3,p0", "p4,p6"]
POOL = [f"p{k}" for k in range(12)]
TIES = ["a,b,time,weight", "p0,p5,2018-03-01,2", "p5,p1,2019-12-01,1"]


def read(**changed):
    files = {"people": PEOPLE, "queries": QUERIES, "pool": POOL, "ties": TIES, "groups": ()} | changed
    return read_evaluation_set(**files)


def test_ties_age_from_the_newest():
    ages = [round(t.age_years, 2) for t in read().ties]
    assert ages == [1.75, 0.0]


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
