"""Finding people, as often as a person reads; and the keys by which names are found, kept current."""

from __future__ import annotations

import datetime as dt
import itertools
from contextlib import suppress

from django.db import OperationalError, connection, transaction

from backend.core.encoder import EncoderAway
from backend.core.limits import Kind, count_use
from backend.core.transactions import in_transaction
from backend.directory.engine.names import name_keys
from backend.directory.models import SearchName
from backend.directory.selectors.by_meaning import people_meant
from backend.directory.selectors.finding import BY_MEANING, NOBODY_MEANT, Found, Named, Wanted, found_page, named_for
from backend.events.models.attendees import Attendee
from backend.events.rules.topics import other_names
from backend.events.selectors import name_in_lists
from backend.suggestions.engine.meaning import read_search
from backend.suggestions.engine.texts import TextVectors

READ_NAMES = "directory.read_names"
BATCH = 500
LONGEST_WAIT_MS = 500
LONGEST_SEARCH = 300  # characters that are read of a search by meaning


def find_people(*, viewer: Attendee, wanted: Wanted, page: int, now: dt.datetime) -> Found:
    """One page of the people the viewer finds, for pages and the API alike.

    First by their name, then by their organisation's, then by a topic's; where neither a person nor an
    organisation has that name, then by what their texts mean.

    Refuses TooOften: more than sixty times a minute or four hundred an hour by one person.
    """
    count_search(viewer)
    is_meant = wanted.by == BY_MEANING and bool(wanted.q.strip())
    named = Named()
    if not is_meant:
        named = named_for(viewer=viewer, wanted=wanted, now=now)
        if named.has_unread:
            read_names(viewer.event_id, most_batches=1)
            _wait_for_reading(viewer.event_id)
            named = named_for(viewer=viewer, wanted=wanted, now=now)
        is_meant = bool(wanted.q.strip()) and named.is_readable and not named.is_a_name
    vector = _vector_of(wanted.q) if is_meant else None
    meant = people_meant(viewer=viewer, wanted=wanted, vector=vector, now=now) if is_meant else NOBODY_MEANT
    is_by_words = is_meant and vector is None
    return found_page(
        viewer=viewer, wanted=wanted, named=named, page=page, now=now, meant=meant, is_by_words=is_by_words
    )


def count_search(viewer: Attendee) -> None:
    """Count one read of a list of people; refuses TooOften."""
    count_use(Kind.SEARCHED, account=viewer.pk)


def _vector_of(text: str) -> TextVectors | None:
    """The search as a vector; None where the language model is away or slow, or this is no text."""
    try:
        found = read_search(text[:LONGEST_SEARCH])
    except EncoderAway:
        return None
    return found if found.any() else None


def read_names(event_id: int, *, most_batches: int | None = None) -> int:
    """Write the keys of names of the event that are new or changed; gives how many.

    All of them, or so many batches of five hundred: a search waits for no long list.
    """
    count = 0
    for _batch in itertools.count() if most_batches is None else range(most_batches):
        found = _read_batch(event_id)
        count += found
        if not found:
            break
    return count


def _wait_for_reading(event_id: int) -> None:
    """Another search may be reading the names, which is done soon; a long import is not waited for."""
    unread = SearchName.objects.filter(event=event_id, keys=None).order_by("pk")
    with suppress(OperationalError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LONGEST_WAIT_MS}")
        list(unread.select_for_update(of=("self",), no_key=True).values_list("pk")[:1])


def read_all_names() -> int:
    """The same for every event; for the job that finds what nobody has searched in yet."""
    events = SearchName.objects.filter(keys=None).order_by().values_list("event_id", flat=True).distinct()
    return sum(read_names(event) for event in list(events))


@in_transaction
def _read_batch(event_id: int) -> int:
    """Rows that another process is reading are left to it, and none is waited for."""
    unread = SearchName.objects.filter(event=event_id, keys=None)
    if not unread.exists():
        return 0
    rows = list(
        unread.select_related("attendee", "organisation", "topic", "session").select_for_update(
            of=("self",), skip_locked=True, no_key=True
        )[:BATCH]
    )
    for row in rows:
        row.keys = name_keys(*_names(row))
    SearchName.objects.bulk_update(rows, ["keys"])
    return len(rows)


def _names(row: SearchName) -> tuple[str, ...]:
    """How it is called; of whoever is no adult the name to be called alone (S7)."""
    if row.attendee:
        return name_in_lists(row.attendee), row.attendee.short_name
    if row.topic:
        topic = row.topic
        return topic.name, *topic.names.values(), *other_names(topic.key, topic.name)
    if row.organisation:
        return (row.organisation.name,)
    return (row.session.title, *row.session.names.values()) if row.session else ()
