"""Audit entries: written by triggers however a row is changed, and read back in groups."""

import datetime as dt
from functools import partial

import pghistory
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.audit.models import AttendeeTrace
from backend.audit.selectors import KINDS, SYSTEM, audit_entries_for, filter_entries
from backend.audit.services import export_audit_entries
from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.services.meetings import cancel_for_both
from backend.booking.services.moving import move_meeting
from backend.booking.services.proposals import arrange_meeting, propose_meeting, withdraw_proposal
from backend.core.audit import record_act
from backend.core.errors import OrganisersOnly
from backend.core.models import Act
from backend.directory.services.files import export_needs_help
from backend.directory.services.nudges import nudge_people
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.programme.models import Plan
from backend.roster.services.roles import RoleChange, change_roles
from backend.safeguarding.models import Block
from backend.stats.services import export_stats_file
from backend.suggestions.services.exports import export_unmet_needs
from backend.suggestions.services.runs import request_build
from frontend.audit.words import KINDS as WORDS
from tests.backend.conftest import make_forum
from tests.backend.stats.events import make_meeting
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(event):
    return make_attendee(event, name="Olga", permission="organiser", visibility="hidden")


def by(somebody):
    return pghistory.context(user=somebody.person_id)


def rows_of(event):
    return [(entry.person, entry.kind, entry.what, entry.count) for entry in audit_entries_for(event=event)]


def test_a_change_of_twenty_at_once_is_one_entry_of_who_made_it(event, olga):
    crowd = [make_attendee(event, age_class="unknown") for _ in range(20)]
    with by(olga):
        change_roles(
            event=event, attendee_ids=[one.pk for one in crowd], change=RoleChange(age_class="adult"),
            by=olga.person, now=NOW, confirmed_adults=[one.pk for one in crowd],
        )  # fmt: skip
    assert rows_of(event) == [("Olga", "age_class", "adult", 20)]


def test_everybody_set_as_an_adult_is_named_and_whoever_is_none_any_more_by_first_name(event, olga):
    crowd = [make_attendee(event, name=f"Person Number{n}", age_class="unknown") for n in range(20)]
    ids = [one.pk for one in crowd]
    with by(olga):
        change_roles(
            event=event, attendee_ids=ids, change=RoleChange(age_class="adult"), by=olga.person, now=NOW,
            confirmed_adults=ids,
        )  # fmt: skip
    crowd[0].person.attendances.update(age_class="minor")
    crowd[1].person.delete()
    [entry] = [one for one in audit_entries_for(event=event) if one.what == "adult"]
    first = f"Person ({crowd[0].organisation})"
    assert entry.names == (first, *(f"Person Number{n}" for n in range(2, 20)))
    assert entry.count == 20


def test_a_change_made_past_every_service_is_seen_too(event, olga):
    one = make_attendee(event)
    with by(olga):
        Attendee.objects.filter(pk=one.pk).update(permission="organiser")
    assert rows_of(event) == [("Olga", "permission", "organiser", 1)]


def test_changes_without_a_person_leave_no_trace_and_attendees_own_changes_make_no_entry(event):
    one, other = make_attendee(event), make_attendee(event)
    meeting = make_meeting(one, other, state="accepted")
    assert rows_of(event) == []
    with by(one):
        Attendee.objects.filter(pk=one.pk).update(visibility="hidden", about="I am tired.")
        Meeting.objects.filter(pk=meeting.pk).update(state="cancelled")
    assert rows_of(event) == []


def test_a_meeting_cancelled_by_somebody_without_a_seat_is_a_entry_and_a_block_is_not(event, olga):
    one, other = make_attendee(event), make_attendee(event)
    meeting = make_meeting(one, other, state="accepted")
    with by(one):
        Block.objects.create(blocker=one.person, blocked=other.person, created_at=NOW)
    with by(olga):
        Meeting.objects.filter(pk=meeting.pk).update(state="cancelled")
    assert rows_of(event) == [("Olga", "meetings", "cancelled", 1)]


def test_meetings_an_organiser_arranges_and_cancels_for_others_are_entries():
    forum = make_forum()
    olga = make_attendee(forum.event, name="Olga", permission="organiser", visibility="hidden")
    one, other, *_ = forum.people
    named = {"event": forum.event, "by": olga.person, "now": forum.now}
    with by(olga):
        meeting = arrange_meeting(pair=(one.pk, other.pk), slot_ids=[forum.slots[0].pk], **named)
    with by(olga):
        move_meeting(meeting_id=meeting.pk, slot_id=forum.slots[1].pk, **named)
    with by(olga):
        cancel_for_both(meeting_id=meeting.pk, reason="The hall is closed.", **named)
    with by(olga):
        meeting = propose_meeting(pair=(one.pk, other.pk), slot_ids=[forum.slots[0].pk], **named)
    with by(olga):
        withdraw_proposal(meeting_id=meeting.pk, **named)
    assert {row for row in rows_of(forum.event) if row[1] == "meetings"} == {
        ("Olga", "meetings", "added", 1),
        ("Olga", "meetings", "accepted", 1),
        ("Olga", "meetings", "moved", 1),
        ("Olga", "meetings", "withdrawn_at", 1),
        ("Olga", "meetings", "cancelled", 1),
    }


def test_a_request_that_expires_because_one_of_its_two_meets_somebody_else_is_no_entry():
    forum = make_forum()
    a, b, c, *_ = forum.people
    slot = forum.slots[0]
    Availability.objects.filter(attendee=c).exclude(slot=slot).delete()
    asked = forum.ask(a, b, slot)
    other = forum.ask(c, b, slot)
    with by(b):
        forum.accept(b, asked)
    other.refresh_from_db()
    assert other.state == "expired"
    assert rows_of(forum.event) == []


def test_a_leads_change_to_a_meeting_makes_no_entry(event):
    lead = make_attendee(event, permission="safeguarding-lead")
    meeting = make_meeting(make_attendee(event), make_attendee(event), state="accepted")
    with by(lead):
        Meeting.objects.filter(pk=meeting.pk).update(state="cancelled")
    assert rows_of(event) == []


def test_slots_plans_nudges_and_files_are_entries_of_their_own_kinds(event, olga):
    alone = make_attendee(event, about="", seeks="", offers="")
    start = dt.datetime(2026, 12, 9, 2, tzinfo=dt.UTC)
    times = [start + dt.timedelta(hours=n) for n in range(4)]
    with by(olga):
        Slot.objects.bulk_create(
            Slot(event=event, starts_at=one, ends_at=one + dt.timedelta(minutes=30)) for one in times
        )
    with by(olga):
        Slot.objects.filter(event=event).delete()
    with by(olga):
        Plan.objects.filter(pk=Plan.objects.create(event=event).pk).update(state="published", published_at=NOW)
    with by(olga):
        nudge_people(event=event, attendee_ids=[alone.pk], by=olga.person, now=NOW)
    record_act(event=event, by=olga.person, kind=Act.Kind.DOWNLOADED, what="funnel.csv", now=NOW)
    assert sorted(rows_of(event)) == [
        ("Olga", "nudged", "added", 1),
        ("Olga", "plan", "draft", 1),
        ("Olga", "plan", "published", 1),
        ("Olga", "slots", "added", 4),
        ("Olga", "slots", "removed", 4),
        ("Olga", "took", "funnel.csv", 1),
    ]


def test_downloads_and_a_rebuild_are_recorded_by_the_service_that_does_them(event, olga):
    somebody = make_attendee(event)
    everything = {"person_id": None, "kind": "", "day": None}
    services = [
        partial(request_build, event=event),
        partial(export_needs_help, event=event),
        partial(export_unmet_needs, event=event),
        partial(export_stats_file, event=event, name="funnel.csv"),
        partial(export_audit_entries, event=event, **everything),
    ]
    for service in services:
        with pytest.raises(OrganisersOnly):
            service(by=somebody.person, now=NOW)
    assert rows_of(event) == []
    for service in services:
        service(by=olga.person, now=NOW)
    assert sorted(rows_of(event)) == [
        ("Olga", "lists", "ordered", 1),
        ("Olga", "took", "funnel.csv", 1),
        ("Olga", "took", "unmet-needs.csv", 1),
        ("Olga", "took", "what-was-done.csv", 1),
        ("Olga", "took", "who-needs-help.csv", 1),
    ]


def test_only_a_few_listed_adults_are_named(event, olga):
    adult, minor = make_attendee(event, name="Ana"), make_attendee(event, name="Kim", age_class="minor")
    crowd = [make_attendee(event) for _ in range(4)]
    for somebody in (adult, minor):
        with by(olga):
            Attendee.objects.filter(pk=somebody.pk).update(permission="safeguarding-lead")
    with by(olga):
        Attendee.objects.filter(pk__in=[one.pk for one in crowd]).update(permission="organiser")
    assert sorted(entry.names for entry in audit_entries_for(event=event)) == [(), (), ("Ana",)]


def test_who_has_left_is_nobody_and_what_a_job_did_is_the_systems(event, olga):
    with by(olga):
        Slot.objects.create(event=event, starts_at=NOW, ends_at=NOW + dt.timedelta(hours=1))
    olga.delete()
    olga.person.delete()
    with connection.cursor() as cursor:  # as in a job: a session in which nobody was named
        cursor.execute("select set_config('pghistory.context_id', '', true)")
    Plan.objects.filter(pk=Plan.objects.create(event=event).pk).update(state="published", published_at=NOW)
    assert {entry.kind: entry.person_id for entry in audit_entries_for(event=event)} == {"slots": None, "plan": SYSTEM}


def test_another_events_entries_are_not_among_them(event, olga):
    other = make_event("other")
    with by(olga):
        Slot.objects.create(event=other, starts_at=NOW, ends_at=NOW + dt.timedelta(hours=1))
    assert rows_of(event) == []
    assert len(rows_of(other)) == 1


def test_a_trace_can_be_neither_changed_nor_removed(event, olga):
    one = make_attendee(event, age_class="unknown")
    with by(olga):
        Attendee.objects.filter(pk=one.pk).update(age_class="adult")
    for spoil in (
        lambda: AttendeeTrace.objects.update(age_class="minor"),
        lambda: AttendeeTrace.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), transaction.atomic():
            spoil()


def test_entries_are_filtered_by_person_kind_and_day_of_the_event(event, olga):
    late = dt.datetime(2026, 12, 8, 18, tzinfo=dt.UTC)  # the 9th in Bangkok
    for at, what in ((late, "a.csv"), (late - dt.timedelta(days=1), "b.csv")):
        record_act(event=event, by=olga.person, kind=Act.Kind.DOWNLOADED, what=what, now=at)
    entries = audit_entries_for(event=event)

    def left(**which):
        chosen = {"person_id": None, "kind": "", "day": None, **which}
        return [entry.what for entry in filter_entries(entries, zone=event.zone, **chosen)]

    assert left() == ["a.csv", "b.csv"]
    assert left(day=dt.date(2026, 12, 9)) == ["a.csv"]
    assert left(person_id=olga.person_id + 1) == []
    assert left(kind="nudged") == []


def test_reading_takes_as_many_queries_for_one_entry_as_for_thirty(event, olga):
    def queries():
        with CaptureQueriesContext(connection) as taken:
            audit_entries_for(event=event)
        return len(taken)

    def do(count):
        for _ in range(count):
            one = make_attendee(event, age_class="unknown")
            with by(olga):
                Attendee.objects.filter(pk=one.pk).update(age_class="adult")

    do(1)
    few = queries()
    do(29)
    assert queries() == few


def test_every_kind_has_a_word():
    assert set(WORDS) == set(KINDS)
