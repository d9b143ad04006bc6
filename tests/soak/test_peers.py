"""Sources against pretix, pretalx, Indico and Radicale themselves, over HTTPS: `make peers` installs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from pytest_django import Settings

from backend.booking.models.availability import Availability, BusyCalendar
from backend.core.outgoing import PATIENCE, AddressRefused, PeerDenied, PeerFailed, fetch
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source
from backend.integrations.services.busy_calendars import read_busy_calendar, set_busy_calendar
from backend.integrations.services.sources import SourceData, change_source
from backend.integrations.services.syncing import SyncReport
from backend.privacy.services.leaving import erase_account
from tests.backend.conftest import make_forum
from tests.backend.integrations.test_busy_calendars import at, written
from tests.backend.integrations.test_syncing import tables
from tests.database import until_waiting
from tests.factories import make_attendee
from tests.https import Answer, Asked, Peer, make_certificate, serving
from tests.networks import own_network
from tests.peers.installations import INDICO, PRETALX, PRETIX, RADICALE, Installation, Running, installed, running
from tests.programmes import follower, mails, titles
from tests.registrations import Shop
from tests.servers import address_of_the_database

OURS = "93.184.216.34"  # a public address, in a network of the test
METADATA = "169.254.169.254"
Spoil = Callable[[Asked, Callable[[], Answer]], Answer]


@contextmanager
def followed(
    shop: Shop, installation: Installation, certificate: Path, kind: str, *, has_token: bool = True, **more: Any
) -> Iterator[Running]:
    """The forum's source is this peer, which runs until the block ends."""
    with running(installed(installation), certificate) as found:
        shop.patience = PATIENCE
        shop.peer.port = found.place.port
        token = found.facts["token"] if has_token else ""
        data = SourceData(kind=kind, name="Peer", address=shop.peer.address(found.facts["page"]), token=token, **more)
        Source.objects.update(token=None)
        given = {"event": shop.event, "by": shop.organiser.person, "now": shop.now}
        shop.source = change_source(source_id=shop.source.pk, data=data, **given)
        yield found


def changes_nothing(shop: Shop) -> SyncReport:
    before = tables()
    report: SyncReport = shop.sync(by=False)
    assert (report.counts.added, report.counts.updated, report.counts.taken_out, tables()) == (0, 0, 0, before)
    return report


def walk(shop: Shop, peer: Running) -> None:
    """120 people in, ten changed, five cancelled, two passed on, three at one address, one erased here."""
    preview, report = shop.sync(dry_run=True), shop.sync()
    assert (preview.counts, report.counts.added, report.counts.to_decide) == (report.counts, 118, 2)
    assert [one.row.email for one in report.sharing] == ["office@example.org"] * 2
    first = shop.attendee(1)
    assert (first.name, first.country, first.organisation.name) == ("Given1 Family1", "Thailand", "Organisation 1")
    assert changes_nothing(shop).counts.unchanged == 118

    erased = shop.attendee(60).person
    erase_account(person=erased, is_confirmed=True, by=erased, now=shop.now)
    peer.change("second")
    report = shop.sync(by=False)
    assert (report.counts.added, report.counts.taken_out, len(report.passed_on)) == (2, 5, 2)
    emails = shop.emails()
    assert not emails & {f"person{number}@example.org" for number in (21, 22, 23, 24, 25, 60)}
    assert {"successor0@example.org", "successor1@example.org", "person31@example.org"} <= emails
    assert (shop.attendee(11).organisation.name, shop.attendee(11).seeks) == ("Another organisation", "Something else")
    assert (shop.attendee(1).age_class, shop.attendee(41).age_class) == ("unknown", "minor")
    changes_nothing(shop)

    peer.change("revoked")
    before = tables()
    with pytest.raises(PeerDenied):
        shop.sync(by=False)
    assert tables() == before
    assert Source.objects.get().error == "localhost does not accept the token, or it may not read this."


def test_people_of_pretix(shop: Shop, certificate: Path) -> None:
    with followed(shop, PRETIX, certificate, "pretix") as peer:
        Source.objects.update(minor_products=[peer.facts["minor_product"]])
        walk(shop, peer)
    assert Attendee.objects.get(person__email="person42@example.org").age_class == "minor"  # by a birth date


@contextmanager
def pretix_behind_a_proxy(shop: Shop, certificate: Path) -> Iterator[Callable[[Spoil], None]]:
    """The forum's source is pretix, whose answers may be spoiled on their way: by what the function is given."""
    port = shop.peer.port
    with followed(shop, PRETIX, certificate, "pretix") as found:
        shop.peer.port = port
        Source.objects.update(address=shop.peer.address(found.facts["page"]))

        def passed_on(asked: Asked) -> Answer:
            address = f"{found.place.address}{asked.path}?{urlencode(asked.query, doseq=True)}"
            headers = {"Authorization": asked.headers["Authorization"]}
            try:
                with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
                    return Answer(answer.read())
            except urllib.error.HTTPError as error:
                return Answer(status=error.code)

        def change(spoil: Spoil) -> None:
            shop.peer.answer = lambda asked: spoil(asked, lambda: passed_on(asked))

        change(whole)
        yield change


def whole(_asked: Asked, passed_on: Callable[[], Answer]) -> Answer:
    return passed_on()


def is_second_page(asked: Asked) -> bool:
    return asked.path.endswith("/orders/") and asked.query["page"] == ["2"]


def second_page(answer: Answer | Callable[[Answer], Answer]) -> Spoil:
    """All as it is, but for the second page of orders."""

    def spoil(asked: Asked, passed_on: Callable[[], Answer]) -> Answer:
        if not is_second_page(asked):
            return passed_on()
        return answer(passed_on()) if callable(answer) else answer

    return spoil


def slow(seconds: float) -> Spoil:
    def spoil(_asked: Asked, passed_on: Callable[[], Answer]) -> Answer:
        time.sleep(seconds)
        return passed_on()

    return spoil


def endless(asked: Asked, passed_on: Callable[[], Answer]) -> Answer:
    """After its pages more of them, with nobody on them."""
    is_beyond = asked.path.endswith("/orders/") and int(asked.query["page"][0]) > 2
    return Answer(b'{"results": [], "next": "https://localhost/"}') if is_beyond else passed_on()


def test_a_pretix_that_is_slow_or_broken_changes_nobody(shop: Shop, certificate: Path) -> None:
    with pretix_behind_a_proxy(shop, certificate) as change:
        shop.patience = replace(PATIENCE, read_seconds=2.0, total_seconds=6.0, pause=lambda _seconds: None)
        change(slow(0.5))
        assert shop.sync().counts.added == 118
        before = tables()
        late, broken = "localhost did not answer in time.", "localhost answered with the error 500."
        unknown = "The source answered with something that is not what its kind answers."
        for spoil, error in (
            (slow(3.0), late),
            (second_page(Answer(is_silent=True)), late),
            (second_page(Answer(is_trickling=True)), late),
            (second_page(lambda found: replace(found, length=len(found.content) + 1)), late),  # broken off
            (second_page(Answer(status=500)), broken),
            (second_page(Answer(b"<html>We will be back soon</html>")), unknown),
            (second_page(lambda found: Answer(found.content[: len(found.content) // 2])), unknown),
            (second_page(Answer(b'{"results": {}, "next": null}')), unknown),
            (endless, "The source has more than 400 pages."),
        ):
            change(spoil)
            with pytest.raises(PeerFailed):
                shop.sync(by=False)
            assert (Source.objects.get().error, tables()) == (error, before)

        failures = iter([Answer(status=500), Answer(status=503, headers={"Retry-After": "1"})])
        change(second_page(lambda found: next(failures, found)))
        assert changes_nothing(shop).counts.unchanged == 118
        assert Source.objects.get().error == ""


@pytest.mark.parametrize("moment", ["reading", "writing"])
def test_a_sync_of_pretix_that_is_killed_doubles_nobody(
    transactional_db: None, shop: Shop, certificate: Path, moment: str
) -> None:
    command = [sys.executable, "manage.py", "sync_source", shop.event.slug, str(shop.source.pk)]
    given = {"DATABASE_URL": address_of_the_database(), "TITIAN_ALLOW_PRIVATE_SOURCES": "localhost"}

    def begin() -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=os.environ | given, stdout=subprocess.PIPE, text=True
        )

    def whole_run() -> str:
        written, _nothing = begin().communicate(timeout=300)
        return written.splitlines()[0]

    with pretix_behind_a_proxy(shop, certificate) as change:
        before, is_reading = tables(), threading.Event()

        def stay(_found: Answer) -> Answer:
            is_reading.set()
            return Answer(is_silent=True)

        if moment == "reading":
            change(second_page(stay))
            process = begin()
            assert is_reading.wait(timeout=300)
            process.kill()
        else:  # people are written, and what is known of their rows is next
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("lock table roster_registration in exclusive mode")
                process = begin()
                until_waiting(1)
                process.kill()
        process.communicate()  # which also closes its pipe
        assert process.returncode == -signal.SIGKILL
        assert tables() == before
        change(whole)
        assert whole_run().startswith("118 added, 0 updated, 0 unchanged")
        assert len(shop.emails()) == 118
        assert whole_run().startswith("0 added, 0 updated, 118 unchanged")


@pytest.mark.allow_hosts(["127.0.0.1", OURS, METADATA])
@pytest.mark.parametrize("kind", ["pretix", "indico", "table", "pretalx", "indico_sessions", "programme"])
def test_no_redirect_leads_into_this_installation_s_own_network(
    shop: Shop, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """In a network where the public address, this machine and the metadata address are all the test's server."""
    certificate = make_certificate(tmp_path / "server.pem", OURS, METADATA)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = []
    shop.add(1)
    hosts = ("127.0.0.1", "localhost", "127.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", METADATA, "2852039166",
             "0xa9fea9fe", f"[::ffff:{METADATA}]", f"[64:ff9b::{METADATA}]")  # fmt: skip
    with own_network(OURS, METADATA), serving(certificate, "0.0.0.0") as peer:
        peer.host = OURS
        page = {"pretix": "/peer/forum/", "pretalx": "/forum/"}.get(kind, "/event/1/")
        Source.objects.update(kind=kind, address=peer.address(page))
        for host in hosts:
            target = peer.address("/secret", host)
            peer.answer = lambda _asked, to=target: Answer(b"name,email", 302, {"Location": to})
            before, peer.asked[:] = tables(), []
            with pytest.raises(AddressRefused):
                shop.sync(by=False)
            assert tables() == before
            assert "in this installation's own network" in Source.objects.get().error
            assert [one.headers["Host"] for one in peer.asked] == [f"{OURS}:{peer.port}"]

        settings.TITIAN_ALLOW_PRIVATE_SOURCES = [METADATA]  # where it does answer
        to_metadata = {"Location": peer.address("/secret", METADATA)}
        peer.answer = lambda asked: Answer(b"it", 200 if asked.path == "/secret" else 302, to_metadata)
        assert fetch(peer.address()) == b"it"


@pytest.mark.parametrize("installation", INDICO, ids=lambda one: one.name)
def test_people_of_indico(shop: Shop, certificate: Path, installation: Installation) -> None:
    with followed(shop, installation, certificate, "indico") as peer:
        if "minor_form" not in peer.facts:  # before 3.3 it has no such API
            with pytest.raises(PeerFailed, match=r"3\.3"):
                shop.sync()
            return
        Source.objects.update(minor_products=[peer.facts["minor_form"]])
        walk(shop, peer)
        assert shop.attendee(120).age_class == "minor"


def walk_programme(shop: Shop, peer: Running, first: str, renamed: str, updated: int, taken_out: int) -> None:
    """30 sessions in; moved, renamed, cancelled, one added; whoever follows one is told once."""
    preview, report = shop.sync(dry_run=True), shop.sync()
    assert (preview.counts, report.counts.added, len(titles(shop))) == (report.counts, 30, 30)
    follower(shop, "Ann", first)
    assert changes_nothing(shop).counts.unchanged == 30
    peer.change("second")
    report = shop.sync(by=False)
    counts = (report.counts.added, report.counts.updated, report.counts.taken_out)
    assert (counts, renamed in titles(shop)) == ((1, updated, taken_out), True)
    assert set(mails()) == {"ann@example.org"}
    changes_nothing(shop)
    assert mails() == {}


@pytest.mark.parametrize("has_token", [False, True], ids=["page", "token"])
@pytest.mark.parametrize("installation", PRETALX, ids=lambda one: one.name)
def test_programme_of_pretalx(shop: Shop, certificate: Path, installation: Installation, has_token: bool) -> None:
    with followed(shop, installation, certificate, "pretalx", has_token=has_token) as peer:
        walk_programme(shop, peer, "Session 1", "Session 2, renamed", updated=3, taken_out=2)
        if has_token:
            make_attendee(shop.event, name="Sam Speaker", email="speaker10@example.org")
            assert shop.sync(dry_run=True).speakers == ()  # the token may not read them yet
            peer.change("speakers")
            assert [one.title for one in shop.sync(dry_run=True).speakers] == ["Session 10: children & <platforms>"]
        peer.change("revoked" if has_token else "hidden")
        with pytest.raises(PeerDenied if has_token else PeerFailed):
            shop.sync(by=False)
        assert len(titles(shop)) == 29


@pytest.mark.parametrize("installation", INDICO, ids=lambda one: one.name)
def test_programme_of_indico(shop: Shop, certificate: Path, installation: Installation) -> None:
    with followed(shop, installation, certificate, "indico_sessions") as peer:
        walk_programme(shop, peer, "Session 1: Part 3", "Session 1, renamed: Part 4", updated=2, taken_out=1)
        peer.change("revoked")
        with pytest.raises(PeerDenied):
            shop.sync(by=False)
        assert len(titles(shop)) == 30


def test_busy_times_of_radicale(db: None, peer: Peer, certificate: Path) -> None:
    forum = make_forum()
    me = forum.people[0]

    def read(folder: str) -> tuple[int, str]:
        """How many times of the attendee are open after reading this calendar, and how that failed."""
        address = peer.address(f"/{folder}/busy/")
        set_busy_calendar(attendee=me, address=address, by=me.person, now=forum.now)
        calendar = BusyCalendar.objects.get(attendee=me)
        read_busy_calendar(calendar_id=calendar.pk, now=forum.now)
        calendar.refresh_from_db()
        return Availability.objects.filter(attendee=me).count(), calendar.error

    def ask(method: str, path: str, content: bytes = b"") -> None:
        asked = urllib.request.Request(peer.address(path), content, {"Authorization": "Basic bWU6"}, method=method)
        with urllib.request.urlopen(asked) as answer:
            assert answer.status in (200, 201, 204)

    with running(installed(RADICALE), certificate) as found:
        peer.port = found.place.port
        ask("MKCOL", "/public/")
        for folder in ("me", "public"):
            ask("MKCALENDAR", f"/{folder}/busy/")
            for number in (0, 2):
                ask("PUT", f"/{folder}/busy/{number}.ics", written(at(number, f"uid{number}")))
        assert read("public") == (4, "")
        ask("PUT", "/public/busy/0.ics", written(at(0, "uid0", "|RRULE:FREQ=DAILY;COUNT=2")))
        ask("DELETE", "/public/busy/2.ics")
        assert read("public") == (5, "")
        assert read("me") == (5, "peer_denied")  # it is nobody's but who signs in
