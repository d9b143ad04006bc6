"""Two entries of one person become one: nobody is less protected, and nothing of theirs is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.db.models import Q

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.core.errors import NotFound, OrganisersOnly
from backend.core.models import Act
from backend.directory.models import WishToMeet
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event, Tie
from backend.events.models.merges import Merge
from backend.events.models.pictures import Picture
from backend.events.rules.states import NotInThisState
from backend.outcomes.models import ContactShare
from backend.people.models import FormerAddress, KnownMinor, Person, address_hash
from backend.privacy.services.merging import CARRIED, PROTECTING, CannotMerge, LeadMerges, answer_merge, merge_attendees
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.safeguarding.models import AliasEntry, Block, Chaperone, Report, ReportLink
from backend.safeguarding.rules import may_contact
from backend.safeguarding.selectors.blocks import blocks_made_by
from backend.safeguarding.services.blocks import block_person
from backend.safeguarding.services.reports import file_report
from backend.safeguarding.services.suspensions import suspend_person
from tests.backend.booking.test_lock_order import begin, holding, wait_until_waiting
from tests.backend.conftest import Forum, make_forum
from tests.factories import NOW, make_attendee, make_event, make_organisation, make_tie
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum() -> Forum:
    return make_forum(people=5)


@pytest.fixture
def organiser(forum: Forum) -> Person:
    return make_attendee(forum.event, permission="organiser").person


@pytest.fixture
def lead(forum: Forum) -> Person:
    return make_attendee(forum.event, permission="safeguarding-lead").person


def _merge(forum: Forum, kept: Attendee, duplicate: Attendee, by: Person) -> Merge:
    """The merge, agreed to by both addresses where they are asked."""
    merge = merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=duplicate.pk, by=by, now=NOW)
    if merge.done_at is None:
        for one in (kept, duplicate):
            answer_merge(attendee=one, merge_id=merge.pk, is_same=True, by=one.person, now=NOW)
    merge.refresh_from_db()
    return merge


def _unjoined(forum: Forum, **fields: object) -> Attendee:
    return make_attendee(forum.event, agreed_at=None, agreement_version="", **fields)


def _consent(attendee: Attendee, state: str, decided_at: dt.datetime) -> GuardianConsent:
    return GuardianConsent.objects.create(
        attendee=attendee, guardian="A Parent", way="paper", wording="2026-11-27", seen_by="A Lead",
        recorded_at=NOW - dt.timedelta(days=9), state=state, decided_at=decided_at,
        expires_at=NOW + dt.timedelta(days=90),
    )  # fmt: skip


def test_an_entry_that_has_not_joined_is_taken_over_at_once(forum: Forum, organiser: Person) -> None:
    kept, other, *_rest = forum.people
    Attendee.objects.filter(pk=kept.pk).update(about="", title="Head of unit", organisation=None, languages=[])
    twin = _unjoined(
        forum, name=kept.name, email="other@address.example", about="Case work", title="Head",
        organisation=make_organisation(forum.event, name="Desk of Cases"), languages=["th"],
        seeks_topics=["sextortion"], translating_device=True,
    )  # fmt: skip
    WishToMeet.objects.create(event=forum.event, asker=twin, other=other)
    merge = _merge(forum, kept, twin, organiser)
    kept.refresh_from_db()
    assert (kept.about, kept.title) == ("Case work", "Head of unit")
    assert (kept.organisation.name, kept.languages) == ("Desk of Cases", ["th"])
    assert kept.translating_device
    assert WishToMeet.objects.get().asker == kept
    assert not Attendee.objects.filter(pk=twin.pk).exists()
    assert Act.objects.filter(event=forum.event, kind=Act.Kind.MERGED, person=organiser).count() == 1
    assert merge.done_at == NOW
    with pytest.raises(NotFound):
        _merge(forum, kept, twin, organiser)


@pytest.mark.slow
@pytest.mark.parametrize("used", ["signed in", "blocked somebody", "reported somebody"])
def test_an_account_that_somebody_uses_is_asked_though_it_has_not_joined_here(
    forum: Forum, organiser: Person, used: str
) -> None:
    """Or an organiser reads on the page of a friend whom a stranger blocked, and when they met whom."""
    kept, other, *_rest = forum.people
    twin = _unjoined(forum)
    if used == "signed in":
        Person.objects.filter(pk=twin.person_id).update(last_login=NOW)
    elif used == "blocked somebody":
        block_person(blocked=other.person, by=twin.person, now=NOW)
    else:
        file_report(reporter=twin, reported_id=other.pk, category="harassment", words="Follows me", now=NOW)
    merge = merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=NOW)
    assert merge.done_at is None
    assert not blocks_made_by(kept)
    assert not Report.objects.filter(reporter=kept).exists()
    for one in (kept, twin):
        answer_merge(attendee=one, merge_id=merge.pk, is_same=True, by=one.person, now=NOW)
    assert not Attendee.objects.filter(pk=twin.pk).exists()


@pytest.mark.slow
def test_own_topics_stay_and_missing_ones_come(forum: Forum, organiser: Person) -> None:
    kept, second, *_rest = forum.people
    Interest.objects.filter(attendee__in=[kept, second]).delete()
    own = Interest.objects.create(
        event=forum.event, attendee=kept, topic=forum.event.themes.first().topics.first(), seeks=True
    )
    _merge(forum, kept, _unjoined(forum, offers_topics=["sextortion"]), organiser)
    assert list(Interest.objects.filter(attendee=kept)) == [own]
    _merge(forum, second, _unjoined(forum, offers_topics=["sextortion"]), organiser)
    assert Interest.objects.get(attendee=second).topic.key == "sextortion"


def test_both_who_joined_are_asked_and_nothing_happens_before(forum: Forum, organiser: Person) -> None:
    kept, twin, other, *_rest = forum.people
    asked = forum.ask(twin, other, forum.slots[0], message="Shall we?")
    merge = merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=NOW)
    assert (merge.done_at, Meeting.objects.get(pk=asked.pk).asker) == (None, twin)
    with refuses("merge_waits"):
        merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=NOW)
    with pytest.raises(NotFound):
        answer_merge(attendee=other, merge_id=merge.pk, is_same=True, by=other.person, now=NOW)
    for _again in range(2):  # one address twice is one address
        merge = answer_merge(attendee=twin, merge_id=merge.pk, is_same=True, by=twin.person, now=NOW)
        assert merge.done_at is None
    answer_merge(attendee=kept, merge_id=merge.pk, is_same=True, by=kept.person, now=NOW)
    assert Meeting.objects.get(pk=asked.pk).asker == kept
    assert set(Seat.objects.filter(meeting=asked.pk).values_list("attendee", flat=True)) == {kept.pk, other.pk}


@pytest.mark.parametrize("who", [0, 1])
def test_one_no_ends_it(forum: Forum, organiser: Person, who: int) -> None:
    kept, twin, *_rest = forum.people
    merge = merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=NOW)
    one = (kept, twin)[who]
    answer_merge(attendee=one, merge_id=merge.pk, is_same=False, by=one.person, now=NOW)
    for other in (kept, twin):
        with pytest.raises(NotFound):
            answer_merge(attendee=other, merge_id=merge.pk, is_same=True, by=other.person, now=NOW)
    assert Attendee.objects.filter(pk=twin.pk).exists()


def test_the_question_ends_after_two_weeks_and_can_be_asked_anew(forum: Forum, organiser: Person) -> None:
    kept, twin, *_rest = forum.people
    first = merge_attendees(
        event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=NOW - dt.timedelta(days=15)
    )
    with pytest.raises(NotFound):
        answer_merge(attendee=kept, merge_id=first.pk, is_same=True, by=kept.person, now=NOW)
    again = _merge(forum, kept, twin, organiser)
    first.refresh_from_db()
    assert (first.ended_at, again.done_at) == (NOW, NOW)


def test_meetings_come_along_and_those_that_clash_end_with_a_notice(forum: Forum, organiser: Person) -> None:
    kept, twin, a, b, c = forum.people
    moved = forum.accept(a, forum.ask(twin, a, forum.slots[0]))
    forum.accept(b, forum.ask(kept, b, forum.slots[1]))
    clashing = forum.accept(c, forum.ask(twin, c, forum.slots[1]))
    twice = forum.ask(twin, b, forum.slots[2])  # the kept one meets b already
    between = forum.ask(twin, kept, forum.slots[3])
    _merge(forum, kept, twin, organiser)
    assert Seat.objects.get(meeting=moved.pk, attendee=kept).is_active
    assert Meeting.objects.get(pk=moved.pk).state == "accepted"
    assert Meeting.objects.get(pk=clashing.pk).state == "cancelled"
    assert Notice.objects.filter(meeting=clashing.pk, attendee=c, kind="cancelled").exists()
    assert {Meeting.objects.get(pk=one.pk).state for one in (twice, between)} == {"expired"}
    assert Meeting.objects.filter(seats__attendee=kept, state="accepted").count() == 2


@pytest.mark.slow
def test_blocks_and_reports_of_either_hold_for_the_one(forum: Forum, organiser: Person) -> None:
    kept, twin, blocked, blocker, reported = forum.people
    block_person(blocked=blocked.person, by=twin.person, now=NOW)
    block_person(blocked=twin.person, by=blocker.person, now=NOW)
    report = file_report(reporter=twin, reported_id=reported.pk, category="harassment", words="Follows me", now=NOW)
    assert all(may_contact(kept, one, "meeting", NOW) for one in (blocked, blocker, reported))
    _merge(forum, kept, twin, organiser)
    kept = Attendee.objects.get(pk=kept.pk)
    for channel in ("page", "directory", "meeting", "suggestion"):
        assert not any(may_contact(kept, one, channel, NOW) for one in (blocked, blocker, reported))
        assert not any(may_contact(one, kept, channel, NOW) for one in (blocked, blocker, reported))
    assert Report.objects.get(pk=report.pk).reporter == kept
    pairs = set(Block.objects.values_list("blocker", "blocked"))
    assert {(kept.person_id, blocked.person_id), (blocker.person_id, kept.person_id)} <= pairs


@pytest.mark.slow
def test_what_is_about_either_is_about_the_one_and_what_both_have_is_once(forum: Forum, organiser: Person) -> None:
    kept, twin, blocked, reporter, _rest = forum.people
    elsewhere = make_attendee(make_event("elsewhere"), person=kept.person)
    Attendee.objects.filter(pk=elsewhere.pk).update(changed_at=NOW - dt.timedelta(days=9))
    for one in (kept, twin):
        block_person(blocked=blocked.person, by=one.person, now=NOW)
    block_person(blocked=kept.person, by=twin.person, now=NOW)
    report = file_report(reporter=reporter, reported_id=twin.pk, category="harassment", words="Follows me", now=NOW)
    ReportLink.objects.create(report=report, attendee=twin, linked_at=NOW)
    later = NOW + dt.timedelta(hours=1)
    merge = merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=later)
    for one in (kept, twin):
        answer_merge(attendee=one, merge_id=merge.pk, is_same=True, by=one.person, now=later)
    assert Report.objects.get(pk=report.pk).reported == kept
    assert ReportLink.objects.get(report=report).attendee == kept
    assert not may_contact(reporter, Attendee.objects.get(pk=kept.pk), "page", later)
    pairs = Block.objects.filter(blocker=kept.person).values_list("blocked", flat=True)
    assert list(pairs) == [blocked.person_id]
    for one in (kept, elsewhere):
        one.refresh_from_db()
        assert one.changed_at == later  # their lists are made anew


def test_a_meeting_with_whom_the_policy_keeps_away_ends_and_they_are_told(forum: Forum, organiser: Person) -> None:
    kept, twin, blocker, *_rest = forum.people
    agreed = forum.accept(blocker, forum.ask(twin, blocker, forum.slots[0]))
    block_person(blocked=kept.person, by=blocker.person, now=NOW)
    _merge(forum, kept, twin, organiser)
    assert Meeting.objects.get(pk=agreed.pk).state == "cancelled"
    assert Notice.objects.filter(meeting=agreed.pk, attendee=blocker, kind="cancelled").exists()


def test_a_suspension_comes_along(forum: Forum, organiser: Person, lead: Person) -> None:
    kept, other = forum.people[:2]
    twin = _unjoined(forum)
    suspended = suspend_person(lead=lead.attendances.get(), attendee_id=twin.pk, reason="Until heard", by=lead, now=NOW)
    _merge(forum, kept, twin, organiser)
    suspended.refresh_from_db()
    assert suspended.attendee == kept
    assert not may_contact(other, Attendee.objects.get(pk=kept.pk), "page", NOW)


@pytest.mark.slow
@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_where_one_is_no_known_adult_a_lead_does_it_and_the_more_protected_class_stays(
    forum: Forum, organiser: Person, lead: Person, age_class: str
) -> None:
    kept = forum.people[0]
    twin = _unjoined(forum, age_class=age_class)
    with pytest.raises(LeadMerges):
        _merge(forum, kept, twin, organiser)
    with pytest.raises(OrganisersOnly):
        _merge(forum, kept, twin, forum.people[1].person)
    _merge(forum, kept, twin, lead)
    kept.refresh_from_db()
    assert kept.age_class == age_class
    if age_class == "minor":
        assert KnownMinor.objects.filter(address_hash=kept.person.address_hash).exists()


@pytest.mark.slow
@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_the_one_kept_keeps_what_protects_it(forum: Forum, organiser: Person, lead: Person, age_class: str) -> None:
    kept = _unjoined(forum, age_class=age_class, visibility="hidden", role="speaker")
    _merge(forum, kept, _unjoined(forum), lead)
    kept.refresh_from_db()
    assert (kept.age_class, kept.visibility, kept.role) == (age_class, "hidden", "speaker")
    other = forum.people[0]
    _merge(forum, other, _unjoined(forum, role="speaker"), organiser)
    other.refresh_from_db()
    assert other.role == "speaker"


def test_who_is_known_as_a_minor_elsewhere_is_no_known_adult_here(
    forum: Forum, organiser: Person, lead: Person
) -> None:
    kept, twin = forum.people[0], _unjoined(forum)
    elsewhere = make_event("elsewhere")
    KnownMinor.objects.create(
        address_hash=twin.person.address_hash, event=elsewhere, expires_at=NOW + dt.timedelta(days=900)
    )
    with pytest.raises(LeadMerges):
        _merge(forum, kept, twin, organiser)
    _merge(forum, kept, twin, lead)
    assert KnownMinor.objects.filter(address_hash=kept.person.address_hash, event=elsewhere).exists()
    assert not may_contact(forum.people[1], Attendee.objects.get(pk=kept.pk), "page", NOW)


def test_what_is_known_of_a_minor_holds_for_both_addresses(forum: Forum, lead: Person) -> None:
    kept, twin = forum.people[0], _unjoined(forum)
    elsewhere = make_event("elsewhere")
    KnownMinor.objects.create(
        address_hash=kept.person.address_hash, event=elsewhere, expires_at=NOW + dt.timedelta(days=900)
    )
    address = twin.person.address_hash
    _merge(forum, kept, twin, lead)
    assert KnownMinor.objects.filter(address_hash=address, event=elsewhere).exists()


def test_every_address_of_both_is_the_one_s_after_a_merge(forum: Forum, organiser: Person) -> None:
    kept, twin = forum.people[0], _unjoined(forum)
    FormerAddress.objects.create(person=twin.person, address_hash=address_hash("old@example.org"), left_at=NOW)
    _merge(forum, kept, twin, organiser)
    assert may_contact(forum.people[1], Attendee.objects.get(pk=kept.pk), "page", NOW)
    make_attendee(make_event("elsewhere"), email="OLD@example.org", age_class="minor")
    assert not may_contact(forum.people[1], Attendee.objects.get(pk=kept.pk), "page", NOW)


def test_whoever_is_hidden_in_one_entry_is_hidden(forum: Forum, organiser: Person) -> None:
    kept = forum.people[0]
    _merge(forum, kept, _unjoined(forum, visibility="hidden"), organiser)
    kept.refresh_from_db()
    assert kept.visibility == "hidden"


def test_only_participants_of_this_forum_are_merged_and_by_its_organisers(
    forum: Forum, organiser: Person, lead: Person
) -> None:
    kept, twin, other, *_rest = forum.people
    for by in (other.person, make_attendee(make_event("elsewhere"), permission="organiser").person, lead):
        with pytest.raises(OrganisersOnly):
            _merge(forum, kept, twin, by)
    stranger = make_attendee(make_event("further"))
    for pair in ((kept, stranger), (stranger, kept), (kept, kept)):
        with pytest.raises(NotFound):
            _merge(forum, *pair, organiser)
    in_charge = make_attendee(forum.event, permission="organiser")
    chaperone = make_attendee(forum.event, role="chaperone")
    looks_after = make_attendee(forum.event)
    Chaperone.objects.create(event=forum.event, attendee=looks_after, country="Laos", recorded_at=NOW)
    hidden = make_attendee(forum.event)
    Alias.objects.create(attendee=hidden, name="A. Nobody", is_wish=True, set_at=NOW)
    joined_later = _unjoined(forum)
    for pair in (
        (kept, in_charge),
        (in_charge, kept),
        (kept, chaperone),
        (kept, looks_after),
        (kept, hidden),
        (joined_later, kept),
    ):
        with pytest.raises(CannotMerge):
            _merge(forum, *pair, organiser)
    assert not Merge.objects.exists()


def test_at_an_archived_forum_nobody_is_merged(forum: Forum, organiser: Person) -> None:
    Event.objects.filter(pk=forum.event.pk).update(state="archived")
    with pytest.raises(NotInThisState):
        _merge(forum, forum.people[0], _unjoined(forum), organiser)


def test_a_role_taken_up_between_question_and_answer_ends_it(forum: Forum, organiser: Person) -> None:
    kept, twin, *_rest = forum.people
    merge = merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=NOW)
    answer_merge(attendee=kept, merge_id=merge.pk, is_same=True, by=kept.person, now=NOW)
    Attendee.objects.filter(pk=kept.pk).update(role="chaperone")
    with pytest.raises(CannotMerge):
        answer_merge(attendee=twin, merge_id=merge.pk, is_same=True, by=twin.person, now=NOW)
    assert Attendee.objects.filter(pk=twin.pk).exists()


def test_who_is_no_known_adult_any_more_is_for_a_lead_to_ask(forum: Forum, organiser: Person, lead: Person) -> None:
    kept, twin, *_rest = forum.people
    merge = merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=NOW)
    answer_merge(attendee=kept, merge_id=merge.pk, is_same=True, by=kept.person, now=NOW)
    Attendee.objects.filter(pk=twin.pk).update(age_class="unknown")
    with pytest.raises(CannotMerge):
        answer_merge(attendee=twin, merge_id=merge.pk, is_same=True, by=twin.person, now=NOW)
    answer_merge(attendee=twin, merge_id=merge.pk, is_same=False, by=twin.person, now=NOW)
    assert _merge(forum, kept, twin, lead).done_at == NOW


@pytest.mark.slow
def test_a_guardian_s_no_to_one_entry_ends_an_older_yes_to_the_other(forum: Forum, lead: Person) -> None:
    for said_no_after, state in ((dt.timedelta(hours=1), "withdrawn"), (-dt.timedelta(hours=1), "given")):
        kept, twin = _unjoined(forum, age_class="minor"), _unjoined(forum, age_class="minor")
        given = _consent(kept, "given", NOW)
        _consent(twin, "withdrawn", NOW + said_no_after)
        _merge(forum, kept, twin, lead)
        given.refresh_from_db()
        assert given.state == state


def test_ties_from_under_an_alias_do_not_come_along(forum: Forum, organiser: Person) -> None:
    kept, twin, met, *_rest = forum.people
    earlier = make_event("earlier")
    then = make_attendee(earlier, person=twin.person)
    Alias.objects.create(attendee=then, name="Real Name", is_wish=True, set_at=NOW)
    make_tie(earlier, twin, met)
    _merge(forum, kept, twin, organiser)
    assert not Tie.objects.filter(Q(first=kept.person) | Q(second=kept.person)).exists()


def test_an_alias_of_the_other_account_deletes_the_picture(forum: Forum, organiser: Person) -> None:
    kept, twin, *_rest = forum.people
    Picture.objects.create(attendee=kept, small=b"x", large=b"x", made_at=NOW)
    then = make_attendee(make_event("earlier"), person=twin.person)
    AliasEntry.objects.create(attendee=then, kind=AliasEntry.Kind.SET, made_at=NOW)
    _merge(forum, kept, twin, organiser)
    assert not Picture.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_answers_in_one_moment_are_one_and_a_sentence(forum: Forum, organiser: Person) -> None:
    kept, twin, *_rest = forum.people
    merge = merge_attendees(event=forum.event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=NOW)

    def no(one: Attendee) -> Callable[[], object]:
        return lambda: answer_merge(attendee=one, merge_id=merge.pk, is_same=False, by=one.person, now=NOW)

    with ThreadPoolExecutor(2) as pool:
        with holding(kept):
            answers = begin(pool, no(kept), no(twin))
            wait_until_waiting(2)
        assert sorted(answer() for answer in answers) == ["not_found", "ok"]


def test_ties_and_contacts_come_along(forum: Forum, organiser: Person) -> None:
    kept, twin, met, other, _rest = forum.people
    earlier = make_event("earlier")
    make_tie(earlier, twin, met)
    make_tie(earlier, twin, kept)
    for giver, receiver in ((twin, other), (other, twin), (twin, kept)):
        ContactShare.objects.create(
            event=forum.event, giver=giver.person, receiver=receiver.person, email="x@y.example"
        )
    _merge(forum, kept, twin, organiser)
    assert Tie.objects.filter(
        edition=earlier, first=min(kept.person_id, met.person_id), second=max(kept.person_id, met.person_id)
    ).exists()
    shares = ContactShare.objects.filter(event=forum.event).values_list("giver", "receiver")
    assert set(shares) == {(kept.person_id, other.person_id), (other.person_id, kept.person_id)}


def test_a_list_that_names_the_address_given_up_finds_the_one(forum: Forum, organiser: Person) -> None:
    kept, twin = forum.people[0], _unjoined(forum, email="given-up@address.example")
    _merge(forum, kept, twin, organiser)
    table = read_csv(f"name,email\n{kept.name},given-up@address.example\n".encode())
    before = Attendee.objects.filter(event=forum.event).count()
    import_attendees(event=forum.event, table=table, by=organiser, now=NOW)
    assert Attendee.objects.filter(event=forum.event).count() == before
    assert kept.person.former_addresses.get().address_hash == address_hash("given-up@address.example")


def test_every_row_that_names_an_attendee_is_carried_over_or_left_to_the_erasure() -> None:
    """A new table that refers to attendees has to say which; what has code of its own is named here."""
    by_hand = {
        ("events_interest", "attendee"), ("booking_availability", "attendee"), ("booking_seat", "attendee"),
        ("booking_meeting", "asker"), ("booking_meeting", "ended_by"), ("booking_counteroffer", "made_by"),
        ("booking_followup", "attendee"),
    }  # fmt: skip
    of_a_role = {
        ("events_agealert", "lead"), ("events_appointment", "attendee"), ("safeguarding_alert", "lead"),
        ("safeguarding_report", "assigned_to"), ("safeguarding_report", "closed_by"),
        ("safeguarding_reportalert", "lead"), ("safeguarding_reporthandover", "lead"),
        ("mails_mailtest", "attendee"), ("safeguarding_chaperone", "attendee"),
    }  # fmt: skip
    proven_anew = {("safeguarding_vetting", "attendee"), ("events_adultproposal", "attendee")}
    agreed_anew = {("assistants_assistant", "principal"), ("assistants_assistant", "attendee")}
    of_the_entry = {
        ("booking_seat", "assistant"),
        ("audit_nudgetrace", "attendee"), ("audit_plannedtrace", "first"), ("audit_plannedtrace", "second"),
        ("audit_proposaltrace", "attendee"), ("directory_nudge", "attendee"),
        ("directory_profilevisit", "attendee"), ("directory_profilevisit", "other"),
        ("directory_searchname", "attendee"), ("directory_searchtext", "attendee"),
        ("directory_timesmail", "attendee"), ("events_agealert", "attendee"), ("events_alias", "attendee"),
        ("events_merge", "duplicate"), ("events_merge", "kept"), ("events_picture", "attendee"),
        ("groups_roundseat", "attendee"), ("invitations_invitation", "attendee"),
        ("agenda_calendarfeed", "attendee"), ("agenda_sessionmail", "attendee"),
        ("booking_busycalendar", "attendee"), ("booking_notice", "attendee"),
        ("programme_plannedmeeting", "first"), ("programme_plannedmeeting", "second"),
        ("safeguarding_aliasentry", "attendee"), ("safeguarding_delegationseat", "attendee"),
        ("safeguarding_heldidentity", "attendee"), ("safeguarding_reportentry", "about"),
        ("suggestions_listreading", "attendee"), ("suggestions_suggestion", "attendee"),
        ("suggestions_suggestion", "other"), ("suggestions_suggestionview", "attendee"),
        ("suggestions_suggestionview", "other"), ("integrations_webhookdelivery", "attendee"),
    }  # fmt: skip
    carried = {(model._meta.db_table, field) for model, field in (*CARRIED, *PROTECTING)}
    found = {
        (model._meta.db_table, field.name)
        for model in apps.get_models()
        if not model._meta.proxy
        for field in model._meta.concrete_fields
        if field.related_model is Attendee
    }
    assert found == (carried | by_hand | of_a_role | proven_anew | agreed_anew | of_the_entry) & found
    assert found >= carried | by_hand | proven_anew | agreed_anew
