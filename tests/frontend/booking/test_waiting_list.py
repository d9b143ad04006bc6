"""Waiting for a free time, on the pages of those who wait, of the one wanted and of the organisers."""

from __future__ import annotations

import pytest

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services.freed_times import offer_freed_times
from backend.booking.services.meetings import cancel_meeting
from backend.booking.services.requests import MeetingRequestData
from backend.booking.services.waiting_list import join_waiting_list
from backend.events.models.attendees import Attendee
from tests.factories import block_contact, make_attendee
from tests.frontend.conftest import Booking, client_of
from tests.pages import page_of


@pytest.fixture
def full(booking: Booking) -> Booking:
    """The engineer meets the lawyer at the only time that the official has open, too."""
    cast = booking.cast
    late = booking.slots[1:]
    for one in (cast.official, cast.engineer):
        Availability.objects.filter(attendee=one, slot__in=late).delete()
    booking.accept(cast.engineer, booking.ask(cast.lawyer, cast.engineer, booking.slots[0]))
    return booking


def others_who_wait(full: Booking, count: int) -> list[Attendee]:
    found = [make_attendee(full.cast.event, name=f"Waiter {number}") for number in range(count)]
    for one in found:
        Availability.objects.create(event=full.cast.event, attendee=one, slot=full.slots[0])
        join_waiting_list(
            attendee=one, other_id=full.cast.engineer.pk, data=MeetingRequestData(), by=one.person,
            now=full.now,
        )  # fmt: skip
    return found


def test_who_finds_no_time_waits_sees_a_number_and_leaves_again(full: Booking) -> None:
    cast = full.cast
    others_who_wait(full, 2)
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    page = page_of(mali.get(cast.address(f"people/{cast.engineer.pk}/ask/")))
    assert "have no free time in common at the moment" in page
    fields = page.fields("form.form")
    assert fields["message"] == [""], "they list no language in common"
    assert page.has('form.form[action$="/wait/"]')
    done = page_of(mali.post(cast.address(f"people/{cast.engineer.pk}/wait/"), {"message": "Evidence"}, follow=True))
    assert "You wait for a free time with Arif Rahman." in done
    assert "2 people are before you." in done.text_of("section[aria-labelledby=waits]")
    assert "Waiter" not in done
    his = page_of(arif.get(cast.address("meetings/")))
    assert "3 people wait for a free time with you: open more times" in his
    assert "Mali" not in his.text_of("section[aria-labelledby=times]")
    again = page_of(mali.get(cast.address(f"people/{cast.engineer.pk}/ask/")))
    assert again.fields("form.form")["message"] == ["Evidence"]
    assert "2 people are before you." in again
    entry = WaitingListEntry.objects.get(attendee=cast.official)
    left = page_of(mali.post(cast.address(f"waiting-list/{entry.pk}/leave/"), follow=True))
    assert "You wait no longer. Nobody learns of it." in left
    assert not left.has("section[aria-labelledby=waits]")
    assert arif.post(cast.address(f"waiting-list/{entry.pk}/leave/")).status_code == 404


@pytest.mark.slow
def test_when_a_time_falls_free_both_read_what_happened(full: Booking) -> None:
    cast = full.cast
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    mali.post(cast.address(f"people/{cast.engineer.pk}/wait/"), {"message": "Evidence"})
    meeting = Meeting.objects.get()
    cancel_meeting(attendee=cast.lawyer, meeting_id=meeting.pk, reason="Ill", by=cast.lawyer.person, now=full.now)
    offer_freed_times(now=full.now)
    hers, his = (page_of(one.get(cast.address("meetings/"))) for one in (mali, arif))
    assert "A time with Arif Rahman fell free, and they are asked to meet you then." in hers
    assert not hers.has("section[aria-labelledby=waits]")
    assert "Mali Wongsa waited for a free time with you, and asks to meet." in his
    assert len(his.all("section.to-answer button.time")) == 1


def test_what_was_typed_stays_where_waiting_is_refused_or_not_needed(full: Booking) -> None:
    cast = full.cast
    mali = client_of(cast.official.person)
    address = cast.address(f"people/{cast.engineer.pk}/wait/")
    long = mali.post(address, {"message": "x" * 1001})
    assert long.status_code == 400
    assert "under 1,000 characters" in page_of(long)
    Availability.objects.create(event=cast.event, attendee=cast.official, slot=full.slots[1])
    Availability.objects.create(event=cast.event, attendee=cast.engineer, slot=full.slots[1])
    free = mali.post(address, {"message": "Evidence"})
    page = page_of(free)
    assert free.status_code == 409
    assert "You two have a free time in common now" in page
    assert page.fields("form.form")["message"] == ["Evidence"]
    assert page.has('form.form[action$="/ask/"]')


@pytest.mark.parametrize("how", ["block", "report"])
def test_whom_the_policy_parts_is_on_no_list_and_in_no_number(full: Booking, how: str) -> None:
    cast = full.cast
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    mali.post(cast.address(f"people/{cast.engineer.pk}/wait/"), {"message": "Evidence"}, follow=True)
    assert "Arif Rahman" in page_of(mali.get(cast.address("meetings/")))
    assert "1 person waits for a free time with you" in page_of(arif.get(cast.address("meetings/")))
    block_contact(how, cast.engineer, cast.official)
    assert "Arif Rahman" not in page_of(mali.get(cast.address("meetings/")))
    assert "waits for a free time with you" not in page_of(arif.get(cast.address("meetings/")))
    assert mali.post(cast.address(f"people/{cast.engineer.pk}/wait/")).status_code == 404


def test_the_desk_says_who_is_waited_for_and_never_who_waits(full: Booking) -> None:
    cast = full.cast
    olga = client_of(cast.organiser.person)
    desk = page_of(olga.get(cast.address("desk/who-needs-help/")))
    assert "Nobody waits." in desk.text_of("#waiting")
    others_who_wait(full, 2)
    hidden = others_who_wait(full, 1)[0]
    Attendee.objects.filter(pk=hidden.pk).update(age_class="minor")
    shown = page_of(olga.get(cast.address("desk/who-needs-help/"))).text_of("#waiting")
    assert "Arif Rahman" in shown
    assert "Waiter" not in shown
    assert page_of(olga.get(cast.address("desk/who-needs-help/"))).texts("#waiting td") == ["2"]
    today = page_of(olga.get(cast.address("desk/")))
    assert today.text_of("#waiting").startswith("1 person has no time left, and others wait for one")
