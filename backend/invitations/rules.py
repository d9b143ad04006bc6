"""Whom organisers may invite, and what the mails may say."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.texts import one_line
from backend.events.models.attendees import Attendee
from backend.invitations.models import MAX_REMINDER_DAYS, MAX_VALID_DAYS, InvitationRules
from backend.mails.rules import SUBJECT_LIMIT, BadMailText, clean_passage

MAILS_A_DAY = 5_000  # of one event, in 24 hours
TESTS_A_DAY = 20  # of one organiser at one event
SELECTION_LIFE = dt.timedelta(hours=1)  # between a preview and the sending
PLACEHOLDERS = ("name", "forum", "link")
LETTER_LIMIT = 4_000


class BadInvitationRules(BusinessError):
    code = "bad_invitation_rules"
    status = 400


def is_invitable() -> Q:
    """Condition on attendees whom organisers see as people to invite: participants whom they set as adults.

    Whether a mail really goes out, the contact policy decides when it is sent. Who administers, organises or
    leads signs in by a code: their link would open more than a profile.
    """
    return Q(
        age_class=Attendee.AgeClass.ADULT,
        permission=Attendee.Permission.PARTICIPANT,
        person__is_active=True,
        person__is_staff=False,
        person__is_superuser=False,
    )


def clean_subject(text: str) -> str:
    """The subject as it is stored; refuses TextTooLong and BadMailText."""
    return one_line(clean_passage(text, SUBJECT_LIMIT, ("name", "forum"), _("subject")))


def clean_letter(text: str) -> str:
    """A text as it is stored; refuses TextTooLong, and BadMailText, also where the link is missing."""
    letter = clean_passage(text, LETTER_LIMIT, PLACEHOLDERS, _("text"))
    if letter and letter.count("{link}") != 1:
        raise BadMailText(_("Write {link} once in the text: there the mail has the link that signs in."))
    return letter


def check_days(*, valid_days: int, schedule: str, first: int | None, second: int | None) -> None:
    """Refuse BadInvitationRules for days that make no sense."""
    if not 1 <= valid_days <= MAX_VALID_DAYS:
        raise BadInvitationRules(
            _("A link is valid for 1 to %(limit)d days.") % {"limit": MAX_VALID_DAYS}, field="valid_days"
        )
    if schedule not in InvitationRules.Schedule.values:
        raise BadInvitationRules(_("Choose no reminders, or what their days are counted from."), field="schedule")
    if schedule == InvitationRules.Schedule.NONE:
        return
    if first is None:
        raise BadInvitationRules(
            _("Say after or before how many days the first reminder is sent."), field="first_reminder_days"
        )
    for field, days in (("first_reminder_days", first), ("second_reminder_days", second)):
        if days is not None and not 1 <= days <= MAX_REMINDER_DAYS:
            raise BadInvitationRules(
                _("Reminders are sent after or before 1 to %(limit)d days.") % {"limit": MAX_REMINDER_DAYS}, field=field
            )
    if second is not None and second == first:
        raise BadInvitationRules(
            _("The two reminders need two different days. Change one of them."), field="second_reminder_days"
        )


def reminder_times(rules: InvitationRules, invited_at: dt.datetime) -> tuple[dt.datetime, ...]:
    """When somebody invited then is to be reminded, earliest first; none before the invitation."""
    days = [days for days in (rules.first_reminder_days, rules.second_reminder_days) if days is not None]
    if rules.schedule == InvitationRules.Schedule.AFTER:
        times = [invited_at + dt.timedelta(days=count) for count in days]
    elif rules.schedule == InvitationRules.Schedule.BEFORE:
        event = rules.event
        begins = dt.datetime.combine(event.starts_on, dt.time(), event.zone)
        times = [begins - dt.timedelta(days=count) for count in days]
    else:
        times = []
    return tuple(sorted(time for time in times if time > invited_at))
