"""Who may open a page, and what the others get."""

import re

import pytest
from django.http import HttpResponse

from backend.core.errors import BusinessError
from backend.suggestions.models import Feedback
from frontend import urls
from frontend.access import organiser, participant, public, refused
from tests.factories import make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.pages import page_of

HTMX = {"HX-Request": "true"}


def pages_of(cast):
    """Every address of the event, with somebody who is there in the place of every number."""
    routes = [str(pattern.pattern) for pattern in urls.urlpatterns]
    own = [
        route.replace("<slug:slug>", cast.event.slug)
        .replace("<str:name>", "attendees.csv")
        .replace("<slug:size>", "small")
        for route in routes
        if route.startswith("e/<slug:slug>/")
    ]
    people = (cast.engineer.pk, cast.minor.pk)
    return sorted({"/" + re.sub(r"<int:\w+>", str(number), route) for route in own for number in people})


def test_a_page_wears_one_policy():
    with pytest.raises(TypeError, match="already wears an access policy"):
        participant(organiser(lambda request: HttpResponse()))


@pytest.mark.slow
def test_a_stranger_to_the_event_gets_404_everywhere_as_if_it_did_not_exist(cast):
    client = client_of(cast.stranger)
    for page in pages_of(cast):
        for method in ("get", "post"):
            answer = getattr(client, method)(page)
            nowhere = getattr(client, method)(page.replace(cast.event.slug, "no-such-forum"))
            assert answer.status_code == nowhere.status_code == 404, (method, page)
            assert cast.event.name not in answer.content.decode()
            assert cast.engineer.person.name not in answer.content.decode()
    assert not Feedback.objects.exists()


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(cast, client):
    for page in pages_of(cast):
        answer = client.get(page)
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"/accounts/login/code/?next={page.replace('/', '%2F')}",
        )
        assert client.post(page)["Location"] == "/accounts/login/code/?next=%2F"


def test_a_fragment_sends_the_whole_page_to_sign_in_when_the_session_has_ended(cast, client):
    answer = client.get(cast.address("suggestions/"), headers=HTMX)
    assert answer["HX-Redirect"] == "/accounts/login/code/?next=%2Fe%2Fforum%2Fsuggestions%2F"


def test_somebody_whose_account_was_closed_is_asked_to_sign_in(cast, official):
    cast.official.person.is_active = False
    cast.official.person.save()
    assert official.get(cast.address("suggestions/")).status_code == 302


def test_a_named_refusal_is_one_sentence_in_the_frame_with_its_status(rf):
    refusal = BusinessError("This <slot> is taken.")
    request = rf.get("/")
    answer = refused(request, refusal)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "This <slot> is taken." in page
    assert page.has("header .brand")


def test_a_named_refusal_reaches_a_fragment_as_a_message(cast, official):
    answer = official.post(
        cast.address(f"suggestions/{cast.engineer.pk}/feedback/"), {"verdict": "splendid"}, headers=HTMX
    )
    assert answer.status_code == 400
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#messages", "innerHTML")
    assert "Say either “good” or “not-relevant”." in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_pages_about_people_are_kept_by_no_cache(cast, official):
    for page in ("profile/", "suggestions/", f"people/{cast.engineer.pk}/"):
        assert "no-store" in official.get(cast.address(page))["Cache-Control"]


def test_a_public_page_is_kept_by_no_cache_once_it_speaks_to_somebody(cast, official, client):
    make_attendee(make_event("second"), person=cast.official.person)
    assert cast.event.name in (answer := official.get("/")).content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in client.get("/")


def test_forms_only_answer_to_post_and_say_so(cast, official):
    for page in (f"suggestions/{cast.engineer.pk}/feedback/", "blocks/1/lift/"):
        answer = official.get(cast.address(page))
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "This address only answers to a form." in answer.content.decode()
        assert official.put(cast.address(page)).status_code == 405


def test_every_form_is_refused_without_its_token(cast):
    client = client_of(cast.official.person, enforce_csrf_checks=True)
    for page in (
        "profile/",
        f"suggestions/{cast.engineer.pk}/feedback/",
        f"people/{cast.engineer.pk}/block/",
        f"people/{cast.engineer.pk}/report/",
        "blocks/1/lift/",
    ):
        answer = client.post(cast.address(page), {"verdict": "good"})
        assert answer.status_code == 403
        assert "This form has gone stale" in answer.content.decode()
    assert not Feedback.objects.exists()


def test_a_public_page_says_why_it_is_public():
    page = public("it names nobody")(lambda request: HttpResponse("open"))
    assert page.access_policy == "public: it names nobody"
