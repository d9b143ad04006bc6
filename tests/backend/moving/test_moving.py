"""A forum moves to another installation, all of it or nothing, and lets nobody in who was out."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from backend.booking.models.meetings import Meeting, Seat
from backend.core.errors import NotFound, NotYours
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.integrations.models import Webhook
from backend.moving.engine import field_names
from backend.moving.models import Approval
from backend.moving.rules import CARRIED, LEFT_OUT, MADE_AGAIN, MODELS
from backend.moving.selectors import waiting_account
from backend.moving.services.approving import approve_move
from backend.moving.services.exporting import Export, export_forum
from backend.moving.services.files import CannotImport
from backend.moving.services.importing import Arrived, import_forum
from backend.moving.services.joining import join_accounts
from backend.people.models import ApiToken, FormerAddress, KnownMinor, Person, address_hash
from backend.people.selectors import person_with_email, who_reads_the_mailbox_of
from backend.people.services import find_or_create_people, make_token
from backend.privacy.services.leaving import erase_account, leave_event
from backend.roster.models import Departure
from backend.roster.services.departures import moved_departures
from backend.safeguarding.models import Block, Report, ReportView
from backend.safeguarding.rules import may_contact
from backend.safeguarding.services.blocks import block_person
from backend.safeguarding.services.reports import file_report, read_report
from backend.suggestions.models import Suggestion
from tests.backend.conftest import Forum
from tests.backend.privacy.test_rules import text_columns
from tests.database import tables_holding
from tests.factories import NOW, make_attendee, make_event, make_run
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
Elsewhere = Callable[[], None]
LATER = NOW + dt.timedelta(hours=1)


def silent(_stage: str, _share: float) -> None:
    """Nobody looks."""


def administrator() -> Person:
    found = Person.objects.filter(is_superuser=True).first()
    return found or Person.objects.create_superuser("root@here.example", name="Root")


def export(forum: Forum, lead: Attendee, file: Path) -> Export:
    approve_move(event=forum.event, kind=Approval.Kind.EXPORT, by=lead.person, now=NOW)
    return export_forum(event=forum.event, file=file, by=administrator(), now=LATER, on_progress=silent)


def bring(file: Path, key: str, erasures: tuple[Path, ...] = ()) -> Arrived:
    by = administrator()
    return import_forum(file=file, key=key, by=by, erasures=erasures, now=LATER, on_progress=silent)


def test_every_table_is_carried_made_again_or_left_out() -> None:
    """A new table: say in backend/moving/rules.py what becomes of it when a forum moves."""
    named = [*CARRIED, *MADE_AGAIN, *LEFT_OUT]
    assert sorted(named) == sorted(text_columns())
    assert len(named) == len(set(named))


def test_no_field_that_is_carried_has_the_installation_s_own_keys() -> None:
    """A new field of bytes: encrypted ones are left out, or made anew."""
    of_bytes = {
        f"{table}.{name}"
        for table in CARRIED
        for name in field_names(MODELS[table])
        if MODELS[table]._meta.get_field(name).get_internal_type() == "BinaryField"
    }
    assert of_bytes == {"events_picture.small", "events_picture.large", "suggestions_run.matching_state"}


def test_people_lists_and_meetings_arrive_under_other_numbers(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a, b, c, _d = forum.people
    met = forum.accept(b, forum.ask(a, b, forum.slots[0], message="About helplines"))
    make_run(
        forum.event, {a: [c], c: [a]}, reasons=[{"code": "tie_through", "weight": 1, "evidence": {"person": b.pk}}]
    )
    said = Attendee.objects.order_by("pk").values_list("name", "seeks", "changed_at", "person__email")
    people, before = list(said), a.pk
    made = export(forum, lead, tmp_path / "forum")
    assert (tmp_path / "forum").stat().st_mode & 0o777 == 0o600
    assert b"helplines" not in (tmp_path / "forum").read_bytes()
    elsewhere()
    draw_numbers(100_000)
    done = bring(tmp_path / "forum", made.key)
    assert done.rows == made.rows
    assert list(said) == people
    here = Meeting.objects.select_related("asker", "table").get(uid=met.uid)
    assert here.asker is not None
    assert (here.message, here.state, here.table and here.table.label) == (
        "About helplines",
        "accepted",
        met.table and met.table.label,
    )
    assert here.asker.pk != before
    assert here.asker.name == a.name
    assert Seat.objects.filter(meeting=here).count() == 2
    between = Attendee.objects.get(name=b.name)
    assert Suggestion.objects.order_by("pk")[0].reasons[0]["evidence"]["person"] == between.pk


def draw_numbers(since: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('events_attendee', 'id'), %s)", [since])


def test_two_people_decide_and_it_holds_once(forum: Forum, lead: Attendee, tmp_path: Path) -> None:
    file, root = tmp_path / "forum", administrator()

    def attempt(by: Person, now: dt.datetime = LATER) -> None:
        export_forum(event=forum.event, file=file, by=by, now=now, on_progress=silent)

    with refuses("not_approved"):
        attempt(root)
    for stranger in (forum.people[0].person, root):
        with pytest.raises(NotFound):
            approve_move(event=forum.event, kind=Approval.Kind.EXPORT, by=stranger, now=NOW)
    approve_move(event=forum.event, kind=Approval.Kind.DELETE, by=lead.person, now=NOW)
    with refuses("not_approved"):
        attempt(root)
    approve_move(event=forum.event, kind=Approval.Kind.EXPORT, by=lead.person, now=NOW)
    with refuses("not_yours"):
        attempt(lead.person)
    Person.objects.filter(pk=lead.person_id).update(is_superuser=True)
    with refuses("not_approved"):
        attempt(Person.objects.get(pk=lead.person_id))
    with refuses("not_approved"):
        attempt(root, NOW + dt.timedelta(hours=25))
    assert not file.exists()
    attempt(root)
    with refuses("not_approved"):
        attempt(root)


def test_what_lets_somebody_in_stays_behind(forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere) -> None:
    a = forum.people[0]
    Authenticator.objects.create(user=a.person, type="totp", data={"secret": "x"})
    make_token(person=a.person, name="Mine", scopes=["read"], days=30, now=NOW)
    Person.objects.filter(pk=a.person_id).update(is_superuser=True, may_start_forums=True)
    Webhook.objects.create(event=forum.event, address="https://there.example/", types=["meeting.booked"], secret=b"x")
    made = export(forum, lead, tmp_path / "forum")
    assert made.again == ("webhook https://there.example/",)
    elsewhere()
    bring(tmp_path / "forum", made.key)
    person = Person.objects.get(email=a.person.email)
    assert not any([person.is_superuser, person.is_staff, person.may_start_forums])
    assert not person.has_usable_password()
    for model in (Authenticator, ApiToken, Webhook):
        assert not model.objects.exists()  # type: ignore[attr-defined]


@pytest.mark.parametrize("fault", ["key", "no key", "cut", "changed", "slug", "again", "version"])
def test_a_file_that_cannot_be_imported_is_refused_in_one_sentence_and_changes_nothing(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere, fault: str
) -> None:
    file = tmp_path / "forum"
    made = export(forum, lead, file)
    key = made.key
    if fault == "key":
        key = export(forum, lead, tmp_path / "other").key
    elsewhere()
    whole = file.read_bytes()
    if fault == "no key":
        key = "a passphrase"
    if fault == "cut":
        file.write_bytes(whole[:-20])
    if fault == "changed":
        file.write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
    if fault == "slug":
        make_event(forum.event.slug)
    if fault == "version":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'moving'")
    if fault == "again":
        bring(file, key)
        connection.cursor().execute("UPDATE events_event SET slug = 'other'")
    people = Person.objects.count()
    with pytest.raises(CannotImport) as refused:
        bring(file, key)
    assert "\n" not in refused.value.message
    assert Person.objects.count() in {people, people + 1}  # the administrator


def test_an_account_with_the_address_is_joined_only_once_a_code_proved_it(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a, b, *_ = forum.people
    block_person(blocked=b.person, by=a.person, now=NOW)
    email, name = a.person.email, a.person.name
    made = export(forum, lead, tmp_path / "forum")
    elsewhere()
    mine = find_or_create_people(names={email.upper(): name})[email.upper()]
    other = make_attendee(make_event("other"), person=mine, name=name)
    assert bring(tmp_path / "forum", made.key).waiting == 1
    came = Attendee.objects.get(name=a.name, event__slug=forum.event.slug)
    assert came.person_id != mine.pk
    assert came.person.address_hash == mine.address_hash
    assert person_with_email(email) == mine
    assert list(who_reads_the_mailbox_of(mine)) == [mine]
    assert waiting_account(mine) == came.person
    join_accounts(person=mine, waiting_id=came.person_id, now=LATER)
    came.refresh_from_db()
    assert came.person_id == mine.pk
    assert Block.objects.get().blocker_id == mine.pk
    assert not Person.objects.filter(waits_for_proof=True).exists()
    assert Attendee.objects.get(pk=other.pk).person_id == mine.pk
    join_accounts(person=mine, waiting_id=came.person_id, now=LATER)  # nothing waits: nothing happens


def test_a_third_reader_of_a_mailbox_is_refused(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a = forum.people[0].person
    second = Person.objects.create(email=a.email, name="Second", shares_with=a)
    make_attendee(forum.event, person=second, name="Second")
    made = export(forum, lead, tmp_path / "forum")
    elsewhere()
    find_or_create_people(names={a.email: "Somebody"})
    with pytest.raises(CannotImport, match="mailbox"):
        bring(tmp_path / "forum", made.key)
    assert not Attendee.objects.exists()


def test_a_known_minor_is_known_there_by_every_address_and_by_those_that_come_later(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    known, gone, adult = "kim@school.example", "gone@school.example", "bo@school.example"
    make_attendee(forum.event, name="Kim", email=known, age_class="minor")
    left = make_attendee(forum.event, name="Gone", email=gone, age_class="minor")
    make_attendee(make_event("another"), name="Bo", email=adult, age_class="minor")
    make_attendee(forum.event, name="Bo", person=Person.objects.get(email=adult))
    erase_account(person=left.person, is_confirmed=True, by=left.person, now=NOW)
    made = export(forum, lead, tmp_path / "forum")
    elsewhere()
    here = make_event("here")
    asker = make_attendee(here, name="Asker")
    before = make_attendee(here, name="Kim", email=known)
    assert may_contact(asker, before, "page", NOW)
    bring(tmp_path / "forum", made.key)
    later = make_attendee(here, name="G.", person=find_or_create_people(names={gone: "G."})[gone])
    alike = make_attendee(here, name="A.", person=find_or_create_people(names={"g0ne@school.example": "A."})[
        "g0ne@school.example"
    ])  # fmt: skip
    bo = make_attendee(here, name="Bo", person=Person.objects.get(email=adult))
    plain = make_attendee(here, name="P.", person=find_or_create_people(names={"p@x.example": "P."})["p@x.example"])
    assert may_contact(asker, plain, "page", NOW)
    for one in (before, later, alike, bo):
        assert not may_contact(asker, one, "page", NOW), one.name
    hashes = set(KnownMinor.objects.values_list("address_hash", flat=True))
    assert {address_hash(one) for one in (known, gone, adult)} <= hashes


def test_a_block_holds_there_once_the_address_comes_back(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a, b, c, d = forum.people
    for blocked, back in ((b, "after"), (c, "before")):
        block_person(blocked=blocked.person, by=a.person, now=NOW)
        erase_account(person=blocked.person, is_confirmed=True, by=blocked.person, now=NOW)
        assert back
    made = export(forum, lead, tmp_path / "forum")
    emails = b.person.email, c.person.email
    elsewhere()
    before = find_or_create_people(names={emails[1]: "C."})[emails[1]]
    bring(tmp_path / "forum", made.key)
    after = find_or_create_people(names={emails[0]: "B."})[emails[0]]
    mine = Person.objects.get(email=a.person.email)
    assert set(Block.objects.values_list("blocker", "blocked")) == {(mine.pk, before.pk), (mine.pk, after.pk)}
    event = Attendee.objects.get(name=d.name).event
    assert not may_contact(
        Attendee.objects.get(person=mine), make_attendee(event, name="B.", person=after), "page", NOW
    )


def test_whoever_left_is_brought_back_by_no_source_and_former_addresses_are_known(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a, b, *_ = forum.people
    leave_event(attendee=a, is_confirmed=True, by=a.person, now=NOW)
    FormerAddress.objects.create(person=b.person, address_hash=address_hash("old@x.example"), left_at=NOW)
    made = export(forum, lead, tmp_path / "forum")
    elsewhere()
    event = bring(tmp_path / "forum", made.key).event
    departed = set(Departure.objects.filter(event=event).values_list("key", flat=True))
    keys_of = moved_departures(event.pk)
    assert not departed.isdisjoint(keys_of(a.person.email.upper()))
    assert departed.isdisjoint(keys_of("nobody@x.example"))
    find_or_create_people(names={"old@x.example": "Old"})
    assert FormerAddress.objects.get().address_hash == address_hash("old@x.example")


def test_whom_the_other_installation_erased_since_is_erased_again(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a, b, *_ = forum.people
    made = export(forum, lead, tmp_path / "forum")
    since = timezone.now() + dt.timedelta(hours=1)
    erase_account(person=a.person, is_confirmed=True, by=a.person, now=since)
    elsewhere()
    done = bring(tmp_path / "forum", made.key, (tmp_path / "erasures.jsonl",))
    assert done.erased
    assert not Person.objects.filter(email=a.person.email).exists()
    assert Person.objects.filter(email=b.person.email).exists()


def test_reports_and_consents_are_read_by_leads_alone_there(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a, b, *_ = forum.people
    report = file_report(reporter=a, reported_id=b.pk, category="harassment", words="Too close.", now=NOW)
    minor = make_attendee(forum.event, name="Kim", age_class="minor")
    GuardianConsent.objects.create(
        attendee=minor, guardian="A Parent", email="parent@x.example", way="mail", wording="2026-11-26",
        recorded_at=NOW, expires_at=NOW + dt.timedelta(days=30),
    )  # fmt: skip
    read_report(lead=lead, report_id=report.pk, by=lead.person, now=NOW)
    made = export(forum, lead, tmp_path / "forum")
    elsewhere()
    bring(tmp_path / "forum", made.key)
    here = Report.objects.get()
    assert (here.words, here.reporter and here.reporter.name) == ("Too close.", a.name)
    reader = Attendee.objects.get(permission="safeguarding-lead")
    assert ReportView.objects.get().viewer_id == reader.person_id
    assert read_report(lead=reader, report_id=here.pk, by=reader.person, now=NOW)
    other = Attendee.objects.get(name=a.name)
    with pytest.raises((NotFound, NotYours)):
        read_report(lead=other, report_id=here.pk, by=other.person, now=NOW)
    assert GuardianConsent.objects.get().attendee.name == "Kim"
    assert not may_contact(here.reporter, here.reported, "page", NOW)  # type: ignore[arg-type]


def test_an_alias_and_the_name_behind_it_arrive_apart(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a = forum.people[0]
    Alias.objects.create(attendee=a, name="Real Name", is_wish=True, set_at=NOW)
    made = export(forum, lead, tmp_path / "forum")
    elsewhere()
    bring(tmp_path / "forum", made.key)
    assert Alias.objects.get().attendee.name == a.name
    assert tables_holding("Real Name") == {"events_alias"}


def test_the_three_commands_do_it(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, slug, root = tmp_path / "forum", forum.event.slug, administrator()
    approve_move(event=forum.event, kind=Approval.Kind.EXPORT, by=lead.person, now=timezone.now())
    with refuses("not_found"):
        call_command("export_forum", slug, file, by=lead.person.email)
    key, said = io.StringIO(), io.StringIO()
    call_command("export_forum", slug, file, by=root.email, stdout=key, stderr=io.StringIO())
    approve_move(event=forum.event, kind=Approval.Kind.DELETE, by=lead.person, now=timezone.now())
    call_command("delete_forum", slug, by=root.email, stdout=said)
    assert Attendee.objects.exists()
    call_command("delete_forum", slug, by=root.email, confirm=True, stdout=said)
    assert not Attendee.objects.exists()
    assert f"Deleted {slug}, and 5 accounts" in said.getvalue()
    elsewhere()
    administrator()
    monkeypatch.setattr("sys.stdin", io.StringIO(key.getvalue()))
    call_command("import_forum", file, by=root.email, stdout=said)
    assert Attendee.objects.count() == 5
    assert f"Imported {slug}" in said.getvalue()
