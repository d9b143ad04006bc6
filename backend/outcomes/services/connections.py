"""Connections: give somebody how to reach one, change it, end it; kept where an event's time is over."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Q
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.rules import met_between
from backend.booking.services.notices import notify
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import appears_under_alias
from backend.events.rules.attendees import check_own, clean_text
from backend.events.rules.states import Activity
from backend.events.selectors import shown_name
from backend.events.services.locks import lock_attendees
from backend.outcomes.models import ContactShare
from backend.people.models import Person
from backend.people.services import BadEmail, check_email
from backend.safeguarding.rules import contactable_for
from backend.safeguarding.selectors.names import name_shown_to

PHONE = re.compile(r"\+?[0-9()./ \-]{5,40}")
LEAST_DIGITS = 5


class BadContact(BusinessError):
    """What was typed is no address, number or link; `field` says which."""

    code = "bad_contact"
    status = 400


@dataclass(frozen=True, slots=True)
class ContactData:
    """How one lets somebody reach one; what is empty is not given."""

    email: str = ""
    phone: str = ""
    link: str = ""


@in_transaction
def share_contact(
    *, attendee: Attendee, other_id: int, data: ContactData, by: Person, now: dt.datetime
) -> ContactShare:
    """Give the other how to reach one, or change what was given; they read it once they give something, too.

    The first time the other is told: that one would like to stay in touch, or that the two are connected.
    Refuses NotYours, NotInThisState, NotFound, `under_alias`, `not_met`, `nothing_shared` and BadContact.
    """
    check_own(attendee, by, Activity.TAKE_PART)
    given = _clean(data)
    lock_attendees([attendee.pk, other_id])
    other = contactable_for(attendee, "contact", now, [other_id]).first()
    if other is None:
        raise NotFound(_("There is no such person at this forum, or you cannot see them."))
    if appears_under_alias(attendee):
        raise Refused(
            "under_alias",
            _("You appear under an alias here. Contact details would tell who you are, so none are shared."),
        )
    meeting = met_between(attendee.pk, other.pk, now).first()
    if meeting is None:
        raise Refused(
            "not_met",
            _("You can share contact details with %(name)s once you have met. Ask for a meeting first.")
            % {"name": name_shown_to(by, other, now)},
        )
    values = {"email": given.email, "phone": given.phone, "link": given.link, "changed_at": now}
    share, is_new = ContactShare.objects.update_or_create(
        event_id=attendee.event_id,
        giver_id=attendee.person_id,
        receiver_id=other.person_id,
        defaults=values,
        create_defaults=values | {"given_at": now},
    )
    if is_new:
        is_mutual = ContactShare.objects.mutual().filter(pk=share.pk).exists()
        kind = Notice.Kind.CONNECTED if is_mutual else Notice.Kind.CONTACT_OFFERED
        facts = {} if meeting.kind == Meeting.Kind.ONE_TO_ONE else {"other": attendee.pk}
        notify(meeting, kind, to=[other.pk], now=now, **facts)
    return share


@in_transaction
def end_connection(*, connection_id: int, by: Person) -> None:
    """Take back what one gave: the connection ends, and neither reads the other's details any more.

    At once, and for both: what the other gave goes, too. `connection_id`: one's own part. Refuses NotFound.
    """
    mine = ContactShare.objects.filter(giver=by, pk=connection_id).first()
    if mine is None:
        raise NotFound(_("There is no such connection, or it has ended."))
    both = ContactShare.objects.at(mine.event_id, mine.giver_id, mine.receiver_id)
    ids = list(both.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    ContactShare.objects.filter(pk__in=ids).delete()


def keep_connections(*, attendee: Attendee, now: dt.datetime) -> None:
    """Keep what both agreed to past the event's time of keeping; in the caller's transaction.

    Kept is what the contact policy shows the two of each other now, with their cards as they are now.
    """
    mine = ContactShare.objects.mutual().filter(event=attendee.event_id, giver=attendee.person_id, kept_at=None)
    people = mine.values("receiver")
    others = Attendee.objects.filter(event=attendee.event_id, person__in=people)
    shown = contactable_for(attendee, "contact", now, list(others.values_list("pk", flat=True)))
    me = Attendee.objects.select_related("organisation").get(pk=attendee.pk)
    for other in shown.select_related("organisation").order_by("pk"):
        both = ContactShare.objects.at(attendee.event_id, me.person_id, other.person_id)
        for giver in (me, other):
            both.filter(giver=giver.person_id).update(
                kept_at=now,
                kept_name=shown_name(giver),
                kept_title=giver.title,
                kept_organisation=giver.organisation.name if giver.organisation else "",
            )


def forget_connections(*, person: Person, event_id: int, even_kept: bool) -> None:
    """Delete what the person gave and got at the event; in the caller's transaction."""
    rows = ContactShare.objects.filter(Q(giver=person) | Q(receiver=person), event=event_id)
    (rows if even_kept else rows.filter(kept_at=None)).delete()


def _clean(data: ContactData) -> ContactData:
    """The details as they are stored; refuses `nothing_shared` and BadContact."""
    given = ContactData(*(clean_text(one) for one in (data.email, data.phone, data.link)))
    if given == ContactData():
        raise Refused(
            "nothing_shared", _("Give at least one way to reach you: an address, a number or a web page."), status=400
        )
    if given.link and "://" not in given.link:
        given = replace(given, link=f"https://{given.link}")
    if given.email:
        try:
            given = replace(given, email=check_email(given.email))
        except BadEmail as refusal:
            raise BadContact(refusal.message, field="email") from None
    if given.phone and (not PHONE.fullmatch(given.phone) or sum(one.isdigit() for one in given.phone) < LEAST_DIGITS):
        raise BadContact(
            _("This is not a telephone number. Write it like +66 2 123 4567, in 40 characters at most."), field="phone"
        )
    if given.link and (len(given.link) > 300 or not _is_web_address(given.link)):
        raise BadContact(
            _("This is not the address of a web page. Write it like https://example.org, in 300 characters."),
            field="link",
        )
    return given


def _is_web_address(link: str) -> bool:
    try:
        URLValidator(["https", "http"])(link)
    except ValidationError:
        return False
    return True
