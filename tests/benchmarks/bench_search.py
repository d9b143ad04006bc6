"""How long searches take among 10,000 people while lists are built, and how often one by meaning finds.

`python -m pytest tests/benchmarks/bench_search.py -q -s`. With BASE=FOLDER, another tree that reads the same
schema, the searches of both take turns, and the ratio of their processor time is printed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from scipy.stats import binomtest

from backend.core.models import UseCount
from backend.demo.people import demo_people
from backend.demo.texts import demo_text
from backend.directory.models import SearchText
from backend.directory.selectors.finding import BY_MEANING, Found, Wanted
from backend.directory.services.finding import find_people, read_names
from backend.directory.services.text_vectors import read_texts
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Person
from backend.suggestions.engine import meaning
from backend.suggestions.engine.texts import text_hash, text_reader
from tests.conftest import ENCODER
from tests.factories import NOW, make_attendee, make_event, make_organisation

PEOPLE, SEARCHES = 10_000, 40
FIELDS = ("seeks", "offers", "about")
TEXT = "We teach and write. We ask and answer."
DIMENSION = 384
FIXTURES = Path(__file__).parents[1] / "fixtures"
SEARCHES_BY_MEANING, FRESH_SEARCHES, NONSENSE = (
    json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    for name in ("searches", "searches_fresh", "searches_nonsense")
)


@pytest.fixture
def viewer(db: None) -> Attendee:
    return make_attendee(make_event(), name="Reader Reading")


def add_people(event: Event, names: Sequence[str], texts: Sequence[dict[str, str]]) -> list[Attendee]:
    """Adults who joined, in fifty organisations."""
    houses = [make_organisation(event) for _number in range(50)]
    people = Person.objects.bulk_create(
        Person(email=f"p{n}@example.org", name=name, address_hash=f"{n:064x}") for n, name in enumerate(names)
    )
    return Attendee.objects.bulk_create(
        Attendee(
            event=event, person=person, name=person.name, organisation=houses[n % 50], age_class="adult",
            agreed_at=NOW, agreement_version="1", languages=["en"], country="Laos", **texts[n % len(texts)],
        )
        for n, person in enumerate(people)
    )  # fmt: skip


def find(viewer: Attendee, text: str, by: str = "") -> Found:
    UseCount.objects.all().delete()
    return find_people(viewer=viewer, wanted=Wanted(q=text, by=by), page=1, now=NOW)


@contextmanager
def building() -> Iterator[None]:
    """Meanwhile lists for a thousand people are built on the same machine, again and again."""
    build = f"while true; do {sys.executable} manage.py bench_matching --people 1000; done"
    process = subprocess.Popen(
        ["sh", "-c", build],
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
        assert process.poll() is None
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def p95(what: str, do: Callable[[str], object], texts: Sequence[str]) -> float:
    """Milliseconds; the processor time of this process and of its database connection is printed, too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()

    def processor() -> float:
        """Milliseconds so far."""
        nanoseconds = Path(f"/proc/{backend}/schedstat").read_text().split()[0]
        return 1000 * time.process_time() + int(nanoseconds) / 1e6

    do(texts[0])
    took, worked = [], []
    for text in texts:
        start, before = time.perf_counter(), processor()
        do(text)
        took.append(1000 * (time.perf_counter() - start))
        worked.append(processor() - before)
    print(f"\n  {what}: median {statistics.median(took):.0f} ms, p95 {np.percentile(took, 95):.0f} ms,", end=" ")
    print(f"of processor {statistics.median(worked):.0f} and {np.percentile(worked, 95):.0f} ms,", end=" ")
    print(f"load {os.getloadavg()[0]:.1f}", end=" ")
    return float(np.percentile(took, 95))


@dataclass
class Tree:
    """The searches of one tree, in a process of its own; see `bench_search_client`."""

    process: subprocess.Popen[str]

    def took(self, texts: Sequence[str], by: str) -> list[float]:
        """Processor milliseconds of each, of the process and of its database connection."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"texts": texts, "by": by}) + "\n")
        self.process.stdin.flush()
        found: list[float] = json.loads(self.process.stdout.readline())
        return found


@contextmanager
def tree_in(folder: Path, viewer: Attendee) -> Iterator[Tree]:
    given = connection.settings_dict
    address = f"postgres://{given['USER']}:{quote(given['PASSWORD'])}@/{given['NAME']}?host={quote(given['HOST'])}"
    env = os.environ | {
        "DATABASE_URL": address,
        "PYTHONPATH": str(folder),
        "PGOPTIONS": "-c max_parallel_workers_per_gather=0",  # whose time nobody would count
    }
    client = Path(__file__).with_name("bench_search_client.py")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, str(client)], cwd=folder, env=env, **pipes) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"encoder": settings.ENCODER_FOLDER, "viewer": viewer.pk}) + "\n")
        yield Tree(process)
        process.stdin.close()


@pytest.mark.skipif("BASE" not in os.environ, reason="BASE names no other tree")
@pytest.mark.django_db(transaction=True)
def test_searches_of_two_trees_take_turns(request: pytest.FixtureRequest) -> None:
    viewer = make_attendee(make_event(), name="Reader Reading")
    chance = random.Random(1)
    members = demo_people()
    parts = [word for person in members for word in person.name.split()]
    names = [f"{chance.choice(parts)} {chance.choice(parts)} {chance.choice(parts)}" for _n in range(PEOPLE)]
    texts = [{"about": one.about, "seeks": one.seeks, "offers": one.offers} for one in members]
    people = add_people(viewer.event, names, texts)
    read_names(viewer.event_id)
    Attendee.objects.filter(pk__in=[one.pk for one in people[len(members) :]]).update(visibility="hidden")
    read_texts(viewer.event)
    Attendee.objects.update(visibility="listed")
    add_random_texts(viewer.event, people[len(members) :])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    by_meaning = [row["search"] for group in SEARCHES_BY_MEANING.values() for row in group]
    words = [chance.choice(parts) for _n in range(SEARCHES)]
    kinds = {"name": (names[:SEARCHES], ""), "word": (words, ""), "meaning": (by_meaning, BY_MEANING)}
    reader = request.config.stash[ENCODER]
    trees = {"base": Path(os.environ["BASE"]), "this": settings.BASE_DIR}
    with tree_in(trees["base"], viewer) as base, tree_in(trees["this"], viewer) as this:
        turns = (("base", base), ("this", this), ("this", this), ("base", base))
        for what, (asked, by) in kinds.items():
            took: dict[str, list[float]] = {"base": [], "this": []}
            encoder: dict[str, float] = {"base": 0.0, "this": 0.0}
            for tree in (base, this):
                tree.took(asked[:5], by)  # the first write what they keep
            for name, tree in turns:
                before = sum(reader.process.cpu_times()[:2]) if reader.process else 0.0
                took[name] += tree.took(asked, by)
                encoder[name] += sum(reader.process.cpu_times()[:2]) - before if reader.process else 0.0
            of_base, of_this = (statistics.median(took[name]) for name in ("base", "this"))
            read = {name: 1000 * seconds / len(took[name]) for name, seconds in encoder.items()}
            print(f"\n  {what}: {of_base:.1f} and {of_this:.1f} ms of processor, {of_this / of_base:.2f}", end="")
            print(f"; the encoder besides {read['base']:.1f} and {read['this']:.1f} ms", end=" ")


def add_random_texts(event: Event, people: Sequence[Attendee]) -> None:
    """A random vector for each text of these people, which all say TEXT."""
    rows = np.random.default_rng(1).normal(size=(len(people) * len(FIELDS), DIMENSION)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    model, read = text_reader().model, text_hash(TEXT)
    SearchText.objects.bulk_create(
        (
            SearchText(
                event=event, attendee=people[n // len(FIELDS)], field=FIELDS[n % len(FIELDS)],
                model=model, text_hash=read, language="en", profile_changed_at=NOW,
                vector=row,
            )
            for n, row in enumerate(rows)
        ),
        batch_size=2_000,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_search_among_ten_thousand_people_is_quick(viewer: Attendee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "SEARCH_SECONDS", 120.0)  # until the model is loaded
    chance = random.Random(1)
    parts = [word for person in demo_people() for word in person.name.split()]
    names = [f"{chance.choice(parts)} {chance.choice(parts)} {chance.choice(parts)}" for _n in range(PEOPLE)]
    people = add_people(viewer.event, names, [dict.fromkeys(FIELDS, TEXT)])
    start = time.perf_counter()
    assert read_names(viewer.event_id) > PEOPLE
    print(f"\n  {PEOPLE} names read in {time.perf_counter() - start:.1f} s", end=" ")
    add_random_texts(viewer.event, people)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does within a minute of so many new rows
    words = [chance.choice(parts) for _n in range(SEARCHES)]
    texts = [row["search"] for group in SEARCHES_BY_MEANING.values() for row in group]
    assert not find(viewer, texts[0], BY_MEANING).is_by_words
    with building():
        by_name = p95("by name", lambda text: find(viewer, text), names[:SEARCHES])
        by_word = p95("by one word", lambda text: find(viewer, text), words)
        by_meaning = p95("by meaning", lambda text: find(viewer, text, BY_MEANING), texts)
    assert max(by_name, by_word) < 100
    assert by_meaning < 250


@pytest.mark.django_db
def test_a_search_by_meaning_finds_whom_it_means_in_nine_languages(
    viewer: Attendee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "SEARCH_SECONDS", 120.0)
    members = demo_people()
    texts = [{"about": one.about, "seeks": one.seeks, "offers": one.offers} for one in members]
    add_people(viewer.event, [one.name for one in members], texts)
    read_texts(viewer.event)
    found_of_fitted = share_found(viewer, SEARCHES_BY_MEANING)
    found_of_fresh = share_found(viewer, FRESH_SEARCHES)
    assert min(found_of_fitted, found_of_fresh) >= 0.65
    assert (found_of_fitted + found_of_fresh) / 2 >= 0.75
    find_somebody = []
    for kind in ("nonsense", "off_topic"):
        searches = [search for one in NONSENSE.values() for search in one[kind]]
        finds = [bool(find(viewer, search, BY_MEANING).total) for search in searches]
        print(f"\n  {kind}: {sum(finds[::2])} of {len(finds[::2])} on which the floor was chosen,", end=" ")
        print(f"{sum(finds[1::2])} of {len(finds[1::2])} others find somebody:", end=" ")
        print(*(search for search, is_found in zip(searches, finds, strict=True) if is_found), sep=", ", end=" ")
        find_somebody += finds
    assert sum(find_somebody) <= 0.05 * len(find_somebody)


def share_found(viewer: Attendee, searches: Mapping[str, Sequence[Mapping[str, Any]]]) -> float:
    """The share of searches with somebody who offers it among the first three people; printed by language."""
    by_language = {}
    for language, rows in searches.items():
        hits = []
        for row in rows:
            found = find(viewer, row["search"], BY_MEANING)
            first = Attendee.objects.filter(pk__in=[one.attendee_id for one in found.people[:3]])
            wanted = {offered(one) for one in row["offers"]}
            hits.append(not wanted.isdisjoint(first.values_list("offers", flat=True)))
        by_language[language] = (sum(hits), len(hits))
    found = binomtest(*(sum(counts) for counts in zip(*by_language.values(), strict=True)))
    interval = found.proportion_ci(method="wilson")
    print("\n  " + ", ".join(f"{language} {hits}/{of}" for language, (hits, of) in by_language.items()))
    print(f"  success@3 {found.statistic:.3f} [{interval.low:.3f}, {interval.high:.3f}]", end=" ")
    return float(found.statistic)


def offered(place: int | str) -> str:
    """What somebody of the demo offers: a number is a place in the English profiles, "th3" in the Thai."""
    if isinstance(place, int):
        return str(demo_text("english_profiles")[place]["offers"]["text"])
    language, number = place[:-1], int(place[-1])
    profile = demo_text("local_language_profiles")[language][number]
    extra = profile["extra"]
    return "\n".join([profile["offers"]["text"], *([extra["text"]] if extra["field"] == "offers" else [])])
