"""The leads' pages of aliases, and everything else, in which a real name stands nowhere (S11)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db.models import Q
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.booking.models.notices import Notice
from backend.core.models import UseCount
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.roles import Appointment
from backend.notifications.services.notice_mails import mail_for
from backend.outcomes.models import ContactShare
from backend.people.models import Person
from backend.privacy.services.leaving import leave_event
from backend.safeguarding.models import AliasEntry, Report
from backend.safeguarding.services.reports import file_report
from backend.suggestions.models import Suggestion
from tests.database import tables_holding
from tests.factories import appoint
from tests.frontend.conftest import client_of
from tests.frontend.test_fresh_proof import stale
from tests.pages import page_of
from tests.reading_everything import NO_EVENT, READER, Stage, addresses, mark, meet, text_of

HERE, ELSEWHERE = 0, 1
OFFICER, ORGANISER, LEAD = 1, 2, 3
MOST = 3  # addresses of a route that are opened, first those that name the person under an alias
FORM = {
    "name": "Officer K.",
    "organisation": "Police, cybercrime",
    "title": "",
    "country": "",
    "real_name": "Arif Rahman",
    "real_organisation": "Real House",
    "is_wish": "yes",
}


def telling() -> tuple[str, ...]:
    """What tells who the officer is, at whatever event."""
    return (
        mark("first", OFFICER, NO_EVENT),
        mark("last", OFFICER, NO_EVENT),
        mark("organisation", OFFICER, HERE),
        mark("title", OFFICER, HERE),
        f"p{OFFICER}@example.org",
    )


def make_stage(*, is_elsewhere: bool = True) -> Stage:
    """People who met, with lists, notices, meetings, a plan and feeds made before the alias is set."""
    attending = {(person, HERE) for person in range(4)}
    if is_elsewhere:
        attending |= {(READER, ELSEWHERE), (OFFICER, ELSEWHERE)}
    stage = meet(4, attending, timezone.now())
    officer = stage.attendees[OFFICER, HERE]
    # One reads one's connections of every forum, each under the name of that forum.
    ContactShare.objects.exclude(event=officer.event).delete()
    officer.about = officer.offers = f"I am {officer.name}."
    officer.save()
    reason = {"code": "seeks_offers", "weight": 2, "evidence": {"seek": "words", "offer": officer.offers}}
    Suggestion.objects.filter(Q(attendee=officer) | Q(other=officer)).update(reasons=[reason])
    for person, permission in ((ORGANISER, "organiser"), (LEAD, "safeguarding-lead")):
        appoint(stage.attendees[person, HERE], permission)
    Appointment.objects.create(
        attendee=officer,
        permission="organiser",
        state="ended",
        proposed_at=stage.now,
        decided_at=stage.now,
        ended_at=stage.now,
    )
    stage.reports.append(
        Report.objects.create(
            event=officer.event, category="other", words="A word.", reporter=officer,
            reported=stage.attendees[ORGANISER, HERE], created_at=stage.now + dt.timedelta(hours=1),
        )
    )  # fmt: skip
    return stage


def hide(stage: Stage) -> None:
    officer = stage.attendees[OFFICER, HERE]
    fields = FORM | {"real_name": officer.name, "real_organisation": officer.organisation.name}
    page = f"/e/{officer.event.slug}/aliases/{officer.pk}/"
    assert client_of(stage.people[LEAD]).post(page, fields).status_code == 302


def texts_of(stage: Stage, client: Client) -> Iterator[tuple[str, str, str]]:
    """Route, address and text of every page, file and reading operation of the forum, and of the admin."""
    officer = str(stage.attendees[OFFICER, HERE].pk)
    for route, found in addresses(stage, HERE).items():
        ordered = sorted(found, key=lambda address: officer not in address.split("/"))
        for address in ordered[:MOST]:
            UseCount.objects.all().delete()
            answer = client.get(address)
            yield route, address, of_this_forum(stage, answer) if "data" in address else text_of(answer)
    for model, options in admin.site._registry.items():
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        page = reverse(f"admin:{label}_changelist")
        yield "admin", page, text_of(client.get(page))
        if (row := model._default_manager.first()) is not None and options.list_display_links is not None:
            page = reverse(f"admin:{label}_change", args=[row.pk])
            yield "admin", page, text_of(client.get(page))


def of_this_forum(stage: Stage, answer: HttpResponse) -> str:
    """Of one's own data the part of this forum: at the other one, people meet under their names."""
    if answer.headers.get("Content-Type") != "application/json" or "forums" not in answer.json():
        return text_of(answer)
    slug = stage.attendees[OFFICER, HERE].event.slug
    return json.dumps([one for one in answer.json()["forums"] if slug in json.dumps(one)], ensure_ascii=False)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("reader", [READER, ORGANISER, LEAD, "administrator"])
def test_nobody_but_a_lead_on_one_page_reads_who_it_is(reader, monkeypatch):
    monkeypatch.setattr("logging.Logger.warning", lambda *_given, **_named: None)
    stage = make_stage()
    hide(stage)
    if reader == "administrator":
        client = client_of(Person.objects.create_user("admin@example.org", name="A", is_staff=True, is_superuser=True))
    else:
        client = client_of(stage.people[reader])
    names, seen, leaks = {*telling()}, set(), []
    for route, address, text in texts_of(stage, client):
        found = {name for name in names if name.casefold() in text.casefold()}
        if found and not (reader == LEAD and route.endswith("aliases/<int:attendee_id>/")):
            leaks.append((address, found))
        seen |= {route} if "Officer K." in text else set()
    assert leaks == []
    if reader != "administrator":
        assert len(seen) >= 10  # the alias is read where the name was


@pytest.mark.slow
@pytest.mark.django_db
def test_no_mail_and_no_calendar_holds_it_also_of_what_was_there_before():
    stage = make_stage()
    hide(stage)
    officer = stage.attendees[OFFICER, HERE]
    mails = feeds = 0
    for notice in Notice.objects.filter(event=officer.event).exclude(attendee=officer):
        letter = mail_for(notice, stage.now)
        text = letter.message().as_string() if letter else ""
        text += "".join(
            part.get_payload(decode=True).decode(errors="replace")
            for part in (letter.message().walk() if letter else ())
            if not part.is_multipart()
        ).replace("\r\n ", "")
        mails += "Officer K." in text
        assert not [name for name in telling() if name in text]
    assert mails
    for (person, event), feed in stage.feeds.items():
        text = text_of(Client().get("/" + feed.split("/", 3)[3]))
        if person != officer.person_id and event == HERE:
            assert not [name for name in telling() if name in text]
            feeds += "Officer K." in text
    assert feeds


@pytest.mark.slow
@pytest.mark.django_db
def test_no_table_of_a_forum_at_work_holds_it_once_the_alias_is_set(monkeypatch):
    monkeypatch.setattr("logging.Logger.warning", lambda *_given, **_named: None)
    stage = make_stage(is_elsewhere=False)
    for person in (READER, ORGANISER):  # searches, releases and acts of what was read until then
        for _read in texts_of(stage, client_of(stage.people[person])):
            pass
    before = tables_holding(*telling())
    assert {"events_attendee", "events_organisation", "suggestions_suggestion"} <= before
    hide(stage)
    assert tables_holding(*telling()) == {"people_person", "events_alias"}


def test_a_lead_finds_somebody_sets_an_alias_reads_it_and_lifts_it(cast, desk):
    engineer = cast.engineer
    page = cast.address(f"aliases/{engineer.pk}/")
    assert "Nobody appears under an alias" in page_of(desk.get(cast.address("aliases/")))
    assert "Arif Rahman" in page_of(desk.get(cast.address("aliases/?name=arif")))
    assert "listed by such a name" in page_of(desk.get(cast.address("aliases/?name=young")))
    assert "Real House" not in page_of(desk.get(page))
    assert AliasEntry.objects.count() == 0
    assert "now reads this name" in page_of(desk.post(page, FORM, follow=True))
    row = page_of(desk.get(cast.address("aliases/")))
    assert "Officer K." in row
    assert "Arif" not in row
    before = AliasEntry.objects.filter(kind="read").count()
    assert "Real House" in page_of(desk.get(page))
    assert AliasEntry.objects.filter(kind="read").count() == before + 1
    lifting = f"{page}lift/"
    assert "Lift the alias Officer K.?" in page_of(desk.get(lifting))
    assert desk.post(lifting).status_code == 302
    engineer.refresh_from_db()
    assert (engineer.name, Alias.objects.count()) == ("Arif Rahman", 0)
    assert desk.get(lifting).status_code == 404


def test_of_who_left_under_an_alias_a_report_tells_the_real_name_after_a_fresh_proof_alone(cast, desk):
    desk.post(cast.address(f"aliases/{cast.engineer.pk}/"), FORM)
    file_report(
        reporter=cast.official, reported_id=cast.engineer.pk, category="other", words="A word.",
        now=timezone.now(),
    )  # fmt: skip
    report = Report.objects.get()
    pages = [cast.address(f"reports/{report.pk}/"), f"/api/v1/events/{cast.event.slug}/reports/{report.pk}/"]
    old = stale(Attendee.objects.get(event=cast.event, permission="safeguarding-lead").person)
    assert all("Officer K." in text_of(old.get(page)) for page in pages)
    engineer = Attendee.objects.get(pk=cast.engineer.pk)
    leave_event(attendee=engineer, is_confirmed=True, by=engineer.person, now=timezone.now())
    assert old.get(pages[0])["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert old.get(pages[1]).json()["code"] == "proof_required"
    assert all("Arif Rahman (left the forum)" in text_of(desk.get(page)) for page in pages)


def test_what_is_wrong_with_an_alias_is_said_at_its_field(cast, desk):
    page = cast.address(f"aliases/{cast.engineer.pk}/")
    for changed, sentence in (
        ({"name": ""}, "This field is required"),
        ({"name": "Mr Rahman"}, "it holds “rahman”"),
        ({"is_wish": ""}, "choose why"),
        ({"real_name": ""}, "This field is required"),
    ):
        answer = desk.post(page, FORM | changed)
        assert answer.status_code == 422
        assert sentence in page_of(answer), sentence
    assert desk.get(cast.address(f"aliases/{cast.minor.pk}/")).status_code == 404
    refused = desk.post(cast.address(f"aliases/{cast.organiser.pk}/"), FORM | {"real_name": "Olga Organiser"})
    assert refused.status_code == 422
    assert "Only an adult appears under an alias" in page_of(refused)


def test_the_person_reads_that_they_are_under_an_alias_and_what_they_cannot_write(cast, desk):
    mine = client_of(cast.engineer.person)
    assert "under the alias" not in page_of(mine.get(cast.address("profile/")))
    desk.post(cast.address(f"aliases/{cast.engineer.pk}/"), FORM)
    assert "You appear here under the alias Officer K." in page_of(mine.get(cast.address("profile/")))
    answer = mine.post(cast.address("profile/"), {"about": "I am Arif.", "visibility": "listed"})
    assert answer.status_code == 422
    assert "holds “arif”" in page_of(answer)
    draft = mine.post(cast.address("profile/"), {"about": "I am Arif.", "draft": "1"})
    assert "holds “arif”" in draft.content.decode()
    body = mine.get(f"/api/v1/events/{cast.event.slug}/profile/").json()
    answer = mine.put(
        f"/api/v1/events/{cast.event.slug}/profile/", data=body | {"seeks": "rahman"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "real_name_in_text")


def test_an_organiser_reads_and_finds_the_alias_alone_and_cannot_change_it(cast, desk):
    desk.post(cast.address(f"aliases/{cast.engineer.pk}/"), FORM)
    desk, page = client_of(cast.organiser.person), cast.address(f"attendees/{cast.engineer.pk}/")
    read = page_of(desk.get(page))
    assert "A safeguarding lead set the name" in read
    assert cast.engineer.person.email not in read
    answer = desk.post(page, {"name": "Arif Rahman", "role": "delegate"})
    assert "leads alone change them" in page_of(answer)
    fields = {"email": cast.engineer.person.email, "name": "A", "role": "delegate", "age_class": "adult"}
    added = desk.post(cast.address("attendees/add/"), fields)
    assert "is on the list already" in page_of(added)
    assert f"attendees/{cast.engineer.pk}/" not in added.content.decode()


def test_somebody_asks_for_an_alias_on_the_safety_page(cast, desk):
    mine = client_of(cast.engineer.person)
    page = page_of(mine.get(cast.address("safety/")))
    assert "Ask for an alias" in page
    mine.post(cast.address("safety/"), {"words": "I would like to appear under an alias."})
    report = Report.objects.get()
    assert (report.reporter, report.words) == (cast.engineer, "I would like to appear under an alias.")
    assert "Ask for an alias" not in page_of(client_of(cast.minor.person).get(cast.address("safety/")))
    desk.post(cast.address(f"aliases/{cast.engineer.pk}/"), FORM)
    assert "Ask for an alias" not in page_of(mine.get(cast.address("safety/")))
    assert Attendee.objects.get(pk=cast.engineer.pk).name == "Officer K."
