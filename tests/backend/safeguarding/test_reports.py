"""Rules S8 and S10: a report acts at once, only the lead reads it, and every reading is written down."""

import datetime as dt
from itertools import pairwise

import pytest
from django.contrib import admin
from django.db import DatabaseError, IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import NotFound, NotYours
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong
from backend.safeguarding.models import Report, ReportAlert, ReportView
from backend.safeguarding.rules import CHANNELS, may_contact, refused_pairs
from backend.safeguarding.selectors.reports import has_reader, report_page_for, reports_for, waiting_reports
from backend.safeguarding.services.blocks import block_person
from backend.safeguarding.services.report_entries import AlreadyClosed
from backend.safeguarding.services.reports import UnknownCategory, WordsNeeded, file_report
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def are_in_touch(one, other):
    channels = CHANNELS - {"delegation"}  # for those who sit in one session
    return {may_contact(a, b, channel, NOW) for a, b in ((one, other), (other, one)) for channel in channels}


def test_a_report_blocks_contact_at_once_on_every_channel_and_both_lists_are_rebuilt(cast):
    cast.report(now=LATER)
    assert are_in_touch(cast.reporter, cast.reported) == {False}
    assert Attendee.objects.filter(changed_at=LATER).count() == 2


def test_it_holds_at_every_event_the_two_attend_as_a_block_does(cast):
    next_year = make_event("next")
    both = [make_attendee(next_year, person=one.person) for one in (cast.reporter, cast.reported)]
    cast.report()
    assert are_in_touch(*both) == {False}
    assert refused_pairs(next_year) == {(both[0].pk, both[1].pk)}


def test_only_closing_and_lifting_ends_it_and_a_block_between_them_stays(cast):
    report = cast.report()
    cast.close(report, lift=True)
    assert are_in_touch(cast.reporter, cast.reported) == {True}
    again = cast.report("Again.")
    block_person(blocked=cast.reporter.person, by=cast.reported.person, now=NOW)
    cast.close(again, lift=True)
    assert are_in_touch(cast.reporter, cast.reported) == {False}


def test_closed_without_lifting_stays_in_force_and_another_report_outlives_the_lifted_one(cast):
    kept, lifted = cast.report("First."), cast.report("Second.")
    cast.close(lifted, lift=True)
    assert are_in_touch(cast.reporter, cast.reported) == {False}
    assert report_page_for(cast.read(lifted)).is_contact_blocked
    cast.close(kept, lift=False)
    assert are_in_touch(cast.reporter, cast.reported) == {False}
    kept.refresh_from_db()
    assert (kept.state, kept.keeps_apart, kept.closed_by, kept.outcome) == (
        "closed", True, cast.lead, "Spoke to both.",
    )  # fmt: skip


def test_the_same_report_sent_twice_is_one_and_another_one_is_another(cast):
    first, again = cast.report(), cast.report()
    assert first == again
    assert cast.report("And today he called me.") != first
    assert Report.objects.count() == 2


def test_who_cannot_be_seen_cannot_be_reported_unless_the_reporter_hid_them(cast):
    minor, hidden, elsewhere = (
        make_attendee(cast.event, age_class="minor"),
        make_attendee(cast.event, visibility="hidden"),
        make_attendee(make_event("elsewhere")),
    )
    for unseen in (minor, hidden, elsewhere, cast.reporter):
        with pytest.raises(NotFound):
            cast.report(reported_id=unseen.pk)
    with pytest.raises(NotFound):
        cast.report(reported_id=0)
    block_person(blocked=cast.reported.person, by=cast.reporter.person, now=NOW)
    assert cast.report().reported == cast.reported
    with pytest.raises(NotFound):  # the other way round it would tell who blocked them
        cast.report(reporter=cast.reported, reported_id=cast.reporter.pk, by=cast.reported.person)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"words": " \x00 "}, WordsNeeded),
        ({"words": "x" * 4_001}, TextTooLong),
        ({"category": "gossip"}, UnknownCategory),
        ({"category": ""}, UnknownCategory),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(cast, fields, refusal):
    with pytest.raises(refusal):
        cast.report(**fields)
    assert not Report.objects.exists()
    assert are_in_touch(cast.reporter, cast.reported) == {True}


def test_nobody_reports_in_anothers_name(cast):
    with pytest.raises(NotYours):
        cast.report(by=cast.reported.person)


def test_each_reading_is_logged_and_the_first_marks_the_report_as_looked_at(cast):
    report = cast.report()
    assert [line.state for line in reports_for(cast.lead)] == ["open"]
    assert not ReportView.objects.exists()  # the list shows no name and no word, so it is not a reading
    cast.read(report)
    page = report_page_for(cast.read(report))
    assert page.state == "looked-at"
    assert [(view.name, view.seen_at) for view in page.views] == [("Lea Duarte", NOW)] * 2
    assert (page.reporter.name, page.reported.name) == ("Mali Wongsa", "Arif Rahman")
    assert (page.reporter.email, page.reported.email) == (cast.reporter.person.email, "")


def test_the_log_cannot_be_changed_and_goes_only_with_its_report(cast):
    report = cast.report()
    cast.read(report)
    for change in (
        lambda: ReportView.objects.update(seen_at=LATER),
        lambda: ReportView.objects.all().delete(),
        lambda: ReportView.objects.update(viewer=None),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()
    person = cast.lead.person
    cast.lead.delete()
    person.delete()
    assert [view.name for view in report_page_for(report).views] == [""]
    cast.event.delete()
    assert (Report.objects.count(), ReportView.objects.count()) == (0, 0)


@pytest.mark.parametrize("who", ["reporter", "reported", "organiser"])
def test_nobody_but_the_lead_reads_or_closes(cast, who):
    report, somebody = cast.report(), getattr(cast, who)
    assert reports_for(somebody) == ()
    assert waiting_reports(somebody) == 0
    with pytest.raises(NotFound):
        cast.read(report, somebody)
    assert not ReportView.objects.exists()


def test_a_lead_reads_no_report_of_another_event_and_none_that_they_are_part_of(cast):
    report = cast.report()
    other = make_attendee(make_event("other"), permission="safeguarding-lead")
    part = make_attendee(cast.event, permission="safeguarding-lead")
    about_lead = cast.report(reported_id=part.pk)
    for lead, hers in ((other, []), (part, [report]), (cast.lead, [report, about_lead])):
        assert {line.report_id for line in reports_for(lead)} == {one.pk for one in hers}
    with pytest.raises(NotFound):
        cast.read(about_lead, part)


def test_the_numbers_of_reports_leave_no_gap_where_a_lead_misses_one_about_themself(cast):
    numbers = sorted(cast.report(f"{n}").pk for n in range(5))
    assert numbers[0] >= 10**11
    assert all(later - earlier > 1 for earlier, later in pairwise(numbers))


def test_a_lead_who_is_one_no_longer_reads_nothing_more(cast):
    report = cast.report()
    Attendee.objects.filter(pk=cast.lead.pk).update(permission="participant")
    with pytest.raises(NotFound):  # the object still says lead, on purpose
        cast.read(report)


def test_a_closed_report_is_not_closed_again_and_needs_an_outcome(cast):
    report = cast.report()
    with refuses("outcome_needed"):
        cast.close(report, lift=True, outcome=" ")
    with pytest.raises(TextTooLong):
        cast.close(report, lift=True, outcome="x" * 2_001)
    cast.close(report, lift=False)
    with pytest.raises(AlreadyClosed):
        cast.close(report, lift=True)
    assert are_in_touch(cast.reporter, cast.reported) == {False}


def test_what_is_due_first_stands_first_and_those_before_about_the_same_person_are_counted(cast):
    other = make_attendee(cast.event)
    closed, looked_at, new = cast.report("1"), cast.report("2"), cast.report("3")
    cast.close(closed, lift=False)
    cast.read(looked_at)
    elsewhere = cast.report(reported_id=other.pk, now=LATER)
    assert [line.report_id for line in reports_for(cast.lead)] == [
        *sorted([new.pk, looked_at.pk], reverse=True), elsewhere.pk, closed.pk,
    ]  # fmt: skip
    assert waiting_reports(cast.lead) == 3
    assert report_page_for(new).others_about == 2
    assert report_page_for(elsewhere).others_about == 0


def test_what_was_said_stays_when_one_of_the_two_leaves_the_event(cast):
    report = cast.report()
    cast.reported.delete()
    report.refresh_from_db()
    page = report_page_for(report)
    assert (page.reported, page.words, page.others_about, page.is_contact_blocked) == (
        None, "He waits at my hotel.", 0, False,
    )  # fmt: skip


def test_the_database_refuses_two_events_oneself_and_a_freeze_lifted_before_closing(cast):
    elsewhere = make_attendee(make_event("elsewhere"))
    good = {
        "event": cast.event, "reporter": cast.reporter, "reported": cast.reported, "words": "x",
        "category": "other",
    }  # fmt: skip
    for wrong in (
        {"reported": cast.reporter},
        {"reported": elsewhere},
        {"reporter": elsewhere},
        {"words": ""},
        {"category": "gossip"},
        {"keeps_apart": False},
        {"state": "closed"},
        {"state": "closed", "closed_at": NOW},
        {"outcome": "Done."},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.create(**{**good, **wrong})
            connection.check_constraints()
    assert Report.objects.create(**good).keeps_apart


def test_reports_are_not_in_the_administrators_pages():
    registered = set(admin.site._registry)
    assert not registered & {Report, ReportView, ReportAlert}


def test_whether_anybody_can_read_it_is_known_beforehand(cast):
    assert has_reader(cast.reporter, cast.reported.pk)
    assert not has_reader(cast.reporter, cast.lead.pk)  # the only lead judges no case of their own
    cast.lead.person.is_active = False
    cast.lead.person.save()
    assert not has_reader(cast.reporter, cast.reported.pk)


def test_a_report_without_a_lead_is_kept_and_acts_all_the_same(cast):
    Attendee.objects.filter(pk=cast.lead.pk).update(permission="participant")
    cast.report()
    assert are_in_touch(cast.reporter, cast.reported) == {False}
    assert not ProcrastinateJob.objects.filter(task_name="safeguarding.send_alert").exists()


def test_filing_marks_nobody_where_the_report_is_refused(cast):
    with pytest.raises(WordsNeeded):
        file_report(reporter=cast.reporter, reported_id=cast.reported.pk, category="other", words="", now=LATER)
    assert not Attendee.objects.filter(changed_at=LATER).exists()
