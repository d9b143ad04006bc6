"""My meetings as their owner sees them, and what they can do there."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.services.meetings import end_refused_meetings
from backend.events.models.agenda import Slot, Table
from backend.safeguarding.services.aliases import AliasData, set_alias
from tests.factories import make_attendee, make_session
from tests.frontend.conftest import OFFER, SEEK, block_contact_by_page, client_of
from tests.pages import page_of


def text_of(client, address, **options):
    return client.get(address, **options).content.decode()


def test_a_request_waits_on_top_and_one_tap_accepts_it(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, *booking.slots[:2], message="Dear Arif")
    client = client_of(cast.engineer.person)
    page = page_of(client.get(cast.address("meetings/")))
    assert "1 request waits for your answer" in page
    assert page.text.index("Dear Arif") < page.text.index("My agenda")
    assert str(booking.slots[1].pk) in page.attributes("button[name=slot]", "value")

    answer = client.post(booking.page(meeting, "accept/"), {"slot": booking.slots[1].pk}, follow=True)
    done = page_of(answer)
    assert "You meet Mali Wongsa: Wed 9 Dec, 10:30–11:00, T1." in done
    assert "waits for your answer" not in done
    for person in (cast.official.person, cast.engineer.person):
        agenda = page_of(client_of(person).get(cast.address("meetings/")))
        assert "10:30–11:00" in agenda
        assert "T1" in agenda.texts(".where strong")


def test_a_time_that_is_gone_is_refused_in_place_with_the_ones_that_are_left(booking):
    cast = booking.cast
    first = booking.ask(cast.official, cast.engineer, booking.slots[0])
    second = booking.ask(cast.lawyer, cast.engineer, *booking.slots[:3])
    booking.accept(cast.engineer, first)
    answer = client_of(cast.engineer.person).post(booking.page(second, "accept/"), {"slot": booking.slots[0].pk})
    page = page_of(answer)
    assert answer.status_code == 409
    assert "This time is no longer free for you both. Please choose another one." in page
    assert page.attributes("button[name=slot]", "value") == [str(slot.pk) for slot in booking.slots[1:3]]
    second.refresh_from_db()
    assert second.state == Meeting.State.REQUESTED


def test_when_every_table_is_taken_the_page_says_so_and_offers_other_times(booking):
    cast = booking.cast
    Table.objects.filter(label="T2").delete()
    meeting = booking.ask(cast.official, cast.engineer, *booking.slots[:2])
    people = [make_attendee(cast.event, name=f"Guest {n}") for n in range(2)]
    for person in people:
        Availability.objects.create(event=cast.event, attendee=person, slot=booking.slots[0])
    booking.accept(people[1], booking.ask(*people, booking.slots[0]))
    answer = client_of(cast.engineer.person).post(booking.page(meeting, "accept/"), {"slot": booking.slots[0].pk})
    assert answer.status_code == 409
    assert "every table is taken at that time" in page_of(answer)
    assert str(booking.slots[1].pk) in page_of(answer).attributes("button[name=slot]", "value")


def test_declining_and_cancelling_show_the_reason_to_the_other(booking):
    cast = booking.cast
    declined = booking.ask(cast.official, cast.engineer)
    client = client_of(cast.engineer.person)
    client.post(booking.page(declined, "decline/"), {"reason": "My days are full"})
    sent = text_of(client_of(cast.official.person), cast.address("meetings/"))
    assert "Declined" in sent
    assert "My days are full" in sent

    agreed = booking.accept(cast.lawyer, booking.ask(cast.official, cast.lawyer))
    lawyer = client_of(cast.lawyer.person)
    without = lawyer.post(booking.page(agreed, "cancel/"), {"reason": "  "})
    assert without.status_code == 400
    assert "Please say in a few words why it is cancelled" in page_of(without)
    assert page_of(without).has("details.choice[open] textarea[name=reason]")
    lawyer.post(booking.page(agreed, "cancel/"), {"reason": "My flight leaves early"})
    page = text_of(client_of(cast.official.person), booking.page(agreed))
    assert "Cancelled" in page
    assert "My flight leaves early" in page


def test_a_reason_that_is_too_long_is_still_there_after_the_refusal(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer)
    long = "because " * 100
    answer = client_of(cast.engineer.person).post(booking.page(meeting, "decline/"), {"reason": long})
    assert answer.status_code == 400
    assert "Please keep the reason under 500 characters." in page_of(answer)
    assert page_of(answer).fields("details[open] form")["reason"] == [long]


def test_after_the_slot_both_say_whether_it_took_place(booking, time_machine):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    early = client_of(cast.engineer.person).post(booking.page(meeting, "attest/"), {"took_place": "yes"})
    assert early.status_code == 409
    assert "Say after the meeting" in page_of(early)

    time_machine.move_to(booking.slots[0].ends_at + dt.timedelta(minutes=1), tick=False)
    client = client_of(cast.engineer.person)
    assert "Did you meet Mali Wongsa?" in text_of(client, cast.address("meetings/"))
    client.post(booking.page(meeting, "attest/"), {"took_place": "yes", "usefulness": "5"})
    assert "Did you meet" not in text_of(client, cast.address("meetings/"))
    client_of(cast.official.person).post(booking.page(meeting, "attest/"), {"took_place": "no", "usefulness": "2"})
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.DISPUTED
    assert set(Seat.objects.values_list("word", "usefulness")) == {("held", 5), ("not_held", None)}
    for person in (cast.engineer.person, cast.official.person):
        pages = text_of(client_of(person), booking.page(meeting)) + text_of(
            client_of(person), cast.address("meetings/")
        )
        assert "disputed" not in pages.replace("chip state disputed", "")
        assert "The two reports differ" not in pages


def test_a_block_or_report_makes_the_meeting_vanish_at_once(booking, blocked_by):
    cast = booking.cast
    agreed = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer))
    answer = block_contact_by_page(cast, blocked_by, cast.engineer, cast.official)
    assert "had agreed is called off." in page_of(answer)
    for who, other in ((cast.official, cast.engineer), (cast.engineer, cast.official)):
        client = client_of(who.person)
        for page in ("meetings/", "notices/", "meetings/sheet/", "calendar/titian.ics"):
            assert other.person.name not in text_of(client, cast.address(page)), page
        for verb in ("", "accept/", "cancel/", "attest/", "change/"):
            method = client.post if verb not in ("", "change/") else client.get
            assert method(booking.page(agreed, verb), {"reason": "x"}).status_code == 404


def test_the_other_side_of_a_block_or_report_reads_one_neutral_line(booking, blocked_by):
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer))
    block_contact_by_page(cast, blocked_by, cast.engineer, cast.official)
    end_refused_meetings(now=booking.now)
    client = client_of(cast.official.person)
    for page in ("meetings/", "notices/"):
        text = text_of(client, cast.address(page))
        assert "A meeting of yours is cancelled. Its time is yours again." in text
        assert "Arif Rahman" not in text


def test_a_meeting_of_others_does_not_exist(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer)
    client = client_of(cast.lawyer.person)
    for verb in ("", "change/"):
        assert client.get(booking.page(meeting, verb)).status_code == 404
    for verb in ("accept/", "decline/", "withdraw/", "cancel/", "attest/", "change/"):
        data = {"reason": "x", "took_place": "yes", "any_time": "on"}
        assert client.post(booking.page(meeting, verb), data).status_code == 404
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.REQUESTED


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ({"age_class": "minor"}, "Nobody under 18 is asked to meet one to one"),
        ({"age_class": "unknown"}, "An organiser must confirm that you are an adult"),
        ({"visibility": "hidden"}, "You are hidden"),
    ],
)
def test_whoever_cannot_be_asked_reads_why_and_sees_no_meeting(booking, who, sentence):
    cast = booking.cast
    agreed = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer))
    type(cast.official).objects.filter(pk=cast.official.pk).update(**who)
    client = client_of(cast.official.person)
    page = text_of(client, cast.address("meetings/"))
    assert sentence in page
    assert "Arif Rahman" not in page
    assert client.get(booking.page(agreed)).status_code == 404
    assert client.get(cast.address(f"people/{cast.engineer.pk}/ask/")).status_code == 404
    assert sentence in text_of(client, cast.address("availability/"))


def test_times_are_the_forums_and_the_readers_own_stand_beside_them_where_they_differ(booking):
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    client = client_of(cast.official.person)
    page = text_of(client, cast.address("meetings/"))
    assert "Times are Bangkok time, UTC+07:00." in page
    assert not page_of(page).has(".yours")
    client.cookies["zone"] = "Europe/Berlin"
    page = text_of(client, cast.address("meetings/"))
    assert "04:00–04:30 your time" in page
    assert "Your time: Berlin time, UTC+01:00." in page
    for same in ("Asia/Jakarta", "Mars/Olympus", "../../etc/passwd", ""):
        client.cookies["zone"] = same
        assert not page_of(client.get(cast.address("meetings/"))).has(".yours"), same


def test_now_and_next_are_named(booking, time_machine):
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[1]))
    session = make_session(cast.event, "Opening")
    session.parts.create(event=cast.event, attendee=cast.official)
    time_machine.move_to(session.starts_at + dt.timedelta(minutes=5), tick=False)
    text = page_of(text_of(client_of(cast.official.person), cast.address("meetings/"))).text
    now, following = text.index("Now "), text.index("Next ")
    assert now < text.index("Opening") < following < text.index("Arif Rahman", following)


def test_news_can_be_read_and_marked(booking):
    cast = booking.cast
    booking.ask(cast.official, cast.engineer)
    client = client_of(cast.engineer.person)
    page = page_of(client.get(cast.address("notices/")))
    assert "Mali Wongsa asks to meet you." in page
    assert page.texts(".chip.new") == ["New"]
    client.post(cast.address("notices/"))
    assert not page_of(client.get(cast.address("notices/"))).has(".chip.new")
    assert Notice.objects.get().read_at == booking.now


def queries_for(booking, count):
    cast = booking.cast
    me = make_attendee(cast.event)
    slots = [
        Slot.objects.create(
            event=cast.event,
            starts_at=booking.slots[0].starts_at + dt.timedelta(days=1, hours=count, minutes=n),
            ends_at=booking.slots[0].starts_at + dt.timedelta(days=1, hours=count, minutes=n + 1),
        )
        for n in range(2 * count)
    ]
    for number in range(count):
        others = [make_attendee(cast.event), make_attendee(cast.event)]
        for attendee in others:
            Availability.objects.bulk_create(
                Availability(event=cast.event, attendee=attendee, slot=slot) for slot in slots
            )
        if not number:
            Availability.objects.bulk_create(Availability(event=cast.event, attendee=me, slot=slot) for slot in slots)
        booking.accept(me, booking.ask(others[0], me, slots[number]))
        booking.ask(others[1], me, slots[-1])
    client = client_of(me.person)
    with CaptureQueriesContext(connection) as found:
        page = page_of(client.get(cast.address("meetings/")))
    assert len(page.all(".at")) == count + 1  # the next one is shown twice
    assert page.text.count("Accept one of these times") == count
    return len(found)


@pytest.mark.slow
def test_the_page_asks_as_often_for_twelve_meetings_as_for_three(booking):
    assert queries_for(booking, 3) == queries_for(booking, 12)  # from three on, an office hour may be due


def test_what_people_write_is_never_markup(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, message="<script>a</script>\n<b>")
    client = client_of(cast.engineer.person)
    for page in (cast.address("meetings/"), booking.page(meeting)):
        shown = page_of(client.get(page)).one("blockquote")
        assert shown.text(deep=True).replace("\n", "").strip() == "<script>a</script><b>"
        assert not shown.css("script, b")


def test_a_meeting_without_a_common_language_names_the_interpreter_it_needs(booking):
    cast = booking.cast
    for person, languages in ((cast.official, ["th"]), (cast.engineer, ["km"])):
        person.languages = languages
        person.save(update_fields=["languages"])
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    booking.accept(cast.engineer, meeting)
    client = client_of(cast.engineer.person)
    pages = [booking.page(meeting), cast.address("meetings/")]
    for address in (*pages, cast.address("meetings/sheet/")):
        assert "Interpreter needed" not in page_of(client.get(address)), address
    type(cast.event).objects.update(interpreters=True)
    need = "Interpreter needed: Khmer – Thai"
    for address in pages:
        assert need in page_of(client.get(address)).texts(".need"), address
    assert need in page_of(client.get(cast.address("meetings/sheet/")))


def test_an_agreed_meeting_says_what_the_other_seeks_and_offers_and_why_they_were_suggested(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    mali = client_of(cast.official.person)
    assert not page_of(mali.get(booking.page(meeting))).has(".declared")
    booking.accept(cast.engineer, meeting, booking.slots[0])
    page = page_of(mali.get(booking.page(meeting)))
    assert page.texts(".declared h2") == ["Offers", "Why you were suggested to meet", "Find the table"]
    assert OFFER in page.text_of(".declared section:first-child")
    assert SEEK in page.text_of(".declared .why")
    other = page_of(client_of(cast.engineer.person).get(booking.page(meeting)))
    assert other.texts(".declared h2") == ["Seeks", "Find the table"]
    assert SEEK in other.text_of(".declared")


def test_an_agreed_meeting_shows_which_of_the_tables_it_is(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    booking.accept(cast.engineer, meeting, booking.slots[0])
    table = Meeting.objects.get().table
    Table.objects.filter(event=cast.event).update(place="First floor")
    Table.objects.create(event=cast.event, label="Elsewhere", place="Annex")
    beside = Table.objects.create(event=cast.event, label="Beside", place="First floor")
    page = page_of(client_of(cast.official.person).get(booking.page(meeting)))
    assert {table.label, beside.label} <= set(page.texts(".floor li"))
    assert "Elsewhere" not in page.texts(".floor li")
    assert page.texts(".floor .here") == [table.label]
    assert page.texts("[aria-labelledby=find-table] p")[0] == f"{table.label}, First floor"


def test_of_somebody_under_an_alias_the_agreed_meeting_says_the_alias_alone(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    booking.accept(cast.engineer, meeting, booking.slots[0])
    lead = make_attendee(cast.event, permission="safeguarding-lead")
    data = AliasData(name="Officer A", real_name="Arif Rahman", organisation="Police")
    wish = {"data": data, "is_wish": True, "by": lead.person, "now": booking.now}
    set_alias(event=cast.event, attendee_id=cast.engineer.pk, **wish)
    page = page_of(client_of(cast.official.person).get(booking.page(meeting)))
    assert "Officer A" in page
    assert "Arif" not in page
