"""Meetings and sessions as calendar programs read them (RFC 5545, RFC 5546).

One entry per meeting: its UID never changes, its SEQUENCE rises with each change, so that a program replaces
what it has. The contact policy is asked each time whom an entry may name; where contact is not allowed the
entry is cancelled and has no name.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.utils.translation import gettext as _

from backend.agenda.models import CalendarFeed
from backend.agenda.selectors.times import reader_words
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.selectors.meetings import MeetingRow, meeting_for, rows_for
from backend.booking.selectors.places import Place
from backend.core.errors import NotFound
from backend.core.texts import one_line
from backend.events.models.agenda import Session, SessionPart, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import shown_name
from backend.groups.models import Rounds
from backend.groups.rules import KIND_WORDS
from backend.groups.selectors.delegation_sessions import own_delegation_sessions
from backend.groups.selectors.office_hours import OfficeHourRow, office_hour_for, office_rows_for
from backend.groups.selectors.rounds import TableRow, own_table, table_rows_for

PRODUCT = "-//Titian//Titian 1//EN"
REFRESH_INTERVAL = dt.timedelta(minutes=15)
HOUR = dt.timedelta(hours=1)
HELD = ("confirmed", "over")  # how a session with a delegation stands that is in one's calendar


def feed_for(attendee: Attendee, since: dt.datetime, now: dt.datetime) -> bytes:
    """The attendee's whole calendar: every meeting ever confirmed, and bookmarked sessions.

    The same as long as nothing changes: entries carry the time of their last change, sessions `since`.
    """
    ever = Meeting.objects.of(attendee).filter(state__in=Meeting.EVER_CONFIRMED_STATES).order_by("pk")
    confirmed = ever.one_to_one()
    meetings = list(confirmed)
    rows = {row.meeting_id: row for row in rows_for(attendee, confirmed, now)}
    entries = [_meeting(meeting, rows.get(meeting.pk), attendee, meeting.changed_at) for meeting in meetings]
    held = {row.session_id for row in own_delegation_sessions(attendee, now) if row.state in HELD}
    hours = ever.office_hours()
    own = {row.meeting_id: row for row in office_rows_for(attendee, hours, now)}
    entries += [_office_hour(one, own.get(one.pk), attendee, one.changed_at) for one in hours]
    answered = Seat.objects.filter(attendee=attendee.pk).exclude(answer="")
    tables = ever.of_rounds().filter(pk__in=answered.values("meeting"))  # what waits for an answer is in none
    at_tables = {row.meeting_id: row for row in table_rows_for(attendee, tables, now)}
    entries += [_at_table(one, at_tables.get(one.pk), attendee, one.changed_at) for one in tables]
    groups = ever.filter(kind=Meeting.Kind.GROUP).select_related("table")
    entries += [_with_delegation(group, group.delegation_session_id in held, attendee) for group in groups]
    parts = SessionPart.objects.filter(attendee=attendee.pk).select_related("session")
    entries += [_session(part, attendee, since) for part in parts.order_by("session_id")]
    calendar = _calendar(attendee, entries)
    calendar.add("x-wr-calname", icalendar.vText(one_line(attendee.event.local_name)))
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")  # the same for programs older than RFC 7986
    return bytes(calendar.to_ical())


def invitation_for(
    meeting: Meeting, row: MeetingRow | OfficeHourRow | TableRow | None, reader: Attendee, now: dt.datetime
) -> bytes:
    """The entry of one meeting as a mail carries it: METHOD:REQUEST, or CANCEL once it is off for the reader.

    Without a row (withheld by the contact policy) it is cancelled and has no name.
    """
    if isinstance(row, OfficeHourRow) or meeting.kind == Meeting.Kind.OFFICE_HOURS:
        entry = _office_hour(meeting, row if isinstance(row, OfficeHourRow) else None, reader, now)
    elif isinstance(row, TableRow) or meeting.kind == Meeting.Kind.ROUND:
        entry = _at_table(meeting, row if isinstance(row, TableRow) else None, reader, now)
    else:
        entry = _meeting(meeting, row, reader, now)
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    entry.add("organizer", f"mailto:{sender}", parameters={"CN": one_line(reader.event.local_name)})
    entry.add(
        "attendee",
        f"mailto:{reader.person.email}",
        parameters={"CN": one_line(shown_name(reader)), "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"},
    )
    calendar = _calendar(reader, [entry])
    calendar.add("method", method_of(row))
    return bytes(calendar.to_ical())


def entry_for(reader: Attendee, meeting_id: int, now: dt.datetime) -> bytes:
    """One meeting of the reader as its mail carries it; refuses NotFound for others' and for a request."""
    row: MeetingRow | OfficeHourRow | TableRow
    kind = Meeting.objects.filter(pk=meeting_id).values_list("kind", flat=True).first()
    if kind == Meeting.Kind.OFFICE_HOURS:
        row = office_hour_for(reader, meeting_id, now)
    elif kind == Meeting.Kind.ROUND:
        row = own_table(reader, meeting_id, now)
    else:
        row = meeting_for(reader, meeting_id, now)
    if row.starts_at is None or row.state == Meeting.State.PROPOSED:
        raise NotFound(_("This meeting is not agreed yet, so there is nothing for a calendar."))
    return invitation_for(Meeting.objects.get(pk=meeting_id), row, reader, now)


def method_of(row: MeetingRow | OfficeHourRow | TableRow | None) -> str:
    return "CANCEL" if row is None or row.state == Meeting.State.CANCELLED else "REQUEST"


def location_words(place: Place | Table, attendee: Attendee) -> str:
    """The page that opens the room, or the table with its place and the venue."""
    if place.is_online:
        return meeting_address(attendee)
    return ", ".join(word for word in (place.label, place.place, attendee.event.venue) if word)


def open_feed_for(attendee: Attendee) -> CalendarFeed | None:
    """The attendee's open feed, or None where none was made or it was closed."""
    return CalendarFeed.objects.filter(attendee=attendee.pk, revoked_at=None).first()


def own_uids(event: Event) -> set[str]:
    """The UIDs of the entries that calendars of the event's attendees, ours, have."""
    meetings = Meeting.objects.filter(event=event).values_list("uid", flat=True)
    sessions = Session.objects.filter(event=event).values_list("pk", flat=True)
    return {str(uid) for uid in meetings}.union(_session_uid(event, pk) for pk in sessions)


def _session_uid(event: Event, session_id: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"titian:{event.slug}/sessions/{session_id}"))


def _calendar(attendee: Attendee, entries: list[icalendar.Event]) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if entries:
        moments = [entry.decoded(name) for entry in entries for name in ("dtstart", "dtend")]
        calendar.add_component(zone_between(attendee.event.timezone, min(moments), max(moments)))
    for entry in entries:
        calendar.add_component(entry)
    return calendar


def _meeting(meeting: Meeting, row: MeetingRow | None, reader: Attendee, stamp: dt.datetime) -> icalendar.Event:
    is_off = row is None or row.state == Meeting.State.CANCELLED
    # A cancellation replaces an entry only with a higher SEQUENCE: where the policy hides a meeting that is
    # still confirmed, use the number that the job will give it when it cancels it.
    hidden_early = row is None and meeting.state != Meeting.State.CANCELLED
    entry = _entry(
        uid=str(meeting.uid),
        summary=_summary(row),
        period=(meeting.period.lower, meeting.period.upper),
        stamp=stamp,
        sequence=meeting.sequence + hidden_early,
        zone=reader.event.zone,
    )
    entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
    entry.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    entry.add("last-modified", meeting.changed_at)
    if row is not None and row.place is not None:
        entry.add("location", one_line(location_words(row.place, reader)))
        if row.theme_name:
            entry.add("categories", [one_line(row.theme_name)])
        entry.add("url", meeting_address(reader))
    if not is_off:
        words = _description(meeting.period.lower, meeting.period.upper, reader)
        need = row.interpreter if row is not None else ""
        entry.add("description", f"{words}\n{need}" if need else words)
    return entry


def _office_hour(meeting: Meeting, row: OfficeHourRow | None, reader: Attendee, stamp: dt.datetime) -> icalendar.Event:
    """An office hour; the entry names its host and no guest."""
    entry = _of_several(meeting, row, _office_summary(row), reader, stamp)
    if row is not None and row.theme_name and "location" in entry:
        entry.add("categories", [one_line(row.theme_name)])
    return entry


def _office_summary(row: OfficeHourRow | None) -> str:
    if row is None:
        return _("Cancelled meeting")
    named = {"about": row.about, "host": row.host.name if row.host else ""}
    if row.state == Meeting.State.CANCELLED:
        return _("Cancelled: office hour “%(about)s”") % named
    if row.is_host:
        return _("Your office hour “%(about)s”") % named
    return _("Office hour with %(host)s: “%(about)s”") % named


def _at_table(meeting: Meeting, row: TableRow | None, reader: Attendee, stamp: dt.datetime) -> icalendar.Event:
    """A table of a round; the entry names nobody."""
    summary = table_words(row) if row else _("Cancelled meeting")
    if row and row.state == Meeting.State.CANCELLED:
        summary = _("Cancelled: %(table)s") % {"table": summary}
    return _of_several(meeting, row, summary, reader, stamp)


def table_words(row: TableRow) -> str:
    """What it is, and its title."""
    return str(KIND_WORDS[Rounds.Kind(row.kind)].titled) % {"title": row.title}


def _of_several(
    meeting: Meeting, row: OfficeHourRow | TableRow | None, summary: str, reader: Attendee, stamp: dt.datetime
) -> icalendar.Event:
    """What several sit in; no guest or member is named, as calendars are often shared."""
    is_off = row is None or row.state == Meeting.State.CANCELLED
    entry = _entry(
        uid=str(meeting.uid),
        summary=summary,
        period=(meeting.period.lower, meeting.period.upper),
        stamp=stamp,
        sequence=row.sequence if row else meeting.sequence + (meeting.state != Meeting.State.CANCELLED),
        zone=reader.event.zone,
    )
    entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
    entry.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    entry.add("last-modified", meeting.changed_at)
    if row is not None and row.place is not None and not is_off:
        entry.add("location", one_line(location_words(row.place, reader)))
        entry.add("url", meeting_address(reader))
        entry.add("description", _description(meeting.period.lower, meeting.period.upper, reader))
    return entry


def _with_delegation(meeting: Meeting, is_on: bool, reader: Attendee) -> icalendar.Event:
    """A session with a delegation; the entry names nobody, as calendars are often shared (S7)."""
    hidden_early = not is_on and meeting.state != Meeting.State.CANCELLED
    entry = _entry(
        uid=str(meeting.uid),
        summary=_("Session with a delegation") if is_on else _("Cancelled: session with a delegation"),
        period=(meeting.period.lower, meeting.period.upper),
        stamp=meeting.changed_at,
        sequence=meeting.sequence + hidden_early,
        zone=reader.event.zone,
    )
    entry.add("status", "CONFIRMED" if is_on else "CANCELLED")
    entry.add("transp", "OPAQUE" if is_on else "TRANSPARENT")
    entry.add("last-modified", meeting.changed_at)
    if is_on and meeting.table:
        entry.add("location", one_line(location_words(meeting.table, reader)))
        entry.add("description", _description(meeting.period.lower, meeting.period.upper, reader))
    return entry


def _session(part: SessionPart, attendee: Attendee, since: dt.datetime) -> icalendar.Event:
    session = part.session
    entry = _entry(
        uid=_session_uid(attendee.event, session.pk),
        summary=_("Your talk: %(title)s") % {"title": session.local_name}
        if part.part == SessionPart.Part.SPEAKING
        else session.local_name,
        period=(session.starts_at, session.ends_at),
        stamp=since,
        sequence=0,
        zone=attendee.event.zone,
    )
    entry.add("status", "CONFIRMED")
    entry.add("description", _description(session.starts_at, session.ends_at, attendee))
    if where := ", ".join(word for word in (session.room, attendee.event.venue) if word):
        entry.add("location", one_line(where))
    if session.stream_url:
        entry.add("url", one_line(session.stream_url))
    return entry


def _description(starts_at: dt.datetime, ends_at: dt.datetime, reader: Attendee) -> str:
    """The time in words: in the event's zone, and in the reader's own where its clock shows another."""
    return "\n= ".join(reader_words(starts_at, ends_at, reader))


def _summary(row: MeetingRow | None) -> str:
    if row is None:
        return _("Cancelled meeting")
    who = ", ".join(word for word in (row.other.name, row.other.organisation) if word)
    if row.state == Meeting.State.CANCELLED:
        return _("Cancelled: meeting with %(who)s") % {"who": who}
    return _("Meeting with %(who)s") % {"who": who}


def meeting_address(reader: Attendee) -> str:
    """The page with the reader's requests and meetings."""
    return f"{settings.TITIAN_ADDRESS}/e/{reader.event.slug}/meetings/"


def _entry(
    *,
    uid: str,
    summary: str,
    period: tuple[dt.datetime, dt.datetime],
    stamp: dt.datetime,
    sequence: int,
    zone: dt.tzinfo,
) -> icalendar.Event:
    """An entry in the zone's local time; in UTC in an hour that a change of clocks repeats.

    A local time there means the first (RFC 5545, 3.3.5), and not all programs read it so.
    """
    begin, end = (moment.astimezone(zone) for moment in period)
    if _is_repeated(begin) or _is_repeated(end):
        begin, end = begin.astimezone(dt.UTC), end.astimezone(dt.UTC)
    entry = icalendar.Event()
    entry.add("uid", uid)
    entry.add("dtstamp", stamp.astimezone(dt.UTC))
    entry.add("sequence", sequence)
    entry.add("summary", one_line(summary))
    entry.add("dtstart", begin)
    entry.add("dtend", end)
    return entry


def _is_repeated(local: dt.datetime) -> bool:
    """Whether the zone's clock shows this time twice."""
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def zone_between(name: str, first: dt.datetime, last: dt.datetime) -> icalendar.Timezone:
    """The VTIMEZONE of a zone that is right from `first` to `last`, one observance per change of the clock.

    `icalendar` can write one too, and has summer time begin an hour late: RFC 5545, 3.6.5 wants the onset in
    the local time that was in force before it.
    """
    zone = ZoneInfo(name)
    made = icalendar.Timezone()
    made.add("tzid", name)
    begins = (first - dt.timedelta(days=1)).astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    before = begins.astimezone(zone).utcoffset()
    for moment in [begins, *_changes(zone, begins, last)]:
        local = moment.astimezone(zone)
        kind = icalendar.TimezoneDaylight() if local.dst() else icalendar.TimezoneStandard()
        kind.add("dtstart", (moment + (before or dt.timedelta())).replace(tzinfo=None))
        kind.add("tzoffsetfrom", before)
        kind.add("tzoffsetto", local.utcoffset())
        kind.add("tzname", local.tzname())
        made.add_component(kind)
        before = local.utcoffset()
    return made


def _changes(zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> Iterator[dt.datetime]:
    """The moments (UTC) at which the zone's clock is changed; all of them lie on a quarter of an hour."""
    for early, late in pairwise(_steps(first, last + HOUR, HOUR)):
        if early.astimezone(zone).utcoffset() != late.astimezone(zone).utcoffset():
            quarters = pairwise(_steps(early, late, HOUR / 4))
            yield from (b for a, b in quarters if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset())


def _steps(first: dt.datetime, last: dt.datetime, step: dt.timedelta) -> Iterable[dt.datetime]:
    moment = first
    while moment <= last:
        yield moment
        moment += step
