"""What is stored of one person, for that person alone: field by field with who reads it, and as a file."""

from __future__ import annotations

import base64
import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from backend.agenda.models import CalendarFeed
from backend.assistants.models import Assistant
from backend.booking.models.availability import Availability, BusyCalendar
from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.questions import Question
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.selectors.meetings import MeetingRow, rows_for
from backend.directory.models import ProfileVisit, WishToMeet
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.consents import GuardianConsent
from backend.events.models.merges import Merge
from backend.events.models.pictures import Picture
from backend.events.rules.aliases import appears_under_alias
from backend.events.rules.consents import has_consent
from backend.events.selectors import attendances_for
from backend.groups.models import RoundTable
from backend.groups.selectors.office_hours import office_rows_for
from backend.groups.selectors.rounds import own_tables
from backend.invitations.models import Invitation
from backend.outcomes.models import ContactShare
from backend.outcomes.selectors.connections import connections_for
from backend.people.models import Person
from backend.people.selectors import identities_of, tokens_of
from backend.roster.models import Registration
from backend.safeguarding.models import Block, DelegationSeat, Report
from backend.safeguarding.rules import is_open
from backend.safeguarding.selectors.blocks import blocks_made_by
from backend.safeguarding.selectors.pictures import has_picture
from backend.suggestions.models import Feedback, SuggestionView

Value = str | int | bool | dt.datetime | tuple[str, ...] | None
Row = dict[str, Any]


class Readers(enum.StrEnum):
    """Who reads a field, beside the person."""

    NOBODY = "nobody"
    ORGANISERS = "organisers"
    LEADS = "leads"
    PEOPLE = "people"  # whom the contact policy lets see the person
    MEETING = "meeting"  # the other person of a meeting
    CONNECTED = "connected"  # whom they gave it to, once both gave
    ASSISTANTS = "assistants"  # the other of the two
    SESSION = "session"  # of a minor: the adults of a session with their delegation


@dataclass(frozen=True, slots=True)
class StoredField:
    """One thing that is stored. Of what comes in rows the value is their number."""

    key: str
    value: Value
    readers: tuple[Readers, ...]


@dataclass(frozen=True, slots=True)
class StoredGroup:
    key: str
    fields: tuple[StoredField, ...]


def stored_for(attendee: Attendee, now: dt.datetime) -> tuple[StoredGroup, ...]:
    """Everything stored of the attendee at their event and of their account, in groups."""
    return (
        StoredGroup("profile", _profile(attendee, now)),
        StoredGroup("account", _account(attendee)),
        StoredGroup("activity", _activity(attendee)),
        StoredGroup("safety", _safety(attendee, now)),
    )


def _profile(attendee: Attendee, now: dt.datetime) -> tuple[StoredField, ...]:
    listed, own, full_name = _readers_of_profile(attendee, now)
    organisation = attendee.organisation
    topics = _topics(attendee)
    office = (Readers.ORGANISERS, Readers.LEADS)
    return (
        StoredField("name", attendee.name, full_name),
        StoredField("short_name", attendee.short_name, listed),
        StoredField("organisation", organisation.name if organisation else "", listed),
        StoredField("sector", organisation.sector.name if organisation else "", listed),
        StoredField("title", attendee.title, own),
        StoredField("country", attendee.country, listed),
        StoredField("languages", tuple(attendee.languages), listed),
        StoredField("translating_device", attendee.translating_device, listed),
        StoredField("about", attendee.about, own),
        StoredField("seeks", attendee.seeks, own),
        StoredField("offers", attendee.offers, own),
        StoredField("seeks_topics", topics["seeks"], own),
        StoredField("offers_topics", topics["offers"], own),
        StoredField("picture", has_picture(attendee), own),
        StoredField("role", attendee.get_role_display(), listed),
        StoredField("listed", attendee.visibility == Attendee.Visibility.LISTED, office),
        StoredField("age_class", attendee.get_age_class_display(), office),
        StoredField("agreed_at", attendee.agreed_at, office),
    )


def _readers_of_profile(attendee: Attendee, now: dt.datetime) -> tuple[tuple[Readers, ...], ...]:
    """Who reads what stands on a list, one's own words, and the full name (S1, S7)."""
    office: tuple[Readers, ...] = (Readers.ORGANISERS, Readers.LEADS)
    if attendee.age_class == Attendee.AgeClass.MINOR:
        has_one = Attendee.objects.filter(has_consent(now), pk=attendee.pk).exists()
        return (*office, Readers.SESSION) if has_one else office, (Readers.NOBODY,), (Readers.LEADS,)
    if attendee.age_class != Attendee.AgeClass.ADULT:
        return office, (Readers.NOBODY,), office
    is_shown = Attendee.objects.filter(is_open(now), pk=attendee.pk).exists()
    everybody = (Readers.PEOPLE, *office) if is_shown else office
    return everybody, everybody, everybody


def _topics(attendee: Attendee) -> dict[str, tuple[str, ...]]:
    rows = Interest.objects.filter(attendee=attendee).select_related("topic").order_by("topic__position")
    found = list(rows)
    return {
        "seeks": tuple(one.topic.name for one in found if one.seeks),
        "offers": tuple(one.topic.name for one in found if one.offers),
    }


def _account(attendee: Attendee) -> tuple[StoredField, ...]:
    me = attendee.person
    nobody: tuple[Readers, ...] = (Readers.NOBODY,)
    hours = f"{me.quiet_from:%H:%M}–{me.quiet_until:%H:%M}" if me.quiet_from and me.quiet_until else ""
    reads_address: tuple[Readers, ...] = (Readers.ORGANISERS, Readers.LEADS)
    if attendee.age_class != Attendee.AgeClass.ADULT:
        reads_address = nobody
    elif appears_under_alias(attendee):
        reads_address = (Readers.LEADS,)
    return (
        StoredField("email", me.email, reads_address),
        StoredField("former_addresses", me.former_addresses.count(), nobody),
        StoredField("account_name", me.name, nobody),
        StoredField("timezone", me.own_timezone, nobody),
        StoredField("language", me.language or me.browser_language, nobody),
        StoredField("quiet_hours", hours, nobody),
        StoredField("digest", me.get_digest_display(), nobody),
        StoredField("account_since", me.joined_at, nobody),
        StoredField("last_sign_in", me.last_login, nobody),
        StoredField("api_tokens", tokens_of(me).count(), nobody),
        StoredField("linked_accounts", identities_of(me).count(), nobody),
    )


def _activity(attendee: Attendee) -> tuple[StoredField, ...]:
    nobody, meeting = (Readers.NOBODY,), (Readers.MEETING,)
    feedback = Feedback.objects.filter(attendee=attendee)
    meetings = Meeting.objects.one_to_one()
    not_of_groups = meetings | Meeting.objects.office_hours() | Meeting.objects.of_rounds()
    parts = SessionPart.objects.filter(attendee=attendee)
    sessions = (Readers.PEOPLE,) if attendee.shows_sessions else nobody
    return (
        StoredField("meetings", not_of_groups.of(attendee).count(), (Readers.MEETING, Readers.ORGANISERS)),
        StoredField("messages", meetings.filter(asker=attendee).exclude(message="").count(), meeting),
        StoredField("questions", Question.objects.filter(meeting__in=meetings.of(attendee)).count(), meeting),
        StoredField("reported_meetings", _attested(attendee), (Readers.ORGANISERS,)),
        StoredField("assistants", _assistants(attendee).count(), (Readers.ASSISTANTS,)),
        StoredField("waiting_lists", WaitingListEntry.objects.filter(attendee=attendee).count(), nobody),
        StoredField("follow_ups", FollowUp.objects.filter(attendee=attendee).count(), nobody),
        StoredField("delegation_sessions", _delegation_sessions(attendee), (Readers.SESSION, Readers.LEADS)),
        StoredField("contacts_given", _contacts_given(attendee), (Readers.CONNECTED,)),
        StoredField("open_times", Availability.objects.filter(attendee=attendee).count(), meeting),
        StoredField("busy_calendar", BusyCalendar.objects.filter(attendee=attendee).count(), nobody),
        StoredField("bookmarks", parts.filter(part=SessionPart.Part.BOOKMARKED).count(), sessions),
        StoredField("saved", feedback.filter(verdict=Feedback.Verdict.GOOD).count(), nobody),
        StoredField("not_relevant", feedback.filter(verdict=Feedback.Verdict.NOT_RELEVANT).count(), nobody),
        StoredField("seen_cards", SuggestionView.objects.filter(attendee=attendee).count(), nobody),
        StoredField("opened_pages", ProfileVisit.objects.filter(attendee=attendee).count(), nobody),
        StoredField("wishes", WishToMeet.objects.filter(asker=attendee).count(), nobody),
        StoredField("news", Notice.objects.filter(attendee=attendee).count(), nobody),
        StoredField("calendar_address", _calendar_since(attendee), nobody),
        StoredField("invitations", Invitation.objects.filter(attendee=attendee).count(), (Readers.ORGANISERS,)),
        StoredField("registrations", Registration.objects.filter(attendee=attendee).count(), (Readers.ORGANISERS,)),
        StoredField("webhooks", len(_told_to_webhooks(attendee)), (Readers.ORGANISERS,)),
    )


def _assistants(attendee: Attendee) -> QuerySet[Assistant]:
    """Who may act for them, was asked to, or for whom they act."""
    return Assistant.objects.filter(Q(principal=attendee) | Q(attendee=attendee))


def _told_to_webhooks(attendee: Attendee) -> list[Row]:
    """What the organisers' servers are told of the attendee's joining and meetings.

    Whether it was sent is left out: it hangs on the other, too.
    """
    fields = {"type": "type", "at": "created_at"}
    meetings = Meeting.objects.of(attendee).exclude(webhook_deliveries=None).order_by("pk")
    rows = [_rows(one.webhook_deliveries, fields) for one in (attendee, *meetings)]
    return [row for found in rows for row in found]


def _contacts_given(attendee: Attendee) -> int:
    return ContactShare.objects.filter(giver=attendee.person_id, event=attendee.event_id).count()


def _attested(attendee: Attendee) -> int:
    return Seat.objects.filter(attendee=attendee).exclude(word="").count()


def _delegation_sessions(attendee: Attendee) -> int:
    return DelegationSeat.objects.filter(attendee=attendee).count()


def _calendar_since(attendee: Attendee) -> dt.datetime | None:
    feeds = CalendarFeed.objects.filter(attendee=attendee, revoked_at=None)
    return feeds.values_list("made_at", flat=True).first()


def _safety(attendee: Attendee, now: dt.datetime) -> tuple[StoredField, ...]:
    leads = (Readers.LEADS,)
    consent = GuardianConsent.objects.filter(attendee=attendee, state=GuardianConsent.State.GIVEN)
    until = consent.filter(expires_at__gt=now).values_list("expires_at", flat=True).first()
    return (
        StoredField("blocks", len(blocks_made_by(attendee)), (Readers.NOBODY,)),
        StoredField("reports", Report.objects.filter(reporter=attendee).count(), leads),
        StoredField("consent", until, leads),
        StoredField("alias", appears_under_alias(attendee), leads),
    )


@dataclass(frozen=True, slots=True)
class Leaving:
    """What ends when the attendee leaves, in numbers; `forums`: where the account takes part."""

    meetings: int
    requests: int
    forums: int


def leaving_for(attendee: Attendee, now: dt.datetime) -> Leaving:
    """What ends when the attendee leaves."""
    mine = Meeting.objects.exclude(kind=Meeting.Kind.GROUP).of(attendee)
    forums = Attendee.objects.filter(person=attendee.person_id).count()
    return Leaving(mine.to_come(now).count(), mine.open_at(now).count(), forums)


def export_for(person: Person, now: dt.datetime) -> Row:
    """All that is stored of a person, at every forum, as plain values.

    Other people are named where the contact policy shows them, and what others wrote of the person is left
    out: reports, what leads wrote, notes on somebody saved.
    """
    return {
        "made_at": now,
        "account": _account_row(person),
        "contacts_given": _contacts_rows(person, now),
        "forums": [_forum(attendee, now) for attendee in attendances_for(person)],
    }


def _account_row(person: Person) -> Row:
    return {
        "email": person.email,
        "addresses_left_at": list(person.former_addresses.order_by("left_at").values_list("left_at", flat=True)),
        "name": person.name,
        "timezone": person.own_timezone,
        "language": person.language,
        "browser_language": person.browser_language,
        "quiet_from": person.quiet_from,
        "quiet_until": person.quiet_until,
        "digest": person.digest,
        "since": person.joined_at,
        "last_sign_in": person.last_login,
        "api_tokens": list(tokens_of(person).values("name", "scopes", "created_at", "expires_at", "last_used_at")),
        "linked_accounts": list(identities_of(person).values("issuer", "linked_at")),
        "blocks_made_at": list(Block.objects.filter(blocker=person).values_list("created_at", flat=True)),
    }


def _contacts_rows(person: Person, now: dt.datetime) -> list[Row]:
    """What the person gave of how to reach them, with the other's name where the policy shows it."""
    found = connections_for(person, now)
    names = {one.connection_id: one.other.name for one in found.connections}
    names |= {one.connection_id: one.other.name for one in found.waiting}
    given = ContactShare.objects.filter(giver=person).order_by("pk").select_related("event")
    return [
        {
            "forum": one.event.slug,
            "to": names.get(one.pk),
            "email": one.email,
            "phone": one.phone,
            "link": one.link,
            "given_at": one.given_at,
        }
        for one in given
    ]


def _forum(attendee: Attendee, now: dt.datetime) -> Row:
    attendee = Attendee.objects.select_related("person", "event", "organisation__sector").get(pk=attendee.pk)
    profile = {one.key: one.value for one in _profile(attendee, now)}
    return {
        "forum": {"slug": attendee.event.slug, "name": attendee.event.name},
        "profile": profile | {"agreement_version": attendee.agreement_version},
        "picture_webp": _picture(attendee),
        "meetings": _meetings(attendee, now),
        "assistants": _assistants_rows(attendee),
        "waiting_lists": _rows(
            WaitingListEntry.objects.filter(attendee=attendee),
            {"message": "message", "state": "state", "since": "created_at"},
        ),
        "office_hours": _office_hours(attendee, now),
        "tables_of_rounds": [
            {
                "title": row.title,
                "kind": row.kind,
                "about": row.topic_name,
                "state": row.state,
                "starts_at": row.starts_at,
                "is_host": row.i_am_host,
                "my_word": row.my_word,
                "my_usefulness": row.my_usefulness,
            }
            for row in own_tables(attendee, now)
        ],
        "roundtables_proposed": _rows(
            RoundTable.objects.filter(host=attendee, rounds__is_open=True),
            {
                "about": "rounds__title",
                "state": "rounds__state",
                "reason": "rounds__reason",
                "starts_at": "slot__starts_at",
            },
        ),
        "follow_ups": _rows(
            FollowUp.objects.filter(attendee=attendee),
            {"agreed": "agreed", "due_on": "due_on", "kept": "kept", "noted_at": "noted_at"},
        ),
        "delegation_sessions": _rows(
            DelegationSeat.objects.filter(attendee=attendee).select_related("session"),
            {"part": "part", "answer": "answer", "state": "session__state", "asked_at": "session__asked_at"},
        ),
        "open_times": _rows(
            Availability.objects.filter(attendee=attendee), {"starts_at": "slot__starts_at", "ends_at": "slot__ends_at"}
        ),
        "busy_calendar": _rows(
            BusyCalendar.objects.filter(attendee=attendee),
            {"busy_slots": "busy", "closed_slots": "closed", "read_at": "read_at", "error": "error"},
        ),
        "sessions": _rows(
            SessionPart.objects.filter(attendee=attendee),
            {"title": "session__title", "starts_at": "session__starts_at", "part": "part"},
        ),
        "verdicts": _rows(
            Feedback.objects.filter(attendee=attendee),
            {"verdict": "verdict", "cause": "cause", "note": "note", "at": "created_at"},
        ),
        "seen_cards": _rows(SuggestionView.objects.filter(attendee=attendee), {"at": "viewed_at"}),
        "opened_pages": _rows(ProfileVisit.objects.filter(attendee=attendee), {"at": "seen_at"}),
        "wishes": _rows(WishToMeet.objects.filter(asker=attendee), {"at": "made_at"}),
        "news": _rows(
            Notice.objects.filter(attendee=attendee), {"kind": "kind", "at": "created_at", "read_at": "read_at"}
        ),
        "invitations": _rows(
            Invitation.objects.filter(attendee=attendee),
            {"kind": "kind", "at": "queued_at", "state": "state", "used_at": "used_at"},
        ),
        "registrations": Registration.objects.filter(attendee=attendee).count(),
        "webhooks": _told_to_webhooks(attendee),
        "reports_made": _rows(
            Report.objects.filter(reporter=attendee),
            {"category": "category", "words": "words", "named": "named", "at": "created_at"},
        ),
        "consents": _rows(
            GuardianConsent.objects.filter(attendee=attendee),
            {"way": "way", "state": "state", "at": "recorded_at", "expires_at": "expires_at"},
        ),
        "calendar_address_made_at": _calendar_since(attendee),
    }


def _picture(attendee: Attendee) -> str | None:
    """The picture in its larger size, in base64."""
    found = Picture.objects.filter(attendee=attendee).values_list("large", flat=True).first()
    return None if found is None else base64.b64encode(found).decode()


def _rows(found: Any, columns: Mapping[str, str]) -> list[Row]:
    values = found.order_by("pk").values_list(*columns.values())
    return [dict(zip(columns, row, strict=True)) for row in values]


def _assistants_rows(attendee: Attendee) -> list[Row]:
    """When somebody was named, agreed and ended; `acts` says whether it is this one who acts."""
    return [
        {
            "acts": row.attendee_id == attendee.pk,
            "named_at": row.named_at,
            "accepted_at": row.accepted_at,
            "ended_at": row.ended_at,
        }
        for row in _assistants(attendee).order_by("pk")
    ]


def _office_hours(attendee: Attendee, now: dt.datetime) -> list[Row]:
    """The office hours with the host's name where the policy shows it, and no other guest's."""
    mine = Meeting.objects.office_hours().of(attendee)
    shown = {row.meeting_id: row for row in office_rows_for(attendee, mine, now)}
    rows = []
    for meeting in mine.order_by("pk"):
        row = shown.get(meeting.pk)
        rows.append(
            {
                "i_am_host": meeting.asker_id == attendee.pk,
                "host": row.host.name if row and row.host else None,
                "about": row.about if row else "",
                "state": row.state if row else None,
                "starts_at": meeting.period.lower,
            }
        )
    return rows


def _meetings(attendee: Attendee, now: dt.datetime) -> list[Row]:
    """The meetings with the other's name where the policy shows it; else time, state and one's own words."""
    mine = Meeting.objects.one_to_one().of(attendee)
    shown = {row.meeting_id: row for row in rows_for(attendee, mine, now)}
    seats = {seat.meeting_id: seat for seat in Seat.objects.filter(attendee=attendee)}
    return [
        {
            "with": shown[meeting.pk].other.name if meeting.pk in shown else None,
            "state": shown[meeting.pk].state if meeting.pk in shown else None,
            "asked_at": meeting.asked_at,
            "starts_at": meeting.period.lower if meeting.period else None,
            "message": meeting.message if meeting.asker_id == attendee.pk or meeting.pk in shown else "",
            "question": _question(shown[meeting.pk]) if meeting.pk in shown else None,
            "my_answer": seats[meeting.pk].answer,
            "my_word": seats[meeting.pk].word,
            "my_usefulness": seats[meeting.pk].usefulness,
        }
        for meeting in mine.order_by("pk")
    ]


def _question(row: MeetingRow) -> Row | None:
    return {"text": row.question.text, "answer": row.question.answer} if row.question else None


def merges_waiting_for(attendee: Attendee, now: dt.datetime) -> list[Merge]:
    """The questions whether another entry is them, too, that this attendee has not answered; oldest first."""
    mine = Q(kept=attendee, kept_agreed_at=None) | Q(duplicate=attendee, duplicate_agreed_at=None)
    return list(Merge.objects.waiting(now).filter(mine).order_by("proposed_at"))
