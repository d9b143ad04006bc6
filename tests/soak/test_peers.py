"""Sources against pretix, pretalx, Indico and Radicale themselves, over HTTPS: `make peers` installs them."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.booking.models.availability import Availability, BusyCalendar
from backend.core.outgoing import PATIENCE, PeerDenied, PeerFailed
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source
from backend.integrations.services.busy_calendars import read_busy_calendar, set_busy_calendar
from backend.integrations.services.sources import SourceData, change_source
from backend.integrations.services.syncing import SyncReport
from backend.privacy.services.leaving import erase_account
from tests.backend.conftest import make_forum
from tests.backend.integrations.test_busy_calendars import at, written
from tests.backend.integrations.test_syncing import tables
from tests.https import Peer
from tests.peers.installations import INDICO, PRETALX, PRETIX, RADICALE, Installation, Running, installed, running
from tests.programmes import follower, mails, titles
from tests.registrations import Shop


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
        peer.change("revoked" if has_token else "hidden")
        with pytest.raises(PeerDenied if has_token else PeerFailed):
            shop.sync(by=False)
        assert len(titles(shop)) == 29


@pytest.mark.parametrize("installation", INDICO, ids=lambda one: one.name)
def test_programme_of_indico(shop: Shop, certificate: Path, installation: Installation) -> None:
    with followed(shop, installation, certificate, "indico_sessions") as peer:
        walk_programme(shop, peer, "Session 0: Part 1", "Session 1, renamed: Part 2", updated=3, taken_out=1)
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
