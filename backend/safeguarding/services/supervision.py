"""Who may look after minors, and where: adults who were checked, chaperones, and open places (S5)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.texts import CONTROL
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee, Organisation
from backend.events.models.events import Event
from backend.events.rules.attendees import clean_text
from backend.events.rules.rehearsals import check_takes_people
from backend.events.rules.roles import check_lead
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees
from backend.people.models import Person
from backend.safeguarding.models import Chaperone, OpenPlace, Vetting
from backend.safeguarding.rules import is_open, is_vetted
from backend.safeguarding.services.consent_mails import tell_leads

LINE_LIMIT = 120
LONGEST_CHECK = dt.timedelta(days=3 * 366)  # from today: no check of a person is older
BEFORE_VETTING_ENDS = dt.timedelta(days=14)  # leads are told that a check runs out


class BadVetting(BusinessError):
    """What a lead entered of a check cannot be; `details["field"]` says which."""

    code = "bad_vetting"
    status = 400


@in_transaction
def record_vetting(
    *, event: Event, attendee_id: int, checked_by: str, check_made: str, until: dt.date, by: Person, now: dt.datetime
) -> Vetting:
    """As a lead, record that an adult was checked: by whom, by which check, and its last day.

    It replaces an earlier record of the same adult. Refuses NotFound (to everybody but a lead, too),
    NotInThisState, `rehearsal_only` and BadVetting.
    """
    attendee = _adult(event, attendee_id, by, now)
    if attendee.person_id == by.pk:
        raise BadVetting(_("Another safeguarding lead records your own check."), field="attendee_id")
    vetting = Vetting(
        attendee=attendee,
        checked_by=_line(checked_by, "checked_by", _("Write who checked this person.")),
        check_made=_line(check_made, "check_made", _("Write which check it was.")),
        recorded_by=by,
        recorded_at=now,
        expires_at=dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), event.zone),
    )
    if not now < vetting.expires_at <= now + LONGEST_CHECK:
        raise BadVetting(_("A check ends after today, and at most three years from now."), field="until")
    Vetting.objects.filter(attendee=attendee, ended_at=None).update(ended_at=now)
    vetting.save()
    return vetting


@in_transaction
def end_vetting(*, event: Event, vetting_id: int, by: Person, now: dt.datetime) -> None:
    """As a lead, end the record of a check: it no longer holds. Refuses NotFound."""
    check_lead(by, event)
    found = Vetting.objects.filter(pk=vetting_id, attendee__event=event).first()
    if found is None:
        raise NotFound(_("There is no such record at this forum. Load the page again."))
    lock_attendees([found.attendee_id])
    Vetting.objects.filter(pk=vetting_id, ended_at=None).update(ended_at=now)


@in_transaction
def add_chaperone(
    *, event: Event, attendee_id: int, organisation_id: int | None, country: str, by: Person, now: dt.datetime
) -> Chaperone:
    """As a lead, record that a vetted adult looks after the minors of a delegation.

    The delegation is an organisation, or the country of those without one. Again, it changes nothing.
    Refuses NotFound, NotInThisState, `rehearsal_only` and `bad_chaperone`.
    """
    attendee = _adult(event, attendee_id, by, now)
    if not Attendee.objects.filter(is_vetted(now), pk=attendee.pk).exists():
        raise Refused("bad_chaperone", _("Record first who checked this person, and until when it holds."), status=400)
    minors = Attendee.objects.filter(event=event, age_class=Attendee.AgeClass.MINOR, organisation=organisation_id)
    if organisation_id is None:
        minors = minors.filter(country=country).exclude(country="")
    if not minors.exists():
        raise Refused(
            "bad_chaperone",
            _("No young person of this forum is of that delegation. Choose one of the list."),
            status=400,
        )
    organisation = Organisation.objects.get(pk=organisation_id) if organisation_id else None
    made, _is_new = Chaperone.objects.get_or_create(
        event=event,
        attendee=attendee,
        organisation=organisation,
        country="" if organisation else country,
        defaults={"recorded_by": by, "recorded_at": now},
    )
    return made


@in_transaction
def remove_chaperone(*, event: Event, chaperone_id: int, by: Person) -> None:
    """As a lead, end it; a missing one is no error. Refuses NotFound to everybody but a lead."""
    check_lead(by, event)
    found = Chaperone.objects.filter(pk=chaperone_id, event=event).first()
    if found is not None:
        lock_attendees([found.attendee_id])
        found.delete()


@in_transaction
def mark_open_place(*, event: Event, table_id: int, is_marked: bool, by: Person, now: dt.datetime) -> None:
    """As a lead, record that a table stands in the open, or that it no longer does.

    Refuses NotFound (to everybody but a lead, too) and NotInThisState.
    """
    check_lead(by, event)
    check_allowed(event, Activity.TAKE_PART)
    table = Table.objects.filter(pk=table_id, event=event, is_online=False).first()
    if table is None:
        raise NotFound(_("There is no such place at this forum. Load the page again."))
    if is_marked:
        OpenPlace.objects.get_or_create(table=table, defaults={"recorded_by": by, "recorded_at": now})
    else:
        OpenPlace.objects.filter(table=table).delete()


def forget_open_place(*, table_id: int) -> None:
    """A table has moved: nobody has seen that it stands in the open there. In the caller's transaction."""
    OpenPlace.objects.filter(table=table_id).delete()


@in_transaction
def remind_of_vettings(*, now: dt.datetime) -> int:
    """Once for each check that runs out within two weeks, mail the leads; gives their number."""
    due = Vetting.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).filter(
        ended_at=None, reminded_at=None, expires_at__gt=now, expires_at__lte=now + BEFORE_VETTING_ENDS
    )
    found = list(due.select_related("attendee").order_by("pk"))
    for vetting in found:
        vetting.reminded_at = now
    Vetting.objects.bulk_update(found, ["reminded_at"])
    for event_id in sorted({vetting.attendee.event_id for vetting in found}):
        tell_leads(event_id)
    return len(found)


def _adult(event: Event, attendee_id: int, by: Person, now: dt.datetime) -> Attendee:
    """The adult, locked."""
    check_lead(by, event)
    check_allowed(event, Activity.JOIN)
    check_takes_people(event)
    lock_attendees([attendee_id])
    rows = Attendee.objects.select_related("event", "person")
    adult = rows.filter(is_open(now), event=event, pk=attendee_id).first()
    if adult is None:
        raise NotFound(_("There is no such adult at this forum. Choose one of the list."))
    return adult


def _line(text: str, field: str, sentence: str) -> str:
    text = clean_text(text)
    if not text or len(text) > LINE_LIMIT or CONTROL.search(text):
        raise BadVetting(sentence, field=field)
    return text
