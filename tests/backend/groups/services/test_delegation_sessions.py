"""S4, S5: a session with a delegation takes everybody's agreement, and anybody ends it without a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.services.meetings import cancel_for_both, cancel_meeting, end_refused_meetings
from backend.booking.services.moving import move_meeting
from backend.core.errors import NotFound, NotYours
from backend.core.period import Period
from backend.events.models.agenda import Session, Table
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.models.roles import CountryContact
from backend.events.models.suspensions import Suspension
from backend.events.services.venue import TableData
from backend.groups.selectors.delegation_sessions import led_delegation_session, own_delegation_sessions
from backend.groups.services.delegation_mails import send_delegation_mail
from backend.groups.services.delegation_sessions import (
    BadDelegationSession,
    DelegationSessionSettled,
    answer_delegation_session,
    close_delegation_session,
    confirm_delegation_session,
    end_broken_sessions,
    leave_delegation_session,
    propose_delegation_session,
)
from backend.notifications.services.reminders import remind_people
from backend.outcomes.services.attestations import ask_whether_held, settle_unattested
from backend.people.models import Person
from backend.safeguarding.models import (
    Block,
    Chaperone,
    ContactRule,
    DelegationSeat,
    DelegationSession,
    OpenPlace,
    Report,
    Vetting,
)
from backend.safeguarding.rules import (
    CHANNELS,
    adults_of_proposals,
    contactable_for,
    contactable_ids,
    is_consented_minor,
    may_contact,
)
from backend.setup.services.closures import close_period, displace_meetings
from backend.setup.services.tables import change_table
from tests.database import taken_back
from tests.delegations import Delegations, make_delegations, vet
from tests.factories import NOW, make_attendee, make_event, make_session
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
LONG_AFTER = dt.datetime(2099, 6, 1, tzinfo=dt.UTC)


@pytest.fixture
def scene() -> Delegations:
    return make_delegations()


def pairs(scene: Delegations, now: dt.datetime = NOW) -> set[tuple[str, str]]:
    """Who is in touch through the channel, by first name, both ways."""
    people = (*scene.adults, *scene.minors, scene.lead)
    first_names = {one.pk: one.name.split()[0] for one in people}
    return {
        (first_names[one.pk], first_names[other])
        for one in people
        for other in contactable_ids(one, "delegation", now, list(first_names))
    }


def state(scene: Delegations, attendee: Attendee) -> list[str]:
    return [row.state for row in own_delegation_sessions(attendee, scene.now)]


@pytest.mark.slow
def test_once_all_agreed_the_adults_and_the_minor_who_agreed_are_in_touch_through_this_channel_alone(scene):
    session = scene.propose(scene.ask())
    assert pairs(scene) == set()
    for one in (scene.chaperone, scene.vetted, scene.minors[0]):
        scene.answer(session, one)
    assert pairs(scene) == set()
    scene.confirm(session)
    both = {("Anan", "Kham"), ("Chan", "Kham"), ("Vera", "Kham")}
    assert pairs(scene) == both | {(b, a) for a, b in both}
    assert may_contact(scene.asker, scene.minors[0], "delegation", NOW)
    assert not may_contact(scene.asker, scene.minors[1], "delegation", NOW)
    for channel in CHANNELS - {"delegation"}:
        assert not may_contact(scene.asker, scene.minors[0], channel, NOW)
        assert not contactable_for(scene.minors[0], channel, NOW).exists()
    assert pairs(scene, scene.slots[0].ends_at) == set()  # over


@pytest.mark.slow
def test_the_asker_reads_first_names_and_delegation_once_it_is_confirmed_and_nothing_before(scene):
    session = scene.ask()
    for step in (lambda: scene.propose(session), lambda: scene.answer(session, scene.minors[0])):
        step()
        [row] = own_delegation_sessions(scene.asker, NOW)
        assert (row.state, row.minors, row.adults, row.starts_at, row.place) == ("waiting", (), (), None, "")
    scene.answer(session, scene.chaperone)
    scene.answer(session, scene.vetted)
    scene.confirm(session)
    [row] = own_delegation_sessions(scene.asker, NOW)
    assert (row.state, row.minors, row.delegation) == ("confirmed", ("Kham",), "Youth Council")
    assert "Family" not in repr(row)
    assert "Noy" not in repr(row)


@pytest.mark.slow
def test_without_a_number_to_ring_in_the_host_country_no_minor_is_in_a_session_or_offered_for_one(scene):
    session = scene.propose(scene.ask())
    for one in (scene.chaperone, scene.vetted, scene.minors[0]):
        scene.answer(session, one)
    scene.confirm(session)
    assert pairs(scene)
    minors = Attendee.objects.filter(pk__in=[minor.pk for minor in scene.minors])
    assert minors.filter(is_consented_minor(NOW)).count() == 2
    CountryContact.objects.update(is_host=False)
    assert pairs(scene) == set()
    assert not minors.filter(is_consented_minor(NOW)).exists()


def test_a_minor_who_is_asked_reads_which_adults_and_no_words_of_theirs(scene):
    scene.propose(scene.ask())
    [row] = own_delegation_sessions(scene.minors[0], NOW)
    assert row.state == "asked"
    assert {adult.name for adult in row.adults} == {"Anan Asker", "Chan Chaperone", "Vera Vetted"}
    assert row.minors == ()
    assert "Words" not in repr(row)
    assert "youth council" not in repr(row)


@pytest.mark.slow
def test_the_adults_of_a_proposal_are_for_the_minors_asked_who_may_still_say_yes(scene):
    def adults_for(one: Attendee) -> set[Attendee]:
        return set(adults_of_proposals(one, NOW))

    one, other = scene.minors
    session = scene.propose(scene.ask(), minor_ids=[one.pk, other.pk])
    assert adults_for(one) == adults_for(other) == set(scene.adults)
    assert [adults_for(adult) for adult in scene.adults] == [set()] * 3
    scene.answer(session, other, is_yes=False)
    assert (adults_for(one), adults_for(other)) == (set(scene.adults), set())
    parting = ContactRule.objects.create(event=scene.event, constituency="government", other_constituency="youth")
    assert adults_for(one) == set()
    parting.delete()
    place = OpenPlace.objects.get()
    place.delete()
    assert adults_for(one) == set()
    OpenPlace.objects.create(table=place.table, recorded_at=NOW)
    for adult in (scene.chaperone, scene.vetted):
        scene.answer(session, adult)
    scene.answer(session, one)
    scene.confirm(session)
    assert adults_for(one) == set()


def test_a_refusal_is_final_and_the_asker_reads_only_that_it_does_not_take_place(scene):
    session = scene.propose(scene.ask())
    for minor in scene.minors:
        scene.answer(session, minor, is_yes=False)
        assert own_delegation_sessions(minor, NOW) == ()
        with pytest.raises(DelegationSessionSettled):
            scene.answer(session, minor)
    assert state(scene, scene.asker) == ["waiting"]
    with pytest.raises(BadDelegationSession):
        scene.propose(session)  # who said no is not asked again
    close_delegation_session(event=scene.event, session_id=session.pk, by=scene.lead.person, now=NOW)
    [row] = own_delegation_sessions(scene.asker, NOW)
    assert (row.state, row.minors, row.adults, row.starts_at) == ("ended", (), (), None)


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["chaperone", "vetted", "minor"])
def test_without_a_yes_of_each_nothing_is_confirmed(scene, missing):
    session = scene.propose(scene.ask())
    parts = {"chaperone": scene.chaperone, "vetted": scene.vetted, "minor": scene.minors[0]}
    for part, one in parts.items():
        if part != missing:
            scene.answer(session, one)
    assert not led_delegation_session(scene.lead, session.pk, NOW).can_confirm
    with refuses("not_all_agreed"):
        scene.confirm(session)
    assert DelegationSession.objects.get().state == "proposed"
    scene.answer(session, parts[missing])
    assert led_delegation_session(scene.lead, session.pk, NOW).can_confirm
    scene.confirm(session)


BREAKS: dict[str, Callable[[Delegations], object]] = {
    "consent is withdrawn": lambda s: GuardianConsent.objects.filter(attendee=s.minors[0]).update(state="withdrawn"),
    "the consent does not tell of sessions": lambda s: GuardianConsent.objects.filter(attendee=s.minors[0]).update(
        wording="2026-11-26"
    ),
    "consent runs out": lambda s: GuardianConsent.objects.filter(attendee=s.minors[0]).update(expires_at=NOW),
    "the check of the chaperone ends": lambda s: Vetting.objects.filter(attendee=s.chaperone).update(ended_at=NOW),
    "the check of the second adult runs out": lambda s: Vetting.objects.filter(attendee=s.vetted).update(
        expires_at=NOW
    ),
    "the chaperone is no longer theirs": lambda s: Chaperone.objects.all().delete(),
    "the minor is of another delegation": lambda s: Attendee.objects.filter(pk=s.minors[0].pk).update(
        organisation=s.asker.organisation
    ),
    "the place is no longer open": lambda s: OpenPlace.objects.all().delete(),
    "the minor turns out an adult": lambda s: Attendee.objects.filter(pk=s.minors[0].pk).update(age_class="adult"),
    "the asker is of unknown age": lambda s: Attendee.objects.filter(pk=s.asker.pk).update(age_class="unknown"),
    "the asker hides": lambda s: Attendee.objects.filter(pk=s.asker.pk).update(visibility="hidden"),
    "the chaperone's account is closed": lambda s: Person.objects.filter(pk=s.chaperone.person_id).update(
        is_active=False
    ),
    "the second adult has not joined": lambda s: Attendee.objects.filter(pk=s.vetted.pk).update(
        agreed_at=None, agreement_version=""
    ),
    "the minor hides": lambda s: Attendee.objects.filter(pk=s.minors[0].pk).update(visibility="hidden"),
    "the minor's account is closed": lambda s: Person.objects.filter(pk=s.minors[0].person_id).update(is_active=False),
    "the minor blocks the chaperone": lambda s: Block.objects.create(
        blocker=s.minors[0].person, blocked=s.chaperone.person
    ),
    "one of two adults blocked the other": lambda s: Block.objects.create(
        blocker=s.vetted.person, blocked=s.asker.person
    ),
    "the chaperone is of those of their country without an organisation": lambda s: Chaperone.objects.update(
        organisation=None, country=s.minors[0].country
    ),
    "the minor has no delegation": lambda s: Attendee.objects.filter(pk=s.minors[0].pk).update(
        organisation=None, country=""
    ),
    "the minor is suspended": lambda s: Suspension.objects.create(
        attendee=s.minors[0], reason="A word.", suspended_at=NOW
    ),
    "the minor reports the asker": lambda s: Report.objects.create(
        event=s.event, reporter=s.minors[0], reported=s.asker, category="unsafe", words="A word."
    ),
    "a contact rule parts their groups": lambda s: ContactRule.objects.create(
        event=s.event, constituency="government", other_constituency="youth"
    ),
    "the second adult left": lambda s: Attendee.objects.filter(pk=s.vetted.pk).delete(),
    "the minor left": lambda s: Attendee.objects.filter(pk=s.minors[0].pk).delete(),
}


# A case of each kind: those that `tests/policy_call_sites.txt` needs.
SOME = [
    "a contact rule parts their groups",
    "the asker hides",
    "the minor blocks the chaperone",
    "the minor is suspended",
    "the second adult has not joined",
]


def test_it_is_off_for_everybody_as_soon_as_something_it_takes_falls_away(scene):
    check_it_is_off(scene, SOME)


@pytest.mark.slow
def test_it_is_off_for_everybody_whatever_else_falls_away(scene):
    check_it_is_off(scene, sorted(BREAKS.keys() - SOME))


def check_it_is_off(scene: Delegations, causes: list[str]) -> None:
    session = scene.confirmed()
    for cause in causes:
        with taken_back(cause):
            BREAKS[cause](scene)
            assert pairs(scene) == set()
            everybody = [*scene.adults, scene.minors[0]]
            here = [one for one in everybody if Attendee.objects.filter(pk=one.pk).exists()]
            for one in here:
                [row] = own_delegation_sessions(one, NOW)
                assert (row.state, row.minors, row.adults) == ("ended", (), ())
            assert end_broken_sessions(now=NOW) == 1
            assert end_broken_sessions(now=NOW) == 0
            assert DelegationSession.objects.get(pk=session.pk).state == "ended"
            assert not Seat.objects.filter(is_active=True).exists()
            assert told("ended") == {one.pk for one in here}


@pytest.mark.slow
def test_a_chaperone_of_another_session_does_not_count(scene):
    theirs = scene.asker.organisation
    other = make_attendee(scene.event)
    vet(other)
    Chaperone.objects.create(event=scene.event, attendee=other, organisation=theirs, recorded_at=NOW)
    scene.confirmed()
    Attendee.objects.filter(age_class="minor").update(organisation=theirs)
    another = scene.ask()
    scene.propose(another, chaperone_id=other.pk, minor_ids=[scene.minors[1].pk], slot_id=scene.slots[1].pk)
    assert pairs(scene) == set()


@pytest.mark.slow
def test_a_minor_who_said_no_is_in_touch_with_nobody_of_it(scene):
    session = scene.propose(scene.ask(), minor_ids=[minor.pk for minor in scene.minors])
    scene.answer(session, scene.minors[1], is_yes=False)
    for one in (scene.chaperone, scene.vetted, scene.minors[0]):
        scene.answer(session, one)
    scene.confirm(session)
    assert {name for pair in pairs(scene) for name in pair} == {"Anan", "Chan", "Vera", "Kham"}


@pytest.mark.slow
def test_one_session_brings_nobody_in_touch_with_another(scene):
    scene.confirmed()
    other, young = make_attendee(scene.event, name="Olga Other"), scene.minors[1]
    second = scene.ask(attendee=other, by=other.person)
    scene.propose(second, minor_ids=[young.pk], slot_id=scene.slots[1].pk)
    for one in (scene.chaperone, scene.vetted, young):
        scene.answer(second, one)
    scene.confirm(second)
    assert may_contact(other, young, "delegation", NOW)
    assert not may_contact(other, scene.minors[0], "delegation", NOW)
    assert not may_contact(scene.asker, young, "delegation", NOW)


@pytest.mark.slow
def test_a_minor_without_an_organisation_has_the_chaperone_of_their_country_and_no_other(scene):
    scene.confirmed()
    Attendee.objects.filter(pk=scene.minors[0].pk).update(organisation=None, country="Laos")
    Chaperone.objects.update(organisation=None, country="Laos")
    assert ("Chan", "Kham") in pairs(scene)
    Chaperone.objects.update(country="Thailand")
    assert pairs(scene) == set()


def told(change: str) -> set[int]:
    jobs = ProcrastinateJob.objects.filter(task_name="groups.send_delegation_mail", status="todo")
    return {job.args["attendee_id"] for job in jobs if job.args["change"] == change}


@pytest.mark.slow
@pytest.mark.parametrize("who", ["asker", "chaperone", "vetted", "minor", "lead"])
def test_each_ends_it_without_a_reason_and_nobody_can_tell_who_it_was(scene, who):
    session = scene.confirmed()
    if who == "lead":
        close_delegation_session(event=scene.event, session_id=session.pk, by=scene.lead.person, now=NOW)
    else:
        one = scene.minors[0] if who == "minor" else getattr(scene, who)
        leave_delegation_session(attendee=one, session_id=session.pk, by=one.person, now=NOW)
    assert pairs(scene) == set()
    assert not Seat.objects.filter(is_active=True).exists()
    assert Meeting.objects.get().state == "cancelled"
    everybody = [*scene.adults, scene.minors[0]]
    rows = [own_delegation_sessions(one, NOW)[0] for one in everybody]
    assert {(row.state, row.minors, row.adults) for row in rows} == {("ended", (), ())}
    assert told("ended") == {one.pk for one in everybody}


def test_an_adult_who_no_longer_wants_to_ends_it_before_it_is_confirmed_only_for_themself(scene):
    session = scene.propose(scene.ask())
    scene.answer(session, scene.chaperone)
    leave_delegation_session(attendee=scene.chaperone, session_id=session.pk, by=scene.chaperone.person, now=NOW)
    assert led_delegation_session(scene.lead, session.pk, NOW).state == "proposed"
    assert not led_delegation_session(scene.lead, session.pk, NOW).can_take_place
    assert state(scene, scene.minors[0]) == []
    leave_delegation_session(attendee=scene.asker, session_id=session.pk, by=scene.asker.person, now=NOW)
    assert DelegationSession.objects.get().state == "ended"


@pytest.mark.slow
def test_everybody_in_it_is_busy_then_and_so_is_the_place(scene):
    first = scene.confirmed()
    other = scene.ask()
    with pytest.raises(BadDelegationSession) as refused:
        scene.propose(other)
    assert refused.value.details["field"] == "table_id"
    OpenPlace.objects.create(table=Table.objects.create(event=scene.event, label="T2"), recorded_at=NOW)
    with pytest.raises(BadDelegationSession) as refused:
        scene.propose(other, table_id=OpenPlace.objects.last().table_id)
    assert refused.value.details["field"] == "slot_id"
    scene.propose(other, slot_id=scene.slots[1].pk)
    seats = Seat.objects.filter(meeting__delegation_session=first, is_active=True)
    assert set(seats.values_list("attendee_id", flat=True)) == {one.pk for one in (*scene.adults, scene.minors[0])}


@pytest.mark.slow
def test_two_sessions_that_hope_for_one_time_are_not_both_confirmed(scene):
    first, second = scene.propose(scene.ask()), scene.propose(scene.ask())
    for session in (first, second):
        for one in (scene.chaperone, scene.vetted, scene.minors[0]):
            scene.answer(session, one)
    scene.confirm(first)
    with pytest.raises(BadDelegationSession):
        scene.confirm(second)
    assert DelegationSession.objects.get(pk=second.pk).state == "proposed"


def test_proposed_anew_the_answers_stay_unless_time_place_or_adults_change(scene):
    session = scene.propose(scene.ask(), minor_ids=[scene.minors[0].pk])
    scene.answer(session, scene.minors[0])
    scene.propose(session)
    answers = dict(DelegationSeat.objects.values_list("attendee_id", "answer"))
    assert (answers[scene.minors[0].pk], answers[scene.minors[1].pk]) == ("yes", "")
    scene.propose(session, slot_id=scene.slots[1].pk)
    assert set(DelegationSeat.objects.exclude(part="asker").values_list("answer", flat=True)) == {""}


def test_who_is_chosen_has_to_fit_together(scene):
    session = scene.ask()
    organisation_less = make_attendee(scene.event)
    elsewhere = make_attendee(make_event(), age_class="minor")
    for changed in (
        {"chaperone_id": scene.vetted.pk, "vetted_id": scene.chaperone.pk},
        {"vetted_id": scene.chaperone.pk},
        {"vetted_id": organisation_less.pk},
        {"vetted_id": scene.asker.pk},
        {"minor_ids": [elsewhere.pk]},
        {"minor_ids": [organisation_less.pk]},
        {"minor_ids": []},
        {"slot_id": 0},
        {"table_id": 0},
    ):
        with pytest.raises(BadDelegationSession):
            scene.propose(session, **changed)
    assert DelegationSession.objects.get().state == "asked"
    make = make_session(scene.event)
    make.parts.create(event=scene.event, attendee=scene.vetted)
    Session.objects.update(starts_at=scene.slots[0].starts_at, ends_at=scene.slots[0].ends_at)
    with pytest.raises(BadDelegationSession):
        scene.propose(session)


def test_nobody_but_a_lead_who_has_no_seat_proposes_and_confirms(scene):
    session = scene.ask()
    by = {"event": scene.event, "session_id": session.pk, "now": NOW}
    for other in (scene.asker, make_attendee(scene.event, permission="organiser")):
        for refused in (confirm_delegation_session, close_delegation_session):
            with pytest.raises(NotFound):
                refused(by=other.person, **by)
        with pytest.raises(NotFound):
            propose_delegation_session(plan=scene.plan(), by=other.person, **by)
    own = scene.ask(attendee=scene.lead, by=scene.lead.person)
    scene.propose(own)
    for one in (scene.chaperone, scene.vetted, scene.minors[0]):
        scene.answer(own, one)
    with pytest.raises(BadDelegationSession):
        scene.confirm(own)


def test_nobody_answers_or_ends_for_another_and_a_stranger_finds_nothing(scene):
    session = scene.propose(scene.ask())
    with pytest.raises(NotYours):
        answer_delegation_session(
            attendee=scene.minors[0], session_id=session.pk, is_yes=True, by=scene.asker.person, now=NOW
        )
    stranger = make_attendee(scene.event)
    for do in (
        lambda: scene.answer(session, stranger),
        lambda: leave_delegation_session(attendee=stranger, session_id=session.pk, by=stranger.person, now=NOW),
    ):
        with pytest.raises(NotFound):
            do()
    with pytest.raises(DelegationSessionSettled):
        scene.answer(session, scene.asker)


@pytest.mark.parametrize(
    "fields",
    [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}, {"has_joined": False}],
    ids=["minor", "unknown", "hidden", "not joined"],
)
def test_nobody_but_a_listed_adult_who_joined_asks(scene, fields):
    nobody = make_attendee(scene.event, **fields)
    with pytest.raises(NotFound):
        scene.ask(attendee=nobody, by=nobody.person)


def test_what_is_asked_has_a_topic_and_a_delegation_and_there_are_three_at_once(scene):
    for changed in ({"wish": " "}, {"wish": "x" * 121}, {"topic_id": 0}):
        with pytest.raises(BadDelegationSession):
            scene.ask(**changed)
    for _ in range(3):
        scene.ask()
    with pytest.raises(BadDelegationSession):
        scene.ask()


def test_a_closed_time_and_a_moved_table_end_it_and_nobody_gets_a_notice_that_names_anybody(scene):
    organiser = make_attendee(scene.event, permission="organiser").person
    scene.confirmed()
    slot = scene.slots[0]
    close_period(event=scene.event, period=Period(slot.starts_at, slot.ends_at), by=organiser, now=NOW)
    displace_meetings(now=NOW)
    assert DelegationSession.objects.get().state == "ended"
    assert not Notice.objects.exists()


@pytest.mark.slow
def test_a_table_that_is_moved_is_no_longer_known_as_open(scene):
    organiser = make_attendee(scene.event, permission="organiser").person
    scene.confirmed()
    change_table(
        event=scene.event,
        table_id=scene.table.pk,
        data=TableData(label="Foyer 1", place="Cellar"),
        by=organiser,
        now=NOW,
    )
    assert pairs(scene) == set()
    assert not Notice.objects.exists()


def test_requests_and_proposals_whose_time_is_past_end(scene):
    session = scene.propose(scene.ask())
    assert end_broken_sessions(now=NOW) == 0
    assert end_broken_sessions(now=scene.slots[0].starts_at) == 1
    assert DelegationSession.objects.get(pk=session.pk).state == "ended"
    scene.ask()
    assert end_broken_sessions(now=LONG_AFTER) == 1


@pytest.mark.slow
def test_organisers_neither_cancel_nor_move_it_nor_does_it_appear_among_meetings(scene):
    organiser = make_attendee(scene.event, permission="organiser").person
    scene.confirmed()
    meeting = Meeting.objects.get()
    for do in (
        lambda: cancel_for_both(event=scene.event, meeting_id=meeting.pk, reason="No", by=organiser, now=NOW),
        lambda: move_meeting(
            event=scene.event, meeting_id=meeting.pk, slot_id=scene.slots[1].pk, by=organiser, now=NOW
        ),
        lambda: cancel_meeting(
            attendee=scene.asker, meeting_id=meeting.pk, reason="No", by=scene.asker.person, now=NOW
        ),
    ):
        with pytest.raises(NotFound):
            do()
    during = scene.slots[0].ends_at
    assert remind_people(now=NOW + (scene.slots[0].starts_at - NOW) / 2) == 0
    assert remind_people(now=scene.slots[0].starts_at - dt.timedelta(minutes=5)) == 0
    assert ask_whether_held(now=during) == 0
    assert settle_unattested(now=LONG_AFTER) == 0
    assert end_refused_meetings(now=NOW) == 0
    assert not Notice.objects.exists()


@pytest.mark.slow
def test_mails_name_nobody_and_are_sent_while_they_are_true(scene):
    session = scene.confirmed()
    for change in ("proposed", "confirmed", "ended"):
        send_delegation_mail(session_id=session.pk, attendee_id=scene.minors[0].pk, change=change)
    send_delegation_mail(session_id=session.pk, attendee_id=scene.lead.pk, change="news")
    send_delegation_mail(session_id=session.pk, attendee_id=scene.asker.pk, change="news")
    assert [one.to for one in mail.outbox] == [[scene.minors[0].person.email], [scene.lead.person.email]]
    for one in mail.outbox:
        text = f"{one.subject} {one.body}"
        assert not any(name in text for name in ("Anan", "Kham", "Chan", "Vera", "Youth Council"))
