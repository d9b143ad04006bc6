"""Leaving a forum and erasing an account: nothing of the person is found, and the others keep theirs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.core.errors import NotYours
from backend.demo.models import OutgoingMail
from backend.directory.models import ProfileVisit, WishToMeet
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee, Organisation
from backend.events.models.events import Tie
from backend.events.models.suspensions import Suspension
from backend.invitations.models import Invitation
from backend.people.models import ApiToken, Person, address_hash
from backend.people.services import make_token
from backend.privacy.services.closing import close_cases, forget_expired
from backend.privacy.services.leaving import erase_account, leave_event
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.safeguarding.models import Block, HeldIdentity, Report
from backend.safeguarding.rules import may_contact
from backend.safeguarding.selectors.reports import report_page_for
from backend.safeguarding.services.blocks import block_person
from backend.safeguarding.services.reports import close_report, file_report
from backend.safeguarding.services.suspensions import suspend_person
from backend.stats.rules.access import countable
from backend.suggestions.engine.texts import text_hash
from backend.suggestions.models import Embedding, Feedback
from tests.backend.conftest import Forum, make_forum
from tests.database import tables_holding
from tests.factories import make_attendee, make_event, make_run, make_session, make_tie
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Zephyrine Quillfeather", "zephyrine@quillfeather.example"
SEEKS, OFFERS = "Ferrets that read subpoenas", "A lighthouse for prosecutors"
HOUSE, MESSAGE, NOTE = "Quillfeather Bureau", "Shall we meet at the aquarium?", "Laughs like a heron"
WORDS = ("Zephyrine", "Quillfeather", "quillfeather", SEEKS, OFFERS, MESSAGE, NOTE, "aquarium")


@pytest.fixture
def forum() -> Forum:
    return make_forum(people=4)


@pytest.fixture
def leaver(forum: Forum) -> Attendee:
    """Somebody of whom every feature stores something."""
    house = Organisation.objects.create(event=forum.event, name=HOUSE, sector=forum.people[0].organisation.sector)
    one = make_attendee(
        forum.event, name=NAME, email=ADDRESS, organisation=house, seeks=SEEKS, offers=OFFERS,
        title="Quillfeather in chief", seeks_topics=["sextortion"],
    )  # fmt: skip
    forum.open(one, forum.slots)
    a, b, c, d = forum.people
    forum.accept(a, forum.ask(one, a, forum.slots[0], message=MESSAGE))
    forum.ask(one, b, forum.slots[1], message=MESSAGE)
    forum.ask(c, one, forum.slots[2])
    held = forum.accept(d, forum.ask(one, d, forum.slots[3], message=MESSAGE))
    Meeting.objects.filter(pk=held.pk).update(state="held")
    make_run(forum.event, {a: [one], one: [a]}, reasons=[{"code": "x", "evidence": {"offer": OFFERS}}])
    Embedding.objects.create(model="m", kind="query", text_hash=text_hash(SEEKS), vector=[1.0, 0.0])
    Feedback.objects.create(attendee=one, other=a, verdict="good", note=NOTE)
    Feedback.objects.create(attendee=a, other=one, verdict="good", note=f"{NAME}: call her")
    ProfileVisit.objects.create(event=forum.event, attendee=a, other=one)
    WishToMeet.objects.create(event=forum.event, asker=one, other=b)
    for first, second in ((one, c), (c, one)):
        WaitingListEntry.objects.create(event=forum.event, attendee=first, other=second, message=f"{NAME}: {MESSAGE}")
    SessionPart.objects.create(event=forum.event, attendee=one, session=make_session(forum.event))
    Invitation.objects.create(
        attendee=one, number=1, queued_at=forum.now, address_hash=one.person.address_hash, token_hash="f" * 64
    )
    OutgoingMail.objects.create(
        sender="t@example.org", recipients=[ADDRESS], subject="Hello", body="x", source=ADDRESS.encode()
    )
    make_token(person=one.person, name="Quillfeather’s", scopes=["read"], days=30, now=forum.now)
    Client().force_login(one.person)
    UserSession.objects.create(user=one.person, session_key="k" * 32, ip="203.0.113.7", user_agent="Quillfeather")
    Authenticator.objects.update_or_create(user=one.person, type="totp", defaults={"data": {"secret": "Quillfeather"}})
    begun = SessionStore()
    begun["account_login"] = {"email": ADDRESS}
    begun.save()
    return one


def found(*words: str) -> set[str]:
    """Tables that hold one of the words, as text, as bytes, or in a session."""
    as_bytes = [word.encode().hex() for word in words]
    sessions = {"django_session" for one in Session.objects.all() for word in words if word in str(one.get_decoded())}
    return tables_holding(*words, *as_bytes) | sessions


def leave(attendee: Attendee, now: dt.datetime) -> Attendee:
    leave_event(attendee=attendee, is_confirmed=True, by=attendee.person, now=now)
    return Attendee.with_left.get(pk=attendee.pk)


def erase(person: Person, now: dt.datetime) -> None:
    erase_account(person=person, is_confirmed=True, by=person, now=now)


def test_after_an_erasure_no_table_session_job_or_file_holds_anything_of_the_person(
    forum: Forum, leaver: Attendee, erasures: Path
) -> None:
    hashes = (address_hash(ADDRESS), text_hash(SEEKS), text_hash(OFFERS))
    assert len(found(*WORDS)) == 12
    assert found(*hashes) == {"people_person", "invitations_invitation", "suggestions_embedding"}
    erase(leaver.person, forum.now)
    assert found(*WORDS) == set()
    assert found(*hashes) == set()
    assert not Person.objects.filter(pk=leaver.person_id).exists()
    assert not ApiToken.objects.filter(person=leaver.person_id).exists()
    text = erasures.read_text()
    assert [word for word in (*WORDS, *hashes) if word in text] == []


def test_the_others_are_told_and_keep_their_words_and_their_times(forum: Forum, leaver: Attendee) -> None:
    a, b, c, _d = forum.people
    wish = Meeting.objects.get(asker=c)
    Meeting.objects.filter(pk=wish.pk).update(message="About helplines")
    leave(leaver, forum.now)
    kinds = {(one.attendee_id, one.kind) for one in Notice.objects.all()}
    assert {(a.pk, "cancelled"), (b.pk, "expired"), (c.pk, "expired")} <= kinds
    assert not Notice.objects.filter(attendee=leaver).exists()
    assert not Seat.objects.filter(attendee=a, is_active=True).exists()
    assert Meeting.objects.get(pk=wish.pk).message == "About helplines"
    assert found(MESSAGE) == set()


def test_a_meeting_that_took_place_still_counts_for_its_sector_and_names_nobody(forum: Forum, leaver: Attendee) -> None:
    counted = {one.pk: one.constituency for one in countable(forum.event)}
    row = leave(leaver, forum.now)
    assert {one.pk: one.constituency for one in countable(forum.event)} == counted
    assert (row.name, row.person.name, row.visibility) == ("Somebody who left", "Somebody who left", "hidden")
    assert row.organisation is not None
    assert row.organisation.name.startswith("Former attendees: ")
    assert not may_contact(forum.people[0], row, "page", forum.now)


def test_somebody_who_met_nobody_is_counted_no_more(forum: Forum) -> None:
    alone = make_attendee(forum.event)
    leave(alone, forum.now)
    assert alone.pk not in {one.pk for one in countable(forum.event)}


def test_leaving_one_forum_leaves_the_account_and_the_other_forum(forum: Forum, leaver: Attendee) -> None:
    other = make_attendee(make_event("other"), person=leaver.person, name=NAME)
    make_tie(forum.event, leaver, forum.people[0])
    kept = make_tie(other.event, leaver, forum.people[0])
    row = leave(leaver, forum.now)
    assert list(Tie.objects.all()) == [kept]
    assert row.person_id != leaver.person_id
    assert list(Attendee.objects.filter(person=leaver.person_id)) == [other]
    assert Person.objects.get(pk=leaver.person_id).email == ADDRESS


def test_it_is_asked_twice_and_nobody_does_it_for_another(forum: Forum, leaver: Attendee) -> None:
    with refuses("not_confirmed"):
        leave_event(attendee=leaver, is_confirmed=False, by=leaver.person, now=forum.now)
    with pytest.raises(NotYours):
        leave_event(attendee=leaver, is_confirmed=True, by=forum.people[0].person, now=forum.now)
    with pytest.raises(NotYours):
        erase_account(person=leaver.person, is_confirmed=True, by=forum.people[0].person, now=forum.now)
    assert Attendee.objects.filter(pk=leaver.pk).exists()


def test_the_last_organiser_and_the_last_lead_hand_over_first(forum: Forum) -> None:
    organiser = make_attendee(forum.event, permission="organiser")
    lead = make_attendee(forum.event, permission="safeguarding-lead")
    with refuses("last_organiser"):
        erase(organiser.person, forum.now)
    with refuses("still_in_charge"):
        leave(lead, forum.now)
    root = Person.objects.create_superuser("root@example.org", name="Root")
    with refuses("still_in_charge"):
        erase(root, forum.now)
    make_attendee(forum.event, permission="organiser")
    for _ in range(2):
        make_attendee(forum.event, permission="safeguarding-lead")
    leave(organiser, forum.now)
    leave(lead, forum.now)
    assert not Attendee.objects.filter(pk__in=[organiser.pk, lead.pk]).exists()


def test_an_open_case_is_held_for_leads_until_it_is_closed(forum: Forum, leaver: Attendee) -> None:
    a = forum.people[0]
    lead = make_attendee(forum.event, permission="safeguarding-lead", visibility="hidden")
    report = file_report(reporter=a, reported_id=leaver.pk, category="harassment", words="Too close.", now=forum.now)
    erase(leaver.person, forum.now)
    assert found(*WORDS) == {"safeguarding_heldidentity"}
    page = report_page_for(Report.objects.get(pk=report.pk))
    assert page.reported is not None
    assert page.reported.name == f"{NAME} (left the forum)"
    assert (page.reported.organisation, page.reported.email) == (HOUSE, "")
    assert close_cases(now=forum.now) == 0
    close_report(lead=lead, report_id=report.pk, outcome="Told the police.", lift=True, by=lead.person, now=forum.now)
    assert close_cases(now=forum.now) == 1
    assert found(*WORDS) == set()
    assert not Report.objects.filter(pk=report.pk).exists()
    assert not HeldIdentity.objects.exists()


def come_back(forum: Forum, address: str = ADDRESS) -> Attendee:
    organiser = forum.boss()
    table = read_csv(f"email,name,age_class,country\n{address},Zephyrine Again,adult,Thailand\n".encode())
    import_attendees(event=forum.event, table=table, by=organiser.person, now=forum.now + dt.timedelta(days=1))
    return Attendee.objects.get(event=forum.event, person__email=address)


@pytest.mark.parametrize("who", ["blocker", "blocked"])
def test_a_block_is_in_force_when_the_address_comes_back(forum: Forum, leaver: Attendee, who: str) -> None:
    a = forum.people[0]
    pair = (leaver, a) if who == "blocker" else (a, leaver)
    block_person(blocked=pair[1].person, by=pair[0].person, now=forum.now)
    erase(leaver.person, forum.now)
    assert found(*WORDS) == set()
    again = come_back(forum)
    Attendee.objects.filter(pk=again.pk).update(agreed_at=forum.now, agreement_version="1", age_class="adult")
    assert not may_contact(a, again, "page", forum.now)
    assert may_contact(forum.people[1], again, "page", forum.now)
    block = Block.objects.get()
    assert again.person_id in (block.blocker_id, block.blocked_id)


def test_a_case_and_a_suspension_are_in_force_when_the_address_comes_back(forum: Forum, leaver: Attendee) -> None:
    a = forum.people[0]
    lead = make_attendee(forum.event, permission="safeguarding-lead", visibility="hidden")
    report = file_report(reporter=a, reported_id=leaver.pk, category="harassment", words="Too close.", now=forum.now)
    suspend_person(lead=lead, attendee_id=leaver.pk, reason="Until it is clear.", by=lead.person, now=forum.now)
    erase(leaver.person, forum.now)
    again = come_back(forum)
    assert Report.objects.get(pk=report.pk).reported_id == again.pk
    assert Suspension.objects.in_force().filter(attendee=again).exists()
    assert not may_contact(forum.people[1], again, "page", forum.now)
    elsewhere = make_event("elsewhere")
    there = make_attendee(elsewhere, person=again.person)
    reporter = make_attendee(elsewhere, person=a.person)
    assert not may_contact(reporter, there, "page", forum.now)


def test_the_hash_that_keeps_a_block_expires_after_three_years(forum: Forum, leaver: Attendee) -> None:
    block_person(blocked=forum.people[0].person, by=leaver.person, now=forum.now)
    erase(leaver.person, forum.now)
    assert found(address_hash(ADDRESS)) == {"people_person"}
    assert forget_expired(now=forum.now + dt.timedelta(days=3 * 365 - 1)) == 0
    assert forget_expired(now=forum.now + dt.timedelta(days=3 * 365)) == 1
    assert found(address_hash(ADDRESS)) == set()
    assert not Block.objects.exists()


def test_a_minor_leaves_as_everybody_does_and_stays_known_as_one(forum: Forum) -> None:
    minor = make_attendee(forum.event, name=NAME, email=ADDRESS, age_class="minor")
    erase(minor.person, forum.now)
    assert found(*WORDS) == set()
    again = come_back(forum)
    assert not may_contact(forum.people[0], again, "page", forum.now)
