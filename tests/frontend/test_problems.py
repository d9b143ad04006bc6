"""A form's errors are listed above it with links to fields, take the focus, and stand beside each field."""

import pytest

from tests.frontend.conftest import client_of
from tests.pages import page_of

FORMS = [  # page, what is sent, the fields that are wrong, by their labels
    ("profile/", {"title": "x" * 201, "seeks_topics": ["none"]}, ["Your title", "Topics I seek"]),
    ("set-up/about/", {"name": "", "starts_on": "soon"}, ["Name of the forum", "First day"]),
    ("set-up/sessions/", {"title": "", "starts": "late"}, ["Title", "Day", "From", "To"]),
    ("attendees/add/", {"name": "", "email": "nobody"}, ["Name"]),
    ("set-up/mail-texts/", {"opening": "x" * 301}, ["Opening"]),
    ("invitations/texts/", {"valid_days": "0"}, ["Days a link is valid"]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("page", "sent", "labels"), FORMS, ids=[page for page, *_ in FORMS])
def test_each_error_leads_to_its_field_which_names_it(cast, page, sent, labels):
    organiser = client_of(cast.organiser.person)
    shown = page_of(organiser.post(cast.address(page), sent))
    assert shown.attribute(".problems", "role") == "alert"
    assert shown.has(".problems[autofocus][tabindex='-1']")
    links = shown.links(".problems")
    assert links, shown.text_of(".problems")
    names = " ".join(name for name, _ in links)
    assert all(label in names for label in labels), names
    for _, address in links:
        field = shown.one(f"[id='{address.removeprefix('#')}']")
        if field.tag in ("input", "textarea", "select"):
            assert field.attributes["aria-invalid"] == "true"
            (described,) = [shown.one(f"[id='{pk}']") for pk in field.attributes["aria-describedby"].split()]
            assert described.css(".error")


def test_a_refusal_names_the_page_where_its_reader_goes_on(cast):
    organiser = client_of(cast.organiser.person)
    cast.event.state = "draft"
    cast.event.save()
    refused = page_of(organiser.post(cast.address("attendees/"), {"do": "invite", "attendee": [cast.lawyer.pk]}))
    assert ("Change the state of the forum", f"{cast.address('set-up/')}#states") in refused.links(".problems")


def test_a_page_that_organisers_alone_can_open_is_not_named_to_others(cast, official):
    cast.event.state = "archived"
    cast.event.save()
    refused = page_of(official.post(cast.address(f"people/{cast.lawyer.pk}/wish/")))
    assert cast.address("set-up/") not in [address.partition("#")[0] for _, address in refused.links("main")]
