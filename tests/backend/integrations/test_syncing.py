"""A source is read again and again: who comes in, what changes, who goes, and who never does."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from backend.core.errors import Refused
from backend.core.models import Act
from backend.core.outgoing import AddressRefused, PeerDenied, PeerFailed
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.quotas import QuotaReached
from backend.events.services.profiles import ProfileChange, update_profile
from backend.integrations.models import Source
from backend.integrations.services.syncing import sync_source
from backend.people.models import Person
from backend.privacy.services.leaving import leave_event
from backend.privacy.services.merging import merge_attendees
from backend.roster.models import Departure, Registration
from backend.roster.services.csv_tables import UnreadableFile
from backend.safeguarding.services.aliases import AliasData, set_alias
from tests.factories import make_attendee
from tests.https import Answer
from tests.registrations import QUICK, Shop

WRITTEN_BY_EACH_RUN = {"integrations_source", "core_act"}


def tables() -> dict[str, list[Any]]:
    """Every row of the database, but for what each run says of itself."""
    found = {}
    with connection.cursor() as cursor:
        for name in {*connection.introspection.table_names(cursor)} - WRITTEN_BY_EACH_RUN:
            cursor.execute(f"select * from {connection.ops.quote_name(name)} as row order by row::text")
            found[name] = cursor.fetchall()
    return found


def last_act(shop: Shop) -> str:
    return Act.objects.filter(event=shop.event, kind=Act.Kind.SYNCED).latest("pk").what


def test_new_people_come_in_as_by_an_import_of_unknown_age_and_without_a_role(shop: Shop) -> None:
    shop.add(1, role="speaker", age_class="adult")
    shop.add(2, **{"birth date": "1980-01-01"}, seeks="A partner")
    report = shop.sync()
    assert report.counts.values() == {
        "added": 2, "updated": 0, "unchanged": 0, "taken_out": 0, "to_decide": 0, "left_out": 0,
    }  # fmt: skip
    first, second = shop.attendee(1), shop.attendee(2)
    assert (first.age_class, first.role, first.permission) == ("unknown", "delegate", "participant")
    assert (second.age_class, second.seeks, second.country) == ("unknown", "A partner", "Thailand")
    assert first.organisation.name == "Ministry"


def test_a_dry_run_says_the_same_and_writes_nothing_at_all(shop: Shop) -> None:
    shop.add(*range(1, 4))
    before, act = tables(), Act.objects.count()
    report = shop.sync(dry_run=True)
    assert (report.counts.added, report.dry_run) == (3, True)
    assert tables() == before
    assert Act.objects.count() == act
    assert Source.objects.get().tried_at is None


def test_reading_it_again_writes_nothing_but_that_it_was_read(shop: Shop) -> None:
    shop.add(*range(1, 31))
    shop.sync()
    before = tables()
    report = shop.sync(by=False)
    assert (report.counts.unchanged, report.counts.updated, report.counts.added) == (30, 0, 0)
    assert tables() == before
    assert last_act(shop) == f"{shop.source.pk} 0 0 30 0 0 0"


def test_what_changed_in_the_source_changes_and_what_was_corrected_here_stays(shop: Shop) -> None:
    shop.add(1, 2)
    shop.sync()
    Attendee.objects.filter(pk=shop.attendee(1).pk).update(country="Viet Nam")
    shop.rows[1]["organisation"] = "Other Ministry"
    report = shop.sync()
    assert (report.counts.updated, report.counts.unchanged) == (1, 1)
    first = shop.attendee(1)
    assert (first.organisation.name, first.country) == ("Other Ministry", "Viet Nam")


def test_what_the_person_wrote_themself_stays(shop: Shop) -> None:
    shop.add(1, seeks="Money")
    shop.sync()
    mine = shop.attendee(1)
    mine.age_class, mine.agreed_at, mine.agreement_version = "adult", shop.now, "2026-11-26"
    mine.save()
    change = ProfileChange(
        title="", country="Laos", languages=("en",), about="", seeks="Friends", offers="",
        seeks_topics=frozenset(), offers_topics=frozenset(), listed=True,
    )  # fmt: skip
    update_profile(attendee=mine, change=change, by=mine.person, now=shop.now)
    shop.rows[1] |= {"seeks": "More money", "country": "Japan", "organisation": "Bank"}
    shop.sync()
    mine = shop.attendee(1)
    assert (mine.seeks, mine.country, mine.organisation.name) == ("Friends", "Lao PDR", "Bank")


def test_absence_an_empty_list_or_a_lost_scope_takes_nobody_out(shop: Shop) -> None:
    shop.add(*range(1, 11))
    shop.sync()
    everybody = shop.emails()
    shop.rows = {1: shop.rows[1]}
    assert shop.sync().counts.taken_out == 0
    assert shop.emails() == everybody
    for answer in (Answer(b""), Answer(b"email,name\n"), Answer(b"<html>Sign in</html>"), Answer(b"{}")):
        shop.peer.answer = lambda _asked, one=answer: one
        with pytest.raises(Exception, match=r"\w") as refusal:
            shop.sync()
        assert refusal.value.code in ("unreadable_file", "unfit_columns")
        assert shop.emails() == everybody
    assert Source.objects.get().error == refusal.value.message


@pytest.mark.parametrize("word", ["cancelled", "Canceled", "c"])
def test_a_cancelled_row_takes_somebody_out_as_leaving_does(shop: Shop, word: str) -> None:
    shop.add(*range(1, 11))
    shop.sync()
    gone = shop.attendee(3)
    shop.rows[3]["status"] = word
    report = shop.sync(by=False)
    assert report.counts.taken_out == 1
    assert "person3@example.org" not in shop.emails()
    row = Attendee.with_left.get(pk=gone.pk)
    assert (row.left_at, row.name) == (shop.now, "Somebody who left")
    assert not Registration.objects.filter(attendee=gone).exists()
    assert shop.sync().counts.taken_out == 0


def test_more_than_five_or_five_in_a_hundred_wait_until_their_names_were_read(shop: Shop) -> None:
    shop.add(*range(1, 21))
    shop.sync()
    for number in range(1, 7):
        shop.rows[number]["status"] = "cancelled"
    report = shop.sync(by=False)
    assert (report.counts.taken_out, report.counts.to_decide) == (0, 6)
    preview = shop.sync(dry_run=True)
    assert preview.has_to_be_confirmed
    assert [one.name for one in preview.leaving] == [f"Ann{number} (Ministry)" for number in range(1, 7)]
    ids = [one.attendee_id for one in preview.leaving][:4]
    report = shop.sync(taken_out=ids)
    assert (report.counts.taken_out, report.counts.to_decide) == (4, 2)
    assert len(shop.emails()) == 16


def test_of_a_hundred_and_twenty_six_may_go_without_being_confirmed(shop: Shop) -> None:
    shop.add(*range(1, 121))
    shop.sync()
    for number in range(1, 7):
        shop.rows[number]["status"] = "cancelled"
    assert shop.sync(by=False).counts.taken_out == 6
    for number in range(7, 14):
        shop.rows[number]["status"] = "cancelled"
    assert shop.sync(by=False).counts.taken_out == 0


def test_no_organiser_and_no_lead_is_taken_out(shop: Shop) -> None:
    shop.add(1, email="organiser@example.org", name="Olive Organiser")
    shop.sync()
    shop.rows[1]["status"] = "cancelled"
    report = shop.sync()
    assert (report.counts.taken_out, report.counts.to_decide) == (0, 1)
    assert Attendee.objects.filter(pk=shop.organiser.pk).exists()


def test_who_has_another_row_stays_when_one_is_cancelled(shop: Shop) -> None:
    shop.add(1)
    shop.sync()
    shop.rows[2] = dict(shop.rows[1])
    shop.rows[1]["status"] = "cancelled"
    assert shop.sync().counts.taken_out == 0
    assert shop.emails() == {"person1@example.org"}
    shop.rows[2]["status"] = "cancelled"
    assert shop.sync().counts.taken_out == 1


def test_a_transfer_is_a_new_person_who_sees_nothing_of_the_one_before(shop: Shop) -> None:
    shop.add(1, seeks="What Ann seeks")
    shop.sync()
    before = shop.attendee(1)
    shop.rows[1] |= {"email": "bea@example.org", "name": "Bea Bell", "seeks": ""}
    report = shop.sync()
    after = shop.named("bea@example.org")
    assert after.pk != before.pk
    assert after.person_id != before.person_id
    assert (after.seeks, after.agreed_at) == ("", None)
    assert shop.attendee(1).seeks == "What Ann seeks"
    assert [one.attendee_id for one in report.passed_on] == [before.pk]
    assert report.counts.to_decide == 1
    report = shop.sync(taken_out=[before.pk])
    assert report.counts.taken_out == 1
    assert shop.emails() == {"bea@example.org"}


def test_another_address_alone_is_a_new_person_until_organisers_decide(shop: Shop) -> None:
    shop.add(1)
    shop.sync()
    before = shop.attendee(1)
    shop.rows[1]["email"] = "ann.new@example.org"
    report = shop.sync()
    assert shop.emails() == {"person1@example.org", "ann.new@example.org"}
    assert [one.attendee_id for one in report.passed_on] == [before.pk]
    assert shop.named("ann.new@example.org").person_id != before.person_id


def test_who_changed_the_address_here_and_there_is_the_same_person(shop: Shop) -> None:
    shop.add(1)
    shop.sync()
    person = shop.attendee(1).person
    person.email = "ann.new@example.org"
    person.save()
    shop.rows[1] |= {"email": "ann.new@example.org", "country": "Laos"}
    report = shop.sync()
    assert (report.counts.updated, report.counts.to_decide, report.counts.added) == (1, 0, 0)
    assert Attendee.objects.get(person=person).country == "Lao PDR"


def test_another_name_at_the_same_address_is_asked_of_people(shop: Shop) -> None:
    shop.add(1, seeks="Ann's")
    shop.sync()
    shop.rows[1]["name"] = "Bea Bell"
    report = shop.sync()
    assert (report.counts.to_decide, report.counts.updated) == (1, 0)
    assert shop.attendee(1).name == "Ann1 Person1"


def test_two_tickets_at_one_address_become_two_people_once_both_are_known_adults(shop: Shop) -> None:
    for number, name in enumerate(("Ann Nguyen", "Bea Nguyen", "Cid Nguyen"), start=1):
        shop.add(number, email="office@example.org", name=name)
    report = shop.sync()
    assert (report.counts.added, report.counts.to_decide) == (1, 2)
    assert [one.row.name for one in report.sharing] == ["Bea Nguyen", "Cid Nguyen"]
    Attendee.objects.filter(name="Ann Nguyen").update(age_class="adult")
    second, third = report.sharing
    report = shop.sync(sharing=[second.key])
    assert (report.counts.added, report.counts.to_decide) == (1, 1)
    people = Person.objects.filter(email="office@example.org")
    assert sorted(people.values_list("name", flat=True)) == ["Ann Nguyen", "Bea Nguyen"]
    with pytest.raises(Exception, match="no third"):
        shop.sync(sharing=[third.key])
    assert people.count() == 2
    assert shop.sync().counts.unchanged == 2


def test_a_second_ticket_is_added_by_no_clock_and_while_the_first_is_of_unknown_age_by_nobody(shop: Shop) -> None:
    shop.add(1, email="office@example.org", name="Ann Abel")
    shop.add(2, email="office@example.org", name="Bea Bell")
    [second] = shop.sync().sharing
    with pytest.raises(Exception, match="Two known adults"):
        shop.sync(sharing=[second.key])
    assert Attendee.objects.filter(name="Bea Bell").count() == 0


def test_an_age_class_only_ever_gets_stricter(shop: Shop) -> None:
    shop.add(1, 2, 3)
    shop.sync()
    Attendee.objects.filter(pk=shop.attendee(1).pk).update(age_class="adult")
    shop.rows[1]["birth date"] = "09.12.2009"
    shop.rows[2]["age_class"] = "adult"
    shop.rows[3]["age_class"] = "minor"
    shop.sync()
    ages = [shop.attendee(number).age_class for number in (1, 2, 3)]
    assert ages == ["minor", "unknown", "minor"]
    shop.rows[1]["birth date"] = "09.12.1979"
    shop.rows[3]["age_class"] = "adult"
    shop.sync()
    ages = [shop.attendee(number).age_class for number in (1, 2, 3)]
    assert ages == ["minor", "unknown", "minor"]


def test_no_date_of_birth_is_stored(shop: Shop) -> None:
    shop.add(1, **{"birth date": "2011-11-11"})
    shop.sync()
    assert shop.attendee(1).age_class == "minor"
    assert "2011-11-11" not in repr(tables())
    assert "2011" not in repr(list(Source.objects.values()))


def test_who_left_here_never_comes_back_by_a_source(shop: Shop) -> None:
    shop.add(1, 2)
    shop.sync()
    mine = shop.attendee(1)
    leave_event(attendee=mine, is_confirmed=True, by=mine.person, now=shop.now)
    for cells in ({}, {"email": "PERSON1@example.org"}, {"email": "another@example.org", "name": "An Other"}):
        shop.rows[1] |= cells
        report = shop.sync()
        assert (report.counts.added, report.counts.to_decide) == (0, 1)
    shop.rows[7] = {"email": "person1@example.org", "name": "Ann1 Person1"}
    assert shop.sync().counts.added == 0
    assert shop.emails() == {"person2@example.org"}
    assert "person1" not in repr(list(Departure.objects.values()))


def test_who_left_before_there_was_a_source_does_not_come_by_it(shop: Shop) -> None:
    mine = make_attendee(shop.event, email="ann@example.org", name="Ann")
    leave_event(attendee=mine, is_confirmed=True, by=mine.person, now=shop.now)
    shop.add(1, email="ann@example.org", name="Ann")
    assert shop.sync().counts.added == 0


def test_who_was_on_the_list_already_is_found_by_address_and_name(shop: Shop) -> None:
    mine = make_attendee(shop.event, email="person1@example.org", name="Person1 ANN1", country="Laos")
    shop.add(1)
    report = shop.sync()
    assert (report.counts.updated, report.counts.added) == (1, 0)
    mine.refresh_from_db()
    assert (mine.country, mine.age_class) == ("Thailand", "adult")


def test_unreadable_lines_are_listed_and_the_others_come_in(shop: Shop) -> None:
    shop.add(1, 2, 3)
    shop.rows[1]["email"] = "no address"
    shop.rows[2]["name"] = ""
    report = shop.sync()
    assert (report.counts.added, report.counts.left_out) == (1, 2)
    assert [one.line for one in report.left_out] == [2, 3]


def test_a_run_that_ends_half_way_leaves_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add(*range(1, 11))
    shop.sync()
    shop.add(*range(11, 16))
    shop.rows[1]["status"] = "cancelled"
    shop.rows[2]["organisation"] = "Elsewhere"
    before = tables()

    class Killed(BaseException):
        """The process ends."""

    def ends(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("backend.integrations.services.syncing.note_run", ends)
        shop.sync()
    assert tables() == before
    report = shop.sync()
    assert (report.counts.added, report.counts.updated, report.counts.taken_out) == (5, 1, 1)
    assert len(shop.emails()) == 14
    assert shop.sync().counts.unchanged == 14


def test_a_token_that_was_revoked_is_one_sentence_and_people_stay(shop: Shop) -> None:
    shop.add(*range(1, 4))
    shop.sync()
    everybody = shop.emails()
    shop.peer.answer = lambda _asked: Answer(status=401)
    with pytest.raises(PeerDenied):
        shop.sync(by=False)
    source = Source.objects.get()
    assert source.error == "localhost does not accept the token, or it may not read this."
    assert source.ran_at == shop.now
    assert shop.emails() == everybody
    assert last_act(shop) == f"{source.pk} failed"


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (Answer(is_silent=True), PeerFailed),
        (Answer(status=500), PeerFailed),
        (Answer(status=302, headers={"Location": "https://127.0.0.1/"}), AddressRefused),
        (Answer(b"\x00\xff\xfe" * 40), UnreadableFile),
    ],
)
def test_a_server_in_trouble_changes_nobody(shop: Shop, answer: Answer, refusal: type[Exception]) -> None:
    shop.add(1)
    shop.sync()
    shop.peer.answer = lambda _asked: answer
    before = tables()
    with pytest.raises(refusal):
        shop.sync(by=False)
    assert tables() == before


def test_nobody_under_an_alias_is_changed_shown_or_taken_out(shop: Shop) -> None:
    event = shop.event
    lead = make_attendee(event, permission="safeguarding-lead", name="Lea Lead")
    officer = make_attendee(event, email="person1@example.org", name="Ann1 Person1")
    shop.add(1, 2)
    shop.sync()
    data = AliasData(name="Officer K.", organisation="Police", real_name="Ann1 Person1", real_organisation="Yard")
    set_alias(event=event, attendee_id=officer.pk, data=data, is_wish=True, by=lead.person, now=shop.now)
    transfer = {"status": "", "email": "b@example.org", "name": "B"}
    for cells in ({"country": "Japan"}, {"status": "cancelled"}, transfer):
        shop.rows[1] |= cells
        report = shop.sync()
        assert "Officer" not in repr(report)
        assert (report.counts.taken_out, report.counts.to_decide) == (0, 0)
        hidden = Attendee.objects.get(pk=officer.pk)
        assert (hidden.name, hidden.country) == ("Officer K.", "")


def test_who_is_named_by_a_row_comes_with_it_when_two_entries_are_made_one(shop: Shop) -> None:
    shop.add(1, 2)
    shop.sync()
    Attendee.objects.exclude(pk=shop.organiser.pk).update(age_class="adult")
    kept, duplicate = shop.attendee(1), shop.attendee(2)
    merge_attendees(
        event=shop.event, kept_id=kept.pk, duplicate_id=duplicate.pk, by=shop.organiser.person,
        now=shop.now,
    )  # fmt: skip
    assert shop.emails() == {"person1@example.org"}
    shop.rows[2]["status"] = "cancelled"
    assert shop.sync().counts.taken_out == 0
    assert shop.sync().counts.unchanged == 1


def test_another_run_at_the_same_time_is_refused(shop: Shop) -> None:
    shop.add(1)
    source = shop.source
    shop.sync()
    with pytest.raises(Refused, match="read meanwhile"):
        sync_source(source=source, now=shop.now, patience=QUICK)


def test_a_source_with_more_people_than_there_is_room_for_changes_nothing_and_says_so(shop: Shop) -> None:
    Event.objects.filter(pk=shop.event.pk).update(max_people=Attendee.objects.filter(event=shop.event).count() + 2)
    shop.add(1, 2, 3)
    before = tables()
    with pytest.raises(QuotaReached):
        shop.sync()
    assert tables() == before
    assert "nobody was added" in Source.objects.get().error
