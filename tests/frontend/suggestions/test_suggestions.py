"""The list of suggestions as its owner sees it, and what they say of it."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.events.models import Attendee
from backend.suggestions.models import Feedback, ListReading, Run, Suggestion, SuggestionView
from tests.factories import NOW, make_attendee, make_event, make_run
from tests.frontend.conftest import OFFER, SEEK, block_contact_by_page, client_of
from tests.pages import page_of

HTMX = {"HX-Request": "true"}


def names_in(answer):
    return page_of(answer).texts("h2.name a")


def feedback(client, cast, other, page="suggestions/", headers=None, **data):
    back = {"next": cast.address(page)}
    return client.post(cast.address(f"suggestions/{other.pk}/feedback/"), back | data, headers=headers)


def test_cards_come_in_order_and_quote_both_sides(cast, official):
    answer = official.get(cast.address("suggestions/"))
    text = answer.content.decode()
    assert names_in(answer) == ["Arif Rahman", "Linh Tran"]
    assert SEEK in text
    assert OFFER in page_of(answer).texts("blockquote[lang=th]")
    assert "You seek" in text
    assert "They offer" in text
    assert "Industry" in text
    assert "Head of trust" in text


def test_a_minor_a_hidden_and_a_blocked_person_are_nowhere(cast, official):
    pages = [official.get(cast.address(page)).content.decode() for page in ("suggestions/", "profile/")]
    pages.append(official.get(cast.address("suggestions/"), headers=HTMX).content.decode())
    for other in cast.unseen:
        for page in pages:
            assert other.person.name not in page
        assert official.get(cast.address(f"people/{other.pk}/")).status_code == 404
        for way in ("block", "report"):
            assert official.get(cast.address(f"people/{other.pk}/{way}/")).status_code == 404
        assert feedback(official, cast, other, verdict="good").status_code == 404
    assert not Feedback.objects.exists()


def test_somebody_who_blocks_or_reports_me_leaves_my_list_at_once(cast, official, blocked_by):
    block_contact_by_page(cast, blocked_by, cast.engineer, cast.official)
    assert names_in(official.get(cast.address("suggestions/"))) == ["Linh Tran"]


def test_the_fragment_holds_the_same_cards_as_the_page(cast, official):
    page = official.get(cast.address("suggestions/"))
    fragment = official.get(cast.address("suggestions/"), headers=HTMX)
    assert names_in(page) == names_in(fragment) == ["Arif Rahman", "Linh Tran"]
    assert "<html" not in fragment.content.decode()
    assert "HX-Request" in fragment["Vary"]


def queries_for(rows):
    event = make_event()
    me = make_attendee(event, seeks="x")
    others = [
        make_attendee(event, offers_topics=["sextortion"], seeks_topics=["evidence-reporting"])
        for _ in range(rows)
    ]
    make_run(event, {me: others})
    client = client_of(me.person)
    with CaptureQueriesContext(
        connection,
    ) as found:
        answer = client.get(f"/e/{event.slug}/suggestions/")
    assert len(names_in(answer)) == min(rows, 10)
    return len(found)


@pytest.mark.django_db
def test_one_suggestion_and_thirty_take_the_same_number_of_queries():
    assert queries_for(1) == queries_for(30)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("constituency=industry", ["Arif Rahman"]),
        ("country=Viet+Nam", ["Linh Tran"]),
        ("language=vi", ["Linh Tran"]),
        ("theme=prevention", ["Arif Rahman"]),
        ("constituency=industry&country=Viet+Nam", []),
        ("constituency=&theme=", ["Arif Rahman", "Linh Tran"]),
        ("constituency=%00%27%3B--", []),
    ],
)
def test_filters_narrow_the_list(cast, official, query, names):
    answer = official.get(cast.address(f"suggestions/?{query}"))
    assert names_in(answer) == names
    assert ("Nobody in your list fits all of this" in answer.content.decode()) == (not names)


def test_filters_show_how_many_of_the_whole_list_they_would_leave(cast, official):
    shown = page_of(official.get(cast.address("suggestions/?constituency=industry&country=Atlantis")))
    assert shown.text_of("option[value=Indonesia]") == "Indonesia (1)"
    assert shown.text_of("option[value=vi]") == "Vietnamese (1)"
    assert shown.text_of("option[value=Atlantis][selected]") == "Atlantis (0)"
    assert shown.has("input[value=industry][checked]")


def test_not_relevant_takes_the_card_off_at_once_and_undo_brings_it_back(cast, official):
    answer = feedback(official, cast, cast.engineer, headers=HTMX, verdict="not-relevant", cause="topic")
    assert "Updating your list" in answer.content.decode()
    assert names_in(answer) == ["Linh Tran"]
    assert "Arif Rahman is off your list" in answer.content.decode()
    undo = re.search(
        r'action="([^"]+)" hx-post="[^"]+"[^>]*>\s*<input[^>]*csrf[^>]*>\s*<input[^>]*value="withdraw"',
        answer.content.decode(),
    )
    assert undo[1] == cast.address(f"suggestions/{cast.engineer.pk}/feedback/")
    kept = Feedback.objects.get()
    assert (kept.verdict, kept.cause, kept.rank) == ("not-relevant", "topic", 1)
    assert names_in(feedback(official, cast, cast.engineer, headers=HTMX, verdict="withdraw")) == [
        "Arif Rahman",
        "Linh Tran",
    ]


def test_without_script_a_verdict_leads_back_to_the_page_with_its_filters(cast, official):
    where = "suggestions/?constituency=industry"
    answer = feedback(official, cast, cast.engineer, page=where, verdict="good")
    assert answer["Location"] == cast.address(where)
    shown = page_of(official.get(answer["Location"]))
    assert "Arif Rahman is saved." in shown
    assert shown.has(f"#save-{cast.engineer.pk}[aria-pressed=true][value=withdraw]")


def test_a_fragment_keeps_the_filters_of_the_page_it_stands_on(cast, official):
    page = "suggestions/?constituency=civil-society"
    assert names_in(feedback(official, cast, cast.lawyer, page=page, headers=HTMX, verdict="good")) == [
        "Linh Tran"
    ]


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/e/forum/", "/admin/", "javascript:x", ""]
)
def test_a_verdict_never_leads_away_from_the_event(cast, official, back):
    address = cast.address(f"suggestions/{cast.engineer.pk}/feedback/")
    assert official.post(address, {"verdict": "good", "next": back})["Location"] == cast.address(
        "suggestions/"
    )


@pytest.mark.parametrize(
    "data",
    [{}, {"verdict": "not-relevant"}, {"verdict": "not-relevant", "cause": "mood"}, {"verdict": "x\x00"}],
)
def test_a_verdict_nobody_offers_is_refused_in_one_sentence_and_nothing_is_kept(cast, official, data):
    answer = feedback(official, cast, cast.engineer, **data)
    assert answer.status_code == 400
    assert "That was not possible" in answer.content.decode()
    assert not Feedback.objects.exists()


@time_machine.travel(NOW + dt.timedelta(seconds=10), tick=False)
def test_while_a_list_is_being_made_the_page_asks_again_and_then_shows_it(cast, official):
    Attendee.objects.filter(pk=cast.official.pk).update(changed_at=NOW + dt.timedelta(seconds=5))
    page = official.get(cast.address("suggestions/"))
    assert "Updating your list" in page.content.decode()
    assert 'hx-trigger="every 1' in page.content.decode()
    poll = HTMX | {"HX-Trigger": "refreshing"}
    assert official.get(cast.address("suggestions/"), headers=poll).status_code == 204

    ListReading.objects.update(profile_changed_at=NOW + dt.timedelta(seconds=5))
    done = official.get(cast.address("suggestions/"), headers=poll)
    assert names_in(done) == ["Arif Rahman", "Linh Tran"]
    assert "every 1" not in done.content.decode()


def test_a_list_that_takes_long_says_so_and_is_asked_for_less_often(cast, official):
    with time_machine.travel(NOW + dt.timedelta(minutes=2), tick=False):
        Attendee.objects.filter(pk=cast.official.pk).update(changed_at=NOW + dt.timedelta(seconds=5))
        text = official.get(cast.address("suggestions/")).content.decode()
    assert "Matching takes longer than usual." in text
    assert 'hx-trigger="every 10s"' in text
    assert "Arif Rahman" in text


def test_the_list_that_follows_leaves_the_undo_where_it_is(cast, official):
    feedback(official, cast, cast.engineer, headers=HTMX, verdict="not-relevant", cause="topic")
    me = Attendee.objects.get(pk=cast.official.pk)
    ListReading.objects.update(profile_changed_at=me.changed_at)
    done = official.get(cast.address("suggestions/"), headers=HTMX | {"HX-Trigger": "refreshing"})
    assert names_in(done) == ["Linh Tran"]
    assert "#messages" not in done.content.decode()


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ({"age_class": "minor"}, "Titian suggests nobody to people under 18"),
        ({"age_class": "unknown"}, "An organiser must confirm that you are an adult"),
        ({"visibility": "hidden"}, "You are hidden"),
    ],
)
def test_whoever_is_not_matched_is_told_why(cast, official, who, sentence):
    Attendee.objects.filter(pk=cast.official.pk).update(**who)
    answer = official.get(cast.address("suggestions/"))
    assert sentence in answer.content.decode()
    assert names_in(answer) == []
    assert "every 1" not in answer.content.decode()


def test_a_forum_without_a_run_says_so(cast, official):
    Run.objects.all().delete()
    assert "Suggestions are not computed yet" in official.get(cast.address("suggestions/")).content.decode()


def test_an_empty_profile_is_told_what_to_do(cast, official):
    Suggestion.objects.all().delete()
    text = official.get(cast.address("suggestions/")).content.decode()
    assert "Nobody is left in your list" in text
    Attendee.objects.filter(pk=cast.official.pk).update(seeks="")
    cast.official.interests.all().delete()
    assert "Say what you seek and offer" in official.get(cast.address("suggestions/")).content.decode()


def test_the_time_is_the_forums_and_says_so(cast, official):
    text = official.get(cast.address("suggestions/")).content.decode()
    assert ">25 Nov 2026, 16:00</time>" in text
    assert "(Bangkok time, UTC+07:00)" in text


def test_what_people_write_is_never_markup(cast, official):
    Suggestion.objects.update(
        reasons=[
            {
                "code": "seeks_offers",
                "weight": 1.0,
                "evidence": {"seek": "<script>a</script>", "offer": "<b>"},
            },
            {"code": "words", "weight": 0.1, "evidence": {"terms": "<i>, <u>"}},
        ]
    )
    text = official.get(cast.address("suggestions/")).content.decode()
    assert "&lt;script&gt;a&lt;/script&gt;" in text
    assert "<script>a" not in text
    assert "“&lt;i&gt;”, “&lt;u&gt;”" in text


def test_whom_i_saved_stays_at_hand_for_as_long_as_i_may_see_them(cast, official, blocked_by):
    link = f'<a href="{cast.address(f"people/{cast.engineer.pk}/")}">Arif Rahman</a>'
    answer = feedback(official, cast, cast.engineer, headers=HTMX, verdict="good")
    assert '<section id="saved" hx-swap-oob="outerHTML">' in answer.content.decode()
    Suggestion.objects.all().delete()
    assert link in official.get(cast.address("suggestions/")).content.decode()
    block_contact_by_page(cast, blocked_by, cast.engineer, cast.official)
    text = official.get(cast.address("suggestions/")).content.decode()
    assert link not in text
    assert '<section id="saved" hidden>' in text


@pytest.mark.django_db
def test_opening_the_page_notes_which_cards_were_shown_once(client):
    event = make_event()
    me, other = make_attendee(event), make_attendee(event)
    make_run(event, {me: [other]})
    client.force_login(me.person)
    for _ in range(2):
        client.get(f"/e/{event.slug}/suggestions/")
    assert list(SuggestionView.objects.values_list("attendee", "other")) == [(me.pk, other.pk)]
