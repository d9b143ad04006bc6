"""What only safeguarding leads read, and what a reporter has to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.roles import OutsideContact
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.names import first_name_in
from backend.events.rules.roles import is_paused, leads_of
from backend.events.selectors import name_in_lists, name_to_call, names_of_people, outside_contact_of, shown_name
from backend.safeguarding.models import HeldIdentity, Report, ReportEntry, ReportView
from backend.safeguarding.rules import (
    can_link,
    due_at,
    hears_news,
    is_contact_blocked,
    lacking_for,
    leads_lacking,
    leads_reading,
    readable_for,
)

FOUND_LIMIT = 20


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report in the lead's list: enough to choose what to open, without quotations.

    The only name is that of the lead in charge, empty where there is none.
    """

    report_id: int
    category: str
    category_words: str
    state: str
    state_words: str
    created_at: dt.datetime
    is_about_meeting: bool
    keeps_apart: bool
    due_at: dt.datetime
    assigned_to: str

    def is_overdue(self, now: dt.datetime) -> bool:
        return self.state != Report.State.CLOSED and self.due_at <= now


@dataclass(frozen=True, slots=True)
class PartyRow:
    """One of the two people, as the organisers' list has them: of a known minor the first name (S7).

    `email` is the reporter's alone, and only of a known adult: no one-to-one mail to a child (S3). Under
    an alias, it is on the leads' page of it alone (S11).
    """

    attendee_id: int
    name: str
    title: str
    organisation: str
    country: str
    constituency: str
    is_adult: bool
    email: str


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A report for its maker: whom it is about, and who can read it.

    None: nobody the reporter chose, or they left; whom a name was found to mean is not told.
    Where no lead can, `contact` is whom to turn to outside the forum.
    """

    reported_id: int | None
    has_reader: bool
    contact: OutsideContact | None = None
    is_unsafe: bool = False
    wants_news: bool = False


@dataclass(frozen=True, slots=True)
class ViewRow:
    """Who read a report; without a name where the account is deleted."""

    name: str
    seen_at: dt.datetime


@dataclass(frozen=True, slots=True)
class EntryRow:
    """What a lead wrote or did; `about` is a lead. Without a name where the account is deleted."""

    kind: str
    kind_words: str
    by: str
    about: str
    text: str
    due_at: dt.datetime | None
    written_at: dt.datetime


@dataclass(frozen=True, slots=True)
class OwnNews:
    """What the leads wrote to somebody about a report of theirs, oldest first: texts with their times."""

    category_words: str
    made_at: dt.datetime
    words: tuple[tuple[str, dt.datetime], ...]


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A safeguarding lead, for another one."""

    attendee_id: int
    name: str


@dataclass(frozen=True, slots=True)
class HandOverRow:
    """Who handed a report to whom, and when; without a name where the account is deleted."""

    by: str
    to: str
    handed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Whom a report in free words was said to be about, and by which lead; or found by the name in it."""

    to: str
    by: str
    is_by_lead: bool
    linked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of the event, as lists for leads name them (S7)."""

    attendee_id: int
    name: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """All of one report.

    Either of the two is None after leaving the event. `is_suspended`: whom it is about. `assignable`: the
    leads who may be put in charge. `others_about` counts other reports about the same person at this event;
    `is_contact_blocked` is whether contact is blocked now, for whatever cause.
    """

    report_id: int
    category: str
    category_words: str
    state: str
    state_words: str
    created_at: dt.datetime
    words: str
    named: str
    reporter: PartyRow | None
    reported: PartyRow | None
    is_suspended: bool
    meeting_id: int | None
    keeps_apart: bool
    is_contact_blocked: bool
    others_about: int
    due_at: dt.datetime
    assigned_to: str
    assignable: tuple[LeadRow, ...]
    hears_news: bool
    entries: tuple[EntryRow, ...]
    views: tuple[ViewRow, ...]
    outcome: str
    closed_at: dt.datetime | None
    closed_by: str
    leads_lacking: tuple[LeadRow, ...]
    hand_overs: tuple[HandOverRow, ...]
    can_link: bool
    links: tuple[LinkRow, ...]

    @property
    def is_about_meeting(self) -> bool:
        return self.meeting_id is not None

    def is_overdue(self, now: dt.datetime) -> bool:
        return self.state != Report.State.CLOSED and self.due_at <= now


def names_of_leads(event: Event) -> list[str]:
    """Who reads reports here, in the order in which they joined."""
    return [shown_name(lead) for lead in leads_of(event).order_by("pk")]


def leads_who_read(attendee: Attendee) -> tuple[LeadRow, ...]:
    """The event's leads by name, but for oneself: whom a report may be about, and who reads it."""
    leads = leads_of(attendee.event_id).exclude(pk=attendee.pk).order_by("pk")
    return tuple(LeadRow(lead.pk, shown_name(lead)) for lead in leads)


def has_reader(attendee: Attendee, other_id: int) -> bool:
    """Whether the event has a lead who could read a report between these two attendees."""
    return leads_of(attendee.event_id).exclude(pk__in=[attendee.pk, other_id]).exists()


def last_report_by(attendee: Attendee) -> OwnReport | None:
    """The last report the attendee made; None where they made none."""
    last = Report.objects.filter(reporter=attendee.pk).order_by("created_at", "pk").last()
    if last is None:
        return None
    can_be_read = has_reader(attendee, last.reported_id or 0)
    return OwnReport(
        None if last.links.exists() else last.reported_id,
        can_be_read,
        None if can_be_read else outside_contact_of(attendee.event_id),
        last.category == Report.Category.UNSAFE,
        last.wants_news,
    )


def waiting_reports(lead: Attendee) -> int:
    """How many reports the lead may read wait to be closed."""
    return readable_for(lead).waiting().count()


def leads_to_hand_over_to(lead: Attendee) -> tuple[LeadRow, ...]:
    """The event's other leads who may not read all that this one may, but for reports about themselves."""
    others = leads_of(lead.event_id).exclude(pk=lead.pk).order_by("pk")
    return tuple(LeadRow(other.pk, shown_name(other)) for other in others if lacking_for(other, given_by=lead).exists())


def reports_for(lead: Attendee) -> tuple[ReportLine, ...]:
    """The lead's list: those not closed by their due time, then the closed, the last closed first."""
    is_closed = Case(When(state=Report.State.CLOSED, then=Value(1)), default=Value(0), output_field=IntegerField())
    due_if_open = Case(When(~Q(state=Report.State.CLOSED), then=due_at()))
    found = readable_for(lead).annotate(due=due_at())
    ordered = found.order_by(is_closed, due_if_open, "-closed_at", "-created_at", "-pk")
    names = {one.pk: shown_name(one) for one in leads_of(lead.event_id)}
    return tuple(
        ReportLine(
            report.pk,
            report.category,
            report.get_category_display(),
            report.state,
            report.get_state_display(),
            report.created_at,
            report.meeting_id is not None,
            report.keeps_apart,
            report.due,  # type: ignore[attr-defined]
            names.get(report.assigned_to_id or 0, ""),
        )
        for report in ordered
    )


def report_page_for(report: Report) -> ReportPage:
    """The page of a report that `services.read_report` has opened, and so logged."""
    reporter, reported = _party(report.reporter_id, with_email=True), _party(report.reported_id)
    about = Report.objects.filter(event=report.event_id, reported=report.reported_id).exclude(pk=report.pk)
    closed_by = Attendee.objects.filter(pk=report.closed_by_id or 0).first()
    views = list(ReportView.objects.filter(report=report.pk).order_by("-seen_at", "-pk"))
    entries = list(report.entries.select_related("about").order_by("written_at", "pk"))
    found = Report.objects.filter(pk=report.pk)
    hand_overs = list(report.hand_overs.select_related("lead").order_by("handed_at", "pk"))
    links = list(report.links.select_related("attendee").order_by("linked_at", "pk"))
    acted = [view.viewer_id for view in views]
    acted += [one.by_id for one in hand_overs] + [one.by_id for one in links]
    acted += [one.by_id for one in entries]
    names = names_of_people([pk for pk in acted if pk], report.event)
    reading = [LeadRow(one.pk, shown_name(one)) for one in leads_reading(report)]
    return ReportPage(
        report_id=report.pk,
        category=report.category,
        category_words=report.get_category_display(),
        state=report.state,
        state_words=report.get_state_display(),
        created_at=report.created_at,
        words=report.words,
        named=report.named,
        reporter=reporter,
        reported=reported,
        is_suspended=report.reported is not None and is_paused(report.reported),
        meeting_id=report.meeting_id,
        keeps_apart=report.keeps_apart,
        is_contact_blocked=_is_contact_blocked(report),
        others_about=about.count() if reported else 0,
        due_at=found.values_list(due_at(), flat=True).get(),
        assigned_to=next((one.name for one in reading if one.attendee_id == report.assigned_to_id), ""),
        assignable=tuple(one for one in reading if one.attendee_id != report.assigned_to_id),
        hears_news=found.filter(hears_news()).exists(),
        entries=tuple(_entry_row(one, names) for one in entries),
        views=tuple(ViewRow(names.get(view.viewer_id or 0, ""), view.seen_at) for view in views),
        outcome=report.outcome,
        closed_at=report.closed_at,
        closed_by=shown_name(closed_by) if closed_by else "",
        leads_lacking=tuple(LeadRow(one.pk, shown_name(one)) for one in leads_lacking(report).order_by("pk")),
        hand_overs=tuple(
            HandOverRow(names.get(one.by_id or 0, ""), shown_name(one.lead), one.handed_at) for one in hand_overs
        ),
        can_link=can_link(report),
        links=tuple(
            LinkRow(
                name_in_lists(one.attendee) if one.attendee else "",
                names.get(one.by_id or 0, ""),
                one.is_by_lead,
                one.linked_at,
            )
            for one in links
        ),
    )


def news_for(attendee: Attendee) -> tuple[OwnNews, ...]:
    """The attendee's reports of which they asked to hear, newest first, with what the leads wrote to them."""
    reports = Report.objects.filter(hears_news(), reporter=attendee.pk).order_by("-created_at", "-pk")
    written: dict[int, list[tuple[str, dt.datetime]]] = {}
    words = ReportEntry.objects.filter(report__in=reports, kind__in=ReportEntry.WORDS)
    for entry in words.order_by("written_at", "pk"):
        written.setdefault(entry.report_id, []).append((entry.text, entry.written_at))
    return tuple(OwnNews(one.get_category_display(), one.created_at, tuple(written.get(one.pk, ()))) for one in reports)


def asked_to_hear(attendee: Attendee) -> bool:
    """Whether the attendee has a report of which they asked to hear."""
    return Report.objects.filter(hears_news(), reporter=attendee.pk).exists()


def people_called(event_id: int, name: str, *, but_for: int | None) -> tuple[PersonRow, ...]:
    """The first FOUND_LIMIT attendees, in order of name, in whose name as listed these letters occur.

    `but_for`: an attendee (id) who is not among them.
    """
    wanted = " ".join(name.casefold().split())
    if not wanted:
        return ()
    people = Attendee.objects.filter(event=event_id).exclude(pk=but_for or 0)
    rows = (_person_row(one) for one in people.select_related("person", "organisation"))
    found = sorted((row for row in rows if wanted in row.name.casefold()), key=lambda row: (row.name, row.attendee_id))
    return tuple(found[:FOUND_LIMIT])


def person_of_event(event_id: int, attendee_id: int, *, but_for: int | None) -> PersonRow | None:
    """One attendee of the event; None for `but_for` (id), and for nobody."""
    people = Attendee.objects.filter(event=event_id).exclude(pk=but_for or 0)
    found = people.select_related("person", "organisation").filter(pk=attendee_id).first()
    return _person_row(found) if found else None


def _entry_row(entry: ReportEntry, names: Mapping[int, str]) -> EntryRow:
    return EntryRow(
        entry.kind,
        entry.get_kind_display(),
        names.get(entry.by_id or 0, ""),
        name_in_lists(entry.about) if entry.about else "",
        entry.text,
        entry.due_at,
        entry.written_at,
    )


def _person_row(attendee: Attendee) -> PersonRow:
    organisation = attendee.organisation.name if attendee.organisation else ""
    return PersonRow(attendee.pk, name_in_lists(attendee), organisation)


def _party(attendee_id: int | None, *, with_email: bool = False) -> PartyRow | None:
    rows = Attendee.with_left.select_related("person", "organisation__sector", "held_identity")
    rows = rows.knowing_aliases()
    found = rows.filter(pk=attendee_id or 0)
    row = found.first()
    if row is None:
        return None
    is_adult = found.filter(is_known_adult()).exists()  # not whom another event knows as a minor
    if row.left_at is not None:
        return _party_who_left(row, is_adult=is_adult, with_email=with_email)
    return PartyRow(
        row.pk,
        name_in_lists(row) if is_adult else name_to_call(row),
        row.title if is_adult else "",
        row.organisation.name if row.organisation else "",
        row.country,
        row.constituency,
        is_adult,
        row.person.email if with_email and is_adult and not row.is_under_alias else "",
    )


def holds_identity(report: Report) -> bool:
    """Whether the report's page names somebody who left, by the name behind an alias where they had one."""
    parts = [report.reporter_id, report.reported_id]
    return HeldIdentity.objects.filter(attendee__in=parts).exists()


def _party_who_left(attendee: Attendee, *, is_adult: bool, with_email: bool) -> PartyRow | None:
    """Who it was, while the report is open; None once that is forgotten."""
    held = getattr(attendee, "held_identity", None)
    if held is None:
        return None
    name = held.name if is_adult else first_name_in(held.name)
    return PartyRow(
        attendee.pk,
        _("%(name)s (left the forum)") % {"name": name},
        "",
        held.organisation,
        held.country,
        attendee.constituency,
        is_adult,
        held.email if with_email and is_adult else "",
    )


def _is_contact_blocked(report: Report) -> bool:
    both = Attendee.objects.filter(pk__in=[report.reporter_id, report.reported_id])
    people = list(both.values_list("person_id", flat=True))
    return len(people) == 2 and both.filter(is_contact_blocked(*people)).exists()
