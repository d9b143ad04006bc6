"""Mails that came back after the mail server had taken them, as organisers say by hand."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_event
from backend.invitations.models import BOUNCED, Invitation
from backend.people.models import Person

State = Invitation.State


@in_transaction
def mark_bounced(*, event: Event, attendee_ids: Collection[int], bounced: bool, by: Person) -> int:
    """Say of the newest mail to each of these people that it came back, or that it did not after all.

    Who is marked counts as refused: no reminder follows, and a new address or a new invitation clears it.
    Gives how many were changed. Refuses OrganisersOnly, NotInThisState, and `no_such_mail` where there is
    none.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    mails = Invitation.objects.filter(attendee__event=event, attendee__in=attendee_ids)
    tried = mails.exclude(kind=Invitation.Kind.TEST).exclude(state=State.SKIPPED)
    newest = list(tried.order_by("attendee", "-pk").distinct("attendee").values_list("pk", flat=True))
    rows = Invitation.objects.filter(pk__in=newest, used_at=None)
    if bounced:
        count = rows.filter(state=State.SENT).update(state=State.FAILED, error=BOUNCED)
    else:
        count = rows.filter(state=State.FAILED, error=BOUNCED).update(state=State.SENT, error="")
    if not count:
        raise Refused(
            "no_such_mail",
            _("Nobody ticked has a mail that was sent and whose link was not used. Tick people with “Sent”.")
            if bounced
            else _("Nobody ticked has a mail that was marked as returned."),
        )
    return count
