"""What is wrong with a page is found in whichever look shows it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys.axe import faults_of

PAGE = "<!doctype html><html lang=en><title>A page</title><style>{}</style><main><h1>A page</h1>{}</main></html>"
FAINT_IN_THE_DARK = "@media (prefers-color-scheme: dark) { body { background: #000; color: #222 } }"


@pytest.mark.parametrize(
    ("style", "text", "fault"),
    [
        ("body { color: #ccc; background: #fff }", "", ("phone", "light", "color-contrast")),
        (FAINT_IN_THE_DARK, "", ("desk", "dark", "color-contrast")),
        ("", "<input>", ("phone", "light", "label")),
        ("@media (min-width: 60em) { main { width: 200em } }", "", ("desk", "wider than the window")),
    ],
    ids=["faint", "faint in the dark", "no label", "wide"],
)
def test_a_fault_is_found_in_the_look_that_shows_it(page: Page, style: str, text: str, fault: tuple[str, ...]) -> None:
    page.set_content(PAGE.format(style, text))
    assert fault in {found[1 : 1 + len(fault)] for found in faults_of(page)}
    page.set_content(PAGE.format("", "<p>Sound</p>"))
    assert faults_of(page) == []
