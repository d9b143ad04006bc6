"""The organiser's list of attendees and the import page: narrowed, set, previewed, confirmed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from backend.events.models.attendees import Attendee
from backend.roster.models import ColumnChoice
from backend.roster.services.columns import columns_to_choose
from backend.roster.services.files import read_list
from tests.backend.stats.events import make_meeting
from tests.factories import make_attendee, make_event
from tests.long_jobs import answered
from tests.pages import page_of

pytestmark = pytest.mark.django_db
LIST = """email,name,organisation,sector,age_class
a@example.org,Ana,House,industry,adult
not-an-address,Ben,,,
"""


@pytest.fixture
def desk(client):
    event = make_event("desk")
    organiser = make_attendee(event, name="Olga Organiser", permission="organiser", visibility="hidden")
    client.force_login(organiser.person)
    return event, client


def names(answer):
    return set(page_of(answer).texts("table .chip"))


def upload(client, event, data, name="list.csv"):
    file = SimpleUploadedFile(name, data if isinstance(data, bytes) else data.encode())
    return answered(client, client.post(f"/e/{event.slug}/attendees/import/", {"file": file}))


def carried(answer):
    return page_of(answer).attribute("input[name=carried]", "value")


def test_each_filter_leaves_those_it_names(desk):
    event, client = desk
    met = make_attendee(event, name="Met One")
    make_meeting(met, make_attendee(event, name="Met Two", country="Lao PDR"))
    make_attendee(event, name="Ngo Person", sector="ngo", constituency="civil-society")
    make_attendee(event, name="Unknown Age", age_class="unknown")
    for query, expected in {
        "": {"Olga Organiser", "Met One", "Met Two", "Ngo Person", "Unknown Age"},
        "country=Lao PDR": {"Met Two"},
        "sector=ngo": {"Ngo Person"},
        "constituency=civil-society": {"Ngo Person"},
        "age_class=unknown": {"Unknown Age"},
        "visibility=hidden": {"Olga Organiser"},
        "permission=organiser": {"Olga Organiser"},
        "without_meeting=1": {"Olga Organiser", "Ngo Person", "Unknown Age"},
        "country=Atlantis": set(),
        "page=99999&country=%00": {"Olga Organiser", "Met One", "Met Two", "Ngo Person", "Unknown Age"},
    }.items():
        assert names(client.get(f"/e/{event.slug}/attendees/?{query}")) == expected, query


def test_a_minor_is_shown_by_first_name(desk):
    event, client = desk
    make_attendee(event, name="Somchai Young", age_class="minor")
    answer = client.get(f"/e/{event.slug}/attendees/")
    assert "Somchai" in names(answer)
    assert "Somchai Young" not in page_of(answer)


def test_those_ticked_are_set_and_those_found_only_on_request(desk):
    event, client = desk
    one, two = (make_attendee(event, age_class="unknown", country="Viet Nam") for _ in range(2))
    elsewhere = make_attendee(event, age_class="unknown", country="Malaysia")
    address = f"/e/{event.slug}/attendees/?country=Viet+Nam"

    def ages():
        return [Attendee.objects.get(pk=who.pk).age_class for who in (one, two, elsewhere)]

    assert client.post(address, {"attendee": one.pk, "set_age_class": "adult"})["Location"] == address
    assert ages() == ["adult", "unknown", "unknown"]
    asked = client.post(address, {"everybody": "1", "set_age_class": "adult"})
    assert ages() == ["adult", "unknown", "unknown"]
    client.post(address, page_of(asked).fields("main form"))
    assert ages() == ["adult", "adult", "unknown"]
    # everything but that names all of them first
    named = client.post(address, {"everybody": "1", "set_visibility": "hidden"})
    assert set(page_of(named).texts("tbody th")) == {one.name, two.name}
    assert not Attendee.objects.filter(pk__in=[one.pk, two.pk], visibility="hidden").exists()
    client.post(address, page_of(named).fields("main form"))
    hidden = Attendee.objects.filter(event=event, visibility="hidden", permission="participant")
    assert set(hidden) == {one, two}
    for bad in ({}, {"attendee": one.pk}, {"attendee": "x", "set_age_class": "adult"}):
        assert client.post(address, bad).status_code == 400


def test_who_was_ticked_stays_ticked_after_a_refusal(desk):
    event, client = desk
    one, _two, three = (make_attendee(event) for _ in range(3))
    address = f"/e/{event.slug}/attendees/"
    chosen = {"attendee": [one.pk, three.pk]}
    for sent in (chosen, chosen | {"do": "open_times", "set_visibility": "hidden"}):
        refused = client.post(address, sent)
        assert refused.status_code in (400, 409)
        kept = page_of(refused).fields("form.roster")
        assert set(kept["attendee"]) == {str(one.pk), str(three.pk)}
    assert kept["set_visibility"] == ["hidden"]
    unread = client.post(address, {"attendee": "x", "everybody": "1"})
    assert unread.status_code == 400
    assert page_of(unread).fields("form.roster")["everybody"] == ["1"]


def test_several_of_unknown_age_are_named_and_asked_about_before_they_are_adults(desk):
    event, client = desk
    one, two = (make_attendee(event, name=name, age_class="unknown") for name in ("Linh Tran", "Dara Sok"))
    asked = client.post(f"/e/{event.slug}/attendees/", {"attendee": [one.pk, two.pk], "set_age_class": "adult"})
    assert asked.status_code == 200
    assert {row[0] for row in page_of(asked).rows("table.report tbody", "th, td")} == {"Linh Tran", "Dara Sok"}
    assert not Attendee.objects.filter(pk__in=[one.pk, two.pk], age_class="adult").exists()
    address, form = f"/e/{event.slug}/attendees/", page_of(asked).fields("main form")
    made_up = {"confirmed_adults": f"{one.pk},{two.pk}"}
    for change in (made_up, {"set_visibility": "hidden"}):  # nobody has read the names for this
        assert client.post(address, {**form, **change}).status_code == 400
    assert not Attendee.objects.filter(pk__in=[one.pk, two.pk], age_class="adult").exists()
    assert client.post(address, form).status_code == 302
    assert Attendee.objects.filter(pk__in=[one.pk, two.pk], age_class="adult").count() == 2


def test_a_minor_becomes_an_adult_once_a_lead_consents_on_the_lead_s_page(desk, client):
    event, _ = desk
    minor = make_attendee(event, name="Somchai Young", age_class="minor")
    lead = make_attendee(event, permission="safeguarding-lead", visibility="hidden")
    asked = client.post(f"/e/{event.slug}/attendees/", {"attendee": minor.pk, "set_age_class": "adult"})
    page = page_of(asked)
    assert "Somchai Young" not in page
    address = page.attribute("main form", "action")
    assert client.post(address)["Location"] == f"/e/{event.slug}/attendees/"
    for path in ("age-classes/", "age-classes/proposals/1/", "age-classes/agree/"):
        assert client.post(f"/e/{event.slug}/{path}").status_code == 404  # organisers have no such page
    client.force_login(lead.person)
    shown = page_of(client.get(f"/e/{event.slug}/age-classes/"))
    assert "Somchai" in shown
    assert "Somchai Young" not in shown
    decide = shown.attribute("main form", "action")
    assert client.post(decide, {"decision": "perhaps"}).status_code == 400
    assert client.post(decide, {"decision": "adult"}).status_code == 302
    minor.refresh_from_db()
    assert minor.age_class == "adult"
    assert client.post(decide, {"decision": "adult"}).status_code == 409


def test_a_list_is_read_first_and_saved_only_when_confirmed(desk):
    event, client = desk
    preview = upload(client, event, LIST)
    page = page_of(preview)
    assert "2 rows read: 1 would be added" in page.texts(".sentences li")[0]
    assert page.rows("table.report", "th, td") == [["3", "not-an-address", "“not-an-address” is not an e-mail address"]]
    assert not Attendee.objects.filter(person__email="a@example.org").exists()
    form = {"carried": carried(preview), "confirm": "1"}
    assert answered(client, client.post(f"/e/{event.slug}/attendees/import/", form)).status_code == 302
    assert Attendee.objects.get(event=event, person__email="a@example.org").age_class == "adult"
    again = upload(client, event, LIST)
    assert "0 would be added, 0 would be updated, 1 unchanged" in page_of(again)


OTHER = "Full name,E-mail address,Firm,Shoe size\nAna Lee,ana@example.org,House,40\n"


def test_columns_of_other_names_are_guessed_or_chosen_and_the_next_list_needs_no_choice(desk):
    event, client = desk
    address = f"/e/{event.slug}/attendees/import/"
    page = page_of(upload(client, event, OTHER))
    assert "1 row read: 1 would be added" in page.texts(".sentences li")[0]
    assert "Columns read by their headings: Full name → name, E-mail address → email." in page
    assert "Columns not used: Firm, Shoe size." in page
    assert page.texts(".column-choices label") == ["Full name", "E-mail address", "Firm", "Shoe size"]
    form = page.fields("main form")
    assert [form[f"column-{place}"] for place in range(4)] == [["name"], ["email"], [""], [""]]
    changed = {**form, "column-2": "organisation"}
    read = page_of(answered(client, client.post(address, changed)))  # confirmed, and not as it was shown
    assert not Attendee.objects.filter(person__email="ana@example.org").exists()
    assert "Firm → organisation" in read
    again = page_of(answered(client, client.post(address, {**changed, "again": "1"})))
    assert answered(client, client.post(address, again.fields("main form"))).status_code == 302
    assert Attendee.objects.get(person__email="ana@example.org").organisation.name == "House"
    assert "Firm → organisation" in page_of(upload(client, event, OTHER))
    elsewhere = make_event("other-forum")
    assert columns_to_choose(elsewhere, read_list(OTHER.encode()), {})[2].column == ""


def test_what_cannot_be_guessed_is_asked_on_the_page_that_refuses(desk):
    event, client = desk
    address = f"/e/{event.slug}/attendees/import/"
    refused = upload(client, event, "Wer,Wohin,Wo\nAna,ana@example.org,House\n")
    page = page_of(refused)
    assert refused.status_code == 400
    assert "The file lacks the columns email and name; its first line names: Wer, Wohin, Wo." in page
    form = page.fields("main form")
    twice = {**form, "column-0": "name", "column-1": "email", "column-2": "name"}
    assert "there twice: keep one of Wer, Wo." in page_of(answered(client, client.post(address, twice)))
    nonsense = answered(client, client.post(address, {**form, "column-0": "permission"}))
    assert (nonsense.status_code, page_of(nonsense).has(".column-choices")) == (400, True)
    read = page_of(answered(client, client.post(address, {**form, "column-0": "name", "column-1": "email"})))
    assert "1 row read: 1 would be added" in read
    assert not Attendee.objects.filter(person__email="ana@example.org").exists()
    assert not ColumnChoice.objects.exists()


def test_the_sample_list_can_be_imported_as_it_is(desk):
    event, client = desk
    sample = client.get(f"/e/{event.slug}/attendees/import/sample.csv")
    page = page_of(upload(client, event, sample.content))
    assert "2 rows read: 2 would be added" in page
    assert not page.has("table.report")
    assert "Columns not used" not in page


def test_a_preview_names_each_who_would_become_an_adult_and_asks(desk):
    event, client = desk
    dara = make_attendee(event, name="Dara Sok", email="dara@example.org", age_class="unknown")
    preview = page_of(upload(client, event, "email,name,age_class\ndara@example.org,Dara Sok,adult\n"))
    assert preview.rows("fieldset table", "th") == [["Dara Sok"]]
    form = preview.fields("main form")
    assert "confirmed_adults" not in form  # nothing is ticked beforehand
    address = f"/e/{event.slug}/attendees/import/"
    answered(client, client.post(address, form))
    assert Attendee.objects.get(person__email="dara@example.org").age_class == "unknown"
    shown = preview.attribute("[name=confirmed_adults]", "value")
    another = upload(client, event, "email,name,age_class\ndara@example.org,Dara,adult\n")
    for skipped in (
        {**form, "confirmed_adults": str(dara.pk)},
        {"carried": carried(another), "confirm": "1", "confirmed_adults": shown},
    ):
        assert answered(client, client.post(address, skipped)).status_code == 400
    assert Attendee.objects.get(person__email="dara@example.org").age_class == "unknown"
    answered(client, client.post(address, {**form, "confirmed_adults": shown}))
    assert Attendee.objects.get(person__email="dara@example.org").age_class == "adult"


def test_a_file_of_another_encoding_is_read_once_its_sample_is_confirmed(desk):
    event, client = desk
    asked = upload(client, event, "email,name\nlinh@example.org,สมชาย ใจดี\n".encode("cp874"))
    samples = dict(text.split(": ", 1) for text in page_of(asked).texts("fieldset .pick span"))
    assert "สมชาย ใจดี" in samples["cp874"]
    form = {"carried": carried(asked), "encoding": "cp874"}
    assert "1 row read" in page_of(answered(client, client.post(f"/e/{event.slug}/attendees/import/", form)))
    answered(client, client.post(f"/e/{event.slug}/attendees/import/", {**form, "confirm": "1"}))
    assert Attendee.objects.get(person__email="linh@example.org").person.name == "สมชาย ใจดี"


def test_an_unusable_file_is_refused_in_one_sentence_and_nothing_is_saved(desk):
    event, client = desk
    before = Attendee.objects.count()
    for data in (b"", b"PK\x03\x04rest", b"name\nAna\n", b"\xff\xfe\x00", "a" * 4_000_001):
        answer = upload(client, event, data)
        assert (answer.status_code, page_of(answer).has("[role=alert]")) == (400, True), data[:20]
    for form in ({}, {"carried": "forged:value"}, {"carried": carried(upload(client, make_elsewhere(client), LIST))}):
        answer = client.post(f"/e/{event.slug}/attendees/import/", {**form, "confirm": "1"})
        assert answer.status_code == 400
    assert Attendee.objects.filter(event=event).count() == before


@pytest.mark.slow
def test_a_preview_of_150_000_rows_is_refused_before_a_row_is_checked(desk, django_assert_max_num_queries):
    event, client = desk
    with django_assert_max_num_queries(40):
        answer = upload(client, event, "email,name\n" + "a@b.org,A\n" * 150_000)
    [refusal] = page_of(answer).texts("[role=alert]")
    assert (answer.status_code, "more than 20,000 rows" in refusal) == (400, True)


def make_elsewhere(client):
    """Another event that the signed-in organiser organises too."""
    event = make_event("elsewhere")
    person = Attendee.objects.get(permission="organiser").person
    make_attendee(event, person=person, permission="organiser")
    return event


def test_the_list_says_how_many_of_it_are_attendees_in_the_figures(desk):
    event, client = desk
    for who in ({}, {}, {"age_class": "minor"}, {"age_class": "unknown"}):
        make_attendee(event, **who)
    count = event.attendees.count()
    page = page_of(client.get(f"/e/{event.slug}/attendees/"))
    assert f"{count} people on the list. 2 of them are attendees in the figures: listed adults." in page
    assert "attendees in the figures" not in page_of(client.get(f"/e/{event.slug}/attendees/?q=Person"))
