"""Writes that say an attendee joined: they accepted the privacy notice and the conduct pledge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext as _

from backend.core.errors import NotYours, Refused
from backend.events.models.attendees import Attendee
from backend.events.rules.agreements import current_agreement
from backend.people.models import Person


def take_back(attendees: Collection[Attendee], *, visibility: str, now: dt.datetime) -> None:
    """Let people who left the event, and are put on its list again, take part anew; they are locked.

    Such rows are kept only where a case, a report in force or a suspension needs them, which hold on.
    """
    rows = Attendee.with_left.filter(pk__in=[one.pk for one in attendees])
    rows.update(left_at=None, joined_at=now, changed_at=now, visibility=visibility)
    for one in attendees:
        one.left_at, one.joined_at, one.changed_at, one.visibility = None, now, now, visibility


def record_agreement(*, attendee: Attendee, version: str, by: Person, now: dt.datetime) -> bool:
    """Write that a locked attendee accepted this version; gives whether they joined by it.

    For `booking.services.joining.join_event`. Whoever accepted an earlier version keeps the day on which
    they joined. Refuses NotYours and `old_agreement`.
    """
    if attendee.person_id != by.pk:
        raise NotYours(_("Only the attendee can do this."))
    if version != current_agreement().version:
        raise Refused(
            "old_agreement",
            _("The privacy notice or the pledge has changed: read them again, then accept them."),
            version=current_agreement().version,
        )
    is_new = not attendee.has_joined
    if attendee.agreement_version != version:
        attendee.agreed_at, attendee.agreement_version = attendee.agreed_at or now, version
        attendee.save(update_fields=["agreed_at", "agreement_version"])
    return is_new
