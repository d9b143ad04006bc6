"""Connections: by consent of both, field by field, taken back at once; nothing the policy does not allow."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
import vobject
from django.db import transaction

from backend.booking.models.meetings import Meeting
from backend.core.errors import NotFound, NotYours
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.states import NotInThisState
from backend.outcomes.models import ContactShare
from backend.outcomes.selectors.connections import (
    Connections,
    ContactDetails,
    can_share_contact,
    connections_csv,
    connections_for,
    connections_vcf,
    share_page_for,
)
from backend.outcomes.services.connections import BadContact, ContactData, end_connection, share_contact
from backend.people.models import KnownMinor, Person
from backend.privacy.services.leaving import erase_account, leave_event
from backend.privacy.services.remembering import replay_erasures
from backend.privacy.services.retention import purge_event
from backend.safeguarding.services.aliases import AliasData, lift_alias, set_alias_of
from backend.safeguarding.services.suspensions import suspend_person
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact, make_attendee, make_event, unblock_contact
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
EMPTY = Connections((), (), ())
HOSTILE = "A;B, C\nEND:VCARD\r\nBEGIN:VCARD\\"


@pytest.fixture
def met() -> Forum:
    """The first two of four people met an hour ago, and so did the first and the third."""
    forum = make_forum()
    a, b, c, _ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.accept(c, forum.ask(a, c, forum.slots[1]))
    forum.now = forum.slots[1].ends_at + dt.timedelta(hours=1)
    return forum


def share(forum: Forum, giver: Attendee, other: Attendee, **data: str) -> ContactShare:
    return share_contact(
        attendee=giver,
        other_id=other.pk,
        data=ContactData(**data or {"email": giver.person.email}),
        by=giver.person,
        now=forum.now,
    )


def connect(forum: Forum, a: Attendee, b: Attendee) -> None:
    share(forum, a, b)
    share(forum, b, a)


def connected(forum: Forum, attendee: Attendee) -> list[str]:
    found = connections_for(attendee.person, forum.now).connections
    return [row.theirs.email for row in found]


@pytest.mark.slow
def test_each_reads_what_the_other_chose_once_both_have_given_something(met: Forum) -> None:
    a, b, *_ = met.people
    share(met, a, b, email="a@work.example", phone="+66 2 123 4567")
    [waiting] = connections_for(a.person, met.now).waiting
    [asked] = connections_for(b.person, met.now).to_answer
    assert (waiting.mine.phone, asked.other.name) == ("+66 2 123 4567", a.name)
    assert asked.mine == ContactDetails()
    assert "a@work.example" not in repr(connections_for(b.person, met.now))
    share(met, b, a, link="example.org/b")
    [mine] = connections_for(a.person, met.now).connections
    [theirs] = connections_for(b.person, met.now).connections
    assert mine.theirs == ContactDetails(link="https://example.org/b")
    assert theirs.theirs == ContactDetails("a@work.example", "+66 2 123 4567")
    assert connections_for(met.people[2].person, met.now) == EMPTY


def test_a_field_is_taken_back_alone_and_a_connection_ends_for_both_at_once(met: Forum) -> None:
    a, b, *_ = met.people
    share(met, a, b, email="a@work.example", phone="+66 2 123 4567")
    share(met, b, a)
    share(met, a, b, email="a@work.example")
    assert connections_for(b.person, met.now).connections[0].theirs == ContactDetails("a@work.example")
    [mine] = connections_for(b.person, met.now).connections
    end_connection(connection_id=mine.connection_id, by=b.person)
    assert [connections_for(one.person, met.now) for one in (a, b)] == [EMPTY, EMPTY]
    with pytest.raises(NotFound):
        end_connection(connection_id=mine.connection_id, by=b.person)


def test_nobody_ends_what_another_gave_or_gives_for_another(met: Forum) -> None:
    a, b, *_ = met.people
    given = share(met, a, b)
    with pytest.raises(NotFound):
        end_connection(connection_id=given.pk, by=b.person)
    with pytest.raises(NotYours):
        share_contact(attendee=b, other_id=a.pk, data=ContactData("a@example.org"), by=a.person, now=met.now)
    assert ContactShare.objects.count() == 1


def test_only_who_met_can_share(met: Forum) -> None:
    a, b, _, d = met.people
    for one, other in ((a, d), (d, a), (b, met.people[2])):
        with refuses("not_met"):
            share(met, one, other)
        assert not can_share_contact(one, other.pk, met.now)
    assert can_share_contact(a, b.pk, met.now)
    assert not can_share_contact(a, b.pk, met.slots[0].starts_at - dt.timedelta(minutes=1))
    Meeting.objects.update(state=Meeting.State.NOT_HELD)
    with refuses("not_met"):
        share(met, a, b)


@pytest.mark.parametrize("change", ["age_class=minor", "age_class=unknown", "visibility=hidden"])
def test_whom_the_policy_closes_gives_nothing_and_is_shown_to_nobody(met: Forum, change: str) -> None:
    a, b, *_ = met.people
    connect(met, a, b)
    field, value = change.split("=")
    Attendee.objects.filter(pk=b.pk).update(**{field: value})
    assert [connections_for(one.person, met.now) for one in (a, b)] == [EMPTY, EMPTY]
    for one, other in ((a, b), (b, a)):
        with pytest.raises(NotFound):
            share(met, one, other)
        with pytest.raises(NotFound):
            share_page_for(one, other.pk, met.now)
        assert not can_share_contact(one, other.pk, met.now)
    assert b"BEGIN" not in connections_vcf(a.person, met.now)


def test_a_block_or_report_hides_a_connection_at_once_and_its_end_shows_it(met: Forum, blocked_by: str) -> None:
    a, b, *_ = met.people
    connect(met, a, b)
    block_contact(blocked_by, b, a, met.now)
    assert [connections_for(one.person, met.now) for one in (a, b)] == [EMPTY, EMPTY]
    unblock_contact(blocked_by, b, a, met.now)
    assert connected(met, a) == [b.person.email]


def test_whoever_is_suspended_has_no_connection(met: Forum) -> None:
    a, b, *_ = met.people
    connect(met, a, b)
    lead = make_attendee(met.event, permission="safeguarding-lead", visibility="hidden")
    suspend_person(lead=lead, attendee_id=b.pk, reason="A word.", by=lead.person, now=met.now)
    assert [connections_for(one.person, met.now) for one in (a, b)] == [EMPTY, EMPTY]


def test_who_appears_under_an_alias_shares_nothing_and_the_other_cannot_tell(met: Forum) -> None:
    a, b, c, _ = met.people
    connect(met, a, b)
    share(met, a, c)
    before = connections_for(a.person, met.now).waiting
    data = AliasData(name="Officer B", organisation="Police", real_name=b.name, real_organisation="X")
    set_alias_of(met.event, b.pk, data, is_wish=True, by=None, now=met.now)
    found = connections_for(a.person, met.now)
    assert not ContactShare.objects.filter(giver=b.person).exists()
    assert found.connections == ()
    assert [row.other.name for row in found.waiting] == ["Officer B", *(row.other.name for row in before)]
    share(met, a, b)  # as to anybody who does not answer
    assert connections_for(b.person, met.now).connections == ()
    with refuses("under_alias"):
        share(met, b, a)
    assert share_page_for(b, a.pk, met.now).is_under_alias
    assert b.person.email not in connections_csv(a.person, met.now).decode()
    lead = make_attendee(met.event, permission="safeguarding-lead", visibility="hidden")
    lift_alias(event=met.event, attendee_id=b.pk, by=lead.person, now=met.now)
    assert connected(met, a) == []
    share(met, b, a)
    assert connected(met, a) == [b.person.email]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@example.org\nBCC: b@example.org"}, "email"),
        ({"phone": "ring me"}, "phone"),
        ({"phone": "((((("}, "phone"),
        ({"phone": "1" * 41}, "phone"),
        ({"link": "javascript://example.org/%0aalert(1)"}, "link"),
        ({"link": "https://example.org/" + "x" * 300}, "link"),
    ],
)
def test_what_is_no_address_number_or_page_is_refused_at_its_field(
    met: Forum, data: dict[str, str], field: str
) -> None:
    a, b, *_ = met.people
    with pytest.raises(BadContact) as refused:
        share(met, a, b, **data)
    assert refused.value.details == {"field": field}
    with refuses("nothing_shared"):
        share(met, a, b, email=" ", phone="\x00")


def test_an_archived_forum_is_read_and_what_one_gave_can_still_be_taken_back(met: Forum) -> None:
    a, b, *_ = met.people
    connect(met, a, b)
    Event.objects.update(state=Event.State.ARCHIVED)
    a = Attendee.objects.get(pk=a.pk)
    with pytest.raises(NotInThisState):
        share(met, a, b, phone="12345")
    [row] = connections_for(a.person, met.now).connections
    end_connection(connection_id=row.connection_id, by=a.person)
    assert connections_for(b.person, met.now) == EMPTY


def test_a_page_fills_in_what_one_gave_last_and_at_first_the_address_of_the_account(met: Forum) -> None:
    a, b, c, _ = met.people
    assert share_page_for(a, b.pk, met.now).mine == ContactDetails(a.person.email)
    share(met, a, b, phone="+66 2 123 4567")
    assert share_page_for(a, c.pk, met.now).mine == ContactDetails(phone="+66 2 123 4567")
    assert (share_page_for(a, c.pk, met.now).is_new, share_page_for(a, b.pk, met.now).is_new) == (True, False)


@pytest.mark.slow
def test_the_address_book_is_read_by_another_maker_s_parser_whatever_a_name_holds(met: Forum) -> None:
    a, b, c, _ = met.people
    Attendee.objects.filter(pk=b.pk).update(name=HOSTILE, title="=1+1")
    connect(met, a, b)
    share(met, a, c)
    share(met, c, a, phone="+66 2 123 4567", link="https://example.org/a,b;c")
    cards = list(vobject.readComponents(connections_vcf(a.person, met.now).decode()))
    assert len(cards) == 2
    first, second = sorted(cards, key=lambda card: "A;B" not in card.fn.value)
    assert first.fn.value == "A;B, CEND:VCARDBEGIN:VCARD\\"
    assert (first.email.value, first.title.value) == (b.person.email, "=1+1")
    assert (second.fn.value, second.tel.value) == (c.name, "+66 2 123 4567")
    assert second.url.value == "https://example.org/a%2Cb%3Bc"
    assert second.note.value == met.event.name
    assert all(card.validate(raiseException=True) for card in cards)
    [row, _other] = connections_for(a.person, met.now).connections
    one = vobject.readOne(connections_vcf(a.person, met.now, row.connection_id).decode())
    assert one.fn.value == first.fn.value
    with pytest.raises(NotFound):
        connections_vcf(b.person, met.now, row.connection_id)


def test_the_table_runs_no_formula(met: Forum) -> None:
    a, b, *_ = met.people
    Attendee.objects.filter(pk=b.pk).update(name="=HYPERLINK(1)", title="@SUM(1)")
    connect(met, a, b)
    [row] = csv.DictReader(io.StringIO(connections_csv(a.person, met.now).decode("utf-8-sig")))
    assert (row["name"], row["title"], row["email"]) == ("'=HYPERLINK(1)", "'@SUM(1)", b.person.email)


def test_at_the_next_edition_one_sees_who_of_them_is_there_unless_under_an_alias(met: Forum) -> None:
    a, b, c, _ = met.people
    connect(met, a, b)
    connect(met, a, c)
    later = make_event("later", starts_on=dt.date(2027, 12, 9), ends_on=dt.date(2027, 12, 10))
    here, other, alias = (make_attendee(later, person=one.person) for one in (a, b, c))

    def seen() -> list[int]:
        found = connections_for(a.person, met.now, at=here).connections
        return sorted(row.here_id for row in found)

    assert seen() == [other.pk, alias.pk]
    data = AliasData(name="Officer C", organisation="Police", real_name=c.name, real_organisation="X")
    set_alias_of(later, alias.pk, data, is_wish=True, by=None, now=met.now)
    assert seen() == [0, other.pk]
    Attendee.objects.filter(pk=other.pk).update(visibility="hidden")
    assert seen() == [0, 0]
    assert [row.here_id for row in connections_for(a.person, met.now, at=a).connections] == [0, 0]


def purge(forum: Forum, *, days: int = 400) -> dt.datetime:
    now = dt.datetime.combine(forum.event.ends_on, dt.time(12), dt.UTC) + dt.timedelta(days=days)
    purge_event(event=forum.event, now=now)
    return now


@pytest.mark.slow
def test_a_purge_leaves_what_both_agreed_to_keep_and_nothing_else(met: Forum) -> None:
    a, b, c, _ = met.people
    connect(met, a, b)
    share(met, a, c)
    met.now = purge(met)
    assert Attendee.objects.filter(event=met.event).count() == 0
    [row] = connections_for(a.person, met.now).connections
    assert (row.theirs.email, row.other.name, row.other.attendee_id) == (b.person.email, b.name, 0)
    assert ContactShare.objects.count() == 2
    assert connected(met, b) == [a.person.email]
    end_connection(connection_id=row.connection_id, by=a.person)
    assert connections_for(b.person, met.now) == EMPTY


class RestoredError(Exception):
    """Ends a block of which nothing is kept: the database is as the backup had it."""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["purged", "left"])
def test_a_restored_backup_keeps_the_connections_of_a_purge_and_of_nobody_who_left(met: Forum, how: str) -> None:
    a, b, *_ = met.people
    connect(met, a, b)
    Attendee.objects.update(joined_at=met.now - dt.timedelta(days=9))
    Person.objects.update(joined_at=met.now - dt.timedelta(days=9))
    with pytest.raises(RestoredError), transaction.atomic():
        if how == "purged":
            purge(met)
        else:
            leave_event(attendee=a, is_confirmed=True, by=a.person, now=met.now)
        raise RestoredError
    assert ContactShare.objects.filter(kept_at=None).count() == 2
    replay_erasures(now=met.now + dt.timedelta(days=800))
    assert connected(met, b) == ([a.person.email] if how == "purged" else [])
    assert ContactShare.objects.count() == (2 if how == "purged" else 0)


def test_a_purge_keeps_nothing_of_an_alias_a_block_or_whom_the_policy_hides(met: Forum) -> None:
    a, b, c, d = met.people
    for other in (b, c, d):
        Meeting.objects.filter(seats__attendee=other).update(state=Meeting.State.HELD)
        ContactShare.objects.create(event=met.event, giver=a.person, receiver=other.person, phone="12345")
        ContactShare.objects.create(event=met.event, giver=other.person, receiver=a.person, phone="12345")
    data = AliasData(name="Officer B", organisation="Police", real_name=b.name, real_organisation="X")
    set_alias_of(met.event, b.pk, data, is_wish=True, by=None, now=met.now)
    block_contact("block", c, a, met.now)
    Attendee.objects.filter(pk=d.pk).update(age_class="unknown")
    purge(met)
    assert ContactShare.objects.count() == 0


def test_a_kept_connection_is_shown_to_nobody_whom_the_policy_parts_later(met: Forum, blocked_by: str) -> None:
    a, b, *_ = met.people
    connect(met, a, b)
    met.now = purge(met)
    elsewhere = make_event("elsewhere")
    one, other = (make_attendee(elsewhere, person=attendee.person) for attendee in (a, b))
    block_contact(blocked_by, one, other, met.now)
    assert [connections_for(each.person, met.now) for each in (a, b)] == [EMPTY, EMPTY]
    unblock_contact(blocked_by, one, other, met.now)
    lead = make_attendee(elsewhere, permission="safeguarding-lead", visibility="hidden")
    assert connected(met, a) == [b.person.email]
    suspend_person(lead=lead, attendee_id=other.pk, reason="A word.", by=lead.person, now=met.now)
    assert [connections_for(each.person, met.now) for each in (a, b)] == [EMPTY, EMPTY]


@pytest.mark.slow
def test_a_kept_connection_ends_for_whoever_becomes_known_as_a_minor_or_closes_the_account(met: Forum) -> None:
    a, b, c, _ = met.people
    connect(met, a, b)
    connect(met, a, c)
    met.now = purge(met)
    KnownMinor.objects.create(
        address_hash=b.person.address_hash, event=met.event, expires_at=met.now + dt.timedelta(days=1)
    )
    assert connected(met, a) == [c.person.email]
    c.person.is_active = False
    c.person.save()
    assert connections_for(a.person, met.now) == EMPTY


@pytest.mark.slow
def test_leaving_ends_the_connections_of_the_forum_and_erasing_all_of_them(met: Forum) -> None:
    a, b, c, _ = met.people
    elsewhere = make_event("elsewhere")
    connect(met, a, b)
    connect(met, a, c)
    ContactShare.objects.create(event=elsewhere, giver=a.person, receiver=c.person, phone="12345")
    leave_event(attendee=b, is_confirmed=True, by=b.person, now=met.now)
    assert connected(met, a) == [c.person.email]
    erase_account(person=c.person, is_confirmed=True, by=c.person, now=met.now)
    assert connections_for(a.person, met.now) == EMPTY
    assert ContactShare.objects.count() == 0
