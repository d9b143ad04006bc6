"""Whom one saved with a note, read about, and shares sessions and topics with; nobody the policy hides."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core.errors import NotFound, NotYours
from backend.core.limits import LIMITS, Kind, TooOften
from backend.directory.models import ProfileVisit
from backend.directory.selectors.own_people import recently_seen_for, saved_for, session_companions_for
from backend.directory.selectors.people import person_for
from backend.directory.selectors.working_on import working_on_for
from backend.directory.services.own_people import clear_visits, find_session_companions, find_working_on, record_visit
from backend.events.models.agenda import Session, SessionPart
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import TextTooLong
from backend.suggestions.services.feedback import UnknownVerdict, give_feedback, withdraw_feedback
from tests.database import refused_by
from tests.factories import NOW, block_contact, make_attendee, make_organisation, make_session

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def follow(session: Session, *people: Attendee, part: str = "bookmarked") -> None:
    for one in people:
        SessionPart.objects.create(event=session.event, session=session, attendee=one, part=part)


def save(viewer: Attendee, other: Attendee, note: str | None = None, verdict: str = "good") -> None:
    cause = "" if verdict == "good" else "topic"
    give_feedback(
        attendee=viewer, other_id=other.pk, verdict=verdict, cause=cause, note=note, by=viewer.person, now=NOW
    )


def visit(viewer: Attendee, other: Attendee, minutes: int = 0) -> None:
    record_visit(attendee=viewer, other_id=other.pk, by=viewer.person, now=NOW + minutes * MINUTE)


def companions(viewer: Attendee, page: int = 1) -> list[tuple[str, tuple[str, ...]]]:
    found = session_companions_for(viewer=viewer, page=page, now=NOW)
    return [(one.other.name, one.sessions) for one in found.people]


def hide(how: str, other: Attendee, viewer: Attendee) -> None:
    """Take somebody out of the viewer's sight in one of the ways there are."""
    if how in ("block", "report"):
        block_contact(how, other, viewer)
    else:
        fields = {"hidden": {"visibility": "hidden"}, "minor": {"age_class": "minor"}}[how]
        Attendee.objects.filter(pk=other.pk).update(**fields)


def test_a_note_stays_with_whom_one_saved_until_they_are_saved_no_longer(event: Event, viewer: Attendee) -> None:
    other = make_attendee(event, name="Saved Person")
    save(viewer, other, "Ask about the guide.\nIn Thai.")
    assert [(row.other.name, row.note) for row in saved_for(viewer=viewer, now=NOW)] == [
        ("Saved Person", "Ask about the guide.\nIn Thai.")
    ]
    save(viewer, other)
    assert person_for(viewer=viewer, attendee_id=other.pk, now=NOW).note == "Ask about the guide.\nIn Thai."
    save(viewer, other, "")
    assert (page := person_for(viewer=viewer, attendee_id=other.pk, now=NOW)).is_saved
    assert page.note == ""
    save(viewer, other, "Again")
    save(viewer, other, verdict="not-relevant")
    assert person_for(viewer=viewer, attendee_id=other.pk, now=NOW).note == ""
    save(viewer, other)
    assert [row.note for row in saved_for(viewer=viewer, now=NOW)] == [""]
    withdraw_feedback(attendee=viewer, other_id=other.pk, by=viewer.person, now=NOW)
    assert saved_for(viewer=viewer, now=NOW) == ()


def test_a_note_is_of_five_hundred_characters_at_most_and_on_somebody_saved(event: Event, viewer: Attendee) -> None:
    other = make_attendee(event)
    with pytest.raises(TextTooLong):
        save(viewer, other, "x" * 501)
    with pytest.raises(UnknownVerdict):
        save(viewer, other, "why", verdict="not-relevant")
    save(viewer, other, "x" * 500)
    assert len(saved_for(viewer=viewer, now=NOW)[0].note) == 500


def test_a_note_is_for_who_wrote_it_alone(event: Event, viewer: Attendee) -> None:
    other = make_attendee(event)
    save(viewer, other, "Mine")
    assert person_for(viewer=other, attendee_id=viewer.pk, now=NOW).note == ""
    third = make_attendee(event)
    assert person_for(viewer=third, attendee_id=other.pk, now=NOW).note == ""
    assert saved_for(viewer=third, now=NOW) == ()


def test_the_last_twenty_pages_are_kept_the_latest_first_and_can_be_cleared(event: Event, viewer: Attendee) -> None:
    people = [make_attendee(event, name=f"Person {number}") for number in range(22)]
    for minutes, other in enumerate(people):
        visit(viewer, other, minutes)
    visit(viewer, people[5], 60)
    seen = [one.name for one in recently_seen_for(viewer=viewer, now=NOW)]
    assert seen == ["Person 5", *(f"Person {number}" for number in range(21, 1, -1) if number != 5)]
    assert len(seen) == ProfileVisit.objects.count() == 20
    assert recently_seen_for(viewer=people[0], now=NOW) == ()
    with pytest.raises(NotYours):
        clear_visits(attendee=viewer, by=people[0].person)
    clear_visits(attendee=viewer, by=viewer.person)
    assert not ProfileVisit.objects.exists()


def test_of_an_archived_forum_no_visit_is_kept(event: Event, viewer: Attendee) -> None:
    Event.objects.update(state="archived")
    visit(Attendee.objects.select_related("event", "person").get(pk=viewer.pk), make_attendee(event))
    assert not ProfileVisit.objects.exists()


def test_the_database_refuses_a_second_visit_and_one_to_oneself(event: Event, viewer: Attendee) -> None:
    other = make_attendee(event)
    visit(viewer, other)
    fields = {"event": event, "attendee": viewer}
    for name, again in (("profile_visit_once_per_pair", other), ("profile_visit_of_another", viewer)):
        refused_by(name, partial(ProfileVisit.objects.create, other=again, **fields))


def test_only_speakers_and_those_who_let_their_sessions_be_seen_are_in_mine(event: Event, viewer: Attendee) -> None:
    opening, closing = make_session(event, "Opening"), make_session(event, "Closing")
    elsewhere = make_session(event, "Elsewhere")
    shows, keeps, speaks = (
        make_attendee(event, name="Shows", shows_sessions=True),
        make_attendee(event, name="Keeps"),
        make_attendee(event, name="Speaks"),
    )
    follow(opening, viewer, shows, keeps)
    follow(closing, viewer, shows, keeps)
    follow(closing, speaks, part="speaking")
    follow(opening, speaks)
    follow(elsewhere, make_attendee(event, name="Other", shows_sessions=True))
    assert companions(viewer) == [("Shows", ("Opening", "Closing")), ("Speaks", ("Closing",))]
    assert person_for(viewer=viewer, attendee_id=keeps.pk, now=NOW).shared_sessions == ()
    assert person_for(viewer=viewer, attendee_id=speaks.pk, now=NOW).shared_sessions == ("Closing",)
    shared = person_for(viewer=viewer, attendee_id=shows.pk, now=NOW).shared_sessions
    assert shared == ("Opening", "Closing")
    assert companions(keeps) == companions(viewer)


@pytest.mark.parametrize("how", ["block", "report", "hidden", "minor"])
def test_whom_the_policy_hides_is_in_no_list_and_no_number(event: Event, viewer: Attendee, how: str) -> None:
    session = make_session(event)
    other = make_attendee(event, shows_sessions=True, seeks_topics=["sextortion"])
    follow(session, viewer, other)
    save(viewer, other, "A note")
    visit(viewer, other)
    hide(how, other, viewer)
    assert saved_for(viewer=viewer, now=NOW) == recently_seen_for(viewer=viewer, now=NOW) == ()
    assert session_companions_for(viewer=viewer, page=1, now=NOW).total == 0
    found = working_on_for(viewer=viewer, topic="sextortion", theme="", now=NOW)
    assert (found.sectors, found.total, found.seeks) == ((), 0, 0)


def test_who_works_on_a_topic_is_grouped_by_sector_and_who_offers_comes_first(event: Event, viewer: Attendee) -> None:
    police = make_organisation(event, "law-enforcement")
    school = make_organisation(event, "education")
    for name, fields in {
        "Anna": {"organisation": police, "seeks_topics": ["sextortion"]},
        "Ben": {"organisation": police, "offers_topics": ["sextortion"]},
        "Cho": {"organisation": school, "seeks_topics": ["sextortion"], "offers_topics": ["sextortion"]},
        "Dao": {"organisation": school, "offers_topics": ["safety-by-design-schools"]},
    }.items():
        make_attendee(event, name=name, **fields)
    found = find_working_on(viewer=viewer, topic="sextortion", now=NOW)
    groups = {group.key: [(one.other.name, one.seeks, one.offers) for one in group.people] for group in found.sectors}
    assert groups == {
        "law-enforcement": [("Ben", False, True), ("Anna", True, False)],
        "education": [("Cho", True, True)],
    }
    assert (found.total, found.seeks, found.offers, found.theme) == (3, 2, 2, "prevention")
    theme = find_working_on(viewer=viewer, theme="prevention", now=NOW)
    assert (theme.topic, theme.total, theme.offers) == ("", 4, 3)


def test_of_a_large_sector_six_are_shown_and_all_counted(event: Event, viewer: Attendee) -> None:
    police = make_organisation(event, "law-enforcement")
    for number in range(7):
        make_attendee(event, name=f"Person {number}", organisation=police, offers_topics=["sextortion"])
    (group,) = working_on_for(viewer=viewer, topic="sextortion", theme="", now=NOW).sectors
    assert (len(group.people), group.total) == (6, 7)


@pytest.mark.parametrize("chosen", [{}, {"topic": "nothing"}, {"theme": "nothing"}, {"topic": "justice"}])
def test_a_topic_that_is_not_there_is_refused(viewer: Attendee, chosen: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        find_working_on(viewer=viewer, **chosen, now=NOW)


def test_the_queries_do_not_grow_with_the_people(event: Event, viewer: Attendee) -> None:
    session = make_session(event)
    follow(session, viewer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as few:
            session_companions_for(viewer=viewer, page=1, now=NOW)
            working_on_for(viewer=viewer, topic="sextortion", theme="", now=NOW)
            saved_for(viewer=viewer, now=NOW)
            recently_seen_for(viewer=viewer, now=NOW)
        return len(few)

    def add() -> None:
        other = make_attendee(event, shows_sessions=True, seeks_topics=["sextortion"])
        follow(session, other)
        save(viewer, other)
        visit(viewer, other)

    add()
    before = queries()
    for _number in range(4):
        add()
    assert queries() == before


@pytest.mark.slow
def test_these_lists_count_as_searches(event: Event, viewer: Attendee) -> None:
    for _time in range(LIMITS[Kind.SEARCHED][0].by_account // 2):
        find_session_companions(viewer=viewer, page=1, now=NOW)
        find_working_on(viewer=viewer, topic="sextortion", now=NOW)
    with pytest.raises(TooOften):
        find_session_companions(viewer=viewer, page=1, now=NOW)
