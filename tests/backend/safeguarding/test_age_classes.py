"""S1: a minor, or somebody of unknown age, becomes an adult by name, alone or from a list, or not at all."""

import datetime as dt

import pytest
from django.utils import timezone

from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models.age_classes import AdultProposal, AgeAgreement
from backend.events.models.attendees import Attendee
from backend.people.models import KnownMinor
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.roster.services.roles import RoleChange, change_roles
from backend.safeguarding.rules import matchable
from backend.safeguarding.selectors.age_classes import age_questions_for, waiting_age_questions
from backend.safeguarding.services.age_classes import (
    AdultsNotConfirmed,
    AlreadyDecided,
    LeadHasToConsent,
    OwnAgeClass,
    agree_adult,
    consent_to_adult,
    decline_adult,
    propose_adult,
)
from tests.factories import NOW, appoint, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
ADULT = RoleChange(age_class="adult")


@pytest.fixture
def forum():
    event = make_event()
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    lead = make_attendee(event, permission="safeguarding-lead", visibility="hidden", name="Amara Silva")
    return event, organiser, lead


def class_of(attendee):
    return Attendee.objects.get(pk=attendee.pk).age_class


def set_roles(event, organiser, people, change=ADULT, confirmed=()):
    return change_roles(
        event=event, attendee_ids=[one.pk for one in people], change=change, by=organiser.person, now=LATER,
        confirmed_adults=[one.pk for one in confirmed],
    )  # fmt: skip


@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_who_organises_or_leads_stays_an_adult_by_the_list_and_by_an_import(forum, age_class):
    event, organiser, lead = forum
    other = make_attendee(event, permission="organiser")
    for people in ([lead], [other], [make_attendee(event), lead]):
        with refuses("holds_role"):
            set_roles(event, organiser, people, RoleChange(age_class=age_class))
    rows = [f"{one.person.email},{one.name},{age_class}" for one in (lead, other)]
    table = read_csv("\n".join(["email,name,age_class", *rows]).encode())
    report = import_attendees(event=event, table=table, by=organiser.person, now=LATER)
    assert (report.updated, report.refused) == (0, ())
    assert "(lines 2, 3)" in report.notes[-1]
    assert [class_of(one) for one in (lead, other)] == ["adult", "adult"]


def test_one_person_of_unknown_age_becomes_an_adult_and_several_only_once_each_name_is_confirmed(forum):
    event, organiser, _ = forum
    alone, one, two = (make_attendee(event, age_class="unknown") for _ in range(3))
    set_roles(event, organiser, [alone])
    assert class_of(alone) == "adult"
    for confirmed in ([], [one], [alone]):
        with pytest.raises(AdultsNotConfirmed) as refusal:
            set_roles(event, organiser, [one, two, alone], confirmed=confirmed)
        assert refusal.value.details["attendee_ids"] == [one.pk, two.pk]
    assert [class_of(one), class_of(two)] == ["unknown", "unknown"]
    assert set_roles(event, organiser, [one, two, alone], confirmed=[one, two]) == 2
    assert [class_of(one), class_of(two)] == ["adult", "adult"]


def test_a_minor_becomes_nothing_else_without_a_lead_not_even_of_unknown_age_first(forum):
    event, organiser, _ = forum
    minor, other = make_attendee(event, age_class="minor"), make_attendee(event)
    for change in (ADULT, RoleChange(age_class="unknown")):
        with pytest.raises(LeadHasToConsent):
            set_roles(event, organiser, [minor], change, confirmed=[minor])
        with refuses("minors_in_selection"):
            set_roles(event, organiser, [minor, other], change, confirmed=[minor])
    assert class_of(minor) == "minor"


def test_an_organiser_proposes_and_a_lead_consents(forum):
    event, organiser, lead = forum
    minor = make_attendee(event, age_class="minor", name="Somchai Young")
    made = propose_adult(event=event, attendee_id=minor.pk, by=organiser.person, now=NOW)
    again = propose_adult(event=event, attendee_id=minor.pk, by=organiser.person, now=LATER)
    assert (class_of(minor), again, waiting_age_questions(lead, NOW)) == ("minor", made, 1)
    [shown] = age_questions_for(lead, NOW).open
    assert (shown.name, shown.delegation) == ("Somchai", minor.organisation.name)
    consent_to_adult(event=event, proposal_id=made.pk, by=lead.person, now=LATER)
    assert class_of(minor) == "adult"
    assert minor in matchable(event)
    assert not KnownMinor.objects.exists()  # the event no longer knows it
    [decided] = age_questions_for(lead, NOW).decided
    assert (decided.decided_by, waiting_age_questions(lead, NOW)) == ("Amara Silva", 0)
    with pytest.raises(AlreadyDecided):
        decline_adult(event=event, proposal_id=made.pk, by=lead.person, now=LATER)


def test_a_lead_declines_and_it_can_be_proposed_again(forum):
    event, organiser, lead = forum
    minor = make_attendee(event, age_class="minor")
    first = propose_adult(event=event, attendee_id=minor.pk, by=organiser.person, now=NOW)
    decline_adult(event=event, proposal_id=first.pk, by=lead.person, now=LATER)
    assert (class_of(minor), KnownMinor.objects.count()) == ("minor", 1)
    assert propose_adult(event=event, attendee_id=minor.pk, by=organiser.person, now=LATER) != first


def test_nobody_but_the_right_people_propose_and_decide(forum):
    event, organiser, lead = forum
    minor, adult = make_attendee(event, age_class="minor"), make_attendee(event)
    young = make_attendee(event, age_class="minor", permission="organiser")
    elsewhere = make_attendee(make_event("elsewhere"), permission="safeguarding-lead")
    for by, attendee, refusal in (
        (adult, minor, OrganisersOnly), (lead, minor, OrganisersOnly), (minor, minor, OrganisersOnly),
        (organiser, elsewhere, NotFound), (young, young, OwnAgeClass),
    ):  # fmt: skip
        with pytest.raises(refusal):
            propose_adult(event=event, attendee_id=attendee.pk, by=by.person, now=NOW)
    with refuses("not_set_as_minor"):
        propose_adult(event=event, attendee_id=adult.pk, by=organiser.person, now=NOW)
    made = propose_adult(event=event, attendee_id=minor.pk, by=organiser.person, now=NOW)
    for by in (organiser, minor, adult, elsewhere):
        for decide in (consent_to_adult, decline_adult):
            with pytest.raises(NotFound):
                decide(event=event, proposal_id=made.pk, by=by.person, now=NOW)
    with pytest.raises(NotFound):
        consent_to_adult(event=elsewhere.event, proposal_id=made.pk, by=elsewhere.person, now=NOW)
    appoint(organiser, "safeguarding-lead")
    with refuses("own_proposal"):
        consent_to_adult(event=event, proposal_id=made.pk, by=organiser.person, now=NOW)
    appoint(minor, "safeguarding-lead")
    with pytest.raises(OwnAgeClass):
        consent_to_adult(event=event, proposal_id=made.pk, by=minor.person, now=NOW)
    assert (class_of(minor), AdultProposal.objects.get().state) == ("minor", "open")


@pytest.fixture
def two_forums(forum):
    """This forum's lead, another's, the adult of the other forum whom this one knows, and the minor."""
    event, _, lead = forum
    other = make_event("other", name="The other forum")
    other_lead = make_attendee(other, permission="safeguarding-lead", visibility="hidden")
    minor = make_attendee(event, age_class="minor", name="Somchai Young")
    return lead, other_lead, make_attendee(other, person=minor.person), minor


def agree(lead, attendee, now=NOW):
    [known] = KnownMinor.objects.all()
    return agree_adult(event=lead.event, attendee_id=attendee.pk, known_minor_id=known.pk, by=lead.person, now=now)


def test_the_leads_of_both_forums_agree_and_read_first_name_and_delegation(two_forums):
    lead, other_lead, imported, minor = two_forums
    [here], [there] = (age_questions_for(one, NOW).doubts for one in (lead, other_lead))
    assert (here.name, here.delegation, here.is_here) == ("Somchai", minor.organisation.name, False)
    assert (here.other_event, there.other_event) == ("The other forum", lead.event.name)
    assert (there.name, there.delegation, there.is_here) == ("Somchai", imported.organisation.name, True)
    agree(other_lead, imported)
    assert [waiting_age_questions(one, NOW) for one in (lead, other_lead)] == [1, 0]
    assert imported not in matchable(imported.event)
    first, again = agree(lead, imported), agree(lead, imported)
    assert (first, AgeAgreement.objects.count()) == (again, 2)
    assert imported in matchable(imported.event)
    assert not age_questions_for(lead, NOW).doubts
    assert class_of(minor) == "minor"  # what its own organisers wrote is theirs


def test_nobody_else_agrees_and_about_nobody_else(two_forums):
    lead, _, imported, minor = two_forums
    organiser = make_attendee(imported.event, permission="organiser")
    third = make_attendee(make_event("third"), permission="safeguarding-lead")
    for by in (organiser, imported, third):
        with pytest.raises(NotFound):
            agree(by, imported)
    for attendee in (minor, make_attendee(imported.event), make_attendee(lead.event, age_class="unknown")):
        with pytest.raises(NotFound):
            agree(lead, attendee)
    with pytest.raises(NotFound):
        agree(lead, imported, now=KnownMinor.objects.get().expires_at)
    appoint(imported, "safeguarding-lead")
    with pytest.raises(OwnAgeClass):
        agree(imported, imported)
    assert not AgeAgreement.objects.exists()


def test_the_lead_s_list_takes_as_many_queries_for_thirty_as_for_one(
    two_forums, django_assert_num_queries, django_assert_max_num_queries
):
    lead, _, imported, _ = two_forums
    with django_assert_max_num_queries(10) as one:
        age_questions_for(lead, NOW)
    for _ in range(29):
        minor = make_attendee(lead.event, age_class="minor")
        make_attendee(imported.event, person=minor.person)
        AdultProposal.objects.create(attendee=minor, proposed_at=NOW)
    with django_assert_num_queries(len(one)):
        found = age_questions_for(lead, timezone.now())
    assert (len(found.open), len(found.doubts)) == (29, 30)


def test_a_deleted_forum_s_knowledge_stays_and_nobody_can_settle_it(two_forums):
    lead, other_lead, imported, _ = two_forums
    lead.event.delete()
    agree(other_lead, imported)
    assert imported not in matchable(imported.event)
    [doubt] = age_questions_for(other_lead, NOW).doubts
    assert (doubt.other_event, doubt.agreed_there) == ("", False)
