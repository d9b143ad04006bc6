"""The wheel, run by pipx in an empty home, serves the demo with its suggestions; its data stay out of pipx.

It needs a package registry: pipx and all that the running lock pins are installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import suppress
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from backend.config.processes import bound_socket
from tests.pages import page_of
from tests.test_wheel import build_wheel

OF_TITIAN = ("TITIAN_", "XDG_", "PIPX_", "DATABASE_URL", "SECRET_KEY", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")


def _environment(home: Path, port: int) -> dict[str, str]:
    """What a stranger's shell has: nothing of Titian, and how this machine reaches the registry."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(OF_TITIAN)}
    return given | {"HOME": str(home), "TITIAN_PORT": str(port), "PYTHONUNBUFFERED": "1"}


def _enter(browser: OpenerDirector, address: str) -> str:
    """Enter as the first person of the demo; gives the address of their forum."""
    entrance = page_of(browser.open(f"{address}/demo/").read().decode())
    [form, *_others] = entrance.all("form[action^='/demo/']")
    [token] = entrance.all("input[name=csrfmiddlewaretoken]")[:1]
    sent = urlencode({"csrfmiddlewaretoken": token.attributes["value"]}).encode()
    return str(browser.open(address + str(form.attributes["action"]), sent).url)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder: any pytest that starts meanwhile closes that to the server's account."""
    with tempfile.TemporaryDirectory(prefix="titian-") as folder:
        yield Path(folder)


def test_the_wheel_in_an_empty_home_serves_the_demo_with_its_suggestions(folder: Path) -> None:
    wheel = build_wheel(folder)
    venv.create(folder / "tools", with_pip=True)
    subprocess.run([folder / "tools" / "bin" / "pip", "install", "-q", "pipx"], check=True)
    (home := folder / "home").mkdir()
    with bound_socket("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    run = subprocess.Popen(
        [folder / "tools" / "bin" / "pipx", "run", "--python", sys.executable, "--spec", wheel, "titian"],
        cwd=home, env=_environment(home, port), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with run:
        assert run.stdout is not None
        try:
            while "Titian answers at" not in (line := run.stdout.readline()):
                assert line, "titian ended"
                print(line, end="")
            browser, address = build_opener(HTTPCookieProcessor(CookieJar())), f"http://127.0.0.1:{port}"
            assert browser.open(address).status == 200
            while 'class="accounts"' not in browser.open(f"{address}/demo/").read().decode():
                assert run.poll() is None, "titian ended"
            forum = _enter(browser, address)
            shown = page_of(browser.open(f"{forum}suggestions/").read().decode())
            assert len(shown.texts(".row .name a")) >= 3
            while not [*_data(home).glob("models/*/manifest.json")]:  # it comes after the demo
                assert browser.open(f"{address}/healthz").status == 200
        finally:
            run.terminate()
            with suppress(subprocess.TimeoutExpired):
                run.communicate(timeout=60)
            run.kill()
    assert {"secret_key", "postgres", "models"} <= {one.name for one in _data(home).iterdir()}
    assert not [*(home / ".cache").rglob("secret_key")]


def _data(home: Path) -> Path:
    """The user's data folder, by the system's custom."""
    mac = home / "Library" / "Application Support" / "titian"
    return mac if sys.platform == "darwin" else home / ".local" / "share" / "titian"
