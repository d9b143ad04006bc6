"""Response times: what counts as an answer, in the figures and in the overview."""

import pytest

from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.overview import overview_for
from tests.backend.stats.events import make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


def test_response_times_are_hours_from_asking_to_the_answer():
    event = make_event()
    p = seven_people(event)
    make_meeting(p[6], p[0], "requested")
    stats = event_stats(event=event, now=NOW, permutations=0)
    assert (stats.response.received, stats.response.answered, stats.response.waiting) == (8, 7, 1)
    assert stats.response.median_hours == 4
    government = stats.constituencies[0].response  # asked: 1-2 after 1 h, 4-1 after 3 h, 7-1 not yet
    assert (government.received, government.answered, government.accepted) == (3, 2, 2)
    assert government.median_hours == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "hours"), [("withdrawn", 90), ("expired", 90), ("accepted", 0), ("held", 0), ("cancelled", 0)]
)
def test_withdrawn_expired_and_arranged_meetings_do_not_count_as_answered(state, hours):
    event = make_event()
    one, two, three = (make_attendee(event) for _ in range(3))
    make_meeting(one, two, "accepted", hours=2)
    make_meeting(three, two, "declined", hours=4)
    make_meeting(one, three, state, hours=hours)
    stats = event_stats(event=event, now=NOW, permutations=0)
    for response in (stats.response, stats.constituencies[0].response):
        assert (response.received, response.answered, response.median_hours) == (3, 2, 3)
        assert response.slow_hours == pytest.approx(3.8)
    assert overview_for(event, NOW).answer_hours == 3
