"""Age class and visibility: set by organisers, all or nothing."""

import datetime as dt

import pytest

from backend.core.errors import OrganisersOnly
from backend.events.models.attendees import Attendee
from backend.roles.services.appointments import propose_role
from backend.roster.services.roles import NobodyChosen, RoleChange, change_roles
from backend.safeguarding.services.age_classes import OwnAgeClass
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

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
    with pytest.raises(OrganisersOnly):
        change_roles(
            event=event, attendee_ids=[unknown.pk], change=RoleChange(age_class="adult"),
            by=unknown.person, now=LATER,
        )  # fmt: skip
    with pytest.raises(OrganisersOnly):
        propose_role(event=event, attendee_id=unknown.pk, permission="organiser", by=unknown.person, now=LATER)
    unknown.refresh_from_db()
    assert (unknown.age_class, unknown.permission) == ("unknown", "participant")


@pytest.mark.parametrize("change", [RoleChange(), RoleChange(age_class="grown-up"), RoleChange(visibility="x")])
def test_an_unknown_value_or_none_is_refused(forum, change):
    event, organiser, unknown, _ = forum
    with refuses("unknown_role"):
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
