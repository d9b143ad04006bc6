"""Age class, visibility, permission: set by organisers, all or nothing, the last organiser stays."""

import datetime as dt

import pytest

from backend.core.errors import OrganisersOnly
from backend.events.models import Attendee
from backend.events.rules import DemoAccount
from backend.events.services.age_classes import OwnAgeClass
from backend.events.services.roles import (
    CannotLead,
    LastOrganiser,
    NobodyChosen,
    RoleChange,
    UnknownRole,
    change_roles,
)
from backend.events.services.setup import appoint_lead, appoint_organiser
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def forum():
    event = make_event()
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    return event, organiser, make_attendee(event, age_class="unknown"), make_attendee(event)


def test_values_are_set_for_all_and_only_changed_attendees_are_marked(forum):
    event, organiser, unknown, adult = forum
    changed = change_roles(
        event=event, attendee_ids=[unknown.pk, adult.pk], change=RoleChange(age_class="adult"),
        by=organiser.person, now=LATER, confirmed_adults=[unknown.pk],
    )  # fmt: skip
    for one in (unknown, adult):
        one.refresh_from_db()
    assert changed == 1
    assert (unknown.age_class, unknown.changed_at) == ("adult", LATER)
    assert (adult.age_class, adult.changed_at, adult.visibility) == ("adult", NOW, "listed")


def test_an_attendee_cannot_make_themself_an_adult_or_an_organiser(forum):
    event, _, unknown, _ = forum
    for change in (RoleChange(age_class="adult"), RoleChange(permission="organiser")):
        with pytest.raises(OrganisersOnly):
            change_roles(event=event, attendee_ids=[unknown.pk], change=change, by=unknown.person, now=LATER)
    unknown.refresh_from_db()
    assert (unknown.age_class, unknown.permission) == ("unknown", "participant")


def test_the_last_organiser_stays_and_nothing_else_is_written(forum):
    event, organiser, _, adult = forum
    with pytest.raises(LastOrganiser):
        change_roles(
            event=event, attendee_ids=[adult.pk, organiser.pk],
            change=RoleChange(permission="participant", visibility="listed"), by=organiser.person, now=LATER,
        )  # fmt: skip
    organiser.refresh_from_db()
    assert (organiser.permission, organiser.visibility) == ("organiser", "hidden")


@pytest.mark.parametrize(
    "change", [RoleChange(), RoleChange(age_class="grown-up"), RoleChange(visibility="x")]
)
def test_an_unknown_value_or_none_is_refused(forum, change):
    event, organiser, unknown, _ = forum
    with pytest.raises(UnknownRole):
        change_roles(event=event, attendee_ids=[unknown.pk], change=change, by=organiser.person, now=LATER)


def test_attendees_of_another_event_cannot_be_changed(forum):
    event, organiser, *_ = forum
    other = make_attendee(make_event("elsewhere"), age_class="unknown")
    with pytest.raises(NobodyChosen):
        change_roles(
            event=event, attendee_ids=[other.pk], change=RoleChange(age_class="adult"),
            by=organiser.person, now=LATER,
        )  # fmt: skip
    other.refresh_from_db()
    assert other.age_class == "unknown"


def test_an_organiser_s_own_age_class_is_for_another_organiser_to_set(forum):
    event, organiser, *_ = forum
    young = make_attendee(event, permission="organiser", age_class="unknown")
    adult = RoleChange(age_class="adult")
    with pytest.raises(OwnAgeClass):
        change_roles(event=event, attendee_ids=[young.pk], change=adult, by=young.person, now=LATER)
    young.refresh_from_db()
    assert young.age_class == "unknown"
    change_roles(event=event, attendee_ids=[young.pk], change=adult, by=organiser.person, now=LATER)
    young.refresh_from_db()
    assert young.age_class == "adult"


def test_who_hid_themselves_stays_hidden_and_the_others_are_listed(forum):
    event, organiser, unknown, adult = forum
    Attendee.objects.filter(pk=adult.pk).update(visibility="hidden", edited_at=NOW)
    Attendee.objects.filter(pk=unknown.pk).update(visibility="hidden")  # by an organiser
    changed = change_roles(
        event=event, attendee_ids=[unknown.pk, adult.pk], change=RoleChange(visibility="listed"),
        by=organiser.person, now=LATER,
    )  # fmt: skip
    for one in (unknown, adult):
        one.refresh_from_db()
    assert (changed, unknown.visibility, adult.visibility) == (1, "listed", "hidden")


LEAD = RoleChange(permission="safeguarding-lead")


def test_an_organiser_appoints_another_person_as_safeguarding_lead_and_never_themself(forum):
    event, organiser, _, adult = forum
    second = make_attendee(event, permission="organiser")
    with pytest.raises(CannotLead, match="cannot hold both roles"):
        change_roles(event=event, attendee_ids=[organiser.pk], change=LEAD, by=organiser.person, now=LATER)
    change_roles(event=event, attendee_ids=[adult.pk], change=LEAD, by=organiser.person, now=LATER)
    change_roles(event=event, attendee_ids=[second.pk], change=LEAD, by=organiser.person, now=LATER)
    for one in (organiser, second, adult):
        one.refresh_from_db()
    assert (organiser.permission, adult.permission) == ("organiser", "safeguarding-lead")
    assert second.permission == "safeguarding-lead"  # and so an organiser no longer


def test_leads_are_appointed_one_at_a_time_and_only_adults(forum):
    event, organiser, unknown, adult = forum
    for chosen, sentence in (([adult.pk, unknown.pk], "one person at a time"), ([unknown.pk], "be an adult")):
        with pytest.raises(CannotLead, match=sentence):
            change_roles(event=event, attendee_ids=chosen, change=LEAD, by=organiser.person, now=LATER)
    assert not Attendee.objects.filter(permission="safeguarding-lead").exists()


def test_a_lead_can_give_nobody_a_permission(forum):
    event, _, _, adult = forum
    lead = make_attendee(event, permission="safeguarding-lead")
    for chosen in (lead, adult):
        with pytest.raises(OrganisersOnly):
            change_roles(
                event=event, attendee_ids=[chosen.pk], change=RoleChange(permission="organiser"),
                by=lead.person, now=LATER,
            )  # fmt: skip


@pytest.mark.parametrize("permission", [Attendee.Permission.ORGANISER, Attendee.Permission.SAFEGUARDING_LEAD])
def test_an_account_of_the_demo_has_a_role_in_the_demo_s_forum_alone(forum, permission):
    event, organiser, _, adult = forum
    adult.person.is_demo = True
    adult.person.save()
    appoint = appoint_organiser if permission == "organiser" else appoint_lead
    with pytest.raises(DemoAccount, match="is an account of the demo, which anybody can enter"):
        change_roles(
            event=event, attendee_ids=[adult.pk], change=RoleChange(permission=permission),
            by=organiser.person, now=LATER,
        )  # fmt: skip
    with pytest.raises(DemoAccount):
        appoint(event=event, email=adult.person.email, now=LATER)
    adult.refresh_from_db()
    assert adult.permission == "participant"

    organiser.person.is_demo = True
    organiser.person.save()
    appoint(event=event, email=adult.person.email, now=LATER)
    adult.refresh_from_db()
    assert adult.permission == permission
