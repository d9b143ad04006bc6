"""Starting a forum: its description, its first organiser and lead, and what an earlier edition hands on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import NotFound, NotYours, Refused
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event, Theme, Topic
from backend.events.models.roles import Appointment
from backend.events.rules.attendees import clean_text
from backend.events.rules.roles import LEAD, ORGANISER, can_start_forums, is_administrator
from backend.events.selectors import editions_to_copy
from backend.events.services.sectors import load_plain_sectors
from backend.people.models import Person
from backend.people.services import check_name
from backend.roles.services.appointment_mails import tell_of_appointment
from backend.roles.services.appointments import check_fits, record_appointed
from backend.setup.services.events import create_event, find_or_add_attendee

FROM_NOTHING, FROM_SHIPPED, FROM_EDITION = "nothing", "shipped", "edition"


class NotAllowedToStart(NotYours):
    code = "not_allowed_to_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumData:
    """What a forum starts with. `basis`: nothing, the shipped topics, or the edition with this slug."""

    slug: str
    name: str
    starts_on: dt.date
    ends_on: dt.date
    timezone: str
    venue: str = ""
    languages: tuple[str, ...] = ()
    interpreters: bool = False
    basis: str = FROM_SHIPPED
    edition: str = ""
    organiser_name: str
    organiser_email: str
    lead_name: str
    lead_email: str


@in_transaction
def start_event(*, data: ForumData, by: Person, now: dt.datetime) -> Event:
    """A new draft with its first organiser and lead; of an earlier edition all but its people.

    Named by an administrator the two hold their roles at once, else they are proposed, and an administrator
    confirms them. Pages and the API use `start_forum` in `meetings`, which also copies the rules for
    requests. Refuses NotAllowedToStart, `name_two_others`, NotFound (no such edition), what `create_event`
    refuses, `bad_name`, and CannotPropose.
    """
    if not can_start_forums(by):
        raise NotAllowedToStart(
            _("Only administrators, and people whom they allow, can start a forum. Ask an administrator.")
        )
    earlier = None
    if data.basis == FROM_EDITION:
        earlier = editions_to_copy(by).filter(slug=data.edition).first()
        if earlier is None:
            raise NotFound(_("There is no such edition to start from. Choose one of the list, or nothing."))
    event = create_event(
        slug=data.slug,
        name=data.name,
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        timezone=data.timezone,
        venue=clean_text(data.venue),
        languages=data.languages,
        interpreters=data.interpreters,
        meetings_per_person=earlier.meetings_per_person if earlier else 5,
        has_shipped_topics=data.basis == FROM_SHIPPED,
        has_shipped_sectors=data.basis == FROM_SHIPPED,
        previous=earlier,
        now=now,
    )
    if earlier is not None:
        copy_edition(event, earlier)
    if data.basis == FROM_NOTHING:
        load_plain_sectors(event=event)
    record_act(event=event, by=by, kind=Act.Kind.STARTED, now=now)
    organiser = find_or_add_attendee(
        event=event, email=data.organiser_email, name=check_name(data.organiser_name), now=now
    )
    lead = find_or_add_attendee(event=event, email=data.lead_email, name=check_name(data.lead_name), now=now)
    if organiser == lead or by.pk in (organiser.person_id, lead.person_id):
        raise Refused(
            "name_two_others",
            _("Name two other people: one as organiser and another one as safeguarding lead, not yourself."),
        )
    for attendee, permission in ((organiser, ORGANISER), (lead, LEAD)):
        _name_first(attendee, permission, by, now)
    return event


def _name_first(attendee: Attendee, permission: str, by: Person, now: dt.datetime) -> None:
    check_fits(attendee, permission)
    if is_administrator(by):
        appointment = record_appointed(attendee=attendee, permission=permission, by=by, now=now)
    else:
        appointment = Appointment.objects.create(
            attendee=attendee, permission=permission, proposed_by=by, proposed_at=now
        )
    tell_of_appointment(appointment, appointment.state)


def copy_edition(event: Event, earlier: Event) -> None:
    """Themes, topics, tables, sectors with their organisations, and times at the same hours of each day."""
    themes = {}
    for theme in earlier.themes.all():
        themes[theme.pk] = Theme.objects.create(
            event=event, key=theme.key, name=theme.name, names=theme.names, position=theme.position
        )
    Topic.objects.bulk_create(
        Topic(
            event=event,
            theme=themes[topic.theme_id],
            key=topic.key,
            name=topic.name,
            names=topic.names,
            description=topic.description,
            descriptions=topic.descriptions,
            position=topic.position,
        )
        for topic in earlier.topics.all()
    )
    Table.objects.bulk_create(
        Table(
            event=event,
            label=table.label,
            place=table.place,
            step_free=table.step_free,
            is_online=table.is_online,
            room_link=table.room_link,
        )
        for table in earlier.tables.all()
    )
    sectors = {}
    for sector in earlier.sectors.all():
        sectors[sector.pk] = Sector.objects.create(
            event=event,
            key=sector.key,
            name=sector.name,
            names=sector.names,
            constituency=sector.constituency,
            position=sector.position,
        )
    Organisation.objects.bulk_create(
        Organisation(event=event, name=row.name, sector=sectors[row.sector_id])
        for row in earlier.organisations.order_by("pk")
    )
    shifted = (_shifted(slot, earlier, event) for slot in earlier.slots.all())
    Slot.objects.bulk_create((slot for slot in shifted if slot is not None), ignore_conflicts=True)


def _shifted(slot: Slot, earlier: Event, event: Event) -> Slot | None:
    """The slot at the same hour of the same day of the event, by each one's clock; None past its last day."""
    start = slot.starts_at.astimezone(earlier.zone)
    day = event.starts_on + (start.date() - earlier.starts_on)
    starts_at = dt.datetime.combine(day, start.time(), event.zone).astimezone(dt.UTC)
    ends_at = starts_at + (slot.ends_at - slot.starts_at)
    last_moment = (ends_at - dt.timedelta.resolution).astimezone(event.zone)
    if last_moment.date() > event.ends_on:
        return None
    return Slot(event=event, starts_at=starts_at, ends_at=ends_at)
