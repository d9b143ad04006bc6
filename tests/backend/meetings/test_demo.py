"""The demo forum has times, tables, and requests in every state."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from backend.events.models import Attendee, Slot, Table
from backend.events.personas import personas
from backend.meetings.models import Availability, Meeting
from backend.meetings.selectors import agenda_for, requests_sent, requests_to_answer
from backend.safeguarding.rules import matchable
from backend.safeguarding.selectors import reports_for
from tests.factories import NOW


@pytest.mark.django_db
def test_everybody_one_may_walk_in_as_finds_requests_and_meetings_and_a_second_load_changes_nothing(
    time_machine,
):
    time_machine.move_to(NOW, tick=False)
    call_command("load_demo", stdout=StringIO())
    now = timezone.now()
    current = Attendee.objects.filter(event__slug="demo-2026").first().event
    assert Slot.objects.filter(event=current).count() == 26
    assert Table.objects.filter(event=current, is_online=False).count() == 40
    people = matchable(current).count()
    open_people = Availability.objects.filter(event=current).values("attendee").distinct().count()
    assert 0.8 * people < open_people < people

    for persona in personas():
        attendee = Attendee.objects.filter(event=current, person=persona.person).first()
        if attendee is None or attendee.permission != "participant":
            continue
        assert len(requests_to_answer(attendee, now)) >= 1, persona.key
        assert {"declined", "withdrawn"} <= {row.state for row in requests_sent(attendee, now)}, persona.key
        meetings = [item for day in agenda_for(attendee, now).days for item in day.items if item.meeting]
        assert len(meetings) >= 3, persona.key

    lead = Attendee.objects.get(event=current, permission="safeguarding-lead")
    [report] = reports_for(lead)
    assert (report.state, report.is_about_meeting) == ("open", True)
    both = Attendee.objects.filter(reports_made__isnull=False) | Attendee.objects.filter(
        reports_about__isnull=False
    )
    assert not set(both.values_list("person_id", flat=True)) & {one.person.pk for one in personas()}

    states = Counter(Meeting.objects.values_list("event__slug", "state"))
    assert {state for slug, state in states if slug == "demo-2026"} >= {
        "requested", "accepted", "declined", "withdrawn", "cancelled"
    }  # fmt: skip
    assert {state for slug, state in states if slug == "demo-2025"} == {
        "expired", "held", "not_held", "disputed"
    }  # fmt: skip

    call_command("load_demo", stdout=StringIO())
    assert Counter(Meeting.objects.values_list("event__slug", "state")) == states
