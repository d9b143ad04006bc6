"""The organiser's page of themes and topics."""

import pytest

from backend.events.models.attendees import Interest
from backend.events.models.events import Topic
from tests.frontend.conftest import client_of
from tests.pages import page_of


@pytest.fixture
def send(cast):
    client = client_of(cast.organiser.person)

    def post(do, **fields):
        return client.post(cast.address("set-up/topics/"), {"do": do} | fields, follow=True)

    return post


def topic(cast, key):
    return Topic.objects.get(event=cast.event, key=key)


def test_an_organiser_adds_renames_orders_merges_and_removes(cast, send):
    page = page_of(send("add_theme", name="Collaboration"))
    assert "The theme is added." in page
    assert page.texts("h2")[:3] == ["Justice", "Prevention", "Collaboration"]
    theme = cast.event.themes.get(name="Collaboration")
    assert "Hotline networks" in page_of(send("add_topic", theme_id=theme.pk, name="Hotline networks"))
    made = Topic.objects.get(name="Hotline networks")
    fields = {"topic_id": made.pk, "theme_id": theme.pk, "name": "Networks of hotlines", "description": "INHOPE"}
    assert "Networks of hotlines" in page_of(send("change_topic", **fields))
    send("theme_up", theme_id=theme.pk)
    assert page_of(send("topic_up", topic_id=made.pk)).texts("h2")[:2] == ["Justice", "Collaboration"]
    chosen = Interest.objects.filter(event=cast.event).select_related("topic").first()
    page = page_of(send("merge_topic", topic_id=chosen.topic_id, into_id=made.pk))
    assert "is kept" in page or "are kept" in page
    assert Interest.objects.filter(topic=made).exists()
    send("remove_topic", topic_id=topic(cast, "victim-support").pk)
    assert not Topic.objects.filter(event=cast.event, key="victim-support").exists()


def test_a_refusal_is_one_sentence_on_the_page(cast, send):
    answer = send("add_topic", theme_id=cast.event.themes.first().pk, name=" ")
    assert (answer.status_code, "needs a name" in page_of(answer)) == (400, True)
    answer = send("merge_topic", topic_id=topic(cast, "sextortion").pk)
    assert answer.status_code == 404
    assert send("sing").status_code == 400


def test_an_event_without_themes_says_what_to_do(cast, send):
    cast.event.themes.all().delete()
    assert "Add the first theme below" in page_of(client_of(cast.organiser.person).get(cast.address("set-up/topics/")))


def test_the_page_costs_the_same_queries_for_few_topics_and_for_many(cast, django_assert_num_queries):
    client = client_of(cast.organiser.person)
    address = cast.address("set-up/topics/")
    client.get(address)
    with django_assert_num_queries(6) as counted:
        client.get(address)
    theme = cast.event.themes.first()
    for number in range(30):
        Topic.objects.create(
            event=cast.event, theme=theme, key=f"more-{number}", name=f"More {number}", position=50 + number
        )
    with django_assert_num_queries(len(counted)):
        client.get(address)
