"""One row that fails stops none of the others: of jobs that go through forums, people and cases."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import OperationalError

from backend.core.isolation import for_each
from backend.core.models import StepFailure
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.services.opening import follow_days
from backend.privacy.services.retention import purge_all
from tests.database import refusing
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


def test_a_forum_that_cannot_change_its_state_keeps_no_other_open() -> None:
    first, second = make_event(), make_event()
    after = NOW + dt.timedelta(days=60)
    with refusing("events_event", f"row.id = {first.pk}"):
        assert follow_days(now=after) == 1
    states = dict(Event.objects.values_list("pk", "state"))
    assert states == {first.pk: "open", second.pk: "closed"}
    assert StepFailure.objects.get().step == "events.follow_days"


def test_somebody_who_cannot_be_erased_keeps_no_minor_s_data() -> None:
    event = make_event()
    first, minor = make_attendee(event), make_attendee(event, age_class="minor")
    with refusing("events_attendee", f"row.id = {first.pk}"):
        purge_all(now=NOW + dt.timedelta(days=4_000))
    assert list(Attendee.objects.values_list("pk", flat=True)) == [first.pk]
    assert StepFailure.objects.get(step="privacy.purge_attendee").failed == 1
    assert not Attendee.objects.filter(pk=minor.pk).exists()


def test_an_outage_is_no_failure_of_a_row() -> None:
    def lose(_row: int) -> None:
        raise OperationalError("the connection is lost")

    with pytest.raises(OperationalError):
        for_each("some.step", [1, 2], lose)
    assert not StepFailure.objects.exists()
