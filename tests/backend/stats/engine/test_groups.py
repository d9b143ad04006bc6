"""Small groups at the desk: counted apart from meetings of two, and weighed by their size."""

from __future__ import annotations

import pytest

from backend.booking.models.meetings import Seat
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.groups.selectors.rounds import own_tables
from backend.stats.selectors.event_stats import event_stats
from tests.backend.conftest import open_slots
from tests.halls import Hall

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_groups_are_in_no_figure_of_meetings_and_weigh_each_person_once() -> None:
    hall = Hall(kind="trios")
    hall.published()
    hall.accept_all()
    stats = event_stats(event=hall.event, now=hall.now, permutations=0)
    assert (stats.network.meetings, stats.network.pairs) == (0, 0)
    trios = len({row.meeting_id for one in hall.people for row in own_tables(one, hall.now)})
    assert trios == 4
    groups = stats.groups
    assert (groups.groups, groups.people) == (4, 12)
    assert (groups.weight, groups.outside) == (6.0, 6.0)
    assert (groups.bridges, groups.bridges_with, groups.ei_with) == (0, 12, 1.0)


def test_a_meeting_of_two_of_a_group_is_one_bridge_with_and_without_it() -> None:
    hall = Hall(kind="trios")
    hall.published()
    hall.accept_all()
    row = own_tables(hall.people[0], hall.now)[0]
    other = Attendee.objects.get(pk=row.members[0].attendee_id)
    later = next(slot for slot in hall.forum.slots if slot.starts_at != row.starts_at)
    Seat.objects.filter(attendee__in=[hall.people[0], other]).exclude(meeting=row.meeting_id).delete()
    Table.objects.create(event=hall.event, label="Another")
    open_slots([hall.people[0], other], [later])
    hall.forum.accept(other, hall.forum.ask(hall.people[0], other, later))
    groups = event_stats(event=hall.event, now=hall.now, permutations=0).groups
    assert (groups.bridges, groups.bridges_with) == (1, 12)


def test_who_said_that_it_did_not_take_place_and_who_is_not_counted_are_left_out() -> None:
    hall = Hall(kind="roundtables")
    hall.published()
    hall.accept_all()
    before = event_stats(event=hall.event, now=hall.now, permutations=0).groups
    row = own_tables(hall.people[0], hall.now)[0]
    sizes = [1 + len(row.members), 12 - 1 - len(row.members)]
    assert before.people == sum(sizes)
    Seat.objects.filter(meeting=row.meeting_id, attendee=hall.people[0]).update(word="not_held", attested_at=hall.now)
    Attendee.objects.filter(pk=row.members[0].attendee_id).update(visibility="hidden")
    after = event_stats(event=hall.event, now=hall.now, permutations=0).groups
    assert after.people == before.people - 2
    assert after.bridges_with < before.bridges_with
