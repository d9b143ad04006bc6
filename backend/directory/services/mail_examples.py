"""Every kind of mail that attendees get, as a made-up reader has it, and test mails of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.agenda.services.session_mails import cancelled_line, session_mail
from backend.booking.models.notices import Notice
from backend.core.errors import NotFound
from backend.core.smtp import deliver_queued_mail
from backend.directory.models import TimesMail
from backend.directory.rules import Cause
from backend.directory.services.nudges import nudge_mail
from backend.directory.services.times import times_mail
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.invitations.models import Invitation
from backend.invitations.selectors import rules_for
from backend.invitations.services.letters import example_invitation
from backend.mails.models import MailTest
from backend.mails.selectors import Letterhead, MailExample, example_reader, letter_of, letterhead_for
from backend.mails.services import queue_test_mail
from backend.notifications.services.mail_examples import example_mail
from backend.people.models import Person
from backend.people.rules import in_language_of
from backend.safeguarding.selectors.public_profiles import PublicProfile

SESSIONS = "sessions"
NUDGES = {
    Cause.NOT_JOINED: gettext_lazy("Nudge: not joined yet"),
    Cause.UNANSWERED: gettext_lazy("Nudge: a request not answered"),
    Cause.NO_TIME: gettext_lazy("Nudge: no open meeting time"),
    Cause.EMPTY_PROFILE: gettext_lazy("Nudge: an empty profile"),
    Cause.WAITING: gettext_lazy("Nudge: others have not answered"),
    Cause.NONE_AGREED: gettext_lazy("Nudge: nothing came of what was asked"),
    Cause.ASKED_NOBODY: gettext_lazy("Nudge: nobody asked yet"),
}
MAIL_KINDS = {
    Invitation.Kind.INVITATION.value: Invitation.Kind.INVITATION.label,
    Invitation.Kind.REMINDER.value: gettext_lazy("Reminder of the invitation"),
    **{kind.value: kind.label for kind in Notice.Kind},
    **{f"nudge_{cause}": label for cause, label in NUDGES.items()},
    **{kind.value: kind.label for kind in TimesMail.Kind},
    SESSIONS: gettext_lazy("Changed sessions"),
}


def mail_examples(event: Event, now: dt.datetime) -> Sequence[MailExample]:
    """One mail of each kind with the event's texts, to somebody made up."""
    reader = example_reader(event)
    head = letterhead_for(reader)
    return [
        MailExample(kind, str(label), letter_of(_mail_of_kind(kind, reader, head, now)))
        for kind, label in MAIL_KINDS.items()
    ]


def send_test_mail(*, event: Event, kind: str, by: Person, now: dt.datetime) -> MailTest:
    """Queue the made-up mail of this kind to the organiser themselves.

    Refuses NotFound (no such kind), OrganisersOnly, NotInThisState and `too_many_test_mails`.
    """
    if kind not in MAIL_KINDS:
        raise NotFound(_("There is no such kind of mail. Choose one of the list."))
    return queue_test_mail(event=event, kind=kind, by=by, now=now)


def deliver_test_mail(*, mail_id: int, now: dt.datetime) -> None:
    """Send a test mail unless that was done; raises MailDelayed where it has to be tried again."""
    rows = MailTest.objects.select_related("attendee__event", "attendee__person")
    waiting = rows.filter(pk=mail_id, state=MailTest.State.QUEUED)
    deliver_queued_mail(
        waiting.select_for_update(of=("self",), no_key=True).first,
        event_of=lambda row: row.attendee.event,
        mail_for=lambda row: _test_mail(row, now),
        now=now,
    )


def _test_mail(row: MailTest, now: dt.datetime) -> EmailMessage | None:
    reader = row.attendee
    if not reader.person.is_active:
        return None
    with in_language_of(reader.person, reader.event):
        mail = _mail_of_kind(row.kind, reader, letterhead_for(reader), now)
        mail.subject = _("Test: %(subject)s") % {"subject": mail.subject}
    return mail


def _mail_of_kind(kind: str, reader: Attendee, head: Letterhead, now: dt.datetime) -> EmailMessage:
    other = _somebody()
    match kind:
        case Invitation.Kind.INVITATION | Invitation.Kind.REMINDER:
            return example_invitation(reader, rules_for(reader.event), kind, now)
        case TimesMail.Kind.WISHED | TimesMail.Kind.OPENED:
            return times_mail(reader, head, kind, [other])
        case _ if kind == SESSIONS:
            return session_mail(reader, head, [_example_change(reader, now)])
    if kind.startswith("nudge_"):
        return nudge_mail(reader, head, Cause(kind.removeprefix("nudge_")))
    return example_mail(kind, reader, other, head, now)


def _example_change(reader: Attendee, now: dt.datetime) -> str:
    """What is said of a made-up session."""
    starts_at = now + dt.timedelta(days=1)
    return cancelled_line(_("An example session"), starts_at, starts_at + dt.timedelta(hours=1), reader)


def _somebody() -> PublicProfile:
    """The other of the made-up meetings."""
    return PublicProfile(
        attendee_id=0,
        name=_("Budi Example"),
        short_name="",
        title="",
        organisation=_("Example Foundation"),
        sector="",
        constituency="",
        country="",
        languages=(),
        topics=(),
        has_joined=True,
    )
