"""Many forums on one installation: a small one has its lists soon beside a large one, and none waits for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import psutil
import pytest

from backend.events.models.events import Event
from backend.events.services.changes import SMALL_FORUM
from backend.suggestions.models import Run
from backend.suggestions.services.runs import queue_build
from tests.benchmarks.bench_pages import offers_of, seeks_of
from tests.factories import make_attendees, make_event
from tests.soak.waiting import seconds_until
from tests.worker import workers_at_work

LARGE, SMALL, MANY, OF_MANY = 2_000, 300, 50, 40
SIDES = (("ict-ministry", "government"), ("civil-society", "civil-society"), ("large-company", "industry"))
MOST_SECONDS = 3_600.0


def forum_of(people: int, seed: int) -> Event:
    """So many people, each with texts that nobody has read yet."""
    event = make_event(f"forum-{seed}")
    fields = [
        {
            "sector": SIDES[number % 3][0],
            "constituency": SIDES[number % 3][1],
            "seeks": f"{seeks_of(number)} ({seed})",
            "offers": f"{offers_of(number)} ({seed})",
        }
        for number in range(people)
    ]
    make_attendees(event, fields)
    return event


def seconds_to_build(forums: Sequence[Event]) -> float:
    """From queueing all of them until each has its lists."""
    for forum in forums:
        queue_build(event=forum)
    built = Run.objects.filter(event__in=forums, state=Run.State.CURRENT)
    return seconds_until(lambda: built.count() == len(forums), most=MOST_SECONDS)


def processor_seconds() -> float:
    """Of the worker, which is in this process, and of the encoder: other work on the machine changes it little."""
    process = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))


@pytest.mark.django_db(transaction=True)
def test_a_small_forum_has_its_lists_soon_while_a_large_one_builds(
    amount: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    few, many = amount(SMALL), max(SMALL_FORUM + 100, amount(LARGE))
    warm, alone, beside = (forum_of(people, seed) for people, seed in ((20, 1), (few, 2), (few, 3)))
    large, process = forum_of(many, 4), psutil.Process()
    with workers_at_work():
        seconds_to_build([warm])
        seconds_alone = seconds_to_build([alone])
        memory_of_one = process.memory_info().rss
        began = time.monotonic()
        queue_build(event=large)
        seconds_until(Run.objects.filter(event=large, state=Run.State.BUILDING).exists, most=MOST_SECONDS)
        seconds_beside = seconds_to_build([beside])
        is_building = Run.objects.filter(event=large, state=Run.State.BUILDING).exists()
        memory_of_two = process.memory_info().rss
        built = Run.objects.filter(event=large, state=Run.State.CURRENT)
        seconds_until(built.exists, most=MOST_SECONDS)
        seconds_of_large = time.monotonic() - began
    with capsys.disabled():
        print(
            f"\n{few} people: {seconds_alone:.1f} s alone, {seconds_beside:.1f} s while {many:,} build, "
            f"which took {seconds_of_large:.0f} s; memory {memory_of_one >> 20} and {memory_of_two >> 20} MB"
        )
    assert is_building, "the large one was done first: nothing is shown"
    assert seconds_beside <= 2 * seconds_alone + 10


@pytest.mark.django_db(transaction=True)
def test_fifty_forums_at_once_take_as_long_as_one_after_the_other(
    amount: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    many = amount(MANY)
    one_by_one, together = ([forum_of(OF_MANY, start + number) for number in range(many)] for start in (100, 200))
    with workers_at_work():
        seconds_to_build([forum_of(20, 1)])
        began = processor_seconds()
        alone = sum(seconds_to_build([forum]) for forum in one_by_one)
        between = processor_seconds()
        at_once = seconds_to_build(together)
        ended = processor_seconds()
    with capsys.disabled():
        print(
            f"\n{many} forums of {OF_MANY}: one after the other {alone:.1f} s, {between - began:.1f} of a processor; "
            f"at once {at_once:.1f} s, {ended - between:.1f} of a processor"
        )
    assert ended - between <= 1.2 * (between - began)
