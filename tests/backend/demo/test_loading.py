"""The demo forum in the database: complete, the same every time, and safe."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from statistics import median

import pytest
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker
from time_machine import travel

from backend.agenda.selectors.agenda import agenda_for
from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Delivery
from backend.booking.selectors.meetings import requests_sent, requests_to_answer
from backend.demo.accounts import demo_accounts
from backend.demo.agenda import theme_of
from backend.demo.loading import load_forum
from backend.demo.meetings import ASKED, EXPIRY, PROPOSED, ask_from_lists, propose_from_lists
from backend.demo.people import demo_people, unlisted_people
from backend.demo.selectors import CURRENT, EARLIER
from backend.demo.texts import demo_text
from backend.events.models.agenda import Session, SessionPart, Slot, Table
from backend.events.models.attendees import Attendee, Interest, Organisation
from backend.events.models.events import Event, Tie
from backend.events.rules.roles import leads_of
from backend.notifications.selectors.deliveries import failing_deliveries
from backend.people.models import Person
from backend.safeguarding.models import Block, Report
from backend.safeguarding.rules import matchable, refused_pairs
from backend.safeguarding.selectors.reports import reports_for
from tests.factories import make_run

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MEMBER_STATES = {
    "Brunei Darussalam", "Cambodia", "Indonesia", "Lao PDR", "Malaysia", "Myanmar", "Philippines",
    "Singapore", "Thailand", "Timor-Leste", "Viet Nam",
}  # fmt: skip
OWN_LANGUAGES = {"th", "vi", "id", "ms", "km", "my", "lo", "fil"}


def load() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def dump() -> dict[str, str]:
    """A hash of every table of the forum; a password that opens nothing is random and left out."""
    tables = {}
    for model in (Event, Organisation, Attendee, Interest, Session, SessionPart, Tie, Block, Meeting):
        rows = serializers.serialize("json", model.objects.order_by("pk"))
        tables[model.__name__] = hashlib.sha256(rows.encode()).hexdigest()
    people = repr(list(Person.objects.order_by("pk").values_list("pk", "email", "name")))
    return tables | {"Person": hashlib.sha256(people.encode()).hexdigest()}


@pytest.fixture(scope="module")
def output(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The demo, loaded once for all tests here, which undo what they change; gives its output."""
    with django_db_blocker.unblock(), transaction.atomic():
        with travel(NOW, tick=False):
            text = load()
        connection.check_constraints()  # once, or every test would find these rows unchecked and start again
        yield text
        transaction.set_rollback(True)


def test_the_command_loads_two_editions_and_prints_what_comes_next(output: str) -> None:
    assert "Meeting times, tables, and who asks whom" in output
    assert "python manage.py build_suggestions demo-2026" in output
    current, earlier = Event.objects.get(slug=CURRENT), Event.objects.get(slug=EARLIER)
    assert current.previous == earlier
    assert (str(current.starts_on), str(earlier.starts_on)) == ("2026-12-09", "2025-11-19")
    assert matchable(current).count() == 320
    assert Attendee.objects.of(current).count() == 320 + len(unlisted_people()) + 3
    assert matchable(earlier).count() == 200
    assert earlier.ties.count() == 300
    assert [Session.objects.filter(event=event).count() for event in (current, earlier)] == [24, 12]
    assert (Block.objects.count(), Report.objects.count(), len(refused_pairs(current))) == (3, 1, 4)


@pytest.mark.usefixtures("output")
def test_loading_again_changes_nothing_not_even_what_a_visitor_changed() -> None:
    SessionPart.objects.filter(part="bookmarked").first().delete()  # type: ignore[union-attr]
    Attendee.objects.filter(event__slug=CURRENT, seeks__gt="").update(about="A visitor wrote this.")
    before = dump()
    assert "nothing changed" in load()
    assert dump() == before


def test_the_same_forum_comes_out_every_time() -> None:
    dumps = []
    for _ in range(2):
        for model in (Attendee, Event, Person, Organisation):
            model.objects.all().delete()
        load_forum(now=NOW)
        dumps.append(_dump_without_ids())
    assert dumps[0] == dumps[1]
    assert len(dumps[0]) > 1_000


def test_the_same_people_know_each_other_in_every_process() -> None:
    """The order of a set differs from process to process, and the members is made once in each."""
    makes = (
        "from backend.demo.people import demo_people, unlisted_people; "
        "from backend.demo.ties import draw_ties; "
        "print(demo_people(), unlisted_people(), draw_ties(demo_people()[:60]))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", makes],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
        )
        for seed in ("1", "2")
    ]
    one, two = (process.communicate()[0] for process in processes)
    assert len(one) > 100_000
    assert one == two


def _dump_without_ids() -> list[tuple[object, ...]]:
    queries = (
        Attendee.objects.values_list(
            "event__slug", "person__email", "name", "organisation__name", "title", "languages",
            "role", "about", "seeks", "offers", "changed_at",
        ),
        Interest.objects.values_list("event__slug", "attendee__person__email", "topic__key", "seeks"),
        SessionPart.objects.values_list("attendee__person__email", "session__title", "part"),
        Session.objects.values_list("title", "starts_at", "ends_at", "theme__key"),
        Tie.objects.values_list("first__email", "second__email", "met_on"),
    )  # fmt: skip
    return [row for query in queries for row in sorted(query, key=repr)]


def test_no_two_profiles_are_alike_and_none_leaves_out_more_than_one_text() -> None:
    members = (*demo_people(), *unlisted_people())
    for part in ("email", "name", "about", "seeks", "offers"):
        written = [text.casefold() for member in members if (text := getattr(member, part))]
        assert len(set(written)) == len(written) >= len(members) - 2, part
    for one in demo_people():
        assert one.topics_seek or not one.seeks
        assert one.topics_offer or not one.offers
        assert [one.about, one.seeks, one.offers].count("") <= 1


@pytest.mark.usefixtures("output")
def test_the_eleven_states_their_languages_and_every_constituency_are_there() -> None:
    rows = matchable(Event.objects.get(slug=CURRENT)).select_related("organisation__sector")
    countries = Counter(row.country for row in rows)
    assert countries.keys() > MEMBER_STATES
    assert min(countries[state] for state in MEMBER_STATES) >= 5
    own_words = {
        profile["about"]["text"] for profiles in demo_text("local_language_profiles").values() for profile in profiles
    }
    assert Counter(row.languages[0] for row in rows if row.about in own_words) == dict.fromkeys(OWN_LANGUAGES, 10)
    constituencies = Counter(row.constituency for row in rows)
    assert set(constituencies) == {
        "government", "industry", "civil-society", "intergovernmental", "academia", "youth",
    }  # fmt: skip
    assert constituencies["government"] > constituencies["civil-society"] > constituencies["youth"] >= 8


@pytest.mark.usefixtures("output")
def test_minors_people_of_unknown_age_and_the_hidden_are_in_the_event_and_open_to_nobody() -> None:
    event = Event.objects.get(slug=CURRENT)
    closed = Attendee.objects.of(event).difference(matchable(event))
    states = Counter((row.age_class, row.visibility) for row in closed)
    assert states == {
        ("minor", "listed"): 6,
        ("unknown", "listed"): 3,
        ("adult", "hidden"): 6,  # two chaperones, one evaluator, the organiser, two safeguarding leads
    }


@pytest.mark.usefixtures("output")
def test_nobody_is_booked_twice_and_speakers_know_their_theme() -> None:
    parts = SessionPart.objects.select_related("session__theme", "attendee").order_by("attendee", "session")
    speaking: Counter[int] = Counter()
    days: dict[int, list[Session]] = {}
    for part in parts:
        others = days.setdefault(part.attendee_id, [])
        assert all(
            part.session.ends_at <= other.starts_at or other.ends_at <= part.session.starts_at for other in others
        )
        others.append(part.session)
        if part.part == "speaking":
            assert part.attendee.role == "speaker"
            speaking[part.session_id] += 1
            offered = part.attendee.interests.filter(offers=True).values_list("topic__key", flat=True)
            assert part.session.theme is not None
            assert part.session.theme.key in {theme_of(topic) for topic in offered}
    assert speaking.keys() == set(Session.objects.values_list("pk", flat=True))
    assert set(speaking.values()) == {3}


@pytest.mark.usefixtures("output")
def test_ties_are_of_people_who_were_there_and_some_cross_constituencies() -> None:
    earlier = Event.objects.get(slug=EARLIER)
    rows = Attendee.objects.of(earlier).select_related("organisation__sector")
    constituency = {row.person_id: row.constituency for row in rows}
    pairs = [(constituency[tie.first_id], constituency[tie.second_id]) for tie in earlier.ties.all()]
    crossing = sum(one != two for one, two in pairs)
    assert 60 < crossing < 290


@pytest.mark.usefixtures("output")
def test_every_account_can_be_entered_and_the_stranger_has_no_part() -> None:
    found = {account.key: account for account in demo_accounts()}
    assert list(found) == [row["key"] for row in demo_text("accounts")]
    event = Event.objects.get(slug=CURRENT)
    for key in ("government", "industry", "civil-society", "intergovernmental", "academia", "youth"):
        assert found[key].constituency == key
        assert matchable(event).filter(person=found[key].person).exists()
        assert found[key].person.email not in [b.blocker.email for b in Block.objects.all()]
    assert not found["stranger"].person.attendances.exists()
    organiser = found["organiser"].person.attendances.get(event=event)
    assert (organiser.permission, organiser.visibility) == ("organiser", "hidden")
    lead = found["safeguarding-lead"].person.attendances.get(event=event)
    assert (lead.permission, lead.visibility) == ("safeguarding-lead", "hidden")
    ministry = matchable(event).get(person=found["government"].person)
    assert ministry.country == "Thailand"
    assert not any("THAI" in unicodedata.name(letter, "") for letter in ministry.seeks)  # hers is in English


@pytest.mark.usefixtures("output")
def test_everybody_of_the_demo_is_marked_as_such() -> None:
    assert Person.objects.exists()
    assert not Person.objects.filter(is_demo=False).exists()


@pytest.mark.usefixtures("output")
def test_nobody_can_be_written_to_at_an_address_of_the_demo() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT split_part(email, '@', 2) FROM people_person")
        assert {row[0] for row in cursor.fetchall()} == {"example.org", "demo.example.org"}


@pytest.mark.usefixtures("output")
def test_everybody_one_may_walk_in_as_finds_requests_and_meetings() -> None:
    current = Event.objects.get(slug=CURRENT)
    assert Slot.objects.filter(event=current).count() == 26
    assert Table.objects.filter(event=current, is_online=False).count() == 40
    people = matchable(current).count()
    open_people = Availability.objects.filter(event=current).values("attendee").distinct().count()
    assert 0.8 * people < open_people < people

    for account in demo_accounts():
        attendee = Attendee.objects.filter(event=current, person=account.person).first()
        if attendee is None or attendee.permission != "participant":
            continue
        assert len(requests_to_answer(attendee, NOW)) >= 1, account.key
        assert {"declined", "withdrawn"} <= {row.state for row in requests_sent(attendee, NOW)}, account.key
        meetings = [item for day in agenda_for(attendee, NOW).days for item in day.items if item.meeting]
        assert len(meetings) >= 3, account.key

    assert current.state == "open"
    lead = leads_of(current).get(person__name="Amara Silva")
    [report] = reports_for(lead)
    assert (report.state, report.is_about_meeting) == ("open", True)
    both = Attendee.objects.filter(reports_made__isnull=False) | Attendee.objects.filter(reports_about__isnull=False)
    assert not set(both.values_list("person_id", flat=True)) & {one.person.pk for one in demo_accounts()}

    states = Counter(Meeting.objects.values_list("event__slug", "state"))
    assert {state for slug, state in states if slug == CURRENT} >= {
        "requested", "accepted", "declined", "withdrawn", "cancelled"
    }  # fmt: skip
    assert {state for slug, state in states if slug == EARLIER} == {
        "expired", "held", "not_held", "disputed"
    }  # fmt: skip


@pytest.mark.usefixtures("output")
def test_some_ask_whom_they_looked_at_and_a_visitor_finds_nothing_of_it() -> None:
    event, main = Event.objects.get(slug=CURRENT), [account.person for account in demo_accounts()]
    people = list(matchable(event).order_by("pk").values_list("pk", flat=True))
    seen = {pk: [people[n - back] for back in range(1, 6)] for n, pk in enumerate(people[:20])}
    known = set(Meeting.objects.values_list("pk", flat=True))
    with transaction.atomic():
        made = ask_from_lists(event=event, viewed=seen, main=main, now=NOW)
        meetings = list(Meeting.objects.exclude(pk__in=known).prefetch_related("seats__attendee"))
        assert made == len(meetings) > 5
        for meeting in meetings:
            parts = {seat.part: seat.attendee for seat in meeting.seats.all()}
            assert parts["invited"].pk in seen[parts["asker"].pk][:ASKED]
            assert not {seat.person_id for seat in parts.values()} & {person.pk for person in main}
        states = {meeting.state for meeting in meetings}
        assert states - {"expired"} == {"requested", "accepted", "declined"}  # two may want the last free time
        transaction.set_rollback(True)


@pytest.mark.usefixtures("output")
def test_answers_come_within_days_and_what_waits_waits_for_a_week() -> None:
    asked = Meeting.objects.filter(event__slug=CURRENT)
    took = sorted((row.answered_at - row.asked_at) / HOUR for row in asked.exclude(answered_at=None) if row.answered_at)
    assert len(took) > 40
    assert median(took) < 24
    assert took[-1] < 6 * 24
    waiting = asked.filter(state="requested")
    assert waiting.exists()
    for row in waiting:
        assert NOW + dt.timedelta(days=2) < row.expires_at <= row.asked_at + EXPIRY * HOUR


@pytest.mark.usefixtures("output")
def test_mails_of_a_demo_just_loaded_wait_and_are_in_no_trouble() -> None:
    event = Event.objects.get(slug=CURRENT)
    assert Delivery.objects.filter(notice__event=event, state="queued").exists()
    assert not failing_deliveries(event, NOW + dt.timedelta(minutes=9)).exists()


@pytest.mark.usefixtures("output")
def test_the_organisers_propose_meetings_of_which_some_are_answered_yes_and_no() -> None:
    event, main = Event.objects.get(slug=CURRENT), [account.person for account in demo_accounts()]
    people = list(matchable(event).order_by("pk"))
    listed = {one.pk: [people[n - back].pk for back in range(1, 40)] for n, one in enumerate(people)}
    reasons = [{"code": "topic_offered", "weight": 0.5, "evidence": {"topic": "sextortion"}}]
    with transaction.atomic():
        lists = {one: [people[n - back] for back in range(1, 40)] for n, one in enumerate(people)}
        make_run(event, lists, reasons)
        count = propose_from_lists(event=event, listed=listed, main=main, now=NOW)
        proposed = list(Meeting.objects.filter(event=event, asker=None).prefetch_related("seats"))
        accounts = matchable(event).filter(person__in=main)
        assert count == len(proposed) > PROPOSED
        assert {row.state for row in proposed} == {"proposed"}
        assert all("One of you seeks “Preventing sextortion" in row.message for row in proposed)
        for attendee in accounts:
            seats = [seat for row in proposed for seat in row.seats.all()]
            own = {seat.answer for seat in seats if seat.attendee_id == attendee.pk}
            assert own >= {"", "yes", "no"}, attendee
        transaction.set_rollback(True)
