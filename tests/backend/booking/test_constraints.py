"""What constraints refuse: overlaps, mixed events, missing seats and inconsistent states."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from backend.assistants.models import Assistant
from backend.booking.models.availability import Availability
from backend.booking.models.closures import Closure, DisplacedMeeting
from backend.booking.models.counter_offers import CounterOffer, CounterOfferTime
from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting, RequestedTime, Seat
from backend.booking.models.questions import Question
from backend.booking.models.waiting_list import WaitingListEntry
from backend.events.models.agenda import Slot, Table
from backend.outcomes.models import ContactShare
from tests.backend.conftest import make_forum
from tests.database import refused_by
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def bare_meeting(forum, **fields):
    whole = {"asker": forum.people[0], "expires_at": NOW + HOUR} | fields
    return Meeting.objects.create(event=forum.event, **whole)


def seat(forum, meeting, attendee, part="asker", **fields):
    return Seat.objects.create(event=forum.event, meeting=meeting, attendee=attendee, part=part, **fields)


@pytest.mark.parametrize(("start", "end", "overlaps"), [(0, 60, True), (59, 90, True), (60, 90, False)])
def test_active_seats_of_one_attendee_never_overlap_and_touching_ends_do_not(forum, start, end, overlaps):
    a = forum.people[0]
    minute = dt.timedelta(minutes=1)
    seat(forum, bare_meeting(forum), a, period=DateTimeTZRange(NOW, NOW + HOUR), is_active=True)
    other = DateTimeTZRange(NOW + start * minute, NOW + end * minute)

    def write():
        seat(forum, bare_meeting(forum), a, period=other, is_active=True)

    if overlaps:
        refused_by("seat_one_per_attendee_at_a_time", write)
    else:
        write()
    seat(forum, bare_meeting(forum), a, period=other)  # one that is not active takes no time
    seat(forum, bare_meeting(forum), forum.people[1], period=other, is_active=True)


def test_a_meeting_for_two_has_exactly_one_asker_and_one_other_person(forum):
    a, b, c, _ = forum.people
    meeting = bare_meeting(forum)
    seat(forum, meeting, a)
    refused_by("seat_once", lambda: seat(forum, meeting, a, "invited"))
    refused_by("seat_one_to_one_has_two", lambda: seat(forum, meeting, b, "asker"))
    seat(forum, meeting, b, "invited")
    refused_by("seat_one_to_one_has_two", lambda: seat(forum, meeting, c, "invited"))
    refused_by("seat_kind_of_its_meeting", lambda: seat(forum, meeting, c, "invited", kind=Meeting.Kind.GROUP))
    refused_by("seat_part_known", lambda: seat(forum, meeting, c, "guest"))
    for part in ("first", "second"):
        refused_by("seat_one_to_one_has_two", lambda part=part: seat(forum, meeting, c, part))


def test_a_proposal_has_no_asker_and_two_answers_of_its_own(forum):
    a, b, c, _ = forum.people
    proposed = {"asker": None, "state": "proposed"}
    refused_by("meeting_proposed_has_no_asker", lambda: bare_meeting(forum, state="proposed"))
    for state in ("requested", "declined", "withdrawn"):
        refused_by("meeting_requested_has_an_asker", lambda state=state: bare_meeting(forum, asker=None, state=state))
    refused_by("meeting_withdrawn_was_proposed", lambda: bare_meeting(forum, withdrawn_at=NOW))
    meeting = bare_meeting(forum, key="k", withdrawn_at=NOW, **proposed)
    refused_by("meeting_once_per_key_of_organisers", lambda: bare_meeting(forum, key="k", **proposed))
    bare_meeting(forum, key="k")
    bare_meeting(forum, **proposed)
    bare_meeting(forum, **proposed)  # without a key, as many as there are pairs
    seat(forum, meeting, a, "first", answer="yes")
    refused_by("seat_one_to_one_has_two", lambda: seat(forum, meeting, b, "first"))
    seat(forum, meeting, b, "second", answer="no")
    refused_by("seat_one_to_one_has_two", lambda: seat(forum, meeting, c, "second"))
    other = bare_meeting(forum)
    refused_by("seat_answer_of_a_proposal", lambda: seat(forum, other, a, "asker", answer="yes"))
    refused_by("seat_answer_of_a_proposal", lambda: seat(forum, other, a, "first", answer="may"))
    elsewhere = make_forum(slug="elsewhere", people=0)
    refused_by(
        "meeting_preferred_table_same_event",
        lambda: bare_meeting(forum, preferred_table=elsewhere.tables[0], **proposed),
    )


def test_a_table_of_a_round_has_twelve_places_and_nobody_sits_at_it_without_a_yes(forum):
    a, b, *_ = forum.people
    period = DateTimeTZRange(NOW, NOW + HOUR)
    at_table = {"kind": Meeting.Kind.ROUND}
    agreed = at_table | {"state": "accepted", "slot": forum.slots[0], "table": forum.tables[0], "period": period}
    refused_by("meeting_kind_known", lambda: bare_meeting(forum, **agreed))
    refused_by("meeting_office_hour_is_agreed", lambda: bare_meeting(forum, asker=None, **at_table))
    meeting = bare_meeting(forum, asker=None, **agreed)
    refused_by("seat_part_known", lambda: seat(forum, meeting, a, "guest", place=1, **at_table))
    refused_by("seat_part_known", lambda: seat(forum, bare_meeting(forum), a, "member", place=1))
    for place in (0, 13):
        refused_by(
            "seat_place_of_a_guest", lambda place=place: seat(forum, meeting, a, "member", place=place, **at_table)
        )
    sits = at_table | {"period": period, "is_active": True}
    refused_by("seat_member_has_said_yes", lambda: seat(forum, meeting, a, "member", place=12, **sits))
    refused_by("seat_place_of_a_guest", lambda: seat(forum, meeting, a, "member", answer="yes", **sits))
    seat(forum, meeting, a, "member", place=12, answer="yes", **sits)
    refused_by("seat_one_guest_per_place", lambda: seat(forum, meeting, b, "member", place=12, **at_table))
    seat(forum, meeting, b, "member", answer="no", **at_table)  # who left


def test_an_office_hour_has_one_host_and_at_most_eight_guests_in_places_of_their_own(forum):
    a, b, c, _ = forum.people
    period = DateTimeTZRange(NOW, NOW + HOUR)
    hours = {"kind": Meeting.Kind.OFFICE_HOURS}
    agreed = hours | {"state": "accepted", "slot": forum.slots[0], "table": forum.tables[0], "period": period}
    refused_by("meeting_kind_known", lambda: bare_meeting(forum, asker=None, **agreed))
    refused_by("meeting_office_hour_is_agreed", lambda: bare_meeting(forum, **hours))
    meeting = bare_meeting(forum, **agreed)
    refused_by("seat_part_known", lambda: seat(forum, meeting, a, "asker", **hours))
    refused_by("seat_part_known", lambda: seat(forum, bare_meeting(forum), a, "host"))
    seat(forum, meeting, a, "host", **hours)
    refused_by("seat_office_hour_has_one_host", lambda: seat(forum, meeting, b, "host", **hours))
    for place in (0, 9):
        refused_by("seat_place_of_a_guest", lambda place=place: seat(forum, meeting, b, "guest", place=place, **hours))
    refused_by("seat_place_of_a_guest", lambda: seat(forum, bare_meeting(forum), a, place=1))
    active = hours | {"period": period, "is_active": True}
    refused_by("seat_place_of_a_guest", lambda: seat(forum, meeting, b, "guest", **active))
    seat(forum, meeting, b, "guest", place=8, **active)
    refused_by("seat_one_guest_per_place", lambda: seat(forum, meeting, c, "guest", place=8, **active))
    seat(forum, meeting, c, "guest", **hours)  # who left
    gathered = {"state": "gathered", "office_hour": meeting}
    refused_by("meeting_gathered_in_an_office_hour", lambda: bare_meeting(forum, state="gathered"))
    refused_by("meeting_gathered_in_an_office_hour", lambda: bare_meeting(forum, office_hour=meeting))
    refused_by("meeting_requested_has_an_asker", lambda: bare_meeting(forum, asker=None, **gathered))
    bare_meeting(forum, **gathered)
    elsewhere = make_forum(slug="elsewhere", people=1)
    refused_by(
        "meeting_office_hour_same_event",
        lambda: Meeting.objects.create(
            event=elsewhere.event, asker=elsewhere.people[0], expires_at=NOW + HOUR, **gathered
        ),
    )


def test_everything_a_meeting_names_belongs_to_its_event(forum):
    elsewhere = make_forum(slug="elsewhere", people=1)
    meeting, stranger = bare_meeting(forum), elsewhere.people[0]
    slot, theirs = forum.slots[0], elsewhere.slots[0]
    event = forum.event
    refused_by("seat_attendee_same_event", lambda: seat(forum, meeting, stranger))
    refused_by(
        "requested_time_slot_same_event",
        lambda: RequestedTime.objects.create(event=event, meeting=meeting, slot=theirs, position=1),
    )
    refused_by(
        "availability_slot_same_event",
        lambda: Availability.objects.create(event=event, attendee=forum.people[0], slot=theirs),
    )
    refused_by(
        "availability_attendee_same_event",
        lambda: Availability.objects.create(event=event, attendee=stranger, slot=slot),
    )
    refused_by("meeting_asker_same_event", lambda: Meeting.objects.create(event=event, asker=stranger, expires_at=NOW))
    agreed = {"state": "accepted", "period": DateTimeTZRange(slot.starts_at, slot.ends_at)}
    refused_by("meeting_slot_same_event", lambda: bare_meeting(forum, slot=theirs, table=forum.tables[0], **agreed))
    for table in (elsewhere.tables[0], _online(forum)):
        refused_by(
            "meeting_table_same_event_and_kind",
            lambda table=table: bare_meeting(forum, slot=slot, table=table, **agreed),
        )


def _online(forum):
    return Table.objects.create(
        event=forum.event, label="Room", is_online=True, room_link="https://meet.example.org/{meeting}"
    )


def test_a_place_is_set_exactly_from_the_acceptance_on(forum):
    slot = forum.slots[0]
    placed = {"slot": slot, "table": forum.tables[0], "period": DateTimeTZRange(slot.starts_at, slot.ends_at)}
    rule = "meeting_has_a_place_once_accepted"
    for state in ("requested", "declined", "withdrawn", "expired"):
        refused_by(rule, lambda state=state: bare_meeting(forum, state=state, **placed))
    refused_by(rule, lambda: bare_meeting(forum, asker=None, state="proposed", **placed))
    for state in ("accepted", "held", "not_held", "disputed", "cancelled", "forgotten"):
        refused_by(rule, lambda state=state: bare_meeting(forum, state=state))


@pytest.mark.parametrize("state", ["accepted", "held", "not_held", "disputed"])
def test_a_table_has_one_meeting_at_a_time_and_an_online_room_any_number(forum, state):
    slot, room = forum.slots[0], _online(forum)
    placed = {"slot": slot, "state": state, "period": DateTimeTZRange(slot.starts_at, slot.ends_at)}
    bare_meeting(forum, table=forum.tables[0], **placed)
    refused_by("meeting_one_per_table_at_a_time", lambda: bare_meeting(forum, table=forum.tables[0], **placed))
    bare_meeting(forum, table=forum.tables[1], **placed)
    for _ in range(2):
        bare_meeting(forum, table=room, is_online=True, **placed)
    bare_meeting(forum, table=forum.tables[0], **placed | {"state": "cancelled"})


def test_at_most_three_times_each_once(forum):
    meeting = bare_meeting(forum)

    def offer(slot, position):
        RequestedTime.objects.create(event=forum.event, meeting=meeting, slot=slot, position=position)

    for position in (1, 2, 3):
        offer(forum.slots[position], position)
    refused_by("requested_times_at_most_three", lambda: offer(forum.slots[4], 4))
    refused_by("requested_time_position_once", lambda: offer(forum.slots[4], 1))


def test_one_counter_offer_is_open_at_a_time_with_three_times_of_its_event_at_most(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    forum.counter(b, meeting, *forum.slots[1:4])
    first = CounterOffer.objects.get()
    elsewhere = make_forum(slug="elsewhere", people=1)

    def again(**changed):
        values = {"event": forum.event, "meeting": meeting, "made_by": b, "made_at": NOW, "state": "refused"}
        CounterOffer.objects.create(**values | changed)

    def offer(slot, position):
        CounterOfferTime.objects.create(event=forum.event, counter_offer=first, slot=slot, position=position)

    again()
    refused_by("counter_offer_one_open", lambda: again(state="open"))
    refused_by("counter_offer_state_known", lambda: again(state="lost"))
    refused_by("counter_offer_attendee_same_event", lambda: again(made_by=elsewhere.people[0]))
    stranger = {"event": elsewhere.event, "made_by": elsewhere.people[0]}
    refused_by("counter_offer_meeting_same_event", lambda: again(**stranger))
    refused_by("counter_offer_at_most_three", lambda: offer(forum.slots[4], 4))
    refused_by("counter_offer_time_position_once", lambda: offer(forum.slots[4], 1))
    first.times.filter(position=3).delete()
    refused_by("counter_offer_time_once", lambda: offer(forum.slots[1], 3))
    refused_by("counter_offer_slot_same_event", lambda: offer(elsewhere.slots[0], 3))


def test_a_key_makes_one_meeting_for_each_asker(forum):
    bare_meeting(forum, key="k")
    refused_by("meeting_once_per_key", lambda: bare_meeting(forum, key="k"))
    bare_meeting(forum)
    bare_meeting(forum)  # without a key, as many as the rules allow


def test_a_report_has_its_time_and_only_a_held_meeting_has_a_usefulness(forum):
    a = forum.people[0]
    for fields, constraint in (
        ({"word": "held"}, "seat_word_has_a_time"),
        ({"usefulness": 3}, "seat_usefulness_of_a_held_meeting"),
        ({"word": "held", "attested_at": NOW, "usefulness": 6}, "seat_usefulness_of_a_held_meeting"),
        ({"is_active": True}, "seat_active_has_a_period"),
    ):
        meeting = bare_meeting(forum)
        refused_by(constraint, lambda m=meeting, f=fields: seat(forum, m, a, **f))


def test_a_closed_time_ends_after_it_starts_and_displaces_a_meeting_once(forum):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    start, end = meeting.slot.starts_at, meeting.slot.ends_at
    refused_by(
        "closure_ends_after_start", lambda: Closure.objects.create(event=forum.event, starts_at=end, ends_at=start)
    )
    closure = Closure.objects.create(event=forum.event, starts_at=start, ends_at=end)
    row = {"closure": closure, "meeting": meeting, "slot": meeting.slot, "table": meeting.table, "sequence": 1}
    refused_by("displaced_outcome_known", lambda: DisplacedMeeting.objects.create(**row, outcome="forgotten"))
    DisplacedMeeting.objects.create(**row, outcome="moved")
    refused_by("displaced_once_by_a_closure", lambda: DisplacedMeeting.objects.create(**row, outcome="moved"))


def test_a_slot_ends_after_it_starts_and_a_room_online_has_a_link_with_a_mark(forum):
    event = forum.event
    refused_by("slot_ends_after_start", lambda: Slot.objects.create(event=event, starts_at=NOW, ends_at=NOW))
    for fields in (
        {"is_online": True},
        {"is_online": True, "room_link": "https://meet.example.org/same-for-all"},
        {"is_online": True, "room_link": "ftp://meet.example.org/{meeting}"},
        {"room_link": "https://meet.example.org/{meeting}"},
    ):
        refused_by(
            "table_online_has_a_room_for_each_meeting",
            lambda fields=fields: Table.objects.create(event=event, label="X", **fields),
        )


def test_a_contact_share_is_once_of_two_people_and_says_something(forum):
    a, b, *_ = (attendee.person for attendee in forum.people)
    share = ContactShare.objects.create(event=forum.event, giver=a, receiver=b, email="a@example.org")
    of_it = ContactShare.objects.filter(pk=share.pk)
    refused_by(
        "contact_share_once", lambda: ContactShare.objects.create(event=forum.event, giver=a, receiver=b, phone="12345")
    )
    refused_by("contact_share_of_two", lambda: of_it.update(receiver=a))
    refused_by("contact_share_says_something", lambda: of_it.update(email=""))
    refused_by("contact_share_kept_with_a_name", lambda: of_it.update(kept_at=NOW))
    refused_by("contact_share_kept_with_a_name", lambda: of_it.update(kept_name="A"))


def test_a_follow_up_is_once_of_a_side_says_something_and_is_answered_with_its_day(forum):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    noted = FollowUp.objects.create(meeting=meeting, attendee=a, agreed="Send the draft")
    of_it = FollowUp.objects.filter(pk=noted.pk)
    refused_by("follow_up_once", lambda: FollowUp.objects.create(meeting=meeting, attendee=a, agreed="Two"))
    refused_by("follow_up_says_something", lambda: of_it.update(agreed=""))
    refused_by("follow_up_answered_has_a_date", lambda: of_it.update(kept=True, answered_at=NOW))
    of_it.update(due_on=NOW.date())
    refused_by("follow_up_answered_has_a_date", lambda: of_it.update(kept=True))
    refused_by("follow_up_answered_has_a_date", lambda: of_it.update(answered_at=NOW))


def test_one_waits_once_for_another_and_a_time_is_given_to_one_who_waits(forum):
    a, b, c, _ = forum.people
    row = {"event": forum.event, "other": c, "created_at": NOW}
    waiting = WaitingListEntry.objects.create(**row, attendee=a)
    of_it = WaitingListEntry.objects.filter(pk=waiting.pk)
    refused_by("waiting_list_once", lambda: WaitingListEntry.objects.create(**row, attendee=a))
    refused_by("waiting_list_of_two", lambda: of_it.update(attendee=c))
    for state in ("asked", "gone"):
        refused_by("waiting_list_asked_has_a_request", lambda state=state: of_it.update(state=state))
    period = DateTimeTZRange(NOW, NOW + HOUR)
    refused_by("waiting_list_asked_has_a_request", lambda: of_it.update(period=period))
    of_it.update(state="asked", meeting=bare_meeting(forum), period=period)
    other = {"state": "asked", "attendee": b, "meeting": bare_meeting(forum, asker=b)}
    half = DateTimeTZRange(NOW + HOUR / 2, NOW + 2 * HOUR)
    refused_by("waiting_list_time_given_once", lambda: WaitingListEntry.objects.create(**row, **other, period=half))
    after = DateTimeTZRange(NOW + HOUR, NOW + 2 * HOUR)
    WaitingListEntry.objects.create(**row, **other, period=after)
    of_it.update(state="ended")
    WaitingListEntry.objects.create(**row, attendee=a)  # waits anew


def test_whom_one_waits_for_with_what_and_the_request_it_became_are_of_the_same_event(forum):
    there = make_forum(slug="elsewhere")
    a, b, *_ = forum.people
    waiting = WaitingListEntry.objects.create(event=forum.event, attendee=a, other=b)
    of_it = WaitingListEntry.objects.filter(pk=waiting.pk)
    stranger = there.people[0]
    refused_by("waiting_list_attendee_same_event", lambda: of_it.update(attendee=stranger))
    refused_by("waiting_list_other_same_event", lambda: of_it.update(other=stranger))
    refused_by("waiting_list_theme_same_event", lambda: of_it.update(theme=there.event.themes.first()))
    meeting = bare_meeting(there)
    refused_by("waiting_list_meeting_same_event", lambda: of_it.update(state="ended", meeting=meeting))


def test_a_question_says_something_and_an_answer_has_a_time(forum):
    meeting = bare_meeting(forum)

    def write(**fields):
        return lambda: Question.objects.create(meeting=meeting, **fields)

    refused_by("question_says_something", write(text=""))
    refused_by("question_answered_has_a_time", write(text="Which?", answer="This"))
    refused_by("question_answered_has_a_time", write(text="Which?", answered_at=NOW))


def test_an_assistant_is_somebody_else_of_the_event_named_once(forum):
    a, b, c, _ = forum.people
    stranger = make_forum(people=1).people[0]

    def name(principal=a, attendee=b, digit="a", **fields):
        whole = {"named_at": NOW, "accepted_at": NOW if attendee else None} | fields
        return Assistant.objects.create(
            event=forum.event, principal=principal, attendee=attendee, address_hash=64 * digit, **whole
        )

    name()
    refused_by("assistant_once_per_address", lambda: name(attendee=c))
    refused_by("assistant_once", lambda: name(digit="b"))
    refused_by("assistant_of_somebody_else", lambda: name(attendee=a, digit="b"))
    refused_by("assistant_accepted_by_somebody", lambda: name(attendee=None, digit="b", accepted_at=NOW))
    refused_by("assistant_accepted_by_somebody", lambda: name(attendee=c, digit="b", accepted_at=None))
    refused_by("assistant_has_an_address_hash", lambda: name(attendee=c, digit="B"))
    refused_by("assistant_attendee_same_event", lambda: name(attendee=stranger, digit="b"))
    refused_by("assistant_principal_same_event", lambda: name(principal=stranger, digit="b"))
    name(principal=c)  # for whom they act, too
    Assistant.objects.filter(principal=a).update(ended_at=NOW)
    name()  # again, once it ended


def test_who_acts_on_a_seat_is_another_attendee_of_the_event(forum):
    a, b, *_ = forum.people
    stranger = make_forum(people=1).people[0]
    meeting = bare_meeting(forum)
    refused_by("seat_assistant_is_another", lambda: seat(forum, meeting, a, assistant=a))
    refused_by("seat_assistant_same_event", lambda: seat(forum, meeting, a, assistant=stranger))
    seat(forum, meeting, a, assistant=b)
