"""S5: who may look after minors is recorded by a lead: who checked them, by which check, and until when."""

from __future__ import annotations

import datetime as dt

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import NotFound
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.safeguarding.models import Chaperone, OpenPlace, Vetting
from backend.safeguarding.rules import is_vetted
from backend.safeguarding.selectors.supervision import candidates_for, supervision_for
from backend.safeguarding.services.supervision import (
    BadVetting,
    add_chaperone,
    end_vetting,
    mark_open_place,
    record_vetting,
    remind_of_vettings,
    remove_chaperone,
)
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db

UNTIL = dt.date(2026, 12, 31)
AFTER = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)


@pytest.fixture
def lead(event: Event) -> Attendee:
    return make_attendee(event, permission="safeguarding-lead")


@pytest.fixture
def minor(event: Event) -> Attendee:
    return make_attendee(event, name="Kham Young", short_name="Kham", age_class="minor")


def check(adult: Attendee, lead: Attendee, **changed: object) -> Vetting:
    values: dict[str, object] = {
        "event": lead.event,
        "attendee_id": adult.pk,
        "checked_by": "Ministry of Justice",
        "check_made": "Police certificate",
        "until": UNTIL,
        "by": lead.person,
        "now": NOW,
    }
    return record_vetting(**(values | changed))  # type: ignore[arg-type]


def bind(adult: Attendee, minor: Attendee, lead: Attendee, **changed: object) -> Chaperone:
    values: dict[str, object] = {
        "event": lead.event,
        "attendee_id": adult.pk,
        "organisation_id": minor.organisation_id,
        "country": "",
        "by": lead.person,
        "now": NOW,
    }
    return add_chaperone(**(values | changed))  # type: ignore[arg-type]


def vetted(now: dt.datetime) -> set[int]:
    return set(Attendee.objects.filter(is_vetted(now)).values_list("pk", flat=True))


def test_a_check_holds_until_its_last_day_or_until_a_lead_ends_it(event, lead):
    adult, other = make_attendee(event), make_attendee(event)
    record = check(adult, lead)
    check(other, lead)
    assert vetted(NOW) == {adult.pk, other.pk}
    end_vetting(event=event, vetting_id=record.pk, by=lead.person, now=NOW)
    assert vetted(NOW) == {other.pk}
    assert vetted(AFTER) == set()
    check(other, lead, until=UNTIL - dt.timedelta(days=20))  # a newer record replaces it
    assert Vetting.objects.filter(attendee=other, ended_at=None).count() == 1
    assert [row.name for row in supervision_for(lead, NOW).vetted] == [other.name]


def test_what_a_lead_enters_of_a_check_is_whole_and_never_their_own(event, lead):
    adult = make_attendee(event)
    for changed, field in (
        ({"checked_by": " "}, "checked_by"),
        ({"check_made": "x" * 121}, "check_made"),
        ({"until": NOW.date() - dt.timedelta(days=1)}, "until"),
        ({"until": dt.date(2040, 1, 1)}, "until"),
    ):
        with pytest.raises(BadVetting) as refused:
            check(adult, lead, **changed)
        assert refused.value.details["field"] == field
    with pytest.raises(BadVetting):
        check(lead, lead)
    assert lead.pk not in {one.attendee_id for one in candidates_for(lead, NOW)}
    assert not Vetting.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}],
    ids=["minor", "unknown", "hidden"],
)
def test_nobody_but_a_known_adult_is_recorded(event, lead, fields):
    nobody = make_attendee(event, **fields)
    with pytest.raises(NotFound):
        check(nobody, lead)
    assert nobody.pk not in {one.attendee_id for one in candidates_for(lead, NOW)}


def test_a_chaperone_is_a_checked_adult_bound_to_a_delegation_with_minors(event, lead, minor):
    adult = make_attendee(event, name="Chan Chaperone")
    with refuses("bad_chaperone"):
        bind(adult, minor, lead)
    check(adult, lead)
    with refuses("bad_chaperone"):  # no minor is of that delegation
        bind(adult, minor, lead, organisation_id=adult.organisation_id)
    first = bind(adult, minor, lead)
    assert bind(adult, minor, lead) == first
    Attendee.objects.filter(pk=minor.pk).update(organisation=None, country="Laos")
    with refuses("bad_chaperone"):
        bind(adult, minor, lead, organisation_id=None)
    bind(adult, minor, lead, organisation_id=None, country="Laos")
    [row] = supervision_for(lead, NOW).vetted
    assert [one.delegation for one in row.chaperones] == [minor.organisation.name, "Laos"]
    remove_chaperone(event=event, chaperone_id=first.pk, by=lead.person)
    assert Chaperone.objects.get().country == "Laos"


def test_nobody_but_a_lead_of_the_event_records_anything(event, lead, minor):
    adult = make_attendee(event)
    record, chaperone = check(adult, lead), bind(adult, minor, lead)
    table = Table.objects.create(event=event, label="T1")
    elsewhere = make_attendee(make_event(), permission="safeguarding-lead")
    for other in (make_attendee(event, permission="organiser"), adult, elsewhere):
        by = {"event": event, "by": other.person}
        with pytest.raises(NotFound):
            check(adult, lead, by=other.person)
        with pytest.raises(NotFound):
            bind(adult, minor, lead, by=other.person)
        with pytest.raises(NotFound):
            end_vetting(vetting_id=record.pk, now=NOW, **by)
        with pytest.raises(NotFound):
            remove_chaperone(chaperone_id=chaperone.pk, **by)
        with pytest.raises(NotFound):
            mark_open_place(table_id=table.pk, is_marked=True, now=NOW, **by)
    own = {"event": elsewhere.event, "by": elsewhere.person}
    with pytest.raises(NotFound):
        end_vetting(vetting_id=record.pk, now=NOW, **own)
    remove_chaperone(chaperone_id=chaperone.pk, **own)
    with pytest.raises(NotFound):
        mark_open_place(table_id=table.pk, is_marked=True, now=NOW, **own)
    assert vetted(NOW) == {adult.pk}
    assert Chaperone.objects.exists()
    assert not OpenPlace.objects.exists()


def test_a_lead_marks_a_table_as_in_the_open_and_never_an_online_room(event, lead):
    table = Table.objects.create(event=event, label="T1", place="Foyer")
    room = Table.objects.create(event=event, label="R", is_online=True, room_link="https://meet.example.org/{meeting}")
    do = {"event": event, "by": lead.person, "now": NOW}
    for _ in range(2):
        mark_open_place(table_id=table.pk, is_marked=True, **do)
    assert [(one.label, one.is_open) for one in supervision_for(lead, NOW).places] == [("T1", True)]
    mark_open_place(table_id=table.pk, is_marked=False, **do)
    assert [one.is_open for one in supervision_for(lead, NOW).places] == [False]
    with pytest.raises(NotFound):
        mark_open_place(table_id=room.pk, is_marked=True, **do)


def test_it_takes_four_queries_however_many_there_are(event, lead, minor, django_assert_num_queries):
    for _ in range(3):
        adult = make_attendee(event)
        check(adult, lead)
        bind(adult, minor, lead)
    with django_assert_num_queries(4):
        supervision_for(lead, NOW)


def test_leads_are_told_once_that_a_check_runs_out(event, lead):
    record = check(make_attendee(event), lead)
    assert remind_of_vettings(now=NOW) == 0
    soon = record.expires_at - dt.timedelta(days=10)
    assert remind_of_vettings(now=soon) == 1
    assert remind_of_vettings(now=soon) == 0
    [job] = ProcrastinateJob.objects.filter(task_name="safeguarding.send_consent_news", status="todo")
    assert job.args == {"lead_id": lead.pk}
