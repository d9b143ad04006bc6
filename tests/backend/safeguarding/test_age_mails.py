"""Safeguarding leads are told by mail that age classes wait, and by one mail of several."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.smtp import MailDelayed
from backend.events.models.age_classes import AdultProposal
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import KnownMinor, Person
from backend.people.rules import GATHERING
from backend.safeguarding.services.age_classes import agree_adult, consent_to_adult, propose_adult
from backend.safeguarding.services.age_mails import send_age_mail, tell_of_doubts
from tests.factories import NOW, appoint, make_attendee, make_event

pytestmark = pytest.mark.django_db
ZONE = "Asia/Bangkok"
NOON = dt.datetime(2026, 5, 4, 5, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 5, 4, 18, tzinfo=dt.UTC)  # 01:00 in Bangkok
MORNING = dt.datetime(2026, 5, 5, 0, tzinfo=dt.UTC)


def make_lead(event: Event) -> Attendee:
    return make_attendee(event, permission="safeguarding-lead", visibility="hidden")


def propose(event: Event, now: dt.datetime, name: str = "Somchai Young") -> AdultProposal:
    organiser = Attendee.objects.filter(event=event, permission="organiser").first() or make_attendee(
        event, permission="organiser", visibility="hidden"
    )
    minor = make_attendee(event, age_class="minor", name=name)
    return propose_adult(event=event, attendee_id=minor.pk, by=organiser.person, now=now)


def waiting() -> list[tuple[int, dt.datetime | None]]:
    mails = ProcrastinateJob.objects.filter(task_name="safeguarding.send_age_mail", status="todo")
    return [(job.args["lead_id"], job.scheduled_at) for job in mails.order_by("id")]


def test_each_lead_gets_one_mail_for_the_proposals_of_a_few_minutes_and_it_names_nobody(
    mailoutbox: list[EmailMessage],
) -> None:
    event = make_event(timezone=ZONE)
    first, second = make_lead(event), make_lead(event)
    propose(event, NOON)
    propose(event, NOON + dt.timedelta(minutes=1), name="Dara Young")
    assert waiting() == [(first.pk, NOON + GATHERING), (second.pk, NOON + GATHERING)]
    send_age_mail(lead_id=first.pk, now=NOON + GATHERING)
    (mail,) = mailoutbox
    assert mail.to == [first.person.email]
    assert mail.subject == f"2 age classes wait for you: {event.name}"
    assert f"/e/{event.slug}/age-classes/" in mail.body
    assert "Young" not in mail.body
    assert "Somchai" not in mail.body


def test_in_the_lead_s_quiet_hours_it_waits_for_their_end(mailoutbox: list[EmailMessage]) -> None:
    event = make_event(timezone=ZONE)
    lead = make_lead(event)
    Person.objects.update(quiet_from=dt.time(22), quiet_until=dt.time(7))
    propose(event, NIGHT)
    assert waiting() == [(lead.pk, MORNING)]
    ProcrastinateJob.objects.all().delete()
    send_age_mail(lead_id=lead.pk, now=NIGHT)  # hours that began, or that the lead chose, since it was queued
    assert mailoutbox == []
    assert waiting() == [(lead.pk, MORNING)]
    send_age_mail(lead_id=lead.pk, now=MORNING)
    assert len(mailoutbox) == 1


def test_no_mail_tells_of_what_was_decided_and_none_goes_to_whoever_leads_no_more(
    mailoutbox: list[EmailMessage],
) -> None:
    event = make_event(timezone=ZONE)
    lead, late = make_lead(event), make_lead(event)
    proposal = propose(event, NOON)
    consent_to_adult(event=event, proposal_id=proposal.pk, by=lead.person, now=NOON)
    send_age_mail(lead_id=late.pk, now=NOON + GATHERING)
    propose(event, NOON)
    Attendee.objects.filter(pk=late.pk).update(permission="participant")
    send_age_mail(lead_id=late.pk, now=NOON + GATHERING)
    send_age_mail(lead_id=0, now=NOW)
    assert mailoutbox == []


@pytest.fixture
def two_forums() -> tuple[Attendee, Attendee, Attendee]:
    """The leads of two forums, and the adult of the second whom the first knows as a minor."""
    here, there = make_event(timezone=ZONE), make_event("other", timezone=ZONE)
    minor = make_attendee(here, age_class="minor", name="Somchai Young")
    imported = make_attendee(there, person=minor.person, name="Somchai Young")
    return make_lead(here), make_lead(there), imported


def test_the_leads_of_both_forums_are_told_once_that_they_have_to_settle_an_age_class(
    two_forums: tuple[Attendee, Attendee, Attendee], mailoutbox: list[EmailMessage]
) -> None:
    first, second, imported = two_forums
    make_lead(make_event("third"))
    assert waiting() == []  # what an organiser writes is the same, known or not
    assert tell_of_doubts(NOON) == 2
    assert waiting() == [(first.pk, NOON), (second.pk, NOON)]
    ProcrastinateJob.objects.all().delete()
    for lead in (first, second):
        send_age_mail(lead_id=lead.pk, now=NOON)
    assert [mail.to for mail in mailoutbox] == [[first.person.email], [second.person.email]]
    for mail, lead in zip(mailoutbox, (first, second), strict=True):
        assert mail.subject == f"1 age class waits for you: {lead.event.name}"
        assert re.findall(r"https?://\S+", mail.body) == [f"{settings.TITIAN_ADDRESS}/e/{lead.event.slug}/age-classes/"]
        for word in ("Somchai", "Young", imported.organisation.name, imported.person.email):
            assert word not in mail.body
    assert tell_of_doubts(NOON + GATHERING) == 0


def test_a_lead_is_told_of_nothing_that_their_forum_settled_and_not_about_themself(
    two_forums: tuple[Attendee, Attendee, Attendee], mailoutbox: list[EmailMessage]
) -> None:
    first, second, imported = two_forums
    known = KnownMinor.objects.get()
    agree_adult(event=second.event, attendee_id=imported.pk, known_minor_id=known.pk, by=second.person, now=NOON)
    appoint(imported, "safeguarding-lead")
    assert tell_of_doubts(NOON) == 1
    assert waiting() == [(first.pk, NOON)]
    send_age_mail(lead_id=second.pk, now=NOON)
    agree_adult(event=first.event, attendee_id=imported.pk, known_minor_id=known.pk, by=first.person, now=NOON)
    send_age_mail(lead_id=first.pk, now=NOON)
    assert (tell_of_doubts(NOON), mailoutbox) == (0, [])


def test_where_the_server_takes_no_mail_nobody_counts_as_told(
    two_forums: tuple[Attendee, Attendee, Attendee], settings: object
) -> None:
    first, second, _ = two_forums
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    for lead in (first, second):
        with pytest.raises(MailDelayed):
            send_age_mail(lead_id=lead.pk, now=NOON)
    assert tell_of_doubts(NOON) == 2
