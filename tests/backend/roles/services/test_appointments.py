"""Rule S10: organisers and leads are proposed by one person, confirmed by another, and everybody is told."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.roles import Appointment, OutsideContact
from backend.events.rules.attendees import DemoAccount
from backend.events.rules.roles import leads_of
from backend.people.models import Person
from backend.roles.services.appointment_mails import send_appointment_mail
from backend.roles.services.appointments import (
    PROPOSALS_A_DAY,
    AlreadyDecided,
    CannotPropose,
    NotForYouToDecide,
    confirm_role,
    end_role,
    propose_role,
    refuse_role,
)
from backend.setup.services.events import appoint_lead, appoint_organiser
from tests.factories import NOW, appoint, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
LEAD, ORGANISER = "safeguarding-lead", "organiser"


class Forum:
    """An event with an organiser and adults, and acts by one word each."""

    def __init__(self):
        self.event = make_event()
        self.organiser = make_attendee(self.event, name="Olga Organiser", permission=ORGANISER)
        self.adult = make_attendee(self.event, name="Ana Adult")
        self.other = make_attendee(self.event, name="Ben Other")
        self.root = Person.objects.create_superuser("root@example.org", name="Root")

    def propose(self, whom=None, permission=LEAD, by=None):
        return propose_role(
            event=self.event, attendee_id=(whom or self.adult).pk, permission=permission,
            by=(by or self.organiser).person, now=NOW,
        )  # fmt: skip

    def confirm(self, appointment, by):
        return confirm_role(event=self.event, appointment_id=appointment.pk, by=by, now=LATER)

    def refuse(self, appointment, by):
        return refuse_role(event=self.event, appointment_id=appointment.pk, by=by, now=LATER)

    def end(self, attendee, by):
        held = Appointment.objects.in_force().get(attendee=attendee)
        return end_role(event=self.event, appointment_id=held.pk, by=by, now=LATER)

    def lead(self, name="Lea Lead"):
        return make_attendee(self.event, name=name, permission=LEAD)

    def permission(self, attendee):
        return Attendee.objects.get(pk=attendee.pk).permission


@pytest.fixture
def forum():
    return Forum()


def told(change):
    jobs = ProcrastinateJob.objects.filter(task_name="roles.send_appointment_mail", status="todo")
    return {job.args["person_id"] for job in jobs if job.args["change"] == change}


@pytest.mark.parametrize("permission", [LEAD, ORGANISER])
def test_a_proposal_changes_no_permission_until_it_is_confirmed(forum, permission):
    lead = forum.lead()
    appointment = forum.propose(permission=permission)
    assert forum.permission(forum.adult) == "participant"
    assert list(leads_of(forum.event)) == [lead]
    forum.confirm(appointment, lead.person)
    assert forum.permission(forum.adult) == permission


def test_who_proposes_never_confirms_not_even_as_an_administrator(forum):
    Person.objects.filter(pk=forum.organiser.person_id).update(is_staff=True, is_superuser=True)
    forum.organiser.person.refresh_from_db()
    appointment = forum.propose()
    with pytest.raises(NotForYouToDecide):
        forum.confirm(appointment, forum.organiser.person)
    second = make_attendee(forum.event, permission=ORGANISER)
    with pytest.raises(NotForYouToDecide):  # nor another organiser
        forum.confirm(appointment, second.person)
    assert forum.permission(forum.adult) == "participant"
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=appointment.pk).update(
            state="confirmed", decided_at=NOW, decided_by=forum.organiser.person
        )


def test_whom_another_forum_knows_as_a_minor_holds_no_role_and_reads_like_a_closed_account(forum):
    young = make_attendee(make_event("youth"), email="somchai@example.org", age_class="minor")
    imported = make_attendee(forum.event, person=young.person)
    proposed = forum.propose(forum.other)
    Person.objects.filter(pk=forum.adult.person_id).update(is_active=False)
    with pytest.raises(CannotPropose) as closed:
        forum.propose(forum.adult)
    for permission in (LEAD, ORGANISER):
        with pytest.raises(CannotPropose) as known:
            forum.propose(imported, permission)
        assert known.value.message == closed.value.message
    make_attendee(make_event("later"), person=forum.other.person, age_class="minor")
    with pytest.raises(CannotPropose):
        forum.confirm(proposed, forum.lead().person)
    with pytest.raises(CannotPropose):
        appoint_lead(event=forum.event, email="somchai@example.org", now=NOW)
    assert forum.permission(imported) == "participant"


def test_nobody_confirms_themself(forum):
    appointment = forum.propose(permission=ORGANISER)
    Person.objects.filter(pk=forum.adult.person_id).update(is_staff=True)
    with pytest.raises(NotForYouToDecide):
        forum.confirm(appointment, Person.objects.get(pk=forum.adult.person_id))


def test_the_administrator_confirms_the_first_lead_and_a_lead_every_later_one(forum):
    first = forum.confirm(forum.propose(), forum.root)
    assert (first.is_first, forum.permission(forum.adult)) == (True, LEAD)
    second = forum.propose(forum.other)
    with pytest.raises(NotForYouToDecide):
        forum.confirm(second, forum.root)
    assert not forum.confirm(second, forum.adult.person).is_first
    assert leads_of(forum.event).count() == 2


def test_a_lead_of_another_event_confirms_nobody_here(forum):
    stranger = make_attendee(make_event("elsewhere"), permission=LEAD)
    appointment = forum.propose()
    with pytest.raises(NotForYouToDecide):
        forum.confirm(appointment, stranger.person)
    with pytest.raises(NotFound):
        confirm_role(event=stranger.event, appointment_id=appointment.pk, by=stranger.person, now=NOW)


@pytest.mark.parametrize("by", ["administrator", "lead"])
def test_a_second_organiser_is_confirmed_by_the_administrator_or_a_lead(forum, by):
    lead = forum.lead()
    forum.confirm(forum.propose(permission=ORGANISER), forum.root if by == "administrator" else lead.person)
    assert forum.permission(forum.adult) == ORGANISER


def test_only_organisers_propose_and_only_other_adults_without_a_role(forum):
    lead = forum.lead()
    for somebody in (forum.adult, lead):
        with pytest.raises(OrganisersOnly):
            forum.propose(forum.other, by=somebody)
    unfit = {
        forum.organiser: "cannot propose yourself",
        lead: "two roles",
        make_attendee(forum.event, age_class="unknown"): "has to be an adult",
        make_attendee(forum.event, age_class="minor"): "has to be an adult",
    }
    for one, sentence in unfit.items():
        with pytest.raises(CannotPropose, match=sentence):
            forum.propose(one)
    with pytest.raises(CannotPropose, match="administrator"):
        forum.propose(make_attendee(forum.event, person=forum.root))
    with pytest.raises(NotFound):
        forum.propose(make_attendee(make_event("elsewhere")))
    with refuses("unknown_permission"):
        forum.propose(permission="participant")
    forum.propose()
    with pytest.raises(CannotPropose, match="proposed already"):
        forum.propose(permission=ORGANISER)


def test_who_is_no_adult_any_more_is_not_confirmed(forum):
    appointment = forum.propose()
    Attendee.objects.filter(pk=forum.adult.pk).update(age_class="minor")
    with pytest.raises(CannotPropose, match="has to be an adult"):
        forum.confirm(appointment, forum.root)


def test_a_proposal_is_refused_withdrawn_or_declined_and_decided_once(forum):
    lead = forum.lead()
    for by in (lead.person, forum.organiser.person, forum.adult.person):
        appointment = forum.propose()
        with pytest.raises(NotForYouToDecide):
            forum.refuse(appointment, forum.other.person)
        forum.refuse(appointment, by)
        with pytest.raises(AlreadyDecided):
            forum.confirm(appointment, lead.person)
        with pytest.raises(AlreadyDecided):
            forum.refuse(appointment, lead.person)
    assert forum.permission(forum.adult) == "participant"


def test_a_lead_is_ended_by_themself_another_lead_or_the_administrator_and_by_no_organiser(forum):
    leads = [forum.lead(f"Lead {number}") for number in range(4)]
    for somebody in (forum.organiser, forum.adult):
        with pytest.raises(NotForYouToDecide):
            forum.end(leads[0], somebody.person)
    assert forum.permission(leads[0]) == LEAD
    forum.end(leads[0], leads[0].person)
    forum.end(leads[1], leads[2].person)
    forum.end(leads[2], forum.root)
    assert list(leads_of(forum.event)) == [leads[3]]
    with pytest.raises(NotForYouToDecide):  # ended, and so no lead to end another
        forum.end(leads[3], leads[0].person)


def test_a_lead_leaves_a_running_forum_only_once_there_are_enough_without_them(forum):
    first, second = forum.lead("Lea Lead"), forum.lead("Lin Lead")
    with refuses("too_few_leads", match="An open forum needs a second confirmed safeguarding lead"):
        forum.end(first, first.person)
    assert forum.permission(first) == LEAD
    assert told("ended") == set()
    OutsideContact.objects.create(event=forum.event, name="Hotline", phone="1387", entered_at=NOW)
    forum.end(first, first.person)
    with refuses("too_few_leads", match="there is none"):
        forum.end(second, second.person)
    Event.objects.update(state="closed")
    forum.end(second, second.person)
    assert not leads_of(forum.event).exists()


def test_another_ends_a_lead_at_once_and_the_administrators_are_told_what_the_forum_lacks(forum, mailoutbox):
    first, second = forum.lead("Lea Lead"), forum.lead("Lin Lead")
    forum.end(first, second.person)
    assert forum.root.pk in told("ended")
    ended = Appointment.objects.get(state="ended")
    send_appointment_mail(appointment_id=ended.pk, change="ended", person_id=forum.root.pk)
    assert "An open forum needs a second confirmed safeguarding lead" in mailoutbox[0].body


def test_an_organiser_is_ended_by_an_organiser_or_the_administrator_and_the_last_one_stays(forum):
    second, third = (make_attendee(forum.event, permission=ORGANISER) for _ in range(2))
    with pytest.raises(NotForYouToDecide):
        forum.end(second, forum.lead().person)
    forum.end(second, forum.organiser.person)
    forum.end(third, forum.root)
    for by in (forum.organiser.person, forum.root):
        with refuses("last_organiser"):
            forum.end(forum.organiser, by)


def test_a_permission_without_a_confirmed_appointment_leads_nothing(forum):
    Attendee.objects.filter(pk=forum.adult.pk).update(permission=LEAD)
    assert not leads_of(forum.event).exists()
    appoint(forum.adult, ORGANISER)
    Attendee.objects.filter(pk=forum.adult.pk).update(permission=LEAD)
    assert not leads_of(forum.event).exists()


def test_leads_organisers_and_the_one_concerned_are_told_of_every_change(forum):
    lead, boss = forum.lead(), forum.organiser
    everybody = {lead.person_id, boss.person_id, forum.adult.person_id}
    appointment = forum.propose()
    assert told("proposed") == everybody
    forum.confirm(appointment, lead.person)
    assert told("confirmed") == everybody
    forum.end(lead, forum.adult.person)
    assert told("ended") == everybody | {forum.root.pk}  # one lead alone is too few
    forum.refuse(forum.propose(forum.other), forum.adult.person)
    assert told("refused") == {boss.person_id, forum.adult.person_id, forum.other.person_id}


def test_while_there_is_no_lead_the_administrator_is_told(forum):
    appointment = forum.propose()
    assert forum.root.pk in told("proposed")
    forum.confirm(appointment, forum.root)
    forum.propose(forum.other)
    jobs = ProcrastinateJob.objects.filter(args__person_id=forum.root.pk, args__change="proposed")
    assert jobs.count() == 1


def test_the_mails_are_queued_with_the_change_or_not_at_all(forum):
    with pytest.raises(RuntimeError), transaction.atomic():
        forum.propose()
        raise RuntimeError
    assert told("proposed") == set()


def test_the_mail_says_who_did_what_and_where_to_look(forum, mailoutbox):
    lead = forum.lead()
    appointment = forum.propose()
    forum.confirm(appointment, lead.person)
    forum.end(forum.adult, lead.person)
    for change in ("proposed", "confirmed", "ended"):
        for reader in (lead.person, forum.root):
            send_appointment_mail(appointment_id=appointment.pk, change=change, person_id=reader.pk)
    proposed, to_root, confirmed, _, ended, _ = mailoutbox
    assert proposed.to == [lead.person.email]
    assert "Olga Organiser proposes Ana Adult as safeguarding lead" in proposed.body
    assert f"/e/{forum.event.slug}/roles/" in proposed.body
    assert f"/forums/{forum.event.slug}/roles/" in to_root.body
    assert "Lea Lead confirmed Ana Adult" in confirmed.body
    assert "Ana Adult is no longer safeguarding lead" in ended.body
    assert "Lea Lead ended that" in ended.body
    Person.objects.filter(pk=lead.person_id).update(is_active=False)
    send_appointment_mail(appointment_id=appointment.pk, change="ended", person_id=lead.person_id)
    send_appointment_mail(appointment_id=0, change="ended", person_id=forum.root.pk)
    assert len(mailoutbox) == 6


def test_who_is_confirmed_reads_where_to_begin(forum, mailoutbox):
    appointment = forum.propose()
    forum.confirm(appointment, forum.root)
    organiser = forum.organiser.person
    its = Appointment.objects.get(attendee=forum.organiser)
    for one, reader in ((appointment, forum.adult.person), (its, organiser)):
        send_appointment_mail(appointment_id=one.pk, change="confirmed", person_id=reader.pk)
    lead_mail, organiser_mail = mailoutbox
    assert lead_mail.subject == f"You are a safeguarding lead of {forum.event.name}"
    assert "confirmed you as safeguarding lead" in lead_mail.body
    assert f"/e/{forum.event.slug}/reports/" in lead_mail.body
    assert organiser_mail.subject == f"You are an organiser of {forum.event.name}"
    assert f"/e/{forum.event.slug}/set-up/" in organiser_mail.body


@pytest.mark.slow
def test_proposals_are_bounded_because_each_mails_everybody(forum):
    for _ in range(PROPOSALS_A_DAY):
        forum.refuse(forum.propose(), forum.organiser.person)
    with refuses("too_many_proposals"):
        forum.propose()


@pytest.mark.parametrize("permission", [ORGANISER, LEAD])
def test_an_account_of_the_demo_has_a_role_in_the_demo_s_forum_alone(forum, permission):
    appoint_by_command = appoint_organiser if permission == ORGANISER else appoint_lead
    Person.objects.filter(pk=forum.adult.person_id).update(is_demo=True)
    with pytest.raises(DemoAccount, match="an account of the demo, which anybody can enter"):
        forum.propose(permission=permission)
    with pytest.raises(DemoAccount):
        appoint_by_command(event=forum.event, email=forum.adult.person.email, now=LATER)
    assert forum.permission(forum.adult) == "participant"
    Person.objects.filter(pk=forum.organiser.person_id).update(is_demo=True)
    appoint_by_command(event=forum.event, email=forum.adult.person.email, now=LATER)
    assert forum.permission(forum.adult) == permission
