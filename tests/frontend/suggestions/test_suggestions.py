"""The list of suggestions as its owner sees it, and feedback on it."""

import datetime as dt

import pytest
import time_machine

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.events.models.attendees import Attendee
from backend.suggestions.models import Feedback, ListReading, Run, Suggestion, SuggestionView
from tests.factories import NOW, make_attendee, make_event, make_run
from tests.frontend.conftest import OFFER, SEEK, block_contact_by_page
from tests.pages import page_of

SPOKEN = {"code": "language", "weight": 0.25, "evidence": {"language": "th"}}
HTMX = {"HX-Request": "true"}


def names_in(answer):
    return page_of(answer).texts(".row .name a")


def opened(client, cast, other, at="card", page="suggestions/"):
    """What the row of somebody opens to."""
    here = {"HX-Current-URL": f"http://testserver{cast.address(page)}"}
    return client.get(cast.address(f"people/{other.pk}/opened/?at={at}"), headers=HTMX | here)


def feedback(client, cast, other, page="suggestions/", headers=None, **data):
    back = {"next": cast.address(page)}
    return client.post(cast.address(f"suggestions/{other.pk}/feedback/"), back | data, headers=headers)


def test_cards_come_in_order_and_quote_both_sides(cast, official):
    page = page_of(official.get(cast.address("suggestions/")))
    assert page.texts(".row .name a") == ["Arif Rahman", "Linh Tran"]
    inside = page_of(opened(official, cast, cast.engineer))
    assert SEEK in inside.texts("blockquote")
    assert OFFER in inside.texts("blockquote[lang=th]")
    assert not any(quote.text()[0].isspace() for quote in inside.all("figure blockquote"))
    assert {"You seek", "They offer"} <= set(inside.texts("figure .caption"))
    assert "Industry" in page
    assert page.texts(".facts strong") == ["Good fit", "Worth a look"]
    assert "%" not in page.text_of("#list")
    assert "Head of trust" in page


def test_a_row_has_one_line_with_what_fits_in_bold_and_no_empty_part(cast, official):
    page = page_of(official.get(cast.address("suggestions/")))
    assert page.texts(".line") == [f"They offer {OFFER}"] * 2
    assert page.texts(".line [lang=th] b") == [OFFER] * 2
    assert page.texts(".monogram") == ["AR", "LT"]
    assert all(text for text in page.texts(".row p, .row dd, .row li, .facts span"))


def test_a_row_opens_by_a_summary_that_holds_no_other_control(cast, official):
    page = page_of(official.get(cast.address("suggestions/")))
    assert page.texts(".more-of > summary") == ["More about Arif Rahman", "More about Linh Tran"]
    assert not page.has("summary a, summary button, summary input")
    assert not page.has(".more-of[open]")
    base = cast.address(f"people/{cast.engineer.pk}/")
    assert page.attribute(f"#card-{cast.engineer.pk} .opened", "hx-get") == f"{base}opened/?at=card"
    assert page.links(f"#card-{cast.engineer.pk} .opened") == [("Profile: Arif Rahman", base)]
    inside = page_of(opened(official, cast, cast.engineer))
    assert not inside.has(".numbers"), "of one reason there is nothing to weigh"
    assert [address for _words, address in inside.links()] == [base, f"{base}block/", f"{base}report/"]
    Suggestion.objects.update(reasons=[*Suggestion.objects.first().reasons, SPOKEN])
    rows = page_of(opened(official, cast, cast.engineer)).rows(".numbers", cells="th, td:last-child")
    assert rows == [["What you seek", "83 of 100"], ["Language", "17 of 100"]]


def test_what_a_row_opens_to_leads_back_to_its_page_and_is_the_persons_page_without_htmx(cast, official):
    inside = page_of(opened(official, cast, cast.engineer, at="found", page="people/?q=Arif"))
    here, base = cast.address("people/?q=Arif"), cast.address(f"people/{cast.engineer.pk}/")
    assert inside.fields()["next"] == [here]
    profile = f"{base}?from=%2Fe%2F{cast.event.slug}%2Fpeople%2F%3Fq%3DArif"
    assert inside.links(f"#found-profile-{cast.engineer.pk}") == [("Profile: Arif Rahman", profile)]
    for address in (f"{base}opened/?at=card", f"{base}opened/"):
        assert official.get(address).url == base
    assert opened(official, cast, cast.engineer, at="<b>").url == base


@pytest.mark.slow
def test_what_a_row_opens_to_asks_the_contact_policy_and_is_kept_by_no_cache(cast, official, blocked_by):
    answer, page = (opened(official, cast, cast.engineer), official.get(cast.address(f"people/{cast.engineer.pk}/")))
    assert "no-store" in answer["Cache-Control"]
    for name in ("Cache-Control", "Vary", "Content-Security-Policy", "Permissions-Policy"):
        assert answer[name] == page[name]
    for other in cast.unseen:
        assert opened(official, cast, other).status_code == 404
    block_contact_by_page(cast, blocked_by, cast.engineer, cast.official)
    gone = opened(official, cast, cast.engineer)
    assert gone.status_code == 404
    assert SEEK not in gone.content.decode()


def test_whom_i_can_meet_comes_first_within_a_strength_and_is_asked_for_the_next_time(cast, booking, official):
    Availability.objects.filter(attendee=cast.engineer).delete()
    page = page_of(official.get(cast.address("suggestions/")))
    assert (page.texts(".facts strong"), names_in(official.get(cast.address("suggestions/")))) == (
        ["Good fit", "Worth a look"],
        ["Arif Rahman", "Linh Tran"],
    )
    Suggestion.objects.update(score=0.1)
    answer = official.get(cast.address("suggestions/"))
    page = page_of(answer)
    assert names_in(answer) == ["Linh Tran", "Arif Rahman"]
    assert "people with a free time in common with you come first" in page.text_of("details:has(#order)")
    ask = cast.address(f"people/{cast.lawyer.pk}/ask/?slots={booking.slots[0].pk}")
    assert ("Ask: Wed 10:00 (Linh Tran)", ask) in page.links(".acts")
    assert page.texts(f"#card-{cast.engineer.pk} .facts span") == ["Industry", "No open time"]
    form = page_of(official.get(ask))
    assert form.fields("form.form")["slots"] == [str(booking.slots[0].pk)]
    asked = booking.ask(cast.official, cast.lawyer, booking.slots[0])
    assert names_in(official.get(cast.address("suggestions/"))) == ["Arif Rahman", "Linh Tran"]
    Meeting.objects.filter(pk=asked.pk).delete()
    Availability.objects.all().delete()
    assert names_in(official.get(cast.address("suggestions/"))) == ["Arif Rahman", "Linh Tran"]
    assert Suggestion.objects.get(rank=1).other_id == cast.engineer.pk, "the stored list is as it was"


def test_minors_hidden_and_blocked_people_are_on_no_page(cast, official):
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


@pytest.mark.slow
def test_somebody_who_blocks_or_reports_me_leaves_my_list_at_once(cast, official, blocked_by):
    block_contact_by_page(cast, blocked_by, cast.engineer, cast.official)
    assert names_in(official.get(cast.address("suggestions/"))) == ["Linh Tran"]


def test_the_fragment_holds_the_same_cards_as_the_page(cast, official):
    page = official.get(cast.address("suggestions/"))
    fragment = official.get(cast.address("suggestions/"), headers=HTMX)
    assert names_in(page) == names_in(fragment) == ["Arif Rahman", "Linh Tran"]
    assert not page_of(fragment).has("h1")
    assert "HX-Request" in fragment["Vary"]


@pytest.mark.slow
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
    assert ("Nobody in your list fits all of this" in page_of(answer)) == (not names)


def test_filters_show_their_counts_in_the_whole_list(cast, official):
    shown = page_of(official.get(cast.address("suggestions/?constituency=industry&country=Atlantis")))
    assert shown.text_of("option[value=Indonesia]") == "Indonesia (1)"
    assert shown.text_of("option[value=vi]") == "Vietnamese (1)"
    assert shown.text_of("option[value=Atlantis][selected]") == "Atlantis (0)"
    assert shown.has("input[value=industry][checked]")


def test_not_relevant_removes_the_card_at_once_and_undo_restores_it(cast, official):
    answer = feedback(official, cast, cast.engineer, headers=HTMX, verdict="not-relevant", cause="topic")
    page = page_of(answer)
    assert "Updating your list" in page
    assert names_in(answer) == ["Linh Tran"]
    assert "Arif Rahman is off your list" in page
    undo = cast.address(f"suggestions/{cast.engineer.pk}/feedback/")
    assert page.attributes("form:has(input[value=withdraw])", "action") == [undo]
    kept = Feedback.objects.get()
    assert (kept.verdict, kept.cause, kept.rank) == ("not-relevant", "topic", 1)
    assert names_in(feedback(official, cast, cast.engineer, headers=HTMX, verdict="withdraw")) == [
        "Arif Rahman",
        "Linh Tran",
    ]


def test_without_script_feedback_redirects_to_the_page_with_its_filters(cast, official):
    where = "suggestions/?constituency=industry"
    answer = feedback(official, cast, cast.engineer, page=where, verdict="good")
    assert answer["Location"] == cast.address(where)
    shown = page_of(official.get(answer["Location"]))
    assert "Arif Rahman is saved." in shown
    assert shown.has(f"#card-save-{cast.engineer.pk}[aria-pressed=true][value=withdraw]")


def test_a_fragment_keeps_the_filters_of_its_page(cast, official):
    page = "suggestions/?constituency=civil-society"
    assert names_in(feedback(official, cast, cast.lawyer, page=page, headers=HTMX, verdict="good")) == ["Linh Tran"]


@pytest.mark.slow
@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/e/forum/", "/admin/", "javascript:x", ""])
def test_feedback_never_redirects_away_from_the_event(cast, official, back):
    address = cast.address(f"suggestions/{cast.engineer.pk}/feedback/")
    assert official.post(address, {"verdict": "good", "next": back})["Location"] == cast.address("suggestions/")


@pytest.mark.slow
@pytest.mark.parametrize(
    "data", [{}, {"verdict": "not-relevant"}, {"verdict": "not-relevant", "cause": "mood"}, {"verdict": "x\x00"}]
)
def test_an_unknown_verdict_is_refused_and_not_stored(cast, official, data):
    answer = feedback(official, cast, cast.engineer, **data)
    assert answer.status_code == 400
    assert "That was not possible" in page_of(answer)
    assert not Feedback.objects.exists()


@time_machine.travel(NOW + dt.timedelta(seconds=10), tick=False)
def test_the_page_polls_while_a_list_is_computed_and_then_shows_it(cast, official):
    Attendee.objects.filter(pk=cast.official.pk).update(changed_at=NOW + dt.timedelta(seconds=5))
    page = page_of(official.get(cast.address("suggestions/")))
    assert "Updating your list" in page
    assert page.attribute("#refreshing", "hx-trigger") == "every 1s"
    poll = HTMX | {"HX-Trigger": "refreshing"}
    assert official.get(cast.address("suggestions/"), headers=poll).status_code == 204

    ListReading.objects.update(profile_changed_at=NOW + dt.timedelta(seconds=5))
    done = official.get(cast.address("suggestions/"), headers=poll)
    assert names_in(done) == ["Arif Rahman", "Linh Tran"]
    assert not page_of(done).has("#refreshing")


def test_a_slow_list_says_so_and_is_polled_less_often(cast, official):
    with time_machine.travel(NOW + dt.timedelta(minutes=2), tick=False):
        Attendee.objects.filter(pk=cast.official.pk).update(changed_at=NOW + dt.timedelta(seconds=5))
        page = page_of(official.get(cast.address("suggestions/")))
    assert "Matching takes longer than usual." in page
    assert page.attribute("#refreshing", "hx-trigger") == "every 10s"
    assert "Arif Rahman" in page


def test_a_polled_list_leaves_the_undo_message(cast, official):
    feedback(official, cast, cast.engineer, headers=HTMX, verdict="not-relevant", cause="topic")
    me = Attendee.objects.get(pk=cast.official.pk)
    ListReading.objects.update(profile_changed_at=me.changed_at)
    done = official.get(cast.address("suggestions/"), headers=HTMX | {"HX-Trigger": "refreshing"})
    assert names_in(done) == ["Linh Tran"]
    assert not page_of(done).has("[hx-swap-oob*=messages]")


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ({"age_class": "minor"}, "Titian suggests nobody to people under 18"),
        ({"age_class": "unknown"}, "An organiser must confirm that you are an adult"),
        ({"visibility": "hidden"}, "You are hidden"),
    ],
)
def test_whoever_is_not_matched_reads_why(cast, official, who, sentence):
    Attendee.objects.filter(pk=cast.official.pk).update(**who)
    answer = official.get(cast.address("suggestions/"))
    assert sentence in page_of(answer)
    assert names_in(answer) == []
    assert not page_of(answer).has("#refreshing")


def test_without_a_run_the_page_says_so(cast, official):
    Run.objects.all().delete()
    assert "Suggestions are not computed yet" in page_of(official.get(cast.address("suggestions/")))


def test_an_empty_list_says_what_to_do(cast, official):
    Suggestion.objects.all().delete()
    assert "People appear here as they join" in page_of(official.get(cast.address("suggestions/")))
    Attendee.objects.filter(pk=cast.official.pk).update(seeks="")
    cast.official.interests.all().delete()
    assert "Say what you seek and offer" in page_of(official.get(cast.address("suggestions/")))


def test_times_are_in_the_events_zone_which_is_named(cast, official):
    page = page_of(official.get(cast.address("suggestions/")))
    assert "25 Nov 2026, 16:00" in page.texts("time")
    assert "(Bangkok time, UTC+07:00)" in page


def test_what_people_write_is_escaped(cast, official):
    Suggestion.objects.update(
        reasons=[
            {"code": "seeks_offers", "weight": 1.0, "evidence": {"seek": "<script>a</script>", "offer": "<b>"}},
            {"code": "words", "weight": 0.1, "evidence": {"terms": "<i>, <u>"}},
        ]
    )
    page = page_of(opened(official, cast, cast.engineer))
    assert "<script>a</script>" in page.texts("blockquote")
    assert "a" not in page.texts("script")
    assert "“<i>”, “<u>”" in page


@pytest.mark.slow
def test_saved_people_are_listed_as_long_as_i_may_see_them(cast, official, blocked_by):
    link = ("Arif Rahman", cast.address(f"people/{cast.engineer.pk}/"))
    fragment = page_of(feedback(official, cast, cast.engineer, headers=HTMX, verdict="good"))
    assert fragment.has("#saved[hx-swap-oob=outerHTML]:not([hidden])")
    Suggestion.objects.all().delete()
    assert page_of(official.get(cast.address("suggestions/"))).links("#saved li") == [link]
    block_contact_by_page(cast, blocked_by, cast.engineer, cast.official)
    page = page_of(official.get(cast.address("suggestions/")))
    assert page.links("#saved li") == []
    assert page.has("#saved[hidden]")


@pytest.mark.django_db
def test_opening_the_page_records_the_cards_shown_once(client):
    event = make_event()
    me, other = make_attendee(event), make_attendee(event)
    make_run(event, {me: [other]})
    client.force_login(me.person)
    for _ in range(2):
        client.get(f"/e/{event.slug}/suggestions/")
    assert list(SuggestionView.objects.values_list("attendee", "other")) == [(me.pk, other.pk)]


def test_a_list_whose_best_is_weak_says_so(cast, official):
    weak = "No one here offers quite what you seek yet"
    assert weak not in page_of(official.get(cast.address("suggestions/")))
    Suggestion.objects.update(score=0.1)
    assert weak in page_of(official.get(cast.address("suggestions/")))
    Suggestion.objects.all().delete()
    assert weak not in page_of(official.get(cast.address("suggestions/")))


def test_the_page_of_a_person_shows_how_well_they_fit(cast, official):
    page = page_of(official.get(cast.address(f"people/{cast.lawyer.pk}/")))
    assert "Worth a look" in page.texts(".band > span")


def test_a_card_names_the_interpreter_the_two_need(cast, official):
    for person, languages in ((cast.official, ["th"]), (cast.lawyer, ["vi"])):
        Attendee.objects.filter(pk=person.pk).update(languages=languages)
    assert not page_of(opened(official, cast, cast.lawyer)).has(".need")
    type(cast.event).objects.update(interpreters=True)
    needs = page_of(opened(official, cast, cast.lawyer)).texts(".need")
    assert "Interpreter needed: Thai – Vietnamese" in needs


def test_a_card_says_that_the_two_meet_with_a_translating_device(cast, official):
    people = Attendee.objects.filter(pk__in=[cast.official.pk, cast.lawyer.pk])
    people.filter(pk=cast.official.pk).update(languages=["th"])
    people.filter(pk=cast.lawyer.pk).update(languages=["vi"], translating_device=True)
    sentence = "You have no language in common; you both are glad to meet with a translating device."
    for is_glad in (False, True):
        people.filter(pk=cast.official.pk).update(translating_device=is_glad)
        page = page_of(official.get(cast.address("suggestions/")))
        assert (sentence in page_of(opened(official, cast, cast.lawyer)).texts(".need")) == is_glad
        assert ("Translating device" in page.texts(".facts span")) == is_glad
