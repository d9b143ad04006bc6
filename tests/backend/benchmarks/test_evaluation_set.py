"""The folder format of an evaluation: what is read, noticed and refused."""

import json

import pytest

from backend.benchmarks.evaluation_set import BadEvaluationSet, read_evaluation_set

PEOPLE = [json.dumps({"id": f"p{k}", "sector": ["a", "b"][k % 2], "about": [f"text {k % 4}"]}) for k in range(12)]
QUERIES = ["query,positive", "p0,p1", "p0,p2", "p3,p0", "p4,p6"]
POOL = [f"p{k}" for k in range(12)]
GRADES = ["seeker,candidate,grade_a,grade_b", "p0,p1,3.5,3", "p0,p10,0,1.0", "p1,p0,0,0"]
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
        ({"people": ['{"id": "x", "languages": "en"}']}, "people.jsonl, line 1: languages must be a list"),
        ({"people": ['{"id": "x", "constituency": 3}']}, "people.jsonl, line 1: constituency must be a text"),
        ({"grades": ["seeker,candidate,grade_a"]}, "grades.csv, line 1: the column grade_b is missing"),
        ({"grades": [*GRADES, "p3,p4,1,x"]}, "grades.csv, line 5: the grade x is not a number"),
        ({"grades": [*GRADES, "p3,p4,1,4"]}, "grades.csv, line 5: the grade 4 must lie between 0 and 3.5"),
        ({"grades": [*GRADES, "p3,p4,nan,1"]}, "grades.csv, line 5: the grade nan must lie between"),
        ({"grades": [*GRADES, "p3,p4,-1,1"]}, "grades.csv, line 5: the grade -1 must lie between"),
        ({"grades": [*GRADES, "p3,p4,,1"]}, "grades.csv, line 5: grade_a is empty"),
        ({"grades": [*GRADES, "p3,zz,1,1"]}, "grades.csv, line 5: nobody in people.jsonl has the id zz"),
        ({"grades": [*GRADES, "p3,p3,1,1"]}, "grades.csv, line 5: p3 is graded for themselves"),
        ({"grades": [*GRADES, "p0,p1,1,1"]}, "grades.csv, line 5: the pair p0, p1 was graded already"),
        ({"grades": GRADES[:1]}, "grades.csv: holds no pair"),
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


def test_grades_are_the_mean_of_both_readings_and_both_directions_may_be_graded():
    assert read(grades=GRADES).grades == {0: {1: 3.25, 2: 0.5}, 1: {0: 0.0}}
    assert read().grades == {}


def test_queries_are_not_needed_beside_grades():
    found = read(queries=None, pool=(), grades=GRADES)
    assert (found.pool, found.positives, found.notices) == ((), {}, ())


def test_both_ways_of_writing_constituency_and_topics_are_read():
    rows = [
        {"id": "new", "constituency": "youth", "topics_seek": ["a"], "topics_offer": ["b"]},
        {"id": "old", "sector": "industry", "topics": ["c"]},
    ]
    new, old = read_evaluation_set([json.dumps(row) for row in rows]).people
    assert (new.constituency, new.seeks_topics, new.offers_topics) == ("youth", {"a"}, {"b"})
    assert (old.constituency, old.seeks_topics, old.offers_topics) == ("industry", {"c"}, {"c"})


def test_languages_are_read_as_codes():
    rows = ['{"id": "a", "languages": ["TH", "en"]}', '{"id": "b"}']
    assert [p.languages for p in read_evaluation_set(rows).people] == [{"th", "en"}, set()]
