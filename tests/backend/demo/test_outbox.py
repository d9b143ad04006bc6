"""Demo mode keeps its mail where a page can show it."""

import pytest
from django.core.mail import EmailMessage, get_connection

from backend.demo.models import OutgoingMail

pytestmark = pytest.mark.django_db


def test_a_mail_of_the_demo_is_kept_with_every_recipient_and_newest_first() -> None:
    mailer = get_connection("backend.demo.outbox.OutboxBackend")
    first = EmailMessage(
        "ศูนย์", "Your code is 1234", "a@example.org", ["b@example.org"], bcc=["c@example.org"]
    )
    second = EmailMessage("Second", "Text", "a@example.org", ["b@example.org"])

    assert mailer.send_messages([first]) == 1
    assert mailer.send_messages([second]) == 1

    newest, oldest = OutgoingMail.objects.all()
    assert newest.subject == "Second"
    assert (oldest.subject, oldest.recipients) == ("ศูนย์", ["b@example.org", "c@example.org"])
    assert oldest.body == "Your code is 1234"
