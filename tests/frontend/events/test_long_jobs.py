"""Long work becomes a job: the person who asked sees how far it is, and fetches once what it made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from backend.core.errors import NotFound
from backend.core.progress import report_progress
from backend.core.queue import LONG, QUEUES
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.long_jobs import LongJob
from backend.events.services import long_jobs
from backend.people.models import ApiToken
from backend.people.selectors import sign_ins_of
from backend.people.services import end_all_sign_ins, end_sign_in, end_tokens, make_token
from tests.factories import NOW, make_attendee, make_event
from tests.frontend.conftest import Cast, client_of
from tests.long_jobs import answered, do_long_jobs
from tests.pages import page_of
from tests.second_factor import without_factor
from tests.worker import do_jobs, next_job

HTMX = {"HX-Request": "true"}
FILE = "attendees/files/attendees.csv"
LIST = "email,name,age_class\nkanya@example.org,Kanya Secret,adult\n"


def start(client: Client, cast: Cast, page: str = FILE) -> str:
    """Ask for a file, and give where its job is shown."""
    started = client.get(cast.address(page))
    assert started.status_code == 302
    return str(started["Location"])


def upload(client: Client, cast: Cast, text: str = LIST, **fields: str) -> object:
    file = SimpleUploadedFile("list.csv", text.encode())
    return client.post(cast.address("attendees/import/"), {"file": file, **fields})


def test_a_download_becomes_a_job_that_is_shown_and_whose_file_is_fetched_once(cast: Cast, boss: Client) -> None:
    place = start(boss, cast)
    assert place == cast.address(f"jobs/{LongJob.objects.get().pk}/")
    waiting = page_of(boss.get(place))
    assert waiting.text_of("h1") == "A file of the attendees"
    assert waiting.attribute("noscript meta", "content") == "2"
    assert waiting.attribute("#long-job", "hx-get") == place
    assert boss.get(f"{place}answer/").status_code == 404  # not ready
    do_long_jobs()
    ready = boss.get(place, headers=HTMX).content.decode()
    assert "attendees.csv is ready" in ready
    assert "hx-get" not in ready
    file = boss.get(f"{place}answer/")
    assert file["Content-Disposition"] == f'attachment; filename="{cast.event.slug}-attendees.csv"'
    assert "Mali Wongsa" in file.content.decode("utf-8-sig")
    assert file["Cache-Control"] == "private, no-store"
    assert boss.get(f"{place}answer/").status_code == 404
    assert "kept no longer" in boss.get(place).content.decode()


def test_a_preview_is_a_page_whose_form_this_browser_may_send(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.organiser.person)
    page = page_of(client.get(cast.address("attendees/import/")))
    token = page.fields("main form")["csrfmiddlewaretoken"][0]
    place = upload(client, cast, csrfmiddlewaretoken=token)["Location"]
    do_long_jobs()
    assert client.get(place)["Location"] == f"{place}answer/"
    assert client.get(place, headers=HTMX)["HX-Redirect"] == f"{place}answer/"
    preview = page_of(client.get(f"{place}answer/"))
    assert "1 row read: 1 would be added" in preview
    form = preview.fields("main form")
    confirmed = client.post(preview.attribute("main form", "action"), form)
    assert answered(client, confirmed)["Location"] == cast.address("attendees/")
    assert "1 row read: 1 added" in page_of(client.get(cast.address("attendees/")))


@pytest.mark.slow
def test_only_who_asked_sees_a_job_while_they_are_what_they_were(cast: Cast, boss: Client) -> None:
    place = start(boss, cast)
    do_long_jobs()
    second = make_attendee(cast.event, permission="organiser", visibility="hidden").person
    lead = make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden").person
    for person in (second, lead, cast.official.person, cast.stranger):
        for page in (place, f"{place}answer/", f"/api/v1{place.replace('/e/', '/events/')}"):
            assert client_of(person).get(page).status_code == 404, page
    assert boss.get(f"/api/v1{place.replace('/e/', '/events/')}").status_code == 404  # a page's job
    elsewhere = make_event("second")
    make_attendee(elsewhere, person=cast.organiser.person, permission="organiser")
    assert boss.get(place.replace(cast.event.slug, elsewhere.slug)).status_code == 404
    Attendee.objects.filter(pk=cast.organiser.pk).update(permission="participant")
    assert [boss.get(page).status_code for page in (place, f"{place}answer/")] == [404, 404]
    Attendee.objects.filter(pk=cast.organiser.pk).update(permission="organiser")
    assert boss.get(f"{place}answer/").status_code == 200


def test_what_asks_for_a_fresh_proof_asks_again_when_it_is_fetched(cast: Cast, boss: Client) -> None:
    place = start(boss, cast)
    do_long_jobs()
    session = boss.session
    session["account_authentication_methods"][-1]["at"] = 0.0
    session.save()
    for page in (place, f"{place}answer/"):
        asked = boss.get(page)
        assert (asked.status_code, "reauthenticate" in asked["Location"]) == (302, True)
    assert without_factor(cast.organiser.person).get(place).status_code == 302


def test_neither_who_is_not_admitted_nor_a_form_without_its_token_takes_a_place(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.organiser.person)
    for client in (Client(), client_of(cast.stranger), client_of(cast.official.person), strict):
        for page in ("attendees/", "attendees/import/", "set-up/sessions/import/", "invitations/send/"):
            assert client.post(cast.address(page), {"everybody": "1"}).status_code in (302, 403, 404)
        if client is not strict:
            client.get(cast.address(FILE))
    assert not LongJob.objects.exists()


def kept() -> bytes:
    """What the one job holds of its upload and its answer."""
    job = LongJob.objects.get()
    return bytes(job.request or b"") + bytes(job.answer or b"")


def test_uploads_and_answers_are_encrypted_and_gone_when_fetched_or_after_an_hour(cast: Cast, boss: Client) -> None:
    place = upload(boss, cast, LIST.replace("kanya@", "kanya"))["Location"]  # which is refused by name
    uploaded = kept()
    do_long_jobs()
    answer = kept()
    assert uploaded
    assert answer
    assert uploaded not in answer
    for text in (uploaded, answer, repr(LongJob.objects.values().get()).encode()):
        assert b"kanya" not in text
    assert b"kanya" in boss.get(f"{place}answer/").content
    assert kept() == b""
    late = start(boss, cast)
    do_long_jobs()
    hour = timezone.now() + dt.timedelta(hours=1, minutes=1)
    with pytest.raises(NotFound):
        long_jobs.fetch_answer(job=LongJob.objects.latest("pk"), now=hour)
    assert boss.get(late).status_code == 200
    assert long_jobs.delete_expired_jobs(now=hour) == 2
    assert boss.get(late).status_code == 404


def becomes_minor(attendee: Attendee) -> None:
    Attendee.objects.filter(pk=attendee.pk).update(age_class="minor")


def gets_alias(attendee: Attendee) -> None:
    Alias.objects.create(attendee=attendee, name="Officer", set_at=NOW, is_wish=True)


@pytest.mark.parametrize("change", [becomes_minor, gets_alias, Attendee.delete])
def test_the_rules_are_asked_again_when_an_answer_is_fetched(
    cast: Cast, boss: Client, change: Callable[[Attendee], object]
) -> None:
    place = start(boss, cast)
    do_long_jobs()
    make_attendee(cast.event, name="Somebody New")  # who is not in it
    change(cast.engineer)
    refused = boss.get(f"{place}answer/")
    assert refused.status_code == 409
    assert "Do the same again" in page_of(refused)
    assert cast.engineer.name not in refused.content.decode()
    assert LongJob.objects.get().answer is None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_wait_in_order_and_each_is_answered(cast: Cast) -> None:
    people = [make_attendee(cast.event, permission="organiser").person for _ in range(10)]
    clients = [client_of(person) for person in people]
    places = [start(client, cast, f"{FILE}?q={turn}") for turn in range(5) for client in clients]
    assert len(set(places)) == LongJob.objects.count() == 50
    assert "Waiting: 49 others come first." in page_of(clients[-1].get(places[-1]))
    assert start(clients[0], cast, f"{FILE}?q=0") == places[0]  # the same again, while it waits
    do_jobs()
    assert set(LongJob.objects.values_list("state", flat=True)) == {"done"}
    for number, place in enumerate(places):
        assert clients[number % 10].get(f"{place}answer/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_button_pressed_six_times_at_once_is_one_job(cast: Cast) -> None:
    clients = [client_of(cast.organiser.person) for _ in range(6)]

    def press(client: Client) -> str:
        try:
            return start(client, cast)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(press, clients))) == LongJob.objects.count() == 1


def test_a_request_that_cannot_be_read_is_refused_before_it_takes_a_place(cast: Cast, boss: Client) -> None:
    assert boss.get(cast.address(f"{FILE}?{'a=1&' * 1_001}")).status_code == 400
    assert not LongJob.objects.exists()


def test_nothing_is_done_for_who_signed_out_everywhere_meanwhile(cast: Cast, boss: Client) -> None:
    upload(boss, cast, confirm="1")
    end_all_sign_ins(person=cast.organiser.person)
    do_long_jobs()
    assert LongJob.objects.get().state == "failed"
    assert not Attendee.objects.filter(person__email="kanya@example.org").exists()


def test_nothing_is_done_for_a_browser_that_signed_out_or_was_ended_meanwhile(cast: Cast, boss: Client) -> None:
    ended, elsewhere = client_of(cast.organiser.person), client_of(cast.organiser.person)
    for number, client in enumerate((boss, ended, elsewhere)):
        session = client.session
        del session["seen_at"]  # so that the first page notes it in the list of the account's browsers
        session.save()
        upload(client, cast, LIST.replace("kanya@", f"kanya{number}@"), confirm="1")
    boss.logout()
    key = ended.session.session_key
    (row,) = [one for one in sign_ins_of(cast.organiser.person, key, timezone.now()) if one.is_this]
    end_sign_in(person=cast.organiser.person, sign_in_id=row.id)
    do_long_jobs()
    assert list(LongJob.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "failed", "done"]
    came = Attendee.objects.filter(person__email__startswith="kanya")
    assert list(came.values_list("person__email", flat=True)) == ["kanya2@example.org"]


def test_nothing_is_done_for_a_program_whose_token_ended_meanwhile(cast: Cast, boss: Client) -> None:
    me = cast.organiser.person
    token = make_token(person=me, scopes=["organise"], name="lists", days=30, now=timezone.now())
    program = Client(headers={"Authorization": f"Token {token}"})
    asked = program.get(f"/api/v1/events/{cast.event.slug}/attendees/files/attendees.csv")
    assert asked.status_code == 202
    end_tokens(person=me)
    do_long_jobs()
    assert LongJob.objects.get().state == "failed"


def test_what_was_begun_before_and_is_done_again_says_so_beside_its_counts(cast: Cast, boss: Client) -> None:
    place = upload(boss, cast, confirm="1")["Location"]
    LongJob.objects.update(state="running", attempts=1)  # begun by a worker that was killed
    long_jobs.answer_job(job_id=LongJob.objects.get().pk, now=timezone.now())
    boss.get(f"{place}answer/")
    page = page_of(boss.get(cast.address("attendees/")))
    assert "1 row read: 1 added" in page
    assert "was interrupted and begun again" in page


def test_a_job_that_takes_too_long_ends_and_what_was_not_saved_is_undone(
    cast: Cast, boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_jobs, "MAX_SECONDS", 0)
    place = upload(boss, cast, confirm="1")["Location"]
    with pytest.raises(long_jobs.TookTooLong):
        do_long_jobs()
    assert LongJob.objects.get().state == "failed"
    assert not Attendee.objects.filter(person__email="kanya@example.org").exists()
    assert "do the same again" in page_of(boss.get(place)).text_of("[role=alert]")


@pytest.mark.django_db(transaction=True)
def test_accounts_take_turns_and_many_jobs_of_one_hold_up_nobody_else(cast: Cast) -> None:
    first, second, third = (make_attendee(cast.event, permission="organiser").person for _ in range(3))
    for person in (first, second):
        for number in range(3):
            start(client_of(person), cast, f"{FILE}?q={number}")
    place = start(client_of(third), cast)
    assert "Waiting: 2 others come first." in page_of(client_of(third).get(place))
    order = []
    with connection.cursor() as cursor:
        for _ in range(8):
            next_job(LONG)
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'doing' RETURNING lock")
            order.append(cursor.fetchone()[0])
            if len(order) == 4:  # who comes again does not come before who has waited longer
                start(client_of(third), cast, f"{FILE}?q=again")
    turns = [f"long:{person.pk}" for person in (first, second, third, first, second, third, first, second)]
    assert order == turns


@pytest.mark.django_db(transaction=True)
def test_one_account_has_one_place_of_the_queue_s_own(cast: Cast, boss: Client) -> None:
    for number in range(3):
        start(boss, cast, f"{FILE}?q={number}")
    other = make_attendee(cast.event, permission="organiser").person
    start(client_of(other), cast)
    taken = [next_job(LONG) for _ in range(QUEUES[LONG])]
    assert taken == [long_jobs.ANSWER_LONG_JOB] * 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT lock FROM procrastinate_jobs WHERE status = 'doing' ORDER BY id")
        locks = [row[0] for row in cursor.fetchall()]
    assert locks == [f"long:{cast.organiser.person_id}", f"long:{other.pk}"]


def test_who_lets_very_many_answers_lie_is_asked_to_fetch_them_first(
    cast: Cast, boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_jobs, "MAX_JOBS", 2)
    places = [start(boss, cast, f"{FILE}?q={number}") for number in range(2)]
    do_long_jobs()
    refused = boss.get(cast.address(FILE))
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    boss.get(f"{places[0]}answer/")
    start(boss, cast)


@pytest.mark.django_db(transaction=True)
def test_what_is_done_of_how_many_is_shown_while_a_transaction_is_open(cast: Cast, boss: Client) -> None:
    place = start(boss, cast)
    job = LongJob.objects.get()
    LongJob.objects.update(state="running")
    with long_jobs._showing_progress(job.pk):
        report_progress(400, 10_000)
    page = page_of(boss.get(place))
    assert "400 of 10,000 done." in page
    assert page.attribute("progress", "value") == "400"


def test_a_job_that_fails_or_ends_its_worker_says_what_to_do(cast: Cast, boss: Client) -> None:
    place = start(boss, cast)
    job_id = LongJob.objects.get().pk
    LongJob.objects.update(state="running", attempts=long_jobs.MAX_ATTEMPTS)  # so often begun, never ended
    long_jobs.answer_job(job_id=job_id, now=timezone.now())
    failed = page_of(boss.get(place))
    assert "do the same again" in failed.text_of("[role=alert]")
    assert failed.attribute(".sheet .button", "href") == cast.address("attendees/")
    assert LongJob.objects.get().request is None
    assert not failed.has("noscript meta")


def test_a_program_gets_202_and_a_place_to_look_and_fetches_the_answer_once(cast: Cast, boss: Client) -> None:
    me, scopes = cast.organiser.person, [ApiToken.Scope.ORGANISE]
    token = make_token(person=me, scopes=scopes, name="lists", days=30, now=timezone.now())
    client = Client(headers={"Authorization": f"Token {token}"})
    api = f"/api/v1/events/{cast.event.slug}/"
    asked = client.post(f"{api}attendees/open-times/", {"attendees": [cast.official.pk]}, "application/json")
    assert (asked.status_code, asked["Location"]) == (202, asked.json()["address"])
    assert (asked.json()["state"], asked.json()["answer"]) == ("waiting", None)
    do_long_jobs()
    done = client.get(asked["Location"]).json()
    assert (done["state"], done["answer"]) == ("done", f"{asked['Location']}answer/")
    assert client.head(done["answer"]).status_code == 405
    assert client_of(cast.official.person).get(done["answer"]).status_code == 404
    answer = client.get(done["answer"])
    assert set(answer.json()) in ({"count"}, {"code", "message", "details"})
    assert client.get(done["answer"]).status_code == 404
    assert client.post(f"{api}attendees/open-times/", {"attendees": "x"}, "application/json").status_code == 400


def test_a_session_without_a_fresh_proof_fetches_no_file_that_a_program_had_made(cast: Cast, boss: Client) -> None:
    token = make_token(person=cast.organiser.person, scopes=["organise"], name="lists", days=30, now=timezone.now())
    program = Client(headers={"Authorization": f"Token {token}"})
    place = program.get(f"/api/v1/events/{cast.event.slug}/attendees/files/attendees.csv")["Location"]
    do_long_jobs()
    session = boss.session
    session["account_authentication_methods"][-1]["at"] = 0.0
    session.save()
    assert [boss.get(page).status_code for page in (place, f"{place}answer/")] == [403, 403]
    assert program.get(f"{place}answer/").status_code == 200
