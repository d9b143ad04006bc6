"""Reports: made by an attendee, read (which is logged) and closed by a safeguarding lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, NotYours, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong, clean_text
from backend.events.rules.roles import leads_of
from backend.events.selectors import shown_name
from backend.events.services.locks import lock_rows
from backend.people.models import Person
from backend.safeguarding.models import Report, ReportEntry, ReportHandOver, ReportLink
from backend.safeguarding.rules import can_block_or_report, can_link, lacking_for, leads_lacking, readable_for
from backend.safeguarding.services.alerts import alert_leads, alert_outside
from backend.safeguarding.services.announce import announce_changed_people
from backend.safeguarding.services.report_entries import AlreadyClosed, locked_report, log_reading, write_word

WORDS_LIMIT = 4_000
OUTCOME_LIMIT = 2_000
NAMED_LIMIT = 200


class UnknownCategory(BusinessError):
    code = "unknown_category"
    status = 400


class WordsNeeded(BusinessError):
    code = "words_needed"
    status = 400


@in_transaction
def report_person(
    *,
    reporter: Attendee,
    reported_id: int,
    category: str,
    words: str,
    wants_news: bool = False,
    by: Person,
    now: dt.datetime,
) -> Report:
    """Report another attendee of the event (id) to its safeguarding lead, from their page.

    `wants_news`: the reporter asks to hear what becomes of it.
    Refuses NotYours, NotFound (a person the reporter does not know of), and what `file_report` refuses.
    """
    if reporter.person_id != by.pk:
        raise NotYours(_("Only the attendee can do this."))
    if not can_block_or_report(reporter, reported_id, now):
        raise NotFound(_("There is no such person at this forum, or you cannot see them."))
    return file_report(
        reporter=reporter, reported_id=reported_id, category=category, words=words, wants_news=wants_news, now=now
    )


@in_transaction
def report_unsafe(
    *,
    reporter: Attendee,
    words: str,
    named: str = "",
    lead_id: int | None = None,
    near: Collection[int] = (),
    wants_news: bool = False,
    by: Person,
    now: dt.datetime,
) -> Report:
    """Tell the safeguarding leads that one does not feel safe; open to everybody at the event, minors too.

    `named` is whom it is about, in the reporter's words; who names somebody need not say why. Where it is the
    name of one person of `near` (attendee ids), the two are kept apart at once, and the reporter is not told
    whether it was. A lead that it is about, chosen or named, does not read it. Refuses NotYours, NotFound (no
    such lead), WordsNeeded and TextTooLong.
    """
    if reporter.person_id != by.pk:
        raise NotYours(_("Only the attendee can do this."))
    named = " ".join(clean_text(named).split())
    if len(named) > NAMED_LIMIT:
        raise TextTooLong(
            _("Please name the person in at most %(limit)s characters.") % {"limit": NAMED_LIMIT}, field="named"
        )
    others = list(leads_of(reporter.event_id).exclude(pk=reporter.pk).order_by("pk"))
    if lead_id is not None and lead_id not in {lead.pk for lead in others}:
        raise NotFound(_("There is no such safeguarding lead at this forum."))
    if lead_id is None:
        same = [lead.pk for lead in others if lead.name and lead.name.casefold() in named.casefold()]
        lead_id = same[0] if same else None
    if (named or lead_id) and not clean_text(words):
        words = _("Wants to be kept apart from this person, and did not say why.")
    found = None if lead_id else _one_named(named, near)
    report = file_report(
        reporter=reporter,
        reported_id=found.pk if found else lead_id,
        category=Report.Category.UNSAFE,
        words=words,
        named=named,
        wants_news=wants_news,
        now=now,
    )
    if found is not None:
        ReportLink.objects.get_or_create(report=report, attendee=found, defaults={"linked_at": now})
    return report


def _one_named(named: str, near: Collection[int]) -> Attendee | None:
    """The one of these attendees who is called so, in full or as they want to be called."""
    people = Attendee.objects.filter(pk__in=near) if named else Attendee.objects.none()
    name = named.casefold()
    found = [one for one in people if name in {shown_name(one).casefold(), one.short_name.casefold()}]
    return found[0] if len(found) == 1 else None


@in_transaction
def link_report(*, lead: Attendee, report_id: int, attendee_id: int, by: Person, now: dt.datetime) -> Report:
    """Say which attendee of the event a report in free words is about, and keep the two apart.

    A report linked before is then about the new one alone. It is written down in the report. Refuses
    NotYours, NotFound (the report; no such attendee, or the reporter), AlreadyClosed, and `already_named`
    where the reporter chose the person.
    """
    part = Q(person__in=_people_of(report_id)) | Q(pk=attendee_id, event=lead.event_id)
    lock_rows(Attendee.objects.filter(part))
    report = locked_report(lead, report_id, by)
    if report.state == Report.State.CLOSED:
        raise AlreadyClosed(_("This report is closed already. Read what became of it, and who closed it."))
    if not can_link(report):
        raise Refused("already_named", _("Whoever made this report chose the person it is about."))
    others = Attendee.objects.filter(event=report.event_id)
    if report.reporter is not None:
        others = others.exclude(person=report.reporter.person_id)
    if (found := others.filter(pk=attendee_id).first()) is None:
        raise NotFound(_("There is no such person at this forum."))
    three = Attendee.objects.filter(pk__in=[report.reporter_id, report.reported_id, found.pk])
    announce_changed_people(*three.values_list("person_id", flat=True), now=now)
    report.reported = found
    if report.assigned_to is not None and report.assigned_to.person_id == found.person_id:
        report.assigned_to, report.state = None, Report.State.LOOKED_AT
    report.save(update_fields=["reported", "assigned_to", "state"])
    ReportLink.objects.create(report=report, attendee=found, by=by, is_by_lead=True, linked_at=now)
    alert_leads(event_id=report.event_id)
    alert_outside(event_id=report.event_id, now=now)
    return report


@in_transaction
def file_report(
    *,
    reporter: Attendee,
    reported_id: int | None,
    category: str,
    words: str,
    named: str = "",
    meeting_id: int | None = None,
    wants_news: bool = False,
    now: dt.datetime,
) -> Report:
    """Keep a report, block contact between the two at once, and alert the event's safeguarding leads.

    Where no lead may read it, the outside contact is told that there is one.

    The caller has checked that the reporter knows the other. The same report again, while it waits, is the
    same row. Refuses UnknownCategory, WordsNeeded and TextTooLong.
    """
    words = clean_text(words)
    if category not in Report.Category.values:
        raise UnknownCategory(_("Please choose what your report is about."), field="category")
    if not words:
        raise WordsNeeded(_("Please say in your own words what happened."), field="words")
    if len(words) > WORDS_LIMIT:
        message = _("Please keep your report under %(limit)s characters.")
        raise TextTooLong(message % {"limit": f"{WORDS_LIMIT:,}"}, field="words")
    reported = Attendee.objects.get(pk=reported_id) if reported_id else None
    if reported is not None:
        announce_changed_people(reporter.person_id, reported.person_id, now=now)
    report, is_new = Report.objects.waiting().get_or_create(
        event_id=reporter.event_id,
        reporter=reporter,
        reported=reported,
        meeting_id=meeting_id,
        category=category,
        words=words,
        named=named,
        defaults={"created_at": now, "wants_news": wants_news},
    )
    if wants_news and not report.wants_news:
        report.wants_news = True
        report.save(update_fields=["wants_news"])
    if is_new:
        alert_leads(event_id=reporter.event_id)
        alert_outside(event_id=reporter.event_id, now=now)
    return report


@in_transaction
def read_report(*, lead: Attendee, report_id: int, by: Person, now: dt.datetime) -> Report:
    """Open a report to read it; who did and when is written down first. Refuses NotYours and NotFound."""
    return log_reading(locked_report(lead, report_id, by), by, now)


@in_transaction
def close_report(
    *, lead: Attendee, report_id: int, outcome: str, lift: bool, final_word: str = "", by: Person, now: dt.datetime
) -> Report:
    """Close a report with its outcome in words; contact stays blocked, unless `lift`.

    A block between the two, or another report, blocks it all the same. Neither is told, but for the final
    word to the reporter. Refuses NotYours, NotFound, AlreadyClosed, `outcome_needed`, TextTooLong, and
    `cannot_hear` where there is a final word and the reporter cannot be written to.
    """
    if lift:
        lock_rows(Attendee.objects.filter(person__in=_people_of(report_id)))
    report = locked_report(lead, report_id, by)
    outcome = clean_text(outcome)
    if report.state == Report.State.CLOSED:
        raise AlreadyClosed(_("This report is closed already. Read what became of it, and who closed it."))
    if not outcome:
        raise Refused("outcome_needed", _("Please say in a few words what was done."), field="outcome", status=400)
    if len(outcome) > OUTCOME_LIMIT:
        message = _("Please keep the outcome under %(limit)s characters.")
        raise TextTooLong(message % {"limit": f"{OUTCOME_LIMIT:,}"}, field="outcome")
    report.state, report.outcome, report.keeps_apart = Report.State.CLOSED, outcome, not lift
    report.closed_by, report.closed_at = lead, now
    report.save(update_fields=["state", "outcome", "keeps_apart", "closed_by", "closed_at"])
    if clean_text(final_word):
        write_word(report, ReportEntry.Kind.FINAL, final_word, by, now)
    if lift:
        announce_changed_people(*_people_of(report_id), now=now)
    return report


@in_transaction
def hand_over_report(*, lead: Attendee, report_id: int, to_id: int, by: Person, now: dt.datetime) -> None:
    """Let another lead of the event (attendee id), confirmed after this report was made, read it.

    It is recorded; handing it over again changes nothing. Refuses NotYours, and NotFound for a report that
    the lead may not read and for whoever is no such lead: a lead who is part of the report never reads it.
    """
    report = locked_report(lead, report_id, by)
    other = _lead_of(report.event_id, to_id)
    if readable_for(other).filter(pk=report.pk).exists():
        return
    if not leads_lacking(report).filter(pk=to_id).exists():
        raise NotFound(_("There is no such safeguarding lead to hand reports to."))
    ReportHandOver.objects.create(report=report, lead=other, by=by, handed_at=now)
    alert_leads(event_id=report.event_id)


@in_transaction
def hand_over_reports(*, lead: Attendee, to_id: int, by: Person, now: dt.datetime) -> int:
    """Hand all reports that this lead may read to another lead; returns how many that lead could not read.

    Refuses NotYours, and NotFound for whoever is no other lead of the event.
    """
    if lead.person_id != by.pk:
        raise NotYours(_("Only the safeguarding lead can do this."))
    other = _lead_of(lead.event_id, to_id)
    if other.pk == lead.pk:
        raise NotFound(_("There is no such safeguarding lead to hand reports to."))
    lacking = lacking_for(other, given_by=lead).order_by("pk")
    rows = [ReportHandOver(report=report, lead=other, by=by, handed_at=now) for report in lacking]
    ReportHandOver.objects.bulk_create(rows)
    if rows:
        alert_leads(event_id=lead.event_id)
    return len(rows)


def _people_of(report_id: int) -> list[int]:
    """Ids of the people a report is by and about."""
    part = Q(reports_made=report_id) | Q(reports_about=report_id)
    return list(Attendee.objects.filter(part).values_list("person_id", flat=True).distinct())


def _lead_of(event_id: int, attendee_id: int) -> Attendee:
    found = leads_of(event_id).filter(pk=attendee_id).first()
    if found is None:
        raise NotFound(_("There is no such safeguarding lead to hand reports to."))
    return found
