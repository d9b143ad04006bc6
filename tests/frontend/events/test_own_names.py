"""An event's names and sectors are its own: no other event's list, and no account, changes what it shows."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backend.events.models.attendees import Attendee
from backend.people.models import Person
from tests.backend.stats.events import make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event, make_run
from tests.frontend.conftest import client_of
from tests.long_jobs import answered
from tests.long_jobs import read as fetch
from tests.pages import page_of

pytestmark = pytest.mark.django_db
PAGES = (
    "profile/", "suggestions/", "meetings/", "meetings/sheet/", "calendar/titian.ics", "sessions/",
    "availability/", "notices/", "zone/",
)  # fmt: skip
DESK = (
    "attendees/", "desk/", "desk/bridges/?by=sector", "desk/progress/", "desk/method/",
    "desk/who-needs-help/", "desk/unmet-needs/", "desk/print/", "desk/who-needs-help.csv",
    "desk/unmet-needs.csv", "matching/lists/",
    "set-up/", "set-up/mail/", "set-up/told/", "set-up/speakers/", "programme/",
)  # fmt: skip
FILES = ("", "funnel.csv", "network.csv")


@pytest.fixture
def shown(time_machine):
    """An event, its people, and what its organiser and one of them read at one moment, by address."""
    time_machine.move_to(NOW, tick=False)
    event = make_event("theirs")
    people = seven_people(event)
    make_run(event, {people[0]: people[1:4]})
    make_meeting(people[0], people[1], "accepted", hours=50)
    organiser = make_attendee(event, name="Olga Organiser", permission="organiser", visibility="hidden")
    readers = client_of(people[0].person), client_of(organiser.person)

    def read():
        base, api = f"/e/{event.slug}/", f"/api/v1/events/{event.slug}/"
        found = {}
        for client, addresses in (
            (readers[0], [*(base + page for page in PAGES), f"{base}people/{people[1].pk}/", "/api/v1/me/",
                          *(api + path for path in ("profile/", "suggestions/", "meetings/"))]),
            (readers[1], [*(base + page for page in DESK), *(f"{api}stats/{name}" for name in FILES)]),
        ):  # fmt: skip
            for address in addresses:
                answer = fetch(client, address)
                assert answer.status_code == 200, address
                text = b"".join(answer) if answer.streaming else answer.content
                found[address] = "\n".join(line for line in text.decode().splitlines() if is_lasting(line))
        return found

    return event, people, read


def is_lasting(line):
    return "csrf" not in line


def imported(organiser, text):
    client, event = client_of(organiser.person), organiser.event
    address = reverse("import_list", args=[event.slug])
    file = SimpleUploadedFile("list.csv", text.encode())
    preview = answered(client, client.post(address, {"file": file}))
    carried = page_of(preview).attribute("input[name=carried]", "value")
    assert answered(client, client.post(address, {"carried": carried, "confirm": "1"})).status_code == 302
    return preview


def test_another_events_import_changes_no_name_sector_or_matrix_here_and_no_account(shown):
    event, people, read = shown
    Attendee.objects.filter(event=event).update(joined_at=people[0].person.joined_at)  # as if a list made them
    rows = Attendee.objects.filter(event=event).select_related("person", "organisation__sector")
    before, stored, accounts = read(), list(rows.values()), list(Person.objects.values())
    attacker = make_attendee(make_event("attacker"), permission="organiser", visibility="hidden")
    listed = "".join(f"{row.person.email},Renamed {row.pk},Re,{row.organisation.name},academia,adult\n" for row in rows)
    preview = imported(attacker, "email,name,short_name,organisation,sector,age_class\n" + listed)
    assert "8 would be added" in page_of(preview)
    assert not any(row.name in preview.content.decode() for row in rows)
    theirs = Attendee.objects.filter(event=attacker.event).exclude(pk=attacker.pk)
    assert {one.organisation.sector.key for one in theirs} == {"academia"}
    assert all(one.name.startswith("Renamed") for one in theirs)
    imported(attacker, "email,name,short_name,organisation,sector,age_class\n" + listed.replace("Renamed", "Again"))
    assert list(rows.values()) == stored
    assert [row for row in Person.objects.values() if row["id"] != attacker.person_id] == accounts
    assert read() == before


def test_what_an_account_is_called_is_on_no_page_of_an_event_but_beside_its_own_sign_out(shown):
    _, _, read = shown
    Person.objects.update(name="Account Name")
    for address, text in read().items():
        said = [line for line in text.splitlines() if "Account Name" in line]
        allowed = ["/api/v1/me/"] if "/api/" in address else ['<span class="name">Account Name</span>']
        allowed += ['value="Account Name"'] if address.endswith("/zone/") else []  # where its owner changes it
        assert all(any(word in line for word in allowed) or address in allowed for line in said), address
