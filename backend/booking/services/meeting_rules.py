"""An event's limits for requests, as organisers set them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.booking.models.availability import MeetingRules
from backend.core.errors import Refused
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.setup import set_interpreters
from backend.people.models import Person


@in_transaction
def set_rules(
    *,
    event: Event,
    open_requests: int,
    expiry_hours: int,
    proposal_hours: int | None = None,
    interpreters: bool | None = None,
    by: Person,
) -> MeetingRules:
    """Set how many requests one may have waiting, and for how many hours requests and proposals wait.

    Those made before keep their expiry. `interpreters`: whether the event has any. None leaves a value as it
    is. Refuses OrganisersOnly and `bad_rules`.
    """
    check_organiser(by, event, Activity.EDIT)
    hours = [expiry_hours] if proposal_hours is None else [expiry_hours, proposal_hours]
    if not 1 <= open_requests <= 100 or not all(1 <= one <= 720 for one in hours):
        raise Refused(
            "bad_rules",
            _("Waiting requests are from 1 to 100; requests and proposals expire after 1 to 720 hours."),
            status=400,
        )
    values = {"open_requests": open_requests, "expiry_hours": expiry_hours}
    if proposal_hours is not None:
        values["proposal_hours"] = proposal_hours
    rules, _is_new = MeetingRules.objects.update_or_create(event=event, defaults=values)
    if interpreters is not None:
        set_interpreters(event=event, interpreters=interpreters, by=by)
    return rules
