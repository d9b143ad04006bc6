"""What safeguarding leads read where they look for two entries of one person."""

import pytest

from backend.safeguarding.models import Block
from tests.factories import NOW, make_attendee, make_event
from tests.pages import page_of

pytestmark = pytest.mark.django_db


def test_a_lead_reads_of_an_adult_who_is_closed_to_them_as_little_as_of_a_minor(client):
    event = make_event("desk")
    lead = make_attendee(event, permission="safeguarding-lead", visibility="hidden")
    minor = make_attendee(event, name="Ana Lopez", short_name="Ana", age_class="minor")
    adult = make_attendee(
        event, name="Ana Moraes", short_name="Ana", email="ana@second.example", title="Judge", about="Case work"
    )
    Block.objects.create(blocker=adult.person, blocked=lead.person, created_at=NOW)
    client.force_login(lead.person)
    find = f"/e/desk/attendees/{minor.pk}/twice/"
    ((name, address),) = page_of(client.get(find)).links("tbody th")
    assert name == "Ana"
    shown = page_of(client.get(address))
    assert not [words for words in ("Moraes", "ana@second.example", "Judge", "Case work") if words in shown]
    for hidden in ("Moraes", "ana@second.example"):
        assert not page_of(client.get(f"{find}?q={hidden}")).links("tbody th")


def test_a_lead_reads_of_somebody_of_unknown_age_the_first_name_alone(client):
    event = make_event("desk")
    lead = make_attendee(event, permission="safeguarding-lead", visibility="hidden")
    minor = make_attendee(event, name="Ana Lopez", short_name="Ana", age_class="minor")
    make_attendee(event, name="Ana Moraes", short_name="", email="ana@second.example", age_class="unknown")
    client.force_login(lead.person)
    find = f"/e/desk/attendees/{minor.pk}/twice/"
    ((name, address),) = page_of(client.get(find)).links("tbody th")
    assert name == "Ana"
    assert "Moraes" not in page_of(client.get(address))
    assert not page_of(client.get(f"{find}?q=Moraes")).links("tbody th")
