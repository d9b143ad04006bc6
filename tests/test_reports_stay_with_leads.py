"""Organisers and administrators read nothing of a report or suspension: pages, API, files, log, mails."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import BusinessError
from backend.core.models import UseCount
from backend.people.models import Person
from backend.safeguarding.models import Report
from backend.safeguarding.services.report_entries import add_note, assign_report, export_report, send_word
from backend.safeguarding.services.report_mails import send_news, send_suspension
from backend.safeguarding.services.reports import close_report, read_report, report_person
from backend.safeguarding.services.suspensions import suspend_person
from tests.reading_everything import Stage, addresses, set_stage, text_of
from tests.safeguarding_statement import Part, Situation

HERE = 0
LEAD, OTHER_LEAD, ORGANISER, REPORTER, REPORTED = range(5)
ROLES = {LEAD: "safeguarding-lead", OTHER_LEAD: "safeguarding-lead", ORGANISER: "organiser"}
SECRET = re.compile(r"zebra\w*|suspen\w*|part.{1,40}paused", re.IGNORECASE)
DESCRIPTION = "/api/v1/schema/"  # of every program's: it says what leads may read, and nobody's part


@pytest.fixture
def stage(db: None) -> Stage:
    """Somebody is reported, suspended, written about in every way, and heard of by whoever reported them."""
    parts = tuple(Part(person, HERE, permission=ROLES.get(person, "participant")) for person in range(5))
    stage, now = set_stage(Situation(5, parts), timezone.now()), timezone.now()
    here = stage.of(HERE)
    for attendee in here.values():
        attendee.refresh_from_db()
    lead, reporter, reported = here[LEAD], here[REPORTER], here[REPORTED]
    report = report_person(
        reporter=reporter, reported_id=reported.pk, category="child", words="zebrawords", wants_news=True,
        by=reporter.person, now=now,
    )  # fmt: skip
    does = {"lead": lead, "report_id": report.pk, "by": lead.person, "now": now}
    read_report(**does)
    add_note(text="zebranote", **does)
    assign_report(to_id=here[OTHER_LEAD].pk, **does)
    send_word(text="zebraword", **does)
    suspend_person(attendee_id=reported.pk, reason="zebrareason", **does)
    export_report(**does)
    close_report(outcome="zebraoutcome", lift=False, final_word="zebrafinal", **does)
    stage.reports.append(report)
    return stage


def test_nothing_of_it_is_read_by_organisers_or_administrators(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    administrator = Person.objects.create_superuser("root@example.org", name="Root")
    organiser = stage.of(HERE)[ORGANISER].person
    seen = 0
    for person in (organiser, administrator):
        client = Client()
        client.force_login(person)
        for address in (*_addresses(stage), *_admin_pages()):
            UseCount.objects.all().delete()
            text = text_of(client.get(address)).replace(f'name="next" value="{address}"', "")
            found = SECRET.search(text)
            assert found is None, f"{address} says {found} to {person.email}"
            seen += 1
    assert seen > 300
    assert re.search(r"zebra|suspensions/\d", caplog.text) is None
    for job in ProcrastinateJob.objects.all():
        assert SECRET.search(str(job.args)) is None


def test_the_leads_do_read_it(stage: Stage) -> None:
    """What the test above looks for is there to be found."""
    client = Client()
    client.force_login(stage.of(HERE)[OTHER_LEAD].person)
    said = ""
    for address in _addresses(stage):
        UseCount.objects.all().delete()
        said += text_of(client.get(address))
    found = {word.lower() for word in SECRET.findall(said)}
    assert {"zebrawords", "zebranote", "zebraword", "zebrareason", "zebraoutcome", "suspended"} <= found


def test_of_its_mails_none_goes_to_an_organiser_and_none_says_anything(stage: Stage) -> None:
    for send, field in ((send_news, "report_id"), (send_suspension, "lead_id")):
        jobs = ProcrastinateJob.objects.filter(task_name=f"safeguarding.{send.__name__}")
        assert jobs
        for job in jobs:
            send(**{field: job.args[field]})
    people = {attendee.person.email: number for number, attendee in stage.of(HERE).items()}
    assert {people[address] for one in mail.outbox for address in one.to} == {REPORTER, OTHER_LEAD}
    for one in mail.outbox:
        assert "zebra" not in one.subject + one.body


def test_an_organiser_can_do_nothing_with_it(stage: Stage) -> None:
    organiser = stage.of(HERE)[ORGANISER]
    report = Report.objects.get(words="zebrawords")
    does = {"lead": organiser, "report_id": report.pk, "by": organiser.person, "now": timezone.now()}
    for service in (read_report, export_report):
        with pytest.raises(BusinessError):
            service(**does)


def _addresses(stage: Stage) -> Iterator[str]:
    for route, found in addresses(stage, HERE).items():
        if not route.startswith(DESCRIPTION):
            yield from found


def _admin_pages() -> Iterator[str]:
    """Every list of the administrators' pages, and the page and history of each row in it."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for pk in model._default_manager.values_list("pk", flat=True)[:20]:
            yield reverse(f"{name}_change", args=[pk])
            yield reverse(f"{name}_history", args=[pk])
