"""Sources of people for organisers: added, read, decided about, deleted; on pages and over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from backend.core.models import Act
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source
from tests.factories import make_attendee, make_event, token_of
from tests.https import Answer
from tests.long_jobs import answered, do_long_jobs
from tests.pages import page_of
from tests.registrations import Shop

FORM = {"kind": "table", "name": "A list", "schedule": "nightly", "token": "abc-123-def"}


@pytest.fixture
def desk(shop: Shop, client: Client) -> tuple[Shop, Client, str]:
    client.force_login(shop.organiser.person)
    return shop, client, f"/e/{shop.event.slug}/attendees/sources/"


def read(desk: tuple[Shop, Client, str], **sent: Any) -> Any:
    shop, client, pages = desk
    return answered(client, client.post(f"{pages}{shop.source.pk}/read/", sent))


def hidden(page: Any) -> dict[str, Any]:
    """What a preview sends when its button is pressed, with the columns as it read them."""
    sent = {name: page.attribute(f"input[name={name}]", "value") for name in ("confirm", "named", "shown_columns")}
    sent["heading"] = [one.attributes["value"] for one in page.all("input[name=heading]")]
    return sent | {"column": sent["shown_columns"].split(",")}


def test_a_source_is_added_looked_at_read_and_deleted(desk) -> None:
    shop, client, pages = desk
    Source.objects.all().delete()
    assert "No source yet" in page_of(client.get(pages))
    answer = client.post(f"{pages}add/", FORM | {"address": shop.peer.address("/l.csv"), "token": "very-secret"})
    shop.source = Source.objects.get()
    assert answer["Location"] == f"{pages}{shop.source.pk}/"
    page = client.get(answer["Location"])
    assert "Not read yet." in page_of(page)
    shop.add(1, 2)
    preview = page_of(read(desk))
    assert "2 would come in" in preview
    assert shop.emails() == set()
    answer = read(desk, **hidden(preview))
    assert answer["Location"] == f"{pages}{shop.source.pk}/"
    assert "2 came in, 0 changed, 0 unchanged" in page_of(client.get(answer["Location"]))
    assert shop.emails() == {"person1@example.org", "person2@example.org"}
    assert "2 people on the list come from it" in page_of(client.get(f"{pages}{shop.source.pk}/"))
    entries = page_of(client.get(f"/e/{shop.event.slug}/desk/done/"))
    assert f"Read source {shop.source.pk}: 2 came in, 0 changed, 0 went, 0 to decide" in entries
    client.post(f"{pages}{shop.source.pk}/delete/")
    assert not Source.objects.exists()
    assert len(shop.emails()) == 2


def test_no_page_and_no_answer_ever_shows_the_token(desk) -> None:
    shop, client, pages = desk
    shop.add(1)
    answers = [client.get(pages), client.get(f"{pages}{shop.source.pk}/"), read(desk)]
    answers.append(client.get(f"/api/v1/events/{shop.event.slug}/sources/"))
    answers.append(client.post(f"{pages}{shop.source.pk}/", FORM | {"token": "very-secret", "address": "x"}))
    for answer in answers:
        assert b"very-secret" not in answer.content
    assert "very-secret" not in repr(list(Source.objects.values())) + repr(list(Act.objects.values()))


def test_settings_are_changed_and_what_cannot_be_is_refused_in_place(desk) -> None:
    shop, client, pages = desk
    address = f"{pages}{shop.source.pk}/"
    good = FORM | {"address": "https://example.org/x.csv", "token": "", "products": "12, 13", "takes_unpaid": "on"}
    assert client.post(address, good).status_code == 302
    source = Source.objects.get()
    assert (source.name, source.schedule, source.products, source.takes_unpaid, source.has_token) == (
        "A list", "nightly", [12, 13], True, False,
    )  # fmt: skip
    for wrong in ({"address": "http://example.org/"}, {"products": "a ticket"}, {"kind": "other"}, {"name": ""}):
        answer = client.post(address, good | wrong)
        assert answer.status_code == 422, wrong
        assert page_of(answer).has(".error")
    assert client.post(f"{pages}add/", good).status_code == 422


def test_columns_are_chosen_in_the_preview_and_read_again_before_anybody_comes_in(desk) -> None:
    shop, _client, _pages = desk
    shop.peer.answer = lambda _asked: Answer(b"Wohin,E-Mail,Wer\nMinistry,a@example.org,Ana Abel\n")
    answer = read(desk)
    assert answer.status_code == 400
    assert "lacks the column name" in page_of(answer)
    columns = {"heading": ["Wohin", "E-Mail", "Wer"], "column": ["organisation", "email", "name"]}
    preview = page_of(read(desk, **columns, again="1"))
    assert "1 would come in" in preview
    sent = hidden(preview)
    changed = read(desk, **(sent | {"column": ["", "email", "name"]}))
    assert "1 would come in" in page_of(changed)
    assert shop.emails() == set()
    read(desk, **hidden(page_of(changed)))
    assert shop.named("a@example.org").organisation is None


def test_organisers_decide_who_goes_and_who_shares_a_mailbox(desk) -> None:
    shop, _client, _pages = desk
    shop.add(*range(1, 11))
    shop.sync()
    for number in range(1, 7):
        shop.rows[number]["status"] = "cancelled"
    shop.rows[7] |= {"email": "bea@example.org", "name": "Bea Bell"}
    Attendee.objects.filter(pk=shop.attendee(8).pk).update(age_class="adult")
    shop.add(20, email="person8@example.org", name="Cid Cole")
    passed_on = shop.attendee(7)
    preview = page_of(read(desk))
    assert "Take these 6 people off the list, as if they left" in preview
    assert "I know that Cid Cole is an adult who reads person8@example.org, too" in preview
    sent = hidden(preview)
    decided = {
        "leaving": preview.attribute("input[name=leaving]", "value"),
        "passed_on": [passed_on.pk, shop.attendee(9).pk],  # the second was not asked about
        "sharing": preview.attribute("input[name=sharing]", "value"),
    }
    read(desk, **sent, **decided)
    assert shop.emails() == {f"person{number}@example.org" for number in (8, 9, 10)} | {"bea@example.org"}
    assert Attendee.objects.filter(person__email="person8@example.org").count() == 2


def test_nobody_goes_whose_name_no_preview_showed(desk) -> None:
    shop, _client, _pages = desk
    shop.add(*range(1, 9))
    shop.sync()
    for number in range(1, 7):
        shop.rows[number]["status"] = "cancelled"
    sent = hidden(page_of(read(desk)))
    ids = ",".join(str(shop.attendee(number).pk) for number in range(1, 7))
    assert read(desk, **sent, leaving=ids).status_code == 400
    read(desk, **sent)
    assert len(shop.emails()) == 8


def test_a_failure_is_one_sentence_and_people_stay(desk) -> None:
    shop, client, pages = desk
    shop.add(1)
    shop.sync()
    shop.peer.answer = lambda _asked: Answer(status=403)
    sentence = "localhost does not accept the token, or it may not read this."
    answer = read(desk)
    assert (answer.status_code, sentence in page_of(answer)) == (409, True)
    with pytest.raises(Exception, match="does not accept"):
        shop.sync(by=False)
    page = page_of(client.get(pages))
    assert f"{sentence} Nobody was changed." in page
    assert shop.emails() == {"person1@example.org"}
    entries = page_of(client.get(f"/e/{shop.event.slug}/desk/done/"))
    assert f"Could not read source {shop.source.pk}" in entries


def test_sources_are_for_organisers_alone(shop: Shop, client: Client) -> None:
    pages = f"/e/{shop.event.slug}/attendees/sources/"
    numbers = ["", "add/", f"{shop.source.pk}/"]
    api = f"/api/v1/events/{shop.event.slug}/sources/"
    stranger = make_attendee(make_event(), permission="organiser")
    for who, status in ((make_attendee(shop.event), 403), (stranger, 404)):
        client.force_login(who.person)
        assert {client.get(pages + one).status_code for one in numbers} == {status}
        assert client.post(f"{pages}{shop.source.pk}/read/").status_code == status
        assert client.post(f"{pages}{shop.source.pk}/delete/").status_code == status
        assert {client.get(address).status_code for address in (api, f"{api}{shop.source.pk}/")} == {status}
        assert client.post(f"{api}{shop.source.pk}/run/", {}, "application/json").status_code == status
    mine = f"/e/{stranger.event.slug}/attendees/sources/{shop.source.pk}/"
    assert client.get(mine).status_code == 404
    assert Source.objects.exists()


def test_a_program_adds_previews_and_reads_a_source(shop: Shop, client: Client) -> None:
    shop.add(1, email="x@example.org")
    api = f"/api/v1/events/{shop.event.slug}/sources/"
    key = {"HTTP_AUTHORIZATION": f"Token {token_of(shop.organiser.person)}"}
    json = {"content_type": "application/json", **key}

    def fetched(answer: Any) -> Any:
        assert answer.status_code == 202, answer.content
        do_long_jobs()
        return client.get(answer.json()["address"] + "answer/", **key).json()

    data = FORM | {"address": shop.peer.address("/list.csv"), "token": "very-secret"}
    added = client.post(api, data, **json).json()
    number = added["source_id"]
    assert (added["has_token"], added["ran_at"], "token" in added) == (True, None, False)
    assert [one["name"] for one in client.get(api, **key).json()] == ["A list", "Registration"]
    preview = fetched(client.post(f"{api}{number}/preview/", **json))
    assert (preview["counts"]["added"], preview["dry_run"]) == (1, True)
    assert shop.emails() == set()
    done = fetched(client.post(f"{api}{number}/run/", {"taken_out": [], "sharing": []}, **json))
    assert done["counts"]["added"] == 1
    assert shop.emails() == {"x@example.org"}
    columns = {"columns": {"seeks": "", "id": "position"}}
    changed = client.put(f"{api}{number}/columns/", columns, **json)
    assert changed.json()["columns"] == columns["columns"]
    assert client.put(f"{api}{number}/columns/", {"columns": {"x": "role"}}, **json).status_code == 400
    assert client.put(f"{api}{number}/", data | {"name": "Other"}, **json).json()["name"] == "Other"
    assert client.delete(f"{api}{number}/", **key).status_code == 204
    assert client.get(f"{api}{number}/", **key).status_code == 404
