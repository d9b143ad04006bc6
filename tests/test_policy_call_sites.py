"""Each place that asks the contact policy has a test that misses it; `make soak` switches off each."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from django.conf import settings

from tests.conftest import SLOW
from tests.policy_call_sites import Site, call_sites, listed_sites

# One of each kind: a list, a page, a file, a mail, a feed, figures, matching, the planner, and asking.
SOME = [
    "backend.booking.selectors.meetings._rows_of: public_profiles_for",
    "backend.directory.selectors.people.person_for: public_profiles_for",
    "backend.suggestions.selectors.export.exported_rows: refused_pairs",
    "backend.directory.selectors.needs_help.attendees_needing_help: matchable",
    "backend.booking.rules.can_see_meeting: contactable_ids",
    "backend.stats.rules.access.countable: matchable",
    "backend.suggestions.selectors.lists._cards: public_profiles_for",
    "backend.programme.selectors.planning_data.read_planning_data: refused_pairs",
    "backend.booking.services.requests.request_meeting: check_reachable",
]


def test_every_place_that_asks_the_policy_names_the_test_that_misses_it() -> None:
    """A new one gets two lines in `tests/policy_call_sites.txt`: where it asks, and its test."""
    assert sorted(set(call_sites())) == list(listed_sites())


def test_each_of_these_tests_is_of_the_first_tier() -> None:
    """So that `make test` alone finds the policy switched off at any one place."""
    named = {test.split("[")[0] for test in listed_sites().values()}
    assert len(named) > 100
    assert sorted(test for test in named if test.startswith(SLOW) or is_marked_slow(test)) == []


def is_marked_slow(test: str) -> bool:
    file, name = test.split("::")
    source = ast.parse((settings.BASE_DIR / file).read_text())
    marked = [node for node in source.body if "mark.slow" in ast.unparse(decorated_part(node))]
    return any(not isinstance(node, ast.FunctionDef) or node.name == name for node in marked)


def decorated_part(node: ast.stmt) -> ast.AST:
    """The decorators of a function; of all else (`pytestmark = ...`) the whole."""
    return ast.Tuple(node.decorator_list) if isinstance(node, ast.FunctionDef) else node


@pytest.mark.slow
def test_the_policy_switched_off_at_some_places_is_found() -> None:
    chosen = set(map(Site.read, SOME))
    assert chosen <= set(listed_sites())
    run = subprocess.run(
        [sys.executable, "-m", "tests.policy_call_sites", *SOME],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-4_000:]
    assert run.stdout.count("caught by") == len(SOME)
