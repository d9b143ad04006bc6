"""Finding people by name and by filters: whom one may see, however the name is written, and nobody else."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from backend.booking.models.availability import Availability
from backend.core.limits import LIMITS, Kind, TooOften
from backend.directory.models import SearchName
from backend.directory.selectors.finding import Found, Wanted
from backend.directory.services import finding
from backend.directory.services.finding import find_people, read_all_names, read_names
from backend.events.models.agenda import Session, SessionPart, Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Topic
from backend.people.models import KnownMinor
from tests.database import until_waiting
from tests.factories import (
    NOW,
    block_contact,
    make_attendee,
    make_event,
    make_organisation,
    make_session,
    unblock_contact,
)

pytestmark = pytest.mark.django_db

VALUES = r"'\{[^}]*\}'(::\w+\[\])*|\w*\d\w*"  # of a statement: lists and numbers

NAMES = {
    "th": ["สมชาย ใจดี", "ศิริพร วงศ์สวัสดิ์", "ธนากร เพ็ชรรัตน์", "นายวิชัย ศรีสุข", "กัญญารัตน์ แก้วมณี"],
    "km": ["សុខ ដារ៉ា", "ចាន់ សុភា", "ហេង សុវណ្ណ", "លី ចន្ធូ", "កែវ រតនា"],
    "lo": ["ສົມສັກ ພົມມະວົງ", "ບຸນມີ ສີວິໄລ", "ແກ້ວ ຈັນທະລາ", "ຄຳຜຸຍ ອິນທະວົງ", "ນາງ ດາລາ ສຸກສະຫວັນ"],
    "my": ["အောင်ကျော်မင်း", "မောင်မောင်", "သီရိလှိုင်", "ဒေါ်ခင်မာဝင်း", "ဇော်မိုးထွန်း"],
    "vi": ["Nguyễn Thị Đào", "Trần Đức Thắng", "Phạm Quỳnh Như", "Lê Hữu Phước", "Đặng Thuỳ Dương"],
    "zh": ["王小明", "陳美玲", "歐陽志強", "李静", "黃思遠"],
}


def find(viewer: Attendee, q: str = "", page: int = 1, **filters: str) -> Found:
    return find_people(viewer=viewer, wanted=Wanted(q=q, **filters), page=page, now=NOW)


def names(found: Found) -> list[str]:
    return [person.name for person in found.people]


@pytest.mark.slow
@pytest.mark.parametrize("language", NAMES)
def test_a_name_in_any_script_is_found_as_it_is_written_and_by_each_word_of_it(
    event: Event, viewer: Attendee, language: str
) -> None:
    for name in (name for group in NAMES.values() for name in group):
        make_attendee(event, name=name)
    for name in NAMES[language]:
        assert names(find(viewer, name))[0] == name
        assert name in names(find(viewer, name.split()[-1]))
        assert names(find(viewer, name.replace(" ", "")))[0] == name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("searched", "name"),
    [
        ("nguyen thi dao", "Nguyễn Thị Đào"),
        ("TRAN DUC", "Trần Đức Thắng"),
        ("dao nguyen", "Nguyễn Thị Đào"),
        ("quynh", "Phạm Quỳnh Như"),
        ("สมชาย", "นายสมชาย ใจดี"),
        ("somchai", "สมชาย ใจดี"),
        ("Siriporn Wongsawat", "ศิริพร วงศ์สวัสดิ์"),
        ("somsak phommavong", "ສົມສັກ ພົມມະວົງ"),
        ("sok dara", "សុខ ដារ៉ា"),
        ("wang xiaoming", "王小明"),
        ("xiaoming wang", "王小明"),
        ("王小明", "Wang Xiaoming"),
        ("sukarno", "Soekarno Hatta"),
        ("abdulrahman", "Abdul-Rahman Said"),
        ("jumaat", "Hafiz Juma'at"),
        ("ＪＯＳＥ", "José Rizal"),
        ("somchia jaidee", "Somchai Jaidee"),
        ("somcai", "Somchai Jaidee"),
        ("som", "Somchai Jaidee"),
    ],
)
def test_it_is_found_in_other_spellings_too(event: Event, viewer: Attendee, searched: str, name: str) -> None:
    make_attendee(event, name=name)
    make_attendee(event, name="Budi Hartono")
    assert names(find(viewer, searched)) == [name]


def test_two_typos_find_nobody_and_exact_names_come_before_near_ones(event: Event, viewer: Attendee) -> None:
    for name in ("Somchay Jaidee", "Trần Đức", "Somchai Jaidee", "Tran Duc", "Somchai Jaideee"):
        make_attendee(event, name=name)
    assert names(find(viewer, "Somchai Jaidee"))[0] == "Somchai Jaidee"
    assert names(find(viewer, "tran duc")) == ["Tran Duc", "Trần Đức"]
    assert names(find(viewer, "Trần Đức")) == ["Trần Đức", "Tran Duc"]
    assert names(find(viewer, "Simchsi")) == []


@pytest.mark.slow
@pytest.mark.parametrize("nothing", ["zzzz", "()!", "' OR 1=1 --", "\u200b", "%", "\ud83d\ude00"])
def test_what_is_nobodys_name_finds_nobody(event: Event, viewer: Attendee, nothing: str) -> None:
    make_attendee(event, name="Somchai Jaidee")
    assert find(viewer, nothing).is_empty


def test_a_name_of_letters_without_a_latin_form_is_found_as_it_is_written(event: Event, viewer: Attendee) -> None:
    for name in ("ꝼꞷ ʔʕ", "Mali Tan"):
        make_attendee(event, name=name)
    assert [names(find(viewer, text)) for text in ("ꝼꞷ ʔʕ", "ʔʕ", "ʡ")] == [["ꝼꞷ ʔʕ"], ["ꝼꞷ ʔʕ"], []]


def test_only_whom_the_contact_policy_lets_through_is_a_hit_or_counted(
    event: Event, viewer: Attendee, blocked_by: str
) -> None:
    house = make_organisation(event, name="Quillon House")
    shown = make_attendee(event, name="Quillon Shown", organisation=house, country="Laos")
    blocked = make_attendee(event, name="Quillon Blocked", organisation=house, country="Japan")
    unseen = {
        "minor": {"age_class": "minor"},
        "unknown": {"age_class": "unknown"},
        "hidden": {"visibility": "hidden"},
        "not joined": {"has_joined": False},
    }
    for word, fields in unseen.items():
        alone = make_organisation(event, name=f"Quillon {word} office")
        make_attendee(event, name=f"Quillon {word}", organisation=alone, country="Kenya", **fields)
    known = make_attendee(event, name="Quillon Known", country="Kenya")
    KnownMinor.objects.create(
        address_hash=known.person.address_hash, event=make_event("elsewhere"), expires_at=NOW + dt.timedelta(9)
    )
    make_attendee(make_event("elsewhere"), name="Quillon Stranger")
    block_contact(blocked_by, blocked, viewer)
    for found in (find(viewer, "quillon"), find(viewer, "Quilon"), find(viewer)):
        assert names(found) == [shown.name]
        assert found.total == 1
        assert [(one.value, one.count) for one in found.facets["country"]] == [("Laos", 1)]
    assert [one.name for one in find(viewer, "quillon").organisations] == ["Quillon House"]
    assert find(viewer, "quillon").organisations[0].people == 1
    assert find(viewer, country="Kenya").total == find(viewer, "Quillon hidden").total == 0
    unblock_contact(blocked_by, blocked, viewer)
    assert names(find(viewer, "quillon")) == [blocked.name, shown.name]


def test_people_of_an_organisation_and_of_a_topic_come_after_those_of_the_name(event: Event, viewer: Attendee) -> None:
    house = make_organisation(event, name="Meridian Social")
    make_attendee(event, name="Zoe", organisation=house)
    make_attendee(event, name="Anna", organisation=house, country="Laos")
    make_attendee(event, name="Hidden", organisation=house, visibility="hidden")
    make_attendee(event, name="Tara", offers_topics=["sextortion"])
    Topic.objects.filter(event=event, key="sextortion").update(name="Meridian lines")
    found = find(viewer, "Meridian")
    assert (names(found), found.total) == (["Anna", "Zoe", "Tara"], 3)
    assert list(found.topic_of.values()) == ["Meridian lines"]
    assert [(one.name, one.people) for one in found.organisations] == [("Meridian Social", 2)]
    make_attendee(event, name="Meridian Jones", organisation=house)
    assert names(find(viewer, "Meridian")) == ["Meridian Jones", "Anna", "Zoe", "Tara"]
    narrowed = find(viewer, "Meridian", country="Laos")
    assert (names(narrowed), narrowed.organisations) == (["Anna"], ())


def test_a_topic_is_found_and_shown_by_its_name_in_the_reader_s_language(event: Event, viewer: Attendee) -> None:
    make_attendee(event, name="Tara", offers_topics=["sextortion"])
    Topic.objects.filter(event=event, key="sextortion").update(names={"th": "การขู่กรรโชกทางเพศ"})
    for language, shown in (("th", "การขู่กรรโชกทางเพศ"), ("en", "Sextortion")):
        with override(language):
            found = find(viewer, "การขู่กรรโชกทางเพศ")
        assert ([one.name for one in found.topics], names(found)) == ([shown], ["Tara"])


def test_a_topic_is_not_found_by_the_sound_of_its_translation(event: Event, viewer: Attendee) -> None:
    names = {"my": "နယ်စပ်ဖြတ်ကျော်အမှုများတွင် ပူးပေါင်းဆောင်ရွက်မှု"}
    Topic.objects.filter(event=event, key="sextortion").update(names=names)
    Session.objects.filter(pk=make_session(event, "Across borders").pk).update(names=names)
    assert find(viewer, "Meridian").is_empty
    assert find(viewer, names["my"]).topics


def test_who_may_not_see_others_finds_nobody(event: Event) -> None:
    make_attendee(event, name="Somchai Jaidee")
    for fields in ({"age_class": "minor"}, {"visibility": "hidden"}, {"has_joined": False}):
        assert find(make_attendee(event, **fields), "somchai").is_empty


def test_the_index_holds_no_full_name_of_a_minor(event: Event) -> None:
    young = make_attendee(event, name="Sokha Verylongname", short_name="Sokha", age_class="minor")
    read_names(event.pk)
    keys = SearchName.objects.get(attendee=young).keys
    assert "sokha" in keys
    assert not [key for key in keys if "very" in key]


def test_a_name_changed_by_whatever_code_is_found_at_once(event: Event, viewer: Attendee) -> None:
    other = make_attendee(event, name="Old Name", organisation=make_organisation(event, name="Old House"))
    assert names(find(viewer, "old name")) == ["Old Name"]
    Attendee.objects.filter(pk=other.pk).update(name="Fresh Person")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_organisation SET name = 'Fresh House' WHERE id = %s", [other.organisation_id])
    assert find(viewer, "old").is_empty
    found = find(viewer, "fresh")
    assert (names(found), [one.name for one in found.organisations]) == (["Fresh Person"], ["Fresh House"])
    Attendee.objects.filter(pk=other.pk).update(short_name="Zed")
    assert names(find(viewer, "zed")) == ["Fresh Person"]


def test_reading_names_waits_for_none_and_touches_what_changed_alone(event: Event, viewer: Attendee) -> None:
    find(viewer, "x")
    assert read_all_names() == 0
    Attendee.objects.update(country="Laos")
    assert read_all_names() == 0
    Topic.objects.filter(event=event, key="sextortion").update(name="Coercion online")
    assert read_all_names() == 1


@pytest.mark.slow
def test_a_search_reads_no_more_than_five_hundred_names_at_once(event: Event, viewer: Attendee) -> None:
    assert finding.read_names(event.pk) > 0
    Topic.objects.bulk_create(
        Topic(event=event, theme=event.themes.all()[0], key=f"t{n}", name=f"Topic {n}", position=n) for n in range(501)
    )
    find(viewer, "topic")
    assert SearchName.objects.filter(keys=None).count() == 1
    assert read_all_names() == 1


def test_topics_and_sessions_are_found_with_whom_one_sees_there(event: Event, viewer: Attendee) -> None:
    make_attendee(event, seeks_topics=["sextortion"])
    make_attendee(event, offers_topics=["sextortion"], visibility="hidden")
    session = make_session(event, "Évidence across borders")
    (topic,) = find(viewer, "sextorton").topics
    assert (topic.key, topic.people) == ("sextortion", 1)
    (found,) = find(viewer, "evidence borders").sessions
    assert found.key == str(session.pk)
    assert find(viewer, topic="sextortion").total == 1


def test_a_shipped_topic_is_found_by_its_former_name_and_not_once_it_is_renamed(event: Event, viewer: Attendee) -> None:
    make_attendee(event, seeks_topics=["evidence-reporting"])
    topic = Topic.objects.get(event=event, key="evidence-reporting")
    for name, found in (("Help with evidence and reporting", ["evidence-reporting"]), ("Logs", [])):
        topic.name = name
        topic.save()
        read_names(event.pk)
        assert [one.key for one in find(viewer, "industry-justice evidence").topics] == found


def test_filters_combine_and_each_says_how_many_it_would_leave(event: Event, viewer: Attendee) -> None:
    make_attendee(event, name="A", country="Laos", languages=["lo", "en"], seeks_topics=["sextortion"])
    make_attendee(event, name="B", country="Laos", languages=["lo"], constituency="academia", sector="lab")
    make_attendee(event, name="C", country="Japan", languages=["ja", "lo"], offers_topics=["sextortion"])
    found = find(viewer, country="Laos", language="lo")
    assert names(found) == ["A", "B"]
    counts = {name: {one.value: one.count for one in facets} for name, facets in found.facets.items()}
    assert counts["country"] == {"Laos": 2, "Japan": 1}
    assert counts["language"] == {"lo": 2, "en": 1}
    assert counts["topic"] == {"sextortion": 1}
    assert counts["constituency"] == {"government": 1, "academia": 1}
    assert names(find(viewer, country="Laos", constituency="academia", sector="lab")) == ["B"]
    assert names(find(viewer, theme="prevention")) == ["A", "C"]
    assert find(viewer, country="Nowhere").total == 0


def test_the_day_filter_leaves_whoever_has_a_free_time_then(event: Event, viewer: Attendee) -> None:
    days = [dt.datetime(2026, 12, day, 3, 0, tzinfo=dt.UTC) for day in (9, 10)]  # 10:00 in Bangkok
    slots = [Slot.objects.create(event=event, starts_at=day, ends_at=day + dt.timedelta(minutes=30)) for day in days]
    both, first, busy = (make_attendee(event, name=name) for name in ("Both", "First", "Busy"))
    make_attendee(event, name="Never")
    for one, opened in ((both, slots), (first, slots[:1]), (busy, slots)):
        for slot in opened:
            Availability.objects.create(event=event, attendee=one, slot=slot)
    lecture = Session.objects.create(
        event=event, title="Lecture", starts_at=days[1], ends_at=days[1] + dt.timedelta(hours=1)
    )
    SessionPart.objects.create(event=event, attendee=busy, session=lecture)
    counts = [(one.value, one.count) for one in find(viewer).facets["day"]]
    assert counts == [("2026-12-09", 3), ("2026-12-10", 1)]
    assert names(find(viewer, day="2026-12-09")) == ["Both", "Busy", "First"]
    assert names(find(viewer, day="2026-12-10")) == ["Both"]
    assert names(find(viewer, "first", day="2026-12-10")) == []
    assert find(viewer, day="yesterday").total == find(viewer, day="20261209").total == 0
    later = find_people(viewer=viewer, wanted=Wanted(), page=1, now=days[0])  # by then it has begun
    assert [(one.value, one.count) for one in later.facets["day"]] == [("2026-12-10", 1)]
    late = find_people(viewer=viewer, wanted=Wanted(day="2026-12-09"), page=1, now=days[0])
    assert late.total == 0


def test_a_chosen_sector_and_organisation_are_called_by_name_also_where_nobody_is_left(
    event: Event, viewer: Attendee
) -> None:
    house = make_organisation(event, name="Quillon House", sector="lab", constituency="academia")
    make_attendee(event, name="A", country="Laos", organisation=house)
    make_attendee(event, name="B", country="Japan")
    chosen = {"sector": "lab", "organisation": str(house.pk)}
    for country, count in (("Laos", 1), ("Japan", 0)):
        found = find(viewer, country=country, **chosen)
        assert [(one.name, one.count) for one in found.facets["organisation"]] == [("Quillon House", count)]
        assert ("Lab", count) in [(one.name, one.count) for one in found.facets["sector"]]


@pytest.mark.slow
def test_that_a_hidden_person_exists_makes_no_difference_to_the_database(event: Event, viewer: Attendee) -> None:
    house = make_organisation(event, name="Quillon House")
    make_attendee(event, name="Somchai Jaidee")
    read_names(event.pk)

    def statements(searched: str) -> list[str]:
        find(viewer, searched)
        with CaptureQueriesContext(connection) as asked:
            find(viewer, searched)
        return [re.sub(VALUES, "?", one["sql"]) for one in asked]

    before = [statements(searched) for searched in ("quillon", "Quillon House", "Quilon")]
    for fields in ({"visibility": "hidden"}, {"age_class": "minor"}, {"has_joined": False}):
        make_attendee(event, name="Quillon Hidden", organisation=house, **fields)
    read_names(event.pk)
    assert before == [statements(searched) for searched in ("quillon", "Quillon House", "Quilon")]


def test_pages_hold_thirty_and_a_number_beyond_the_last_gives_the_last(event: Event, viewer: Attendee) -> None:
    house = make_organisation(event)
    for number in range(31):
        make_attendee(event, name=f"Person {number:02}", organisation=house)
    first, last = find(viewer), find(viewer, page=99)
    assert (len(first.people), first.pages, first.total) == (30, 2, 31)
    assert (names(last), last.page) == (["Person 30"], 2)


def test_the_number_of_queries_does_not_grow_with_the_people(event: Event, viewer: Attendee) -> None:
    def queries() -> int:
        find(viewer)
        with CaptureQueriesContext(connection) as few:
            find(viewer, "person")
            find(viewer)
        return len(few)

    make_attendee(event, name="Person", seeks_topics=["sextortion"])
    before = queries()
    for _number in range(4):
        make_attendee(event, name="Person", seeks_topics=["sextortion"])
    assert queries() == before


def test_one_person_reads_as_fast_as_a_person_does(event: Event, viewer: Attendee) -> None:
    for _time in range(LIMITS[Kind.SEARCHED][0].by_account):
        find(viewer)
    with pytest.raises(TooOften):
        find(viewer)
    find(make_attendee(event))


@pytest.mark.django_db(transaction=True)
def test_a_search_waits_shortly_for_another_that_reads_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "LONGEST_WAIT_MS", 60_000)  # however slow this machine is
    event = make_event()
    reader, arif = make_attendee(event), make_attendee(event, name="Arif Rahman")

    def search() -> list[int]:
        try:
            found = find_people(viewer=reader, wanted=Wanted(q="Arif Rahman"), page=1, now=NOW)
            return [one.attendee_id for one in found.people]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            read_names(event.pk)
            searching = pool.submit(search)
            until_waiting(1)
        assert searching.result(30) == [arif.pk]
