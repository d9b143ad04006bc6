"""The pages of people one saved, read about, and shares sessions and topics with, and the same by the API."""

from backend.directory.models import ProfileVisit
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from tests.factories import make_session
from tests.frontend.conftest import client_of
from tests.frontend.events.test_profile import PROFILE
from tests.pages import page_of


def share_a_session(cast):
    session = make_session(cast.event, "Evidence across borders")
    for one in (cast.official, cast.engineer, *cast.unseen):
        SessionPart.objects.create(event=cast.event, session=session, attendee=one)
    return session


def test_somebody_is_saved_with_a_note_and_taken_off_again(cast, official):
    address = cast.address(f"people/{cast.engineer.pk}/")
    page = page_of(official.get(address))
    assert (page.texts(".keep button"), page.all(".note-of-mine")) == (["Save"], [])
    page = page_of(official.post(f"{address}note/", {"note": "Ask on Tuesday"}, follow=True))
    assert "Arif Rahman is saved." in page.text_of(".message")
    assert page.fields(".note-of-mine form")["note"] == ["Ask on Tuesday"]
    saved = page_of(official.get(cast.address("people/saved/")))
    assert saved.texts("[aria-labelledby=saved] .line") == ["My note Ask on Tuesday"]
    inside = page_of(official.get(f"{address}opened/?at=saved", headers={"HX-Request": "true"}))
    assert inside.texts(".text") == ["Ask on Tuesday"]
    assert "Change my note (Arif Rahman)" in [words for words, _address in inside.links()]
    theirs = client_of(cast.engineer.person)
    for page in ("people/saved/", f"people/{cast.official.pk}/"):
        assert "Ask on Tuesday" not in page_of(theirs.get(cast.address(page)))
    official.post(cast.address(f"suggestions/{cast.engineer.pk}/feedback/"), {"verdict": "withdraw"})
    assert "Nobody yet. Save somebody" in page_of(official.get(cast.address("people/saved/")))


def test_a_note_that_is_too_long_is_kept_as_typed_and_says_so(cast, official):
    answer = official.post(cast.address(f"people/{cast.engineer.pk}/note/"), {"note": "x" * 501})
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.fields(".note-of-mine form")["note"] == ["x" * 501]
    assert "at most 500" in page.text_of("#about-id_note .error")


def test_nobody_writes_a_note_on_somebody_hidden(cast, official):
    for other in cast.unseen:
        assert official.post(cast.address(f"people/{other.pk}/note/"), {"note": "x"}).status_code == 404
        official.get(cast.address(f"people/{other.pk}/"))
    assert not ProfileVisit.objects.exists()


def test_whose_page_one_opened_is_listed_until_it_is_cleared(cast, official):
    for other in (cast.engineer, cast.lawyer):
        official.get(cast.address(f"people/{other.pk}/"))
    page = page_of(official.get(cast.address("people/saved/")))
    assert page.texts("[aria-labelledby=seen] .name") == ["Linh Tran", "Arif Rahman"]
    page = page_of(official.post(cast.address("people/seen/clear/"), follow=True))
    assert "whose page you open appears here" in page


def test_who_is_in_my_sessions_is_shown_once_they_let_it_be_seen(cast, official):
    share_a_session(cast)
    address = cast.address("people/in-my-sessions/")
    assert "Nobody in your sessions lets others see theirs yet." in page_of(official.get(address))
    client_of(cast.engineer.person).post(cast.address("profile/"), PROFILE | {"shows_sessions": "on"})
    assert Attendee.objects.get(pk=cast.engineer.pk).shows_sessions
    Attendee.objects.update(shows_sessions=True)
    page = page_of(official.get(address))
    assert page.texts(".people .name") == ["Arif Rahman"]
    assert "Evidence across borders" in page
    for other in cast.unseen:
        assert other.name not in page
    alone = page_of(client_of(cast.lawyer.person).get(address))
    assert "Bookmark the sessions you will attend" in alone


def test_the_setting_is_off_at_first_and_explained_where_it_stands(cast, official):
    page = page_of(official.get(cast.address("profile/")))
    assert "shows_sessions" not in page.fields("form.form")
    assert "nobody reads which sessions you bookmarked" in page.text_of("#about-shows_sessions")
    address = f"/api/v1/events/{cast.event.slug}/profile/"
    mine = official.get(address).json()
    assert mine["shows_sessions"] is False
    body = mine | {"shows_sessions": True}
    assert official.put(address, body, content_type="application/json").json()["shows_sessions"] is True
    del body["shows_sessions"]
    assert official.put(address, body, content_type="application/json").json()["shows_sessions"] is True


def test_a_topic_and_a_theme_say_who_works_on_them_by_sector(cast, official):
    for query in ("topic=evidence-reporting", "theme=justice"):
        page = page_of(official.get(cast.address(f"people/working-on/?{query}")))
        assert page.texts(".people .name") == ["Arif Rahman"]
        assert "Large company" in page.text_of("#sector-1")
        assert page.texts(".people .facts strong") == ["Offers"]
        for other in cast.unseen:
            assert other.name not in page
    assert official.get(cast.address("people/working-on/?topic=nothing")).status_code == 404


def test_the_api_has_the_same_lists(cast, official):
    share_a_session(cast)
    Attendee.objects.update(shows_sessions=True)
    root = f"/api/v1/events/{cast.event.slug}/"
    feedback = {"verdict": "good", "note": "Ask on Tuesday"}
    address = f"{root}suggestions/{cast.engineer.pk}/feedback/"
    assert official.put(address, feedback, content_type="application/json").json()["note"] == "Ask on Tuesday"
    official.get(cast.address(f"people/{cast.engineer.pk}/"))
    (saved,) = official.get(f"{root}people/saved/").json()
    assert (saved["person"]["name"], saved["note"]) == ("Arif Rahman", "Ask on Tuesday")
    assert [one["name"] for one in official.get(f"{root}people/seen/").json()] == ["Arif Rahman"]
    assert official.delete(f"{root}people/seen/").status_code == 204
    assert official.get(f"{root}people/seen/").json() == []
    found = official.get(f"{root}people/in-my-sessions/").json()
    assert [(one["person"]["name"], one["sessions"]) for one in found["people"]] == [
        ("Arif Rahman", ["Evidence across borders"])
    ]
    found = official.get(f"{root}people/working-on/", {"topic": "sextortion"}).json()
    assert [group["key"] for group in found["sectors"]] == ["large-company"]
    assert official.get(f"{root}people/working-on/").status_code == 404
