"""Graded introductions: measures by hand and by independent arithmetic, rankers, groups and lists."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from backend.benchmarks.evaluation_set import read_evaluation_set
from backend.benchmarks.graded import (
    candidates_of_seekers,
    evaluate_graded,
    has_preferences,
    listed_rows,
    measure_ranking,
    not_english,
    strength_table,
)
from matching.policy import MatchingPolicy
from matching.recommend.run import compute_run
from matching.recommend.strength import CUTS
from matching.text.language import detect_language
from matching.types import Suggested, Vectors

PEOPLE = 16
ENGLISH_TEXT = "I am looking for schools that want to teach children about safety"
THAI_TEXT = "เรากำลังมองหาพันธมิตรเพื่อสอนเด็ก"
RANKERS = ["titian_lists", "titian", "random", "tfidf", "lsa", "text"]
LINKED = ["adamic_adar", "pagerank", "rrf"]


def person(k, **changed):
    return {
        "id": f"p{k}",
        "constituency": ["youth", "industry", "civil"][k % 3],
        "organisation": f"o{k // 2}",
        "seeks": [THAI_TEXT if k == 3 else f"{ENGLISH_TEXT} {k % 5}"],
        "offers": [f"lessons for class {k % 4} and {k % 5}"],
        "languages": ["en"],
    } | changed


def grade_rows(seed=0):
    rng = np.random.default_rng(seed)
    rows = ["seeker,candidate,grade_a,grade_b"]
    for seeker in (0, 3, 6, 9):
        candidates = [k for k in rng.permutation(PEOPLE).tolist() if k != seeker][:9]
        rows.append(f"p{seeker},p{candidates[0]},3,2.5")
        for candidate in candidates[1:]:
            a, b = rng.integers(0, 8, 2) / 2 * (rng.random() < 0.7)
            rows.append(f"p{seeker},p{candidate},{a},{b}")
    return rows


def read(people=None, grades=None, **files):
    rows = people or [person(k) for k in range(PEOPLE)]
    given = read_evaluation_set([json.dumps(row) for row in rows], grades=grades or grade_rows(), **files)
    languages = {name: f"{name}_language" for name in ("seeks", "offers", "about")}
    return replace(
        given,
        people=tuple(
            replace(p, **{key: detect_language(getattr(p, name)) for name, key in languages.items()})
            for p in given.people
        ),
    )


def vectors_of(given, seed=1):
    rng = np.random.default_rng(seed)
    rows = [rng.standard_normal((len(given.people), 8)).astype(np.float32) for _ in range(2)]
    rows = [table / np.linalg.norm(table, axis=1, keepdims=True) for table in rows]
    return Vectors(rows[0], rows[1], np.zeros_like(rows[0]))


def test_measures_of_one_ranking_by_hand():
    grades = {1: 3.0, 2: 2.5, 3: 1.0, 4: 0.0, 5: 2.0}
    found = measure_ranking([4, 9, 2, 8, 5, 7, 1], grades)
    reached = 0 + (2**2.5 - 1) / math.log2(3) + 3 / 2 + 7 / math.log2(5)
    ideal = 7 + (2**2.5 - 1) / math.log2(3) + 3 / 2 + 1 / math.log2(5)
    assert found.ndcg6 == (pytest.approx(reached / ideal), 1)
    assert found.p6 == (2 / 6, 1)  # 2 and 5 of the first six; 9, 8 and 7 were not graded
    assert found.best == (2, 2)


def test_a_seeker_for_whom_nobody_is_any_good_counts_in_precision_alone():
    found = measure_ranking([1], {1: 0.0})
    assert (found.ndcg6, found.p6, found.best) == ((0.0, 0), (0.0, 1), (0, 0))


def test_the_best_are_looked_for_in_ten_places_only():
    assert measure_ranking(list(range(1, 12)), {10: 3.0, 11: 3.0}).best == (1, 2)


def judged(lists, rows, seekers):
    """The measures by another way: plain loops over exported lists, as a reader of the format would write."""
    grades = {}
    for row in csv.DictReader(rows):
        pair = row["seeker"], row["candidate"]
        grades.setdefault(pair[0], {})[pair[1]] = (float(row["grade_a"]) + float(row["grade_b"])) / 2

    def gain(ordered):
        return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(ordered[:6]))

    ndcg, precision, found, wanted = [], [], 0, 0
    for seeker in seekers:
        listed, own = lists[seeker], grades[seeker]
        ideal = gain(sorted(own.values(), reverse=True))
        if ideal:
            ndcg.append(gain([own[name] for name in listed if name in own]) / ideal)
        precision.append(sum(own.get(name, 0) >= 2 for name in listed[:6]) / 6)
        best = [name for name, grade in own.items() if grade >= 2.5]
        wanted += len(best)
        found += sum(name in listed[:10] for name in best)
    return sum(ndcg) / len(ndcg), sum(precision) / len(precision), found / wanted


@pytest.mark.parametrize("seed", range(4))
def test_figures_of_the_lists_equal_plain_arithmetic_on_the_exported_lists(seed):
    rows = grade_rows(seed)
    given = read(grades=rows)
    vectors = vectors_of(given, seed)
    run = compute_run(given.people, given.ties, vectors, policy=MatchingPolicy(exploratory_share=0.0))
    exported = {
        given.names[owner]: [given.names[other] for other in listed] for owner, listed in listed_rows(run).items()
    }
    found = evaluate_graded(given, vectors)["rankers"]["titian_lists"]
    for group, seekers in (("all", ["p0", "p3", "p6", "p9"]), ("not_english", ["p3"])):
        measured = [found[group][name] for name in ("ndcg6", "p6", "best")]
        assert measured == pytest.approx(judged(exported, rows, seekers))
        assert found[group]["seekers"] == len(seekers)


def test_every_figure_is_there_in_order_and_two_runs_agree():
    given = read()
    found = evaluate_graded(given, vectors_of(given))
    assert json.loads(json.dumps(found)) == evaluate_graded(given, vectors_of(given))
    assert found["ours"] == "titian_lists"
    assert found["pairs"] == len(grade_rows()) - 1
    assert list(found["rankers"]) == [*RANKERS, *LINKED]
    for measured in found["rankers"].values():
        for name in ("ndcg6", "p6", "best"):
            one = measured["all"]
            assert 0 <= one[f"{name}_low"] <= one[name] <= one[f"{name}_high"] <= 1
    lists = found["lists"]
    costs = {"score_cost", "own_share", "own_share_low"}
    assert set(lists) == {"ei", "ei_chance", "ei_floor", "gini", "coverage"} | costs
    assert lists["coverage"] == 1
    assert sum(row["places"] for row in found["strength"].values()) == PEOPLE * 10


def test_rankers_without_anything_to_rank_by_are_left_out():
    alone = [person(k, organisation="", languages=[]) for k in range(PEOPLE)]
    given = read(people=alone)
    assert list(evaluate_graded(given, vectors_of(given))["rankers"]) == RANKERS
    tied = read(people=alone, ties=["a,b", "p12,p13", "p12,p14", "p13,p15"])
    assert set(evaluate_graded(tied, vectors_of(tied))["rankers"]) == {*RANKERS, *LINKED, "rrf_3path"}
    silent = [person(k, seeks=[], offers=[]) for k in range(PEOPLE)]
    given = read(people=silent)
    found = evaluate_graded(given, Vectors.empty(PEOPLE))
    assert not {"text", "tfidf", "lsa"} & set(found["rankers"])
    assert found["rankers"]["titian"]["not_english"] is None


def test_whom_a_run_excludes_no_ranker_proposes():
    people = [person(k, languages=["th"] if k == 5 else ["en"]) for k in range(PEOPLE)]
    given = read(people=people, ties=["a,b", "p0,p8"])
    missing = set(range(PEOPLE)) - set(candidates_of_seekers(given)[0].tolist())
    names = {given.names[row] for row in missing}
    assert names == {"p0", "p1", "p8", "p5"}  # oneself, a colleague, a past partner, nobody to talk with


def test_the_language_of_what_is_sought_decides_the_group():
    given = read()
    assert [given.names[row] for row in not_english(given)] == ["p3"]
    unread = [replace(p, seeks_language="") for p in given.people]
    assert not_english(replace(given, people=tuple(unread))) == []


def test_each_word_of_strength_is_held_against_the_grades():
    strong, good, look = (least + 0.01 for _, least in CUTS)

    def listed(*entries):
        return tuple(Suggested(other, score, k, ()) for k, (other, score) in enumerate(entries, start=1))

    lists = {
        0: listed((1, strong), (2, strong), (3, strong), (4, good)),
        1: listed((0, good), (2, look)),
        2: listed((0, good)),  # nobody was graded for this person
    }
    grades = {0: {1: 3.0, 2: 1.5, 4: 2.0}, 1: {0: 0.0}}
    assert strength_table(lists, grades, {0, 1, 2}) == {
        "strong": {"places": 3, "share": 3 / 7, "graded": 2, "good": 0.5},
        "good": {"places": 3, "share": 3 / 7, "graded": 2, "good": 0.5},
        "worth_a_look": {"places": 1, "share": 1 / 7, "graded": 0, "good": None},
    }
    silent = strength_table(lists, grades, {1, 2})  # the first declares no need: at most good
    assert silent["strong"] == {"places": 0, "share": 0, "graded": 0, "good": None}
    assert silent["good"] == {"places": 6, "share": 6 / 7, "graded": 4, "good": 0.5}
    assert strength_table({}, {}, ())["strong"] == {"places": 0, "share": None, "graded": 0, "good": None}


def test_a_stack_to_fuse_needs_preferences_in_every_part():
    some, none = np.arange(9.0).reshape(3, 3), np.zeros((3, 3))
    assert has_preferences(np.stack([some, some.T]))
    assert not has_preferences(np.stack([some, none]))
