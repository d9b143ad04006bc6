"""The folder format of an evaluation, read from lines of text: people, earlier ties, pairs to predict or
grades of pairs."""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from matching.errors import MatchingError
from matching.types import Participant, Tie

DAYS_PER_YEAR = 365.25
FIELDS = ("about", "seeks", "offers")
WORDS = ("constituency", "sector", "organisation")
LISTS = (*FIELDS, "languages", "topics", "topics_seek", "topics_offer")
MAX_GRADE = 3.5
Lines = Iterable[str]


class BadEvaluationSet(MatchingError):
    """A file of an evaluation set that does not follow the format; names file, line and cause."""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """People with ids 0..n-1 in the order of the file's ids; `texts` hold each person's list per field;
    `positives` map a query to the people they newly met; `grades` map a seeker to the mean grade of each
    graded candidate, 0..3.5; `notices` name rows left out, and why; `tie_days` follow `ties`."""

    people: tuple[Participant, ...]
    names: tuple[str, ...]
    texts: Mapping[str, tuple[tuple[str, ...], ...]]
    ties: tuple[Tie, ...]
    pool: tuple[int, ...]
    positives: Mapping[int, tuple[int, ...]]
    grades: Mapping[int, Mapping[int, float]]
    notices: tuple[str, ...]
    tie_days: tuple[dt.date | None, ...]


def read_evaluation_set(
    people: Lines,
    queries: Lines | None = None,
    pool: Lines = (),
    ties: Lines = (),
    groups: Lines = (),
    grades: Lines | None = None,
) -> EvaluationSet:
    """From the lines of people.jsonl, queries.csv, pool.txt, ties.csv, groups.csv and grades.csv; all but
    people.jsonl may be absent.

    Raises BadEvaluationSet with file, line and cause for whatever does not follow the format.

    >>> found = read_evaluation_set(
    ...     ['{"id": "a"}', '{"id": "b", "about": ["mangroves"]}'], ["query,positive", "a,b"], ["b"])
    >>> found.positives, found.people[1].about
    ({0: (1,)}, 'mangroves')
    """
    rows = _read_people(people)
    names = tuple(sorted(rows))
    place = {name: k for k, name in enumerate(names)}
    nodes = _read_groups(groups, place)
    texts = {field: tuple(tuple(rows[name][field]) for name in names) for field in FIELDS}
    participants = tuple(
        Participant(
            id=k,
            constituency=rows[name]["constituency"] or rows[name]["sector"],
            organisation=rows[name]["organisation"],
            languages=frozenset(language.lower() for language in rows[name]["languages"]),
            about="\n".join(rows[name]["about"]),
            seeks="\n".join(rows[name]["seeks"]),
            offers="\n".join(rows[name]["offers"]),
            seeks_topics=frozenset(rows[name]["topics"] + rows[name]["topics_seek"]),
            offers_topics=frozenset(rows[name]["topics"] + rows[name]["topics_offer"]),
            sessions=frozenset(nodes.get(k, ())),
        )
        for k, name in enumerate(names)
    )
    met, tie_days = _read_ties(ties, place)
    candidates = _read_pool(pool, place)
    positives: Mapping[int, tuple[int, ...]] = {}
    notices: list[str] = []
    if queries is not None:
        pairs = {frozenset((tie.a, tie.b)) for tie in met}
        positives, notices = _read_queries(queries, place, set(candidates), pairs)
    graded = {} if grades is None else _read_grades(grades, place)
    return EvaluationSet(participants, names, texts, met, candidates, positives, graded, tuple(notices), tie_days)


def _read_people(lines: Lines) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for number, line in _filled(lines):
        try:
            raw = json.loads(line)
        except ValueError as error:
            raise _bad("people.jsonl", number, f"not a JSON object ({error})") from error
        if not isinstance(raw, dict):
            raise _bad("people.jsonl", number, "not a JSON object")
        name = raw.get("id")
        if not isinstance(name, str | int) or isinstance(name, bool) or str(name).strip() == "":
            raise _bad("people.jsonl", number, "id is missing")
        name = str(name).strip()
        if name in rows:
            raise _bad("people.jsonl", number, f"the id {name} appears twice")
        row: dict[str, Any] = {key: _word(raw, key, number) for key in WORDS}
        row |= {key: _list(raw, key, number) for key in LISTS}
        rows[name] = row
    if not rows:
        raise BadEvaluationSet("people.jsonl: holds nobody")
    return rows


def _word(raw: Mapping[str, Any], key: str, number: int) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _bad("people.jsonl", number, f"{key} must be a text")
    return value.strip()


def _list(raw: Mapping[str, Any], key: str, number: int) -> list[str]:
    value = raw.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _bad("people.jsonl", number, f"{key} must be a list of texts")
    return [text.strip() for text in value if text.strip()]


def _read_groups(lines: Lines, place: Mapping[str, int]) -> dict[int, set[str]]:
    nodes: dict[int, set[str]] = {}
    for number, row in _rows("groups.csv", lines, ("person", "node")):
        nodes.setdefault(_known("groups.csv", number, row["person"], place), set()).add(row["node"])
    return nodes


def _read_ties(lines: Lines, place: Mapping[str, int]) -> tuple[tuple[Tie, ...], tuple[dt.date | None, ...]]:
    """(ties aged from the newest one, their days); without a time they are all of one age, without a weight
    they weigh one."""
    found: list[tuple[int, int, dt.date | None, float]] = []
    for number, row in _rows("ties.csv", lines, ("a", "b")):
        a, b = (_known("ties.csv", number, row[end], place) for end in ("a", "b"))
        if a == b:
            raise _bad("ties.csv", number, f"{row['a']} is tied to itself")
        found.append((a, b, _date(row.get("time", ""), number), _weight(row.get("weight", ""), number)))
    newest = max((day for *_, day, _ in found if day is not None), default=None)
    ties = tuple(
        Tie(a, b, (newest - day).days / DAYS_PER_YEAR if newest and day else 0.0, weight, str(day.year) if day else "")
        for a, b, day, weight in found
    )
    return ties, tuple(day for *_, day, _ in found)


def _date(text: str, number: int) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        raise _bad("ties.csv", number, f"{text} is not an ISO date") from error


def _weight(text: str, number: int) -> float:
    try:
        weight = float(text) if text else 1.0
    except ValueError as error:
        raise _bad("ties.csv", number, f"the weight {text} is not a number") from error
    if not math.isfinite(weight) or weight <= 0:
        raise _bad("ties.csv", number, f"the weight {text} must be above zero")
    return weight


def _read_pool(lines: Lines, place: Mapping[str, int]) -> tuple[int, ...]:
    found: dict[int, int] = {}
    for number, line in _filled(lines):
        person = _known("pool.txt", number, line, place)
        if person in found:
            raise _bad("pool.txt", number, f"{line} was named in line {found[person]} already")
        found[person] = number
    return tuple(sorted(found))


def _read_queries(
    lines: Lines, place: Mapping[str, int], pool: set[int], met: set[frozenset[int]]
) -> tuple[dict[int, tuple[int, ...]], list[str]]:
    positives: dict[int, set[int]] = {}
    notices: list[str] = []
    asked: set[int] = set()
    for number, row in _rows("queries.csv", lines, ("query", "positive")):
        query, other = (_known("queries.csv", number, row[end], place) for end in ("query", "positive"))
        if query == other:
            raise _bad("queries.csv", number, f"{row['query']} is its own positive")
        asked.add(query)
        if other not in pool:
            notices.append(f"queries.csv, line {number}: {row['positive']} is not in pool.txt: cannot be found")
        elif frozenset((query, other)) in met:
            notices.append(f"queries.csv, line {number}: the two had met before, so the pair is not new")
        else:
            positives.setdefault(query, set()).add(other)
    if not positives:
        raise BadEvaluationSet("queries.csv: holds no pair that could be found")
    if len(asked) > len(positives):
        notices.append(f"queries.csv: {len(asked) - len(positives)} queries are left without a positive")
    return {query: tuple(sorted(positives[query])) for query in sorted(positives)}, notices


def _read_grades(lines: Lines, place: Mapping[str, int]) -> dict[int, dict[int, float]]:
    """The mean of both grades of each pair, by seeker and candidate."""
    found: dict[int, dict[int, float]] = {}
    for number, row in _rows("grades.csv", lines, ("seeker", "candidate", "grade_a", "grade_b")):
        seeker, candidate = (_known("grades.csv", number, row[end], place) for end in ("seeker", "candidate"))
        if seeker == candidate:
            raise _bad("grades.csv", number, f"{row['seeker']} is graded for themselves")
        if candidate in found.setdefault(seeker, {}):
            raise _bad("grades.csv", number, f"the pair {row['seeker']}, {row['candidate']} was graded already")
        found[seeker][candidate] = (_grade(row["grade_a"], number) + _grade(row["grade_b"], number)) / 2
    if not found:
        raise BadEvaluationSet("grades.csv: holds no pair")
    return {seeker: found[seeker] for seeker in sorted(found)}


def _grade(text: str, number: int) -> float:
    try:
        grade = float(text)
    except ValueError as error:
        raise _bad("grades.csv", number, f"the grade {text} is not a number") from error
    if not 0 <= grade <= MAX_GRADE:
        raise _bad("grades.csv", number, f"the grade {text} must lie between 0 and {MAX_GRADE}")
    return grade


def _filled(lines: Lines) -> Iterable[tuple[int, str]]:
    """Lines that hold something, with their numbers; a byte order mark is no content."""
    for number, line in enumerate(lines, start=1):
        text = line.strip().lstrip("\ufeff")
        if text:
            yield number, text


def _rows(file: str, lines: Lines, required: tuple[str, ...]) -> Iterable[tuple[int, dict[str, str]]]:
    """Rows of a CSV with a header, by column name, stripped."""
    reader = csv.reader(line.lstrip("\ufeff") for line in lines)
    header: list[str] | None = None
    for row in reader:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if header is None:
            header = [cell.lower() for cell in cells]
            missing = [name for name in required if name not in header]
            if missing:
                raise _bad(file, reader.line_num, f"the column {missing[0]} is missing")
            continue
        if len(cells) != len(header):
            raise _bad(file, reader.line_num, f"{len(header)} columns expected, {len(cells)} found")
        named = dict(zip(header, cells, strict=True))
        empty = [name for name in required if not named[name]]
        if empty:
            raise _bad(file, reader.line_num, f"{empty[0]} is empty")
        yield reader.line_num, named


def _known(file: str, number: int, name: str, place: Mapping[str, int]) -> int:
    if name not in place:
        raise _bad(file, number, f"nobody in people.jsonl has the id {name}")
    return place[name]


def _bad(file: str, number: int, cause: str) -> BadEvaluationSet:
    return BadEvaluationSet(f"{file}, line {number}: {cause}")
