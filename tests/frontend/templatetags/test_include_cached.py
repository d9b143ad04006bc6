"""Fragments kept by their values: rendered once for the same, anew for what changed, and never of a row."""

from __future__ import annotations

import tracemalloc

import pytest
from django.template import Context
from django.test import RequestFactory

from backend.directory.rules import Cause
from backend.directory.selectors.needs_help import NeedsHelpRow
from backend.events.models.events import Event
from backend.safeguarding.models import Block
from backend.safeguarding.selectors.public_profiles import PublicProfile
from frontend.templatetags.ui import PossibleActions, _kept, include_cached, include_cached_form
from tests.factories import NOW
from tests.frontend.conftest import client_of

CAUSES, ASK = "suggestions/_causes.html", "suggestions/_ask.html"


def test_the_same_values_are_rendered_once_and_others_anew():
    _kept.cache_clear()
    first = include_cached(CAUSES, causes=(("known", "We know each other"),))
    assert include_cached(CAUSES, causes=(("known", "We know each other"),)) == first
    assert "We have met" in include_cached(CAUSES, causes=(("known", "We have met"),))
    assert (_kept(CAUSES).cache_info().hits, _kept(CAUSES).cache_info().misses) == (1, 2)


def test_what_somebody_wrote_is_escaped():
    assert "&lt;b&gt;" in include_cached(CAUSES, causes=(("known", "<b>"),))


def test_a_row_of_the_database_is_refused():
    with pytest.raises(TypeError, match="not the row"):
        include_cached(CAUSES, causes=Event(slug="forum"))


def test_a_form_that_is_kept_holds_each_readers_own_token_and_the_address_of_their_page():
    _kept.cache_clear()
    nobody = PublicProfile(7, "Siti", "", "", "", "", "other", "", (), (), has_joined=True)
    about = {"actions": PossibleActions("forum", True, True, None, False), "other": nobody}
    forms = [
        include_cached_form(Context({"request": RequestFactory().get(page), "csrf_token": token}), ASK, **about)
        for page, token in (("/people/?page=1&q=a", "first"), ("/home/", "second"))
    ]
    for form, other, token, page in zip(
        forms, reversed(forms), ("first", "second"), ("/people/?page=1&amp;q=a", "/home/"), strict=True
    ):
        assert f'name="csrfmiddlewaretoken" value="{token}"' in form
        assert f'name="next" value="{page}"' in form
        assert token not in other
    assert _kept(ASK).cache_info().misses == 1


@pytest.mark.slow
def test_a_block_and_a_new_title_are_seen_at_the_next_request(booking):
    cast = booking.cast
    session = cast.event.sessions.create(
        title="Keynote", starts_at=booking.slots[0].starts_at, ends_at=booking.slots[1].ends_at
    )
    session.parts.create(event=cast.event, attendee=cast.engineer, part="speaking")
    name, address = cast.engineer.name, cast.address("sessions/")
    reader, other = client_of(cast.official.person), client_of(cast.lawyer.person)
    for client in (reader, other):
        assert name in client.get(address).content.decode()
    Block.objects.create(blocker=cast.engineer.person, blocked=cast.official.person, created_at=NOW)
    assert name not in reader.get(address).content.decode()
    assert name in other.get(address).content.decode()
    session.title = "Opening"
    session.save()
    assert "Opening" in other.get(address).content.decode()
    cast.engineer.visibility = "hidden"
    cast.engineer.save()
    assert name not in other.get(address).content.decode()


def test_tables_of_everybody_do_not_fill_the_memory():
    tracemalloc.start()
    try:
        for number in range(100):
            row = NeedsHelpRow(
                number, "x" * 100_000, "", "", "other", "", False, True, False, Cause.ASKED_NOBODY, False, None, ""
            )
            include_cached("stats/_needs_help_table.html", rows=((row, None, "", ""),), slug="forum")
        kept, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 60 * 300_000, "of 100 tables of 300 kB each, no more than some dozens are kept"
