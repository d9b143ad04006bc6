"""The evaluate command: thin over the evaluation, but its files, refusals and cache are its own."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.benchmarks.bench_evaluation import CEILINGS, FLOORS, shortfalls

PEOPLE = [json.dumps({"id": f"p{k}", "sector": ["a", "b"][k % 2]}) for k in range(6)]
FILES = {
    "people.jsonl": PEOPLE,
    "queries.csv": ["query,positive", "p0,p1", "p2,p3"],
    "pool.txt": [f"p{k}" for k in range(6)],
    "ties.csv": ["a,b,time,weight", "p0,p4,2019-01-01,1", "p1,p4,2018-01-01,1"],
}


GRADES = ["seeker,candidate,grade_a,grade_b", "p0,p1,3,2.5", "p0,p3,0,1", "p2,p5,2,2"]


@pytest.fixture
def folder(tmp_path):
    for name, lines in FILES.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_a_folder_without_texts_is_measured_without_loading_a_model(folder, capsys):
    call_command("evaluate", folder, "--json", folder / "out.json")
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert found["ours"] == "titian"
    assert found["rankers"]["titian"]["all"]["queries"] == 2
    assert "titian" in capsys.readouterr().out


def test_a_folder_of_grades_alone_is_measured(folder, capsys):
    (folder / "grades.csv").write_text("\n".join(GRADES) + "\n", encoding="utf-8")
    for name in ("queries.csv", "pool.txt", "ties.csv"):
        (folder / name).unlink()
    call_command("evaluate", folder, "--json", folder / "out.json")
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert set(found) == {"set", "graded"}
    assert found["graded"]["pairs"] == 3
    assert found["graded"]["rankers"]["titian_lists"]["all"]["seekers"] == 2
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith(f"{folder.name}: 3 graded pairs")
    assert shown[1] == "all, 2 seekers"
    assert shown[2].split()[0] == "titian_lists"
    table = shown.index("not writing English: none") + 1
    assert shown[table].startswith("lists: E-I ")
    assert [line.split()[0] for line in shown[table + 2 :]] == ["strong", "good", "worth_a_look"]


def test_grades_beside_queries_add_to_the_same_figures(folder, capsys):
    call_command("evaluate", folder, "--json", folder / "before.json")
    (folder / "grades.csv").write_text("\n".join(GRADES) + "\n", encoding="utf-8")
    call_command("evaluate", folder, "--json", folder / "after.json")
    before, after = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("before.json", "after.json"))
    assert set(after) - set(before) == {"graded"}
    assert {key: after[key] for key in before} == before
    assert "graded pairs" in capsys.readouterr().out


def set_to_limits(found, past):
    """Set every figure that has a floor or a ceiling to it, or past it."""
    floors, ceilings = FLOORS[found["set"]], CEILINGS.get(found["set"], {})
    limits = {path: limit - past for path, limit in floors.items()}
    for path, limit in (limits | {path: limit + past for path, limit in ceilings.items()}).items():
        *parents, last = path.split(".")
        at = found
        for key in parents:
            at = at.setdefault(key, {})
        at[last] = limit


@pytest.mark.parametrize("name", FLOORS)
def test_figures_past_their_limits_are_named_one_by_one(name):
    found = {"set": name}
    set_to_limits(found, past=0)
    assert list(shortfalls(found)) == []
    set_to_limits(found, past=0.001)
    limits = [*FLOORS[name], *CEILINGS.get(name, {})]
    assert [sentence.split(":")[0] for sentence in shortfalls(found)] == limits


def test_a_figure_that_was_not_measured_falls_short_and_other_sets_have_no_floors():
    assert "rankers.titian.cross.ndcg10 was not measured" in list(
        shortfalls({"set": "unfccc-cop26", "rankers": {"titian": {"cross": None}}})
    )
    assert list(shortfalls({"set": "another"})) == []


def test_a_missing_file_a_bad_line_and_a_wrong_encoding_are_one_sentence_each(folder):
    (folder / "ties.csv").write_bytes(b"a,b\np0,p\xff1\n")
    with pytest.raises(CommandError, match=r"ties\.csv, line 2: not UTF-8"):
        call_command("evaluate", folder)
    (folder / "ties.csv").write_text("a,b\np0,p9\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"ties\.csv, line 2: nobody in people\.jsonl has the id p9"):
        call_command("evaluate", folder)
    (folder / "pool.txt").unlink()
    with pytest.raises(CommandError, match=r"has no pool\.txt"):
        call_command("evaluate", folder)
    (folder / "queries.csv").unlink()
    with pytest.raises(CommandError, match=r"has neither queries\.csv nor grades\.csv"):
        call_command("evaluate", folder)
    (folder / "grades.csv").write_text("\n".join([*GRADES, "p1,p2,4,1"]), encoding="utf-8")
    (folder / "ties.csv").unlink()
    with pytest.raises(CommandError, match=r"grades\.csv, line 5: the grade 4 must lie between 0 and 3\.5"):
        call_command("evaluate", folder)
    (folder / "people.jsonl").unlink()
    with pytest.raises(CommandError, match=r"has no people\.jsonl"):
        call_command("evaluate", folder)
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("evaluate", folder / "nowhere")


def test_figures_that_cannot_be_written_are_refused(folder):
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("evaluate", folder, "--json", folder / "nowhere" / "out.json")
