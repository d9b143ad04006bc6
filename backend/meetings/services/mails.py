"""What an organiser can do for mails that were given up."""

from __future__ import annotations

from django.db import transaction

from backend.events.models import Event
from backend.events.places import check_organiser
from backend.meetings.models import Delivery
from backend.meetings.notices import enqueue_mail
from backend.people.models import Person


@transaction.atomic
def resend_mails(*, event: Event, by: Person) -> int:
    """Queue again all mails of the event that were given up; gives how many. Refuses NotOrganiser.

    What was sent stays sent.
    """
    check_organiser(event, by)
    failed = list(
        Delivery.objects.select_for_update(of=("self",))
        .select_related("notice")
        .filter(notice__event=event, state=Delivery.State.FAILED)
        .order_by("notice_id")
    )
    for delivery in failed:
        delivery.state, delivery.attempts = Delivery.State.QUEUED, 0
        delivery.save(update_fields=["state", "attempts"])
        enqueue_mail(delivery.notice)
    return len(failed)
