"""The handbook's pictures, taken from a running demo: `make run`, and `make screenshots` beside it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Error, Page, ViewportSize, sync_playwright

from tests.chromium import ALONE, chromium

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 860}
ADDRESS = f"http://127.0.0.1:{os.environ.get('TITIAN_PORT') or 8000}"


class Picture(NamedTuple):
    """A page as one of the demo's people sees it; `enter` is who, in the address that lets them in."""

    name: str
    enter: str
    page: str


PICTURES = (
    Picture("suggestions", "government", "suggestions/"),
    Picture("desk", "organiser", "desk/"),
    Picture("bridges", "organiser", "desk/bridges/"),
    Picture("setup", "organiser", "set-up/"),
)


def take(page: Page, picture: Picture) -> None:
    page.goto(f"{ADDRESS}/demo/")
    page.locator(f"form[action*='/{picture.enter}/'] button").click()
    forum = "/".join(page.url.split("/")[:5])
    page.goto(f"{forum}/{picture.page}")
    page.screenshot(path=FOLDER / f"{picture.name}.png")


def main() -> int:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ALONE))
        try:
            for picture in PICTURES:
                context = browser.new_context(viewport=SIZE, locale="en", color_scheme="light")
                take(context.new_page(), picture)
                context.close()
        except Error as error:
            print(
                f"No demo at {ADDRESS}: start it with make run. {error.message.splitlines()[0]}",
                file=sys.stderr,
            )
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
