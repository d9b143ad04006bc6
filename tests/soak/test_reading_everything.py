"""Every address as everybody of 1,000 situations, and the policy switched off in each module in turn."""

from __future__ import annotations

import ast
import importlib
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from backend.events.models import Attendee
from tests.reading_everything import Reading, walk_situations

SITUATIONS, TRIES = 1_000, 20
PERMISSIVE = {
    "may_contact": lambda *given, **named: True,
    "contactable_for": lambda attendee, *given: Attendee.objects.filter(event=attendee.event_id).exclude(
        pk=attendee.pk
    ),
    "matchable": lambda event: Attendee.objects.filter(event=event),
    "refused_pairs": lambda event, **named: set(),
}
ELSEWHERE = ("backend/safeguarding", "backend/demo", "backend/benchmarks")
# Run by jobs and commands, behind no address: their own tests find them switched off.
BEHIND_NO_ADDRESS = {
    "backend.suggestions.engine.event_data",
    "backend.suggestions.engine.learning",
    "backend.suggestions.management.commands.explain",
    "backend.suggestions.selectors.export",
}


def call_sites() -> Iterator[tuple[str, str]]:
    """(module, name) of each module that asks one of the four functions."""
    for path in sorted(Path(settings.BASE_DIR, "backend").rglob("*.py")):
        place = path.relative_to(settings.BASE_DIR)
        if not str(place).startswith(ELSEWHERE):
            calls = {
                node.func.id
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            yield from (
                (str(place.with_suffix("")).replace("/", "."), name)
                for name in sorted(calls & set(PERMISSIVE))
            )


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="django.request")


@pytest.mark.django_db
def test_nobody_reads_anywhere_what_is_closed_to_them(amount: Callable[[int], int]) -> None:
    started = time.perf_counter()
    count = amount(SITUATIONS)
    found = walk_situations(seed=4, count=count, everybody=True, every_number=True)
    seconds = time.perf_counter() - started
    print(
        f"\n{count:,} situations, {found.addresses:,} answers of {len(found.routes)} routes, {seconds:.0f} s"
    )
    assert found.leaks == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("module", "name"), [site for site in call_sites() if site[0] not in BEHIND_NO_ADDRESS]
)
def test_the_policy_switched_off_in_any_one_module_is_found(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch, amount: Callable[[int], int]
) -> None:
    monkeypatch.setattr(importlib.import_module(module), name, PERMISSIVE[name])
    found = Reading()
    try:
        found = walk_situations(seed=5, count=TRIES, everybody=True, stop=lambda found: bool(found.leaks))
    except Exception as error:
        found.leaks.append(repr(error))
    assert found.leaks
