"""Doing nothing ends a sign-in: for leads after an hour, for organisers twelve, for others thirty days."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from backend.people.models import Person
from backend.people.services import delete_ended_sign_ins
from tests.factories import make_attendee, make_event
from tests.frontend.people.test_sign_ins import signed_in_by_code
from tests.pages import page_of

pytestmark = pytest.mark.django_db
HOME = "/e/forum/home/"


@pytest.mark.parametrize(
    ("permission", "hours", "words"),
    [
        ("safeguarding-lead", 1, "1 hour"),
        ("organiser", 12, "12 hours"),
        ("participant", 30 * 24, "30 days"),
        ("administrator", 1, "1 hour"),
    ],
)
def test_a_sign_in_ends_when_nothing_is_done_for_so_long_and_says_why(
    permission: str, hours: int, words: str, time_machine: object
) -> None:
    is_root = permission == "administrator"
    attendee = make_attendee(make_event(), permission="participant" if is_root else permission)
    Person.objects.filter(pk=attendee.person_id).update(is_superuser=is_root)
    begun, limit = timezone.now(), dt.timedelta(hours=hours)
    time_machine.move_to(begun, tick=False)  # type: ignore[attr-defined]
    client = signed_in_by_code(attendee.person)
    for part in (0.9, 1.8):
        time_machine.move_to(begun + part * limit, tick=False)  # type: ignore[attr-defined]
        assert client.get(HOME).status_code == 200
    time_machine.move_to(begun + 2.9 * limit, tick=False)  # type: ignore[attr-defined]
    answer = client.get(HOME, follow=True)
    assert answer.redirect_chain[0][0].startswith("/accounts/login/code/?next=")
    if permission != "participant":  # whose session has expired by itself
        assert f"nothing was done for {words}. Please sign in again." in page_of(answer)
    assert client.get("/api/v1/me/").status_code == 401


def test_that_a_sign_in_is_used_is_written_once_a_minute(
    time_machine: object, django_assert_num_queries: object
) -> None:
    begun = timezone.now()
    time_machine.move_to(begun, tick=False)  # type: ignore[attr-defined]
    client = signed_in_by_code(make_attendee(make_event()).person)
    time_machine.move_to(begun + dt.timedelta(seconds=59), tick=False)  # type: ignore[attr-defined]
    with django_assert_num_queries(2):  # type: ignore[operator]
        client.get("/accounts/logout/")  # the session and whose it is
    later = begun + dt.timedelta(seconds=61)
    time_machine.move_to(later, tick=False)  # type: ignore[attr-defined]
    for _again in range(2):
        client.get("/accounts/logout/")
        assert UserSession.objects.get().last_seen_at == later


def test_sign_ins_that_are_over_are_forgotten(time_machine: object) -> None:
    one = signed_in_by_code(make_attendee(make_event()).person)
    signed_in_by_code(make_attendee(make_event()).person)
    one.logout()
    assert UserSession.objects.count() == 2
    assert delete_ended_sign_ins(now=timezone.now()) == 1
    delete_ended_sign_ins(now=timezone.now() + dt.timedelta(days=31))
    assert (UserSession.objects.count(), Session.objects.count()) == (0, 0)
