"""Another attendee's page."""

from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.suggestions.models import Feedback
from tests.factories import make_session
from tests.frontend.conftest import OFFER, SEEK, client_of
from tests.pages import page_of


def test_a_page_shows_who_it_is_what_they_declare_and_why_we_might_meet(cast, official):
    session = make_session(cast.event, "Evidence that stands up in court")
    for attendee in (cast.official, cast.engineer):
        SessionPart.objects.create(event=cast.event, attendee=attendee, session=session)
    Attendee.objects.filter(pk=cast.engineer.pk).update(shows_sessions=True)
    shown = page_of(official.get(cast.address(f"people/{cast.engineer.pk}/")))
    text = shown.text
    assert shown.text_of("h1") == "Arif Rahman"
    assert "Head of trust" in text
    assert "Indonesia" in text
    assert OFFER in shown.texts("[lang=th]")
    assert SEEK in text
    assert "Evidence that stands up in court" in text
    assert ["Justice", "", "Evidence reporting"] in shown.rows(cells="th, td")


def test_somebody_who_is_not_suggested_to_me_has_a_page_without_a_match(cast):
    text = client_of(cast.lawyer.person).get(cast.address(f"people/{cast.engineer.pk}/")).content.decode()
    assert "Not in your current suggestions." in text
    assert "Match " not in text


def test_whoever_i_called_not_relevant_keeps_a_page_where_i_can_change_my_mind(cast, official):
    page = cast.address(f"people/{cast.engineer.pk}/")
    address = cast.address(f"suggestions/{cast.engineer.pk}/feedback/")
    answer = official.post(address, {"verdict": "not-relevant", "cause": "known", "next": page}, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "Undo" in answer.content.decode()
    official.post(address, {"verdict": "withdraw", "next": page})
    assert not Feedback.objects.exists()


def test_a_number_that_is_nobody_and_my_own_number_are_not_found(cast, official):
    for number in (999_999_999, cast.official.pk, 10**30):
        answer = official.get(cast.address(f"people/{number}/"))
        assert answer.status_code == 404
        assert "There is no such person at this forum" in answer.content.decode()
