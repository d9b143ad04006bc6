"""A forum begins as a draft and opens with two leads, or with one and an outside contact (S10)."""

import pytest

from backend.booking.services.proposals import arrange_meeting
from backend.booking.services.requests import MeetingRequestData, request_meeting
from backend.core.errors import OrganisersOnly
from backend.core.models import Act
from backend.directory.services.nudges import nudge_people
from backend.events.models.events import Event
from backend.events.models.roles import OutsideContact
from backend.events.rules.states import NotOpenYet
from backend.events.services.opening import BadOutsideContact, LeadsOnly, open_event, set_outside_contact
from backend.people.models import Person
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
CONTACT = {"name": "Child line", "email": "", "phone": "+66 1300"}


@pytest.fixture
def draft():
    event = make_event(state="draft")
    return event, make_attendee(event, permission="organiser", visibility="hidden").person


def state(event):
    return Event.objects.get(pk=event.pk).state


def test_an_event_is_a_draft_unless_somebody_opens_it():
    assert Event().state == "draft"


def test_it_opens_with_two_leads_and_says_before_what_is_missing(draft):
    event, boss = draft
    with refuses("not_ready_to_open", match="needs two confirmed safeguarding leads, or one and an outside"):
        open_event(event=event, by=boss, now=NOW)
    make_attendee(event, permission="safeguarding-lead")
    with refuses("not_ready_to_open", match="needs a second confirmed safeguarding lead, or an outside"):
        open_event(event=event, by=boss, now=NOW)
    closed = make_attendee(event, permission="safeguarding-lead").person
    closed.is_active = False
    closed.save()
    with refuses("not_ready_to_open"):  # a closed account reads nothing
        open_event(event=event, by=boss, now=NOW)
    assert state(event) == "draft"
    make_attendee(event, permission="safeguarding-lead")
    open_event(event=event, by=boss, now=NOW)
    open_event(event=event, by=boss, now=NOW)
    assert state(event) == "open"
    assert list(Act.objects.values_list("kind", "person_id")) == [("opened", boss.pk)]


def test_it_opens_with_one_lead_and_an_outside_contact(draft):
    event, boss = draft
    root = Person.objects.create_superuser("root@example.org", name="Root")
    set_outside_contact(event=event, **CONTACT, by=root, now=NOW)
    with refuses("not_ready_to_open", match="there is none"):
        open_event(event=event, by=boss, now=NOW)
    lead = make_attendee(event, permission="safeguarding-lead").person
    set_outside_contact(event=event, **CONTACT | {"email": "line@example.org"}, by=lead, now=NOW)
    open_event(event=event, by=boss, now=NOW)
    assert state(event) == "open"
    assert OutsideContact.objects.get().email == "line@example.org"


def test_only_an_organiser_opens_it(draft):
    event, _ = draft
    lead = make_attendee(event, permission="safeguarding-lead")
    for somebody in (lead, make_attendee(event), make_attendee(make_event("next"), permission="organiser")):
        with pytest.raises(OrganisersOnly):
            open_event(event=event, by=somebody.person, now=NOW)


def test_the_outside_contact_is_named_by_a_lead_or_the_administrator_and_can_be_reached(draft):
    event, boss = draft
    lead = make_attendee(event, permission="safeguarding-lead").person
    for somebody in (boss, make_attendee(event).person):
        with pytest.raises(LeadsOnly):
            set_outside_contact(event=event, **CONTACT, by=somebody, now=NOW)
    wrong = ({"name": " "}, {"phone": ""}, {"email": "nobody"}, {"name": "a\nb"}, {"phone": "1" * 41})
    for fields in wrong:
        with pytest.raises(BadOutsideContact):
            set_outside_contact(event=event, **CONTACT | fields, by=lead, now=NOW)
    assert not OutsideContact.objects.exists()


def test_in_a_draft_nobody_asks_arranges_or_nudges(draft):
    event, boss = draft
    one, other = make_attendee(event), make_attendee(event)
    with pytest.raises(NotOpenYet):
        request_meeting(attendee=one, other_id=other.pk, data=MeetingRequestData(), by=one.person, now=NOW)
    with pytest.raises(NotOpenYet):
        arrange_meeting(event=event, pair=(one.pk, other.pk), slot_ids=[1], by=boss, now=NOW)
    with pytest.raises(NotOpenYet):
        nudge_people(event=event, attendee_ids=[one.pk], by=boss, now=NOW)
