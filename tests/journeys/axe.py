"""Accessibility faults of the open page, found by axe-core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PAGE_SIZES = {"phone": {"width": 360, "height": 780}, "desk": {"width": 1440, "height": 900}}
VIOLATIONS: dict[str, Any] = {"resultTypes": ["violations"]}
# Both widths and both schemes. The colour of a text depends on the scheme alone: tests/frontend/test_look.py.
LOOKS = (("phone", "light"), ("desk", "dark"))


def faults_of(page: Page, looks: Iterable[tuple[str, str]] = LOOKS) -> list[tuple[str, ...]]:
    """What is wrong with the open page in these looks: where, which rule, and the first element at fault."""
    page.wait_for_load_state()  # a link was followed perhaps, and a half-read page has faults of its own
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    page.evaluate(Axe().axe_script)  # once, not before each look as Axe.run would
    found: list[tuple[str, ...]] = []
    for size, scheme in looks:
        page.set_viewport_size(PAGE_SIZES[size])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [
            (page.url, size, scheme, broken["id"], broken["nodes"][0]["html"][:200])
            for broken in page.evaluate("async options => (await axe.run(options)).violations", VIOLATIONS)
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((page.url, size, "wider than the window"))
    return found
