"""Two people who read one mailbox: each an account of their own, chosen by name at sign-in."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser, normalise_text
from backend.events.rules.mailboxes import may_share_mailbox
from backend.events.rules.quotas import check_room_for_people
from backend.events.rules.states import Activity
from backend.events.services.attendees import NewAttendee, organisation_named
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_event
from backend.people.models import Person, address_hash
from backend.people.selectors import person_with_email, plain_word, who_reads_the_mailbox_of
from backend.people.services import check_email, check_name


@in_transaction
def add_to_mailbox(*, event: Event, new: NewAttendee, by: Person, now: dt.datetime) -> Attendee:
    """Add somebody who reads the mailbox of an account there is, with an account of their own.

    Who has the account signs in as before, and is asked which of the two it is. Refuses OrganisersOnly,
    BadEmail, `bad_name`, QuotaReached, and `cannot_share_mailbox`, also where the account has a part in a
    forum of others.
    """
    check_organiser(by, event, Activity.EDIT)
    name = check_name(new.name)
    lock_event(event.pk)
    email = check_email(new.email)
    first = person_with_email(email)
    is_adult = new.age_class == Attendee.AgeClass.ADULT
    refused = Refused(
        "cannot_share_mailbox",
        _("Two known adults without an office can share an address, and no third. Write another address."),
    )
    if first is None or not is_adult or plain_word(first.name) == plain_word(name):
        raise refused
    if not Attendee.objects.filter(event=event, person__in=who_reads_the_mailbox_of(first)).exists():
        raise refused  # whether an account exists elsewhere is not told
    first = Person.objects.select_for_update(no_key=True).get(pk=first.pk)
    waits = Person.objects.filter(shares_with=first, waits_for_proof=True).exists()
    if waits or first.address_hash != address_hash(email):  # changed in this moment
        raise refused
    readers = list(who_reads_the_mailbox_of(first))
    second = next((one for one in readers if one.pk != first.pk), None)
    if second is not None and plain_word(second.name) != plain_word(name):
        raise refused
    ids = [one.pk for one in readers]
    if Person.objects.filter(may_share_mailbox(now), pk__in=ids).count() < len(ids):
        raise refused
    ours = Attendee.objects.filter(person=by.pk, permission=Attendee.Permission.ORGANISER).values("event")
    if Attendee.objects.filter(person__in=ids).exclude(event__in=ours).exists():
        raise refused  # an organiser speaks for their own forums alone
    is_here = second is not None and Attendee.objects.filter(event=event, person=second).exists()
    check_room_for_people(event, 0 if is_here else 1)
    if second is None:
        second = Person.objects.create(
            email=first.email, name=name, shares_with=first, is_demo=first.is_demo, password=make_password(None)
        )
    attendee, _created = Attendee.objects.get_or_create(
        event=event,
        person=second,
        defaults={
            "name": name,
            "organisation": organisation_named(event, normalise_text(new.organisation)),
            "age_class": Attendee.AgeClass.ADULT,
        },
    )
    announce_changes(event.pk)
    return attendee
