"""Pages of roles, age classes, invitations and safety, as organisers, leads and administrators open them."""

from types import SimpleNamespace

from backend.people.models import Person
from tests.factories import make_attendee
from tests.journeys.axe import faults_of
from tests.journeys.conftest import signed_in

ORGANISERS_PAGES = (
    "roles/", "invitations/", "invitations/texts/", "safety/", "set-up/about/", "set-up/venue/",
)  # fmt: skip


def faults_on(page, door, paths):
    found = []
    for path in paths:
        page.goto(door + path)
        found += faults_of(page)
    return found


def test_axe_finds_nothing_on_the_pages_of_who_runs_a_forum(forum, context, door):
    organiser = make_attendee(forum.event, permission="organiser", visibility="hidden")
    lead = make_attendee(forum.event, permission="safeguarding-lead", visibility="hidden")
    page = signed_in(context, door, organiser)
    assert faults_on(page, door, [forum.address(path) for path in ORGANISERS_PAGES]) == []
    context.clear_cookies()
    page = signed_in(context, door, lead)
    assert faults_on(page, door, [forum.address(path) for path in ("age-classes/", "roles/", "move/")]) == []
    context.clear_cookies()
    administrator = Person.objects.create_superuser("ada@example.org", name="Ada Boss")
    page = signed_in(context, door, SimpleNamespace(person=administrator))
    pages = ["/forums/", "/forums/status/", *(f"/forums/{forum.event.slug}/{page}/" for page in ("roles", "limits"))]
    pages.append("/invitation/none/")
    assert faults_on(page, door, pages) == []
