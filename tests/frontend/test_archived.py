"""Every form of an archived forum is refused, but those that safety needs and those of one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from backend.events.models.events import Event
from frontend import urls
from tests.factories import appoint, make_attendee
from tests.frontend.conftest import Cast, client_of

WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
POSSIBLE = {
    # safety
    "e/<slug:slug>/people/<int:attendee_id>/block/",
    "e/<slug:slug>/blocks/<int:block_id>/lift/",
    # one's own account, and whom one read about
    "e/<slug:slug>/people/seen/clear/",
    "e/<slug:slug>/api-access/",
    "e/<slug:slug>/api-access/end/",
    "e/<slug:slug>/zone/",
    "e/<slug:slug>/zone/name/",
    "e/<slug:slug>/my-data/hide/",
}
OWN_TABLES = {"django_session", "account_emailaddress"}
NUMBERS = re.compile(r"<int:\w+>")


@pytest.mark.slow
@pytest.mark.parametrize("who", ["official", "organiser", "lead"])
def test_no_form_of_an_archived_forum_writes_anything(cast: Cast, who: str) -> None:
    """Every address of the forum is sent a POST with what most forms want, by each kind of person."""
    lead = make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden")
    appoint(lead, "safeguarding-lead")
    Event.objects.update(state=Event.State.ARCHIVED)
    person = {"official": cast.official, "organiser": cast.organiser, "lead": lead}[who].person
    client, written = client_of(person), []

    def note(execute: Callable[..., Any], sql: str, params: object, many: bool, context: object) -> Any:
        written.extend((route, table) for table in WRITES.findall(sql) if table not in OWN_TABLES)
        return execute(sql, params, many, context)

    fields = {
        "attendee": str(cast.engineer.pk), "set_visibility": "hidden", "verdict": "good", "message": "Hello",
        "name": "New", "key": "new", "title": "New", "label": "T9", "state": "", "open": "", "action": "read",
    }  # fmt: skip
    walked = 0
    with connection.execute_wrapper(note):
        for pattern in urls.urlpatterns:
            route = str(pattern.pattern)
            if not route.startswith("e/<slug:slug>/") or "<str:" in route:
                continue
            address = NUMBERS.sub(str(cast.engineer.pk), route.replace("<slug:slug>", cast.event.slug))
            client.post("/" + address, fields)
            walked += 1
    assert walked > 60
    assert sorted({route for route, _table in written} - POSSIBLE) == []


def test_an_archived_forum_offers_nothing_that_it_would_refuse(cast: Cast, official: Any) -> None:
    for state, is_offered in ((Event.State.OPEN, True), (Event.State.ARCHIVED, False)):
        Event.objects.update(state=state)
        for address in ("suggestions/", f"people/{cast.engineer.pk}/"):
            page = official.get(cast.address(address)).content.decode()
            assert ("Nobody can ask for a meeting now." not in page) == is_offered
            assert ('name="verdict"' in page) == is_offered
