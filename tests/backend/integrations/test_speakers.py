"""Speakers of a followed programme: proposed by their address, set by organisers alone (an Indico's answer)."""

from __future__ import annotations

import pytest
from django.conf import settings

from backend.core.outgoing import PeerDenied
from backend.events.models.agenda import Session, SessionPart, Slot, Table
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.people.models import Person
from tests.backend.conftest import Forum
from tests.backend.integrations.test_syncing import tables
from tests.factories import NOW, make_attendee
from tests.https import Answer
from tests.programmes import answering, follow, recorded
from tests.registrations import Shop

FOLDER = settings.BASE_DIR / "tests" / "fixtures" / "indico"
BLOCK, WORD = "Session 0: Part 1", "Word 1"


@pytest.fixture
def indico(shop: Shop) -> Shop:
    follow(shop, "indico_sessions", "/event/7/", "very-secret")
    shop.peer.answer = lambda _asked: Answer((FOLDER / "first.json").read_bytes())
    return shop


def somebody(shop: Shop, email: str = "speaker1@example.org", **fields: object) -> Attendee:
    return make_attendee(shop.event, name="Sam Speaker", email=email, **fields)


def proposed(shop: Shop) -> list[tuple[str, str]]:
    return [(one.name, one.title) for one in shop.sync(dry_run=True).speakers]


def speaking() -> list[tuple[str, str]]:
    parts = SessionPart.objects.filter(part=SessionPart.Part.SPEAKING).order_by("session__title")
    return list(parts.values_list("attendee__name", "session__title"))


def test_organisers_confirm_who_speaks_and_nobody_speaks_by_itself(indico: Shop) -> None:
    somebody(indico, "Speaker1@Example.org")
    chair = make_attendee(indico.event, name="Cy Chair", email="chair1@example.org")
    assert sorted(proposed(indico)) == [("Cy Chair", BLOCK), ("Sam Speaker", WORD)]
    indico.sync(by=False)
    assert speaking() == []
    keys = {one.title: one.key for one in indico.sync(dry_run=True).speakers}
    indico.sync(by=False, speakers=list(keys.values()))  # by nobody
    indico.sync(speakers=[keys[WORD], f"{chair.pk}:indico-session-99", "nonsense"])
    assert speaking() == [("Sam Speaker", WORD)]
    assert proposed(indico) == [("Cy Chair", BLOCK)]
    kept = repr(tables()["events_session"]) + repr(tables()["integrations_programmeentry"])
    assert "speaker1@" not in kept


def test_indico_answers_400_to_a_token_that_was_revoked(indico: Shop) -> None:
    indico.peer.answer = lambda _asked: Answer(status=400)
    with pytest.raises(PeerDenied):
        indico.sync(by=False)


def test_a_new_session_and_its_speaker_are_confirmed_at_once(indico: Shop) -> None:
    somebody(indico)
    [one] = indico.sync(dry_run=True).speakers
    indico.sync(speakers=[one.key])
    assert speaking() == [("Sam Speaker", WORD)]


@pytest.mark.parametrize(
    "fields", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}, {"has_joined": False}]
)
def test_only_a_listed_adult_who_joined_alone_at_the_address_is_proposed(
    indico: Shop, fields: dict[str, object]
) -> None:
    one = somebody(indico, **fields)
    assert proposed(indico) == []
    indico.sync(speakers=[f"{one.pk}:indico-contribution-1"])
    assert speaking() == []


def test_nobody_under_an_alias_or_at_a_shared_mailbox_is_proposed(indico: Shop) -> None:
    one, two = somebody(indico), make_attendee(indico.event, email="other@example.org")
    assert proposed(indico) == [("Sam Speaker", WORD)]
    alias = Alias.objects.create(attendee=one, name="Real Name", is_wish=True, set_at=NOW)
    assert proposed(indico) == []
    alias.delete()
    Person.objects.filter(pk=two.person_id).update(email=one.person.email, shares_with=one.person)
    assert proposed(indico) == []


def test_whoever_has_agreed_to_a_meeting_then_is_proposed_again(indico: Shop) -> None:
    indico.sync()
    talk = Session.objects.get(title=WORD)
    slot = Slot.objects.create(event=indico.event, starts_at=talk.starts_at, ends_at=talk.ends_at)
    one, two = somebody(indico), make_attendee(indico.event)
    forum = Forum(indico.event, [slot], [Table.objects.create(event=indico.event, label="T1")])
    forum.open(one, [slot])
    forum.open(two, [slot])
    forum.accept(two, forum.ask(one, two, slot))
    [found] = indico.sync(dry_run=True).speakers
    assert indico.sync(speakers=[found.key]).counts.unchanged == 30
    assert (speaking(), proposed(indico)) == ([], [("Sam Speaker", WORD)])


@pytest.mark.parametrize("version", ["2025.2", "2026.2"])
def test_speakers_of_pretalx_are_proposed_where_its_token_reads_them(shop: Shop, version: str) -> None:
    somebody(shop)
    found = recorded(f"{version}-first")
    follow(shop, "pretalx", "/forum/", "very-secret")
    shop.peer.answer = answering(found)
    assert proposed(shop) == [("Sam Speaker", "Session 1")]
    shop.sync()
    assert "speaker1@" not in repr(tables()["integrations_programmeentry"])
    for path in [path for path in found if "/speakers/" in path]:
        del found[path]
    assert (proposed(shop), shop.sync(by=False).counts.unchanged) == ([], 30)
    follow(shop, "pretalx", "/forum/")
    assert proposed(shop) == []
