"""What people can do in each state of a forum, and how it moves from one to the next."""

import datetime as dt

import pytest

from backend.booking.models.availability import Availability
from backend.booking.services.requests import MeetingRequestData, request_meeting
from backend.core.errors import OrganisersOnly
from backend.core.models import Act
from backend.events.models.agenda import Slot, Table
from backend.events.models.events import Event
from backend.events.rules.states import NEXT_STATES, NotInThisState, NotOpenYet
from backend.events.services.opening import change_state, follow_days
from backend.events.services.profiles import ProfileChange, update_profile
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

State = Event.State
PROFILE = {"title": "Judge", "country": "", "languages": (), "about": "", "seeks": "", "offers": ""}


@pytest.fixture
def event(db):
    return make_event()


@pytest.fixture
def organiser(event):
    return make_attendee(event, permission="organiser", visibility="hidden").person


def lead(event):
    return make_attendee(event, permission="safeguarding-lead", visibility="hidden")


def move(event, state, by, now=NOW):
    change_state(event=event, state=state, by=by, now=now)


def ask(event):
    starts_at = dt.datetime.combine(event.starts_on, dt.time(10), event.zone)
    slot, _new = Slot.objects.get_or_create(
        event=event, starts_at=starts_at, ends_at=starts_at + dt.timedelta(minutes=30)
    )
    Table.objects.create(event=event, label="T1")
    asker, other = make_attendee(event), make_attendee(event)
    Availability.objects.bulk_create(Availability(event=event, attendee=one, slot=slot) for one in (asker, other))
    data = MeetingRequestData(slot_ids=(slot.pk,))
    return request_meeting(attendee=asker, other_id=other.pk, data=data, by=asker.person, now=NOW)


def write(event):
    attendee = make_attendee(event)
    change = ProfileChange(**PROFILE, short_name="", seeks_topics=frozenset(), offers_topics=frozenset(), listed=True)
    return update_profile(attendee=attendee, change=change, by=attendee.person, now=NOW)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        ("draft", NotOpenYet),
        ("inviting", NotInThisState),
        ("open", None),
        ("live", None),
        ("closed", NotInThisState),
        ("archived", NotInThisState),
    ],
)
def test_people_ask_for_meetings_while_the_forum_is_open_or_live(event, state, refusal):
    event.state = state
    event.save()
    if refusal is None:
        assert ask(event).pk
    else:
        with pytest.raises(refusal):
            ask(event)


@pytest.mark.parametrize("state", State.values)
def test_people_write_their_profiles_until_the_forum_is_over(event, state):
    event.state = state
    event.save()
    if state in ("closed", "archived"):
        with pytest.raises(NotInThisState, match="cannot be changed now"):
            write(event)
    else:
        assert write(event).title == "Judge"


@pytest.mark.slow
@pytest.mark.parametrize("before", State.values)
@pytest.mark.parametrize("after", State.values)
def test_a_forum_moves_on_and_back_by_one_state_and_no_other_way(event, organiser, before, after):
    lead(event), lead(event)
    Event.objects.filter(pk=event.pk).update(state=before)
    if after == before or after in NEXT_STATES[before]:
        move(event, after, organiser)
        assert Event.objects.get().state == event.state == after
        assert Act.objects.count() == (after != before)
    else:
        with refuses("wrong_state"):
            move(event, after, organiser)
        assert Event.objects.get().state == before


@pytest.mark.parametrize("state", ["inviting", "open"])
def test_participants_come_in_only_where_leads_can_read_what_they_report(event, organiser, state):
    Event.objects.update(state="draft")
    lead(event)
    with refuses("not_ready_to_open", match="second confirmed safeguarding lead"):
        move(event, state, organiser)
    lead(event)
    move(event, state, organiser)
    assert Event.objects.get().state == state


@pytest.mark.parametrize(("before", "after"), [("inviting", "open"), ("closed", "live")])
def test_a_forum_that_has_lost_a_lead_does_not_open_again(event, organiser, before, after):
    Event.objects.update(state=before)
    lead(event)
    with refuses("not_ready_to_open", match="second confirmed safeguarding lead"):
        move(event, after, organiser)
    assert Event.objects.get().state == before


def test_only_organisers_change_the_state(event):
    for person in (lead(event).person, make_attendee(event).person):
        with pytest.raises(OrganisersOnly):
            move(event, "live", person)


@pytest.mark.parametrize(
    ("before", "hour", "after"),
    [
        ("draft", "2026-12-09T10:00", "draft"),
        ("inviting", "2026-12-09T10:00", "inviting"),
        ("open", "2026-12-08T23:59", "open"),
        ("open", "2026-12-09T00:01", "live"),
        ("live", "2026-12-10T23:59", "live"),
        ("live", "2026-12-11T00:01", "closed"),
        ("open", "2026-12-11T00:01", "closed"),
        ("archived", "2026-12-11T00:01", "archived"),
    ],
)
def test_the_state_follows_the_days_by_the_clock_of_the_forum(event, before, hour, after):
    Event.objects.update(state=before)
    now = dt.datetime.fromisoformat(hour).replace(tzinfo=event.zone)
    assert follow_days(now=now) == (before != after)
    assert Event.objects.get().state == after
    assert follow_days(now=now) == 0
    assert [(act.kind, act.what, act.person) for act in Act.objects.all()] == (
        [("state", after, None)] if before != after else []
    )
