"""S1, S2 and S12 across events: a known minor is an adult at another event once both events' leads agree."""

import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.admin import site
from django.utils import timezone

from backend.directory.selectors.roster import roster_person
from backend.events.models.age_classes import AgeAgreement
from backend.events.models.attendees import Attendee
from backend.events.models.roles import Appointment
from backend.events.services.addresses import AddressHeld, change_address
from backend.events.services.attendees import NewAttendee
from backend.people.jobs import delete_expired_hashes
from backend.people.models import KnownMinor, Person, address_hash, older_hash
from backend.privacy.services.leaving import leave_event
from backend.roster.services.adding import add_attendee
from backend.safeguarding.rules import CHANNELS, contactable_for, matchable, may_contact, refused_pairs
from backend.safeguarding.selectors.age_classes import age_questions_for, waiting_age_questions
from backend.safeguarding.selectors.aliases import alias_candidates, can_appear_under_alias
from backend.safeguarding.selectors.reports import report_page_for
from backend.safeguarding.services.age_classes import agree_adult, consent_to_adult, propose_adult
from backend.safeguarding.services.aliases import AliasData, set_alias
from backend.safeguarding.services.reports import file_report
from tests.factories import NOW, block_contact, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


@pytest.fixture
def forums():
    return make_event("youth-forum"), make_event("other-forum")


def make_known_minor(event):
    return make_attendee(event, name="Somchai Young", email="somchai@example.org", age_class="minor")


def agree(known, person, *, at, of):
    AgeAgreement.objects.create(known_minor=known, person=person, event=at, of_event=of, agreed_at=NOW)


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_whom_one_event_knows_as_a_minor_is_an_adult_at_no_other(forums, channel):
    youth, other = forums
    minor = make_known_minor(youth)
    imported, adult = make_attendee(other, person=minor.person), make_attendee(other)
    assert imported.age_class == "adult"
    assert not may_contact(adult, imported, channel, NOW)
    assert not may_contact(imported, adult, channel, NOW)
    assert imported not in matchable(other)
    block_contact("block", imported, adult)
    assert refused_pairs(other) == set()  # nobody to refuse: the person is not there at all


def test_a_lead_reads_of_a_reporter_known_as_a_minor_elsewhere_the_first_name_and_no_address(forums):
    youth, other = forums
    minor, adult = make_known_minor(youth), make_attendee(other)
    imported = make_attendee(other, name="Guest Wanted", person=minor.person, title="Pupil")
    report = file_report(reporter=imported, reported_id=adult.pk, category="other", words="Help.", now=NOW)
    party = report_page_for(report).reporter
    assert (party.name, party.email, party.title, party.is_adult) == ("Guest", "", "", False)


def test_whom_another_event_knows_as_a_minor_is_given_no_alias_and_their_address_is_shown_to_nobody(forums):
    youth, other = forums
    lead, adult = make_attendee(other, permission="safeguarding-lead"), make_attendee(other)
    imported = make_attendee(other, name="Guest Wanted", person=make_known_minor(youth).person)
    assert alias_candidates(lead, "guest") == ()
    assert not can_appear_under_alias(imported)
    data = AliasData(name="Officer K.", real_name="Guest Wanted")
    with refuses("cannot_have_alias"):
        set_alias(event=other, attendee_id=imported.pk, data=data, is_wish=True, by=lead.person, now=NOW)
    Appointment.objects.create(attendee=imported, permission="organiser", proposed_at=NOW)
    table = site.get_model_admin(Appointment)
    assert {table.address(row) for row in table.get_queryset(None)} == {"", lead.person.email}
    report = file_report(reporter=imported, reported_id=adult.pk, category="other", words="Help.", now=NOW)
    leave_event(attendee=imported, is_confirmed=True, by=imported.person, now=NOW)
    party = report_page_for(report).reporter
    assert (party.name, party.email, party.is_adult) == ("Guest (left the forum)", "", False)


def test_it_makes_no_difference_which_event_was_first(forums):
    youth, other = forums
    imported, adult = make_attendee(other), make_attendee(other)
    assert may_contact(adult, imported, "page", NOW)
    make_attendee(youth, person=imported.person, age_class="minor")
    assert not may_contact(adult, imported, "page", NOW)


def test_the_account_may_be_deleted_and_its_address_is_still_known(forums):
    youth, other = forums
    make_known_minor(youth).person.delete()
    again, adult = make_attendee(other, email="SomChai@Example.org"), make_attendee(other)
    assert not may_contact(adult, again, "page", NOW)


def test_both_events_leads_have_to_agree_and_for_this_event_alone(forums):
    youth, other = forums
    third = make_event("third")
    minor = make_known_minor(youth)
    here, adult = make_attendee(other, person=minor.person), make_attendee(other)
    elsewhere = make_attendee(third, person=minor.person)
    [known] = KnownMinor.objects.all()
    agree(known, minor.person, at=other, of=other)
    assert not may_contact(adult, here, "page", NOW)
    agree(known, minor.person, at=third, of=youth)  # that is about another event
    assert not may_contact(adult, here, "page", NOW)
    agree(known, minor.person, at=other, of=youth)
    assert may_contact(adult, here, "page", NOW)
    assert here in contactable_for(adult, "page", NOW)
    assert here in matchable(other)
    assert elsewhere not in matchable(third)
    Attendee.objects.filter(pk=minor.pk).update(age_class="unknown")
    Attendee.objects.filter(pk=minor.pk).update(age_class="minor")  # known anew: what was agreed is over
    assert not may_contact(adult, here, "page", NOW)


def test_what_has_expired_counts_no_longer(forums):
    youth, other = forums
    here, adult = make_attendee(other, person=make_known_minor(youth).person), make_attendee(other)
    [known] = KnownMinor.objects.all()
    assert known.expires_at == dt.datetime(2034, 12, 10, tzinfo=dt.UTC)  # eight years after the last day
    assert may_contact(adult, here, "page", known.expires_at)
    assert not may_contact(adult, here, "page", known.expires_at - dt.timedelta(seconds=1))
    KnownMinor.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert here in matchable(other)


def test_a_keyed_hash_an_event_and_a_date_are_all_that_is_kept(forums, settings):
    youth, _ = forums
    make_known_minor(youth)
    [kept] = KnownMinor.objects.values()
    assert set(kept) == {"id", "address_hash", "skeleton_hash", "event_id", "expires_at"}
    assert kept["address_hash"] == address_hash("somchai@example.org")
    settings.SECRET_KEY = "another installation"
    assert kept["address_hash"] != address_hash("somchai@example.org")


def test_the_daily_job_deletes_what_has_expired_and_nothing_else(forums):
    youth, other = forums
    make_known_minor(youth)
    make_attendee(other, age_class="minor")
    expired, kept = KnownMinor.objects.order_by("pk")
    KnownMinor.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    delete_expired_hashes(0)
    assert list(KnownMinor.objects.all()) == [kept]


def test_a_person_s_hash_follows_their_address(forums):
    person = make_attendee(forums[0]).person
    person.email = "new@example.org"
    person.save(update_fields=["email"])
    person.refresh_from_db()
    assert person.address_hash == address_hash("new@example.org")


UNICODE, PUNYCODE = "somchai@bücher.example", "Somchai@XN--bcher-kva.example"


@pytest.mark.parametrize(
    ("known", "imported"),
    [(UNICODE, PUNYCODE), (PUNYCODE, UNICODE), (UNICODE, "ѕomchai@bücher.example"), ("annl@a.org", "ann1@a.org")],
    ids=["punycode", "unicode", "cyrillic", "digit"],
)
def test_another_spelling_of_a_minor_s_address_is_no_adult_s(forums, known, imported):
    youth, other = forums
    make_attendee(youth, email=known, age_class="minor")
    here = make_attendee(other, email=imported)
    again = make_attendee(youth, person=here.person)
    for one in (here, again):
        adult = make_attendee(one.event)
        assert not may_contact(adult, one, "page", NOW)
        assert one not in matchable(one.event)


def test_what_an_earlier_version_hashed_is_known_until_it_expires(forums):
    _, other = forums
    KnownMinor.objects.create(address_hash=older_hash(UNICODE), event=forums[0], expires_at=NOW + dt.timedelta(days=9))
    here, adult = make_attendee(other, email=PUNYCODE), make_attendee(other)
    assert not may_contact(adult, here, "page", NOW)
    assert may_contact(adult, here, "page", NOW + dt.timedelta(days=9))


def test_an_adult_whose_former_address_another_forum_imports_as_a_minor_s_is_none(forums):
    youth, other = forums
    grown, adult = make_attendee(other, email="old@example.org"), make_attendee(other)
    change_address(person=grown.person, email="new@example.org", now=NOW)
    assert may_contact(adult, grown, "page", NOW)
    make_attendee(youth, email="old@example.org", age_class="minor")
    assert not may_contact(adult, grown, "page", NOW)
    assert grown not in matchable(other)
    with pytest.raises(AddressHeld):
        change_address(person=Person.objects.get(pk=grown.person_id), email="third@example.org", now=NOW)


def test_a_minor_is_known_by_every_address_they_had(forums):
    youth, other = forums
    minor = make_attendee(youth, email="old@example.org")
    change_address(person=minor.person, email="new@example.org", now=NOW)
    Attendee.objects.filter(pk=minor.pk).update(age_class="minor")
    here, adult = make_attendee(other, email="old@example.org"), make_attendee(other)
    assert not may_contact(adult, here, "page", NOW)
    assert KnownMinor.objects.count() == 2


def test_an_agreement_about_one_person_frees_nobody_who_looks_alike(forums):
    youth, other = forums
    minor = make_attendee(youth, email="alice@example.org", age_class="minor")
    alike, adult = make_attendee(other, email="a1ice@example.org"), make_attendee(other)
    imported = make_attendee(other, person=minor.person)
    [known] = KnownMinor.objects.all()
    for lead in (make_attendee(one, permission="safeguarding-lead") for one in forums):
        assert len(age_questions_for(lead, NOW).doubts) == 2
        agree_adult(event=lead.event, attendee_id=alike.pk, known_minor_id=known.pk, by=lead.person, now=NOW)
        assert waiting_age_questions(lead, NOW) == 1  # about the minor's own
    assert may_contact(adult, alike, "page", NOW)
    assert not may_contact(adult, imported, "page", NOW)


def test_an_organiser_reads_the_same_of_who_looks_like_a_minor_and_of_anybody(forums):
    youth, other = forums
    organiser = make_attendee(other, permission="organiser").person
    make_attendee(youth, email="alice@example.org", age_class="minor")
    answers = []
    for number, email in enumerate(("a1ice@example.org", "somebody@example.org")):
        new = NewAttendee(email=email, name="Same Name", age_class="adult")
        made = add_attendee(event=other, new=new, by=organiser, now=NOW)
        read = replace(roster_person(event=other, attendee_id=made.pk), attendee_id=0, email="", is_own=False)
        answers.append((read, made.age_class))
        assert (made in matchable(other)) is bool(number)
    assert answers[0] == answers[1]


def test_a_consent_about_one_leaves_what_is_known_of_who_looks_alike(forums):
    youth, _ = forums
    organiser, lead = (make_attendee(youth, permission=one) for one in ("organiser", "safeguarding-lead"))
    alice, alike = (
        make_attendee(youth, email=email, age_class="minor") for email in ("alice@example.org", "a1ice@example.org")
    )
    made = propose_adult(event=youth, attendee_id=alike.pk, by=organiser.person, now=NOW)
    consent_to_adult(event=youth, proposal_id=made.pk, by=lead.person, now=NOW)
    assert [one.address_hash for one in KnownMinor.objects.all()] == [alice.person.address_hash]
