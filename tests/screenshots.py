"""The handbook's pictures, taken from a running demo: `make run`, and `make screenshots` beside it."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import NamedTuple

import django
from PIL import Image
from playwright.sync_api import Error, Page, ViewportSize, sync_playwright

from tests.chromium import ALONE, chromium

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDE: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 780}
QUALITY = 80
ADDRESS = f"http://127.0.0.1:{os.environ.get('TITIAN_PORT') or 8000}"


class Picture(NamedTuple):
    """A page as one of the demo's people sees it; `enter` is who, in the address that lets them in."""

    name: str
    enter: str
    page: str
    size: ViewportSize = WIDE


PICTURES = (
    Picture("suggestions", "government", "suggestions/"),
    Picture("meetings", "government", "meetings/", PHONE),
    Picture("desk", "organiser", "desk/"),
    Picture("bridges", "organiser", "desk/bridges/"),
    Picture("setup", "organiser", "set-up/"),
    Picture("reports", "safeguarding-lead", "reports/"),
    Picture("consents", "safeguarding-lead", "consents/"),
)


def take(page: Page, picture: Picture) -> None:
    page.goto(f"{ADDRESS}/demo/")
    page.locator(f"form[action*='/{picture.enter}/'] button").click()
    forum = "/".join(page.url.split("/")[:5])
    page.goto(f"{forum}/{picture.page}")
    keep(page, picture.name)


def keep(page: Page, name: str) -> None:
    Image.open(io.BytesIO(page.screenshot())).save(FOLDER / f"{name}.webp", quality=QUALITY)


def consent_page() -> str:
    """The page of a guardian who was asked: nobody enters the demo as one, and a mail alone has its link."""
    django.setup()
    from backend.events.models.consents import GuardianConsent
    from backend.safeguarding.services.consent_mails import token_of

    consent = GuardianConsent.objects.exclude(email="").earliest("pk")
    return f"{ADDRESS}/consent/{token_of(consent)}/"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    consent = consent_page()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ALONE))
        as_people = {"locale": "en", "timezone_id": "Asia/Bangkok", "color_scheme": "light"}
        try:
            for picture in PICTURES:
                context = browser.new_context(viewport=picture.size, **as_people)
                take(context.new_page(), picture)
                context.close()
            page = browser.new_page(viewport=PHONE, **as_people)
            page.goto(consent)
            keep(page, "consent")
        except Error as error:
            print(f"No demo at {ADDRESS}: start it with make run. {error.message.splitlines()[0]}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
