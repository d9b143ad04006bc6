"""Invitations over a real mail server: who gets one, what it says, and what organisers see of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.core.models import MailDay
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import TextTooLong
from backend.events.rules.states import NotInThisState
from backend.invitations.models import Invitation, InvitationRules
from backend.invitations.rules import BadInvitationRules
from backend.invitations.selectors import invitation_figures, invited_people, people_to_invite
from backend.invitations.services import sending
from backend.invitations.services.bounces import mark_bounced
from backend.invitations.services.deliveries import SEND_INVITATION
from backend.invitations.services.letters import example_invitation
from backend.invitations.services.links import LinkExpired, LinkInvalid, LinkUsed, read_link, use_link
from backend.invitations.services.reminders import queue_reminders
from backend.invitations.services.rules import InvitationRulesData, set_invitation_rules
from backend.invitations.services.sending import (
    BadSelection,
    preview_invitations,
    send_invitations,
    send_test_invitation,
)
from backend.mails.rules import BadMailText
from backend.mails.services import MailTextsData, set_mail_texts
from tests.backend.invitations.conftest import Forum
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses
from tests.smtp import MailServer
from tests.worker import do_jobs, let_the_wait_pass, waiting_jobs

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)
JOINED = {"agreed_at": NOW, "agreement_version": "1"}


def token_in(mail: object) -> str:
    """That of its link; empty where the mail is no invitation."""
    text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    found = re.search(r"/invitation/([^/\s]+)/", text)
    return found[1] if found else ""


def seen(forum: Forum) -> dict[str, tuple[str, int, str]]:
    """What the organiser sees, by name."""
    rows = invited_people(people_to_invite(forum.event), timezone.now())
    return {row.name: (row.status, row.reminders, row.error) for row in rows}


def days_pass(count: int) -> dt.datetime:
    """Everything that was queued and sent happened so many days earlier; gives the time."""
    for invitation in Invitation.objects.all():
        for field in ("queued_at", "tried_at", "expires_at"):
            if (time := getattr(invitation, field)) is not None:
                setattr(invitation, field, time - count * DAY)
        invitation.save()
    return timezone.now()


@pytest.mark.slow
def test_a_mail_has_the_organisers_words_and_a_link_that_is_stored_nowhere(forum: Forum, post: MailServer) -> None:
    data = InvitationRulesData(subject="{name}, come to {forum}", text="Dear {name}\n\nhere: {link}", valid_days=3)
    set_invitation_rules(event=forum.event, data=data, by=forum.organiser.person)
    sender = MailTextsData(sender_name="The Hà Nội team", reply_to="team@example.org")
    set_mail_texts(event=forum.event, data=sender, by=forum.organiser.person)
    mali = forum.add("mali@example.org", name="Mali {link} Wongsa")
    assert forum.invite(mali) == 1
    do_jobs()
    (mail,) = post.mails
    assert str(mail["From"]) == "The Hà Nội team <titian@example.org>"
    assert mail["Reply-To"] == "team@example.org"
    assert mail["Subject"] == "Mali {link} Wongsa, come to Forum on Child Safety"
    text = mail.get_body(("plain",)).get_content()
    assert "Dear Mali {link} Wongsa" in text
    token = token_in(mail)
    assert token in mail.get_body(("html",)).get_content()
    (invitation,) = Invitation.objects.all()
    assert token not in str(Invitation.objects.values().get())
    assert dt.timedelta(days=2) < invitation.expires_at - timezone.now() < dt.timedelta(days=3)
    assert read_link(token, timezone.now()).attendee == mali


def test_only_adults_by_the_contact_policy_get_a_mail_and_a_known_minor_shows_no_difference(
    forum: Forum, post: MailServer
) -> None:
    adult = forum.add("adult@example.org", name="Adult")
    known = forum.add("known@example.org", name="Known elsewhere")
    make_attendee(make_event("elsewhere"), person=known.person, age_class="minor")
    others = [
        forum.add("minor@example.org", name="Minor", age_class="minor"),
        forum.add("unknown@example.org", name="Unknown", age_class="unknown"),
        forum.add("lead@example.org", name="Lead", permission="safeguarding-lead"),
    ]
    set_invitation_rules(
        event=forum.event, data=InvitationRulesData(schedule="after", first_reminder_days=2), by=forum.organiser.person
    )
    by, now = forum.organiser.person, timezone.now()
    ids = [one.pk for one in (adult, known, *others)]
    preview = preview_invitations(event=forum.event, attendee_ids=ids, by=by, now=now)
    assert (preview.count, preview.others) == (2, 3)
    assert send_invitations(event=forum.event, confirmation=preview.confirmation, by=by, now=now) == 2
    post.stop()  # as long as no mail goes out, none counts as sent
    do_jobs()
    assert seen(forum) == {"Adult": ("queued", 0, "no_server"), "Known elsewhere": ("queued", 0, "no_server")}
    post.start()
    let_the_wait_pass()
    do_jobs()
    assert seen(forum) == {"Adult": ("sent", 0, ""), "Known elsewhere": ("sent", 0, "")}
    assert queue_reminders(now=days_pass(3)) == 2
    do_jobs()
    assert seen(forum) == {"Adult": ("sent", 1, ""), "Known elsewhere": ("sent", 1, "")}
    # A periodic job may tell the lead of the one known elsewhere.
    assert {mail["To"] for mail in post.mails if token_in(mail)} == {"adult@example.org"}
    stored = Invitation.objects.filter(attendee__in=[adult, known]).order_by("attendee")
    facts = stored.values_list("attendee", "kind", "number", "state", "attempts", "error")
    assert {row[1:] for row in facts if row[0] == adult.pk} == {row[1:] for row in facts if row[0] == known.pk}


@pytest.mark.slow
def test_a_link_ends_when_its_reader_is_no_adult_any_more_or_has_another_address(
    forum: Forum, post: MailServer
) -> None:
    mali = forum.add("mali@example.org")
    forum.invite(mali)
    do_jobs()
    token, now = token_in(post.mails[0]), timezone.now()
    Attendee.objects.filter(pk=mali.pk).update(age_class="unknown")
    with pytest.raises(LinkExpired):
        use_link(token=token, now=now)
    Attendee.objects.filter(pk=mali.pk).update(age_class="adult")
    mali.person.email = "mali@elsewhere.example.org"
    mali.person.save()
    with pytest.raises(LinkExpired):
        use_link(token=token, now=now)
    (row,) = invited_people(people_to_invite(forum.event), now)
    assert row.needs_new_link
    assert forum.invite(mali) == 1
    do_jobs()
    assert post.mails[1]["To"] == "mali@elsewhere.example.org"
    assert use_link(token=token_in(post.mails[1]), now=now) == mali


@pytest.mark.slow
def test_a_link_signs_in_once_and_not_after_its_days(forum: Forum, post: MailServer) -> None:
    mali, arif = forum.add("mali@example.org"), forum.add("arif@example.org")
    forum.invite(mali, arif)
    do_jobs()
    of_mali, of_arif = (token_in(post.received_by(one.person.email)[0]) for one in (mali, arif))
    now = timezone.now()
    assert use_link(token=of_mali, now=now) == mali
    with pytest.raises(LinkUsed):
        use_link(token=of_mali, now=now)
    assert read_link(of_arif, now + 13 * DAY).attendee == arif
    with pytest.raises(LinkExpired):
        use_link(token=of_arif, now=now + 14 * DAY)
    for wrong in ("", "nonsense", of_arif[:-1], f"{of_arif}x"):
        with pytest.raises(LinkInvalid):
            read_link(wrong, now)


@pytest.mark.slow
def test_reminders_come_twice_at_most_on_the_days_set_and_end_with_joining(forum: Forum, post: MailServer) -> None:
    mali, arif, linh = (forum.add(f"{name}@example.org") for name in ("mali", "arif", "linh"))
    forum.invite(mali, arif, linh)
    do_jobs()
    assert queue_reminders(now=days_pass(9)) == 0, "no schedule is set"
    set_invitation_rules(
        event=forum.event,
        data=InvitationRulesData(schedule="after", first_reminder_days=10, second_reminder_days=12),
        by=forum.organiser.person,
    )
    use_link(token=token_in(post.received_by("arif@example.org")[0]), now=timezone.now())
    for one, seeks in ((arif, "A partner"), (linh, "")):  # who joined and seeks nothing yet is reminded
        Attendee.objects.filter(pk=one.pk).update(seeks=seeks, **JOINED)
    assert queue_reminders(now=timezone.now()) == 0, "the day has not come"
    for _ in range(5):
        queue_reminders(now=days_pass(2))
        assert queue_reminders(now=timezone.now()) == 0, "once is enough"
        do_jobs()
    assert {one: len(post.received_by(f"{one}@example.org")) - 1 for one in ("mali", "arif", "linh")} == {
        "mali": 2,
        "arif": 0,
        "linh": 2,
    }
    link = token_in(post.received_by("mali@example.org")[2])
    assert use_link(token=link, now=timezone.now()) == mali
    for mail in post.received_by("mali@example.org"):
        with pytest.raises((LinkUsed, LinkExpired)):
            use_link(token=token_in(mail), now=timezone.now())


@pytest.mark.slow
def test_reminders_can_be_counted_back_from_the_first_day(forum: Forum, post: MailServer) -> None:
    forum.invite(forum.add("mali@example.org"))
    do_jobs()
    set_invitation_rules(
        event=forum.event,
        data=InvitationRulesData(schedule="before", first_reminder_days=20, second_reminder_days=3),
        by=forum.organiser.person,
    )
    invited_at = Invitation.objects.get().tried_at
    assert invited_at is not None
    begins = dt.datetime.combine(forum.event.starts_on, dt.time(), forum.event.zone)
    assert queue_reminders(now=begins - 4 * DAY) == 0, "twenty days before was before the invitation"
    assert queue_reminders(now=begins - 3 * DAY) == 1
    do_jobs()
    assert queue_reminders(now=begins + 30 * DAY) == 0
    assert post.mails[1]["Subject"] == "Reminder: whom will you meet at Forum on Child Safety?"


@pytest.mark.slow
def test_a_draft_and_a_closed_forum_send_nothing(forum: Forum, post: MailServer) -> None:
    mali = forum.add("mali@example.org")
    forum.invite(mali)
    Event.objects.filter(pk=forum.event.pk).update(state="draft")
    forum.event.refresh_from_db()
    do_jobs()
    assert post.mails == []
    with pytest.raises(NotInThisState):
        forum.invite(mali)
    assert queue_reminders(now=timezone.now()) == 0


@pytest.mark.slow
def test_a_refused_address_is_shown_and_can_be_invited_again(forum: Forum, post: MailServer) -> None:
    mali = forum.add("mali@example.org", name="Mali")
    post.replies["mali@example.org"] = ["550 5.1.1 no such mailbox"]
    forum.invite(mali)
    do_jobs()
    assert seen(forum) == {"Mali": ("failed", 0, "550")}
    assert invitation_figures(forum.event).failed == 1
    assert forum.invite(mali) == 1
    do_jobs()
    assert seen(forum) == {"Mali": ("sent", 0, "")}
    with refuses("nobody_to_invite"):
        forum.invite(mali)


def test_what_was_not_previewed_is_not_sent(forum: Forum) -> None:
    mali, by, now = forum.add("mali@example.org"), forum.organiser.person, timezone.now()
    other = make_attendee(forum.event, permission="organiser").person
    seen = preview_invitations(event=forum.event, attendee_ids=[mali.pk], by=by, now=now).confirmation
    with pytest.raises(BadSelection):
        send_invitations(event=forum.event, confirmation="made up", by=by, now=now)
    with pytest.raises(BadSelection):
        send_invitations(event=forum.event, confirmation=seen, by=other, now=now)
    with pytest.raises(BadSelection):
        send_invitations(event=forum.event, confirmation=seen, by=by, now=now + dt.timedelta(hours=2))
    set_invitation_rules(event=forum.event, data=InvitationRulesData(subject="Something else"), by=by)
    with pytest.raises(BadSelection):
        send_invitations(event=forum.event, confirmation=seen, by=by, now=now)
    assert not Invitation.objects.exists()


@pytest.mark.slow
def test_the_same_preview_sent_twice_invites_once(forum: Forum, post: MailServer) -> None:
    mali, by, now = forum.add("mali@example.org"), forum.organiser.person, timezone.now()
    seen = preview_invitations(event=forum.event, attendee_ids=None, by=by, now=now)
    assert seen.count == 1
    counts = [send_invitations(event=forum.event, confirmation=seen.confirmation, by=by, now=now) for _ in "12"]
    do_jobs()
    assert (counts, len(post.received_by(mali.person.email))) == ([1, 0], 1)


def test_a_forum_sends_so_many_invitations_a_day_and_no_more(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MAILS_A_DAY", 2)
    people = [forum.add(f"p{number}@example.org") for number in range(3)]
    with refuses("too_many_invitations"):
        forum.invite(*people)
    assert forum.invite(*people[:2]) == 2
    with refuses("too_many_invitations"):
        forum.invite(people[2])


def test_a_mail_waits_for_the_end_of_its_readers_quiet_hours(forum: Forum, post: MailServer) -> None:
    mali = forum.add("mali@example.org")
    local = timezone.localtime(timezone.now(), forum.event.zone)
    mali.person.quiet_from = (local - dt.timedelta(hours=1)).time()
    mali.person.quiet_until = (local + dt.timedelta(hours=1)).time()
    mali.person.save()
    forum.invite(mali)
    assert [later for _, later in waiting_jobs(SEND_INVITATION)] == [True]
    do_jobs()
    assert post.mails == []


def test_above_the_mails_of_a_day_an_invitation_waits_and_a_test_mail_does_not(forum: Forum, post: MailServer) -> None:
    mali = forum.add("mali@example.org")
    Event.objects.update(max_mails_a_day=1)
    today = timezone.localtime(timezone.now(), forum.event.zone).date()
    MailDay.objects.create(event=forum.event, day=today, sent=1)
    forum.invite(mali)
    do_jobs()
    assert (post.mails, [later for _, later in waiting_jobs(SEND_INVITATION)]) == ([], [True])
    send_test_invitation(event=forum.event, by=forum.organiser.person, now=timezone.now())
    do_jobs()
    assert len(post.mails) == 1


@pytest.mark.slow
def test_a_test_mail_goes_to_its_organiser_alone_and_its_link_signs_nobody_in(forum: Forum, post: MailServer) -> None:
    forum.add("mali@example.org")
    send_test_invitation(event=forum.event, by=forum.organiser.person, now=timezone.now())
    do_jobs()
    (mail,) = post.mails
    assert mail["To"] == forum.organiser.person.email
    assert mail["Subject"].startswith("Test: ")
    assert read_link(token_in(mail), timezone.now()).is_test
    with pytest.raises(LinkInvalid):
        use_link(token=token_in(mail), now=timezone.now())
    assert invitation_figures(forum.event).not_invited == 1


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        ({"text": "Come!"}, BadMailText),
        ({"text": "{link} {link}"}, BadMailText),
        ({"text": "{link} {password}"}, BadMailText),
        ({"subject": "{link}"}, BadMailText),
        ({"subject": "x" * 151}, TextTooLong),
        ({"valid_days": 0}, BadInvitationRules),
        ({"schedule": "after"}, BadInvitationRules),
        ({"schedule": "after", "first_reminder_days": 0}, BadInvitationRules),
        ({"schedule": "after", "first_reminder_days": 3, "second_reminder_days": 3}, BadInvitationRules),
    ],
)
def test_texts_and_days_that_cannot_be_sent_are_refused(
    forum: Forum, data: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        set_invitation_rules(event=forum.event, data=InvitationRulesData(**data), by=forum.organiser.person)
    assert not InvitationRules.objects.exists()


def test_the_list_takes_as_many_queries_for_one_as_for_thirty(forum: Forum) -> None:
    counts = []
    for number in range(30):
        forum.add(f"p{number}@example.org")
        if number in (0, 29):
            with CaptureQueriesContext(connection) as queries:
                invited_people(people_to_invite(forum.event), timezone.now())
                invitation_figures(forum.event)
            counts.append(len(queries))
    assert counts[0] == counts[1] == 3


def test_a_placeholder_in_a_name_is_not_filled_again(forum: Forum) -> None:
    reader = forum.add("odd@example.org", name="<b>{forum}")
    mail = example_invitation(reader, InvitationRules(event=forum.event), "invitation", timezone.now())
    assert "Dear <b>{forum}" in mail.body
    ((html, _kind),) = mail.alternatives
    assert "Dear &lt;b&gt;{forum}" in html


def test_a_mail_that_came_back_later_is_marked_by_hand_and_a_new_address_clears_it(
    forum: Forum, post: MailServer
) -> None:
    mali = forum.add("mali@example.org", name="Mali")
    arif = forum.add("arif@example.org", name="Arif")
    by = forum.organiser.person
    with refuses("no_such_mail"):
        mark_bounced(event=forum.event, attendee_ids=[mali.pk], bounced=True, by=by)
    forum.invite(mali, arif)
    do_jobs()
    assert mark_bounced(event=forum.event, attendee_ids=[mali.pk], bounced=True, by=by) == 1
    assert seen(forum)["Mali"][0] == "failed"
    assert seen(forum)["Arif"][0] == "sent"
    assert mark_bounced(event=forum.event, attendee_ids=[mali.pk, arif.pk], bounced=False, by=by) == 1
    assert seen(forum)["Mali"][0] == "sent"
    mark_bounced(event=forum.event, attendee_ids=[mali.pk], bounced=True, by=by)
    mali.person.email = "mali@new.example.org"
    mali.person.save()
    assert seen(forum)["Mali"][0] == "not_invited"
    forum.invite(mali)
    do_jobs()
    assert seen(forum)["Mali"][0] == "sent"
    assert [mail["To"] for mail in post.mails][-1] == "mali@new.example.org"
