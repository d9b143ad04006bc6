"""Weights learned from a folder's ties: which ties count, what is left out of the texts, what is reported."""

import datetime as dt
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from backend.benchmarks.evaluation_set import read_evaluation_set
from backend.benchmarks.learning import editions_until, without_shared_texts

COUNT, TIES = 72, 220
PEOPLE = [json.dumps({"id": f"p{k:02}", "sector": "ab"[k // 6 % 2], "topics": [f"t{k % 6}"]}) for k in range(COUNT)]
"""Twelve people of each topic."""


def tie_lines(seed=0):
    """Two years of ties among people of one topic."""
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(COUNT) for b in range(a + 6, COUNT, 6)]
    rng.shuffle(pairs)
    days = ["2017-06-01"] * (TIES // 2) + ["2018-06-01"] * (TIES // 2)
    return [f"p{a:02},p{b:02},{day},1" for (a, b), day in zip(pairs, days, strict=False)], pairs[TIES : TIES + 40]


@pytest.fixture
def folder(tmp_path):
    ties, later = tie_lines()
    files = {
        "people.jsonl": PEOPLE,
        "ties.csv": ["a,b,time,weight", *ties],
        "pool.txt": [f"p{k:02}" for k in range(COUNT)],
        "queries.csv": ["query,positive", *(f"p{a:02},p{b:02}" for a, b in later)],
    }
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_the_weights_of_earlier_ties_are_reported_with_what_they_gain(folder, capsys):
    call_command("evaluate", folder, "--learn-until", "2018-12-31", "--json", folder / "out.json")
    learned = json.loads((folder / "out.json").read_text(encoding="utf-8"))["learned"]
    assert learned["yes"] == 2 * TIES
    assert learned["answers"] > 1_000
    topic = learned["weights"]["topic"]
    assert topic["low"] < topic["value"] < topic["high"]
    assert topic["value"] > topic["prior"]
    for view in ("all", "cross"):
        figures = learned["ndcg10"][view]
        assert figures["difference"] == pytest.approx(figures["learned"] - figures["default"])
        assert figures["low"] <= figures["difference"] <= figures["high"]
    printed = capsys.readouterr().out
    assert f"weights learned from {learned['answers']:,} answers of ties up to 2018-12-31" in printed
    assert f"  topic        1.00 -> {topic['value']:.2f} [{topic['low']:.2f}, {topic['high']:.2f}]" in printed


def test_learning_leaves_the_other_figures_as_they_are(folder):
    call_command("evaluate", folder, "--json", folder / "before.json")
    call_command("evaluate", folder, "--learn-until", "2018-12-31", "--json", folder / "after.json")
    before, after = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("before.json", "after.json"))
    del after["learned"]
    assert before == after


def test_only_ties_up_to_the_day_are_learned_from(folder):
    ties = [tie.replace("2018-06-01", "") if k % 2 else tie for k, tie in enumerate(tie_lines()[0])]
    given = read_evaluation_set(PEOPLE, ties=["a,b,time,weight", *ties])
    first, second = editions_until(given, dt.date(2018, 6, 1))
    assert (len(first.met), len(first.earlier), len(second.earlier)) == (TIES // 2, 0, TIES // 2)
    assert first.later == second.met
    assert editions_until(given, dt.date(2018, 5, 31)) == [first]
    assert {tie.age_years for tie in second.earlier} == {365 / 365.25}


def test_texts_that_hold_a_sentence_of_somebody_else_are_left_out():
    people = [
        {"id": "a", "about": ["We plant trees. We met in Lima.", "We count fish."]},
        {"id": "b", "about": ["We met in Lima."], "offers": ["Nets."]},
    ]
    given = without_shared_texts(read_evaluation_set([json.dumps(row) for row in people]))
    assert [person.about for person in given.people] == ["We count fish.", ""]
    assert given.people[1].offers == "Nets."
    assert given.texts["about"] == (("We count fish.",), ())


@pytest.mark.parametrize("day", ["2016-01-01"])
def test_a_day_before_all_ties_is_refused(folder, day):
    with pytest.raises(CommandError, match="no ties up to 2016-01-01"):
        call_command("evaluate", folder, "--learn-until", day)


def test_a_set_without_queries_is_refused(folder):
    (folder / "queries.csv").unlink()
    (folder / "grades.csv").write_text("seeker,candidate,grade_a,grade_b\np00,p01,3,3\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"has no queries\.csv"):
        call_command("evaluate", folder, "--learn-until", "2018-12-31")
