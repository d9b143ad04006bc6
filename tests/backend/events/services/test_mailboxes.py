"""Two people who read one mailbox have an account each, and neither opens an office or a minor's page."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction

from backend.assistants.models import Assistant
from backend.assistants.services.assistants import name_assistant
from backend.core.errors import OrganisersOnly
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.roles import Appointment
from backend.events.selectors import mailbox_choices
from backend.events.services.addresses import change_address
from backend.events.services.attendees import NewAttendee
from backend.events.services.mailboxes import add_to_mailbox
from backend.people.models import KnownMinor, Person
from backend.people.selectors import has_second_factor, person_with_email, who_reads_the_mailbox_of
from backend.people.services import BadEmail, allow_starting, reset_second_factors, set_own_name
from backend.privacy.services.leaving import erase_account, leave_event
from backend.roles.services.appointments import CannotPropose, propose_role
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.safeguarding.models import Chaperone, Vetting
from tests.backend.booking.test_lock_order import begin, wait_until_waiting
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses
from tests.second_factor import without_factor

pytestmark = pytest.mark.django_db
ADDRESS = "office@ministry.example"


@pytest.fixture
def event() -> Event:
    return make_event("desk")


@pytest.fixture
def organiser(event: Event) -> Person:
    return make_attendee(event, permission="organiser").person


@pytest.fixture
def first(event: Event) -> Attendee:
    return make_attendee(event, name="Ana Reyes", email=ADDRESS)


def _add(event: Event, by: Person, name: str = "Ben Cruz", email: str = ADDRESS, **given: str) -> Attendee:
    new = NewAttendee(email=email, name=name, **{"age_class": "adult", **given})
    return add_to_mailbox(event=event, new=new, by=by, now=NOW)


def test_beside_an_account_that_came_with_a_forum_and_waits_nobody_is_added(
    event: Event, organiser: Person, first: Attendee
) -> None:
    Person.objects.create(email=ADDRESS, name="Who came", shares_with=first.person, waits_for_proof=True)
    with refuses("cannot_share_mailbox"):
        _add(event, organiser)


def test_the_second_has_an_account_a_part_and_the_same_address(
    event: Event, organiser: Person, first: Attendee
) -> None:
    second = _add(event, organiser, email=ADDRESS.upper(), organisation="Ministry of ICT")
    assert (second.name, second.organisation.name, second.age_class) == ("Ben Cruz", "Ministry of ICT", "adult")
    assert second.person.email == first.person.email
    assert second.person.address_hash == first.person.address_hash
    for one in (first.person, second.person):
        assert {row.name for row in who_reads_the_mailbox_of(one)} == {"Ana Reyes", "Ben Cruz"}
        assert mailbox_choices(one, NOW).count() == 2
    assert person_with_email(ADDRESS) == first.person
    assert _add(event, organiser, name="ben  cruz") == second  # said again


def test_at_another_forum_it_is_the_same_account(event: Event, organiser: Person, first: Attendee) -> None:
    second = _add(event, organiser)
    later = make_event("later")
    hosts = make_attendee(later, permission="organiser").person
    with refuses("cannot_share_mailbox"):  # whether the address has an account elsewhere is not told
        _add(later, hosts)
    make_attendee(later, person=first.person)
    with refuses("cannot_share_mailbox"):  # they organise one of the two forums alone
        _add(later, hosts)
    make_attendee(event, person=hosts, permission="organiser")
    assert _add(later, hosts).person == second.person


def test_neither_a_third_nor_the_same_name_nor_an_unknown_address(
    event: Event, organiser: Person, first: Attendee
) -> None:
    for given in ({"name": "ANA REYES"}, {"email": "nobody@example.org"}, {"age_class": "unknown"}):
        with refuses("cannot_share_mailbox"):
            _add(event, organiser, **given)
    _add(event, organiser)
    with refuses("cannot_share_mailbox"):
        _add(event, organiser, name="Chit Su")
    with pytest.raises(OrganisersOnly):
        _add(event, first.person, name="Chit Su")


PROTECTED = (
    "checked for minors",
    "minor",
    "unknown",
    "minor elsewhere",
    "organiser",
    "lead",
    "proposed as a lead",
    "chaperone",
    "chaperone of a delegation",
    "alias",
    "staff",
    "superuser",
    "starter",
)


@pytest.mark.slow
@pytest.mark.parametrize("what", PROTECTED)
def test_whoever_is_no_plain_adult_shares_no_mailbox(
    event: Event, organiser: Person, first: Attendee, what: str
) -> None:
    _make(first, what)
    with refuses("cannot_share_mailbox"):
        _add(event, organiser)


@pytest.mark.parametrize("what", PROTECTED)
def test_whoever_becomes_one_is_signed_in_by_no_code_to_it(
    event: Event, organiser: Person, first: Attendee, what: str
) -> None:
    second = _add(event, organiser)
    _make(first, what)
    # What is known of a minor goes by the address, so it holds for both; an alias keeps nobody out.
    left = [] if what in ("minor", "minor elsewhere") else [second.person]
    left = [first.person, *left] if what == "alias" else left
    assert list(mailbox_choices(first.person, NOW)) == left


def _make(attendee: Attendee, what: str) -> None:
    if what in ("minor", "unknown"):
        attendee.age_class = what
    elif what == "minor elsewhere":
        KnownMinor.objects.create(
            address_hash=attendee.person.address_hash,
            event=make_event("elsewhere"),
            expires_at=NOW + dt.timedelta(days=900),
        )
    elif what in ("organiser", "lead"):
        attendee.permission = "safeguarding-lead" if what == "lead" else what
    elif what == "proposed as a lead":
        Appointment.objects.create(attendee=attendee, permission="safeguarding-lead", proposed_at=NOW)
    elif what == "chaperone":
        attendee.role = what
    elif what == "chaperone of a delegation":  # whatever role a list gives them afterwards
        Chaperone.objects.create(event=attendee.event, attendee=attendee, country="Laos", recorded_at=NOW)
    elif what == "checked for minors":
        Vetting.objects.create(
            attendee=attendee, checked_by="Ministry", check_made="Police record", recorded_at=NOW,
            expires_at=NOW + dt.timedelta(days=300),
        )  # fmt: skip
    elif what == "alias":
        Alias.objects.create(attendee=attendee, name="Real Name", is_wish=True, set_at=NOW)
    else:
        field = {"staff": "is_staff", "superuser": "is_superuser", "starter": "may_start_forums"}[what]
        Person.objects.filter(pk=attendee.person_id).update(**{field: True})
    attendee.save()


def test_nobody_who_shares_a_mailbox_is_given_an_office(event: Event, organiser: Person, first: Attendee) -> None:
    second = _add(event, organiser)
    for one in (first, second):
        with refuses("shares_mailbox", match=r"^This person shares an address"):
            propose_role(event=event, attendee_id=one.pk, permission="organiser", by=organiser, now=NOW)
    for what, sentence in (("unknown", "has to be an adult"), ("alias", "cannot be named for it")):
        _make(first, what)  # nor is it told that a minor, or somebody under an alias, shares one
        with pytest.raises(CannotPropose, match=sentence):
            propose_role(event=event, attendee_id=first.pk, permission="organiser", by=organiser, now=NOW)
        Attendee.objects.filter(pk=first.pk).update(age_class="adult")
        first.refresh_from_db()
    root = Person.objects.create_superuser("root@example.org", name="Root")
    with pytest.raises(BadEmail):
        allow_starting(email=ADDRESS, allowed=True, by=root)


@pytest.mark.django_db(transaction=True)
def test_nobody_is_added_to_the_address_somebody_changes_to_in_this_moment(
    event: Event, organiser: Person, first: Attendee
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            change_address(person=first.person, email="own@example.org", now=NOW)
            (answer,) = begin(pool, lambda: _add(event, organiser))
            wait_until_waiting(1)
        assert answer() == "cannot_share_mailbox"
    assert not Person.objects.filter(name="Ben Cruz").exists()


def test_neither_takes_the_name_of_the_other(event: Event, organiser: Person, first: Attendee) -> None:
    second = _add(event, organiser).person
    for one, name in ((second, "ana  reyes"), (first.person, "Ben Cruz")):
        with refuses("bad_account_name"):
            set_own_name(person=one, name=name)
    set_own_name(person=second, name="Benjamin Cruz")
    set_own_name(person=first.person, name="Ben Cruz")


def test_an_administrator_resets_the_second_factor_of_the_one_who_has_it(
    event: Event, organiser: Person, first: Attendee
) -> None:
    both = [first.person, _add(event, organiser).person]
    for one in both:
        without_factor(one)
    root = Person.objects.create_superuser("root@example.org", name="Root")
    TOTP.activate(both[1], generate_totp_secret())
    assert reset_second_factors(email=ADDRESS, by=root, now=NOW) == both[1]
    for one in both:
        TOTP.activate(one, generate_totp_secret())
    with pytest.raises(BadEmail):
        reset_second_factors(email=ADDRESS, by=root, now=NOW)
    assert all(has_second_factor(one) for one in both)


@pytest.mark.slow
@pytest.mark.parametrize("who", [0, 1])
def test_one_who_leaves_takes_no_question_to_the_other_along(
    event: Event, organiser: Person, first: Attendee, who: int
) -> None:
    both = [first, _add(event, organiser)]
    minister = make_attendee(event)
    name_assistant(attendee=minister, email=ADDRESS, by=minister.person, now=NOW)
    leave_event(attendee=both[who], is_confirmed=True, by=both[who].person, now=NOW)
    assert Assistant.objects.waiting().exists()
    other = both[1 - who]
    leave_event(attendee=other, is_confirmed=True, by=other.person, now=NOW)
    assert not Assistant.objects.waiting().exists()


@pytest.mark.parametrize("who", [0, 1])
def test_one_who_moves_away_leaves_the_mailbox_to_the_other(
    event: Event, organiser: Person, first: Attendee, who: int
) -> None:
    both = [first.person, _add(event, organiser).person]
    change_address(person=both[who], email="own@example.org", now=NOW)
    for one in both:
        one.refresh_from_db()
        assert (one.shares_with, who_reads_the_mailbox_of(one).count()) == (None, 1)
    assert (both[who].email, both[1 - who].email) == ("own@example.org", ADDRESS)
    assert person_with_email(ADDRESS) == both[1 - who]


@pytest.mark.slow
@pytest.mark.parametrize("who", [0, 1])
def test_one_who_erases_their_account_leaves_the_other_s(
    event: Event, organiser: Person, first: Attendee, who: int
) -> None:
    both = [first.person, _add(event, organiser).person]
    erase_account(person=both[who], is_confirmed=True, by=both[who], now=NOW)
    other = Person.objects.get(pk=both[1 - who].pk)
    assert (other.shares_with, other.email, other.is_active) == (None, ADDRESS, True)
    assert person_with_email(ADDRESS) == other


def test_a_list_finds_the_one_it_names(event: Event, organiser: Person, first: Attendee) -> None:
    second = _add(event, organiser)
    for one, country in ((first, "Thailand"), (second, "Philippines")):
        text = f"name,email,country\n{one.name},{ADDRESS},{country}\n"
        import_attendees(event=event, table=read_csv(text.encode()), by=organiser, now=NOW)
        one.refresh_from_db()
        assert one.country == country
    assert [one.name for one in (first, second)] == ["Ana Reyes", "Ben Cruz"]


def test_a_line_changes_the_one_of_the_two_it_is_of(event: Event, organiser: Person, first: Attendee) -> None:
    second = _add(event, organiser)
    Attendee.objects.filter(pk=second.pk).update(name="Dr Ben Cruz")
    lines = [
        f"{second.pk},Benjamin Cruz,{ADDRESS},unknown",  # by the id, whatever the name
        f"{first.pk},Ana Reyes,{ADDRESS},",
        f",Cruz,{ADDRESS},minor",  # neither of the two
    ]
    table = read_csv("\n".join(["id,name,email,age_class", *lines]).encode())
    report = import_attendees(event=event, table=table, by=organiser, now=NOW)
    assert [(one.line, "two people" in one.reason) for one in report.refused] == [(4, True)]
    for one in (first, second):
        one.refresh_from_db()
    assert (first.name, first.age_class) == ("Ana Reyes", "adult")
    assert (second.name, second.age_class) == ("Benjamin Cruz", "unknown")
    lines = [f"Benjamin Cruz,{ADDRESS},Peru", f"Ana Reyes,{ADDRESS},Fiji", f"Ana Reyes,{ADDRESS},Cuba"]
    table = read_csv("\n".join(["name,email,country", *lines]).encode())
    report = import_attendees(event=event, table=table, by=organiser, now=NOW)
    assert [one.line for one in report.refused] == [4]
    for one in (first, second):
        one.refresh_from_db()
    assert [first.country, second.country] == ["Fiji", "Peru"]
