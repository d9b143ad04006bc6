"""How an event invites, as its organisers set it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from backend.core.local_names import kept_texts
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.invitations.models import InvitationRules
from backend.invitations.rules import check_days, clean_letter, clean_subject
from backend.invitations.selectors import rules_for
from backend.people.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRulesData:
    """An event's texts and days; empty texts stand for Titian's own."""

    subject: str = ""
    text: str = ""
    reminder_subject: str = ""
    reminder_text: str = ""
    valid_days: int = 14
    schedule: str = InvitationRules.Schedule.NONE
    first_reminder_days: int | None = None
    second_reminder_days: int | None = None


@in_transaction
def set_invitation_rules(*, event: Event, data: InvitationRulesData, by: Person) -> InvitationRules:
    """Set how the event invites; mails not sent yet have the new words.

    Refuses OrganisersOnly, TextTooLong, BadMailText and BadInvitationRules.
    """
    check_organiser(by, event, Activity.EDIT)
    first, second = data.first_reminder_days, data.second_reminder_days
    check_days(valid_days=data.valid_days, schedule=data.schedule, first=first, second=second)
    values: dict[str, Any] = {
        "subject": clean_subject(data.subject),
        "text": clean_letter(data.text),
        "reminder_subject": clean_subject(data.reminder_subject),
        "reminder_text": clean_letter(data.reminder_text),
        "valid_days": data.valid_days,
        "schedule": data.schedule,
        "first_reminder_days": first,
        "second_reminder_days": second,
    }
    values["translations"] = kept_texts(rules_for(event), values)
    rules, _is_new = InvitationRules.objects.update_or_create(event=event, defaults=values)
    return rules


def copy_invitation_rules(*, event: Event, earlier: int) -> None:
    """Give a new event the texts and days of an earlier one."""
    for rules in InvitationRules.objects.filter(event=earlier):
        values = {name: getattr(rules, name) for name in (*asdict(InvitationRulesData()), "translations")}
        InvitationRules.objects.create(event=event, **values)
