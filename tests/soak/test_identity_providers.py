"""Signing in through two providers that others wrote, in a real browser: `make peers` installs them."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from tests.journeys.conftest import _browser_beside_database, browser, door  # noqa: F401 - they are fixtures
from tests.journeys.test_elsewhere import name_provider, walk
from tests.peers.installations import OIDC_MOCK, OIDC_PROVIDER, free_port, installed
from tests.providers import BACK, SECRET
from tests.soak.waiting import MOST_SECONDS, seconds_until

MOCK = """
import os, sys
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
import uvicorn
from oidc_provider_mock import app
port, certificate = sys.argv[1:]
told = {"port": int(port), "ssl_certfile": certificate, "log_config": None}
uvicorn.run(app(require_nonce=True), interface="wsgi", **told)
"""


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[str]:
    """The provider, as long as the block takes; gives its issuer once it answers."""

    def answers() -> bool:
        with closing(socket.socket()) as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        assert seconds_until(answers) < MOST_SECONDS
        yield f"https://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(autouse=True)
def _trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = ["localhost"]


def test_through_oidc_provider_mock(
    transactional_db: None,
    certificate: Path,
    settings: Settings,
    browser: Browser,  # noqa: F811
    door: str,  # noqa: F811
) -> None:
    python = installed(OIDC_MOCK).program("python")

    def sign_in(page: Page) -> None:
        page.locator("input[name=sub]").fill("siti@ministry.example")
        page.get_by_role("button", name="Authorize").click()

    port = free_port()
    with running([python, "-c", MOCK, str(port), str(certificate)], port) as issuer:
        name_provider(settings, door, issuer)
        assert walk(browser, door, sign_in) == []


def test_through_oidc_provider_of_npm(
    transactional_db: None,
    certificate: Path,
    settings: Settings,
    browser: Browser,  # noqa: F811
    door: str,  # noqa: F811
) -> None:
    library = installed(OIDC_PROVIDER).folder / "node_modules"

    def sign_in(page: Page) -> None:
        asked, back = page.locator("input[name=login]"), page.get_by_text("does not sign you in here yet")
        asked.or_(back).first.wait_for()  # it remembers who signed in before, unless it is asked not to
        if asked.count():
            asked.fill("siti")
            page.locator("input[name=password]").fill("word")
            page.get_by_role("button", name="Sign-in").click()
            agrees = page.get_by_role("button", name="Continue")
            agrees.or_(page.locator("header").get_by_text("Titian")).first.wait_for()
            if agrees.count():
                agrees.click()

    port = free_port()
    script = Path(__file__).with_name("identity_providers.mjs")
    command = ["node", str(script), str(port), str(certificate), f"{door}{BACK}", SECRET]
    with running(command, port, NODE_PATH=str(library)) as issuer:
        name_provider(settings, door, issuer)
        assert walk(browser, door, sign_in) == []
