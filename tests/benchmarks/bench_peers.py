"""Pages a second of ours, pretalx and pretix, each with two web processes, one after the other on this machine.

Theirs are installed and filled by `make peers`; ours has as many people and sessions. Told is the rate at which
95 of 100 pages still come within 300 ms, and what a browser fetches for its first page. Theirs answer under TLS,
ours without, as a proxy in front of each would ask them.

    python -m tests.benchmarks.bench_peers [--seconds 15]
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tests.benchmarks.http_load import asker, closed_loop, open_loop, signed_in
from tests.chromium import chromium

PEOPLE, SESSIONS, PROCESSES = 120, 30, 2
P95_SECONDS = 0.3
SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1)  # of the most that clients get without pause
PAGES = {
    "programme, all sessions": {"pretalx": "/forum/schedule/nojs", "ours": "/e/load/sessions/"},
    "people": {"pretalx": "/forum/speaker/", "ours": "/e/load/people/"},
    "people, for organisers": {
        "pretix": "/control/event/peer/forum/orders/?page_size=50",
        "ours": "/e/load/attendees/",
    },
}


@dataclasses.dataclass(frozen=True)
class Served:
    """A server that answers, and the cookies of whoever reads there and of an organiser."""

    port: int
    tls: bool
    cookie: str = ""
    organiser: str = ""


@dataclasses.dataclass(frozen=True)
class Figures:
    """Of a page: pages a second at the wanted p95 and without pause, kB; and a browser's first visit."""

    rate: float
    most: float
    kilobytes: float
    requests: int
    visit_kilobytes: float


@contextmanager
def ours() -> Iterator[Served]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from backend.benchmarks.load.servers import Servers
    from tests.benchmarks.bench_pages import forum

    with forum(PEOPLE, SESSIONS) as (address, readers, _lists):
        type(readers[-1]).objects.filter(pk=readers[-1].pk).update(permission="organiser")
        servers = Servers(address, processes=PROCESSES)
        try:
            servers.wait_until_up()
            yield Served(servers.port, False, signed_in(readers[0]), signed_in(readers[-1]))
        finally:
            servers.stop()


@contextmanager
def theirs(name: str) -> Iterator[Served]:
    from tests.https import make_certificate
    from tests.peers.installations import PRETALX, PRETIX, running

    filled = {"pretalx": PRETALX[-1], "pretix": PRETIX}[name]
    several = dataclasses.replace(
        filled, serve=lambda place: (*filled.serve(place), "--workers", str(PROCESSES), "--keep-alive", "60")
    )
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder) / "certificate.pem")
        with running(several, certificate) as peer:
            cookie = peer.change("signed_in")["cookie"] if name == "pretix" else ""
            yield Served(peer.place.port, True, organiser=cookie)


def figures_of(served: Served, path: str, cookie: str, seconds: float) -> Figures:
    """Of one page: the most without pause first, then the largest share of it that keeps to the p95."""
    ask = asker(served.port, tls=served.tls)
    sizes = set()

    def read(_number: int) -> None:
        status, size = ask(path, cookie)
        assert status == 200, (path, status)
        sizes.add(size)

    closed_loop(read, seconds / 3)
    most = closed_loop(read, seconds)
    rate = 0.0
    for share in SHARES:
        waits = sorted(wait for _answer, wait in open_loop(read, share * most, seconds))
        if waits[int(0.95 * len(waits))] < P95_SECONDS:
            rate = share * most
            break
    return Figures(rate, most, max(sizes) / 1000, *first_visit(served, path, cookie))


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
        page.on("requestfinished", finished.append)
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
    for who in ("pretalx", "pretix", "ours"):
        with ours() if who == "ours" else theirs(who) as served:
            for page, paths in PAGES.items():
                if who in paths:
                    cookie = served.organiser if "organisers" in page else served.cookie
                    found[page, who] = figures_of(served, paths[who], cookie, seconds)
    print("| page | whose | pages a second at p95 below .3 s | without pause | kB | first visit: requests, kB |")
    print("|---|---|---|---|---|---|")
    for (page, who), one in found.items():
        times = found[page, "ours"].rate / one.rate if one.rate else 0.0
        ratio = "" if who == "ours" else f" (ours {times:.1f} times as many)"
        print(
            f"| {page} | {who} | {one.rate:.0f}{ratio} | {one.most:.0f} | {one.kilobytes:.0f} "
            f"| {one.requests}, {one.visit_kilobytes:.0f} |"
        )


if __name__ == "__main__":
    main()
