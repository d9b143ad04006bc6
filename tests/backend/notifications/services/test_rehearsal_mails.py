"""Nothing leaves a rehearsal by mail: every kind goes through the real queue beside a real server."""

import datetime as dt

import pytest
from django.conf import settings as project
from django.core.mail import EmailMessage
from django.utils import timezone

from backend.booking.models.availability import Availability
from backend.booking.models.notices import Delivery
from backend.booking.services.requests import MeetingRequestData, request_meeting
from backend.core.smtp import send_mail_now
from backend.directory.models import Nudge, TimesMail
from backend.directory.services.mail_examples import send_test_mail
from backend.directory.services.nudges import nudge_people
from backend.directory.services.times import open_times_for
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.roles import OutsideContact
from backend.invitations.models import Invitation
from backend.invitations.services.sending import send_test_invitation
from backend.mails.models import MailTest
from backend.people.models import Person
from backend.roles.services.appointments import propose_role
from backend.safeguarding.models import ReportAlert
from backend.safeguarding.services.reports import report_person
from backend.setup.services.rehearsing import start_rehearsal
from tests.backend.conftest import Forum, make_forum
from tests.factories import appoint, make_attendee
from tests.smtp import MailServer
from tests.worker import do_jobs, let_the_wait_pass

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post(settings: object, post: MailServer) -> MailServer:
    settings.EMAIL_TIMEOUT = 2  # type: ignore[attr-defined]
    return post


@pytest.fixture
def forum() -> Forum:
    day = (timezone.now() + dt.timedelta(days=14)).date()
    return make_forum(starts_on=day, ends_on=day)


def do_everything_that_mails(event: Event, by: Person) -> None:
    """A proposed role, a request, a nudge, opened times, test mails, a report with and without a lead."""
    now = timezone.now()
    lead, proposed, asker, other, closed, unsafe = Attendee.objects.of(event).exclude(person=by)[:6]
    send_test_invitation(event=event, by=by, now=now)
    send_test_mail(event=event, kind="requested", by=by, now=now)
    propose_role(event=event, attendee_id=proposed.pk, permission="organiser", by=by, now=now)
    request_meeting(attendee=asker, other_id=other.pk, data=MeetingRequestData(slot_ids=()), by=asker.person, now=now)
    Availability.objects.filter(attendee=closed).delete()
    open_times_for(event=event, attendee_ids=[closed.pk], by=by, now=now)
    everybody = list(Attendee.objects.of(event).values_list("pk", flat=True))
    nudge_people(event=event, attendee_ids=everybody, by=by, now=now)
    appoint(lead, "safeguarding-lead")
    OutsideContact.objects.create(event=event, name="Help", email="help@example.org", entered_at=now)
    for reporter, reported in ((unsafe, other), (asker, lead)):
        report_person(
            reporter=reporter,
            reported_id=reported.pk,
            category="harassment",
            words="Too close.",
            by=reporter.person,
            now=now,
        )


@pytest.mark.slow
def test_no_mail_of_any_kind_leaves_a_rehearsal(forum: Forum, post: MailServer) -> None:
    organiser = make_attendee(forum.event, permission="organiser", visibility="hidden")
    rehearsal = start_rehearsal(event=forum.event, by=organiser.person, now=timezone.now())
    Person.objects.update(quiet_from=None, quiet_until=None)
    do_everything_that_mails(rehearsal, organiser.person)
    let_the_wait_pass()
    do_jobs()
    assert post.mails == []
    assert post.attempts == 0
    for model in (Delivery, Nudge, TimesMail, MailTest):
        assert set(model.objects.values_list("state", flat=True)) == {"skipped"}
    assert Invitation.objects.get().state == "skipped"
    assert ReportAlert.objects.count() >= 1
    Event.objects.filter(pk=rehearsal.pk).update(rehearsal_of=None)  # what it would have sent otherwise
    send_test_invitation(event=Event.objects.get(pk=rehearsal.pk), by=organiser.person, now=timezone.now())
    do_jobs()
    assert [mail["To"] for mail in post.mails] == [organiser.person.email]


def test_an_address_that_is_nobodys_is_never_handed_to_the_server(post: MailServer) -> None:
    mail = EmailMessage("Your code", "123", project.DEFAULT_FROM_EMAIL, ["made-up-1@example.invalid"])
    result = send_mail_now(mail, event=None)
    assert (result.error, result.is_final) == ("unknown_host", True)
    assert post.attempts == 0
