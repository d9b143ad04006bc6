"""The page on which people are found: what it shows, and to whom nothing."""

import pytest

from backend.events.models.attendees import Attendee, Organisation
from tests.factories import make_session
from tests.frontend.conftest import OFFER, client_of
from tests.pages import page_of


def test_everybody_one_may_see_is_there_and_nobody_else(cast, official):
    page = page_of(official.get(cast.address("people/")))
    assert page.texts(".people .name") == ["Arif Rahman", "Linh Tran"]
    assert page.text_of("#list [role=status]") == "2 people"
    for other in cast.unseen:
        assert other.name not in page


def test_a_name_is_found_and_filters_say_how_many_each_would_leave(cast, official):
    page = page_of(official.get(cast.address("people/?q=lihn+tran&country=Viet+Nam")))
    assert page.texts(".people .name") == ["Linh Tran"]
    assert page.texts("#filter-country option") == ["All", "Viet Nam (1)"]
    assert page.texts("#filter-language option") == ["All", "Vietnamese (1)"]
    assert page.attribute("#id-q", "value") == "lihn tran"
    assert "Nobody here" in page_of(official.get(cast.address("people/?q=zzzz&page=x")))
    assert "0 people" in page_of(official.get(cast.address("people/?country=Nowhere&q=%00arif")))


def test_who_is_alone_reads_that_people_come_as_they_join(cast):
    alone = client_of(cast.stranger)
    assert "People appear here as they join." in page_of(alone.get("/e/elsewhere/people/"))
    assert "Write less of the name" in page_of(alone.get("/e/elsewhere/people/?q=arif"))


def test_htmx_gets_the_list_and_the_filters_alone(cast, official):
    page = page_of(official.get(cast.address("people/?q=arif"), headers={"HX-Request": "true"}))
    assert page.texts(".people .name") == ["Arif Rahman"]
    assert page.attribute("#filters", "hx-swap-oob") == "outerHTML"
    assert not page.has("h1")


def test_a_person_s_link_is_known_by_an_id_whatever_was_searched_for(cast, official):
    found = [page_of(official.get(cast.address(f"people/?q={word}"))) for word in ("arif", "rahman")]
    ids = [page.attributes(".people .name a", "id") for page in found]
    assert ids == [[f"found-person-{cast.engineer.pk}"]] * 2


def test_an_organisation_leads_to_its_people(cast, official):
    house = cast.engineer.organisation
    Organisation.objects.filter(pk=house.pk).update(name="Meridian Social")
    house.refresh_from_db()
    page = page_of(official.get(cast.address("people/"), {"q": "Meridian"}))
    assert page.texts(".people .name") == ["Arif Rahman"]
    assert page.text_of("#list [role=status]").startswith("1 person")
    assert (house.name, f"{cast.address('people/')}?organisation={house.pk}") in page.links(".things")
    page = page_of(official.get(cast.address(f"people/?organisation={house.pk}")))
    assert page.texts(".people .name") == ["Arif Rahman"]
    assert page.texts("#filter-organisation option") == ["All", f"{house.name} (1)"]


def test_one_box_finds_by_name_organisation_and_topic_and_says_by_which_topic(cast, official):
    page = page_of(official.get(cast.address("people/"), {"q": "evidence"}))
    assert page.texts(".people .name") == ["Arif Rahman"]
    assert page.text_of(".people .line") == "Topic Evidence reporting"
    assert not page.has("[name=by]")
    nobody = page_of(official.get(cast.address("people/"), {"q": "zzzz qqqq"}))
    assert "Nobody has this name, and nobody seeks or offers this." in nobody
    assert not nobody.has(".people")


def test_topics_of_a_person_and_themes_of_sessions_lead_to_who_else_works_on_them(cast, official):
    session = make_session(cast.event)
    session.theme = cast.event.themes.get(key="justice")
    session.save()
    for page, address in (
        (f"people/{cast.engineer.pk}/", f"{cast.address('people/working-on/')}?topic=evidence-reporting"),
        ("sessions/", f"{cast.address('people/working-on/')}?theme=justice"),
    ):
        assert address in dict(page_of(official.get(cast.address(page))).links()).values()
        assert page_of(official.get(address)).texts(".people .name") == ["Arif Rahman"]


def test_a_search_by_meaning_quotes_the_sentence_and_says_where_the_model_is_away(cast, official, settings, tmp_path):
    settings.ENCODER_FOLDER = str(tmp_path)
    address = cast.address("people/?by=meaning&q=อัยการ")
    page = page_of(official.get(address))
    assert "The language model is away just now" in page
    assert page.text_of(".people .line [lang=th]") == OFFER
    assert page_of(official.get(address.replace("by=meaning&", ""))).text_of(".people .line [lang=th]") == OFFER
    found = official.get(address.replace("/e/", "/api/v1/events/")).json()
    assert found["is_by_words"] is True
    assert found["quotations"][str(cast.engineer.pk)] == {"field": "offers", "sentence": OFFER}


def test_who_seeks_the_same_stands_below_under_a_heading(cast, official, settings, tmp_path):
    settings.ENCODER_FOLDER = str(tmp_path)
    Attendee.objects.filter(pk=cast.engineer.pk).update(offers="Hash lists", seeks="", about="")
    Attendee.objects.filter(pk=cast.lawyer.pk).update(offers="", seeks="Hash lists", about="")
    page = page_of(official.get(cast.address("people/?by=meaning&q=hash+lists")))
    assert page.texts(".people .name") == ["Arif Rahman", "Linh Tran"]
    assert page.texts("#also-seeking ~ .people .name") == ["Linh Tran"]
    found = official.get(f"/api/v1/events/{cast.event.slug}/people/?by=meaning&q=hash+lists").json()
    assert found["also_seeking"] == [cast.lawyer.pk]


def test_who_may_see_nobody_reads_why(cast):
    for other, why in ((cast.minor, "People under 18 see nobody here"), (cast.hidden, "You are hidden")):
        page = page_of(client_of(other.person).get(cast.address("people/")))
        assert why in page
        assert not page.has(".people")


@pytest.mark.slow
def test_the_api_finds_the_same_people(cast, official):
    address = f"/api/v1/events/{cast.event.slug}/people/"
    found = official.get(address, {"q": "arif"}).json()
    assert [one["name"] for one in found["people"]] == ["Arif Rahman"]
    assert (found["total"], found["page"], found["pages"]) == (1, 1, 1)
    assert [one["value"] for one in official.get(address).json()["facets"]["language"]] == ["id", "vi"]
    for other in cast.unseen:
        assert official.get(address, {"q": other.name}).json()["total"] == 0


@pytest.mark.slow
def test_pages_and_api_share_one_limit(cast, official):
    for _time in range(60):
        assert official.get(cast.address("people/?q=zz")).status_code == 200
    refused = official.get(cast.address("people/"))
    assert refused.status_code == 429
    assert "You have searched very often just now." in page_of(refused)
    assert official.get(f"/api/v1/events/{cast.event.slug}/people/").json()["code"] == "too_often"
