"""Setting an event up: from the command line and from the service."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee, Sector
from backend.events.models.events import Event, Theme, Topic
from backend.events.rules.attendees import is_organiser
from backend.events.services.setup import check_zone, load_themes
from backend.people.models import Person
from backend.setup.services.events import appoint_lead, appoint_organiser
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
GIVEN = {"name": "Forum", "starts": "2026-12-09", "ends": "2026-12-10", "timezone": "Asia/Bangkok"}


def create(slug: str = "forum", **options: str) -> str:
    out = io.StringIO()
    arguments = [
        argument for key, value in (GIVEN | options).items() for argument in (f"--{key.replace('_', '-')}", value)
    ]
    call_command("create_event", slug, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("field", ["name", "venue"])
@pytest.mark.parametrize("character", ["\n", "\r", "\x0b", "\x7f", "\x85", "\u2028"])
def test_a_control_character_in_an_events_name_or_venue_is_refused(field: str, character: str) -> None:
    with pytest.raises(BusinessError, match="on one line, without control characters"):
        create(**{field: f"Forum{character}2026"})
    assert not Event.objects.exists()


def test_an_event_comes_with_its_themes_topics_sectors_and_organiser() -> None:
    output = create(organiser="Boss@example.org", meetings_per_person="7", venue="Hall")
    assert output.endswith("python manage.py import_attendees forum FILE.csv\n")
    event = Event.objects.get()
    assert (event.name, event.timezone, event.venue, event.meetings_per_person) == (
        "Forum", "Asia/Bangkok", "Hall", 7,
    )  # fmt: skip
    assert (event.starts_on, event.ends_on) == (dt.date(2026, 12, 9), dt.date(2026, 12, 10))
    themes = list(Theme.objects.filter(event=event).values_list("key", flat=True))
    assert themes == ["legislation", "justice", "prevention", "collaboration"]
    assert Topic.objects.filter(event=event).count() == 17
    assert Sector.objects.filter(event=event, key="other").exists()
    organiser = Attendee.objects.select_related("person").get()
    assert organiser.person.email == "Boss@example.org"
    assert (organiser.permission, organiser.visibility, organiser.age_class) == ("organiser", "hidden", "adult")
    assert is_organiser(organiser.person, event)
    assert event.state == "draft"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"timezone": "Asia/Bangkock"}, "no time zone “Asia/Bangkock”: did you mean Asia/Bangkok?"),
        ({"timezone": "kuala lumpur"}, "did you mean Asia/Kuala_Lumpur?"),
        ({"timezone": "../etc/passwd"}, "There is no time zone"),
        ({"ends": "2026-12-08"}, "ends on 2026-12-08, before it starts on 2026-12-09"),
        ({"starts": "9/12/2026"}, "--starts “9/12/2026” is not a date: write it as 2026-12-09"),
        ({"ends": "2026-02-30"}, "--ends “2026-02-30” is not a date"),
        ({"slug": "two words"}, "A slug is at most 60 letters"),
        ({"slug": "s" * 61}, "A slug is at most 60 letters"),
        ({"name": " \x00"}, "An event needs a name"),
        ({"organiser": "boss"}, "“boss” is not an e-mail address"),
        ({"meetings_per_person": "many"}, "“many” is not a whole number"),
        ({"meetings_per_person": "51"}, "a number from 0 to 50"),
    ],
)
def test_an_invalid_event_is_refused_in_one_sentence_and_nothing_is_saved(
    options: dict[str, str], sentence: str
) -> None:
    with pytest.raises((BusinessError, CommandError)) as refusal:
        create(**options)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not Event.objects.exists()
    assert not Person.objects.exists()


def test_a_slug_is_taken_once() -> None:
    create()
    with pytest.raises(BusinessError, match="There is an event “forum” already"):
        create(name="Another")
    assert Event.objects.get().name == "Forum"


@pytest.mark.parametrize("zone", ["Asia/Kuala_Lumpur", "UTC"])
def test_a_known_zone_is_accepted(zone: str) -> None:
    assert check_zone(zone) is None  # type: ignore[func-returns-value]


def test_themes_are_loaded_once_and_a_renamed_topic_stays() -> None:
    create()
    event = Event.objects.get()
    Topic.objects.filter(event=event, key="sextortion").update(name="Blackmail online")
    assert load_themes(event=event) == 0
    assert Topic.objects.get(event=event, key="sextortion").name == "Blackmail online"


def test_an_attendee_who_becomes_organiser_stays_who_they_are() -> None:
    create()
    event = Event.objects.get()
    person = Person.objects.create_user("dara@example.org", name="Dara")
    Attendee.objects.create(event=event, person=person, name="Dara", age_class="adult", visibility="listed")
    attendee = appoint_organiser(event=event, email="DARA@example.org", now=NOW)
    assert (attendee.person, attendee.permission, attendee.visibility) == (person, "organiser", "listed")


def test_an_organiser_of_one_event_is_none_of_another() -> None:
    create(organiser="boss@example.org")
    create("next")
    boss = Person.objects.get()
    assert is_organiser(boss, Event.objects.get(slug="forum"))
    assert not is_organiser(boss, Event.objects.get(slug="next"))


def test_an_event_comes_with_its_safeguarding_lead_who_is_not_its_organiser() -> None:
    with pytest.raises((CommandError, BusinessError), match="cannot be organiser and safeguarding lead"):
        create(organiser="boss@example.org", safeguarding_lead="BOSS@example.org")
    assert not Event.objects.exists()
    create(organiser="boss@example.org", safeguarding_lead="lea@example.org")
    permissions = dict(Attendee.objects.values_list("person__email", "permission"))
    assert permissions == {"boss@example.org": "organiser", "lea@example.org": "safeguarding-lead"}


def test_a_safeguarding_lead_does_not_become_organiser_nor_the_other_way_round() -> None:
    create(organiser="boss@example.org", safeguarding_lead="lea@example.org")
    event = Event.objects.get()
    with refuses("conflicting_roles"):
        appoint_organiser(event=event, email="lea@example.org", now=NOW)
    with refuses("conflicting_roles"):
        appoint_lead(event=event, email="boss@example.org", now=NOW)
    assert appoint_lead(event=event, email="lea@example.org", now=NOW).permission == "safeguarding-lead"
