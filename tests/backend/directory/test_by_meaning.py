"""Search by meaning: in any language, with the sentence quoted, and nobody the contact policy hides."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.booking.models.availability import Availability
from backend.directory.models import SearchText
from backend.directory.selectors import by_meaning
from backend.directory.selectors.finding import BY_MEANING, Found, Wanted
from backend.directory.services.finding import find_people
from backend.directory.services.text_vectors import read_all_texts, read_texts
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.suggestions.engine import meaning
from tests.factories import NOW, block_contact, make_attendee, make_event, make_organisation

pytestmark = pytest.mark.django_db

VALUES = r"'[{\[][^']*'(::\w+\[\])*|IN \([^)S]*\)|\w*\d\w*"  # of a statement: lists, vectors, numbers

COURT = "We run a hotline. We train prosecutors and judges to use digital evidence in court."
SCHOOL = "Lessons on online safety for teachers and parents in rural primary schools."
ROBOTS = "Budget planning for road building and harbour dredging."
TUESDAY = dt.datetime(2026, 12, 9, 3, 0, tzinfo=dt.UTC)
PATIENT = 120.0  # the machine of the tests may be busy


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "SEARCH_SECONDS", PATIENT)


def find(viewer: Attendee, q: str, **filters: str) -> Found:
    return find_people(viewer=viewer, wanted=Wanted(q=q, by=BY_MEANING, **filters), page=1, now=NOW)


def names(found: Found) -> list[str]:
    return [person.name for person in found.people]


def test_somebody_is_found_by_what_they_do_in_any_language_and_the_sentence_is_quoted(
    event: Event, viewer: Attendee
) -> None:
    lawyer = make_attendee(event, name="Lawyer", offers=COURT, country="Laos")
    make_attendee(event, name="Teacher", seeks=SCHOOL, country="Japan")
    make_attendee(event, name="Builder", about=ROBOTS)
    make_attendee(event, name="Silent")
    assert read_texts(event) == 3
    for search in (
        "someone who trains prosecutors",
        "ผู้ที่ฝึกอบรมอัยการเรื่องพยานหลักฐานดิจิทัล",
        "pelatihan jaksa dan hakim tentang bukti digital",
        "đào tạo công tố viên về chứng cứ số",
    ):
        found = find(viewer, search)
        assert names(found)[0] == "Lawyer", search
        quote = found.quotations[lawyer.pk]
        assert (quote.field, quote.sentence) == (
            "offers",
            COURT,
        )
        assert not found.is_by_words
    assert "Lawyer" not in names(find(viewer, "someone who trains prosecutors", country="Japan"))
    assert names(find(viewer, "someone who trains prosecutors", country="Laos")) == ["Lawyer"]


def test_who_offers_it_comes_before_who_seeks_it_or_says_so(event: Event, viewer: Attendee) -> None:
    wish = "Our ministry would like its prosecutors and judges to be trained in digital evidence."
    make_attendee(event, name="Seeker", seeks=wish)
    make_attendee(event, name="Teller", about=wish)
    make_attendee(event, name="Wordless", offers="...")
    make_attendee(event, name="Lawyer", offers=COURT)
    read_texts(event)
    found = names(find(viewer, "digital evidence training for prosecutors and judges"))
    assert found == ["Lawyer", "Seeker", "Teller"]


def test_one_box_finds_by_meaning_after_a_topic_unless_it_is_a_name(event: Event, viewer: Attendee) -> None:
    make_attendee(event, name="Lawyer", offers=COURT)
    make_attendee(event, name="Teacher", offers_topics=["evidence-reporting"])
    read_texts(event)

    def found(q: str) -> Found:
        return find_people(viewer=viewer, wanted=Wanted(q=q), page=1, now=NOW)

    assert names(found("digital evidence training for prosecutors")) == ["Lawyer"]
    both = found("evidence reporting")
    assert (names(both), list(both.topic_of.values())) == (["Teacher", "Lawyer"], ["Evidence reporting"])
    make_attendee(event, name="Evidence Reporting")
    assert names(found("evidence reporting")) == ["Evidence Reporting", "Teacher"]


@pytest.mark.parametrize(
    "nothing", ["zzzz qqqq", "asdf ghjkl", "กกกก ขขขข", "ພະັຳ ໄຟຫ", "កកកក ខខខខ", "glubak trempis yoyong"]
)
def test_what_means_nothing_finds_nobody(event: Event, viewer: Attendee, nothing: str) -> None:
    for number, text in enumerate((COURT, SCHOOL, ROBOTS)):
        make_attendee(event, name=f"Person {number}", offers=text, seeks=text, about=text)
    read_texts(event)
    for by in (BY_MEANING, ""):
        found = find_people(viewer=viewer, wanted=Wanted(q=nothing, by=by), page=1, now=NOW)
        assert (names(found), found.total) == ([], 0)


def test_whom_the_policy_hides_is_no_hit_and_minors_are_never_read(
    event: Event, viewer: Attendee, blocked_by: str
) -> None:
    house = make_organisation(event)
    make_attendee(event, name="Shown", offers=COURT, organisation=house)
    blocked = make_attendee(event, name="Blocked", offers=COURT, organisation=house)
    make_attendee(event, name="Not joined", offers=COURT, has_joined=False)
    for fields in ({"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}):
        make_attendee(event, name="Unread", offers=COURT, **fields)
    make_attendee(make_event("elsewhere"), name="Stranger", offers=COURT)
    block_contact(blocked_by, blocked, viewer)
    assert read_all_texts() == 4
    found = find(viewer, "training of prosecutors")
    assert (names(found), found.total) == (["Shown"], 1)
    assert not SearchText.objects.filter(attendee__name="Unread").exists()
    Attendee.objects.filter(name="Shown").update(age_class="unknown")
    read_texts(event)
    assert not SearchText.objects.filter(attendee__name="Shown").exists()


def test_the_policy_is_asked_on_until_sixty_are_found_or_there_are_no_more(
    event: Event, viewer: Attendee, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        make_attendee(event, name=f"Near {number}", offers=COURT, has_joined=False)
    shown = make_attendee(event, name="Shown", offers=SCHOOL, seeks=ROBOTS)
    read_texts(event)
    monkeypatch.setattr(by_meaning, "TEXTS_AT_ONCE", 2)
    found = find(viewer, "lessons for schools, or evidence in court")
    assert (names(found), list(found.quotations)) == (["Shown"], [shown.pk])


def test_that_a_hidden_person_exists_makes_no_difference_to_the_database(
    event: Event, viewer: Attendee
) -> None:
    make_attendee(event, name="Shown", offers=COURT)
    read_texts(event)

    def statements() -> list[str]:
        find(viewer, "training of prosecutors")
        with CaptureQueriesContext(connection) as asked:
            assert names(find(viewer, "training of prosecutors")) == ["Shown"]
        return [re.sub(VALUES, "?", one["sql"]) for one in asked]

    before = statements()
    for fields in ({"has_joined": False}, {"visibility": "hidden"}, {"age_class": "minor"}):
        make_attendee(event, name="Unseen", offers=COURT, **fields)
    read_texts(event)
    assert statements() == before


@pytest.mark.slow
def test_all_filters_narrow_a_search_by_meaning(event: Event, viewer: Attendee) -> None:
    slot = Slot.objects.create(event=event, starts_at=TUESDAY, ends_at=TUESDAY + dt.timedelta(minutes=30))
    house = make_organisation(event, "law-enforcement")
    chosen = make_attendee(
        event, name="Chosen", offers=COURT, country="Laos", languages=["lo"], organisation=house,
        seeks_topics=["sextortion"],
    )  # fmt: skip
    Availability.objects.create(event=event, attendee=chosen, slot=slot)
    make_attendee(event, name="Other", offers=COURT, constituency="academia", sector="university")
    read_texts(event)
    for fits, fails in (
        ({"country": "Laos"}, {"country": "Japan"}),
        ({"language": "lo"}, {"language": "ja"}),
        ({"sector": "law-enforcement"}, {"sector": "education"}),
        ({"constituency": "government"}, {"constituency": "other"}),
        ({"organisation": str(house.pk)}, {"organisation": "9" * 30}),
        ({"topic": "sextortion"}, {"topic": "victim-support"}),
        ({"theme": "prevention"}, {"theme": "justice"}),
        ({"day": "2026-12-09"}, {"day": "2026-12-10"}),
    ):
        for search in ("training of prosecutors", "prosecutors"):
            assert names(find(viewer, search, **fits)) == ["Chosen"], fits
            assert names(find(viewer, search, **fails)) == [], fails


def test_words_that_were_taken_back_are_neither_found_nor_quoted(event: Event, viewer: Attendee) -> None:
    lawyer = make_attendee(event, name="Lawyer", offers=COURT)
    read_texts(event)
    Attendee.objects.filter(pk=lawyer.pk).update(offers=SCHOOL, changed_at=NOW + dt.timedelta(minutes=1))
    assert names(find(viewer, "someone who trains prosecutors")) == []
    assert read_texts(event) == 1
    assert read_texts(event) == 0
    assert find(viewer, "safety lessons for schools").quotations[lawyer.pk].sentence == SCHOOL


def test_where_the_model_is_away_words_are_searched_for_and_it_is_said(
    event: Event, viewer: Attendee, tmp_path: object
) -> None:
    one = make_attendee(event, name="Lawyer", offers=COURT)
    make_attendee(event, name="Hidden", offers=COURT, visibility="hidden")
    before, settings.ENCODER_FOLDER = settings.ENCODER_FOLDER, str(tmp_path)
    try:
        found = find(viewer, "Prosecutors' evidence")
    finally:
        settings.ENCODER_FOLDER = before
    assert found.is_by_words
    assert names(found) == ["Lawyer"]
    assert found.quotations[one.pk].sentence.startswith("We train prosecutors")
