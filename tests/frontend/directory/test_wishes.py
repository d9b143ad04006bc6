"""People without an open time can be told that somebody would like to meet them."""

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.directory.models import WishToMeet
from tests.frontend.conftest import client_of, lay_out
from tests.pages import page_of


def test_somebody_without_an_open_time_is_told_once_and_reads_it_at_home_until_they_open_one(cast, official):
    booking = lay_out(cast, cast.official)
    there = cast.address(f"people/{cast.engineer.pk}/")
    assert "No open time" in page_of(official.get(there))
    for _again in range(2):
        assert official.post(f"{there}wish/")["Location"] == there
    shown = page_of(official.get(there))
    assert "They know that you would like to meet." in shown
    assert not shown.has("form[action$='/wish/']")
    assert (WishToMeet.objects.count(), Meeting.objects.count()) == (1, 0)
    engineer = client_of(cast.engineer.person)
    home = page_of(engineer.get(cast.address()))
    assert home.text_of("#wished") == "1 person would like to meet you"
    assert "Mali Wongsa" in home
    news = page_of(engineer.get(cast.address("notices/")))
    assert news.text_of("#wished") == "1 person would like to meet you"
    way = dict(news.links("main"))["Mali Wongsa"]
    assert way.startswith(cast.address(f"people/{cast.official.pk}/?from="))
    assert page_of(engineer.get(way)).links(".back") == [("← News", cast.address("notices/"))]
    assert not page_of(official.get(cast.address("notices/"))).has("#wished")
    Availability.objects.create(event=cast.event, attendee=cast.engineer, slot=booking.slots[0])
    for page in ("", "notices/"):
        assert not page_of(engineer.get(cast.address(page))).has("#wished")


def test_who_has_an_open_time_is_asked_instead(cast, booking, official):
    refused = official.post(cast.address(f"people/{cast.engineer.pk}/wish/"))
    assert refused.status_code == 409
    assert "Arif Rahman has an open time. Ask to meet them." in page_of(refused)


def test_nobody_the_contact_policy_hides_is_told_or_shown(cast, official):
    lay_out(cast)
    for other in cast.unseen:
        assert official.post(cast.address(f"people/{other.pk}/wish/")).status_code == 404
        assert official.put(f"/api/v1/events/{cast.event.slug}/people/{other.pk}/wish/").status_code == 404
    assert not WishToMeet.objects.exists()
    WishToMeet.objects.create(event=cast.event, asker=cast.blocked, other=cast.official)
    assert not page_of(official.get(cast.address())).has("#wished")


def test_the_api_tells_them_too(cast, official):
    lay_out(cast)
    base = f"/api/v1/events/{cast.event.slug}/"
    assert official.get(f"{base}people/{cast.lawyer.pk}/").json()["has_open_time"] is False
    assert official.put(f"{base}people/{cast.lawyer.pk}/wish/").status_code == 204
    assert official.get(f"{base}people/{cast.lawyer.pk}/").json()["is_wished"] is True
    home = client_of(cast.lawyer.person).get(f"{base}home/").json()
    assert [one["name"] for one in home["wished_by"]] == ["Mali Wongsa"]
