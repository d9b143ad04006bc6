"""A rehearsal: a copy of a forum with made-up people, and its end."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import NotFound, Refused
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee, Interest, Organisation
from backend.events.models.events import Event
from backend.events.rules.agreements import current_agreement
from backend.events.rules.attendees import check_organiser
from backend.events.rules.rehearsals import MADE_UP_DOMAIN, made_up_in
from backend.events.rules.roles import ORGANISER, organisers_of
from backend.events.rules.states import Activity
from backend.events.services.changes import announce_opening
from backend.events.services.locks import lock_event
from backend.events.services.setup import NAME_LENGTH
from backend.people.models import KnownMinor, Person
from backend.people.services import find_or_create_people
from backend.roles.services.appointments import record_appointed
from backend.setup.services.events import create_event
from backend.setup.services.forums import copy_edition

PEOPLE_FILE = Path(__file__).parents[1] / "data" / "rehearsal.json"
TEXTS = ("about", "seeks", "offers")


@in_transaction
def start_rehearsal_event(*, event: Event, by: Person, now: dt.datetime) -> Event:
    """An open copy of the event with its organisers and some forty made-up people; lists are made at once.

    Its set-up is what `start_event` takes over of an earlier edition, on the same days. Pages use
    `start_rehearsal` in `meetings`, which also copies rules and opens times. Refuses OrganisersOnly,
    NotInThisState and `rehearsed_already`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    if event.is_rehearsal:
        raise Refused("rehearsed_already", _("This is a rehearsal already."))
    if Event.objects.filter(rehearsal_of=event).exists():
        raise Refused("rehearsed_already", _("This forum has a rehearsal: go into it, or end it and start another."))
    rehearsal = create_event(
        slug=f"rehearsal-{event.pk}",
        name=(_("Rehearsal of %(event)s") % {"event": event.name})[:NAME_LENGTH],
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        timezone=event.timezone,
        venue=event.venue,
        languages=event.languages,
        interpreters=event.interpreters,
        meetings_per_person=event.meetings_per_person,
        has_shipped_topics=False,
        has_shipped_sectors=False,
        previous=event.previous,
        now=now,
    )
    rehearsal.rehearsal_of, rehearsal.state = event, Event.State.OPEN
    rehearsal.save(update_fields=["rehearsal_of", "state"])
    copy_edition(rehearsal, event)
    record_act(event=rehearsal, by=by, kind=Act.Kind.STARTED, now=now)
    for organiser in organisers_of(event).order_by("pk"):
        _add_organiser(rehearsal, organiser, now)
    _add_made_up(rehearsal, now)
    announce_opening(rehearsal.pk)
    return rehearsal


def _add_organiser(rehearsal: Event, organiser: Attendee, now: dt.datetime) -> None:
    """The organiser as organiser alone: hidden, so that no list names them."""
    copy = Attendee.objects.create(
        event=rehearsal,
        person_id=organiser.person_id,
        name=organiser.name,
        short_name=organiser.short_name,
        age_class=organiser.age_class,
        visibility=Attendee.Visibility.HIDDEN,
        joined_at=now,
        changed_at=now,
    )
    record_appointed(attendee=copy, permission=ORGANISER, now=now)


def _add_made_up(rehearsal: Event, now: dt.datetime) -> None:
    """Adults who have joined, of every sector; each offers one of the topics and seeks another."""
    data: dict[str, Any] = json.loads(PEOPLE_FILE.read_text(encoding="utf-8"))
    rows = data["people"]
    emails = [f"made-up-{number}.{rehearsal.slug}@{MADE_UP_DOMAIN}" for number in range(1, len(rows) + 1)]
    people = find_or_create_people(names=dict(zip(emails, (row["name"] for row in rows), strict=True)))
    topics, houses = list(rehearsal.topics.all()), _organisations(rehearsal, data["organisations"])
    for place, (email, row) in enumerate(zip(emails, rows, strict=True)):
        offered = topics[place % len(topics)] if topics else None
        sought = topics[(place + 1 + place // len(topics)) % len(topics)] if topics else None
        words = {
            "offers": offered.name if offered else rehearsal.name,
            "seeks": sought.name if sought else rehearsal.name,
        }
        texts = {part: data[part][place % len(data[part])].format(**words) for part in TEXTS}
        attendee = Attendee.objects.create(
            event=rehearsal,
            person=people[email],
            **row,
            **texts,
            organisation=houses[place % len(houses)] if houses else None,
            age_class=Attendee.AgeClass.ADULT,
            languages=["en"],
            joined_at=now,
            changed_at=now,
            agreed_at=now,
            agreement_version=current_agreement().version,
        )
        Interest.objects.bulk_create(
            Interest(event=rehearsal, attendee=attendee, topic=topic, seeks=topic == sought, offers=topic == offered)
            for topic in {offered, sought}
            if topic is not None
        )


def _organisations(rehearsal: Event, names: list[str]) -> list[Organisation]:
    """One organisation of each of these names; they take the sectors in turn."""
    sectors = list(rehearsal.sectors.all())
    if not sectors:
        return []
    return [
        Organisation.objects.get_or_create(
            event=rehearsal, name=name, defaults={"sector": sectors[place % len(sectors)]}
        )[0]
        for place, name in enumerate(names)
    ]


@in_transaction
def end_rehearsal(*, event: Event, by: Person) -> None:
    """Delete the event's rehearsal with everything in it, and the made-up people that were only there.

    No real person is deleted. Refuses OrganisersOnly, NotInThisState and NotFound.
    """
    check_organiser(by, event, Activity.EDIT)
    rehearsal = Event.objects.select_for_update(no_key=True).filter(rehearsal_of=event).first()
    if rehearsal is None:
        raise NotFound(_("This forum has no rehearsal."))
    made_up = list(made_up_in(Attendee.objects.of(rehearsal)).values_list("person", flat=True))
    KnownMinor.objects.filter(event=rehearsal).of(person__in=made_up).delete()
    rehearsal.delete()
    elsewhere = Attendee.objects.filter(person=OuterRef("pk"))
    Person.objects.filter(~Exists(elsewhere), pk__in=made_up).delete()
