"""Who may act for whom: named, agreed to, ended; and each condition without which nobody may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.assistants.models import Assistant
from backend.assistants.rules import may_act_for
from backend.assistants.selectors import asking_principals, assistants_for, names_of_readers
from backend.assistants.services.assistant_mails import SEND_ASSISTANT_MAIL
from backend.assistants.services.assistants import CannotAssist, accept_principal, end_assistant, name_assistant
from backend.booking.models.meetings import Meeting
from backend.booking.selectors.acting import acting_for, principals_for
from backend.booking.services.answers import accept_meeting
from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.suspensions import Suspension
from backend.notifications.services.assistant_mails import send_assistant_mail
from backend.people.models import Person, older_hash
from backend.people.services import BadEmail
from backend.privacy.services.leaving import leave_event
from backend.safeguarding.models import Chaperone, ContactRule
from tests.backend.conftest import Forum
from tests.database import taken_back
from tests.factories import NOW, appoint, block_contact, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(forum: Forum) -> tuple[Attendee, Attendee]:
    """A minister, and who acts for them."""
    minister, ana, *_ = forum.people
    forum.assist(ana, minister)
    return minister, ana


def name(forum: Forum, principal: Attendee, email: str) -> Assistant:
    return name_assistant(attendee=principal, email=email, by=principal.person, now=forum.now)


def accept(forum: Forum, attendee: Attendee, row: Assistant) -> Assistant:
    return accept_principal(attendee=attendee, assistant_id=row.pk, by=attendee.person, now=forum.now)


def end(forum: Forum, attendee: Attendee, row: Assistant) -> None:
    end_assistant(attendee=attendee, assistant_id=row.pk, by=attendee.person, now=forum.now)


def set_fields(**fields: object) -> Callable[[Attendee, Attendee], object]:
    return lambda one, _other: Attendee.objects.filter(pk=one.pk).update(**fields)


def suspend(one: Attendee, _other: Attendee) -> None:
    Suspension.objects.create(attendee=one, reason="x", suspended_by=one.person, suspended_at=NOW)


def close_account(one: Attendee, _other: Attendee) -> None:
    one.person.is_active = False
    one.person.save()


def known_elsewhere(one: Attendee, _other: Attendee) -> None:
    make_attendee(make_event("elsewhere"), person=one.person, age_class="minor")


def under_alias(one: Attendee, _other: Attendee) -> None:
    Alias.objects.create(attendee=one, name="Real Name", is_wish=True, set_at=NOW)


def looks_after_minors(one: Attendee, _other: Attendee) -> None:
    Chaperone.objects.create(event=one.event, attendee=one, country="Thailand", recorded_at=NOW)


def of_either(one: Attendee, other: Attendee) -> tuple[tuple[Attendee, Attendee], ...]:
    return (one, other), (other, one)


# Each alone is enough to refuse, whichever of the two it is about.
CHANGES: dict[str, Callable[[Attendee, Attendee], object]] = {
    "a minor": set_fields(age_class="minor"),
    "of unknown age": set_fields(age_class="unknown"),
    "known as a minor elsewhere": known_elsewhere,
    "hidden": set_fields(visibility="hidden"),
    "not joined": set_fields(agreed_at=None, agreement_version=""),
    "an organiser": lambda one, _other: appoint(one, "organiser"),
    "a lead": lambda one, _other: appoint(one, "safeguarding-lead"),
    "a chaperone by role": set_fields(role="chaperone"),
    "a chaperone": looks_after_minors,
    "under an alias": under_alias,
    "suspended": suspend,
    "without an account": close_account,
    "blocked": lambda one, other: block_contact("block", one, other),
    "reported": lambda one, other: block_contact("report", one, other),
    "left": lambda one, _other: leave_event(attendee=one, is_confirmed=True, by=one.person, now=NOW),
}
STAYING = [change for change in CHANGES if change != "left"]


@contextmanager
def changed(pair: tuple[Attendee, Attendee], change: str, whose: int) -> Iterator[tuple[Attendee, Attendee]]:
    """The two, after one of them changed; which is taken back."""
    with taken_back(f"{change}, the {('principal', 'assistant')[whose]}"):
        principal, assistant = (anew(one) for one in pair)
        CHANGES[change](*of_either(principal, assistant)[whose])
        yield principal, assistant


def anew(attendee: Attendee) -> Attendee:
    return Attendee.objects.select_related("person", "event").get(pk=attendee.pk)


def test_each_condition_alone_ends_it_at_once(forum: Forum, pair: tuple[Attendee, Attendee]) -> None:
    minister, ana = pair
    meeting = forum.ask(forum.people[2], minister, forum.slots[0])
    assert may_act_for(ana, minister, forum.now)
    assert [row.waiting for row in principals_for(ana, forum.now)] == [1]
    for change, whose in product(CHANGES, (0, 1)):
        with changed(pair, change, whose) as (principal, assistant):
            assert not may_act_for(assistant, principal, forum.now)
            assert principals_for(assistant, forum.now) == ()
            assert not any(row.may_act for row in assistants_for(principal, forum.now))
            with pytest.raises(NotFound):
                acting_for(assistant, principal.pk, forum.now)
            with pytest.raises(NotYours):
                accept_meeting(attendee=principal, meeting_id=meeting.pk, by=assistant.person, now=forum.now)


@pytest.mark.slow
def test_nobody_is_asked_who_could_not_act(forum: Forum) -> None:
    minister, ana, *_ = forum.people
    row = name(forum, minister, ana.person.email)
    assert [one.assistant_id for one in asking_principals(ana, forum.now)] == [row.pk]
    for change, whose in product(STAYING, (0, 1)):
        with changed((minister, ana), change, whose) as (_, assistant):
            assistant = anew(assistant)
            assert asking_principals(assistant, forum.now) == ()
            with pytest.raises(NotFound):
                accept(forum, assistant, row)


def test_a_contact_rule_and_the_end_of_the_forum_end_it(forum: Forum, pair: tuple[Attendee, Attendee]) -> None:
    minister, ana = pair
    last = dt.datetime.combine(forum.event.ends_on, dt.time(23, 59), forum.event.zone)
    assert may_act_for(ana, minister, last)
    assert not may_act_for(ana, minister, last + dt.timedelta(minutes=1))
    Event.objects.filter(pk=forum.event.pk).update(state="closed")
    assert not may_act_for(ana, minister, forum.now)
    Event.objects.filter(pk=forum.event.pk).update(state="open")
    assert may_act_for(ana, minister, forum.now)
    ContactRule.objects.create(event=forum.event, constituency="government", other_constituency="government")
    assert not may_act_for(ana, minister, forum.now)


def test_only_who_agreed_may_and_only_for_whom_and_not_the_other_way(forum: Forum) -> None:
    minister, ana, ben, _ = forum.people
    row = name(forum, minister, f" {ana.person.email.upper()} ")
    assert not may_act_for(ana, minister, forum.now)
    accept(forum, ana, row)
    assert may_act_for(ana, minister, forum.now)
    assert not may_act_for(minister, ana, forum.now)
    assert not may_act_for(ana, ben, forum.now)
    assert not may_act_for(ben, minister, forum.now)
    assert not may_act_for(minister, minister, forum.now)


@pytest.mark.parametrize("by", [0, 1], ids=["principal", "assistant"])
def test_either_ends_it_at_once_and_again_changes_nothing(
    forum: Forum, pair: tuple[Attendee, Attendee], by: int
) -> None:
    minister, ana = pair
    row = Assistant.objects.get()
    for _again in range(2):
        end(forum, pair[by], row)
        assert not may_act_for(ana, minister, forum.now)
    assert assistants_for(minister, forum.now) == ()
    assert may_act_for(ana, minister, forum.now) is False
    forum.assist(ana, minister)  # anew
    assert may_act_for(ana, minister, forum.now)


def test_ending_is_possible_after_the_forum_and_for_nobody_else(forum: Forum, pair: tuple[Attendee, Attendee]) -> None:
    minister, _ana = pair
    row = Assistant.objects.get()
    with pytest.raises(NotFound):
        end(forum, forum.people[2], row)
    with pytest.raises(NotYours):
        end_assistant(attendee=minister, assistant_id=row.pk, by=forum.people[2].person, now=forum.now)
    Event.objects.filter(pk=forum.event.pk).update(state="archived")
    end(forum, Attendee.objects.get(pk=minister.pk), row)
    assert not Assistant.objects.in_force().exists()


def test_whatever_the_address_the_principal_reads_the_same(forum: Forum) -> None:
    minister, ana, *_ = forum.people
    minor = make_attendee(forum.event, age_class="minor")
    pages = []
    for email in (ana.person.email, minor.person.email, "nobody@example.org"):
        row = name(forum, minister, email)
        assert name(forum, minister, email.upper()) == row
        (shown,) = assistants_for(minister, forum.now)
        pages.append((shown.profile, shown.named_at, shown.accepted_at, shown.may_act))
        assert asking_principals(minor, forum.now) == ()
        end(forum, minister, row)
    assert len(set(pages)) == 1


def test_whoever_has_the_address_may_say_no_and_joins_later_or_not(forum: Forum) -> None:
    minister, *_ = forum.people
    row = name(forum, minister, "late@example.org")
    late = make_attendee(forum.event, email="late@example.org")
    assert [one.profile.attendee_id for one in asking_principals(late, forum.now)] == [minister.pk]
    end(forum, late, row)
    assert asking_principals(late, forum.now) == ()
    assert assistants_for(minister, forum.now) == ()
    with pytest.raises(NotFound):
        accept(forum, late, row)


def test_somebody_else_cannot_accept(forum: Forum) -> None:
    minister, ana, ben, _ = forum.people
    row = name(forum, minister, ana.person.email)
    with pytest.raises(NotFound):
        accept(forum, ben, row)
    with pytest.raises(NotYours):
        accept_principal(attendee=ana, assistant_id=row.pk, by=ben.person, now=forum.now)
    with pytest.raises(NotFound):
        end(forum, ben, row)
    with pytest.raises(NotFound):
        end(forum, ben, Assistant(pk=0))
    for _again in range(2):
        accept(forum, ana, row)


def test_two_assistants_and_five_principals_are_the_most(forum: Forum) -> None:
    minister, ana, ben, _ = forum.people
    forum.assist(ana, minister)
    name(forum, minister, "somebody@example.org")
    with refuses("too_many_assistants"):
        name(forum, minister, ben.person.email)
    for principal in forum.join(4):
        forum.assist(ana, principal)
    with refuses("too_many_principals"):
        forum.assist(ana, forum.join(1)[0])
    assert len(principals_for(ana, forum.now)) == 5


NONE = {
    "minor": {"age_class": "minor"},
    "unknown": {"age_class": "unknown"},
    "hidden": {"visibility": "hidden"},
    "not joined": {"has_joined": False},
    "chaperone": {"role": "chaperone"},
    "organiser": {"permission": "organiser"},
    "lead": {"permission": "safeguarding-lead"},
}


@pytest.mark.parametrize("who", NONE)
def test_who_has_no_assistant_names_none(forum: Forum, who: str) -> None:
    with pytest.raises(CannotAssist):
        name(forum, make_attendee(forum.event, **NONE[who]), "a@example.org")
    assert not Assistant.objects.exists()


@pytest.mark.parametrize(("email", "refusal"), [("nothing", BadEmail), ("own@example.org", CannotAssist)])
def test_an_assistant_is_named_by_an_address_of_somebody_else(
    forum: Forum, email: str, refusal: type[BusinessError]
) -> None:
    with pytest.raises(refusal):
        name(forum, make_attendee(forum.event, email="own@example.org"), email)
    assert not Assistant.objects.exists()


def test_whom_the_policy_hides_since_is_not_named_to_the_principal(
    forum: Forum, pair: tuple[Attendee, Attendee]
) -> None:
    minister, ana = pair
    (row,) = assistants_for(minister, forum.now)
    assert row.profile is not None
    assert (row.profile.name, row.may_act) == (ana.name, True)
    block_contact("block", ana, minister)
    (row,) = assistants_for(minister, forum.now)
    assert (row.profile, row.may_act) == (None, False)


def test_after_the_forum_nobody_names_an_assistant(forum: Forum) -> None:
    forum.now = dt.datetime.combine(forum.event.ends_on, dt.time(12), dt.UTC) + dt.timedelta(days=1)
    with pytest.raises(CannotAssist):
        name(forum, forum.people[0], "a@example.org")


def test_leaving_deletes_who_acts_for_them_and_who_asked_them(forum: Forum) -> None:
    minister, ana, ben, _ = forum.people
    forum.assist(ana, minister)
    name(forum, minister, ben.person.email)
    name(forum, ana, "else@example.org")
    leave_event(attendee=ben, is_confirmed=True, by=ben.person, now=forum.now)
    assert Assistant.objects.count() == 2
    leave_event(attendee=ana, is_confirmed=True, by=ana.person, now=forum.now)
    assert not Assistant.objects.exists()


def mailed(row: Assistant, change: str, forum: Forum) -> list[tuple[list[str], str, str]]:
    """What the job of this mail sends: to whom, subject, and text."""
    mail.outbox.clear()
    send_assistant_mail(assistant_id=row.pk, change=change, now=forum.now)
    return [(one.to, one.subject, one.body) for one in mail.outbox]


def test_each_of_the_two_is_mailed_what_the_other_did(forum: Forum) -> None:
    minister, ana, *_ = forum.people
    row = name(forum, minister, ana.person.email)
    ((to, subject, body),) = mailed(row, "asked", forum)
    assert to == [ana.person.email]
    assert subject == f"{minister.name} asks you to act for them"
    assert f"/e/{forum.event.slug}/assistants/" in body
    assert mailed(row, "accepted", forum) == []
    accept(forum, ana, row)
    assert mailed(row, "asked", forum) == []  # answered already
    ((to, subject, _body),) = mailed(row, "accepted", forum)
    assert (to, subject) == ([minister.person.email], f"{ana.name} may act for you now")
    end(forum, minister, row)
    ((to, subject, _body),) = mailed(row, "ended-by-principal", forum)
    assert (to, subject) == ([ana.person.email], f"You do not act for {minister.name} any more")
    ((to, subject, _body),) = mailed(row, "ended-by-assistant", forum)
    assert (to, subject) == ([minister.person.email], f"{ana.name} does not act for you any more")
    assert mailed(row, "accepted", forum) == []


@pytest.mark.slow
def test_nobody_who_could_not_act_is_mailed(forum: Forum) -> None:
    minister, ana, *_ = forum.people
    row = name(forum, minister, ana.person.email)
    for change in STAYING:
        with changed((minister, ana), change, 1) as (principal, _):
            assert mailed(row, "asked", forum) == []
            assert mailed(name(forum, principal, "nobody@example.org"), "asked", forum) == []


def test_a_mail_waits_for_the_end_of_quiet_hours(forum: Forum) -> None:
    minister, ana, *_ = forum.people
    row = name(forum, minister, ana.person.email)
    ana.person.quiet_from, ana.person.quiet_until = dt.time(0), dt.time(23, 59)
    ana.person.save()
    assert mailed(row, "asked", forum) == []
    waiting = ProcrastinateJob.objects.filter(task_name=SEND_ASSISTANT_MAIL)
    assert waiting.filter(scheduled_at__gt=forum.now).exists()


def test_one_mail_says_how_many_requests_wait_and_names_no_asker(forum: Forum) -> None:
    minister, ana, other, third = forum.people
    forum.assist(ana, minister)
    row = Assistant.objects.get()
    assert mailed(row, "waiting", forum) == []
    asked = forum.ask(other, minister, forum.slots[0])
    forum.ask(third, minister, forum.slots[1])
    forum.ask(ana, minister, forum.slots[2])  # which is the minister's to answer
    jobs = ProcrastinateJob.objects.filter(task_name=SEND_ASSISTANT_MAIL)
    assert [job.args["change"] for job in jobs].count("waiting") == 1
    ((to, subject, body),) = mailed(row, "waiting", forum)
    assert (to, subject) == ([ana.person.email], f"{minister.name} is asked to meet")
    assert f"2 requests to meet {minister.name}" in body
    assert other.name not in body
    block_contact("block", other, ana)
    ((_to, _subject, body),) = mailed(row, "waiting", forum)
    assert f"1 request to meet {minister.name}" in body
    forum.decline(minister, asked)
    forum.decline(minister, Meeting.objects.get(asker=third))
    assert mailed(row, "waiting", forum) == []


def test_who_asks_reads_which_assistants_read_it_too(forum: Forum) -> None:
    minister, ana, other, third = forum.people
    assert names_of_readers(other, minister.pk, forum.now) == ()
    forum.assist(ana, minister)
    assert names_of_readers(other, minister.pk, forum.now) == (ana.name,)
    assert names_of_readers(minister, ana.pk, forum.now) == ()
    block_contact("block", ana, other)
    assert names_of_readers(other, minister.pk, forum.now) == ()
    assert names_of_readers(third, minister.pk, forum.now) == (ana.name,)
    Attendee.objects.filter(pk=ana.pk).update(role="chaperone")
    assert names_of_readers(third, minister.pk, forum.now) == ()


def test_of_two_who_read_one_mailbox_whoever_could_act_is_asked(forum: Forum) -> None:
    minister, ana, *_ = forum.people
    second = Person.objects.create_user(
        ana.person.email, name="Ben Cruz", shares_with=ana.person, quiet_from=None, quiet_until=None
    )
    ben = make_attendee(forum.event, person=second)
    row = name(forum, minister, ana.person.email)
    assert asking_principals(ana, forum.now)
    assert asking_principals(ben, forum.now)
    Attendee.objects.filter(pk=ana.pk).update(visibility="hidden")
    ((to, subject, _body),) = mailed(row, "asked", forum)
    assert (to, subject) == ([ana.person.email], f"{minister.name} asks you to act for them")
    accept(forum, ben, row)
    assert may_act_for(ben, minister, forum.now)
    assert not may_act_for(ana, minister, forum.now)
    assert asking_principals(ana, forum.now) == ()


def test_nobody_of_another_domain_is_asked_though_an_earlier_version_took_the_two_for_one(forum: Forum) -> None:
    minister, *_ = forum.people
    row = name(forum, minister, "ana@strasse.example")
    other = make_attendee(forum.event, email="ana@xn--strae-oqa.example")
    assert asking_principals(other, forum.now) == ()
    with pytest.raises(NotFound):
        accept(forum, other, row)
    with pytest.raises(NotFound):
        end(forum, other, row)
    assert name(forum, minister, "ana@straße.example").pk != row.pk
    assert mailed(row, "asked", forum) == []


def test_who_was_named_under_the_hash_of_an_earlier_version_is_asked(forum: Forum) -> None:
    minister, *_ = forum.people
    row = name(forum, minister, "ana@xn--bcher-kva.example")
    Assistant.objects.filter(pk=row.pk).update(address_hash=older_hash("ana@bücher.example"))
    assert name(forum, minister, "ANA@bücher.example").pk == row.pk
    ana = make_attendee(forum.event, email="ana@xn--bcher-kva.example")
    assert [one.assistant_id for one in asking_principals(ana, forum.now)] == [row.pk]
    assert accept(forum, ana, row).accepted_at == forum.now
