"""Starting a forum, with the rules and mail texts of an earlier edition."""

from __future__ import annotations

import datetime as dt

from backend.booking.models.availability import MeetingRules
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.invitations.services.rules import copy_invitation_rules
from backend.mails.services import copy_mail_texts
from backend.people.models import Person
from backend.safeguarding.services.contact_rules import copy_contact_rules
from backend.setup.services.forums import ForumData, start_event


@in_transaction
def start_forum(*, data: ForumData, by: Person, now: dt.datetime) -> Event:
    """Start a forum as `start_event` does; with the rules and mail texts of the edition it starts from."""
    event = start_event(data=data, by=by, now=now)
    if event.previous_id:
        copy_rules(event=event, earlier=event.previous_id)
    return event


def copy_rules(*, event: Event, earlier: int) -> None:
    """Give a new event the rules and mail texts of an earlier one, whose sectors it has copied."""
    rules = MeetingRules.objects.filter(event=earlier).first()
    if rules is not None:
        MeetingRules.objects.create(
            event=event,
            open_requests=rules.open_requests,
            expiry_hours=rules.expiry_hours,
            proposal_hours=rules.proposal_hours,
        )
    copy_contact_rules(event=event, earlier=earlier)
    copy_mail_texts(event=event, earlier=earlier)
    copy_invitation_rules(event=event, earlier=earlier)
