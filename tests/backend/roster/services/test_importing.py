"""Rows into attendees: every row imported or reported, and the same list twice changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from backend.config.languages import TRANSLATED
from backend.core.errors import OrganisersOnly
from backend.events.models.attendees import Attendee, Interest, Organisation
from backend.events.models.events import Event, Topic
from backend.events.rules.languages import language_name
from backend.events.services.profiles import ProfileChange, update_profile
from backend.events.services.sectors import load_sectors
from backend.people.models import Person
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import ROWS_AT_ONCE, import_attendees
from backend.roster.services.report import ImportReport
from backend.roster.services.rows import COLUMNS
from backend.setup.services.events import appoint_organiser, create_event

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def event() -> Event:
    day = dt.date(2026, 12, 9)
    return create_event(slug="forum", name="Forum", starts_on=day, ends_on=day, timezone="Asia/Bangkok", now=NOW)


def imported(event: Event, text: str, **given: object) -> ImportReport:
    table = read_csv(text.encode(), columns=frozenset(COLUMNS))
    return import_attendees(event=event, table=table, **({"now": NOW} | given))  # type: ignore[arg-type]


def figures(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, len(report.refused)


CELLS = {
    "email": "Dara@example.org",
    "name": "Sok Dara",
    "short_name": "Dara",
    "organisation": "Ministry of Posts",
    "sector": "ICT ministry",
    "country": "Cambodia",
    "languages": "Khmer;en",
    "age_class": "adult",
    "about": "About",
    "seeks": "Seeks",
    "offers": "Offers",
    "topics_seek": "Sextortion;legislative-reform",
    "topics_offer": "sextortion",
    "title": "Head",
    "role": "speaker",
}
FULL = ",".join(CELLS) + "\n" + ",".join(CELLS.values()) + "\n"


def test_every_column_reaches_the_attendee(event: Event) -> None:
    assert figures(imported(event, FULL)) == (1, 0, 0, 0)
    dara = Attendee.objects.select_related("organisation__sector", "person").get(event=event)
    assert dara.person.email == "Dara@example.org"
    assert not dara.person.has_usable_password()
    assert (dara.name, dara.short_name, dara.person.name) == ("Sok Dara", "Dara", "Sok Dara")
    assert (dara.title, dara.role, dara.country) == ("Head", "speaker", "Cambodia")
    assert (dara.languages, dara.age_class) == (["km", "en"], "adult")
    assert (dara.about, dara.seeks, dara.offers) == ("About", "Seeks", "Offers")
    assert dara.organisation is not None
    assert (dara.organisation.name, dara.organisation.sector.key) == ("Ministry of Posts", "ict-ministry")
    assert set(Interest.objects.filter(attendee=dara).values_list("topic__key", "seeks", "offers")) == {
        ("sextortion", True, True),
        ("legislative-reform", True, False),
    }
    assert dara.changed_at == NOW


def test_importing_the_same_list_again_changes_nothing(event: Event) -> None:
    imported(event, FULL)
    before = list(Attendee.objects.values()), list(Interest.objects.values()), list(Person.objects.values())
    assert figures(imported(event, FULL.replace("Dara@", "dara@"), now=LATER)) == (0, 0, 1, 0)
    assert before == (list(Attendee.objects.values()), list(Interest.objects.values()), list(Person.objects.values()))


def test_a_changed_cell_updates_its_attendee_and_a_blank_one_erases_nothing(event: Event) -> None:
    two = "email,name,title,about,topics_seek\na@example.org,Ann,{},A,{}\nb@example.org,Ben,Dean,B,sextortion\n"
    imported(event, two.format("Judge", "sextortion"))
    report = imported(event, two.format("", "Legislative reform").replace(",A,", ",A changed,"), now=LATER)
    assert figures(report) == (0, 1, 1, 0)
    ann, ben = Attendee.objects.filter(event=event).order_by("person__email")
    assert (ann.title, ann.about, ann.changed_at, ben.changed_at) == ("Judge", "A changed", LATER, NOW)
    assert [row.topic.key for row in ann.interests.all()] == ["legislative-reform"]


def test_a_list_names_shipped_topics_as_they_are_or_were_called(event: Event) -> None:
    old = Topic.objects.get(event=event, key="victim-support")
    Topic.objects.filter(pk=old.pk).update(name="Child-centred support for victims")
    Topic.objects.filter(event=event, key="sextortion").update(name="Blackmail online")
    table = (
        "email,name,topics_seek\n"
        "a@example.org,Ann,Legislative reform; advice on law reform; New tools for investigation\n"
        "b@example.org,Ben,Support for child victims\n"
        "c@example.org,Cai,Sextortion and sexual harassment\n"
    )
    report = imported(event, table)
    chosen = [
        set(one.interests.values_list("topic__key", flat=True))
        for one in Attendee.objects.filter(event=event).order_by("name")
    ]
    assert chosen == [{"legislative-reform", "investigation-tools"}, {"victim-support"}, set()]
    assert any("Sextortion and sexual harassment" in note for note in report.notes)


def test_a_corrected_name_counts_as_an_update(event: Event) -> None:
    imported(event, "email,name\na@example.org,Anm\n")
    assert figures(imported(event, "email,name\na@example.org,Ann\n", now=LATER)) == (0, 1, 0, 0)
    attendee = Attendee.objects.select_related("person").get()
    assert (attendee.name, attendee.person.name) == ("Ann", "Anm"), "the account's name is its owner's"


def test_a_dry_run_reports_the_same_and_saves_nothing(event: Event) -> None:
    report = imported(event, FULL, dry_run=True)
    assert figures(report) == (1, 0, 0, 0)
    assert "1 would be added" in report.sentences[0]
    assert not Attendee.objects.exists()
    assert not Person.objects.exists()
    assert not Organisation.objects.exists()


def test_refused_rows_are_reported_and_the_others_are_kept(event: Event) -> None:
    text = "email,name,age_class\na@example.org,Ann,adult\nnobody,Ben,\nA@EXAMPLE.org,Ann,\nc@example.org,,\nx\n"
    report = imported(event, text + 'd@example.org,"D"d,\n')
    assert [(row.line, row.reason) for row in report.refused] == [
        (3, "“nobody” is not an e-mail address"),
        (4, "duplicate of line 2"),
        (5, "no name"),
        (6, "1 cell where the first line names 3 columns"),
        (7, "a quotation mark is out of place, so the line was not read"),
    ]
    assert [person.email for person in Person.objects.all()] == ["a@example.org"]


def test_unknown_age_is_the_default_and_the_report_says_what_that_means(event: Event) -> None:
    report = imported(event, "email,name,age_class\na@example.org,A,\nb@example.org,B,minor\nc@example.org,C,Adult\n")
    assert "1 person of unknown age will appear nowhere until an organiser sets it" in report.sentences[1]
    ages = Attendee.objects.order_by("person__email").values_list("age_class", flat=True)
    assert list(ages) == ["unknown", "minor", "adult"]


def test_people_of_unknown_age_are_counted_and_the_report_says_how_to_set_it(event: Event) -> None:
    report = imported(event, "email,name\na@example.org,A\nb@example.org,B\n")
    assert report.sentences[1] == (
        "2 people of unknown age will appear nowhere until an organiser sets it: "
        "write adult or minor in the column age_class and import the list again."
    )


def test_a_blank_age_class_leaves_the_known_one_and_a_given_one_sets_it_and_is_reported(event: Event) -> None:
    imported(event, "email,name,age_class\na@example.org,A,adult\n")
    assert figures(imported(event, "email,name,age_class\na@example.org,A,\n")) == (0, 0, 1, 0)
    assert Attendee.objects.get().age_class == "adult"
    report = imported(event, "email,name,age_class\na@example.org,A,minor\n")
    assert "Age class changed from adult to minor as the list says: 1." in report.notes


def test_no_list_makes_an_adult_of_a_minor_or_leaves_their_age_open(event: Event) -> None:
    imported(event, "email,name,age_class\na@example.org,A,minor\n")
    [minor] = Attendee.objects.all()
    for age in ("adult", "unknown"):
        text = f"email,name,age_class\na@example.org,A,{age}\n"
        report = imported(event, text, confirmed_adults=[minor.pk])
        assert figures(report) == (0, 0, 1, 0)
        assert any(note.startswith("1 person set as a minor stays one") for note in report.notes)
        minor.refresh_from_db()
        assert (minor.age_class, report.unconfirmed_adults) == ("minor", ())


def test_a_list_makes_adults_of_those_of_unknown_age_only_once_each_name_is_confirmed(event: Event) -> None:
    imported(event, "email,name,age_class\na@example.org,Ann,\nb@example.org,Ben,\n")
    text = "email,name,age_class\na@example.org,Ann,adult\nb@example.org,Ben,adult\nc@example.org,Cy,adult\n"
    preview = imported(event, text, dry_run=True)
    assert [(row.line, row.name) for row in preview.unconfirmed_adults] == [(2, "Ann"), (3, "Ben")]
    report = imported(event, text, confirmed_adults=[preview.unconfirmed_adults[0].attendee_id])
    assert [row.name for row in report.unconfirmed_adults] == ["Ben"]
    assert report.notes[-1].startswith("1 person of unknown age is an adult in the list, and stays")
    ages = Attendee.objects.order_by("person__email").values_list("age_class", flat=True)
    assert list(ages) == ["adult", "unknown", "adult"]  # of newcomers the list's word counts


def test_what_the_event_does_not_know_is_left_out_and_counted(event: Event) -> None:
    rows = "".join(f"{n}@example.org,N,Org {n},Guild,th;Klingon,blockchain;sextortion,VIP,1\n" for n in range(3))
    report = imported(event, "email,name,organisation,sector,languages,topics_seek,role,badge\n" + rows)
    assert figures(report) == (3, 0, 0, 0)
    assert report.notes == (
        "Columns not used: badge.",
        "Sectors not known, counted as other: “Guild” (lines 2, 3, 4).",
        "Topics this event does not have, left out: “blockchain” (lines 2, 3, 4).",
        "Languages not recognised, left out: “Klingon” (lines 2, 3, 4).",
        "Roles other than delegate, speaker and chaperone, not imported: “VIP” (lines 2, 3, 4).",
    )
    attendee = Attendee.objects.select_related("organisation__sector").first()
    assert attendee is not None
    assert (attendee.constituency, attendee.languages, attendee.role) == ("other", ["th"], "delegate")


@pytest.mark.parametrize("word", ["law-enforcement", "LAW_ENFORCEMENT", " Law  enforcement "])
def test_a_sector_is_known_by_key_or_name_however_it_is_spelled(event: Event, word: str) -> None:
    imported(event, f"email,name,organisation,sector\na@example.org,A,Police,{word}\n")
    assert Organisation.objects.get().sector.key == "law-enforcement"


@pytest.mark.slow
@pytest.mark.parametrize("language", [language.code for language in TRANSLATED])
def test_a_list_names_sectors_topics_and_languages_in_any_language_of_the_pages(event: Event, language: str) -> None:
    load_sectors(event=event)
    sector, topic = event.sectors.get(key="law-enforcement"), event.topics.get(key="sextortion")
    with override(language):
        names = f"{sector.local_name},{language_name('km')};{language_name('th')},{topic.local_name}"
    report = imported(event, f"email,name,organisation,sector,languages,topics_seek\na@example.org,A,Police,{names}\n")
    attendee = Attendee.objects.select_related("organisation__sector").get()
    assert report.notes == ()
    assert attendee.organisation is not None
    assert attendee.organisation.sector == sector
    assert attendee.languages == ["km", "th"]
    assert [one.topic for one in attendee.interests.select_related("topic")] == [topic]


def test_a_list_says_who_is_glad_to_meet_with_a_translating_device(event: Event) -> None:
    def glad(word: str, heading: str = "translating_device") -> bool:
        imported(event, f"email,name,{heading}\na@example.org,A,{word}\n")
        return Attendee.objects.get().translating_device

    given = [("", False), ("Yes", True), ("", True), ("NO", False), ("ใช่", True), ("không", False)]
    assert [glad(word) for word, _is_glad in given] == [is_glad for _word, is_glad in given]
    assert glad("yes", "เครื่องแปลภาษา")
    report = imported(event, "email,name,translating_device\na@example.org,A,perhaps\n")
    assert [line.reason for line in report.refused] == [
        "translating_device “perhaps”: write yes or no, or leave it blank"
    ]


def test_an_organisation_keeps_its_sector_and_the_difference_is_reported(event: Event) -> None:
    head = "email,name,organisation,sector\n"
    imported(event, head + "a@example.org,A,UNICEF,UN agency\n")
    report = imported(event, head + "b@example.org,B,unicef,academia\n")
    assert report.notes == ("“UNICEF” is UN agency at this event; that was kept where the list says Academia (1 row).",)
    assert Organisation.objects.get().sector.key == "un-agency"


def test_an_organisation_counted_as_other_takes_the_sector_a_later_list_gives(event: Event) -> None:
    head = "email,name,organisation,sector\n"
    first = imported(event, head + "a@example.org,A,Child Line,\n")
    assert first.notes == ("Organisations without a sector, counted as other: 1.",)
    report = imported(event, head + "b@example.org,B,Child Line,civil society\n", now=LATER)
    assert report.notes == ("“Child Line” was counted as other; it is Civil society now.",)
    assert [row.changed_at for row in Attendee.objects.all()] == [LATER, LATER]


def test_what_attendees_wrote_themselves_is_kept_and_reported(event: Event) -> None:
    imported(event, FULL)
    dara = Attendee.objects.select_related("person").get()
    change = ProfileChange(
        title="Head", country="Cambodia", languages=("km",), about="Mine", seeks="", offers="Offers",
        seeks_topics=frozenset({"child-participation"}), offers_topics=frozenset(), listed=True,
    )  # fmt: skip
    update_profile(attendee=dara, change=change, by=dara.person, now=NOW)
    report = imported(event, FULL.replace(",adult,", ",minor,"), now=LATER)
    dara.refresh_from_db()
    assert (dara.about, dara.seeks, dara.languages, dara.age_class) == ("Mine", "", ["km"], "minor")
    assert [row.topic.key for row in dara.interests.all()] == ["child-participation"]
    assert any("1 person has written their own profile since" in note for note in report.notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["\ufdfa" * 60, "👩🏽‍🏫 ครู", "\x01\x1b[31m", "'); DROP TABLE events_event; --", "<b>&amp;", "İıſ"]
)
def test_strange_texts_are_kept_as_they_are(event: Event, text: str) -> None:
    lines = f'email,name,organisation,about\na@example.org,"{text}","{text}","{text}"\n'
    assert figures(imported(event, lines)) == (1, 0, 0, 0)
    assert figures(imported(event, lines)) == (0, 0, 1, 0)
    attendee = Attendee.objects.select_related("person", "organisation").get()
    assert attendee.organisation is not None
    assert attendee.name == attendee.person.name == attendee.organisation.name == attendee.about


def test_what_turns_letters_around_is_left_out_of_texts_and_refused_in_an_address(event: Event) -> None:
    lines = "a@example.org,Ana\u202e Reyes,\u2067Bank\u2069\nb@exam\u202eple.org,Ben,Bank\n"
    report = imported(event, "email,name,organisation\n" + lines)
    assert figures(report) == (1, 0, 0, 1)
    attendee = Attendee.objects.select_related("person", "organisation").get()
    assert attendee.organisation is not None
    assert (attendee.name, attendee.organisation.name) == ("Ana Reyes", "Bank")


def test_an_import_takes_nobodys_permission_or_visibility(event: Event) -> None:
    organiser = appoint_organiser(event=event, email="boss@example.org", now=NOW)
    imported(event, "email,name\nBOSS@example.org,The Boss\n", by=organiser.person)
    organiser.refresh_from_db()
    assert (organiser.permission, organiser.visibility) == ("organiser", "hidden")


def test_only_an_organiser_of_this_event_may_import(event: Event) -> None:
    imported(event, FULL)
    with pytest.raises(OrganisersOnly):
        imported(event, "email,name\nz@example.org,Z\n", by=Person.objects.get())
    assert Person.objects.count() == 1


def test_people_of_another_event_are_the_same_people(event: Event) -> None:
    other = create_event(
        slug="next", name="Next", starts_on=event.ends_on, ends_on=event.ends_on, timezone="UTC", now=NOW
    )
    imported(event, FULL)
    assert figures(imported(other, FULL)) == (1, 0, 0, 0)
    assert Person.objects.count() == 1


@pytest.mark.slow
def test_a_batch_of_a_list_takes_as_many_queries_as_one_row(event: Event) -> None:
    def queries(count: int) -> int:
        rows = "".join(f"p{count}-{n}@example.org,P{n},Org {count}-{n},academia,sextortion\n" for n in range(count))
        with CaptureQueriesContext(connection) as captured:
            imported(event, "email,name,organisation,sector,topics_seek\n" + rows)
        return len(captured)

    queries(3)  # the job that reads the changes is queued now, once for all
    assert queries(2) == queries(ROWS_AT_ONCE)


def an_event(slug: str) -> Event:
    day = dt.date(2026, 12, 9)
    return create_event(slug=slug, name=slug, starts_on=day, ends_on=day, timezone="Asia/Bangkok", now=NOW)


@pytest.mark.parametrize("by_command", [True, False])
def test_an_import_renames_no_account_that_exists_and_says_nothing_of_its_name(event: Event, by_command: bool) -> None:
    for email, fields in {"root@example.org": {"is_staff": True}, "dara@example.org": {}}.items():
        Person.objects.create_user(email, name="Own Name", joined_at=NOW - dt.timedelta(days=1), **fields)
    by = None if by_command else appoint_organiser(event=event, email="boss@example.org", now=NOW).person
    text = (
        "email,name,age_class\nroot@example.org,Listed,adult\ndara@example.org,Listed,adult\nlin@example.org,{},adult\n"
    )
    for name, figure in (("Lim", (3, 0, 0, 0)), ("Lin", (0, 1, 2, 0)), ("Lin", (0, 0, 3, 0))):
        report = imported(event, text.format(name), by=by)
        assert figures(report) == figure
        assert len(report.sentences) == 1, "whether an account has another name is not the organiser's to know"
    people = Attendee.objects.filter(event=event).exclude(person=by and by.pk).order_by("name", "pk")
    assert [row.name for row in people] == ["Lin", "Listed", "Listed"]
    assert sorted(row.person.name for row in people) == ["Lim", "Own Name", "Own Name"]


def test_each_event_counts_an_organisation_in_its_own_sector(event: Event) -> None:
    other = an_event("other")
    head = "email,name,organisation,sector\n"
    imported(other, head + "a@example.org,A,Child Line,\n")
    report = imported(event, head + "b@example.org,B,Child Line,industry\n", now=LATER)
    assert report.notes == ()
    sectors = {row.event_id: row.sector.key for row in Organisation.objects.select_related("sector")}
    assert sectors == {other.pk: "other", event.pk: "industry"}
    assert Attendee.objects.get(event=other).changed_at == NOW


def test_a_short_name_that_the_attendee_wrote_is_kept(event: Event) -> None:
    imported(event, FULL)
    dara = Attendee.objects.select_related("person").get()
    change = ProfileChange(
        title="Head", country="Cambodia", languages=("km", "en"), about="About", seeks="Seeks",
        offers="Offers", seeks_topics=frozenset({"sextortion", "legislative-reform"}),
        offers_topics=frozenset({"sextortion"}), listed=True, short_name=" Da  ra ",
    )  # fmt: skip
    update_profile(attendee=dara, change=change, by=dara.person, now=LATER)
    imported(event, FULL.replace(",Dara,", ",Sok,"), now=LATER)
    dara.refresh_from_db()
    assert (dara.name, dara.short_name) == ("Sok Dara", "Da ra")
    assert dara.changed_at == NOW, "matching does not read it"


def test_an_organiser_s_list_does_not_set_their_own_age_class(event: Event) -> None:
    boss = appoint_organiser(event=event, email="boss@example.org", now=NOW)
    Attendee.objects.filter(pk=boss.pk).update(age_class="unknown")
    row = "email,name,age_class\nboss@example.org,boss,adult\n"
    report = imported(event, row, by=boss.person)
    boss.refresh_from_db()
    assert boss.age_class == "unknown"
    assert "Your own age class was kept: it is for another organiser to set." in report.sentences
