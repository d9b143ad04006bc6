"""What an organiser can do for mails that were given up."""

from __future__ import annotations

from django.db import transaction

from backend.events.models import Event
from backend.events.rules import check_organiser
from backend.meetings.models import Delivery
from backend.meetings.notices import enqueue_mail
from backend.people.models import Person


@transaction.atomic
def resend_mails(*, event: Event, notice_id: int | None = None, by: Person) -> int:
    """Queue again the mails of the event that were given up, all or that of one notice; gives how many.

    What was sent stays sent, and what waits is tried again without being asked. Refuses OrganisersOnly.
    """
    check_organiser(by, event)
    failed = Delivery.objects.filter(notice__event=event, state=Delivery.State.FAILED)
    if notice_id is not None:
        failed = failed.filter(notice=notice_id)
    held = list(failed.select_for_update(of=("self",)).select_related("notice").order_by("notice_id"))
    for delivery in held:
        delivery.state, delivery.attempts = Delivery.State.QUEUED, 0
        delivery.save(update_fields=["state", "attempts"])
        enqueue_mail(delivery.notice)
    return len(held)
