"""The evaluate command: thin over the evaluation, but its files, refusals and cache are its own."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.benchmarks.bench_evaluation import shortfalls

PEOPLE = [json.dumps({"id": f"p{k}", "sector": ["a", "b"][k % 2]}) for k in range(6)]
FILES = {
    "people.jsonl": PEOPLE,
    "queries.csv": ["query,positive", "p0,p1", "p2,p3"],
    "pool.txt": [f"p{k}" for k in range(6)],
    "ties.csv": ["a,b,time,weight", "p0,p4,2019-01-01,1", "p1,p4,2018-01-01,1"],
}


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


def test_figures_below_what_is_demanded_are_named_one_by_one(folder):
    call_command("evaluate", folder, "--json", folder / "out.json")
    found = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    good = {"all": 0.160, "cross": 0.150}
    for view, least in good.items():
        found["rankers"]["titian"][view]["ndcg10"] = least
        found["paired"][view]["low"] = 0.001
    assert list(shortfalls(found)) == []
    for view, least in good.items():
        found["rankers"]["titian"][view]["ndcg10"] = least - 0.001
        found["paired"][view]["low"] = 0.0
    assert len(list(shortfalls(found))) == 4
    found["rankers"]["titian"]["cross"] = found["paired"]["cross"] = None  # no sectors, so nothing is shown
    assert "cross: no query can be asked" in list(shortfalls(found))


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
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("evaluate", folder / "nowhere")


def test_figures_that_cannot_be_written_are_refused(folder):
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("evaluate", folder, "--json", folder / "nowhere" / "out.json")
