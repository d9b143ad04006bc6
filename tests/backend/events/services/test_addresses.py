"""An account gets another address when its owner has confirmed both, and takes everything along."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core import mail
from django.utils import timezone

from backend.events.models.attendees import Attendee
from backend.events.models.suspensions import Suspension
from backend.events.services.addresses import AddressHeld, ask_address_change, change_address
from backend.events.services.attendees import NewAttendee
from backend.people.models import FormerAddress, KnownMinor, Person, address_hash, older_hash
from backend.people.selectors import person_with_email
from backend.people.services import AddressTaken, BadEmail
from backend.privacy.services.leaving import erase_account
from backend.privacy.services.remembering import replay_erasures
from backend.roster.services.adding import add_attendee
from backend.roster.services.csv_tables import CsvLine, CsvTable
from backend.roster.services.importing import import_attendees
from backend.safeguarding.models import Block
from backend.safeguarding.rules import may_contact
from tests.accounts import send_account_mails
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
CODES = ("ABC-123", "DEF-456")
NEW = "mali@ngo.example.org"


@pytest.fixture
def mali() -> Attendee:
    event = make_event("moving")
    make_attendee(event, name="Olga Organiser", permission="organiser")
    return make_attendee(event, name="Mali Wongsa", email="mali@ministry.example.org")


def moved(attendee: Attendee, email: str = NEW) -> Person:
    change_address(person=attendee.person, email=email, now=timezone.now())
    return Person.objects.get(pk=attendee.person_id)


def test_each_address_gets_its_own_code(mali: Attendee) -> None:
    asked = ask_address_change(person=mali.person, email=f" {NEW} ", codes=CODES, now=timezone.now())
    send_account_mails()
    sent = {one.to[0]: one.body for one in mail.outbox}
    assert asked == NEW
    assert CODES[0] in sent["mali@ministry.example.org"]
    assert NEW in sent["mali@ministry.example.org"]
    assert CODES[1] in sent[NEW]
    assert "mali@ministry.example.org" not in sent[NEW]
    assert person_with_email(NEW) is None


def test_what_is_written_is_checked_before_a_mail_is_sent(mali: Attendee) -> None:
    for email, code in (("no address", BadEmail.code), ("MALI@ministry.example.org", "same_address")):
        with refuses(code):
            ask_address_change(person=mali.person, email=email, codes=CODES, now=timezone.now())
    send_account_mails()
    assert mail.outbox == []


def test_it_does_not_tell_which_addresses_have_accounts_or_are_minors(mali: Attendee) -> None:
    other = make_attendee(mali.event, name="Linh Tran", age_class="minor")
    for email in (other.person.email, NEW):
        assert ask_address_change(person=mali.person, email=email, codes=CODES, now=NOW) == email


def test_the_account_signs_in_with_the_new_one_and_is_told_at_the_old_one(mali: Attendee) -> None:
    person = moved(mali)
    send_account_mails()
    assert person_with_email(NEW) == person
    assert person_with_email("mali@ministry.example.org") is None
    assert mail.outbox[-1].to == ["mali@ministry.example.org"]
    assert NEW not in mail.outbox[-1].body
    assert person.address_hash == address_hash(NEW)
    assert [one.address_hash for one in person.former_addresses.all()] == [address_hash("mali@ministry.example.org")]


def test_an_address_of_somebody_else_is_not_taken_and_ones_own_former_one_is(mali: Attendee) -> None:
    other = make_attendee(mali.event, name="Linh Tran").person
    for spelling in (other.email, other.email.upper()):
        with pytest.raises(AddressTaken):
            moved(mali, spelling)
    moved(mali)
    mali.refresh_from_db()
    person = moved(mali, "mali@ministry.example.org")
    assert [one.address_hash for one in person.former_addresses.all()] == [address_hash(NEW)]


def hold_an_office(one: Attendee) -> None:
    Attendee.objects.filter(pk=one.pk).update(permission="organiser")


def lead(one: Attendee) -> None:
    Attendee.objects.filter(pk=one.pk).update(permission="safeguarding-lead")


def be_young(one: Attendee) -> None:
    Attendee.objects.filter(pk=one.pk).update(age_class="minor")


def be_of_unknown_age(one: Attendee) -> None:
    Attendee.objects.filter(pk=one.pk).update(age_class="unknown")


def be_suspended(one: Attendee) -> None:
    who = make_attendee(one.event, permission="safeguarding-lead")
    Suspension.objects.create(attendee=one, reason="Until it is clear.", suspended_by=who.person, suspended_at=NOW)


def start_forums(one: Attendee) -> None:
    Person.objects.filter(pk=one.person_id).update(may_start_forums=True)


def administer(one: Attendee) -> None:
    Person.objects.filter(pk=one.person_id).update(is_staff=True)


def be_of_the_demo(one: Attendee) -> None:
    Person.objects.filter(pk=one.person_id).update(is_demo=True)


def be_known_as_young_elsewhere(one: Attendee) -> None:
    KnownMinor.objects.create(address_hash=one.person.address_hash, expires_at=timezone.now() + dt.timedelta(days=9))


@pytest.mark.parametrize(
    "held",
    [
        hold_an_office, lead, be_young, be_of_unknown_age, be_suspended, start_forums, administer,
        be_of_the_demo, be_known_as_young_elsewhere,
    ],
)  # fmt: skip
def test_who_is_protected_or_holds_an_office_asks_somebody_else_in_the_same_words(mali: Attendee, held) -> None:
    held(mali)
    person = Person.objects.get(pk=mali.person_id)
    for doing in (
        lambda: ask_address_change(person=person, email=NEW, codes=CODES, now=timezone.now()),
        lambda: change_address(person=person, email=NEW, now=timezone.now()),
    ):
        with pytest.raises(AddressHeld) as refused:
            doing()
        assert refused.value.message == (
            "You cannot change the address of this account yourself: ask the organisers of your forum."
        )
    assert not FormerAddress.objects.exists()


def test_an_address_known_as_a_minors_is_refused_once_it_is_confirmed(mali: Attendee) -> None:
    KnownMinor.objects.create(address_hash=address_hash(NEW), expires_at=timezone.now() + dt.timedelta(days=9))
    with pytest.raises(AddressHeld):
        moved(mali)


def test_a_list_with_the_old_address_finds_the_attendee_and_makes_no_second_one(mali: Attendee) -> None:
    moved(mali)
    organiser = Attendee.objects.get(event=mali.event, permission="organiser").person
    lines = [("mali@ministry.example.org", "Mali  wongsa", "Director"), (NEW, "Mali Wongsa", "Director")]
    table = CsvTable(("email", "name", "title"), tuple(CsvLine(nth, line) for nth, line in enumerate(lines, 2)), (), "")
    report = import_attendees(event=mali.event, table=table, by=organiser, now=timezone.now())
    assert (report.added, report.updated, len(report.refused)) == (0, 1, 1)
    mali.refresh_from_db()
    assert (mali.title, mali.person.email) == ("Director", NEW)
    new = NewAttendee(email="mali@ministry.example.org", name="Mali Wongsa")
    with refuses("already_there"):
        add_attendee(event=mali.event, new=new, by=organiser, now=timezone.now())
    successor = add_attendee(event=mali.event, new=replace(new, name="Somchai Dee"), by=organiser, now=timezone.now())
    assert successor.person_id != mali.person_id


def test_blocks_hold_and_an_erased_account_is_known_by_its_earlier_address_too(mali: Attendee) -> None:
    linh = make_attendee(mali.event, name="Linh Tran")
    Block.objects.create(blocker=linh.person, blocked=mali.person, created_at=NOW)
    person = moved(mali)
    assert not Block.objects.exclude(blocked=person).exists()
    erase_account(person=person, is_confirmed=True, by=person, now=timezone.now())
    back = make_attendee(mali.event, name="Somebody", email="mali@ministry.example.org")
    assert Block.objects.get().blocked == back.person
    assert not may_contact(linh, back, "page", NOW)


def test_a_restored_backup_from_before_the_change_is_cleaned(mali: Attendee, settings, tmp_path) -> None:
    settings.ERASURES = tmp_path / "erasures.jsonl"
    person = moved(mali)
    erase_account(person=person, is_confirmed=True, by=person, now=timezone.now())
    pk, joined = mali.person_id, timezone.now() - dt.timedelta(days=30)
    Person.objects.filter(pk=pk).delete()
    Person.objects.create(pk=pk, email="mali@ministry.example.org", name="Mali Wongsa", joined_at=joined)
    assert replay_erasures(now=timezone.now()) == 1
    assert person_with_email("mali@ministry.example.org") is None


def test_what_an_earlier_version_kept_under_its_hash_of_an_address_is_found(mali: Attendee, settings, tmp_path) -> None:
    settings.ERASURES = tmp_path / "erasures.jsonl"
    linh = make_attendee(mali.event, name="Linh Tran")
    gone = make_attendee(mali.event, name="Gone", email="m@bücher.example").person
    Block.objects.create(blocker=linh.person, blocked=gone, created_at=NOW)
    before = older_hash("m@bücher.example")
    erase_account(person=gone, is_confirmed=True, by=gone, now=timezone.now())
    Person.objects.filter(pk=gone.pk).update(address_hash=before, older_hash=before)
    back = make_attendee(mali.event, name="Back", email="m@xn--bcher-kva.example")
    assert Block.objects.get().blocked == back.person
    FormerAddress.objects.create(person=mali.person, address_hash=before, left_at=NOW)
    row = NewAttendee(email="m@bücher.example", name="Back")
    organiser = Attendee.objects.get(event=mali.event, permission="organiser").person
    with refuses("already_there"):
        add_attendee(event=mali.event, new=row, by=organiser, now=timezone.now())
