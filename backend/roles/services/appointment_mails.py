"""Mails to an event's leads and organisers about every change of who they are (S10)."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.queue import MAIL, URGENT, enqueue
from backend.core.smtp import MailDelayed, automatic_mail, send_mail_now
from backend.events.models.roles import Appointment
from backend.events.rules.roles import LEAD, leads_of, organisers_of, what_running_lacks
from backend.events.selectors import name_in_lists, names_of_people
from backend.people.models import Person
from backend.people.rules import in_language_of

SEND_APPOINTMENT_MAIL = "roles.send_appointment_mail"
State = Appointment.State
LEAD_SUBJECTS = {
    State.PROPOSED.value: gettext_lazy("Safeguarding lead proposed: %(event)s"),
    State.CONFIRMED.value: gettext_lazy("New safeguarding lead: %(event)s"),
    State.REFUSED.value: gettext_lazy("Safeguarding lead not confirmed: %(event)s"),
    State.ENDED.value: gettext_lazy("Safeguarding lead ended: %(event)s"),
}
ORGANISER_SUBJECTS = {
    State.PROPOSED.value: gettext_lazy("Organiser proposed: %(event)s"),
    State.CONFIRMED.value: gettext_lazy("New organiser: %(event)s"),
    State.REFUSED.value: gettext_lazy("Organiser not confirmed: %(event)s"),
    State.ENDED.value: gettext_lazy("Organiser ended: %(event)s"),
}
OWN_SUBJECTS = {
    True: gettext_lazy("You are a safeguarding lead of %(event)s"),
    False: gettext_lazy("You are an organiser of %(event)s"),
}


def tell_of_appointment(appointment: Appointment, change: str) -> None:
    """Queue a mail to each lead and organiser of the event and to the person concerned.

    The administrators get it, too, while the event has no lead, and where one was ended of a running event
    that now has too few. Called in the transaction of the change.
    """
    event = appointment.attendee.event
    event_id = event.pk
    told = set(leads_of(event_id).values_list("person_id", flat=True))
    if not told or (change == State.ENDED and what_running_lacks(event)):
        staff = Person.objects.filter(Q(is_staff=True) | Q(is_superuser=True), is_active=True)
        told |= set(staff.values_list("pk", flat=True))
    told |= set(organisers_of(event_id).values_list("person_id", flat=True))
    for person_id in sorted(told | {appointment.attendee.person_id}):
        enqueue(
            SEND_APPOINTMENT_MAIL,
            lock=f"mail:person:{person_id}",
            queue=MAIL,
            priority=URGENT,
            appointment_id=appointment.pk,
            change=change,
            person_id=person_id,
        )


def send_appointment_mail(*, appointment_id: int, change: str, person_id: int) -> None:
    """Mail one reader what changed; nothing where the account is closed or the attendee has left.

    Raises MailDelayed where the server did not take it, unless another attempt is pointless.
    """
    appointments = Appointment.objects.select_related(
        "attendee__person", "attendee__event", "proposed_by", "decided_by", "ended_by"
    )
    appointment = appointments.filter(pk=appointment_id).first()
    reader = Person.objects.filter(pk=person_id, is_active=True).first()
    if appointment is None or reader is None:
        return
    event = appointment.attendee.event
    with in_language_of(reader, event):
        mail = _mail_to(reader, appointment, change)
    result = send_mail_now(mail, event=event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)


def _mail_to(reader: Person, appointment: Appointment, change: str) -> EmailMessage:
    event, is_lead = appointment.attendee.event, appointment.permission == LEAD
    is_own = change == State.CONFIRMED and reader.pk == appointment.attendee.person_id
    subject = OWN_SUBJECTS[is_lead] if is_own else (LEAD_SUBJECTS if is_lead else ORGANISER_SUBJECTS)[change]
    by = {State.PROPOSED.value: appointment.proposed_by, State.ENDED.value: appointment.ended_by}.get(
        change, appointment.decided_by
    )
    by_name = names_of_people([by.pk], event).get(by.pk) if by else ""
    host = settings.TITIAN_ADDRESS.rstrip("/")
    home = f"{host}/e/{event.slug}"
    comes_in = reader.attendances.filter(event=event).exists()
    context = {
        "change": change,
        "is_own": is_own,
        "is_lead": is_lead,
        "name": name_in_lists(appointment.attendee),
        "by": by_name or _("Somebody whose account is gone"),
        "event": event.local_name,
        "lacks": what_running_lacks(event) if change == State.ENDED else "",
        "address": f"{home}/roles/" if comes_in else f"{host}/forums/{event.slug}/roles/",
        "own_address": f"{home}/reports/" if is_lead else f"{home}/set-up/",
    }
    return automatic_mail(
        to=reader.email,
        subject=str(subject) % {"event": event.local_name},
        body=render_to_string("roles/mail/appointment.txt", context),
    )
