"""What the documents name exists: links, files, functions, tests, and every decision in its index."""

from __future__ import annotations

import ast
import hashlib
import importlib
import itertools
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings

from backend.config.languages import TRANSLATED, PageLanguage, catalogue_path
from matching.policy import MatchingPolicy
from matching.recommend.strength import CUTS

ROOT: Path = settings.BASE_DIR
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CURRENT = [path for path in DOCS if path.name != "CHANGELOG.md"]  # which also names what was
DECISIONS = ROOT / "docs" / "decisions"
SAFEGUARDING = ROOT / "docs" / "safeguarding.md"
SECURITY = ROOT / "docs" / "security.md"
MATCHING = ROOT / "docs" / "matching.md"
HANDBOOK = ROOT / "docs" / "handbook"
WHERE = ROOT / "docs" / "where.md"

CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
DOTTED = re.compile(r"\w+(?:\.\w+)+")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.(?:py|toml|md|txt|html|css|js)")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")

QUESTION = re.compile(r"^\| [^|]+\? \| (.+) \|$", re.MULTILINE)
ANSWERS = QUESTION.findall(WHERE.read_text())

PACKAGES = ("backend", "frontend", "matching")
FEATURES = {path.name for path in (ROOT / "backend").iterdir() if (path / "__init__.py").is_file()}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def code_in(path: Path) -> tuple[str, ...]:
    return tuple(CODE.findall(path.read_text()))


def names_in(path: Path) -> list[str]:
    """The dotted names of our packages in this document; `events.rules` stands for `backend.events.rules`."""
    words = (word.partition("(")[0] for word in code_in(path))
    dotted = [word for word in words if DOTTED.fullmatch(word)]
    full = [f"backend.{word}" if word.split(".")[0] in FEATURES else word for word in dotted]
    return [name for name in full if name.split(".")[0] in PACKAGES]


@cache
def anchors_of(path: Path) -> frozenset[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)


@cache
def functions_in(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    return frozenset(node.name for node in ast.walk(ast.parse(path.read_text())) if hasattr(node, "name"))


def definitions_in(path: Path) -> frozenset[str]:
    """Functions, classes, annotated fields, and names of constraints of this file."""
    if not path.is_file():
        return frozenset()
    nodes = list(ast.walk(ast.parse(path.read_text())))
    fields = {node.target.id for node in nodes if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    constraints = {
        node.value.value
        for node in nodes
        if isinstance(node, ast.keyword) and node.arg == "name" and isinstance(node.value, ast.Constant)
    }
    return functions_in(path) | fields | constraints


def exists(dotted: str) -> bool:
    """Whether this is a module, or a name reached from one by attributes."""
    parts = dotted.split(".")
    for place in range(len(parts), 0, -1):
        name = ".".join(parts[:place])
        if _is_module(name):
            found: object = importlib.import_module(name)
            for attribute in parts[place:]:
                if not hasattr(found, attribute):
                    return False
                found = getattr(found, attribute)
            return True
    return False


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def test_every_link_leads_to_a_file_and_a_heading_of_it() -> None:
    assert len(DOCS) > 40
    assert [(name_of(path), link) for path in DOCS for link in broken_links(path)] == []


def broken_links(path: Path) -> Iterator[str]:
    for link in LINK.findall(path.read_text()):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        file, _hash, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            yield link


def test_every_file_and_name_in_a_document_exists() -> None:
    assert [(name_of(path), name) for path in CURRENT for name in missing_names(path)] == []


def missing_names(path: Path) -> Iterator[str]:
    folders = (ROOT, ROOT / "backend", ROOT / "matching", ROOT / "docs", path.parent)
    files = [word for word in code_in(path) if FILE.fullmatch(word)]
    yield from (file for file in files if not any((folder / file).is_file() for folder in folders))
    yield from (name for name in names_in(path) if not exists(name))


def test_every_decision_is_in_the_index_once_and_numbered_without_a_hole() -> None:
    files = sorted(path.name for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [name[:4] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    index = (DECISIONS / "README.md").read_text()
    rows = [re.match(r"\| (\d{4}) \| \[[^]]+\]\(([^)]+)\) \|", line) for line in index.splitlines()]
    listed = [(row[1], row[2]) for row in rows if row]
    assert listed == [(name[:4], name) for name in files]


def test_a_decision_begins_with_its_number() -> None:
    decisions = sorted(DECISIONS.glob("0*.md"))
    assert len(decisions) > 30
    first_words = {path.name: path.read_text().split(" ")[:2] for path in decisions}
    assert {name: words for name, words in first_words.items() if words != ["#", f"{int(name[:4])}."]} == {}


def test_all_twelve_rules_are_there_each_with_a_test_or_what_is_missing() -> None:
    sections = re.split(r"^## (?=S\d)", SAFEGUARDING.read_text(), flags=re.MULTILINE)[1:]
    assert [section.split()[0] for section in sections] == [f"S{number}" for number in range(1, 13)]
    for section in sections:
        is_enforced = "- Enforced: " in section and TEST.search(section.partition("- Tests:")[2])
        assert is_enforced or "- Not yet: " in section


def test_the_safeguarding_rules_name_only_tests_that_exist() -> None:
    tests = [found.groups() for word in code_in(SAFEGUARDING) if (found := TEST.fullmatch(word))]
    assert len(names_in(SAFEGUARDING)) > 10
    assert len(tests) > 20
    assert not [f"{file}::{name}" for file, name in tests if name not in functions_in(ROOT / file)]


def test_every_row_about_security_names_what_holds_it_or_says_not_met() -> None:
    rows = [line for line in SECURITY.read_text().splitlines() if re.match(r"\| V\d", line)]
    assert {row.split("|")[2].strip() for row in rows} == {"met", "in part", "not met", "not met here"}
    for row in rows:
        state, named = row.split("|")[2].strip(), CODE.findall(row) + LINK.findall(row)
        assert named or state.startswith("not met"), row
        assert ("ot met" in row.split("|")[3]) == (state == "in part") or state.startswith("not met"), row
    words = code_in(SECURITY)
    tests = [found.groups() for word in words if (found := TEST.fullmatch(word))]
    assert not [f"{file}::{name}" for file, name in tests if name not in functions_in(ROOT / file)]
    variables = code_in(ROOT / "docs" / "running.md")
    names = [word for word in words if re.fullmatch(r"[A-Z][A-Z0-9_]+", word)]
    assert not [name for name in names if not hasattr(settings, name) and name not in variables]


def test_the_glossary_has_at_most_ninety_terms_in_order_each_with_a_place_that_exists() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    table = [line.strip("|").split("|") for line in lines if line.startswith("| ")]
    rows = [[cell.strip() for cell in cells] for cells in table[1:]]
    terms = [row[0].lower() for row in rows]
    assert 60 < len(terms) <= 90
    assert all(len(row) == 4 and all(row) for row in rows)
    assert terms == sorted(set(terms))
    places = {row[0]: CODE.findall(row[3]) for row in rows}
    assert [term for term, named in places.items() if not (named and is_in_a_module(named[0]))] == []


def is_in_a_module(dotted: str) -> bool:
    return dotted.split(".")[0] in PACKAGES and not _is_module(dotted) and exists(dotted)


def test_no_line_of_a_document_is_longer_than_120_characters() -> None:
    assert [(name_of(path), number) for path in CURRENT for number in long_lines(path)] == []


def long_lines(path: Path) -> Iterator[int]:
    """Numbers of the lines that are too long; a row of a table, a link or a name cannot be broken."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = LINK.sub("]()", line)
        if len(text) > 120 and not line.startswith("|") and " " in line.strip().removeprefix("- "):
            yield number


def test_the_newest_release_is_the_version_of_the_project_told_in_at_most_120_lines() -> None:
    releases = re.split(r"^(?=## \d)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.match(rf"## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)\n", releases[0])
    assert len(releases[0].rstrip().splitlines()) <= 120


def test_every_answer_of_where_to_find_it_names_a_file_and_what_is_in_it() -> None:
    named = {answer: list(places_in(answer)) for answer in ANSWERS}
    assert [answer for answer, places in named.items() if not places] == []
    places = {place for found in named.values() for place in found}
    assert [(file, word) for file, word in sorted(places) if word not in definitions_in(ROOT / file)] == []


def places_in(answer: str) -> Iterator[tuple[str, str]]:
    """Each name of an answer, after the file that is named before it."""
    file = ""
    for word in CODE.findall(answer):
        if FILE.fullmatch(word):
            file = word
        else:
            yield file, word


def test_there_are_at_least_twenty_questions() -> None:
    assert len(ANSWERS) >= 20


def test_the_settings_of_matching_are_the_defaults_of_the_policy() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (-?\d+(?:\.\d+)?|no|none) \|", MATCHING.read_text(), re.MULTILINE)
    words = {"no": False, "none": None}
    told = [(name, words[value] if value in words else float(value)) for name, value in rows]
    assert sorted(name for name, _ in told) == sorted(MatchingPolicy().as_dict())
    assert dict(told) == MatchingPolicy().as_dict()


def test_the_cuts_of_the_words_of_strength_are_those_shown() -> None:
    rows = re.findall(r"^\| (strong|good) \| >= (\.\d+) \|", MATCHING.read_text(), re.MULTILINE)
    assert [(word, float(cut)) for word, cut in rows] == [(word.value, cut) for word, cut in CUTS if cut > 0]


PLACEHOLDER = re.compile(r"%\(\w+\)s")
PARTS = ("attendee", "guardian")  # those of the handbook that are in every language of the pages
LABEL = re.compile(r"(?<![*\w])\*([^*]+)\*(?!\*)")
PICTURE = re.compile(r"^!\[[^]]*\]\([^)]*\)\n\n", re.MULTILINE)  # a translation may lack it
SHAPE = re.compile(r"^(?:#+ |- |\*\*)", re.MULTILINE)


@pytest.mark.slow
def test_a_translated_part_is_of_today_and_has_the_shape_and_the_labels_of_the_english_one() -> None:
    for part, language in itertools.product(PARTS, TRANSLATED):
        english = HANDBOOK / f"{part}.md"
        file = HANDBOOK / f"{part}.{language.folder}.md"
        head, text = file.read_text().split("\n---\n", 1)
        digest = hashlib.sha256(PICTURE.sub("", english.read_text()).encode()).hexdigest()[:12]
        assert f"english: {digest}" in head, f"Read {file.name} again: the English one has changed."
        assert SHAPE.findall(text) == SHAPE.findall(english.read_text()), file.name
        words = words_of(language)
        pairs = list(zip(labels_of(english.read_text()), labels_of(text), strict=True))
        assert [(ours, theirs) for ours, theirs in pairs if theirs not in words[ours]] == [], file.name


def labels_of(text: str) -> list[str]:
    """What stands between asterisks, which are labels of pages, but for the sentence under the title."""
    body = text.partition("\n## ")[2]
    return [re.sub(r"\s+", " ", label) for label in LABEL.findall(body)]


@cache
def words_of(language: PageLanguage) -> dict[str, set[str]]:
    """What each English text is in that language, with an ellipsis for what is filled in."""
    found: dict[str, set[str]] = {}
    for entry in polib.pofile(str(catalogue_path(language))):
        found.setdefault(PLACEHOLDER.sub("…", entry.msgid), set()).add(PLACEHOLDER.sub("…", entry.msgstr))
    return found
