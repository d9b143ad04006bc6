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
from backend.directory.selectors import by_meaning, finding
from backend.directory.selectors import text_matrix as text_matrix_module
from backend.directory.selectors.finding import BY_MEANING, Found, Wanted
from backend.directory.selectors.text_matrix import text_matrix
from backend.directory.services.finding import find_people
from backend.directory.services.text_vectors import read_all_texts, read_texts
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.services.attendees import NewAttendee
from backend.events.services.mailboxes import add_to_mailbox
from backend.people.models import Person
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from backend.suggestions.engine import meaning
from tests.factories import NOW, block_contact, make_attendee, make_event, make_organisation, provide_for_minors

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
        assert (quote.field, quote.sentence) == ("offers", COURT)
        assert not found.is_by_words
    assert "Lawyer" not in names(find(viewer, "someone who trains prosecutors", country="Japan"))
    assert names(find(viewer, "someone who trains prosecutors", country="Laos")) == ["Lawyer"]


@pytest.mark.slow
def test_who_offers_it_comes_first_and_who_seeks_it_too_stands_apart_as_the_last(
    event: Event, viewer: Attendee
) -> None:
    wish = "Our ministry would like its prosecutors and judges to be trained in digital evidence."
    seeker = make_attendee(event, name="Seeker", seeks=wish, offers=SCHOOL)
    make_attendee(event, name="Teller", about=wish)
    make_attendee(event, name="Wordless", offers="...")
    make_attendee(event, name="Lawyer", offers=COURT)
    read_texts(event)
    found = find(viewer, "digital evidence training for prosecutors and judges")
    assert names(found) == ["Lawyer", "Teller", "Seeker"]
    assert (found.also_seeking, found.quotations[seeker.pk].field) == ((seeker.pk,), "seeks")


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


@pytest.mark.slow
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


def test_only_forums_with_something_to_read_or_to_forget_are_gone_through(event: Event) -> None:
    """There may be ten thousand, and the job runs once a minute."""
    for slug in ("elsewhere", "another"):
        make_attendee(make_event(slug), name="Minor", offers=COURT, age_class="minor")
    shown = make_attendee(event, name="Shown", offers=COURT)
    assert read_all_texts() == 1
    with CaptureQueriesContext(connection) as asked:
        assert read_all_texts() == 0
    assert len(asked) == 1
    Attendee.objects.filter(pk=shown.pk).update(visibility="hidden")
    read_all_texts()
    assert not SearchText.objects.exists()


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_that_a_hidden_person_exists_makes_no_difference_to_the_database(event: Event, viewer: Attendee) -> None:
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


@pytest.mark.slow
def test_a_change_of_policy_shows_at_the_next_search_though_the_process_keeps_the_texts(
    event: Event, viewer: Attendee, blocked_by: str
) -> None:
    named = ("Blocked", "Hid", "Young", "Closed")
    people = {name: make_attendee(event, name=name, offers=COURT) for name in named}
    make_attendee(event, name="Shown", offers=COURT)
    read_texts(event)
    assert find(viewer, "training of prosecutors").total == 5
    block_contact(blocked_by, people["Blocked"], viewer)
    for name, change in (("Hid", {"visibility": "hidden"}), ("Young", {"age_class": "minor"})):
        Attendee.objects.filter(pk=people[name].pk).update(**change)
    Person.objects.filter(pk=people["Closed"].person_id).update(is_active=False)
    found = find(viewer, "training of prosecutors")
    assert (names(found), found.total, len(found.facets["language"])) == (["Shown"], 1, 1)


def test_a_text_whose_row_is_gone_is_not_found_though_the_process_keeps_it(event: Event, viewer: Attendee) -> None:
    lawyer = make_attendee(event, name="Lawyer", offers=COURT)
    read_texts(event)
    assert names(find(viewer, "training of prosecutors")) == ["Lawyer"]
    SearchText.objects.filter(attendee=lawyer).delete()
    assert find(viewer, "training of prosecutors").total == 0


def test_a_process_keeps_the_texts_of_two_events_for_ten_minutes(
    event: Event, viewer: Attendee, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_attendee(event, name="Lawyer", offers=COURT)
    read_texts(event)
    model = SearchText.objects.values_list("model", flat=True)[0]
    kept = text_matrix(event.pk, model)
    assert text_matrix(event.pk, model) is kept
    monkeypatch.setattr(text_matrix_module, "KEPT_SECONDS", 0.0)
    assert text_matrix(event.pk, model) is not kept
    for other in (make_event("second"), make_event("third")):
        assert len(text_matrix(other.pk, model).numbers) == 0
    assert len(text_matrix_module._kept) == 2


WISH = "We look for somebody who trains prosecutors and judges in digital evidence."
WISHED = "training of prosecutors and judges in digital evidence"


def test_who_seeks_the_same_is_hidden_and_named_as_everybody_else(event: Event, viewer: Attendee) -> None:
    officer = make_attendee(event, name="Somchai Real", seeks=WISH)
    alias = AliasData(name="Officer K.", organisation="Police", real_name="Somchai Real")
    set_alias_of(event, officer.pk, alias, is_wish=False, by=None, now=NOW)
    organiser = make_attendee(event, name="Organiser", permission="organiser", seeks="").person
    desk = NewAttendee(email=viewer.person.email, name="Desk", age_class="adult")
    of_mailbox = add_to_mailbox(event=event, new=desk, by=organiser, now=NOW)  # of the viewer's mailbox
    Attendee.objects.filter(pk=of_mailbox.pk).update(seeks=WISH, agreed_at=NOW, agreement_version="1")
    for fields in ({"visibility": "hidden"}, {"age_class": "minor"}, {"has_joined": False}):
        make_attendee(event, name="Unseen", seeks=WISH, **fields)
    make_attendee(event, name="Lawyer", offers=COURT)
    read_all_texts()
    found = find(viewer, WISHED)
    assert names(found) == ["Lawyer", "Officer K.", "Desk"]
    assert (found.total, len(found.also_seeking)) == (3, 2)


def test_a_minor_finds_nobody_and_is_not_found_where_delegations_can_meet(event: Event, viewer: Attendee) -> None:
    minor = make_attendee(event, name="Minor", seeks=WISH, age_class="minor")
    make_attendee(event, name="Lawyer", offers=COURT)
    provide_for_minors(event)
    read_all_texts()
    assert names(find(viewer, WISHED)) == ["Lawyer"]
    assert find(minor, WISHED).total == 0


@pytest.mark.slow
@pytest.mark.parametrize("state", [Event.State.ARCHIVED, Event.State.CLOSED])
def test_a_forum_that_is_over_and_a_rehearsal_are_searched_each_in_itself(state: str) -> None:
    forum = make_event("over")
    rehearsal = make_event("rehearsal", rehearsal_of=forum)
    for one in (forum, rehearsal):
        make_attendee(one, name=f"Lawyer of {one.slug}", offers=COURT)
        make_attendee(one, name=f"Seeker of {one.slug}", seeks=WISH)
        read_texts(one)
    Event.objects.filter(pk=forum.pk).update(state=state)
    for one in (forum, rehearsal):
        found = find(make_attendee(one, name="Reader"), WISHED)
        assert names(found) == [f"Lawyer of {one.slug}", f"Seeker of {one.slug}"]


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


@pytest.mark.slow
def test_who_seeks_the_same_stands_on_the_first_page_alone(
    event: Event, viewer: Attendee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGE_SIZE", 2)
    for number in range(3):
        make_attendee(event, name=f"Lawyer {number}", offers=COURT)
    make_attendee(event, name="Seeker", seeks=WISH)
    read_texts(event)
    pages = [find_people(viewer=viewer, wanted=Wanted(q=WISHED, by=BY_MEANING), page=page, now=NOW) for page in (1, 2)]
    assert [(names(one)[-1], len(one.people), len(one.also_seeking)) for one in pages] == [
        ("Seeker", 3, 1), ("Lawyer 2", 1, 0),
    ]  # fmt: skip
    assert [(one.total, one.pages) for one in pages] == [(4, 2)] * 2
