"""My profile: every text is kept, valid changes are saved, and age class and permission never change here."""

import pytest

from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TEXT_LIMIT
from backend.suggestions.models import ListReading, Run
from tests.frontend.conftest import client_of
from tests.pages import page_of

THAI = "ต้องการแนวปฏิบัติร่วมกันในการเก็บรักษาหลักฐานการสนทนาข้ามพรมแดน"
PROFILE = {
    "seeks": THAI,
    "offers": "Court-tested templates",
    "about": "Prosecutor",
    "title": "Director",
    "country": "Thailand",
    "languages": ["th", "en"],
    "listed": "on",
    "seeks_topics": ["evidence-reporting", "sextortion"],
    "offers_topics": ["evidence-reporting"],
}


def test_the_form_shows_what_is_stored(cast, official):
    shown = page_of(official.get(cast.address("profile/")))
    stored = shown.fields("form.form")
    assert stored["seeks"] == [cast.official.seeks]
    assert stored["seeks_topics"] == ["evidence-reporting"]
    assert "offers_topics" not in stored
    assert "th" in stored["languages"]
    assert len(shown.all("input[type=checkbox][name=seeks_topics]")) == 4


def test_saving_keeps_every_word_and_says_that_matching_starts_again(cast, official):
    answer = official.post(cast.address("profile/"), PROFILE, follow=True)
    me = Attendee.objects.get(pk=cast.official.pk)
    assert (me.seeks, me.offers, me.about, me.title) == (THAI, "Court-tested templates", "Prosecutor", "Director")
    assert me.languages == ["th", "en"]
    interests = set(me.interests.values_list("topic__key", "seeks", "offers"))
    assert interests == {("evidence-reporting", True, True), ("sextortion", True, False)}
    assert me.changed_at != cast.official.changed_at
    page = page_of(answer)
    assert "Saved. Your suggestions are being matched again." in page.text_of(".message")
    assert page.links(".message") == [("See my suggestions", cast.address("suggestions/"))]
    assert "Matching your new profile" in page_of(official.get(cast.address("suggestions/")))


@pytest.mark.slow
def test_matching_is_promised_only_where_it_starts(cast, official):
    def message(client, **change):
        answer = client.post(cast.address("profile/"), PROFILE | change, follow=True)
        return page_of(answer).texts(".message > p")[0]

    promise = "Saved. Your suggestions are being matched again."
    assert message(official) == promise
    ListReading.objects.update(profile_changed_at=Attendee.objects.get(pk=cast.official.pk).changed_at)
    for change in ({}, {"title": "Head", "country": "Laos"}):  # nothing, then what matching does not read
        assert message(official, **change) == "Saved."
    assert Attendee.objects.get(pk=cast.official.pk).title == "Head"
    for person in (cast.minor, cast.hidden):  # whom matching may not read
        assert message(client_of(person.person), listed="") == "Saved."
    Run.objects.all().delete()
    assert message(official, seeks="Something else") == "Saved."


MINORS_PAGES = ("", "sessions/", "profile/", "my-delegation-sessions/", "zone/", "my-data/", "notices/")


@pytest.mark.slow
@pytest.mark.parametrize("page", MINORS_PAGES)
def test_a_minor_is_offered_nothing_that_minors_do_not_have(cast, page):
    shown = page_of(client_of(cast.minor.person).get(cast.address(page)))
    for away in ("suggestions/", "people/", "meetings/", "availability/", "connections/"):
        assert cast.address(away) not in [address for _text, address in shown.links("main")]
    for words in ("See people to meet", "and you see them", "ask somebody"):
        assert words not in shown.text_of("main")


def test_a_minor_is_told_that_nobody_else_reads_their_words(cast):
    page = page_of(client_of(cast.minor.person).get(cast.address("profile/")))
    assert "nobody else reads these words" in page
    assert "quoted to the people" not in page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"seeks": "x" * (TEXT_LIMIT + 1)}, f"at most {TEXT_LIMIT}"),
        ({"title": "x" * 201}, "at most 200"),
        ({"country": "x" * 81}, "at most 80"),
        ({"languages": ["en", "klingon"]}, "Select a valid choice"),
        (
            {"languages": [*["en", "id", "ms", "th", "vi", "fil", "km", "lo", "my", "zh", "ta", "pt", "tet"]]},
            "please choose at most 12",
        ),
        ({"seeks_topics": ["no-such-topic"]}, "One of the topics is not part of this forum."),
        ({"about": "x\x00y"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_saved_is_marked_in_place_and_nothing_typed_is_lost(cast, official, change, sentence):
    answer = official.post(cast.address("profile/"), PROFILE | change)
    page = page_of(answer)
    assert answer.status_code == 422
    assert any(sentence in error for error in page.texts(".error"))
    assert "Nothing is saved yet" in page.text_of(".message.error")
    kept = page.fields("form.form")
    assert kept["offers"] == ["Court-tested templates"]
    assert "seeks_topics" in change or "sextortion" in kept["seeks_topics"]
    assert "en" in kept["languages"]
    for field, typed in change.items():
        if isinstance(typed, str) and "\x00" not in typed:
            assert kept[field] == [typed]
    assert Attendee.objects.get(pk=cast.official.pk).seeks == cast.official.seeks


def test_a_page_never_lets_me_set_my_age_class_or_role(cast):
    Attendee.objects.filter(pk=cast.official.pk).update(age_class="unknown")
    client = client_of(cast.official.person)
    client.post(cast.address("profile/"), PROFILE | {"age_class": "adult", "permission": "organiser", "event": "2"})
    me = Attendee.objects.get(pk=cast.official.pk)
    assert (me.seeks, me.age_class, me.permission) == (THAI, "unknown", "participant")
    page = page_of(client.get(cast.address("profile/")))
    assert "has not yet confirmed that you are an adult" in page.text_of(".message.warning")


def test_hiding_myself_takes_me_off_every_page_at_once(cast, official):
    official.post(cast.address("profile/"), {**PROFILE, "listed": ""})
    assert Attendee.objects.get(pk=cast.official.pk).visibility == "hidden"
    assert client_of(cast.engineer.person).get(cast.address(f"people/{cast.official.pk}/")).status_code == 404
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 404


def test_a_language_that_an_import_brought_survives_saving(cast, official):
    Attendee.objects.filter(pk=cast.official.pk).update(languages=["jv", "en"])
    page = page_of(official.get(cast.address("profile/")))
    assert "jv" in page.fields("form.form")["languages"]
    assert "Javanese" in page.texts(".toggles .toggle")
    official.post(cast.address("profile/"), PROFILE | {"languages": ["jv"]})
    assert Attendee.objects.get(pk=cast.official.pk).languages == ["jv"]


@pytest.mark.slow
def test_whether_i_am_glad_of_a_translating_device_is_mine_to_tick_and_untick(cast, official):
    def is_kept() -> bool:
        return Attendee.objects.get(pk=cast.official.pk).translating_device

    address, api = cast.address("profile/"), f"/api/v1/events/{cast.event.slug}/profile/"
    assert "translating_device" not in page_of(official.get(address)).fields("form.form")
    official.post(address, PROFILE | {"translating_device": "on"})
    assert is_kept()
    assert page_of(official.get(address)).fields("form.form")["translating_device"] == ["on"]
    body = official.get(api).json()
    assert body.pop("translating_device") is True
    assert official.put(api, body, content_type="application/json").json()["translating_device"] is True
    official.post(address, PROFILE)
    assert not is_kept()


@pytest.mark.slow
def test_the_name_i_want_to_be_called_is_asked_kept_on_one_line_and_shown(cast, official):
    client_of(cast.engineer.person).post(cast.address("profile/"), PROFILE | {"short_name": " Bang  Arif "})
    assert Attendee.objects.get(pk=cast.engineer.pk).short_name == "Bang Arif"
    mine = page_of(client_of(cast.engineer.person).get(cast.address("profile/")))
    assert mine.fields("form.form")["short_name"] == ["Bang Arif"]
    shown = page_of(official.get(cast.address(f"people/{cast.engineer.pk}/")))
    assert (shown.text_of("h1"), "Called Bang Arif" in shown) == ("Arif Rahman", True)
    assert "Called" not in page_of(official.get(cast.address(f"people/{cast.lawyer.pk}/")))


def test_a_short_name_that_is_too_long_is_refused(cast, official):
    answer = official.post(cast.address("profile/"), PROFILE | {"short_name": "x" * 61})
    assert answer.status_code == 422
    assert page_of(answer).texts("#about-id_short_name .error")
