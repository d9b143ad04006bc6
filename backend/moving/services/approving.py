"""What two people decide together: a safeguarding lead of the forum, and an administrator of the installation."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.roles import check_lead, is_administrator
from backend.events.services.locks import lock_event
from backend.moving.models import Approval
from backend.moving.rules import APPROVAL_LIFE, CannotMove
from backend.people.models import Person


@in_transaction
def approve_move(*, event: Event, kind: str, by: Person, now: dt.datetime) -> None:
    """A lead agrees to the forum's export or deletion by an administrator within a day.

    Refuses NotFound to all others, and `not_confirmed`.
    """
    check_lead(by, event)
    if kind not in Approval.Kind.values:
        raise Refused("not_confirmed", _("Choose what you agree to."), status=400)
    lock_event(event.pk)
    Approval.objects.filter(event=event, kind=kind, used_at=None).delete()
    Approval.objects.create(event=event, lead=by, kind=kind, approved_at=now)


@in_transaction
def withdraw_approvals(*, event: Event, by: Person) -> None:
    """End what leads agreed to and nobody has done; by any lead. Refuses NotFound to all others."""
    check_lead(by, event)
    Approval.objects.filter(event=event, used_at=None).delete()


def use_approval(*, event: Event, kind: str, administrator: Person, now: dt.datetime) -> None:
    """Take up the lead's approval, in the caller's transaction; it is used once.

    Refuses `not_yours` to all but administrators, and `not_approved` without a valid one by somebody else who
    still leads the forum.
    """
    if not is_administrator(administrator):
        raise CannotMove("not_yours", "Only an administrator of this installation does this: name one by --by.")
    found = Approval.objects.select_for_update(no_key=True).filter(
        event=event, kind=kind, used_at=None, approved_at__gt=now - APPROVAL_LIFE
    )
    approval = found.exclude(lead=None).exclude(lead=administrator.pk).order_by("-pk").first()
    if approval is None or approval.lead is None:
        raise CannotMove(
            "not_approved",
            f"A safeguarding lead of {event.slug}, who is not {administrator}, agrees to it first, "
            f"on the forum’s page “Move this forum” (/e/{event.slug}/move/); it holds for a day.",
        )
    check_lead(approval.lead, event)
    approval.used_at = now
    approval.save(update_fields=["used_at"])
