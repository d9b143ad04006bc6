"""Every place that asks the contact policy, and the test that fails when the policy is switched off there.

`tests/policy_call_sites.txt` says which test that is. `python -m tests.policy_call_sites` switches the policy
off at each place in turn, and nowhere else, and runs its test; words after it choose places.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backend.core.compiled import CompiledRows
from tests.database import SERVER_OF_THIS_RUN

ROOT = Path(__file__).parents[1]
FOLDERS = ("backend", "frontend")
ELSEWHERE = ("backend/demo/", "backend/benchmarks/")  # invented people
LIST = Path(__file__).with_suffix(".txt")
CAUGHT = (AssertionError, pytest.fail.Exception, LookupError, ValueError)  # of a list: too short


@dataclass(frozen=True, order=True)
class Site:
    """A function that asks the policy, and the name by which it asks."""

    module: str
    function: str
    asked: str

    def __str__(self) -> str:
        return f"{self.module}.{self.function}: {self.asked}"

    @classmethod
    def read(cls, line: str) -> Site:
        place, asked = line.split(": ")
        module, function = place.rsplit(".", 1)
        return cls(module, function, asked)


def listed_sites() -> dict[Site, str]:
    """The test that finds each place switched off, as the list says."""
    lines = LIST.read_text().splitlines()
    return {Site.read(place): test.strip() for place, test in zip(lines[::2], lines[1::2], strict=True)}


def call_sites() -> Iterator[Site]:
    """The calls of `LETTING_THROUGH`'s names in the source."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if not place.startswith(ELSEWHERE):
                module = place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                yield from _calls(module, ast.parse(path.read_text()), "")


def _calls(module: str, node: ast.AST, function: str) -> Iterator[Site]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield from _calls(module, child, child.name)
            continue
        asked = child.func if isinstance(child, ast.Call) else None
        if isinstance(asked, ast.Name) and asked.id in LETTING_THROUGH:
            yield Site(module, function, asked.id)
        yield from _calls(module, child, function)


def switch_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody through where this function asks, and nowhere else."""
    module = importlib.import_module(site.module)
    asked, let_through = getattr(module, site.asked), LETTING_THROUGH[site.asked]

    def answer(*given: Any, **named: Any) -> Any:
        frame = sys._getframe(1)
        while frame.f_code.co_name.startswith("<") and frame.f_back is not None:
            frame = frame.f_back
        is_here = frame.f_code.co_name == site.function
        return (let_through if is_here else asked)(*given, **named)

    monkeypatch.setattr(module, site.asked, answer)
    write_anew(monkeypatch)


def write_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have queries that are kept written anew, now and after the test."""
    fetch = CompiledRows.fetch
    monkeypatch.setattr(
        CompiledRows, "fetch", lambda self, **given: fetch(CompiledRows(self._build, **self._stand_ins), **given)
    )
    rules = importlib.import_module("backend.safeguarding.rules")
    monkeypatch.setattr(rules, "_compiled", rules.compile_channels())
    monkeypatch.setattr(rules, "_compiled_among", rules.compile_channels(among=[-4]))
    monkeypatch.setattr(rules, "_matchable", rules.compile_matchable())


def _everybody_else(attendee: Any, channel: str, now: Any, among: Any = None) -> Any:
    from backend.core.compiled import any_of
    from backend.events.models.attendees import Attendee

    found = Attendee.objects.filter(event=attendee.event_id).exclude(pk=attendee.pk)
    return found if among is None else found.filter(pk__in=any_of(list(among)))


def _everybody(event: Any) -> Any:
    from backend.events.models.attendees import Attendee

    return Attendee.objects.filter(event=event)


def _is_here(attendee: Any, other_id: int, now: Any) -> bool:
    return bool(_everybody_else(attendee, "page", now, [other_id]).exists())


def _everybody_near(person_id: int) -> Any:
    from backend.events.models.attendees import Attendee

    events = Attendee.objects.filter(person=person_id).values("event")
    return Attendee.objects.filter(event__in=events).exclude(person=person_id)


def _every_account(person_id: int, ids: Any, now: Any) -> Any:
    from backend.people.models import Person

    return Person.objects.filter(pk__in=ids)


def _every_report(lead: Any) -> Any:
    from backend.safeguarding.models import Report

    return Report.objects.filter(event=lead.event_id)


def _all_profiles(*, viewer: Any, ids: Any, channel: str, now: Any) -> Any:
    from backend.safeguarding.selectors.public_profiles import public_profiles_of

    return public_profiles_of(_everybody(viewer.event).filter(pk__in=ids))


def _anybody(*, viewer: Any, attendee_id: int, now: Any) -> Any:
    from backend.events.selectors import shown_name
    from backend.safeguarding.selectors.public_profiles import TargetPerson

    other = _everybody(viewer.event).get(pk=attendee_id)
    return TargetPerson(other.person, shown_name(other))


def _anyone(*given: Any) -> Any:
    from django.db.models import Q

    return Q(pk__isnull=False)


def _no_pairs(event: Any, **named: Any) -> Any:
    from backend.safeguarding.rules import RefusedPairs

    return RefusedPairs()


def _none(*given: Any) -> Any:
    from django.db.models import Q

    return Q(pk__in=[])


# What answers in the place of each function of the policy, where it is switched off.
LETTING_THROUGH: dict[str, Callable[..., Any]] = {
    "adults_of_proposals": lambda minor, now: _everybody_else(minor, "page", now),
    "can_ask_delegations": lambda attendee, now: True,
    "can_see_meeting": lambda attendee, seated, now, channel="": attendee.pk in seated,
    "check_reachable": lambda attendee, other_id, now: None,
    "contactable_for": _everybody_else,
    "contactable_ids": lambda *asked: set(_everybody_else(*asked).values_list("pk", flat=True)),
    "contactable_pairs": lambda event_id, pairs, channel: set(pairs),
    "contactable_rows": lambda rows_of, *asked: list(rows_of(_everybody_else(*asked))),
    "countable": _everybody,
    "hiding_among": lambda ids: set(),
    "is_contact_blocked": _none,
    "is_held_as_minor": _none,
    "is_hidden_by": _none,
    "is_known_adult": _anyone,
    "is_listed_adult": _anyone,
    "is_open": _anyone,
    "is_paused": lambda attendee: False,
    "is_reachable_by": _anyone,
    "is_suspended": _none,
    "kept_contactable_for": _every_account,
    "can_block_or_report": _is_here,
    "matchable": _everybody,
    "may_meet": lambda seated, now, channel="": len(seated) > 1,
    "may_contact": lambda a, b, channel, now: True,
    "nameable_to": _everybody_near,
    "person_for_attendee": _anybody,
    "public_profiles_for": _all_profiles,
    "readable_for": _every_report,
    "refused_pairs": _no_pairs,
    "seated_together": lambda host, guests: tuple(guests),
    "visible_ids_for": lambda *, viewer, ids, channel, now: set(ids),
}


class SwitchedOff:
    """A plugin of pytest: each chosen place's test runs with the policy off there, and has to fail."""

    def __init__(self, sites: dict[Site, str]) -> None:
        self.sites = sites

    @pytest.fixture(autouse=True)
    def _switched_off(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        switch_off(request.node.site, monkeypatch)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """In the place of what was collected, a test for each site."""
        found = {item.nodeid: item for item in items}
        items[:] = [self._without(found[test], site) for site, test in self.sites.items()]

    def _without(self, item: pytest.Item, site: Site) -> pytest.Item:
        assert isinstance(item, pytest.Function)
        copy: pytest.Function = pytest.Function.from_parent(
            item.parent,
            name=f"{item.name} without {site}",
            callspec=getattr(item, "callspec", None),
            callobj=item.obj,
            fixtureinfo=item._fixtureinfo,
            originalname=item.originalname,
        )
        copy.site = site  # type: ignore[attr-defined]
        copy.add_marker(pytest.mark.xfail(raises=CAUGHT, strict=True))
        return copy

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A line for each place: what found it switched off."""
        if report.when == "call":
            test, _, site = report.nodeid.partition(" without ")
            word = "caught by" if report.outcome == "skipped" else "NOT CAUGHT BY"
            print(f"\n{site}\n    {word} {test}, {report.duration:.1f} s", end="")


def main(words: list[str]) -> int:
    for name in (SERVER_OF_THIS_RUN, "PYTEST_XDIST_WORKER"):  # begun by a test: on a server of its own
        os.environ.pop(name, None)
    sites = {site: test for site, test in listed_sites().items() if not words or set(words) & {str(site)}}
    options = ["--benchmark-disable", "-q", "-s", "--tb=short"]
    functions = dict.fromkeys(test.split("[")[0] for test in sites.values())
    return pytest.main([*options, *functions], plugins=[SwitchedOff(sites)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
