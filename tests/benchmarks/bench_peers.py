"""Pages a second of ours, pretalx and pretix, each with two web processes, one after the other on this machine.

Theirs are installed and filled by `make peers`, and left out where they are not; ours has as many people and
sessions. Told is the rate at which 95 of 100 pages still come within 300 ms, what a page costs the processors, which
other work on the machine changes little, and what a browser fetches for its first page. Theirs answer under TLS.

    python -m tests.benchmarks.bench_peers [--seconds 15]
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import django
import psutil

from tests.benchmarks.http_load import asker, closed_loop, open_loop, signed_in
from tests.benchmarks.page_turns import seconds_of
from tests.chromium import chromium
from tests.https import make_certificate
from tests.peers.installations import PRETALX, PRETIX, Installation, running

PEOPLE, SESSIONS, PROCESSES = 120, 30, 2
P95_SECONDS = 0.3
SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)  # of the most that clients get without pause
PAGES = {
    "programme, all sessions": {"pretalx": "/forum/schedule/nojs", "ours": "/e/load/sessions/"},
    "people": {"pretalx": "/forum/speaker/", "ours": "/e/load/people/"},
    "people, for organisers": {"pretix": "/control/event/peer/forum/orders/?page_size=50"},  # ours asks a second factor
}


@dataclasses.dataclass(frozen=True)
class Served:
    """A server that answers, and the cookies of those who read there, in turns, and of organisers."""

    port: int
    tls: bool
    web: list[psutil.Process]
    database: psutil.Process  # whose children serve connections
    readers: Sequence[str] = ("",)
    organisers: Sequence[str] = ("",)


@dataclasses.dataclass(frozen=True)
class Figures:
    """Of a page: pages a second at the wanted p95 and without pause, ms of a processor, kB; a browser's first visit."""

    rate: float
    most: float
    web_ms: float
    database_ms: float
    kilobytes: float
    requests: int
    visit_kilobytes: float


@contextmanager
def ours() -> Iterator[Served]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from django.db import connection

    from backend.benchmarks.load.servers import Servers
    from tests.benchmarks.bench_pages import forum

    with forum(PEOPLE, SESSIONS) as (address, readers, _lists):
        servers = Servers(address, processes=PROCESSES)
        try:
            servers.wait_until_up()
            web = [psutil.Process(one.pid) for one in servers.web]
            database = _running_with(connection.settings_dict["HOST"], name="postgres")[0]
            yield Served(servers.port, False, web, database, [signed_in(one) for one in readers])
        finally:
            servers.stop()


def installed() -> dict[str, Installation]:
    """The peers that `make peers` has filled."""
    return {name: one for name, one in {"pretalx": PRETALX[-1], "pretix": PRETIX}.items() if one.is_ready}


@contextmanager
def theirs(name: str) -> Iterator[Served]:
    filled = installed()[name]
    several = dataclasses.replace(
        filled,
        serve=lambda place: ("python", "-m", *filled.serve(place), "--workers", str(PROCESSES), "--keep-alive", "60"),
    )
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder) / "certificate.pem")
        with running(several, certificate) as peer:
            cookie = peer.change("signed_in")["cookie"] if name == "pretix" else ""
            web = _running_with(f"127.0.0.1:{peer.place.port}")
            database = _running_with(peer.place.postgres, name="postgres")[0]
            yield Served(peer.place.port, True, web, database, organisers=(cookie,))


def _running_with(argument: str, *, name: str = "") -> list[psutil.Process]:
    """The processes in whose command line this argument stands, of this name where one is given."""
    found = psutil.process_iter(["name", "cmdline"])
    return [one for one in found if argument in (one.info["cmdline"] or ()) and (one.info["name"] == name or not name)]


def _spent(served: Served) -> tuple[float, dict[int, float]]:
    """Seconds of a processor: of the web processes together, of each of the database."""
    return (
        sum(seconds_of(one.pid) for one in served.web),
        {one.pid: seconds_of(one.pid) for one in served.database.children()},
    )


def figures_of(served: Served, path: str, cookies: Sequence[str], seconds: float) -> Figures:
    """Of one page: the most without pause first, then the largest share of it that keeps to the p95."""
    ask = asker(served.port, tls=served.tls)
    sizes: list[int] = []

    def read(number: int) -> None:
        status, size = ask(path, cookies[number % len(cookies)])
        assert status == 200, (path, status)
        sizes.append(size)

    closed_loop(read, seconds / 3)
    read_before, (web, database) = len(sizes), _spent(served)
    most = closed_loop(read, seconds)
    web_after, database_after = _spent(served)
    of_database = sum(now - database.get(pid, 0.0) for pid, now in database_after.items())
    costs = (1000 * spent / (len(sizes) - read_before) for spent in (web_after - web, of_database))
    rate = 0.0
    for share in SHARES:
        waits = sorted(wait for _answer, wait in open_loop(read, share * most, seconds))
        if waits[int(0.95 * len(waits))] < P95_SECONDS:
            rate = share * most
            break
    return Figures(rate, most, *costs, max(sizes) / 1000, *first_visit(served, path, cookies[0]))


def first_visit(served: Served, path: str, cookie: str) -> tuple[int, float]:
    """Requests and kB, as they are transferred, of a browser that knows nothing yet."""
    from playwright.sync_api import sync_playwright

    base = f"https://localhost:{served.port}" if served.tls else f"http://127.0.0.1:{served.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        context = browser.new_context(ignore_https_errors=True)
        pairs = (pair.split("=", 1) for pair in cookie.split("; ") if pair)
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in pairs])
        page, finished = context.new_page(), []
        page.on("requestfinished", lambda one: finished.append(one))
        page.goto(base + path, wait_until="networkidle")
        missing = [one.url for one in finished if (answer := one.response()) and answer.status >= 400]
        sizes = [one.sizes() for one in finished if not one.url.startswith("data:")]
        browser.close()
    if missing:
        print(f"  not found of {path}: {', '.join(missing)}")
    return len(sizes), sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes) / 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=15.0)
    seconds = parser.parse_args().seconds
    found: dict[tuple[str, str], Figures] = {}
    for who in ("ours", *installed()):
        with ours() if who == "ours" else theirs(who) as served:
            for page, paths in PAGES.items():
                if who in paths:
                    cookies = served.organisers if "organisers" in page else served.readers
                    found[page, who] = figures_of(served, paths[who], cookies, seconds)
                    print(page, who, found[page, who], flush=True)
    print("| page | whose | pages a second at p95 below .3 s | without pause | ms of web, database | kB, first visit |")
    print("|---|---|---|---|---|---|")
    for (page, who), one in found.items():
        ratios = ""
        if who != "ours" and (our := found.get((page, "ours"))):
            cost = (our.web_ms + our.database_ms) / (one.web_ms + one.database_ms)
            ratios = f" (ours: {our.most / one.most:.1f} times the pages, {cost:.2f} of the cost)"
        print(
            f"| {page} | {who}{ratios} | {one.rate:.0f} | {one.most:.0f} "
            f"| {one.web_ms:.0f}, {one.database_ms:.0f} "
            f"| {one.kilobytes:.0f}, {one.requests} requests of {one.visit_kilobytes:.0f} |"
        )


if __name__ == "__main__":
    main()
