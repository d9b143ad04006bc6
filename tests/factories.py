"""Factories of the rows a test needs: each takes what matters and fills in the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.utils import timezone

from backend.events.models.agenda import Session
from backend.events.models.attendees import Attendee, Interest, Organisation, Sector
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event, Theme, Tie, Topic
from backend.events.models.roles import Appointment, CountryContact
from backend.events.services.sectors import load_sectors
from backend.people.models import ApiToken, Person
from backend.people.services import make_token
from backend.safeguarding.models import Report
from backend.safeguarding.services.blocks import block_person, unblock_person
from backend.safeguarding.services.reports import file_report
from backend.suggestions.models import ListReading, Run, Suggestion

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TOPICS = {"justice": ("evidence-reporting", "victim-support"), "prevention": ("sextortion", "safety-by-design-schools")}
_numbers = count(1)


def make_event(slug: str = "forum", **fields: Any) -> Event:
    """An open event with two themes of two topics each."""
    number = next(_numbers)
    event = Event.objects.create(
        **{
            "slug": slug if not Event.objects.filter(slug=slug).exists() else f"{slug}-{number}",
            "name": "Forum on Child Online Protection",
            "timezone": "Asia/Bangkok",
            "starts_on": dt.date(2026, 12, 9),
            "ends_on": dt.date(2026, 12, 10),
            "state": "open",
            **fields,
        }
    )
    themes = Theme.objects.bulk_create(
        Theme(event=event, key=key, name=key.title(), position=place) for place, key in enumerate(TOPICS)
    )
    Topic.objects.bulk_create(
        Topic(
            event=event,
            theme=theme,
            key=key,
            name=key.replace("-", " ").capitalize(),
            position=10 * theme.position + place,
        )
        for theme in themes
        for place, key in enumerate(TOPICS[theme.key])
    )
    return event


def in_two_weeks() -> dict[str, dt.date]:
    """The two days of a forum that is to come, for tests in which the clock runs."""
    day = timezone.now().date() + dt.timedelta(days=14)
    return {"starts_on": day, "ends_on": day + dt.timedelta(days=1)}


def make_organisation(
    event: Event, sector: str = "ict-ministry", constituency: str = "government", name: str = ""
) -> Organisation:
    [made] = make_organisations(event, [(sector, constituency, name)])
    return made


def make_organisations(event: Event, each: Sequence[tuple[str, str, str]]) -> list[Organisation]:
    """One for each sector, constituency and name, in as many queries as for one."""
    constituencies = {key: constituency for key, constituency, _name in each}
    sectors = {found.key: found for found in event.sectors.filter(key__in=constituencies)}
    if len(sectors) < len(constituencies):
        load_sectors(event=event)
        sectors = {found.key: found for found in event.sectors.filter(key__in=constituencies)}
    for key in constituencies.keys() - sectors.keys():
        name = key.replace("-", " ").capitalize()
        sectors[key] = Sector.objects.create(
            event=event, key=key, name=name, constituency=constituencies[key], position=99
        )
    return Organisation.objects.bulk_create(
        Organisation(event=event, name=name or f"Organisation {next(_numbers)}", sector=sectors[key])
        for key, _, name in each
    )


def token_of(person: Person, *scopes: str, days: int = 365) -> str:
    """An API token of the person, who has a second factor: with these scopes, or with all."""
    from tests.second_factor import give_factor  # its models exist only now

    give_factor(person)
    scopes = scopes or tuple(ApiToken.Scope.values)
    return make_token(person=person, name="A program", scopes=scopes, days=days, now=timezone.now())


def make_attendee(event: Event, **fields: Any) -> Attendee:
    """A listed adult who joined the event, with a person and an organisation of their own.

    `has_joined=False`: they have not accepted the notice and the pledge. `sector` and `constituency` say
    which organisation; `name`, `email`, `person` who; `seeks_topics` and `offers_topics` are topic keys; a
    `permission` was confirmed long ago; the rest are Attendee's fields.
    """
    [made] = make_attendees(event, [fields])
    return made


def make_attendees(event: Event, each: Sequence[dict[str, Any]]) -> list[Attendee]:
    """One of these fields each, as `make_attendee` has them, in about as many queries as for one."""
    each = [dict(fields) for fields in each]
    topics = [(fields.pop("seeks_topics", ()), fields.pop("offers_topics", ())) for fields in each]
    people = [fields.pop("person", None) or _new_person(fields) for fields in each]
    Person.objects.bulk_create(person for person in people if person.pk is None)
    kinds = [(fields.pop("sector", "ict-ministry"), fields.pop("constituency", "government"), "") for fields in each]
    new = [kind for kind, fields in zip(kinds, each, strict=True) if not fields.get("organisation")]
    organisations = iter(make_organisations(event, new) if new else ())
    attendees = Attendee.objects.bulk_create(
        _new_attendee(event, person, fields.pop("organisation", None) or next(organisations), fields)
        for person, fields in zip(people, each, strict=True)
    )
    for attendee in attendees:
        if attendee.permission != "participant":
            appoint(attendee, attendee.permission)
    _give_interests(event, list(zip(attendees, topics, strict=True)))
    return attendees


def _new_person(fields: dict[str, Any]) -> Person:
    """Not saved. Without quiet hours: mails are sent at whatever hour the tests run."""
    number = next(_numbers)
    email = fields.pop("email", f"person{number}@example.org")
    person = Person(
        email=email.strip(),
        name=fields.get("name") or f"Person {number}",
        is_demo=fields.pop("is_demo", email.endswith("@demo.example.org")),
        quiet_from=None,
        quiet_until=None,
    )
    person.set_password(None)
    return person


def _new_attendee(event: Event, person: Person, organisation: Organisation, fields: dict[str, Any]) -> Attendee:
    for only_of_a_new_person in ("email", "is_demo"):
        fields.pop(only_of_a_new_person, None)
    name = fields.pop("name", "") or person.name
    joined = {"agreed_at": NOW, "agreement_version": "2026-11-26"} if fields.pop("has_joined", True) else {}
    rest = {"age_class": "adult", "country": "Thailand", "languages": ["en"], "changed_at": NOW}
    return Attendee(event=event, person=person, name=name, organisation=organisation, **{**rest, **joined, **fields})


def _give_interests(event: Event, each: Sequence[tuple[Attendee, tuple[Sequence[str], Sequence[str]]]]) -> None:
    if not (keys := {key for _, both in each for part in both for key in part}):
        return
    topics = {topic.key: topic for topic in Topic.objects.filter(event=event, key__in=keys)}
    Interest.objects.bulk_create(
        Interest(event=event, attendee=attendee, topic=topics[key], seeks=key in seeks, offers=key in offers)
        for attendee, (seeks, offers) in each
        for key in sorted({*seeks, *offers})
    )


def host_contact(event: Event) -> CountryContact:
    """Whom to ring in the host country, not saved."""
    return CountryContact(
        event=event,
        country="Thailand",
        name="Child helpline",
        phone="1300",
        source="https://example.org/helpline",
        checked_on=NOW.date(),
        is_host=True,
        entered_at=NOW,
    )


def provide_for_minors(event: Event) -> None:
    """What an event needs before its minors come in: whom to ring, and their guardians' consent."""
    host_contact(event).save()
    for minor in Attendee.objects.filter(event=event, age_class="minor"):
        GuardianConsent.objects.create(
            attendee=minor,
            guardian="A Parent",
            way="paper",
            wording="2026-11-27",
            seen_by="A Chaperone",
            recorded_at=LONG_AGO,
            state="given",
            decided_at=LONG_AGO,
            expires_at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
        )


def appoint(attendee: Attendee, permission: str, since: dt.datetime = LONG_AGO) -> Appointment:
    """Give an attendee this permission in place of any they had, confirmed at that time."""
    Appointment.objects.filter(attendee=attendee).delete()
    Attendee.objects.filter(pk=attendee.pk).update(permission=permission)
    attendee.permission = permission
    return Appointment.objects.create(
        attendee=attendee, permission=permission, state="confirmed", proposed_at=since, decided_at=since
    )


def make_session(event: Event, title: str = "Opening") -> Session:
    starts_at = dt.datetime.combine(event.starts_on, dt.time(9), event.zone)
    return Session.objects.create(
        event=event, title=title, starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1)
    )


def make_tie(edition: Event, first: Attendee, second: Attendee) -> Tie:
    low, high = sorted([first.person_id, second.person_id])
    return Tie.objects.create(edition=edition, first_id=low, second_id=high, met_on=edition.starts_on)


def make_run(
    event: Event, lists: dict[Attendee, list[Attendee]], reasons: list[dict[str, Any]] | None = None, **fields: Any
) -> Run:
    """A published Run with these lists, best first, and a reading of everybody's present profile."""
    run = Run.objects.create(event=event, model="test", state=Run.State.CURRENT, published_at=NOW, **fields)
    ListReading.objects.bulk_create(
        ListReading(run=run, attendee=one, profile_changed_at=one.changed_at, computed_at=NOW) for one in lists
    )
    topic_offered = {"code": "topic_offered", "weight": 0.5, "evidence": {"topic": "evidence-reporting"}}
    Suggestion.objects.bulk_create(
        Suggestion(
            run=run,
            attendee=attendee,
            other=other,
            rank=rank,
            score=round(1 / (1 + rank), 4),
            reasons=reasons or [topic_offered],
        )
        for attendee, others in lists.items()
        for rank, other in enumerate(others, start=1)
    )
    return run


def block_contact(how: str, by: Attendee, other: Attendee, now: dt.datetime = NOW) -> None:
    """Block contact between two people by a block or by a report: both have the same consequences."""
    if how == "block":
        block_person(blocked=other.person, by=by.person, now=now)
    else:
        file_report(reporter=by, reported_id=other.pk, category="harassment", words="Too close.", now=now)


def unblock_contact(how: str, by: Attendee, other: Attendee, now: dt.datetime = NOW) -> None:
    """Undo `block_contact`; a report's row is deleted, since otherwise only a lead could close it."""
    if how == "block":
        unblock_person(blocked=other.person, by=by.person, now=now)
    else:
        Report.objects.filter(reporter=by, reported=other).delete()
