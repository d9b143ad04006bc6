"""How a person is called at an event: in full, or by the name they want to be called (S7)."""

from __future__ import annotations

import pytest

from backend.agenda.selectors.sessions import possible_speakers
from backend.directory.selectors.roster import roster_ids, roster_rows
from backend.events.models.attendees import Attendee
from backend.events.selectors import (
    name_in_lists,
    name_in_roster,
    name_to_call,
    names_of_people,
    people_named,
    shown_name,
)
from tests.factories import make_attendee, make_event

pytestmark = pytest.mark.django_db
FULL, SHORT = "Nguyễn Thị Mai", "Mai"


@pytest.mark.parametrize(
    ("age_class", "in_roster", "in_lists"), [("adult", FULL, FULL), ("unknown", FULL, SHORT), ("minor", SHORT, SHORT)]
)
def test_a_minor_and_somebody_of_unknown_age_are_called_by_their_short_name_as_the_rule_says(
    age_class: str, in_roster: str, in_lists: str
) -> None:
    event = make_event()
    attendee = make_attendee(event, name=FULL, short_name=SHORT, age_class=age_class)
    assert shown_name(attendee) == FULL
    assert (name_in_roster(attendee), name_in_lists(attendee)) == (in_roster, in_lists)
    rows = roster_rows(event=event, ids=roster_ids(event=event, filters={}))
    assert [row.name for row in rows] == [in_roster]
    assert [speaker.name for speaker in possible_speakers(event)] == [in_lists]
    assert names_of_people([attendee.person_id], event) == {attendee.person_id: in_lists}
    assert [row.name for row in people_named(Attendee.objects.of(event)).values()] == [in_lists]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Siti Rahma", "Siti"),
        ("Sukarsih", "Sukarsih"),
        ("NGUYEN Thi Mai", "Thi"),
        ("Mai NGUYEN", "Mai"),
        ("Sok, Dara", "Dara"),
        ("Dara Sok, PhD", "Dara"),
        ("J. Smith", "J."),
        ("SOK DARA", "SOK"),
        ("王小明", "王小明"),
        ("សុខ ចាន់ដារ៉ា", "សុខ"),
        (",", ""),
    ],
)
def test_without_a_short_name_one_word_is_guessed_that_is_not_marked_as_the_family_s(name: str, called: str) -> None:
    assert name_to_call(Attendee(name=name)) == called
    assert name_to_call(Attendee(name=name, short_name="Other")) == "Other"


def test_the_account_s_name_is_nobody_s_name_at_an_event() -> None:
    attendee = make_attendee(make_event(), name=FULL)
    attendee.person.name = "Account"
    attendee.person.save()
    assert shown_name(Attendee.objects.get(pk=attendee.pk)) == FULL
