"""A forum at its limit of people, pictures or mails of a day: what is refused, what waits, and what never does."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from backend.core.errors import NotYours, Refused
from backend.core.models import Act, MailDay
from backend.events.models.attendees import Attendee, Organisation
from backend.events.models.events import Event
from backend.events.models.pictures import Picture
from backend.events.rules.quotas import QuotaReached
from backend.events.services.attendees import NewAttendee
from backend.events.services.mailboxes import add_to_mailbox
from backend.mails.models import MailTest
from backend.mails.rules import mails_wait_until
from backend.mails.services import deliver_outside_quiet_hours
from backend.people.models import Person
from backend.roster.services.adding import add_attendee
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.roster.services.report import ImportReport
from backend.safeguarding.services.aliases import AliasData, set_alias
from backend.safeguarding.services.pictures import set_picture
from backend.setup.selectors.quotas import reached_quotas
from backend.setup.services.events import appoint_lead
from backend.setup.services.quotas import Quota, set_quota
from tests.factories import NOW, make_attendee, make_attendees, make_event
from tests.frontend.events.test_pictures import photo

pytestmark = pytest.mark.django_db

MALI = NewAttendee(email="mali@example.org", name="Mali Wongsa")


def limited(**limits: int) -> Event:
    event = make_event()
    Event.objects.filter(pk=event.pk).update(**limits)
    event.refresh_from_db()
    return event


def listing(*emails: str) -> str:
    return "email,name,organisation\n" + "".join(f"{one},Somebody New,House of {one}\n" for one in emails)


def imported(event: Event, text: str, **given: object) -> ImportReport:
    return import_attendees(event=event, table=read_csv(text.encode()), now=NOW, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_import_of_thirty_that_would_cross_is_refused_whole(dry_run: bool) -> None:
    event = limited(max_people=40)
    make_attendees(event, [{} for _ in range(11)])
    before = Attendee.objects.count(), Organisation.objects.count(), Person.objects.count()
    with pytest.raises(QuotaReached, match="11 of at most 40 people, so 30 more do not fit, and nobody was added"):
        imported(event, listing(*(f"new{number}@example.org" for number in range(30))), dry_run=dry_run)
    assert (Attendee.objects.count(), Organisation.objects.count(), Person.objects.count()) == before
    assert imported(event, listing(*(f"new{number}@example.org" for number in range(29)))).added == 29


def test_at_the_limit_the_same_list_again_and_a_lead_come_in_and_nobody_else() -> None:
    event = limited(max_people=3)
    boss = make_attendee(event, permission="organiser", visibility="hidden").person
    assert imported(event, listing("a@example.org", "B@example.org")).added == 2
    assert imported(event, listing("a@example.org", "b@EXAMPLE.org")).added == 0
    assert reached_quotas(event, NOW) == ("people",)
    with pytest.raises(QuotaReached):
        add_attendee(event=event, new=MALI, by=boss, now=NOW)
    appoint_lead(event=event, email="lead@example.org", now=NOW)
    assert Attendee.objects.filter(event=event).count() == 4


def test_a_second_reader_of_a_mailbox_is_one_more() -> None:
    event = limited(max_people=2)
    boss = make_attendee(event, permission="organiser", visibility="hidden").person
    make_attendee(event, email=MALI.email, name="Somchai Wongsa")
    new = NewAttendee(email=MALI.email, name=MALI.name, age_class="adult")
    with pytest.raises(QuotaReached):
        add_to_mailbox(event=event, new=new, by=boss, now=NOW)
    assert not Person.objects.filter(name=MALI.name).exists()
    Event.objects.update(max_people=3)
    event.refresh_from_db()
    assert add_to_mailbox(event=event, new=new, by=boss, now=NOW).name == MALI.name


def test_whether_a_row_fits_tells_of_no_alias() -> None:
    event = limited(max_people=3)
    lead = make_attendee(event, permission="safeguarding-lead", visibility="hidden")
    plain, hidden = (make_attendee(event, email=f"{name}@example.org") for name in ("plain", "hidden"))
    data = AliasData(name="Officer A", real_name=hidden.name)
    set_alias(event=event, attendee_id=hidden.pk, data=data, is_wish=False, by=lead.person, now=NOW)
    for one in (plain, hidden):
        assert imported(event, listing(one.person.email)).added == 0
    with pytest.raises(QuotaReached):
        imported(event, listing("third@example.org"))


def test_pictures_are_refused_by_number_and_by_size_and_ones_own_is_replaced() -> None:
    event = limited(max_pictures=1)
    first, second = make_attendee(event), make_attendee(event)
    for _ in range(2):
        set_picture(attendee=first, data=photo(), by=first.person, now=NOW)
    with pytest.raises(QuotaReached, match="no room for another picture"):
        set_picture(attendee=second, data=photo(), by=second.person, now=NOW)
    Event.objects.update(max_pictures=9, max_picture_mb=1)
    second = Attendee.objects.get(pk=second.pk)
    Picture.objects.update(large=b"x" * 1_000_000)
    assert reached_quotas(second.event, NOW) == ("pictures",)
    with pytest.raises(QuotaReached):
        set_picture(attendee=second, data=photo(), by=second.person, now=NOW)
    Picture.objects.update(large=b"x" * 900_000)
    set_picture(attendee=second, data=photo(), by=second.person, now=NOW)
    assert Picture.objects.count() == 2


def deliver(attendee: Attendee, now: dt.datetime, waits: list[dt.datetime]) -> str:
    """A mail to the attendee that can wait; its state."""
    row = MailTest.objects.create(attendee=attendee, kind="invitation")
    mail = EmailMessage("Subject", "Body", to=[attendee.person.email])
    wait = lambda _row, at: waits.append(at)  # noqa: E731
    deliver_outside_quiet_hours(MailTest.objects.all(), row.pk, wait=wait, mail_for=lambda _row: mail, now=now)
    row.refresh_from_db()
    return row.state


def test_mails_above_those_of_a_day_wait_for_the_forums_midnight_and_then_leave(mailoutbox: list[EmailMessage]) -> None:
    event = limited(max_mails_a_day=2)
    reader = make_attendee(event)
    Person.objects.update(quiet_from=None, quiet_until=None)
    reader.person.refresh_from_db()
    evening = dt.datetime(2026, 12, 9, 16, 30, tzinfo=dt.UTC)  # 23:30 in Bangkok
    waits: list[dt.datetime] = []
    assert [deliver(reader, evening, waits) for _ in range(3)] == ["sent", "sent", "queued"]
    assert waits == [dt.datetime(2026, 12, 9, 17, 0, tzinfo=dt.UTC)]
    assert reached_quotas(event, evening) == ("mails",)
    assert deliver(reader, waits[0], waits) == "sent"
    assert (len(mailoutbox), MailDay.objects.get().sent) == (3, 1)
    other = make_attendee(make_event("other"))
    assert mails_wait_until(other.event, evening) is None


def test_an_administrator_sets_the_limits_and_nobody_else() -> None:
    event, quota = make_event(), Quota(max_people=300, max_mails_a_day=5, max_pictures=7, max_picture_mb=9)
    boss = make_attendee(event, permission="organiser", visibility="hidden").person
    with pytest.raises(NotYours):
        set_quota(event=event, quota=quota, by=boss, now=NOW)
    ada = Person.objects.create_user("ada@example.org", name="Ada", is_staff=True, is_superuser=True)
    with pytest.raises(Refused, match="a number from 1 to 1,000,000"):
        set_quota(
            event=event, quota=Quota(max_people=0, max_mails_a_day=5, max_pictures=7, max_picture_mb=9), by=ada, now=NOW
        )
    for _ in range(2):  # the same again is no act
        set_quota(event=event, quota=quota, by=ada, now=timezone.now())
    assert Event.objects.values_list("max_people", "max_mails_a_day", "max_pictures", "max_picture_mb").get() == (
        300, 5, 7, 9,
    )  # fmt: skip
    assert [act.kind for act in Act.objects.all()] == [Act.Kind.QUOTA_SET]
