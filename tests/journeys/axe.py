"""Accessibility faults of the open page, found by axe-core."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PAGE_SIZES = {"phone": {"width": 360, "height": 780}, "desk": {"width": 1440, "height": 900}}
ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
# Of the rules, those that a look decides: the others read the document, which is the same in each.
OF_COLOUR = ALL_RULES | {"runOnly": ["color-contrast", "link-in-text-block"]}
# Both widths and both schemes. The colour of a text depends on the scheme alone: tests/frontend/test_look.py.
LOOKS = (("phone", "light"), ("desk", "dark"))
ONE_LOOK = (("desk", "light"),)


def faults_of(page: Page, looks: Iterable[tuple[str, str]] = LOOKS) -> list[tuple[str, ...]]:
    """What is wrong with the open page in these looks: where, which rule, and the first element at fault.

    The first look is held to all rules, the others to those of colour and to their width.
    """
    page.wait_for_load_state()  # a link was followed perhaps, and a half-read page has faults of its own
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    page.evaluate(Axe().axe_script)  # once, not before each look as Axe.run would
    found: list[tuple[str, ...]] = []
    for rules, (size, scheme) in zip(chain([ALL_RULES], repeat(OF_COLOUR)), looks, strict=False):
        page.set_viewport_size(PAGE_SIZES[size])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [
            (page.url, size, scheme, broken["id"], broken["nodes"][0]["html"][:200])
            for broken in page.evaluate("async options => (await axe.run(options)).violations", rules)
        ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((page.url, size, "wider than the window"))
    page.evaluate("for (const menu of document.querySelectorAll('header details')) menu.open = false")
    return found
