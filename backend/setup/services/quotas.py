"""Administrators of the installation set what share of it an event may use."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import NotYours, Refused
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.roles import is_administrator
from backend.events.services.locks import lock_event
from backend.people.models import Person

MOST = 1_000_000  # of any of the limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The most people, mails of a day, pictures, and MB of pictures; as the fields of an event."""

    max_people: int
    max_mails_a_day: int
    max_pictures: int
    max_picture_mb: int


@in_transaction
def set_quota(*, event: Event, quota: Quota, by: Person, now: dt.datetime) -> None:
    """Set how many people, mails of a day and pictures the event may have; who is there stays.

    Refuses NotYours and `bad_quota`.
    """
    if not is_administrator(by):
        raise NotYours(_("Only an administrator of this installation sets the limits of a forum. Ask one."))
    wanted = asdict(quota)
    if not all(1 <= number <= MOST for number in wanted.values()):
        raise Refused("bad_quota", _("Each limit is a number from 1 to %(most)s.") % {"most": f"{MOST:,}"}, status=400)
    lock_event(event.pk)
    if Event.objects.filter(pk=event.pk, **wanted).exists():
        return
    Event.objects.filter(pk=event.pk).update(**wanted)
    record_act(event=event, by=by, kind=Act.Kind.QUOTA_SET, now=now)
