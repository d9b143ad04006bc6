"""Demo mode keeps its mail where a page can show it."""

import pytest
from django.core.mail import EmailMessage, get_connection

from backend.demo.models import OutgoingMail
from backend.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people() -> None:
    for email in ("b@example.org", "C@example.org"):
        Person.objects.create_user(email, name="Fictional", is_demo=True)
    Person.objects.create_superuser("root@example.org", name="Root")


@pytest.mark.parametrize("email", ["root@example.org", "nobody@example.org"])
def test_a_mail_that_goes_to_anybody_but_the_demo_s_people_is_printed_and_not_kept(
    email: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mailer = get_connection("backend.demo.outbox.OutboxBackend")
    mail = EmailMessage("Code", "Your code is 1234", "a@example.org", ["b@example.org"], bcc=[email])
    assert mailer.send_messages([mail]) == 1
    assert not OutgoingMail.objects.exists()
    assert "Your code is 1234" in capsys.readouterr().out


def test_a_mail_of_the_demo_is_kept_with_every_recipient_and_newest_first() -> None:
    mailer = get_connection("backend.demo.outbox.OutboxBackend")
    first = EmailMessage("ศูนย์", "Your code is 1234", "a@example.org", ["b@example.org"], bcc=["c@example.org"])
    second = EmailMessage("Second", "Text", "a@example.org", ["b@example.org"])

    assert mailer.send_messages([first]) == 1
    assert mailer.send_messages([second]) == 1

    newest, oldest = OutgoingMail.objects.all()
    assert newest.subject == "Second"
    assert (oldest.subject, oldest.recipients) == ("ศูนย์", ["b@example.org", "c@example.org"])
    assert oldest.body == "Your code is 1234"
